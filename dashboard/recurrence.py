"""Recurrence watch 未根治 (signature.md 4): the same category again within 50 m and 30 days after a closing.

Kept as rows, renewed by set-based SQL for closings of the last days; the wall counts rows. Nightly by the task
``dashboard.tasks.watch_recurrences``, so the number is as of the night before; ``renewed_at`` says when.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction

from dashboard.live_numbers import NEAR_ENOUGH, neighbours

WITHIN = timedelta(days=30)
LOOK_BACK = timedelta(days=92)
LOCK = 4_710_302
_RENEW_SQL = f"""
WITH past AS (
    SELECT id, number, category_id, lat, lon, closed_at, area_path FROM events_event
     WHERE state = 'closed' AND closed_at >= %(since)s AND closed_at <= %(at)s AND lat IS NOT NULL
       AND category_id IS NOT NULL
), again AS (
    SELECT id, category_id, lat, lon, reported_at FROM events_event
     WHERE reported_at >= %(since)s AND reported_at <= %(at)s AND state NOT IN ('rejected', 'merged')
       AND lat IS NOT NULL AND category_id IS NOT NULL
), pairs AS (
    SELECT DISTINCT ON (a.id) a.id AS closed_id, b.id AS again_id, a.area_path,
           (a.closed_at AT TIME ZONE 'Asia/Shanghai')::date AS closed_on, b.reported_at - a.closed_at AS after
      FROM {neighbours("past", "again")}
     WHERE b.id <> a.id AND b.reported_at > a.closed_at AND b.reported_at <= a.closed_at + %(within)s
       AND {NEAR_ENOUGH}
     ORDER BY a.id, b.reported_at, b.id
), gone AS (
    DELETE FROM dashboard_recurrence r
     WHERE r.closed_on >= (%(since)s AT TIME ZONE 'Asia/Shanghai')::date
       AND NOT EXISTS (SELECT 1 FROM pairs p WHERE p.closed_id = r.closed_id)
)
INSERT INTO dashboard_recurrence (closed_id, again_id, area_path, closed_on, after, renewed_at)
SELECT closed_id, again_id, area_path, closed_on, after, %(at)s FROM pairs
ON CONFLICT (closed_id) DO UPDATE SET again_id = EXCLUDED.again_id, area_path = EXCLUDED.area_path,
    closed_on = EXCLUDED.closed_on, after = EXCLUDED.after, renewed_at = EXCLUDED.renewed_at
"""  # noqa: S608


def renew(*, at: datetime, since: datetime | None = None) -> int:
    """Find recurrences of what was closed from ``since`` (default: 92 days back) to ``at``; how many there are.
    One at a time: a second caller waits."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        values = {"at": at, "since": since or at - LOOK_BACK, "within": WITHIN}
        cursor.execute(_RENEW_SQL, values)
        return cursor.rowcount
