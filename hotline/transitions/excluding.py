"""不合理诉求: asked with a reason, decided by somebody else, visible afterwards."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from casework.actor import Actor
from casework.door import MoveRefused, Passage, missing, moving
from hotline.models import Exclusion, HotlineOrder
from hotline.workflow import do


def ask_exclusion(order: HotlineOrder, *, actor: Actor, at: datetime, reason: str, note: str) -> Exclusion:
    """送审. Raises ``invalid``, ``asked_already`` while one waits, ``excluded`` once granted."""
    with moving(order, do.ask_exclusion, actor=actor, at=at, note=note) as passage:
        if reason not in Exclusion.Reason.values:
            raise missing(reason=_("请选择理由"))
        if passage.case.is_excluded:
            raise MoveRefused("excluded", _("已认定为不合理诉求"))
        if any(row.state == "asked" for row in passage.rows(Exclusion)):
            raise MoveRefused("asked_already", _("已送审,请等待审批"))
        row = Exclusion(
            order=passage.case, reason=reason, text=note[:400], asked_by_id=actor.person_id, asked_at=at
        )
        passage.create(row)
        passage.details["reason"] = reason
        passage.tell("exclusion_asked")
    return row


def grant_exclusion(order: HotlineOrder, *, actor: Actor, at: datetime, note: str) -> HotlineOrder:
    """认定: kept out of the rates and shown as such. An order that was not forwarded ends here; one that follows an
    event goes on, because what can be done is still done.

    Raises ``nothing_asked``, ``own_work`` for whoever asked.
    """
    with moving(order, do.grant_exclusion, actor=actor, at=at, note=note) as passage:
        _decide(passage, "granted")
        locked = passage.case
        locked.is_excluded = True
        passage.stay()
        if locked.state == "registered":
            locked.answer, locked.answered_at, locked.closed_at = note[:4000], at, at
            locked.outcome = "excluded"
            passage.clocks.stop_all(at=at)
            passage.go("closed")
        passage.tell("exclusion_decided")
    return passage.case


def refuse_exclusion(order: HotlineOrder, *, actor: Actor, at: datetime, note: str) -> HotlineOrder:
    """不予认定: it is handled like any other. Raises as ``grant_exclusion``."""
    with moving(order, do.refuse_exclusion, actor=actor, at=at, note=note) as passage:
        _decide(passage, "refused")
        passage.tell("exclusion_decided")
    return passage.case


def _decide(passage: Passage, state: str) -> None:
    row = next((row for row in passage.rows(Exclusion) if row.state == "asked"), None)
    if row is None:
        raise MoveRefused("nothing_asked", _("没有待审的不合理诉求申请"))
    if row.asked_by_id is not None and row.asked_by_id == passage.actor.person_id:
        raise MoveRefused("own_work", _("不能审批自己提出的申请"))
    passage.change(
        row, state=state, decided_by_id=passage.actor.person_id, decided_at=passage.at, decision=passage.note[:300]
    )
