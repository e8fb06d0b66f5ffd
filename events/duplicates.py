"""Open reports that may be the same matter: near in place, close in time, alike in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from math import cos, hypot, radians

from django.db import connection
from django.db.models import QuerySet

from accounts import prepared
from events.models import Event
from events.models.event import ENDED
from events.search import grams as _grams

METRES_PER_DEGREE = 111_320.0
CLUSTER_HOURS = 24
CLUSTER_REPORTS = 3
LOOK_BACK = timedelta(days=30)
MOST_ROWS = 200
RADIUS_M = 250.0
LEAST_LIKENESS = 0.08
"""Share of common pairs below which words are not alike. Less than one in a thousand random pairs of citizens' messages
reaches it (figure L6.hints)."""


def metres_between(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Distance in metres on a local plane; good to 0.1 % below 5 km."""
    east = (lon2 - lon1) * METRES_PER_DEGREE * cos(radians((lat1 + lat2) / 2))
    return hypot(east, (lat2 - lat1) * METRES_PER_DEGREE)


def likeness(mine: set[str], theirs: list[str]) -> float:
    """Share of common character pairs (Jaccard), 0 … 1."""
    other = set(theirs)
    return len(mine & other) / len(mine | other) if mine and other else 0.0


def likeness_of_matter(mine: set[str], theirs: list[str], address: str) -> float:
    """The same without the words of their place: two matters at one address share those."""
    place = set(_grams(address))
    return likeness(mine - place, [gram for gram in theirs if gram not in place])


def nearby(
    *, lon: float, lat: float, at: datetime, grams: list[str], category: str | None = None,
    radius_m: float = RADIUS_M, exclude: int | None = None, limit: int = 8, among: QuerySet[Event] | None = None,
) -> list[dict]:
    """Open events within ``radius_m`` metres of the last 30 days that are of the same category or alike in words,
    likeliest first. Nearness alone proposes nothing, nor do the words of the place itself.

    ``[{"id", "number", "title", "state", "category", "distance_m", "likeness", "same_category", "score",
    "reported_at"}]``; score 0 … 1 weighs place 0.4, words 0.35, category 0.25. ``among``: what the asker may know of;
    narrowing afterwards would let events out of scope push others from the list (quality.md A-05).
    """
    box, since = box_of(lon, lat, radius_m), at - LOOK_BACK
    rows = _around(box, since, exclude) if among is None else _among(among, box, since, exclude)
    return weigh(rows, lon=lon, lat=lat, grams=grams, category=category, radius_m=radius_m)[:limit]


def box_of(lon: float, lat: float, radius_m: float = RADIUS_M) -> tuple[float, float, float, float]:
    """South, north, west and east of a circle, in degrees."""
    lat_span = radius_m / METRES_PER_DEGREE
    lon_span = lat_span / max(0.01, cos(radians(lat)))
    return lat - lat_span, lat + lat_span, lon - lon_span, lon + lon_span


def weigh(
    rows: Iterable[dict], *, lon: float, lat: float, grams: list[str], category: str | None, radius_m: float = RADIUS_M
) -> list[dict]:
    """Of rows of ``FIELDS``, those that may be the same matter, likeliest first, as ``nearby`` gives them."""
    mine = set(grams)
    found = []
    for row in rows:
        distance = metres_between(lon, lat, row["lon"], row["lat"])
        if distance > radius_m:
            continue
        alike = likeness_of_matter(mine, row.pop("grams"), row["address"])
        same = bool(category) and row["category_id"] == category
        if not same and alike < LEAST_LIKENESS:
            continue
        row["distance_m"] = round(distance)
        row["likeness"] = round(alike, 2)
        row["same_category"] = same
        row["score"] = round(0.4 * (1 - distance / radius_m) + 0.35 * alike + 0.25 * same, 2)
        found.append(row)
    found.sort(key=lambda row: (-row["score"], row["id"]))
    return found


FIELDS = ("id", "number", "title", "state", "category_id", "lon", "lat", "reported_at", "grams", "area_path", "unit_ids",
          "address")
AROUND = f"""
    SELECT {", ".join(FIELDS)} FROM events_event
     WHERE lat BETWEEN %s AND %s AND lon BETWEEN %s AND %s AND reported_at >= %s AND id <> %s
       AND NOT state IN ({", ".join(f"'{state}'" for state in ENDED)}) LIMIT {MOST_ROWS}
"""  # noqa: S608 (names of our own)
"""Values: the four of ``box_of``, since when, a key to leave out."""


def _around(box: tuple[float, ...], since: datetime, exclude: int | None) -> list[dict]:
    with connection.cursor() as cursor:
        prepared.execute(cursor, AROUND, [*box, since, exclude or 0])
        return [dict(zip(FIELDS, row, strict=True)) for row in cursor.fetchall()]


def _among(rows: QuerySet[Event], box: tuple[float, ...], since: datetime, exclude: int | None) -> list[dict]:
    south, north, west, east = box
    inside = rows.filter(lat__range=(south, north), lon__range=(west, east), reported_at__gte=since)
    return list(inside.exclude(state__in=ENDED).exclude(pk=exclude).values(*FIELDS)[:MOST_ROWS])


def cluster_size(near: list[dict], *, at: datetime, radius_m: float = 50) -> int:
    """How many of the nearby reports of the same category lie within 50 m and 24 h (rules.md §2)."""
    since = at - timedelta(hours=CLUSTER_HOURS)
    return sum(
        1 for row in near if row["distance_m"] <= radius_m and row["same_category"] and row["reported_at"] >= since
    )
