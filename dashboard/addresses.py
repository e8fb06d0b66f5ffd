"""The list behind a number: addresses of the desk that return exactly the rows that were counted.

They carry ``view`` and ``of``, filters as ``events.filtering.read_filters`` reads them.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from events.models import Event
from grids.scope import SHANGHAI

COUNTED = tuple(state for state in Event.State.values if state not in ("rejected", "merged"))
"""States that count as accepted 受理."""
PROMISED = tuple(state for state in COUNTED if state != "transferred")
"""States whose promise counts as should-have-closed 应办结."""


def start_of(day: date) -> datetime:
    """The first moment of a civil day of the district."""
    return datetime.combine(day, time(), SHANGHAI)


def end_of(day: date) -> datetime:
    """The first moment after it."""
    return start_of(day + timedelta(days=1))


class Lists:
    """Addresses for one area; all None for a reader who may not open lists."""

    def __init__(self, area_code: str, *, allowed: bool, at: datetime) -> None:
        self.area, self.allowed, self.at = area_code, allowed, at
        try:
            self.desk = reverse("events:desk")
        except NoReverseMatch:
            self.desk = "/desk/"

    def rows(self, view: str = "all", *, area: str = "", **filters: Any) -> str | None:
        """The desk's list of a view, narrowed by filters; tuples become comma-separated values."""
        if not self.allowed:
            return None
        wanted: dict[str, str] = {"area": area or self.area}
        for name, value in filters.items():
            if value is None or value == ():
                continue
            wanted[name] = _text(value)
        return f"{self.desk}?{urlencode({'view': view, 'of': urlencode(wanted)})}"

    def reported(self, first: date, last: date, **filters: Any) -> str | None:
        filters.setdefault("state", COUNTED)
        return self.rows(reported_after=start_of(first), reported_before=end_of(last), **filters)

    def closed(self, first: date, last: date, **filters: Any) -> str | None:
        return self.rows(closed_after=start_of(first), closed_before=end_of(last), state=("closed",), **filters)

    def due(self, first: date, last: date, **filters: Any) -> str | None:
        """Should have been closed by now: promised within the days, but not later than now."""
        until = min(end_of(last), self.at)
        return self.rows(promised_after=start_of(first), promised_before=until, state=PROMISED, **filters)


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).isoformat()
    if isinstance(value, bool):
        return "1" if value else "0"
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
