"""Numbers that depend on the clock, so that no tally can hold them: overdue now, due soon, clusters, the newest.

Each statement is bounded by an index on what is open now, on a day of reports or closings, or on promises ahead.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from dashboard.addresses import end_of, start_of
from dashboard.land import Land
from events.duplicates import CLUSTER_HOURS, CLUSTER_REPORTS, METRES_PER_DEGREE
from events.models.event import ENDED
from grids.models import DutyTurn
from grids.queries.people import turn_now

SOON = timedelta(hours=1)
WINDOW_SOON = timedelta(minutes=10)
FEED_ROWS = 6
NEAR_M = 50
OPEN = f"state NOT IN ({', '.join(repr(state) for state in ENDED)})"
_OPEN = f"{OPEN} AND area_path LIKE %(inside)s"

_COUNTS_SQL = f"""
SELECT 'overdue', COALESCE(owner_unit_id::text, ''), count(*) FROM events_event
 WHERE {_OPEN} AND due_at < %(at)s GROUP BY 2
UNION ALL
SELECT 'red', '', count(*) FROM events_event WHERE {_OPEN} AND flag = 'red'
UNION ALL
SELECT 'critical', '', count(*) FROM events_event WHERE {_OPEN} AND urgency = 'P0'
UNION ALL
SELECT 'soon', '', count(*) FROM events_event WHERE {_OPEN} AND due_at >= %(at)s AND due_at < %(soon)s
UNION ALL
SELECT 'window', '', count(*) FROM events_event
 WHERE {_OPEN} AND state = 'open_for_claim' AND due_at >= %(at)s AND due_at < %(window)s
UNION ALL
SELECT 'dispute', split_part(area_path, '/', %(depth)s), count(*) FROM events_event
 WHERE {_OPEN} AND category_id LIKE '01%%' GROUP BY 2
UNION ALL
SELECT CASE WHEN handled_at <= handle_due_at THEN 'later_kept' ELSE 'later_open' END,
       COALESCE(owner_unit_id::text, ''), count(*) FROM events_event
 WHERE handle_due_at >= %(at)s AND handle_due_at < %(until)s AND area_path LIKE %(inside)s
   AND state NOT IN ('merged', 'rejected', 'transferred') GROUP BY 1, 2
UNION ALL
SELECT 'reported_before', '', count(*) FROM events_event
 WHERE reported_at >= %(before_from)s AND reported_at < %(before_to)s AND area_path LIKE %(inside)s
   AND state NOT IN ('merged', 'rejected')
UNION ALL
SELECT 'closed_before', '', count(*) FROM events_event
 WHERE closed_at >= %(before_from)s AND closed_at < %(before_to)s AND area_path LIKE %(inside)s AND state = 'closed'
UNION ALL
SELECT 'recurred', '', count(*) FROM dashboard_recurrence r JOIN events_event e ON e.id = r.closed_id
 WHERE r.area_path LIKE %(inside)s AND r.closed_on BETWEEN %(quality_first)s AND %(last)s AND e.state = 'closed'
