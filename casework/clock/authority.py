"""The one authority on time: the database's clock (quality.md F6), which the demo may let run ahead."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection

_ahead: Callable[[], timedelta] = timedelta


def let_run_ahead(by: Callable[[], timedelta]) -> None:
    """Have the district's clock run ahead of the servers' (the time machine of the demo)."""
    global _ahead
    _ahead = by


def ahead() -> timedelta:
    """How far the district's clock is ahead of the servers': nothing outside the demo."""
    return _ahead()


def server_time() -> datetime:
    """Now, by the database host."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def database_time() -> datetime:
    """Now for the district; hosts that disagree by minutes still sweep and claim by one clock."""
    return server_time() + _ahead()
