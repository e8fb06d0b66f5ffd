"""The overview: every number of the wall for one area, with its formula, its parts, its moment and its list.

Eight statements at most, whatever the load: the land, the tallies (one snapshot), what the clock decides, clusters,
the newest, posts on duty, units, categories (kept for seconds). A panel counted by another room adds its own:
``panels.disputes`` two, the cases in hand and those of each tier.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from dashboard import panels, tiles
from dashboard.addresses import Lists
from dashboard.land import Land, read_land
from dashboard.live_numbers import (
    read_clusters,
    read_counts,
    read_duty,
    read_feed,
    read_grid_categories,
    read_turns,
    read_units,
    same_hour,
)
from dashboard.reading import QUALITY_DAYS, RANKING_DAYS, Reading
from dashboard.spans import Span, days_before, now_span, read_spans
from events.queries import VIEW as VIEW_EVENTS
from grids.scope import SHANGHAI, Rights

TALLIED_SLICES = ("district", "street")
"""Areas whose children keep category slices; the grids of a community are counted from its events."""


def overview(
    rights: Rights, area_code: str, first: date, last: date, at: datetime
) -> dict[str, dict[str, Any]]:
    """Every tile and panel of the wall for days ``first`` … ``last`` (civil days, both included) as seen at ``at``.

    ``{key: {label, value, numerator, denominator, formula, as_of, list_url, …}}``; panels carry ``rows``, each with
    its own ``value`` and ``list_url``. Rates are shares 0 … 1. ``list_url`` is None for a reader without
    ``events.view`` on the area. Raises ``not_found`` outside the scope of ``dashboard.view``.
    """
    reading = read(rights, area_code, first, last, at)
    return {**tiles.all_tiles(reading), **panels.all_panels(reading)}


def read(rights: Rights, area_code: str, first: date, last: date, at: datetime) -> Reading:
    """Read what ``overview`` shows. Raises ``not_found`` outside the scope."""
    land = read_land(rights, area_code)
    last = min(last, at.astimezone(SHANGHAI).date())
    first = min(first, last)
    quality_first = min(first, days_before(last, QUALITY_DAYS - 1))
    ranking_first = min(first, days_before(last, RANKING_DAYS - 1))
    is_grid = land.area.level == "grid"
    spans = read_spans(
        _wishes(land, first, last, quality_first, ranking_first), grid_path=land.area.path if is_grid else ""
    )
    length = (last - first).days + 1
    counts = read_counts(land, at=at, last=last, quality_first=quality_first, before=same_hour(last, at, length))
    unit_ids = [int(row["value"]) for row in spans["unit"]]
    return Reading(
        rights=rights, land=land, first=first, last=last, at=at,
        lists=Lists(land.area.code, allowed=rights.covers(VIEW_EVENTS, area_path=land.area.path), at=at),
        spans=spans, counts=counts, clusters=read_clusters(land, at=at), feed=read_feed(land, at=at),
        duty=read_duty(land, at=at, day=at.astimezone(SHANGHAI).date()),
        units={row["id"]: row for row in read_units(land, unit_ids, first=ranking_first, last=last)},
        turns=read_turns(land, at=at), child_categories=_child_categories(land, spans, first, last),
    )


def _wishes(land: Land, first: date, last: date, quality_first: date, ranking_first: date) -> list[Span]:
    code = land.area.code
    length = timedelta(days=(last - first).days + 1)
    wishes = [
        Span("period", code, "all", first, last),
        Span("before", code, "all", first - length, last - length - timedelta(days=1)),
        Span("line", code, "all", days_before(last, QUALITY_DAYS - 1), last, by_day=True),
        Span("quality", code, "all", quality_first, last),
        Span("quality_before", code, "all", days_before(quality_first, QUALITY_DAYS), days_before(quality_first, 1)),
        Span("quality_category", code, "category", quality_first, last),
        Span("category", code, "category", first, last),
        Span("source", code, "source", first, last),
        Span("unit", code, "unit", ranking_first, last),
        now_span("state", code),
    ]
    for child in land.children:
        wishes.append(Span("child", child.code, "all", first, last))
        wishes.append(now_span("child_state", child.code))
        if land.area.level in TALLIED_SLICES:
            wishes.append(Span("child_category", child.code, "category", first, last, reports_only=True))
    return [wish for wish in wishes if wish.first <= wish.last]


def _child_categories(
    land: Land, spans: dict[str, list[dict]], first: date, last: date
) -> dict[str, dict[str, int]]:
    """Reports by child area and minor category."""
    found: dict[str, dict[str, int]] = {}
    if land.area.level == "community":
        return read_grid_categories(land, first=first, last=last)
    for row in spans.get("child_category", ()):
        found.setdefault(row["area_code"], {})[row["value"]] = row["reported"]
    return found
