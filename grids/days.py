"""The district's day: what day it is there, the Monday of a week, the day that an address asks for."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from grids.scope import SHANGHAI

FIRST_YEAR, LAST_YEAR = 2000, 2100
"""Years that a page may be asked for: a week more or less stays within what a date can hold."""


def day_of(at: datetime) -> date:
    """The day in Shanghai."""
    return at.astimezone(SHANGHAI).date()


def monday_of(day: date) -> date:
    """First day of its week."""
    return day - timedelta(days=day.weekday())


def week_of(day: date) -> str:
    """``2026-W10``: the week of the day, as ISO 8601 counts it."""
    year, week, _day = day.isocalendar()
    return f"{year}-W{week:02}"


def day_asked(text: str, *, at: datetime) -> date:
    """``YYYY-MM-DD`` as an address or a form has it; today for what is no day, or none of ours."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return day_of(at)
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else day_of(at)
