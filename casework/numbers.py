"""Numbers of cases and papers: one series per kind, day and source, taken under its row lock.

Taken last in the transaction, so numbers follow the commits and a rolled-back report leaves no gap
(quality.md C-09).
"""

from __future__ import annotations

import re

from django.db import connection

_TAKE = """
    INSERT INTO casework_numberseries AS s (key, last) VALUES (%s, %s)
    ON CONFLICT (key) DO UPDATE SET last = s.last + EXCLUDED.last
    RETURNING last
"""


def take(series: str, count: int = 1) -> int:
    """The first of ``count`` consecutive new numbers of the series; holds the series until the commit."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [series, count])
        return cursor.fetchone()[0] - count + 1


_TAKE_ONE = (
    "INSERT INTO casework_numberseries AS s (key, last) VALUES (%s, 1) "
    "ON CONFLICT (key) DO UPDATE SET last = s.last + EXCLUDED.last"
)
_PATTERN = re.compile(r"([^{}'\\\\]*)\{n:0(\d)d\}")


def is_plain(pattern: str) -> bool:
    """Whether the database itself can write numbers of this pattern: a head and padded digits."""
    return _PATTERN.fullmatch(pattern) is not None


def take_in_sql(series: str, pattern: str, *, setting: str) -> tuple[str, list]:
    """A statement that takes the next number of a series and leaves it, written out, in a setting of the
    transaction; with its values. So whatever follows in the same message can carry it."""
    head, width = _PATTERN.fullmatch(pattern).groups()
    digits = f"lpad(s.last::text, greatest({width}, length(s.last::text)), '0')"
    return f"{_TAKE_ONE} RETURNING set_config('{setting}', %s || {digits}, true)", [series, head]
