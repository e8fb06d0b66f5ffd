"""How many events stand in each view of the desk, in a fixed number of queries whatever the load."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count, Q, QuerySet

from casework import listings
from events import changes
from events.models import Event
from events.models.event import ENDED
from events.queries import VIEW, VIEWS, in_view, visible_to
from grids.scope import SHANGHAI, Rights

JOINED = frozenset({"rulings", "mine", "watched"})
"""Views that join another table: counted one by one; the rest in one pass over the live rows."""
UNCOUNTED = frozenset({"all"})


def live(rights: Rights) -> QuerySet[Event]:
    """What a person may see and is not over."""
    return visible_to(rights).exclude(state__in=ENDED)


KEPT_SECONDS = 5
"""What becomes overdue by the clock alone is counted at the latest so much later."""
MOST_KEPT = 256


@dataclass(frozen=True, slots=True)
class _Kept:
    at: datetime
    snapshot: str
    counts: dict[str, int]


_kept: OrderedDict[tuple, _Kept] = OrderedDict()


def forget() -> None:
    """Drop what is kept (between tests)."""
    _kept.clear()


def view_counts(rights: Rights, *, at: datetime) -> dict[str, int]:
    """Live counts by view code; ``all`` is left out, nobody works through it.

    Counted anew as soon as any event has been written since (asked of the snapshot, as the pulse does; orders,
    declines and watched events change with their event's row or are counted each time), and after KEPT_SECONDS.
    """
    return counts_and_look(rights, at=at)[0]


def counts_and_look(rights: Rights, *, at: datetime) -> tuple[dict[str, int], changes.Look]:
    """The same, and the look at the snapshot that they were found by: no page that shows them need take another."""
    if connection.in_atomic_block:  # a snapshot says nothing of what this very transaction has written
        looked = changes.look(None)
        return _count(rights, at=at) | _watched(rights, at=at), looked
    key = (rights.person_id, rights.paths(VIEW), rights.units(VIEW), rights.units("events.accept"))
    kept = _kept.get(key)
    looked = changes.look(changes.Cursor(kept.snapshot, 0) if kept else None)
    if kept is None or looked.has_news or looked.is_foreign or not 0 <= (at - kept.at).total_seconds() < KEPT_SECONDS:
        kept = _kept[key] = _Kept(at, looked.snapshot, _count(rights, at=at))
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return kept.counts | _watched(rights, at=at), looked


def _watched(rights: Rights, *, at: datetime) -> dict[str, int]:
    """Following an event leaves its row alone: counted each time."""
    key = ("watched", rights.person_id, rights.paths(VIEW), rights.units(VIEW))
    return {"watched": listings.count(key, lambda: in_view(rights, "watched", at=at))}


def _count(rights: Rights, *, at: datetime) -> dict[str, int]:
    plain = {
        view.code: Count("pk", filter=view.condition(rights, at))
        for view in VIEWS
        if view.code not in JOINED | UNCOUNTED
    }
    found = live(rights).aggregate(**plain)
    for code in sorted(JOINED - {"watched"}):
        found[code] = in_view(rights, code, at=at).order_by().values("pk").count()
    return found


def dispatched_today(rights: Rights, *, at: datetime) -> int:
    """Events that found their unit on the present day, for the words of an empty queue."""
    morning = at.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    return visible_to(rights).filter(Q(dispatched_at__gte=morning)).count()
