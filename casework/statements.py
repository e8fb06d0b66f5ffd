"""SQL of single rows, built once per model: what the door writes at each move without the ORM's compiler.

Compiling one INSERT of the ORM costs more than PostgreSQL needs to carry it out; a move writes five rows. Values
pass through each field's own shape (JSON, arrays, times); the rows go to the server in one message.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

from accounts import prepared
from casework.making import stored_row

_JSON = DjangoJSONEncoder(ensure_ascii=False).encode
Shape = Callable[[Any], Any]


class Raw(str):
    """A piece of SQL that stands for a value; written by this package only, never made of what somebody sent."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Table:
    """How one model's rows are written."""

    name: str
    key: str
    columns: dict[str, tuple[str, Shape | None]]
    """attname → quoted column, and what its values need before psycopg2 takes them."""
    sequence: str


@cache
def table_of(model: type[models.Model]) -> Table:
    """The model's table; read from the database once per process for the name of its sequence."""
    meta, quote = model._meta, connection.ops.quote_name
    columns = {one.attname: (quote(one.column), _shape(one)) for one in meta.concrete_fields}
    sequence = ""
    if isinstance(meta.pk, models.AutoField):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [quote(meta.db_table), meta.pk.column])
            sequence = cursor.fetchone()[0]
    return Table(quote(meta.db_table), meta.pk.attname, columns, sequence)


def _shape(one: models.Field) -> Shape | None:
    kind = one.target_field if isinstance(one, models.ForeignKey) else one
    if isinstance(kind, models.JSONField):
        return lambda value: None if value is None else _JSON(value)
    if isinstance(kind, ArrayField):
        return lambda value: value or "{}"
    if isinstance(kind, models.CharField | models.TextField):
        return lambda value: None if value is None else str(value)
    if isinstance(kind, models.IntegerField | models.FloatField | models.BooleanField | models.DateTimeField):
        return None
    return lambda value: one.get_db_prep_save(value, connection)


@dataclass(slots=True)
class Message:
    """Statements that go to the server together, in order; PostgreSQL answers the last one."""

    parts: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def add(self, statement: str, *values: Any) -> None:
        self.parts.append(statement)
        self.values.extend(values)

    def insert(self, row: models.Model, *, instead: dict[str, Raw] | None = None, tail: str = "") -> None:
        """Insert one row with the key it has; without one the database gives it and nobody is told.

        ``instead``: SQL in place of a column's value.
        """
        table = table_of(type(row))
        names, marks, values = [], [], row.__dict__
        for attname, (column, shape) in table.columns.items():
            value = values[attname]
            if instead and attname in instead:
                mark = instead[attname]
            elif value is None and attname == table.key:
                continue
            else:
                mark = "%s"
                self.values.append(value if shape is None else shape(value))
            names.append(column)
            marks.append(mark)
        listed, given = ", ".join(names), ", ".join(marks)
        self.parts.append(f"INSERT INTO {table.name} ({listed}) VALUES ({given}){tail}")  # noqa: S608 (our own names)

    def update(self, row: models.Model, attnames: Iterable[str]) -> None:
        """Write these columns of one row, which the caller holds under its lock."""
        table = table_of(type(row))
        sets, values = [], row.__dict__
        for attname in attnames:
            column, shape = table.columns[attname]
            sets.append(f"{column} = %s")
            value = values[attname]
            self.values.append(value if shape is None else shape(value))
        if sets:
            key = table.columns[table.key][0]
            self.parts.append(f"UPDATE {table.name} SET {', '.join(sets)} WHERE {key} = %s")  # noqa: S608 (as above)
            self.values.append(row.pk)

    def send(self) -> tuple | None:
        """Carry all out; the first row of the last statement, if it gives any. All or nothing inside the
        caller's transaction: an error undoes it."""
        if not self.parts:
            return None
        with connection.cursor() as cursor:
            cursor.execute("; ".join(self.parts), self.values)
            return cursor.fetchone() if cursor.description else None


def give_keys(rows: Sequence[models.Model]) -> None:
    """Give every row of these the key its table's sequence has next: one statement for all tables."""
    waiting = [row for row in rows if row.pk is None and table_of(type(row)).sequence]
    if not waiting:
        return
    wanted = ", ".join(f"nextval('{table_of(type(row)).sequence}')" for row in waiting)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {wanted}")
        for row, key in zip(waiting, cursor.fetchone(), strict=True):
            row.pk = key


@cache
def _reading(model: type[models.Model], condition: str) -> tuple[str, tuple[str, ...]]:
    meta, quote = model._meta, connection.ops.quote_name
    columns = ", ".join(quote(one.column) for one in meta.concrete_fields)
    names = tuple(one.attname for one in meta.concrete_fields)
    return f"SELECT {columns} FROM {quote(meta.db_table)} WHERE {condition}", names  # noqa: S608 (as above)


def read(model: type[models.Model], condition: str, *values: Any) -> list[models.Model]:
    """Rows of a model as ``Model.objects.filter(…)`` gives them. ``condition`` is SQL of this project over the
    table's own columns, with ``%s`` for each value; it may end in ORDER BY, LIMIT or FOR UPDATE."""
    statement, names = _reading(model, condition)
    with connection.cursor() as cursor:
        prepared.execute(cursor, statement, values)
        rows = cursor.fetchall()
    converters = _converters(model)
    found = []
    for row in rows:
        if converters:
            row = list(row)
            for place, convert in converters:
                row[place] = convert(row[place])
        found.append(stored_row(model, names, row))
    return found


@cache
def _converters(model: type[models.Model]) -> tuple[tuple[int, Callable[[Any], Any]], ...]:
    """What the database's driver leaves to the field: JSON, which Django has it give as text."""
    found = []
    for place, one in enumerate(model._meta.concrete_fields):
        if isinstance(one, models.JSONField):
            found.append((place, lambda value: json.loads(value) if isinstance(value, str) else value))
    return tuple(found)
