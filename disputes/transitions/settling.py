"""达成协议 and its performance: agreed in writing or orally, a plan in instalments, performed, overdue, urged, done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from casework.actor import Actor
from casework.door import Move, MoveRefused, Passage, missing, moving
from disputes import aftercare
from disputes.models import (
    Agreement,
    AgreementText,
    CallBack,
    Dispute,
    Evidence,
    Instalment,
    Narrative,
    Party,
)
from disputes.transitions.steps import refuse_unheard, stop_mediation, story
from disputes.workflow import do
from grids.scope import SHANGHAI

CHECKS = ("identities", "facts", "terms", "performance", "signatures", "seal", "date")
"""What a written agreement is checked for (人民调解法 Art. 29; screens.md §5.4)."""
MAX_INSTALMENTS = 60
MAX_WORDS = 20_000


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the performance as agreed."""

    due_on: date
    amount: Decimal | None = None


def agree(
    dispute: Dispute, *, actor: Actor, at: datetime, terms: str, effective_on: date | None = None, facts: str = "",
    issues: str = "", duties: str = "", way: str = "", term: str = "", checks: Sequence[str] = (),
    plan: Sequence[Step] = (), oral: bool = False, seen_version: int | None = None,
) -> Agreement:
    """达成协议. Written: parties' identities, facts, terms with way and time of performance, signature blocks, seal
    and date must all be there (人民调解法 Art. 29); it takes effect with signatures, the mediator's and the seal.
    Oral: the mediator records the content (Art. 28), it takes effect when reached (Art. 30).

    Raises ``invalid`` naming what is missing, ``party_refused`` when a party does not want mediation.
    """
    with moving(dispute, do.agree, actor=actor, at=at, seen_version=seen_version) as passage:
        day = effective_on or at.astimezone(SHANGHAI).date()
        text = AgreementText(
            dispute=passage.case, facts=facts.strip(), issues=issues.strip(), duties=duties.strip(),
            terms=terms.strip(), way=way.strip()[:200], term=term.strip()[:200], written_at=at, written_by=actor.name[:60],
        )
        _check(passage, text, day, frozenset(checks), oral=oral)
        agreement = _record(passage, text, day, frozenset(checks), plan, oral=oral)
        stop_mediation(passage)
        if not oral:
            aftercare.start_confirmation(passage, agreement)
        passage.tell("dispute_agreed")
    return agreement


def settle_orally(
    dispute: Dispute, *, actor: Actor, at: datetime, terms: str, seen_version: int | None = None
) -> Agreement:
    """口头和解, performed on the spot: recorded and closed; the call-backs still run (rules.md §5)."""
    with moving(dispute, do.settle_orally, actor=actor, at=at, seen_version=seen_version) as passage:
        day = at.astimezone(SHANGHAI).date()
        text = AgreementText(dispute=passage.case, terms=terms.strip(), written_at=at, written_by=actor.name[:60])
        _check(passage, text, day, frozenset(), oral=True)
        agreement = _record(passage, text, day, frozenset(), (), oral=True)
        passage.change(agreement, performed_at=at)
        _finish(passage, "reconciled")
    return agreement


def _check(passage: Passage, text: AgreementText, day: date, checks: frozenset[str], *, oral: bool) -> None:
    refuse_unheard(passage.case)
    if any(party.refused_at and not party.left_at for party in passage.rows(Party)):
        raise MoveRefused("party_refused", _("有当事人不愿调解,不能登记协议"))
    if day > passage.at.astimezone(SHANGHAI).date():
        raise missing(effective_on=_("生效日期不能晚于今天"))
    if not text.terms:
        raise missing(terms=_("请写明协议内容"))
    if max(map(len, (text.facts, text.issues, text.duties, text.terms))) > MAX_WORDS:
        raise missing(terms=_("内容不能超过%(n)s字") % {"n": MAX_WORDS})
    if oral:
        return
    wanted = {"facts": _("请写明主要事实"), "way": _("请写明履行方式"), "term": _("请写明履行期限")}
    absent = {name: words for name, words in wanted.items() if not getattr(text, name)}
    if not set(CHECKS) <= checks:
        absent["checks"] = _("请逐项核对:身份、事实、内容、履行方式和期限、签名、印章、日期")
    if absent:
        raise missing(**absent)


def _record(
    passage: Passage, text: AgreementText, day: date, checks: frozenset[str], plan: Sequence[Step], *, oral: bool
) -> Agreement:
    dispute = passage.case
    for old in passage.rows(Agreement):
        if old.ended_at is None:
            passage.change(old, ended_at=passage.at)
    amounts = [step.amount for step in plan if step.amount]
    agreement = passage.create(Agreement(
        dispute=dispute, form="oral" if oral else "written", effective_on=day,
        checks={code: True for code in CHECKS if code in checks},
        amount=sum(amounts) if amounts else None, recorded_at=passage.at, recorded_by=passage.actor.name[:60],
    ))
    text.agreement = agreement
    passage.create(text)
    dispute.agreed_at, dispute.agreed_tier, dispute.is_oral = passage.at, dispute.tier, oral
    passage.details.update(agreement=agreement, effective_on=day.isoformat(), steps=len(plan))
    _plan(passage, agreement, plan, first=1)
    aftercare.start_follow_up(passage, agreement)
    return agreement


