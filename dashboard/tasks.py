"""When tallies are folded."""

from __future__ import annotations

from celery import shared_task

from casework.clock.authority import database_time
from dashboard import recurrence, tallies


@shared_task(name="dashboard.tasks.fold_tallies")
def fold_tallies() -> None:
    """Fold what waits; safe to run twice at once."""
    tallies.fold_all()


@shared_task(name="dashboard.tasks.watch_recurrences")
def watch_recurrences() -> None:
    """Mark closings whose matter came again (rules.md §8, recurrence watch); safe to run twice at once."""
    recurrence.renew(at=database_time())
