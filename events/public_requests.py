"""Events that anybody may know of, by number, state, category and street: the reading side of Open311.

Left out: what has no category yet, sensitive categories, and what came by petition, police, a leader or a dispute.
"""

from __future__ import annotations

from datetime import datetime

from casework.clock import loader
from events.models import Event
from events.models.event import ENDED
from events.reference_rows import categories
from grids.models import Area

OPEN_SOURCES = ("grid", "hotline", "citizen", "video", "department", "sensor", "data_share", "other")
FIELDS = ("number", "state", "category_id", "street_code", "reported_at", "closed_at", "changed_at")


def find(
    *, numbers: tuple[str, ...] = (), starts: datetime | None = None, ends: datetime | None = None, status: str = "",
    category: str = "", size: int = 50, skip: int = 0,
) -> list[dict]:
    """Rows ``{number, state, state_label, category, area, reported_at, closed_at, changed_at}``, newest first;
    ``category`` is the object, ``area`` the street's name or None."""
    known = categories()
    hidden = [code for code, row in known.items() if row.is_sensitive]
    rows = Event.objects.filter(source__in=OPEN_SOURCES, category__isnull=False).exclude(category__in=hidden)
    if numbers:
        rows = rows.filter(number__in=numbers)
    if starts is not None and ends is not None:
        rows = rows.filter(reported_at__gte=starts, reported_at__lte=ends)
    if status:
        rows = rows.filter(state__in=ENDED) if status == "closed" else rows.exclude(state__in=ENDED)
    if category:
        rows = rows.filter(category=category)
    states = dict(Event.State.choices)
    streets = loader.keep("street_names", _streets)
    return [
        {
            **row, "category": known[row["category_id"]], "state_label": str(states[row["state"]]),
            "area": streets.get(row["street_code"]),
        }
        for row in rows.order_by("-reported_at", "-id").values(*FIELDS)[skip : skip + size]
        if row["category_id"] in known
    ]


def _streets() -> dict[str, str]:
    return dict(Area.objects.filter(level="street").values_list("code", "name"))
