"""Writes a book in the open transaction, in few statements.

A single move sends its rows in one message (``casework.posting``); a batch of a thousand moves writes one statement
per table.
"""

from __future__ import annotations

from collections import defaultdict

from django.db import connection, models, transaction

from casework import numbers, posting
from casework.book import Book
from casework.bulk import COPY_FROM, insert_rows, update_rows
from casework.models import Case, OutboxItem
from casework.trail import fingerprint


def write(book: Book) -> None:
    """Write everything, then forget it. All or nothing inside the caller's transaction."""
    if book.size() < COPY_FROM:
        posting.post(book)
    else:
        _write_by_table(book)
    book.forget()


def write_alone(book: Book) -> None:
    """Write everything as a transaction of its own. A few rows go in one message, which PostgreSQL carries out whole or
    not at all: no round trip lies between taking a number and the commit that lets the next one have it."""
    if connection.in_atomic_block or book.size() >= COPY_FROM or not posting.is_one_message(book):
        with transaction.atomic():
            write(book)
    else:
        write(book)


def _write_by_table(book: Book) -> None:
    _give_numbers(book)
    _seal(book, only_resolved=True)
    for rows in _by_type(book.new_cases).values():
        _insert(rows)
    for rows in book.created.values():
        _insert(rows)
    for rows in _by_type(book.deadlines).values():
        _insert(rows)
    _seal(book, only_resolved=False)
    for rows in _by_type(book.trail).values():
        _insert(rows)
    _update(book)
    if book.outbox:
        for item in book.outbox:
            posting.fill_ids(item)
        _insert_once(book.outbox)


def _give_numbers(book: Book) -> None:
    waiting: dict[str, list[tuple[Case, str]]] = {}
    for case in book.new_cases:
        if not case.number:
            series, pattern = case.number_series(case.changed_at)
            waiting.setdefault(series, []).append((case, pattern))
    for series in sorted(waiting):
        first = numbers.take(series, len(waiting[series]))
        for offset, (case, pattern) in enumerate(waiting[series]):
            case.number = pattern.format(n=first + offset)


def _seal(book: Book, *, only_resolved: bool) -> None:
    """Chain the trail rows. Before the inserts only those of cases whose rows name nothing unsaved, so that
    a new case is inserted with its final head and needs no second statement."""
    held: set[int] = set()
    for row in book.trail:
        case = row.case
        if row.hash:
            continue
        if only_resolved and (id(case) in held or _names_unsaved(row.changes)):
            held.add(id(case))
            continue
        row.changes = posting.keys_for(row.changes)
        row.hash = fingerprint(case.trail_head, case.number, row)
        case.trail_head = row.hash
        if not only_resolved:
            book.change(case, "trail_head")


def _update(book: Book) -> None:
    for model, entries in book.changed.items():
        by_columns: dict[frozenset[str], list[models.Model]] = defaultdict(list)
        for row, attnames in entries.values():
            posting.take_keys(row)
            by_columns[frozenset(attnames)].append(row)
        for attnames, rows in by_columns.items():
            update_rows(model, rows, sorted(attnames))


def _by_type(rows: list) -> dict[type[models.Model], list]:
    found: dict[type[models.Model], list] = {}
    for row in rows:
        found.setdefault(type(row), []).append(row)
    return found


def _insert(rows: list[models.Model]) -> None:
    if not rows:
        return
    for row in rows:
        posting.take_keys(row)
    insert_rows(rows)


def _insert_once(items: list[OutboxItem]) -> None:
    """Outbox rows whose key is already there are owed already."""
    if len(items) < COPY_FROM:
        OutboxItem.objects.bulk_create(items, ignore_conflicts=True)
        return
    known = set(OutboxItem.objects.filter(key__in=[item.key for item in items]).values_list("key", flat=True))
    fresh = {item.key: item for item in items if item.key not in known}
    insert_rows(list(fresh.values()))


def _names_unsaved(changes: dict) -> bool:
    return any(isinstance(value, models.Model) and value.pk is None for value in changes.values())
