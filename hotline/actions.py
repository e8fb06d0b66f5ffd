"""What is done around an order without changing its state: 跟进, 标注来电人, 查看明文."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from casework import rates, readlog
from casework.actor import Actor
from casework.door import MoveRefused, Passage, forbidden, missing, moving, not_found
from hotline.models import Caller, HotlineOrder
from hotline.workflow import do

MAX_COMMENT = 2000
REVEALABLE = ("name", "phone")
REVEALS, REVEAL_SECONDS = 30, 600
"""Thirty revelations in ten minutes stop (quality.md §5.3)."""
MARKS = ("is_elderly", "is_disabled", "has_threatened")


def comment(order: HotlineOrder, *, actor: Actor, at: datetime, note: str) -> HotlineOrder:
    """跟进, inside only. Raises ``invalid`` when empty or longer than 2,000 characters."""
    with moving(order, do.comment, actor=actor, at=at, note=note) as passage:
        if len(note) > MAX_COMMENT or "\x00" in note:
            raise missing(note=_("内容不能超过%(n)s字") % {"n": MAX_COMMENT})
    return passage.case


def note_caller(order: HotlineOrder, *, actor: Actor, at: datetime, note: str, **marks: bool) -> Caller:
    """标注来电人: 老年, 残障, 曾威胁 with a reason; the next agent is warned. The mark stands in the order's trail, not
    its reason's object. Raises ``not_found`` without a caller, ``invalid`` for an unknown mark."""
    if not marks or not set(marks) <= set(MARKS):
        raise missing(marks=_("请选择标注"))
    with moving(order, do.note_caller, actor=actor, at=at, note=note) as passage:
        if passage.case.caller_id is None:
            raise not_found()
        caller = Caller.objects.select_for_update().get(pk=passage.case.caller_id)
        for name, value in marks.items():
            setattr(caller, name, bool(value))
        caller.save(update_fields=list(marks))
        passage.details["marks"] = sorted(name for name, value in marks.items() if value)
    return caller


def reveal(
    order: HotlineOrder, *, field: str, reason: str, actor: Actor, at: datetime, address: str = ""
) -> str:
    """查看明文 of the caller's ``name`` or ``phone``: a row in the read log before the value leaves, one in the trail.

    An agent sees what was said to the own desk: own calls and open orders. Of a caller who asked for secrecy only
    the agent who took the call and the district's leaders see it. Raises ``invalid``, ``forbidden``,
    ``secret_caller``, ``too_many``, ``not_found``; refusals for the person are logged too.
    """
    if field not in REVEALABLE:
        raise missing(field=_("没有这个字段"))
    if not reason.strip():
        raise missing(reason=_("请填写查看事由"))
    if not rates.allow(f"reveal:{actor.person_id}", limit=REVEALS, window_seconds=REVEAL_SECONDS, at=at):
        raise MoveRefused("too_many", _("查看过于频繁,请稍后再试"))
    log = {"kind": "hotline", "at": at, "object_key": order.number, "fields": (field,), "reason": reason[:120],
           "address": address}  # fmt: skip
    try:
        with moving(order, do.reveal, actor=actor, at=at, note=reason) as passage:
            value = _value(passage, field)
            readlog.record(actor, "reveal", **log)
            passage.details["field"] = field
    except MoveRefused as refusal:
        if refusal.code in ("forbidden", "secret_caller"):
            readlog.record(actor, "refused", allowed=False, **log)
        raise
    return value


def _value(passage: Passage, field: str) -> str:
    order, rights = passage.case, passage.actor.rights
    leads = any(reach.may_unmask and "hotline.reveal" in reach.permissions for reach in rights.reaches)
    is_own = order.agent_id is not None and order.agent_id == rights.person_id
    if not leads and not is_own and order.state == "closed":
        raise forbidden()
    if order.is_secret and not leads and not is_own:
        raise MoveRefused("secret_caller", _("来电人要求保密,仅受理坐席和区中心可查看"))
    caller = Caller.objects.filter(pk=order.caller_id).first()
    if caller is None or not getattr(caller, field):
        raise not_found()
    return getattr(caller, field)
