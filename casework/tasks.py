"""Celery's side of the machinery. Tasks carry ids only; what is due is read from PostgreSQL."""

from __future__ import annotations

import logging
from datetime import timedelta

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded

from casework import heartbeat, outbox
from casework.clock.authority import database_time
from casework.clock.sweep import sweep_all
from casework.models import Heartbeat
from casework.relay import GROUP

logger = logging.getLogger(__name__)

RELAY_SILENT = timedelta(seconds=45)
MOST_OFFERED = 500


@shared_task
def do_items(item_ids: list[int]) -> None:
    """Do these outbox rows, each with its own claim and transaction. What is cut short is offered again."""
    try:
        outbox.do_items(item_ids)
    except SoftTimeLimitExceeded:
        logger.warning("a group of outbox items took too long; the rest is offered again")


@shared_task
def reoffer_outbox() -> int:
    """Give up exhausted rows; while no relay lives, offer waiting rows in its place. How many were offered."""
    outbox.bury_exhausted()
    now = database_time()
    if Heartbeat.objects.filter(name="relay", at__gt=now - RELAY_SILENT).exists():
        return 0
    rows = outbox.waiting(limit=MOST_OFFERED)
    for start in range(0, len(rows), GROUP):
        do_items.apply_async([[item_id for item_id, _topic in rows[start : start + GROUP]]], ignore_result=True)
    return len(rows)


@shared_task
def sweep_deadlines() -> dict[str, int]:
    """Fire every rung that is owed."""
    return sweep_all()


@shared_task
def probe(sent_by: str) -> None:
    """Proof that the worker consumes and reaches the database."""
    heartbeat.beat("worker", sent_by=sent_by)


@shared_task
def beat_heartbeat() -> None:
    """Beat's probe: beat itself noted that it sent it (below), here the worker notes that it came."""
    heartbeat.beat("worker", sent_by="beat")


@shared_task
def nightly() -> dict[str, int]:
    """Hourly housekeeping; at three in the morning also the check of the trails written since the day before."""
    from casework.housekeeping import clean, verify_recent

    at = database_time()
    done = clean(at=at)
    done["breaks"] = verify_recent(at=at)
    return done
