"""The one authority on time: the database's clock (quality.md F6)."""

from __future__ import annotations

from datetime import datetime

from django.db import connection


def database_time() -> datetime:
    """Now, by the database host; hosts that disagree by minutes still sweep and claim by one clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]
