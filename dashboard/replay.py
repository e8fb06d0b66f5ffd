"""回放: how many events were open in each piece of land, hour by hour through the last day.

Made from the trail, row by row: the state of an event at a moment is what its last step before that moment led to.
Nothing is stored for it and nothing is guessed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from dashboard.land import Land
from dashboard.live_numbers import OPEN
from events.workflow import LIVE

HOURS = 24
_SQL = f"""
WITH known AS (
    SELECT id, area_path, grid_code FROM events_event
     WHERE area_path LIKE %(inside)s AND ({OPEN} OR changed_at > %(first)s)
), frames AS (
    SELECT generate_series(%(first)s::timestamptz, %(last)s::timestamptz, interval '1 hour') AS at
)
SELECT f.at, k.grid_code, split_part(k.area_path, '/', %(depth)s) AS child, count(*)
  FROM frames f CROSS JOIN known k
  JOIN LATERAL (
    SELECT t.to_state FROM events_eventtrail t WHERE t.case_id = k.id AND t.at <= f.at ORDER BY t.seq DESC LIMIT 1
  ) s ON s.to_state = ANY(%(live)s)
 GROUP BY 1, 2, 3
"""  # noqa: S608 (fixed texts)


def frames(land: Land, *, at: datetime) -> list[dict[str, Any]]:
    """Twenty-five moments, oldest first, the last one now: ``{at, open, loads: {grid: n}, children: {code: n}}``."""
    last, first = at, at - timedelta(hours=HOURS)
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {
            "inside": land.area.path + "%", "first": first, "last": last, "depth": land.depth, "live": sorted(LIVE),
        })
        rows = cursor.fetchall()
    found = {
        first + timedelta(hours=n): {"at": first + timedelta(hours=n), "open": 0, "loads": {}, "children": {}}
        for n in range(HOURS + 1)
    }
    for moment, grid, child, count in rows:
        frame = found[moment]
        frame["open"] += count
        if grid:
            frame["loads"][grid] = frame["loads"].get(grid, 0) + count
        if child:
            frame["children"][child] = frame["children"].get(child, 0) + count
    return list(found.values())
