"""What one transaction will write, collected while the verbs run; ``casework.writing`` writes it at the end."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from django.db import models

from casework.making import new_row
from casework.models import Case, DeadlineRow, OutboxItem, TrailRow


class Book:
    """Rows to insert and to update, in the order in which foreign keys need them.

    Order of writing: numbers, new cases, rows created by verbs, clocks, trail, updates, outbox.
    """

    def __init__(self, *, is_alone: bool = False) -> None:
        self.is_alone = is_alone
        """Whether it is written at the end only, in a transaction of its own."""
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
        if row._state.adding:
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

    def size(self) -> int:
        """How many rows would be written."""
        changed = sum(len(entries) for entries in self.changed.values())
        created = sum(len(rows) for rows in self.created.values())
        return len(self.new_cases) + len(self.deadlines) + len(self.trail) + len(self.outbox) + changed + created

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

    def forget(self) -> None:
        """Start empty again: all of it is written."""
        self.__init__(is_alone=self.is_alone)
