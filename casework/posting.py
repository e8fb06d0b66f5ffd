"""The rows of a few moves, sent to the database in one message.

Keys are drawn first, so that rows can name each other. A new case's number comes last, and with it the rows that
contain it: the case and its trail. The database itself writes number and chain, so the series stays locked for
three statements and the commit instead of for several round trips, and reports of one source do not queue for one
another's rows (quality.md C-09; docs/decisions/25).
"""

from __future__ import annotations

from django.db import models

from casework import numbers
from casework.book import Book
from casework.models import Case, OutboxItem, TrailRow
from casework.statements import Message, Raw, give_keys
from casework.trail import fingerprint, rest_of


def post(book: Book) -> None:
    """Write all that the book has collected, inside the open transaction or as one (``is_one_message``)."""
    rows = [*book.new_cases, *(row for made in book.created.values() for row in made), *book.deadlines]
    give_keys(_named(book, rows) if book.is_alone else rows)
    fresh = _give_odd_numbers(book.new_cases)
    late = {id(case) for case in fresh}
    _resolve(book, rows)
    chained = [row for row in book.trail if id(row.case) not in late]
    _chain(chained)
    message = Message()
    for row in [*(row for row in rows if id(row) not in late), *chained]:
        message.insert(row)
    _add_changes(message, book)
    _add_numbered(message, book, fresh)
    answer = message.send()
    for case, number in zip(fresh, answer or (), strict=True):
        case.number = number
    _chain([row for row in book.trail if id(row.case) in late])
    for row in rows:
        row._state.adding, row._state.db = False, "default"


def _named(book: Book, rows: list[models.Model]) -> list[models.Model]:
    """Those that another row or a payload names: of a book that nobody reads after it is written, the rest needs no key
    that is known here."""
    names = {id(related) for row in (*rows, *book.trail) for related in row._state.fields_cache.values()}
    for values in (*(row.changes for row in book.trail), *(item.payload for item in book.outbox)):
        names.update(id(value) for value in values.values())
    return [row for row in rows if id(row) in names]


def is_one_message(book: Book) -> bool:
    """Whether nothing but drawing keys goes before the message: no number is taken by itself."""
    return all(case.number or numbers.is_plain(case.number_series(case.changed_at)[1]) for case in book.new_cases)


def _series(case: Case) -> str:
    return case.number_series(case.changed_at)[0]


def _give_odd_numbers(cases: list[Case]) -> list[Case]:
    """The cases whose number the database is to write; a pattern it cannot write is filled in here."""
    fresh = []
    for case in cases:
        if case.number:
            continue
        series, pattern = case.number_series(case.changed_at)
        if numbers.is_plain(pattern):
            fresh.append(case)
        else:
            case.number = pattern.format(n=numbers.take(series))
    return fresh


def _resolve(book: Book, rows: list[models.Model]) -> None:
    """Keys in the place of the rows they belong to."""
    for row in rows:
        take_keys(row)
    for row in book.trail:
        take_keys(row)
        row.changes = keys_for(row.changes)
    for item in book.outbox:
        fill_ids(item)


def _chain(trail: list[TrailRow]) -> None:
    for row in trail:
        row.hash = fingerprint(row.case.trail_head, row.case.number, row)
        row.case.trail_head = row.hash


def _add_changes(message: Message, book: Book) -> None:
    for entries in book.changed.values():
        for row, attnames in entries.values():
            take_keys(row)
            message.update(row, sorted(attnames))
    for item in book.outbox:
        message.insert(item, tail=" ON CONFLICT DO NOTHING")


def _add_numbered(message: Message, book: Book, fresh: list[Case]) -> None:
    """New cases in the order of their series, so that no two writers wait for each other; then their numbers."""
    for place, case in sorted(enumerate(fresh), key=lambda pair: _series(pair[1])):
        _add_case(message, place, case, [row for row in book.trail if row.case is case])
    if fresh:
        message.add("SELECT " + ", ".join(f"current_setting('gov.number{n}')" for n in range(len(fresh))))


def _add_case(message: Message, place: int, case: Case, trail: list[TrailRow]) -> None:
    """Number, trail and row of a new case. ``["","<number>",<rest>`` is what ``fingerprint`` sums."""
    series, pattern = case.number_series(case.changed_at)
    number, head = f"current_setting('gov.number{place}')", f"current_setting('gov.head{place}')"
    taking, values = numbers.take_in_sql(series, pattern, setting=f"gov.number{place}")
    message.add(taking, *values)
    message.add(f"SELECT set_config('gov.head{place}', '', true)")
    for row in trail:
        message.add(
            f"SELECT set_config('gov.head{place}', encode(sha256(convert_to("
            f"'[\"' || {head} || '\",\"' || {number} || '\",' || %s, 'UTF8')), 'hex'), true)",
            rest_of(row),
        )
        message.insert(row, instead={"hash": Raw(head)})
    message.insert(case, instead={"number": Raw(number), "trail_head": Raw(head)})


def take_keys(row: models.Model) -> None:
    """Copy the primary keys of related objects that have got one meanwhile."""
    values = row.__dict__
    for name, related in row._state.fields_cache.items():
        if related is not None and values.get(name + "_id", 0) is None:
            values[name + "_id"] = related.pk


def keys_for(values: dict) -> dict:
    """The same with keys in the place of rows."""
    return {name: value.pk if isinstance(value, models.Model) else value for name, value in values.items()}


def fill_ids(item: OutboxItem) -> None:
    """Keys in the payload and in the key of an outbox row."""
    item.payload = keys_for(item.payload)
    if "{" in item.key:
        item.key = item.key.format(**item.payload)
