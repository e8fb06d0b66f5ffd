"""How many open events lie in each area: the colour of the map. Kept per process and read anew only when some
event has been written since (seen by the snapshot, as in ``events.changes``). What a transaction reads that has
written itself is not kept: it may yet be undone."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import connection

from events.models.event import ENDED

_COUNT = """
    SELECT CASE WHEN pg_current_xact_id_if_assigned() IS NULL THEN pg_current_snapshot()::text ELSE '1:1:' END,
           area_path, count(*) FROM events_event
     WHERE state <> ALL(%s) GROUP BY area_path
"""
_IS_STALE = """
    SELECT COALESCE((SELECT version FROM grids_boundaryversion WHERE level_id = %(level)s), 0),
           EXISTS (SELECT 1 FROM events_event WHERE changed_xid >= %(xmin)s
                    AND NOT pg_visible_in_snapshot(changed_xid::text::xid8, %(snapshot)s::pg_snapshot))
"""


@dataclass(frozen=True, slots=True)
class Loads:
    """Open events by area code, those of everything below included; ``serial`` grows with every reading."""

    serial: int
    snapshot: str
    by_code: dict[str, int] = field(default_factory=dict)


_known = Loads(0, "1:1:")


def loads_now(level: str) -> tuple[int, Loads]:
    """The version of a level's boundaries and the present loads: one query, two when something has changed."""
    global _known
    kept = _known
    xmin = int(kept.snapshot.split(":")[0])
    with connection.cursor() as cursor:
        cursor.execute(_IS_STALE, {"level": level, "xmin": xmin, "snapshot": kept.snapshot})
        version, is_stale = cursor.fetchone()
    if is_stale or not kept.serial:
        kept = _known = _read(kept.serial + 1)
    return version, kept


def _read(serial: int) -> Loads:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [list(ENDED)])
        rows = cursor.fetchall()
    found: dict[str, int] = {}
    for _snapshot, path, count in rows:
        for code in path.rstrip("/").split("/"):
            found[code] = found.get(code, 0) + count
    return Loads(serial, rows[0][0] if rows else "1:1:", found)
