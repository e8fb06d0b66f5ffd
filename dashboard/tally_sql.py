"""The statements behind the tallies: what one event counts for, the trigger, the fold, the rebuild.

One definition of what an event counts for (``FACTS``) serves the trigger and the rebuild; one expansion
(``EXPANSION``) serves fold, reading of unfolded deltas and rebuild. So they cannot drift apart.
"""

from __future__ import annotations

from dashboard.models import NUMBERS

ZONE = "Asia/Shanghai"
DELTA_COLUMNS = (
    "district_code", "street_code", "community_code", "grid_code", "unit_id", "category_id", "source", "state",
    "outcome", "reported_on", "closed_on", "due_on", "was_on_time", "rating", "solved", "was_reworked",
)


def facts(row: str) -> str:
    """SQL for the delta columns of one event row (alias ``OLD``, ``NEW`` or ``e``), in DELTA_COLUMNS' order.

    ``closed_on`` only while the event is closed; ``was_on_time`` = handled no later than promised.
    """
    day = f"AT TIME ZONE '{ZONE}')::date"
    return f"""
        {row}.district_code, {row}.street_code, {row}.community_code, {row}.grid_code, {row}.owner_unit_id,
        COALESCE({row}.category_id, ''), {row}.source, {row}.state, {row}.outcome,
        ({row}.reported_at {day},
        CASE WHEN {row}.state = 'closed' THEN ({row}.closed_at {day} END,
        CASE WHEN {row}.state NOT IN ('merged', 'rejected', 'transferred') THEN ({row}.handle_due_at {day} END,
        COALESCE({row}.handled_at <= {row}.handle_due_at, false),
        {row}.rating, {row}.solved, ({row}.reworks + {row}.reopens) > 0"""


WATCHED = (
    "district_code", "street_code", "community_code", "grid_code", "owner_unit_id", "category_id", "source", "state",
    "outcome", "reported_at", "closed_at", "handle_due_at", "handled_at", "rating", "solved", "reworks", "reopens",
)
"""Columns whose change writes deltas."""

TRIGGER = f"""
CREATE OR REPLACE FUNCTION dashboard_note_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO dashboard_tallydelta (sign, {", ".join(DELTA_COLUMNS)}) SELECT -1, {facts("OLD")};
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO dashboard_tallydelta (sign, {", ".join(DELTA_COLUMNS)}) SELECT 1, {facts("NEW")};
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER event_tally_insert AFTER INSERT OR DELETE ON events_event
    FOR EACH ROW EXECUTE FUNCTION dashboard_note_event();
CREATE TRIGGER event_tally_update AFTER UPDATE ON events_event FOR EACH ROW
    WHEN (({", ".join("OLD." + c for c in WATCHED)}) IS DISTINCT FROM ({", ".join("NEW." + c for c in WATCHED)}))
    EXECUTE FUNCTION dashboard_note_event();
"""  # noqa: S608
DROP_TRIGGER = """
DROP TRIGGER event_tally_update ON events_event;
DROP TRIGGER event_tally_insert ON events_event;
DROP FUNCTION dashboard_note_event();
"""

_COUNTED = "d.state NOT IN ('rejected', 'merged')"
_BY_REPORT = {
    "reported": f"CASE WHEN {_COUNTED} THEN d.sign ELSE 0 END",
    "cohort_closed": "CASE WHEN d.state = 'closed' THEN d.sign ELSE 0 END",
}
_BY_CLOSING = {
    "closed": "d.sign",
    "solved": "CASE WHEN d.outcome = 'solved' THEN d.sign ELSE 0 END",
    "explained": "CASE WHEN d.outcome = 'explained' THEN d.sign ELSE 0 END",
    "unsolvable": "CASE WHEN d.outcome = 'cannot_solve' THEN d.sign ELSE 0 END",
    "rated": "CASE WHEN d.rating IS NOT NULL THEN d.sign ELSE 0 END",
    "satisfied": "CASE WHEN d.rating >= 3 THEN d.sign ELSE 0 END",
    **{f"rate{n}": f"CASE WHEN d.rating = {n} THEN d.sign ELSE 0 END" for n in range(1, 6)},
    "asked_solved": "CASE WHEN d.solved IS NOT NULL THEN d.sign ELSE 0 END",
    "said_solved": "CASE WHEN d.solved THEN d.sign ELSE 0 END",
    "once": "CASE WHEN d.was_reworked THEN 0 ELSE d.sign END",
    "reworked": "CASE WHEN d.was_reworked THEN d.sign ELSE 0 END",
}
_BY_DUE = {"due": "d.sign", "on_time": "CASE WHEN d.was_on_time THEN d.sign ELSE 0 END"}
_NOW = {"present": "d.sign"}


