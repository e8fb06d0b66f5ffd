"""Reads of the machinery: bell, heartbeats."""

from __future__ import annotations

from datetime import datetime, timedelta

from casework.models import Heartbeat, Notice

SILENT_AFTER = timedelta(seconds=90)


def unread_count(user: object, *, at: datetime) -> int:
    """Unread lines in this person's bell, those held back by quiet hours left out; counts to 100 at most."""
    return Notice.objects.filter(person=user, read_at__isnull=True, show_at__lte=at)[:100].count()


def machinery_alarms(*, at: datetime) -> list[dict]:
    """Parts whose heartbeat is older than 90 s: ``[{"name", "at"}]``. A part that never beat is not there."""
    return list(Heartbeat.objects.filter(at__lt=at - SILENT_AFTER).values("name", "at"))