UNION ALL
SELECT 'renewed', '', extract(epoch FROM max(renewed_at))::bigint FROM dashboard_recurrence
"""  # noqa: S608


@dataclass(slots=True)
class LiveCounts:
    """``by_key[kind][key]``; ``of(kind)`` is the sum."""

    by_key: dict[str, dict[str, int]] = field(default_factory=dict)

    def of(self, kind: str, key: str | None = None) -> int:
        found = self.by_key.get(kind, {})
        return sum(found.values()) if key is None else found.get(key, 0)


def read_counts(
    land: Land, *, at: datetime, last: date, quality_first: date, before: tuple[datetime, datetime]
) -> LiveCounts:
    """Everything counted by the clock, one statement. ``before``: the stretch of an earlier day to compare with."""
    values = {
        "inside": land.area.path + "%", "depth": land.depth, "at": at, "soon": at + SOON, "window": at + WINDOW_SOON,
        "until": end_of(last), "before_from": before[0], "before_to": before[1], "last": last,
        "quality_first": quality_first,
    }
    found = LiveCounts()
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS_SQL, values)
        for kind, key, count in cursor.fetchall():
            found.by_key.setdefault(kind, {})[key] = count or 0
    return found


def same_hour(last: date, at: datetime, days: int) -> tuple[datetime, datetime]:
    """The part of the day ``days`` before ``last`` that had passed at this hour; the whole day for a past ``last``."""
    day = last - timedelta(days=days)
    return start_of(day), min(end_of(day), at - timedelta(days=days))


_CELLS = f"""
    (SELECT *, floor(lat * {METRES_PER_DEGREE} / {NEAR_M})::bigint AS north,
            floor(lon * {METRES_PER_DEGREE} / {NEAR_M} / 3)::bigint AS east FROM {{source}})"""  # noqa: S608
NEAR_ENOUGH = f"""power((b.lat - a.lat) * {METRES_PER_DEGREE}, 2)
    + power((b.lon - a.lon) * {METRES_PER_DEGREE} * cos(radians((a.lat + b.lat) / 2)), 2) <= {NEAR_M * NEAR_M}"""
"""Two points within 50 m on a local plane, as ``events.duplicates.metres_between``."""


def neighbours(source: str, other: str) -> str:
    """SQL of a join of ``a`` (source) with ``b`` (other) over cells, so that its cost grows with the rows and not
    with their square. A cell is 50 m high and at least 50 m wide up to 70° of latitude."""
    return f"""{_CELLS.format(source=source)} a
        CROSS JOIN (VALUES (-1), (0), (1)) AS y(step) CROSS JOIN (VALUES (-1), (0), (1)) AS x(step)
        JOIN {_CELLS.format(source=other)} b
          ON b.category_id = a.category_id AND b.north = a.north + y.step AND b.east = a.east + x.step"""


_CLUSTERS_SQL = f"""
WITH recent AS (
    SELECT e.id, e.number, e.category_id, e.lat, e.lon, e.grid_code FROM events_event e
     WHERE e.reported_at >= %(since)s AND e.reported_at <= %(at)s AND e.area_path LIKE %(inside)s
       AND e.lat IS NOT NULL AND e.category_id IS NOT NULL AND e.state <> 'rejected'
)
SELECT a.id, a.category_id, a.grid_code, array_agg(b.id ORDER BY b.id), array_agg(b.number ORDER BY b.id)
  FROM {neighbours("recent", "recent")}
 WHERE {NEAR_ENOUGH}
 GROUP BY a.id, a.category_id, a.grid_code HAVING count(*) >= {CLUSTER_REPORTS}
 ORDER BY count(*) DESC, a.id LIMIT 500
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Cluster:
    """Reports of one category within 50 m of one of them, inside 24 hours."""

    category: str
    grid: str
    numbers: tuple[str, ...]


def read_clusters(land: Land, *, at: datetime) -> list[Cluster]:
    """Clusters of at least three, largest first; a report belongs to one cluster only."""
    with connection.cursor() as cursor:
        since = at - timedelta(hours=CLUSTER_HOURS)
        cursor.execute(_CLUSTERS_SQL, {"since": since, "at": at, "inside": land.area.path + "%"})
        rows = cursor.fetchall()
    taken: set[int] = set()
    found = []
    for _key, category, grid, ids, numbers in rows:
        left = [(key, number) for key, number in zip(ids, numbers, strict=True) if key not in taken]
        if len(left) < CLUSTER_REPORTS:
            continue
        taken.update(key for key, _number in left)
        found.append(Cluster(category, grid, tuple(number for _key, number in left)))
    found.sort(key=lambda cluster: (-len(cluster.numbers), cluster.numbers))
    return found


_FEED_SQL = """
SELECT e.number, e.urgency, e.flag, e.state, e.category_id, e.reported_at, e.due_at, e.due_started_at,
       COALESCE(NULLIF(g.short_name, ''), g.name, ''), COALESCE(NULLIF(s.short_name, ''), s.name, ''), e.grid_code,
       COALESCE(u.name, '')
  FROM events_event e
  LEFT JOIN grids_area g ON g.id = e.area_id
  LEFT JOIN grids_area s ON s.code = NULLIF(e.street_code, '')
  LEFT JOIN grids_unit u ON u.id = e.owner_unit_id
 WHERE e.area_path LIKE %(inside)s AND e.state NOT IN ('merged', 'rejected') AND e.reported_at <= %(at)s
 ORDER BY e.reported_at DESC, e.id DESC LIMIT %(rows)s
"""
_FEED_NAMES = (
    "number", "urgency", "flag", "state", "category", "reported_at", "due_at", "due_started_at", "place", "street",
    "grid", "unit",
)


def read_feed(land: Land, *, at: datetime, rows: int = FEED_ROWS) -> list[dict[str, Any]]:
    """The newest reports of the area, without any text a person wrote."""
    with connection.cursor() as cursor:
        cursor.execute(_FEED_SQL, {"inside": land.area.path + "%", "at": at, "rows": rows})
        return [dict(zip(_FEED_NAMES, row, strict=True)) for row in cursor.fetchall()]


