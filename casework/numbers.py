"""Numbers of cases and papers: one series per kind, day and source, taken under its row lock.

Taken last in the transaction, so numbers follow the commits and a rolled-back report leaves no gap
(quality.md C-09).
"""

from __future__ import annotations

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
