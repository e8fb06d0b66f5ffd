"""What time does to the knowledge base: warnings before the end of a cycle, expiry, clocks of gaps."""

from __future__ import annotations

from datetime import datetime, timedelta

from celery import shared_task
from django.db import transaction

from casework.clock.authority import database_time
from casework.door import MoveRefused
from grids.days import day_of
from hotline.knowledge import notices, transitions
from hotline.knowledge.models import Article, KnowledgeGap
from hotline.knowledge.queries import DUE_DAYS

NEAR_SHARE = 0.75


@shared_task(name="hotline.knowledge.tasks.watch_knowledge")
def watch_knowledge(at: datetime | None = None) -> dict[str, int]:
    """Warn of articles due within fifteen days (once per end), expire what is over, and mind the clocks of the gaps.

    Runs hourly, so that a missed day is made good within the hour; every notice and every expiry happens once.
    """
    moment = at or database_time()
    return {"expired": _expire(moment), "due": _warn(moment), "gaps": _mind_gaps(moment)}


def _expire(at: datetime) -> int:
    done = 0
    for article in Article.objects.filter(state=Article.State.PUBLISHED, due_on__lt=day_of(at)).order_by("pk"):
        try:
            with transaction.atomic():
                transitions.expire(article, at=at)
                notices.owe(article, "knowledge.expired", at=at, mark=article.due_on.isoformat())
        except MoveRefused:  # confirmed, withdrawn or expired by another in between
            continue
        done += 1
    return done


def _warn(at: datetime) -> int:
    until = day_of(at) + timedelta(days=DUE_DAYS)
    rows = Article.objects.filter(state=Article.State.PUBLISHED, due_on__range=(day_of(at), until)).select_related("unit")
    told = 0
    for article in rows:
        with transaction.atomic():
            told += notices.owe(article, "knowledge.due", at=at, mark=article.due_on.isoformat())
    return told


def _mind_gaps(at: datetime) -> int:
    told = 0
    for gap in KnowledgeGap.objects.filter(state=KnowledgeGap.State.OPEN).select_related("unit"):
        near = gap.recorded_at + (gap.due_at - gap.recorded_at) * NEAR_SHARE
        kind = "gap.late" if gap.due_at <= at else "gap.near" if near <= at else ""
        if kind:
            with transaction.atomic():
                told += notices.owe_gap(gap, kind, at=at, mark=f"{gap.unit_id}:{gap.due_at.timestamp():.0f}")
    return told
