"""Working calendars and ladders out of the database, kept in each process for a few seconds.

A rule changed in the admin holds for clocks started from then on, at the latest ``FRESH_SECONDS`` later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import TypeVar

from casework.clock import calendars
from casework.clock.arithmetic import ClockKind

T = TypeVar("T")
FRESH_SECONDS = 10
_kept: dict[str, tuple[float, object]] = {}


def forget() -> None:
    """Drop what is kept: after a rule was changed in this process, and between tests."""
    _kept.clear()


def keep(key: str, make: Callable[[], T]) -> T:
    """``make()``, or what it gave less than FRESH_SECONDS ago."""
    found = _kept.get(key)
    now = monotonic()
    if found is None or now - found[0] > FRESH_SECONDS:
        found = (now, make())
        _kept[key] = found
    return found[1]


def calendar(code: str) -> calendars.Calendar:
    """The calendar of this code; an unknown one is the district's, without rows the standard week."""
    if code == "round_the_clock":
        return calendars.ROUND_THE_CLOCK
    return keep(f"calendar:{code}", lambda: _read_calendar(code))


def _read_calendar(code: str) -> calendars.Calendar:
    from casework.models import CalendarDay, WorkPeriod

    weekly: list[list[calendars.Period]] = [[] for _ in range(7)]
    for period in WorkPeriod.objects.filter(calendar_id=code):
        weekly[period.weekday].append(calendars.Period.parse(f"{period.starts:%H:%M}-{period.ends:%H:%M}"))
    days = tuple(
        calendars.ExceptionalDay(row.date, row.is_workday, row.note, notice_year=row.notice_year)
        for row in CalendarDay.objects.filter(calendar_id=code)
    )
    if not any(weekly):
        return calendars.Calendar(code=code, exceptional_days=days)
    normal = tuple(weekly[0] or next(filter(None, weekly)))
    return calendars.Calendar(
        code=code, workday_periods=normal, weekly=tuple(map(tuple, weekly)), exceptional_days=days
    )


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung as the ledger needs it."""

    code: str
    at_percent: int
    min_offset_seconds: int
    min_offset_kind: ClockKind


def rungs(ladder: str) -> tuple[Rung, ...]:
    """The rungs of a ladder in order; none for an unknown ladder."""
    if not ladder:
        return ()
    return keep(f"ladder:{ladder}", lambda: _read_rungs(ladder))


def _read_rungs(ladder: str) -> tuple[Rung, ...]:
    from casework.models import LadderRung

    return tuple(
        Rung(row.code, row.at_percent, row.min_offset_seconds, ClockKind(row.min_offset_kind))
        for row in LadderRung.objects.filter(ladder=ladder).order_by("position")
    )
