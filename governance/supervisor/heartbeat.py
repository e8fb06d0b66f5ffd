"""Whether the worker really consumes: it writes a row after finishing a probe task."""

from __future__ import annotations

import os

OLDEST_SECONDS = 60
"""A worker without a finished probe for this long is restarted (quality.md §4.2)."""


def age_seconds(name: str) -> float | None:
    """The age of the last row of ``name`` in ``casework_heartbeat``; ``None`` when it cannot be known.

    The clock is the database's, so a wrong clock on this side does not matter.
    """
    import psycopg2

    try:
        line = psycopg2.connect(
            os.environ["DATABASE_URL"], connect_timeout=2, options="-c statement_timeout=2000"
        )
    except psycopg2.Error:
        return None
    try:
        with line.cursor() as cursor:
            cursor.execute(
                "SELECT extract(epoch FROM clock_timestamp() - at)::float FROM casework_heartbeat WHERE name = %s",
                [name],
            )
            row = cursor.fetchone()
    except psycopg2.Error:  # the table comes with the first migration
        return None
    finally:
        line.close()
    return None if row is None else row[0]
