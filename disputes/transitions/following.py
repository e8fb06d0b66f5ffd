"""司法确认, call-backs, and whether the matter was 彻底化解."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from casework.actor import Actor
from casework.door import MoveRefused, Passage, missing, moving
from disputes import aftercare, terms, thorough
from disputes import court as court_on_site
from disputes.models import Agreement, CallBack, Confirmation, Dispute, Narrative
from disputes.transitions.settling import in_force
from disputes.transitions.steps import story
from disputes.workflow import do
from grids.models import Unit
from grids.scope import SHANGHAI

TRIES = 3
REVIEW = "crt_conf"
"""The court's own thirty days for an application (a row of the statutory terms)."""


def apply_confirm(
    dispute: Dispute, *, actor: Actor, at: datetime, court: str, applied_on: date | None = None, together: bool = False,
    number: str = "", unit: Unit | None = None, seen_version: int | None = None,
) -> Confirmation:
    """申请司法确认: both parties together, within thirty days from effect (人民调解法 Art. 33); the court charges
    nothing. ``unit``: the court on site, which gets the agreement with the application. Raises
    ``invalid``, ``too_late`` after the last day, ``done_already``."""
    with moving(dispute, do.apply_confirm, actor=actor, at=at, seen_version=seen_version) as passage:
        agreement = in_force(passage)
        day = applied_on or at.astimezone(SHANGHAI).date()
        if not court.strip():
            raise missing(court=_("请写明法院"))
        if not together:
            raise missing(together=_("司法确认须由双方当事人共同申请"))
        if day < agreement.effective_on or day > at.astimezone(SHANGHAI).date():
            raise missing(applied_on=_("申请日期应在协议生效之后、今天之前"))
        if day > aftercare.last_day_to_confirm(agreement.effective_on):
            raise MoveRefused("too_late", _("已过30日,不能再申请司法确认;可就协议的履行向人民法院起诉"))
        if Confirmation.objects.filter(agreement=agreement).exists():
            raise MoveRefused("done_already", _("已经申请过司法确认"))
        row = passage.create(
            Confirmation(agreement=agreement, court=court.strip()[:80], applied_on=day, number=number.strip()[:60], unit=unit)
        )
        aftercare.stop_confirmation(passage)
        terms.start_term(passage, REVIEW, day)
        if unit is not None:
            court_on_site.give(passage, unit, basis="confirmation")
        passage.details.update(applied_on=day.isoformat())
    return row


def applied_for(passage: Passage) -> Confirmation:
    """The application that the court has not decided. Raises ``no_agreement``, ``not_applied``, ``done_already``."""
    row = Confirmation.objects.filter(agreement=in_force(passage)).first()
    if row is None:
        raise MoveRefused("not_applied", _("还没有申请司法确认"))
    if row.result:
        raise MoveRefused("done_already", _("法院已有结果"))
    return row


def confirm(
    dispute: Dispute, *, actor: Actor, at: datetime, decided_on: date | None = None, number: str = "",
    seen_version: int | None = None,
) -> Dispute:
    """司法确认: the court confirmed the agreement; what is not performed can be enforced."""
    with moving(dispute, do.confirm, actor=actor, at=at, seen_version=seen_version) as passage:
        allow(passage, applied_for(passage), decided_on, number)
    return passage.case


def allow(passage: Passage, row: Confirmation, decided_on: date | None, number: str) -> None:
    """The court has confirmed."""
    day = _decided(row, decided_on, passage.at)
    passage.change(row, result="confirmed", decided_on=day, number=number.strip()[:60] or row.number)
    passage.case.confirmed_at = passage.at
    passage.clocks.stop(REVIEW, at=passage.at)
    passage.details.update(decided_on=day.isoformat())
    passage.tell("dispute_confirmed")


def _decided(row: Confirmation, given: date | None, at: datetime) -> date:
    day = given or at.astimezone(SHANGHAI).date()
    if not row.applied_on <= day <= at.astimezone(SHANGHAI).date():
        raise missing(decided_on=_("裁定日期应在申请之后、今天之前"))
    return day


def deny_confirm(
    dispute: Dispute, *, actor: Actor, at: datetime, decided_on: date | None = None, note: str = "",
    seen_version: int | None = None,
) -> Dispute:
    """不予确认: the agreement can be changed by mediation or taken to court (人民调解法 Art. 33)."""
    with moving(dispute, do.deny_confirm, actor=actor, at=at, seen_version=seen_version) as passage:
        turn_down(passage, applied_for(passage), decided_on, note)
    return passage.case


def turn_down(passage: Passage, row: Confirmation, decided_on: date | None, note: str) -> None:
    """The court does not confirm; its reason stands behind the wall."""
    day = _decided(row, decided_on, passage.at)
    passage.change(row, result="refused", decided_on=day)
    passage.clocks.stop(REVIEW, at=passage.at)
    story(passage, Narrative.Kind.NOTE, note)
    passage.details.update(decided_on=day.isoformat())
    passage.tell("dispute_unconfirmed")


def call_back(
    row: CallBack, *, actor: Actor, at: datetime, finding: str, satisfied: int | None = None, note: str = "",
    seen_version: int | None = None,
) -> CallBack:
    """回访. Not reached counts a try; the third ends it as 未联系上, never as 履行良好. Raises ``invalid``,
    ``done_already``."""
    with moving(row.dispute, do.call_back, actor=actor, at=at, seen_version=seen_version) as passage:
        kept = next(one for one in passage.rows(CallBack) if one.pk == row.pk)
        if kept.done_at is not None:
            raise MoveRefused("done_already", _("这次回访已完成"))
        if finding not in CallBack.Finding.values or not finding:
            raise missing(finding=_("请选择回访情况"))
        if satisfied is not None and satisfied not in range(1, 6):
            raise missing(satisfied=_("满意度为1到5"))
        tries = kept.tries + 1
        story(passage, Narrative.Kind.NOTE, note)
        passage.details.update(day=kept.day, finding=finding)
        if finding == "unreached" and tries < TRIES:
            passage.change(kept, tries=tries)
        else:
            passage.change(
                kept, tries=tries, done_at=at, done_by=actor.name[:60], finding=finding, satisfied=satisfied
            )
            passage.clocks.stop_all(at=at, stages=(f"call{kept.day}", f"rcall{kept.day}"))
        if finding in ("trouble", "broken"):
            passage.tell("dispute_trouble")
    return kept


def judge(dispute: Dispute, *, actor: Actor, at: datetime, seen_version: int | None = None) -> Dispute:
    """彻底化解判定: performed, and no recurrence, petition or 110 call within ninety days of the agreement (rules.md
    §5). What spoke against it is kept in the trail by number. Raises ``too_early`` before the ninety days are over."""
    with moving(dispute, do.judge, actor=actor, at=at, seen_version=seen_version) as passage:
        locked = passage.case
        agreement = Agreement.objects.filter(dispute=locked, ended_at=None).first()
        if agreement is None:
            raise MoveRefused("no_agreement", _("还没有登记协议"))
        if at < aftercare.end_of(agreement.effective_on + timedelta(days=aftercare.WATCH_DAYS)):
            raise MoveRefused("too_early", _("满90日后判定"))
        against = thorough.against(locked, agreement)
        locked.is_thorough = agreement.performed_at is not None and not against
        passage.clocks.stop("watch", at=at)
        passage.details.update(performed=agreement.performed_at is not None, against=[one.number for one in against])
    return passage.case
