"""撤回 within ten seconds (screens.md §5.2): the move was real at once, its notices waited, the undo is a step of its own.

Only whoever made the move takes it back, and only while nobody has answered it.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from casework.actor import Actor
from casework.door import MoveRefused, Passage, moving
from events.models import Event, SupervisionOrder, Whistle, WorkOrder
from events.transitions.holding import UNDO_SECONDS, drop_held
from events.transitions.orders import end_order
from events.transitions.supervision import settle_flag, stop_reply
from events.workflow import OPEN_ORDER, do


def my_last(passage: Passage, *verbs: str) -> object:
    """The trail row of the step to be taken back. Raises ``too_late``, ``not_yours``."""
    row = passage.case.trail.filter(verb__in=verbs).order_by("-seq").first()
    if row is None or (passage.at - row.at).total_seconds() > UNDO_SECONDS:
        raise MoveRefused("too_late", _("已超过撤回时间"))
    if row.person_id != passage.actor.person_id:
        raise MoveRefused("not_yours", _("只能撤回自己的操作"))
    return row


def undo_delegate(event: Event, *, actor: Actor, at: datetime) -> list[WorkOrder]:
    """撤回分单: the child orders of the last 分单 are withdrawn. Raises ``too_late``, ``not_yours``, ``signed`` once
    one of them has been signed."""
    with moving(event, do.undo_delegate, actor=actor, at=at) as passage:
        row = my_last(passage, "delegate")
        parent = row.changes.get("order")
        children = [
            one for one in passage.rows(WorkOrder)
            if one.kind == "delegate" and one.parent_id == parent and one.sent_at == row.at
        ]
        _withdraw(passage, children)
        drop_held(passage.case, row.seq, at=at)
        passage.details["order"], passage.details["children"] = parent, len(children)
        passage.unit_id = row.unit_id
    return children


def undo_whistle(event: Event, *, actor: Actor, at: datetime) -> Whistle:
    """撤回联单: the joint orders of the whistle just approved are withdrawn; it waits for approval again. Raises
    ``too_late``, ``not_yours``, ``signed``."""
    with moving(event, do.undo_whistle, actor=actor, at=at) as passage:
        row = my_last(passage, "approve_whistle")
        found = next(one for one in passage.rows(Whistle) if one.number == row.changes.get("whistle"))
        orders = [one for one in passage.rows(WorkOrder) if one.whistle_id == found.pk and one.sent_at == row.at]
        _withdraw(passage, orders)
        for part in found.parts.order_by("pk"):
            passage.change(part, order=None)
        passage.change(found, state="asked", approved_by=None, approved_at=None)
        drop_held(passage.case, row.seq, at=at)
        passage.details["whistle"], passage.unit_id = found.number, found.street_id
    return found


def undo_urge(event: Event, *, actor: Actor, at: datetime) -> SupervisionOrder:
    """撤回督办: the supervision order just issued is struck off as withdrawn. Raises ``too_late``, ``not_yours``,
    ``answered``."""
    with moving(event, do.undo_urge, actor=actor, at=at) as passage:
        row = my_last(passage, "urge")
        number = row.changes.get("supervision")
        found = next(one for one in passage.rows(SupervisionOrder) if one.number == number)
        if found.replied_at is not None:
            raise MoveRefused("answered", _("该督办单已答复"))
        passage.change(found, struck_off_at=at, reply=_("已撤回"))
        stop_reply(passage, found)
        settle_flag(passage)
        drop_held(passage.case, row.seq, at=at)
        passage.details["supervision"], passage.unit_id = found.number, found.unit_id
    return found


def _withdraw(passage: Passage, orders: list[WorkOrder]) -> None:
    if not orders or any(order.state != "sent" for order in orders if order.state in OPEN_ORDER):
        raise MoveRefused("signed", _("对方已签收,不能撤回"))
    if any(order.state not in OPEN_ORDER for order in orders):
        raise MoveRefused("too_late", _("已超过撤回时间"))
    for order in orders:
        end_order(passage, order, "withdrawn")
