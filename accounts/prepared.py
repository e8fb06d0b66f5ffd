"""Statements that every request asks, planned once per connection.

PostgreSQL needs longer to plan a look-up in the event table (some thirty indexes) or the joins of a person's rights
than to carry it out. ``execute`` prepares a statement on first use of a connection and from then on only runs it.
A pool between us and the server that changes sessions in mid-connection must be told: DATABASE_PREPARED=0 sends
plain statements (docs/operators/settings.md).
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from functools import cache
from hashlib import blake2b
from typing import Any
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper

_known: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()
"""Names prepared, by the driver's connection."""


def execute(cursor: CursorWrapper, statement: str, values: Sequence[Any]) -> None:
    """Run ``statement`` (a constant of the project, ``%s`` for each value); only for statements whose text does not
    change from call to call."""
    if not settings.DATABASE_PREPARED:
        cursor.execute(statement, values)
        return
    name, text, call = _named(statement)
    names = _known.get(connection.connection)
    if names is None:
        names = _known[connection.connection] = set()
    if name not in names:
        cursor.cursor.execute(f"PREPARE {name} AS {text}")  # by the driver: no query of a page
        names.add(name)
    cursor.execute(call, values)


FIXED = 16
"""Whole statements kept planned on one connection; beyond it the one not asked for longest is dropped."""
_fixed: WeakKeyDictionary[Any, OrderedDict[str, bool]] = WeakKeyDictionary()
"""Whole statements by the driver's connection: whether prepared, or only asked once so far."""


def execute_fixed(cursor: CursorWrapper, statement: str, values: Sequence[Any]) -> None:
    """Run a statement that may be asked again with the very same values. From the second time on it is planned no
    more; it was planned for these values, so nothing is guessed, and new statistics of a table plan it anew."""
    if not settings.DATABASE_PREPARED:
        cursor.execute(statement, values)
        return
    text = cursor.cursor.mogrify(statement, values)
    name = f"gov_{blake2b(text, digest_size=12).hexdigest()}"
    names = _fixed.setdefault(connection.connection, OrderedDict())
    is_prepared = names.get(name)
    if is_prepared is None:
        names[name] = False
        if len(names) > FIXED:
            oldest, was_prepared = names.popitem(last=False)
            if was_prepared:
                cursor.cursor.execute(f"DEALLOCATE {oldest}")
        cursor.execute(statement, values)
        return
    if not is_prepared:
        cursor.cursor.execute(b"PREPARE " + name.encode() + b" AS " + text)
        names[name] = True
    names.move_to_end(name)
    cursor.execute(f"EXECUTE {name}")


@cache
def _named(statement: str) -> tuple[str, str, str]:
    """Name, text with ``$1`` …, and the call."""
    name = f"gov_{blake2b(statement.encode(), digest_size=8).hexdigest()}"
    parts = statement.split("%s")
    text = parts[0] + "".join(f"${place}{part}" for place, part in enumerate(parts[1:], 1))
    marks = ", ".join(["%s"] * (len(parts) - 1))
    return name, re.sub(r"%%", "%", text), f"EXECUTE {name}({marks})" if marks else f"EXECUTE {name}"
