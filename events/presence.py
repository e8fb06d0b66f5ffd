"""Presence at tickets: a heartbeat every ten seconds, believed for thirty (screens.md §5.2)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from events.models import Event
from events.models.presence import EventPresence

BELIEVED = timedelta(seconds=30)


def be_here(event: Event, *, person_id: int, doing: str, at: datetime) -> None:
    """Note that this person has the ticket open, and clear away what has long expired."""
    EventPresence.objects.bulk_create(
        [EventPresence(event_id=event.pk, person_id=person_id, doing=doing, seen_at=at)],
        update_conflicts=True, unique_fields=["event", "person"], update_fields=["doing", "seen_at"],
    )
    EventPresence.objects.filter(seen_at__lt=at - 20 * BELIEVED).delete()


def who_is_at(event_ids: Iterable[int], *, besides: int | None, at: datetime) -> list[dict]:
    """``[{"event", "who", "doing"}]`` of the others at these tickets now."""
    rows = EventPresence.objects.filter(event__in=list(event_ids), seen_at__gt=at - BELIEVED).exclude(
        person_id=besides
    )
    return [
        {"event": event, "who": who, "doing": doing}
        for event, who, doing in rows.order_by("event_id", "seen_at").values_list("event_id", "person__name", "doing")
    ]
