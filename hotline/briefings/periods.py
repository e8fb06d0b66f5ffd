"""Periods of briefings: a day, a week from Monday, a calendar month; each with the one before and the same last year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from grids.days import monday_of
from grids.scope import SHANGHAI

MOST_YEARS = 10


@dataclass(frozen=True, slots=True)
class Period:
    """Civil days ``first`` … ``last``, both included."""

    kind: str
    first: date
    last: date

    @property
    def start(self) -> datetime:
        return datetime.combine(self.first, time(), SHANGHAI)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.last + timedelta(days=1), time(), SHANGHAI)

    def is_over(self, at: datetime) -> bool:
        return self.end <= at


def containing(kind: str, day: date) -> Period:
    """The period of this kind that holds the day. Raises ValueError for an unknown kind."""
    if kind == "day":
        return Period(kind, day, day)
    if kind == "week":
        first = monday_of(day)
        return Period(kind, first, first + timedelta(days=6))
    if kind == "month":
        first = day.replace(day=1)
        return Period(kind, first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1))
    raise ValueError(kind)


def before(period: Period) -> Period:
    """环比: the period just before."""
    return containing(period.kind, period.first - timedelta(days=1))


def year_before(period: Period) -> Period:
    """同比: of a month the same month; of a day or week the same weekdays 52 weeks earlier."""
    if period.kind == "month":
        return containing("month", period.first.replace(year=period.first.year - 1))
    return containing(period.kind, period.first - timedelta(weeks=52))


def last_over(kind: str, at: datetime) -> Period:
    """The newest period of this kind that has ended."""
    return before(containing(kind, at.astimezone(SHANGHAI).date()))