_KEPT_LEVELS = """(VALUES (d.district_code, true), (d.street_code, true), (d.community_code, true),
                    (d.grid_code, false)) AS a(code, in_slices)"""
"""Down to the community every slice is kept; of a grid only ``all`` and ``state``: its slices are counted from its
few events when asked (``GRID_READING``), else the tallies would outgrow the events."""
_GRID_LEVEL = "(VALUES (d.grid_code, true)) AS a(code, in_slices)"


def _branch(numbers: dict[str, str], day: str, condition: str, dims: str, levels: str) -> str:
    columns = ", ".join(f"SUM({numbers[n]})::int AS {n}" if n in numbers else f"0 AS {n}" for n in NUMBERS)
    return f"""
        SELECT a.code AS area_code, s.dim, s.value, {day} AS day, {columns}
          FROM d, LATERAL {levels}, LATERAL (VALUES {dims}) AS s(dim, value)
         WHERE a.code <> '' AND s.value <> '' AND (a.in_slices OR s.dim IN ('all', 'state')) AND {condition}
         GROUP BY 1, 2, 3, 4"""  # noqa: S608 (no value from outside)


_SLICES = (
    "('all', 'all'), ('source', d.source), ('category', d.category_id), ('unit', COALESCE(d.unit_id::text, ''))"
)


def _expansion(levels: str) -> str:
    return " UNION ALL ".join(
        (
            _branch(_BY_REPORT, "d.reported_on", "true", _SLICES, levels),
            _branch(_BY_CLOSING, "d.closed_on", "d.closed_on IS NOT NULL", _SLICES, levels),
            _branch(_BY_DUE, "d.due_on", "d.due_on IS NOT NULL", _SLICES, levels),
            _branch(_NOW, "DATE '0001-01-01'", "true", "('state', d.state)", levels),
        )
    )


EXPANSION = _expansion(_KEPT_LEVELS)
"""From deltas ``d`` to signed tally rows, summed within each of the four kinds of day."""

SUMS = ", ".join(f"SUM({name})::int AS {name}" for name in NUMBERS)
_ADD = ", ".join(f"{name} = t.{name} + EXCLUDED.{name}" for name in NUMBERS)

FOLD = f"""
WITH d AS (
    DELETE FROM dashboard_tallydelta
     WHERE id <= (SELECT max(id) FROM (SELECT id FROM dashboard_tallydelta ORDER BY id LIMIT %s) AS oldest)
    RETURNING *
), expanded AS ({EXPANSION}), summed AS (
    SELECT area_code, dim, value, day, {SUMS} FROM expanded GROUP BY 1, 2, 3, 4
), written AS (
    INSERT INTO dashboard_tally AS t (area_code, dim, value, day, {", ".join(NUMBERS)})
    SELECT * FROM summed WHERE ({", ".join(NUMBERS)}) <> ({", ".join("0" for _ in NUMBERS)})
    ON CONFLICT (area_code, dim, day, value) DO UPDATE SET {_ADD}
    RETURNING 1
) SELECT (SELECT count(*) FROM d), (SELECT count(*) FROM written)
"""  # noqa: S608
"""The oldest so many, up to one id and not by a list of ids: a planner that has not counted the table yet would compare
each row with each of the list."""

RECOUNT = f"""
WITH d AS (SELECT 1 AS sign, f.* FROM events_event e, LATERAL (SELECT {facts("e")}) AS f({", ".join(DELTA_COLUMNS)})),
expanded AS ({EXPANSION})
SELECT area_code, dim, value, day, {SUMS} FROM expanded GROUP BY 1, 2, 3, 4
"""  # noqa: S608

READING = f"""
WITH d AS (SELECT * FROM dashboard_tallydelta), unfolded AS ({EXPANSION}), counted AS (
    SELECT area_code, dim, value, day, {", ".join(NUMBERS)} FROM dashboard_tally WHERE {{where}}
    UNION ALL
    SELECT area_code, dim, value, day, {", ".join(NUMBERS)} FROM unfolded WHERE {{where}}
)
SELECT {{keys}}, {SUMS} FROM counted GROUP BY {{keys}}
"""  # noqa: S608
"""Tallies and unfolded deltas in one statement, so one snapshot; ``where`` and ``keys`` are fixed texts of
``dashboard.tallies``."""

GRID_READING = f"""
WITH d AS (
    SELECT 1 AS sign, f.* FROM events_event e, LATERAL (SELECT {facts("e")}) AS f({", ".join(DELTA_COLUMNS)})
     WHERE e.area_path LIKE %(path)s
), counted AS ({_expansion(_GRID_LEVEL)})
SELECT {{keys}}, {SUMS} FROM counted WHERE {{where}} GROUP BY {{keys}}
"""  # noqa: S608
"""The same counts for one grid, straight from its events."""
