"""派单: the order becomes an event, or joins one that is open; from then on it follows."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from casework.actor import Actor
from casework.door import Move, MoveRefused, Passage, missing, moving, together
from events import transitions as event_verbs
from events.models import Event
from events.queries import visible_to
from events.transitions import Report
from hotline.models import HotlineOrder
from hotline.transitions.following import lead_of, settle
from hotline.workflow import do

ROOM = "hotline"


def forward(order: HotlineOrder, *, actor: Actor, at: datetime, note: str = "") -> HotlineOrder:
    """转派: an event with the order's number, codes, place and class is reported in the same transaction; what is
    urgent and has a category is dispatched at once by rule. The clock of the promise runs on.

    Raises ``invalid`` from the event's own checks, ``wrong_state``.
    """
    with together(order) as shared, moving(order, do.forward, actor=actor, at=at, note=note) as passage:
        locked = passage.case
        event = event_verbs.take_in_with(shared, _report_of(locked), actor=actor, at=at)
        locked.event_id, locked.forwarded_at = event.pk, at
        passage.details["event"] = event.number
        settle(passage, event)
    return passage.case


def _report_of(order: HotlineOrder) -> Report:
    """What the event is told. Name and number go to the event's own reporter row, as from any other source."""
    caller = order.caller
    return Report(
        source="hotline", text=order.text, title=order.title, category=order.category_id, urgency=order.urgency,
        lon=order.lon, lat=order.lat, address=order.address, area=_area_code(order), number=order.number,
        token=order.token, tracking_code=order.tracking_code, follower=ROOM,
        reporter_name=caller.name if caller else "", reporter_phone=caller.phone if caller else "",
        is_secret=order.is_secret, external_number=_outside_number(order), client_key=order.client_key,
    )


def _area_code(order: HotlineOrder) -> str:
    return order.area_path.rstrip("/").split("/")[-1]


def _outside_number(order: HotlineOrder) -> str | None:
    return f"{order.channel}:{order.external_number}"[:60] if order.external_number else None


def join(order: HotlineOrder, *, event: Event, actor: Actor, at: datetime, note: str = "") -> HotlineOrder:
    """并入: the same matter is open already. The words go onto that event's trail, whoever holds it is told, and
    this caller hears of the end like the first one.

    Raises ``invalid`` for an event out of sight, ``wrong_state`` for one that has ended.
    """
    event = lead_of(event)
    with (
        together(order, event),
        moving(order, do.join, actor=actor, at=at, note=note) as passage,
    ):
        if actor.is_staff and not visible_to(actor.rights).filter(pk=event.pk).exists():
            raise missing(event=_("没有找到这个事件"))
        locked = passage.case
        words = _("12345来电再次反映:%(text)s") % {"text": locked.text[:1500]}
        event = event_verbs.repeat(event, actor=actor, at=at, note=words, follower=ROOM)
        locked.event_id, locked.has_joined, locked.forwarded_at = event.pk, True, at
        passage.details["event"] = event.number
        settle(passage, event)
    return passage.case


def supply_info(order: HotlineOrder, *, actor: Actor, at: datetime, note: str) -> HotlineOrder:
    """补充材料: what the desk asked the caller for goes to the event; the clocks run on. Raises ``wrong_state``."""
    event = event_of(order, do.supply_info, actor=actor, at=at, note=note)
    with together(order, event), moving(order, do.supply_info, actor=actor, at=at, note=note) as passage:
        settle(passage, event_verbs.supply_info(event, actor=actor, at=at, note=note))
    return passage.case


def event_of(order: HotlineOrder, move: Move, *, actor: Actor, at: datetime, note: str = "") -> Event:
    """The event the order follows, through mergers. Without one the door is asked first, so that who may not know of
    the order is told nothing else; then raises ``no_event``."""
    if order.event_id is None:
        with moving(order, move, actor=actor, at=at, note=note):
            raise MoveRefused("no_event", _("该工单没有关联事件"))
    return lead_of(Event.objects.select_related("master").get(pk=order.event_id))


def tell_event(passage: Passage, event: Event) -> None:
    """Note in the trail which event was touched."""
    passage.details["event"] = event.number
