"""What one transaction will write, collected while the verbs run and written in few statements at its end.

A single move sends its rows in one message (``casework.posting``); a batch of a thousand moves writes one statement
per table.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from django.db import models

from casework import numbers, posting
from casework.bulk import COPY_FROM, insert_rows, update_rows
from casework.making import new_row
from casework.models import Case, DeadlineRow, OutboxItem, TrailRow
from casework.trail import fingerprint


class Book:
    """Rows to insert and to update, in the order in which foreign keys need them.

    Order of writing: numbers, new cases, rows created by verbs, clocks, trail, updates, outbox.
    """

    def __init__(self) -> None:
        self.new_cases: list[Case] = []
        self.created: dict[type[models.Model], list[models.Model]] = {}
        self.deadlines: list[DeadlineRow] = []
        self.trail: list[TrailRow] = []
        self.outbox: list[OutboxItem] = []
        self.changed: dict[type[models.Model], dict[int, tuple[models.Model, set[str]]]] = defaultdict(dict)

    def create(self, row: models.Model) -> models.Model:
        """Insert later; refer to the unsaved object in foreign keys of later rows."""
        self.created.setdefault(type(row), []).append(row)
        return row

    def change(self, row: models.Model, *attnames: str) -> None:
        """Write these columns later; of a row still to be inserted, nothing more is needed."""
        if row.pk is None:
            return
        known = self.changed[type(row)].setdefault(row.pk, (row, set()))
        known[1].update(attnames)

    def owe(
        self, topic: str, key: str, payload: dict, *, at: datetime, available_at: datetime | None = None
    ) -> None:
        """An outbox row: something to be done after the commit, once per key. ``{name}`` in the key and rows in
        the payload become primary keys when they are known."""
        self.outbox.append(
            new_row(OutboxItem, topic=topic, key=key, payload=payload, created_at=at, available_at=available_at or at)
        )

    def write(self) -> None:
        """Write everything in an open transaction, then forget it."""
        if self._size() < COPY_FROM:
            posting.post(self)
        else:
            self._write_by_table()
        self.__init__()

    def _size(self) -> int:
        changed = sum(len(entries) for entries in self.changed.values())
        created = sum(len(rows) for rows in self.created.values())
        return len(self.new_cases) + len(self.deadlines) + len(self.trail) + len(self.outbox) + changed + created

    def _write_by_table(self) -> None:
        self._give_numbers()
        self._seal(only_resolved=True)
        for rows in _by_type(self.new_cases).values():
            _insert(rows)
        for rows in self.created.values():
            _insert(rows)
        for rows in _by_type(self.deadlines).values():
            _insert(rows)
        self._seal(only_resolved=False)
        for rows in _by_type(self.trail).values():
            _insert(rows)
        self._update()
        if self.outbox:
            for item in self.outbox:
                posting.fill_ids(item)
            _insert_once(self.outbox)

    def mark(self) -> tuple:
        """Where the book stands, for ``cut``."""
        created = {model: len(rows) for model, rows in self.created.items()}
        return len(self.new_cases), created, len(self.deadlines), len(self.trail), len(self.outbox)

    def cut(self, mark: tuple) -> None:
        """Forget the inserts collected since ``mark``: one case of a batch was refused."""
        cases, created, deadlines, trail, outbox = mark
        del self.new_cases[cases:]
        for model, rows in self.created.items():
            del rows[created.get(model, 0) :]
        del self.deadlines[deadlines:]
        del self.trail[trail:]
        del self.outbox[outbox:]

    def _give_numbers(self) -> None:
        waiting: dict[str, list[tuple[Case, str]]] = {}
        for case in self.new_cases:
            if not case.number:
                series, pattern = case.number_series(case.changed_at)
                waiting.setdefault(series, []).append((case, pattern))
        for series in sorted(waiting):
            first = numbers.take(series, len(waiting[series]))
            for offset, (case, pattern) in enumerate(waiting[series]):
                case.number = pattern.format(n=first + offset)

    def _seal(self, *, only_resolved: bool) -> None:
        """Chain the trail rows. Before the inserts only those of cases whose rows name nothing unsaved, so that
        a new case is inserted with its final head and needs no second statement."""
        held: set[int] = set()
        for row in self.trail:
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
                self.change(case, "trail_head")

    def _update(self) -> None:
        for model, entries in self.changed.items():
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
