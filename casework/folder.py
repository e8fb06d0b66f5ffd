"""What one transaction knows of a locked case: its live clocks and companion rows, each read once."""

from __future__ import annotations

from django.db import models

from casework.book import Book
from casework.clock.ledger import Clocks
from casework.models import Case
from casework.statements import read


class Folder:
    """The clocks and companions of one case, as changed so far in this transaction."""

    def __init__(self, case: Case, book: Book) -> None:
        self.case = case
        self.book = book
        self._clocks: Clocks | None = None
        self._rows: dict[type[models.Model], list[models.Model]] = {}
        self._made: dict[type[models.Model], list[models.Model]] = {}

    @property
    def has_clocks(self) -> bool:
        return self._clocks is not None

    @property
    def clocks(self) -> Clocks:
        if self._clocks is None:
            model = self.case.deadline_model()
            live = [] if self.case.pk is None else read(
                model, "case_id = %s AND state <> 'stopped' ORDER BY id", self.case.pk
            )
            self.take_clocks(live)
        return self._clocks

    def take_clocks(self, live: list) -> None:
        """Use these rows instead of reading them."""
        self._clocks = Clocks(self.case, self.case.deadline_model(), live, self.book)

    def rows(self, model: type[models.Model]) -> list[models.Model]:
        """All rows of a companion model (its foreign key is named as ``companion_name`` says), oldest first."""
        if model not in self._rows:
            name = self.case.companion_name()
            column = model._meta.get_field(name).column
            found = [] if self.case.pk is None else read(model, f"{column} = %s ORDER BY id", self.case.pk)
            self.take_rows(model, found + self._made.pop(model, []))
        return self._rows[model]

    def add(self, row: models.Model) -> None:
        """A companion row made in this transaction; read or not, ``rows`` will have it."""
        kept = self._rows if type(row) in self._rows else self._made
        kept.setdefault(type(row), []).append(row)

    def take_rows(self, model: type[models.Model], rows: list) -> None:
        """Use these rows instead of reading them."""
        name = self.case.companion_name()
        for row in rows:
            setattr(row, name, self.case)
        self._rows[model] = rows


def grouped(model: type[models.Model], attname: str, keys: list[int], more: str = "") -> dict[int, list]:
    """Rows of a model by one of their columns, for these values of it; each list in the order of their keys.
    ``more``: a further condition in SQL of this package."""
    found: dict[int, list] = {}
    for row in read(model, f"{attname} = ANY(%s){more} ORDER BY id", keys):
        found.setdefault(getattr(row, attname), []).append(row)
    return found
