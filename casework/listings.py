"""Lists that are asked again and again in the same words: their statement is composed once.

Composing a list's SQL out of scope, filters and order costs the framework more than PostgreSQL needs to answer it.
What is kept is the statement with its values, never a row: the rights are read anew for every request, and they are
part of the key.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import suppress

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from accounts import prepared

KEPT = 512
Statement = tuple[tuple[str, ...], str, tuple]
"""Names of the columns, SQL, values; empty SQL for a list that can hold nothing."""
_kept: OrderedDict[Hashable, Statement] = OrderedDict()


def rows(key: Hashable, make: Callable[[], QuerySet]) -> list[dict]:
    """What ``make()``, a queryset of ``values()`` over plain columns, gives. ``key`` must tell apart all that
    ``make`` depends on; nothing in it may depend on the time of day."""
    names, statement, values = _statement(key, make)
    return [dict(zip(names, row, strict=True)) for row in _ask(statement, values)] if statement else []


def count(key: Hashable, make: Callable[[], QuerySet]) -> int:
    """How many rows ``make()`` has; ``key`` as in ``rows``."""
    _names, statement, values = _statement(("count", key), lambda: make().order_by().values("pk"))
    whole = f"SELECT count(*) FROM ({statement}) AS listed"  # noqa: S608 (composed by the framework)
    return _ask(whole, values)[0][0] if statement else 0


def _statement(key: Hashable, make: Callable[[], QuerySet]) -> Statement:
    found = _kept.get(key)
    if found is None:
        found = _kept[key] = _composed(make())
        if len(_kept) > KEPT:
            _kept.popitem(last=False)
    else:
        with suppress(KeyError):  # another thread may just have dropped it
            _kept.move_to_end(key)
    return found


def _ask(statement: str, values: tuple) -> list[tuple]:
    with connection.cursor() as cursor:
        prepared.execute_fixed(cursor, statement, values)
        return cursor.fetchall()


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
