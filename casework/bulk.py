"""Writing many rows at once: one statement per table whatever the number of cases.

Few rows go through the ORM's own insert; many go by COPY, which costs a third of it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from psycopg2.extras import execute_values

COPY_FROM = 25
"""From this many rows on COPY is cheaper than an INSERT built by the ORM."""


def insert_rows(rows: Sequence[models.Model]) -> None:
    """Insert rows of one model; their primary keys are set afterwards."""
    if not rows:
        return
    model = type(rows[0])
    if len(rows) < COPY_FROM or not isinstance(model._meta.pk, models.AutoField):
        model.objects.bulk_create(rows)
        return
    _give_keys(model, rows)
    fields = model._meta.concrete_fields
    writers = [(field.attname, _text_of(field)) for field in fields]
    buffer = io.StringIO()
    for row in rows:
        values = row.__dict__
        buffer.write(
            "\t".join(
                "\\N" if (value := values[name]) is None else write(value) for name, write in writers
            )
        )
        buffer.write("\n")
    buffer.seek(0)
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN", buffer)
    for row in rows:
        row._state.adding = False
        row._state.db = "default"


def _give_keys(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Take as many values of the table's own sequence as there are rows without a key."""
    waiting = [row for row in rows if row.pk is None]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [model._meta.db_table, model._meta.pk.column, len(waiting)],
        )
        for row, (key,) in zip(waiting, cursor.fetchall(), strict=True):
            row.pk = key


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


_SPECIAL = re.compile("[\\\\\t\n\r\x00]")


def _text(value: object) -> str:
    text = str(value)
    if _SPECIAL.search(text) is None:
        return text
    if "\x00" in text:
        raise ValueError("A string literal cannot contain NUL (0x00) characters.")
    return text.translate(_ESCAPES)


_encoded = DjangoJSONEncoder(ensure_ascii=False).encode


def _json(value: object) -> str:
    return _text(_encoded(value))


def _moment(value: datetime | date) -> str:
    return value.isoformat()


_QUOTED = re.compile(r'["\\]')


def _flag(value: bool) -> str:
    return "t" if value else "f"


def _array(value: Sequence) -> str:
    if not value:
        return "{}"
    parts = [_moment(item) if isinstance(item, datetime) else str(item) for item in value]
    if _QUOTED.search("".join(parts)):
        parts = [part.replace("\\", "\\\\").replace('"', '\\"') for part in parts]
    return _text('{"' + '","'.join(parts) + '"}')


def _text_of(field: models.Field) -> Callable[[object], str]:
    """How values of this field are written in COPY's text format."""
    kind = field.target_field if isinstance(field, models.ForeignKey) else field
    if isinstance(kind, ArrayField):
        return _array
    if isinstance(kind, models.JSONField):
        return _json
    if isinstance(kind, models.DateField):
        return _moment
    if isinstance(kind, models.BooleanField):
        return _flag
    if isinstance(kind, models.IntegerField | models.AutoField | models.FloatField):
        return str
    return _text


def update_rows(model: type[models.Model], rows: Sequence[models.Model], attnames: Sequence[str]) -> None:
    """Write the named columns of these rows in one ``UPDATE … FROM (VALUES …)``.

    Rows must be locked by the caller; values pass through each field's own preparation.
    """
    if not rows or not attnames:
        return
    meta = model._meta
    columns = [field for field in meta.concrete_fields if field.attname in set(attnames)]
    casts = {field.column: _cast(field) for field in columns}
    quote = connection.ops.quote_name
    assignments = ", ".join(f"{quote(c)} = v.{quote(c)}::{cast}" for c, cast in casts.items())
    names = ", ".join(quote(column) for column in casts)
    statement = (
        f"UPDATE {quote(meta.db_table)} AS t SET {assignments} "  # noqa: S608 (names come from the models)
        f"FROM (VALUES %s) AS v (pk, {names}) WHERE t.{quote(meta.pk.column)} = v.pk"
    )
    values = [
        (row.pk, *(field.get_db_prep_save(getattr(row, field.attname), connection) for field in columns))
        for row in rows
    ]
    with connection.cursor() as cursor:
        execute_values(cursor.cursor, statement, values, page_size=1000)


def _cast(field: models.Field) -> str:
    kind = field.target_field if isinstance(field, models.ForeignKey) else field
    return {"bigserial": "bigint", "serial": "integer"}.get(
        kind.db_type(connection) or "text", (kind.db_type(connection) or "text").split(" CHECK")[0]
    )
