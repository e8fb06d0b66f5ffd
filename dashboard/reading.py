"""What one reading of the land holds: everything the panels are made of, read once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from dashboard.addresses import Lists
from dashboard.land import Land
from dashboard.live_numbers import Cluster, LiveCounts
from dashboard.spans import days_before
from grids.scope import Rights

QUALITY_DAYS = 30
RANKING_DAYS = 7
"""A rate over fewer days says little: quality panels look back at least 30 days, the ranking at least 7."""


@dataclass(frozen=True)
class Reading:
    """Everything the panels are made of, read once."""

    rights: Rights
    land: Land
    first: date
    last: date
    at: datetime
    lists: Lists
    spans: dict[str, list[dict]]
    counts: LiveCounts
    clusters: list[Cluster]
    feed: list[dict]
    duty: dict[str, tuple[int, int, int]]
    units: dict[int, dict]
    turns: list[dict]
    child_categories: dict[str, dict[str, int]]

    @property
    def quality_first(self) -> date:
        return min(self.first, days_before(self.last, QUALITY_DAYS - 1))

    @property
    def ranking_first(self) -> date:
        return min(self.first, days_before(self.last, RANKING_DAYS - 1))

    @cached_property
    def line(self) -> dict[date, dict]:
        """Every number of the area by day over the last 30 days."""
        return {row["day"]: row for row in self.spans["line"]}

    @property
    def sees_people(self) -> bool:
        """Whether the reader may open lists: a screen account sees numbers only."""
        return self.lists.allowed
