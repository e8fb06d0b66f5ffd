"""Celery's side of the clues."""

from celery import shared_task

from casework.clock.authority import database_time
from events.clues.finding import find_clusters


@shared_task
def watch_clues() -> int:
    """What several sources tell of one thing."""
    return find_clusters(at=database_time())
