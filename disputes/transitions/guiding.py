"""导 and 分: advice with a channel and its reasons; a body and a mediator, with theirs; the body's answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from casework.actor import Actor
from casework.door import MoveRefused, Passage, missing, moving
from disputes import grading, guidance, routing, rules
from disputes.models import Dispute, JoinedUnit, MediationBody, Mediator, PanelMember, Party
from disputes.transitions.steps import hold, say, seat, start_tier, step_down
from disputes.workflow import do
from grids.models import Unit


def guide(
    dispute: Dispute, *, actor: Actor, at: datetime, channel: str, reasons: Sequence[str] = (), note: str = "",
    seen_version: int | None = None,
) -> Dispute:
    """引导: the channel that suits the matter, with reasons from the list; the parties get the printed advice.

    Raises ``invalid`` for an unknown channel or reason.
    """
    with moving(dispute, do.guide, actor=actor, at=at, seen_version=seen_version) as passage:
        say(passage, note)
        advise(passage, channel, reasons)
    return passage.case


def advise(passage: Passage, channel: str, reasons: Sequence[str] = ()) -> None:
    """Write the advice onto the dispute; without reasons those that its type suggests."""
    dispute = passage.case
    if channel not in Dispute.Channel.values:
        raise missing(channel=_("请选择渠道"))
    if not set(reasons) <= set(guidance.REASONS):
        raise missing(reasons=_("没有这个理由"))
    dispute.channel = channel
    dispute.guidance = {"reasons": list(reasons) or guidance.reasons_for(dispute, channel)}
    dispute.guided_at = dispute.guided_at or passage.at
    if channel == "mediation":  # runs on until a body has it
        kind, seconds = rules.budget("guide")
        passage.clocks.stop("leave", at=passage.at)
        passage.clocks.start("guide", kind=kind, budget_seconds=seconds, at=passage.at, ladder="dispute_step")
        return
    passage.clocks.stop("guide", at=passage.at)
    kind, seconds = rules.budget("leave_close")
    passage.clocks.start("leave", kind=kind, budget_seconds=seconds, at=passage.at, ladder="dispute_leave")


def route(
    dispute: Dispute, *, actor: Actor, at: datetime, body: MediationBody | None = None,
    mediator: Mediator | None = None, note: str = "", seen_version: int | None = None,
) -> Dispute:
    """分流: to this body (or the one the rules suggest), at its tier; its sign clock runs.

    A tier above the first needs a skip rule (``not_this_tier``). Raises ``invalid`` for a body that is closed, does
    not serve the place or does not take the type, or when no body can be found.
    """
    with moving(dispute, do.route, actor=actor, at=at, seen_version=seen_version) as passage:
        locked = passage.case
        if body is None:
            body = _suggested(locked)
        refuse_unfit(locked, body)
        _refuse_tier(locked, body.tier)
        if locked.channel != "mediation":
            advise(passage, "mediation")
        say(passage, note)
        passage.clocks.stop_all(at=at, stages=("guide", "leave"))
        locked.mediator = None
        hold(passage, body, body.tier)
        if actor.is_staff:
            passage.tell("dispute_routed_on", by=actor.person_id)
        if mediator is not None:
            put_in_charge(passage, mediator)
    return passage.case


def _suggested(dispute: Dispute) -> MediationBody:
    *others, highest = grading.open_tiers(dispute)
    for tier in (highest, *others):
        found = routing.best_body(dispute, tier)
        if found is not None:
            return found
    raise missing(body=_("没有可受理的调解组织,请先登记"))


def _refuse_tier(dispute: Dispute, tier: str) -> None:
    """Raises ``not_this_tier`` for one that is not open yet, ``tier_passed`` for one below that which it has reached."""
    wide = grading.open_tiers(dispute)
    if tier in wide:
        return
    codes = list(rules.tiers())
    if codes.index(tier) < codes.index(wide[0]):
        words = _("已经%(tier)s,不再回到下级;下级组织协助即可") % {"tier": dispute.get_tier_display()}
        raise MoveRefused("tier_passed", words)
    raise MoveRefused("not_this_tier", _("须先经下一级调解;跨街道、10人以上、涉及部门或红色风险的可以越级"))


def refuse_unfit(dispute: Dispute, body: MediationBody) -> None:
    """Raises ``invalid`` unless the body is open, serves the place and takes the type."""
    if not body.is_active or body.unit_id is None:
        raise missing(body=_("该调解组织未启用"))
    if not dispute.area_path.startswith(body.area.path):
        raise missing(body=_("该调解组织不服务本地"))
    if not body.takes(dispute.type):
        raise missing(body=_("该调解组织不受理这类纠纷"))


def put_in_charge(passage: Passage, mediator: Mediator) -> None:
    """Seat the mediator as lead. Raises ``invalid`` for one of another body, ``conflict_of_interest`` with the way
    out for one who knows a party."""
    dispute = passage.case
    if mediator.body_id != dispute.body_id or not mediator.is_active:
        raise missing(mediator=_("请选择本组织在任的调解员"))
    names = [name for party in passage.rows(Party)
             for name in (party.name, party.guardian_name, party.speaker_name) if name]
    if mediator.has_interest_in(names):
        raise MoveRefused("conflict_of_interest", _("该调解员与当事人有利害关系,应当回避,请另选"))
    if any(row.role == "lead" and row.until is None and row.mediator_id != mediator.pk for row in passage.rows(PanelMember)):
        step_down(passage, reason=_("更换调解员"))
    passage.write()  # the old lead's seat is free before the new one sits down: one lead at a time
    seat(passage, mediator, "lead")
    passage.tell("dispute_assigned", person=mediator.person_id)


def decline(dispute: Dispute, *, actor: Actor, at: datetime, note: str, seen_version: int | None = None) -> Dispute:
    """退回分流 by the body, inside the sign clock, with the reason. Raises ``invalid`` without one."""
    with moving(dispute, do.decline, actor=actor, at=at, seen_version=seen_version) as passage:
        if not note.strip():
            raise missing(note=_("请写明退回理由"))
        say(passage, note)
        step_down(passage, reason=_("退回分流"))
        passage.case.declines += 1
        passage.clocks.stop("sign", at=at)
        kind, seconds = rules.budget("guide")
        passage.clocks.start("guide", kind=kind, budget_seconds=seconds, at=at, ladder="dispute_step")
        passage.tell("dispute_declined")
    return passage.case


def sign(
    dispute: Dispute, *, actor: Actor, at: datetime, mediator: Mediator | None = None,
    seen_version: int | None = None,
) -> Dispute:
    """签收: the body takes it; the tier's days run. Names the mediator where none is named yet: given, or the person
    who signs where that is one of the body's, or the best without a conflict of interest.

    Raises ``invalid`` when nobody can mediate, ``conflict_of_interest``.
    """
    with moving(dispute, do.sign, actor=actor, at=at, seen_version=seen_version) as passage:
        locked = passage.case
        if mediator is not None or locked.mediator_id is None:
            put_in_charge(passage, mediator or _whoever(locked, actor))
        passage.clocks.stop("sign", at=at)
        locked.mediating_at = locked.mediating_at or at
        start_tier(passage)
    return passage.case


def _whoever(dispute: Dispute, actor: Actor) -> Mediator:
    ideas = [idea for idea in routing.mediators_for(dispute) if not idea.obstacle]
    own = next((idea.row for idea in ideas if idea.row.person_id == actor.person_id), None)
    if own is not None:
        return own
    if not ideas:
        raise missing(mediator=_("本组织没有可以主持的调解员,请退回或先登记调解员"))
    return ideas[0].row


def assign(
    dispute: Dispute, *, actor: Actor, at: datetime, mediator: Mediator, role: str = "lead", note: str = "",
    seen_version: int | None = None,
) -> Dispute:
    """指派或更换调解员: a new lead takes the seat of the old one, who reads on no more; a panel member joins.

    Raises ``invalid``, ``conflict_of_interest``, ``done_already`` for who leads already.
    """
    with moving(dispute, do.assign, actor=actor, at=at, seen_version=seen_version) as passage:
        locked = passage.case
        if role not in ("lead", "panel"):
            raise missing(role=_("没有这个选项"))
        if role == "panel":
            _refuse_seated(passage, mediator)
            if locked.body_id and mediator.body_id == locked.body_id:
                _seat_beside(passage, mediator)
            else:
                seat(passage, mediator, "panel")  # a mixed panel: another body's mediator, 人民、行政、行业联动
        else:
            if locked.mediator_id == mediator.pk:
                raise MoveRefused("done_already", _("已由该调解员主持"))
            step_down(passage, reason=note or _("更换调解员"))
            put_in_charge(passage, mediator)
        say(passage, note)
    return passage.case


def _refuse_seated(passage: Passage, mediator: Mediator) -> None:
    if any(row.mediator_id == mediator.pk and row.until is None for row in passage.rows(PanelMember)):
        raise MoveRefused("done_already", _("已在调解组"))


def _seat_beside(passage: Passage, mediator: Mediator) -> None:
    names = [party.name for party in passage.rows(Party)]
    if mediator.has_interest_in(names):
        raise MoveRefused("conflict_of_interest", _("该调解员与当事人有利害关系,应当回避,请另选"))
    seat(passage, mediator, "panel")


def invite(
    dispute: Dispute, *, actor: Actor, at: datetime, units: Sequence[Unit], note: str = ""
) -> Dispute:
    """邀请参与: departments and stations join; they see state, type and place, never the story. ``note`` is what they
    are asked for and is shown to them. Raises ``invalid`` without units, ``done_already`` when all are in."""
    with moving(dispute, do.invite, actor=actor, at=at) as passage:
        locked = passage.case
        known = {row.unit_id for row in passage.rows(JoinedUnit)}
        fresh = [unit for unit in units if unit is not None and unit.pk not in known]
        if not units:
            raise missing(units=_("请选择单位"))
        if not fresh:
            raise MoveRefused("done_already", _("已邀请"))
        for unit in fresh:
            passage.create(JoinedUnit(dispute=locked, unit=unit, since=at, reason=note[:200]))
        locked.unit_ids = [*locked.unit_ids, *(unit.pk for unit in fresh if unit.pk not in locked.unit_ids)]
        locked.involves_departments = True
        passage.tell("dispute_invited", units=[unit.pk for unit in fresh])
    return passage.case


def answer_invite(dispute: Dispute, *, actor: Actor, at: datetime, note: str) -> Dispute:
    """答复邀请 by a unit's people. Raises ``not_found`` for a unit that is not invited, ``done_already``."""
    with moving(dispute, do.answer_invite, actor=actor, at=at) as passage:
        own = set(actor.rights.units("disputes.join"))
        row = next((row for row in passage.rows(JoinedUnit) if row.unit_id in own), None)
        if row is None:
            raise missing(note=_("本单位未被邀请"))
        if row.answered_at is not None:
            raise MoveRefused("done_already", _("已答复"))
        if not note.strip():
            raise missing(note=_("请填写答复"))
        passage.change(row, answer=note[:200], answered_at=at)
    return passage.case
