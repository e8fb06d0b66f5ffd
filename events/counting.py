"""How many events stand in each view of the desk, in a fixed number of queries whatever the load."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Q, QuerySet

from events.models import Event
from events.models.event import ENDED
from events.queries import VIEWS, in_view, visible_to
from grids.scope import SHANGHAI, Rights

JOINED = frozenset({"rulings", "mine", "watched"})
"""Views that join another table: counted one by one; the rest in one pass over the live rows."""
UNCOUNTED = frozenset({"all"})


def live(rights: Rights) -> QuerySet[Event]:
    """What a person may see and is not over."""
    return visible_to(rights).exclude(state__in=ENDED)


def view_counts(rights: Rights, *, at: datetime) -> dict[str, int]:
    """Live counts by view code; ``all`` is left out, nobody works through it."""
    plain = {
        view.code: Count("pk", filter=view.condition(rights, at))
        for view in VIEWS
        if view.code not in JOINED | UNCOUNTED
    }
    found = live(rights).aggregate(**plain)
    for code in sorted(JOINED):
        found[code] = in_view(rights, code, at=at).order_by().values("pk").count()
    return found


def dispatched_today(rights: Rights, *, at: datetime) -> int:
    """Events that found their unit on the present day, for the words of an empty queue."""
    morning = at.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    return visible_to(rights).filter(Q(dispatched_at__gte=morning)).count()
