"""What happens below that orders must follow: their events move on, their land moves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from casework.actor import Actor
from casework.announcing import follows
from casework.door import MoveRefused
from events.models import Event
from events.transitions import follow as follow_event
from grids.tree import on_repath
from hotline.models import HotlineOrder
from hotline.transitions.following import LONGEST_LINE, lead_of
from hotline.transitions.following import follow as follow_order
from hotline.transitions.forwarding import ROOM

NOTHING_TO_DO = ("up_to_date", "wrong_state", "done_already")


@follows("events.event", ROOM)
def event_moved(event: Event, at: datetime) -> None:
    """Every order of this event, and of those merged into it, takes over where it stands. Hearing it twice changes
    nothing the second time."""
    lead = lead_of(event)
    if lead.pk != event.pk and ROOM not in lead.followers:
        _quietly(lambda: follow_event(lead, actor=Actor.system(), at=at, follower=ROOM))
    for order in orders_of(lead):
        _quietly(lambda order=order: follow_order(order, actor=Actor.system(), at=at))


def orders_of(event: Event) -> list[HotlineOrder]:
    """Orders that follow this event, directly or through mergers, oldest first."""
    keys = line = {event.pk}
    for _generation in range(LONGEST_LINE):
        line = set(Event.objects.filter(master__in=line, state="merged").values_list("pk", flat=True)) - keys
        if not line:
            break
        keys = keys | line
    return list(HotlineOrder.objects.filter(event__in=keys).order_by("pk"))


def _quietly(act: object) -> None:
    try:
        act()
    except MoveRefused as refusal:
        if refusal.code not in NOTHING_TO_DO:
            raise


_REPATH = """
    UPDATE hotline_hotlineorder SET area_path = %(new)s || substr(area_path, %(from)s),
           district_code = COALESCE((SELECT c FROM unnest(string_to_array(%(new)s || substr(area_path, %(from)s), '/')) c
                                      WHERE length(c) = 6 LIMIT 1), ''),
           street_code = COALESCE((SELECT c FROM unnest(string_to_array(%(new)s || substr(area_path, %(from)s), '/')) c
                                    WHERE length(c) = 9 LIMIT 1), ''),
           community_code = COALESCE((SELECT c FROM unnest(string_to_array(%(new)s || substr(area_path, %(from)s), '/')) c
                                       WHERE length(c) = 12 LIMIT 1), ''),
           grid_code = COALESCE((SELECT c FROM unnest(string_to_array(%(new)s || substr(area_path, %(from)s), '/')) c
                                  WHERE length(c) = 15 LIMIT 1), '')
     WHERE area_path LIKE %(like)s
"""


@on_repath
def follow_the_land(changes: Sequence[tuple[str, str]]) -> None:
    """Path and level codes of every order inside the moved land, in the same transaction; nobody did anything to it."""
    with connection.cursor() as cursor:
        for old, new in changes:
            cursor.execute(_REPATH, {"new": new, "from": len(old) + 1, "like": f"{old}%"})
