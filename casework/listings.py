"""Lists that are asked again and again in the same words: their statement is composed once.

Composing a list's SQL out of scope, filters and order costs the framework more than PostgreSQL needs to answer it.
What is kept is the statement with its values, never a row: the rights are read anew for every request, and they are
part of the key.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

KEPT = 512
Statement = tuple[tuple[str, ...], str, tuple]
"""Names of the columns, SQL, values; empty SQL for a list that can hold nothing."""
_kept: OrderedDict[Hashable, Statement] = OrderedDict()


def rows(key: Hashable, make: Callable[[], QuerySet]) -> list[dict]:
    """What ``make()``, a queryset of ``values()`` over plain columns, gives. ``key`` must tell apart all that
    ``make`` depends on; nothing in it may depend on the time of day."""
    found = _kept.get(key)
    if found is None:
        found = _kept[key] = _composed(make())
        if len(_kept) > KEPT:
            _kept.popitem(last=False)
    else:
        _kept.move_to_end(key)
    names, statement, values = found
    if not statement:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _composed(wanted: QuerySet) -> Statement:
    """Raises ValueError for columns that the framework would still convert after reading."""
    compiler = wanted.query.get_compiler(connection=connection)
    try:
        statement, values = compiler.as_sql()
    except EmptyResultSet:
        return (), "", ()
    if compiler.get_converters([column for column, _sql, _alias in compiler.select]):
        raise ValueError("a kept list has plain columns only")
    return tuple(wanted.query.values_select), statement, tuple(values)
