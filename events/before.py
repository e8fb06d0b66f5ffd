"""What the district knows before it takes in a report: the same report, how often it was told, what lies near.

One statement asks all of it, since every report is preceded by it; it also draws the key the event will have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count

from accounts import prepared
from casework.statements import read
from events import duplicates
from events.models import Event, EventReporter

REPEAT_DAYS = 90
"""Within how many days the same telephone's third report of a category raises it (rules.md §2)."""
TIMES_BEFORE = 2


@dataclass(frozen=True, slots=True)
class Before:
    """``near``: rows for ``duplicates.weigh``; ``key``: drawn for the event, if nothing is known."""

    known: Event | None = None
    is_third: bool = False
    near: tuple[dict, ...] = ()
    key: int | None = None


_TOLD = f"""
    SELECT count(*) FROM (
        SELECT 1 FROM events_eventreporter r JOIN events_event e ON e.id = r.event_id
         WHERE r.phone = %s AND e.category_id = %s AND e.reported_at >= %s LIMIT {TIMES_BEFORE}) AS before
"""  # noqa: S608 (a number of this module)
_LOOK = f"""
    SELECT one.*, near.* FROM (
        SELECT COALESCE((SELECT id FROM events_event WHERE source = %s AND external_number = %s),
                        (SELECT id FROM events_event WHERE client_key = %s)) AS known,
               ({_TOLD}) AS told, nextval('events_event_id_seq') AS key) AS one
      LEFT JOIN LATERAL ({duplicates.AROUND}) AS near ON one.known IS NULL
"""  # noqa: S608 (statements of this project)


def look(
    *, source: str, external_number: str | None, client_key: str | None, phone: str, category: str | None,
    point: tuple[float, float] | None, at: datetime,
) -> Before:
    """``point``: longitude and latitude, None to look at no neighbours."""
    box, since = duplicates.box_of(*point) if point else (None,) * 4, at - duplicates.LOOK_BACK
    asked = [
        source, external_number or None, client_key or None, phone or None, category or None,
        at - timedelta(REPEAT_DAYS), *box, since, 0,
    ]
    with connection.cursor() as cursor:
        prepared.execute(cursor, _LOOK, asked)
        rows = cursor.fetchall()
    known, told, key = rows[0][:3]
    if known is not None:
        return Before(known=read(Event, "id = %s", known)[0])
    near = tuple(dict(zip(duplicates.FIELDS, row[3:], strict=True)) for row in rows if row[3] is not None)
    return Before(is_third=told >= TIMES_BEFORE, near=near, key=key)


def thirds(pairs: Sequence[tuple[str, str | None]], *, at: datetime) -> frozenset[tuple[str, str]]:
    """Of these (phone, category), those that were told twice before within 90 days: the third raises."""
    phones = {phone for phone, category in pairs if phone and category}
    if not phones:
        return frozenset()
    rows = (
        EventReporter.objects.filter(phone__in=phones, event__reported_at__gte=at - timedelta(REPEAT_DAYS))
        .values_list("phone", "event__category")
        .annotate(times=Count("pk"))
        .filter(times__gte=TIMES_BEFORE)
    )
    return frozenset((phone, category) for phone, category, _times in rows if category)
