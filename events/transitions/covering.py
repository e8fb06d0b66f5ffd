"""补位: an order, or an event, whose holder is not there goes to the next in the chain."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from casework.actor import Actor
from casework.door import MoveRefused, Passage, missing, moving
from events.models import Event, WorkOrder
from events.routing import fallback_unit
from events.transitions.conferring import back_to_desk
from events.transitions.dispatching import wait_for_dispatch
from events.transitions.handling import where
from events.transitions.orders import end_order, open_orders, promise_of, the_order
from events.workflow import OPEN_ORDER, do
from grids.models import Area
from grids.scope import rights_of


def cover(
    event: Event,
    *,
    actor: Actor,
    at: datetime,
    order: WorkOrder | None = None,
    person: User | None = None,
    land: Area | None = None,
    note: str = "",
) -> Event:
    """补位: give the order to ``person`` (B post, head, street officer …); both he and the one he stands in for see
    it. Without a person nobody of the unit is left: the order is withdrawn and the dispatcher chooses anew.
    Without an order the event itself has no living owner: the district desk owns it.

    ``land`` opens the order to the posts of that area where the person stands outside the unit. Raises
    ``wrong_state`` for an order outside handling, ``order_state``, ``holds_it``, ``invalid`` for a person who
    could not act, ``has_owner``.
    """
    with moving(event, do.cover, actor=actor, at=at, note=note) as passage:
        if order is None:
            _own(passage)
            passage.stay()
            return passage.case
        if passage.case.state != "in_progress":
            raise passage.case.refuse_state(do.cover)
        found = the_order(passage, order, states=tuple(OPEN_ORDER))
        passage.details["order"], passage.unit_id = found.pk, found.unit_id
        if person is None:
            _give_up(passage, found)
        else:
            _hand_to(passage, found, person, land)
            passage.stay()
    return passage.case


def _own(passage: Passage) -> None:
    event = passage.case
    if event.owner_unit_id is not None and event.owner_unit.is_active:
        raise MoveRefused("has_owner", _("事件已有责任单位"))
    event.owner_unit_id = fallback_unit(event)
    passage.unit_id = event.owner_unit_id
    passage.tell("covered_event")


def _hand_to(passage: Passage, order: WorkOrder, person: User, land: Area | None) -> None:
    if order.handler_id == person.pk:
        raise MoveRefused("holds_it", _("该工单已由此人承办"))
    reach = where(order) | ({"area_path": land.path} if land is not None else {})
    if not rights_of(person, at=passage.at).covers("events.accept", **reach):
        raise missing(person=_("该人员不能承办此工单"))
    passage.details["handler"] = [order.handler_id, person.pk]
    before = order.handler_id
    values = {"handler_id": person.pk}
    if land is not None and order.area_id is None:
        values["area_id"] = land.pk
    passage.change(order, **values)
    passage.tell("covered", unit=order.unit_id, order=order, before=before)


def _give_up(passage: Passage, order: WorkOrder) -> None:
    """Nobody of the unit is left. Its children go with it; other main work, or the parent, holds the event."""
    for child in open_orders(passage):
        if child.parent_id == order.pk:
            end_order(passage, child, "withdrawn")
    end_order(passage, order, "withdrawn")
    others = [row for row in open_orders(passage) if row.parent_id is None]
    if order.parent_id is not None or others:
        if order.parent_id is None:
            _lead_on(passage, others)
        passage.stay()
        passage.tell("given_up", unit=order.unit_id)
        return
    back_to_desk(passage)
    wait_for_dispatch(passage)


def _lead_on(passage: Passage, others: list[WorkOrder]) -> None:
    lead = next((row for row in others if row.is_lead), others[0])
    passage.case.owner_unit_id = lead.unit_id
    promise = promise_of(passage)
    if promise is not None:
        passage.clocks.charge(promise, unit_id=lead.unit_id, at=passage.at)
