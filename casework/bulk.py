"""Writing many rows at once: one statement per table whatever the number of cases."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, models
from psycopg2.extras import execute_values


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