_GRID_CATEGORIES_SQL = """
SELECT grid_code, COALESCE(category_id, ''), count(*) FROM events_event
 WHERE area_path LIKE %(inside)s AND reported_at >= %(from)s AND reported_at < %(to)s AND grid_code <> ''
   AND state NOT IN ('merged', 'rejected')
 GROUP BY 1, 2
"""


def read_grid_categories(land: Land, *, first: date, last: date) -> dict[str, dict[str, int]]:
    """Reports by grid and minor category in one community, whose grids keep no such slices."""
    values = {"inside": land.area.path + "%", "from": start_of(first), "to": end_of(last)}
    found: dict[str, dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_GRID_CATEGORIES_SQL, values)
        for grid, category, count in cursor.fetchall():
            found.setdefault(grid, {})[category] = count
    return found


_DUTY_SQL = """
WITH posts AS (
    SELECT split_part(a.path, '/', %(depth)s) AS child, p.area_id, p.cover,
           EXISTS (SELECT 1 FROM grids_leave l WHERE l.person_id = p.person_id AND l.starts_at <= %(at)s
                      AND l.ends_at > %(at)s) AS away
      FROM grids_post p JOIN grids_area a ON a.id = p.area_id
     WHERE a.path LIKE %(inside)s AND p.rank = 'worker' AND p.valid_from <= %(day)s
       AND (p.valid_to IS NULL OR p.valid_to >= %(day)s)
), judged AS (
    SELECT child, cover, away,
           away AND EXISTS (SELECT 1 FROM posts b WHERE b.area_id = posts.area_id AND b.cover = 'B' AND NOT b.away)
           AS covered
      FROM posts
)
SELECT child, count(*) AS due, count(*) FILTER (WHERE NOT away) AS present,
       count(*) FILTER (WHERE covered) AS covered
  FROM judged WHERE cover = 'A' GROUP BY 1
"""


def read_duty(land: Land, *, at: datetime, day: date) -> dict[str, tuple[int, int, int]]:
    """Grid workers by child area: (posts to be filled, their holders not on leave, on leave but covered by B)."""
    with connection.cursor() as cursor:
        cursor.execute(
            _DUTY_SQL, {"depth": land.depth, "at": at, "day": day, "inside": land.area.path + "%"}
        )
        return {row[0]: row[1:] for row in cursor.fetchall()}


_UNITS_SQL = """
WITH done AS (
    SELECT e.owner_unit_id, count(*) AS n,
           percentile_cont(0.5) WITHIN GROUP (
               ORDER BY extract(epoch FROM e.handled_at - COALESCE(e.dispatched_at, e.reported_at))) AS median
      FROM events_event e
     WHERE e.state = 'closed' AND e.closed_at >= %(from)s AND e.closed_at < %(to)s AND e.area_path LIKE %(inside)s
       AND e.handled_at IS NOT NULL AND e.owner_unit_id = ANY(%(ids)s)
     GROUP BY 1
)
SELECT u.id, u.code, u.name, u.kind, u.phone, a.path, h.median, COALESCE(h.n, 0)
  FROM grids_unit u JOIN grids_area a ON a.id = u.area_id LEFT JOIN done h ON h.owner_unit_id = u.id
 WHERE u.id = ANY(%(ids)s) OR u.kind = 'district_centre'
    OR (u.kind = 'street_office' AND (a.path LIKE %(inside)s OR starts_with(%(path)s, a.path)))
"""
_UNIT_NAMES = ("id", "code", "name", "kind", "phone", "path", "median", "cases")


def read_units(land: Land, ids: list[int], *, first: date, last: date) -> list[dict[str, Any]]:
    """Names and desk phones of these units, of the centre and of the street offices; the median handling time in
    seconds of what each unit has closed in the area between the days (dispatch, else report, to handled)."""
    values = {
        "ids": ids, "from": start_of(first), "to": end_of(last), "inside": land.area.path + "%",
        "path": land.area.path,
    }
    with connection.cursor() as cursor:
        cursor.execute(_UNITS_SQL, values)
        return [dict(zip(_UNIT_NAMES, row, strict=True)) for row in cursor.fetchall()]


def read_turns(land: Land, *, at: datetime) -> list[dict[str, Any]]:
    """Duty turns running now at the centres of the area: ``kind``, ``name`` (of leader and chief), ``code``."""
    rows = DutyTurn.objects.filter(turn_now(at), area__path__startswith=land.area.path)
    return list(rows.order_by("kind", "pk").values("kind", "person__name", "area__code"))
