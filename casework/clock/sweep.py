"""The sweep: rungs whose time has come fire, once each, by one statement per batch (workflows.md §1.4, F10).

A batch locks due rows that nobody else holds, moves each one rung on, writes the alarm row (unique per deadline
and rung) and the outbox row that carries out the rung's actions: all in one statement, so that a kill leaves all
or nothing. After a gap the batches repeat until no rung is owed: each owed rung fires once, in order.

``alarms`` is the truth of when a rung is due. A verb that aimed a clock anew while the sweep fired may leave
``next_alarm_at`` too early (never too late, alarms ascend); the sweep then only sets it right.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.db import connection

from casework.clock.authority import database_time
from casework.models import AlarmRow, DeadlineRow

BATCH = 500

_SWEEP = """
    WITH due AS MATERIALIZED (
        SELECT id, case_id, next_rung, alarms FROM {deadline}
         WHERE next_alarm_at <= %(at)s AND (%(cases)s::bigint[] IS NULL OR case_id = ANY(%(cases)s))
         ORDER BY next_alarm_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    ), fires AS (
        SELECT id, case_id, next_rung, alarms, alarms[next_rung + 1] AS owed_at,
               COALESCE(alarms[next_rung + 1] <= %(at)s, false) AS fires FROM due
    ), moved AS (
        UPDATE {deadline} AS d
           SET next_rung = f.next_rung + f.fires::int,
               next_alarm_at = CASE WHEN f.fires THEN f.alarms[f.next_rung + 2] ELSE f.owed_at END
          FROM fires AS f WHERE d.id = f.id
    ), alarm AS (
        INSERT INTO {alarm} (deadline_id, rung, owed_at, fired_at)
        SELECT id, next_rung, owed_at, %(at)s FROM fires WHERE fires
        ON CONFLICT (deadline_id, rung) DO NOTHING
    ), owed AS (
        INSERT INTO casework_outboxitem
               (topic, key, payload, available_at, attempts, last_error, created_at)
        SELECT 'alarm', 'alarm:{name}:' || id || ':' || next_rung,
               jsonb_build_object('model', '{label}', 'deadline', id, 'rung', next_rung, 'case', case_id),
               %(at)s, 0, '', %(at)s
          FROM fires WHERE fires
        ON CONFLICT (key) DO NOTHING
    )
    SELECT count(*), count(*) FILTER (WHERE fires), count(*) FILTER (WHERE fires AND alarms[next_rung + 2] <= %(at)s)
      FROM fires
"""


@dataclass(frozen=True, slots=True)
class Clocked:
    """A kind of case whose clocks are swept."""

    deadline_model: type[DeadlineRow]
    alarm_model: type[AlarmRow]


_clocked: dict[str, Clocked] = {}


def register_clocked(deadline_model: type[DeadlineRow], alarm_model: type[AlarmRow]) -> None:
    """Have the clocks of one kind of case swept. Called from its room's ``ready``."""
    _clocked[deadline_model._meta.label_lower] = Clocked(deadline_model, alarm_model)


def clocked_kinds() -> tuple[Clocked, ...]:
    """Every registered kind."""
    return tuple(_clocked.values())


@cache
def _statement(deadline_model: type[DeadlineRow], alarm_model: type[AlarmRow]) -> str:
    quote = connection.ops.quote_name
    return _SWEEP.format(
        deadline=quote(deadline_model._meta.db_table),
        alarm=quote(alarm_model._meta.db_table),
        name=deadline_model._meta.db_table,
        label=deadline_model._meta.label_lower,
    )


def sweep_deadlines(
    model: type[DeadlineRow], alarm_model: type[AlarmRow], *, at: datetime | None = None, limit: int = BATCH,
    cases: list[int] | None = None,
) -> int:
    """Fire every rung of ``model`` owed at ``at`` (None: the database's now); how many fired. ``cases`` narrows it
    to these, for the demo, whose cases each live at a moment of their own.

    Each batch of ``limit`` rows commits by itself, so several sweepers share the work and a kill loses none.
    """
    moment = at or database_time()
    statement = _statement(model, alarm_model)
    total = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(statement, {"at": moment, "limit": limit, "cases": cases})
            seen, fired, owed_more = cursor.fetchone()
            total += fired
            if seen < limit and not owed_more:
                return total


def sweep_all(*, at: datetime | None = None) -> dict[str, int]:
    """Sweep every registered kind: ``{"events.eventdeadline": 12}``."""
    return {
        label: sweep_deadlines(kind.deadline_model, kind.alarm_model, at=at) for label, kind in _clocked.items()
    }
