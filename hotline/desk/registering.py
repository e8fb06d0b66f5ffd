"""The form of a call becomes an order: kept, answered on the line, forwarded, joined or an ended matter done again.

One transaction for all of it; the client's key makes it one order however often it is sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from casework.actor import Actor
from casework.refusals import missing
from events import queries as events
from events import transitions as event_verbs
from grids.addresses import register as addresses
from grids.addresses.finding import find
from grids.refusals import GridRefused
from hotline import transitions
from hotline.desk import drafts
from hotline.models import HotlineOrder, PhoneCall

ACTS = ("answer", "forward", "join", "reopen", "exclude")


@dataclass(frozen=True, slots=True)
class Submitted:
    """A form as it was sent. ``event``: number of the matter to join or do again; ``call``: key of the call."""

    told: transitions.Told
    act: str
    answer: str = ""
    event: str = ""
    call: str = ""
    reason: str = ""
    """Of an unreasonable demand that is sent to be judged; ``answer`` says more."""
    chosen_grid: str = ""
    """The grid the agent chose for the address: what the register learns from."""


def submit(sent: Submitted, *, actor: Actor, at: datetime) -> HotlineOrder:
    """Take the call in and do what the button says. Sent again it is the order that is there.

    Raises MoveRefused as the verbs do; ``invalid`` for an unknown act, an empty address of a forwarded order.
    """
    if sent.act not in ACTS:
        raise missing(act=_("请从列表中选择"))
    if sent.act == "forward" and not sent.told.address.strip() and not sent.told.area:
        raise missing(address=_("请填写地址,或选择网格"))
    with transaction.atomic():
        order = transitions.register(sent.told, actor=actor, at=at)
        if order.state == HotlineOrder.State.REGISTERED:
            order = _go_on(order, sent, actor, at)
        _settle_call(order, sent.call, actor)
    _learn(order, sent, actor, at)
    return order


def _go_on(order: HotlineOrder, sent: Submitted, actor: Actor, at: datetime) -> HotlineOrder:
    if sent.act == "answer":
        return transitions.answer_directly(order, actor=actor, at=at, note=sent.answer)
    if sent.act == "forward":
        return transitions.forward(order, actor=actor, at=at)
    if sent.act == "exclude":
        transitions.ask_exclusion(order, actor=actor, at=at, reason=sent.reason, note=sent.answer)
    if sent.act in ("join", "reopen"):
        event = events.one(actor.rights, sent.event)
        if sent.act == "reopen" and event.state == "closed":
            event = event_verbs.reopen(event, actor=actor, at=at, note=sent.told.text[:1000])
        return transitions.join(order, event=event, actor=actor, at=at)
    return order


def _settle_call(order: HotlineOrder, key: str, actor: Actor) -> None:
    if not key or actor.user is None:
        return
    PhoneCall.objects.filter(key=key, agent=actor.user, order__isnull=True).update(order=order)
    drafts.drop(actor.user, key)


def _learn(order: HotlineOrder, sent: Submitted, actor: Actor, at: datetime) -> None:
    """What the agent chose teaches the register; what found no grid goes to the list. Never in the way of the call."""
    address = sent.told.address
    if not address.strip():
        return
    try:
        if sent.chosen_grid:
            addresses.teach(
                address, grid=sent.chosen_grid, lon=sent.told.lon, lat=sent.told.lat, actor=actor, at=at
            )
        elif not order.is_located:
            addresses.note_unresolved(address, subject=f"hotline:{order.number}", at=at)
    except GridRefused:
        return


def told_from(data: dict[str, Any]) -> transitions.Told:
    """The form's fields as the verb takes them. An address without a point or a chosen grid is looked up.

    Raises ``invalid`` for numbers that are none.
    """
    lon, lat = _degrees(data, "lon"), _degrees(data, "lat")
    area = data.get("grid") or None
    address = (data.get("address") or "").strip()
    if area is None and lon is None and address:
        sure = find(address).sure
        if sure is not None:
            area, lon, lat = sure.grid, sure.lon, sure.lat
    return transitions.Told(
        demand=data.get("demand") or "complaint", text=data.get("text") or "", title=(data.get("title") or "")[:80],
        address=address[:160], lon=lon, lat=lat, area=area, category=data.get("category") or None,
        urgency=data.get("urgency") or None, handling=data.get("handling") or "general", phone=data.get("phone") or "",
        name=(data.get("name") or "")[:40], is_secret=bool(data.get("is_secret")),
        may_call_back=bool(data.get("may_call_back")), call_back_slot=(data.get("call_back_slot") or "")[:20],
        client_key=(data.get("client_key") or None),
    )


def _degrees(data: dict[str, Any], name: str) -> float | None:
    text = data.get(name)
    if text in (None, ""):
        return None
    try:
        value = float(text)
    except (TypeError, ValueError):
        raise missing(**{name: _("坐标应为数字")}) from None
    if not -180 <= value <= 180:
        raise missing(**{name: _("坐标超出范围")})
    return round(value, 6)


def said(order: HotlineOrder, act: str) -> str:
    """The sentence after it."""
    words = {
        "answer": _("已直接答复 %(number)s"), "forward": _("已转派 %(number)s"),
        "join": _("已并入 %(event)s"), "reopen": _("已重办 %(event)s"), "exclude": _("已送审 %(number)s"),
    }[act]
    return words % {"number": order.number, "event": order.event.number if order.event_id else order.number}
