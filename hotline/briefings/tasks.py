"""日分析 07:30, 周总结 Monday 08:00, 月通报 on the first 08:30: drafted when their time has come, also after an outage."""

from __future__ import annotations

from datetime import datetime, time

from celery import shared_task

from casework.actor import Actor
from casework.clock.authority import database_time
from grids.scope import SHANGHAI
from hotline.briefings import periods, transitions
from hotline.briefings.models import Briefing

TIMES = {"day": time(7, 30), "week": time(8, 0), "month": time(8, 30)}


@shared_task(name="hotline.briefings.tasks.draft_briefings")
def draft_briefings(at: datetime | None = None) -> int:
    """Draft what is owed for the newest ended day, week and month; how many were new. Runs every few minutes and does
    nothing once the draft is there."""
    moment = at or database_time()
    done = 0
    for kind, when in TIMES.items():
        period = periods.last_over(kind, moment)
        owed_at = datetime.combine(period.end.astimezone(SHANGHAI).date(), when, SHANGHAI)
        if moment < owed_at or Briefing.objects.filter(kind=kind, first=period.first).exists():
            continue
        transitions.generate(kind, period.first, actor=Actor.system(), at=moment)
        done += 1
    return done
