"""Quiet hours: what is not urgent waits for the morning (screens.md §8.1)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
BEGIN, END = time(21, 0), time(7, 30)
NEVER_QUIET = frozenset({"P0", "P1"})


def heard_at(moment: datetime, urgency: str) -> datetime:
    """When a person may be disturbed: ``moment``, or the next 07:30 if it falls into 21:00–07:30 and is not P0
    or P1."""
    local = moment.astimezone(SHANGHAI)
    if urgency in NEVER_QUIET or END <= local.time() < BEGIN:
        return moment
    day = local.date() + timedelta(days=1 if local.time() >= BEGIN else 0)
    return datetime.combine(day, END, SHANGHAI).astimezone(moment.tzinfo)