def _plan(passage: Passage, agreement: Agreement, plan: Sequence[Step], *, first: int) -> None:
    if len(plan) > MAX_INSTALMENTS:
        raise missing(plan=_("履行计划最多%(n)s期") % {"n": MAX_INSTALMENTS})
    if any(step.due_on < agreement.effective_on for step in plan):
        raise missing(plan=_("履行日期不能早于协议生效日期"))
    for seq, step in enumerate(sorted(plan, key=lambda one: one.due_on), start=first):
        row = passage.create(Instalment(
            agreement=agreement, dispute=passage.case, seq=seq, due_on=step.due_on, amount=step.amount
        ))
        aftercare.start_instalment(passage, row)


def in_force(passage: Passage) -> Agreement:
    """The agreement that holds now. Raises ``no_agreement``."""
    found = next((row for row in passage.rows(Agreement) if row.ended_at is None), None)
    if found is None:
        raise MoveRefused("no_agreement", _("还没有登记协议"))
    return found


def plan(
    dispute: Dispute, *, actor: Actor, at: datetime, steps: Sequence[Step], note: str = "",
    seen_version: int | None = None,
) -> Agreement:
    """调整履行计划: open steps are replaced by these; what was performed stays. Raises ``invalid``."""
    with moving(dispute, do.plan, actor=actor, at=at, seen_version=seen_version) as passage:
        agreement = in_force(passage)
        if not steps:
            raise missing(plan=_("请至少写一期"))
        rows = [row for row in passage.rows(Instalment) if row.agreement_id == agreement.pk]
        for row in rows:
            if row.state in ("due", "late"):
                aftercare.stop_instalment(passage, row)
                passage.change(row, state="waived")
        _plan(passage, agreement, steps, first=max((row.seq for row in rows), default=0) + 1)
        story(passage, Narrative.Kind.NOTE, note)
        passage.details.update(steps=len(steps))
    return agreement


def perform(
    instalment: Instalment, *, actor: Actor, at: datetime, note: str = "", proof: Evidence | None = None,
    seen_version: int | None = None,
) -> Instalment:
    """登记履行 of one step, with its proof where there is one. Raises ``done_already``."""
    with moving(instalment.dispute, do.perform, actor=actor, at=at, seen_version=seen_version) as passage:
        row = _row(passage, instalment)
        if row.state in ("done", "waived"):
            raise MoveRefused("done_already", _("这一期已处理"))
        passage.change(row, state="done", done_at=at, proof=proof)
        aftercare.stop_instalment(passage, row)
        story(passage, Narrative.Kind.NOTE, note)
        passage.details.update(instalment=row.seq)
    return row


def _row(passage: Passage, instalment: Instalment) -> Instalment:
    return next(row for row in passage.rows(Instalment) if row.pk == instalment.pk)


def breach(
    instalment: Instalment, *, actor: Actor, at: datetime, note: str = "", enforcement: bool = False,
    seen_version: int | None = None,
) -> Instalment:
    """逾期 → 催促履行 (the committee supervises performance, 人民调解法 Art. 31) → with ``enforcement`` the creditor is
    told how to apply to the court, and helped. By the clock, or by hand. Raises ``done_already``, ``not_due``."""
    with moving(instalment.dispute, do.breach, actor=actor, at=at, seen_version=seen_version) as passage:
        row = _row(passage, instalment)
        if row.state in ("done", "waived"):
            raise MoveRefused("done_already", _("这一期已处理"))
        if aftercare.end_of(row.due_on) > at:
            raise MoveRefused("not_due", _("这一期还没有到期"))
        passage.change(
            row, state="late", urges=row.urges + 1, urged_at=at, enforcement_at=at if enforcement else row.enforcement_at
        )
        story(passage, Narrative.Kind.NOTE, note)
        passage.details.update(instalment=row.seq, enforcement=enforcement)
        passage.tell("dispute_late")
    return row


def fulfil(dispute: Dispute, *, actor: Actor, at: datetime, note: str = "", seen_version: int | None = None) -> Dispute:
    """履行完毕: the dispute is closed as performed; call-backs and the watch go on. Raises ``steps_open``."""
    with moving(dispute, do.fulfil, actor=actor, at=at, seen_version=seen_version) as passage:
        agreement = in_force(passage)
        waiting = [r for r in passage.rows(Instalment) if r.agreement_id == agreement.pk and r.state in ("due", "late")]
        if waiting:
            raise MoveRefused("steps_open", _("还有%(n)s期没有履行") % {"n": len(waiting)})
        passage.change(agreement, performed_at=at)
        story(passage, Narrative.Kind.NOTE, note)
        _finish(passage, "performed")
    return passage.case


def _finish(passage: Passage, outcome: str) -> None:
    """Closed, but for what follows up."""
    dispute = passage.case
    dispute.outcome, dispute.closed_at = outcome, passage.at
    passage.details["outcome"] = outcome
    aftercare.stop_but_follow_up(passage)
    if dispute.source == "event":
        key = f"dispute_ended:{dispute.pk}:{dispute.version + 1}"
        passage.book.owe("dispute_ended", key, {"dispute": dispute.pk}, at=passage.at)
    passage.tell("dispute_closed")


def remind(dispute: Dispute, *, stage: str, actor: Actor, at: datetime) -> Dispute:
    """提醒: a reminder's moment has come. Its clock stops, the mediators are told once. Raises ``done_already``."""
    move: Move = do.remind
    with moving(dispute, move, actor=actor, at=at) as passage:
        if passage.clocks.stop(stage, at=at) is None:
            raise MoveRefused("done_already", _("已提醒"))
        passage.details.update(reminder=stage)
        passage.tell("dispute_reminder", stage=stage)
    return passage.case


def open_call_backs(passage: Passage) -> list[CallBack]:
    return [row for row in passage.rows(CallBack) if row.done_at is None]
