"""Celery's side of the hot topics."""

from celery import shared_task

from casework.clock.authority import database_time
from hotline.hotspots.finding import find_topics


@shared_task
def watch_topics() -> int:
    """New orders into topics."""
    return find_topics(at=database_time())
