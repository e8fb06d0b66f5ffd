"""What is done around an order without changing its state: 跟进, 标注来电人, 查看明文, drafts, wrap-up."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from casework import rates, readlog
from casework.actor import Actor
from casework.door import MoveRefused, Passage, forbidden, missing, moving, not_found
from hotline.models import Caller, Draft, HotlineOrder, PhoneCall
from hotline.models.caller import clean_phone, phone_key
from hotline.workflow import do

MAX_COMMENT = 2000
REVEALABLE = ("name", "phone")
REVEALS, REVEAL_SECONDS = 30, 600
"""Thirty revelations in ten minutes stop (quality.md §5.3)."""
MARKS = ("is_elderly", "is_disabled", "has_threatened")
LARGEST_DRAFT = 20_000
"""Characters of a draft as JSON."""


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


# Drafts and calls: an agent's own, no case yet ----------------------------------------------------------


def save_draft(
    *, actor: Actor, at: datetime, call_key: str, body: dict[str, Any], version: int = 0
) -> Draft:
    """暂存: what the agent has typed in one call. An older copy that arrives late is refused as ``stale`` with the
    version that is kept. Raises ``invalid``, ``forbidden``."""
    _need_agent(actor)
    _check_draft(call_key, body)
    with transaction.atomic():
        found, is_new = Draft.objects.select_for_update().get_or_create(
            agent_id=actor.person_id, call_key=call_key, defaults={"body": body, "version": version + 1, "saved_at": at}
        )
        if is_new:
            return found
        if found.version > version:
            raise MoveRefused("stale", _("另一窗口已有更新的草稿"), state=str(found.version))
        found.body, found.version, found.saved_at = body, version + 1, at
        found.save(update_fields=["body", "version", "saved_at"])
    return found


def _check_draft(call_key: str, body: dict[str, Any]) -> None:
    if not call_key or len(call_key) > 60 or not call_key.isprintable():
        raise missing(call_key=_("通话标识有误"))
    if not isinstance(body, dict) or len(json.dumps(body, ensure_ascii=False)) > LARGEST_DRAFT:
        raise missing(body=_("草稿过大"))
    if "\\u0000" in json.dumps(body):
        raise missing(body=_("内容含有无法保存的字符,请删除后重试"))


def drop_draft(*, actor: Actor, call_key: str) -> bool:
    """Throw the own draft of a call away; whether there was one."""
    _need_agent(actor)
    return bool(Draft.objects.filter(agent=actor.person_id, call_key=call_key).delete()[0])


def open_call(
    *, key: str, at: datetime, phone: str = "", direction: str = "in", actor: Actor | None = None
) -> PhoneCall:
    """A call rings (or is dialled): known by the line's own key, so the same news twice is one call. A number that
    has never called gets its caller's row when an order is registered, not before."""
    caller = Caller.objects.filter(phone_hash=phone_key(phone)).first() if clean_phone(phone) else None
    found, _is_new = PhoneCall.objects.get_or_create(
        key=key[:60],
        defaults={
            "direction": direction, "caller": caller, "rang_at": at, "agent_id": actor.person_id if actor else None
        },
    )
    return found


def wrap_up(call: PhoneCall, *, actor: Actor, at: datetime, order: HotlineOrder | None = None) -> PhoneCall:
    """话后: the agent is done with the call. Its draft goes once the order is there. Raises ``not_yours``."""
    _need_agent(actor)
    with transaction.atomic():
        found = PhoneCall.objects.select_for_update().get(pk=call.pk)
        if found.agent_id not in (None, actor.person_id):
            raise MoveRefused("not_yours", _("不是您接听的通话"))
        found.agent_id = actor.person_id
        found.ended_at = found.ended_at or at
        found.wrapped_up_at = found.wrapped_up_at or at
        if order is not None:
            found.order, found.caller_id = order, order.caller_id
            Draft.objects.filter(agent=actor.person_id, call_key=found.key).delete()
        found.save()
    return found


def _need_agent(actor: Actor) -> None:
    if actor.person_id is None or not actor.rights.may("hotline.register"):
        raise forbidden()
