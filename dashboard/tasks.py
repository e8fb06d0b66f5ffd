"""When tallies are folded."""

from __future__ import annotations

from celery import shared_task

from dashboard import tallies


@shared_task(name="dashboard.tasks.fold_tallies")
def fold_tallies() -> None:
    """Fold what waits; safe to run twice at once."""
    tallies.fold_all()
