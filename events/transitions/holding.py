"""Notices that wait while their step can be taken back."""

from __future__ import annotations

from datetime import datetime, timedelta

from casework.door import Passage
from casework.models import OutboxItem
from events.models import Event

UNDO_SECONDS = 15
"""The page offers ten seconds; five more for the way there."""


def hold(passage: Passage, seconds: int) -> None:
    """Let the notices that this step owes wait so long."""
    event, seq = passage.case, passage.case.version + 1
    for item in passage.book.outbox:
        if seconds and item.payload.get("seq") == seq and item.payload.get("case") in (event, event.pk):
            item.available_at = passage.at + timedelta(seconds=seconds)


def drop_held(event: Event, seq: int, *, at: datetime) -> None:
    """The notices of that step are never sent."""
    OutboxItem.objects.filter(
        topic="notice", key__startswith=f"notice:event:{event.pk}:{seq}:", done_at__isnull=True
    ).update(done_at=at, last_error="undone")
