"""Ends and ways outside: refusal, withdrawal, 仲 and 诉 with their dates and terms, closing, beginning again."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from casework.actor import Actor
from casework.door import MoveRefused, Passage, missing, moving
from disputes import court, rules, terms
from disputes.models import Dispute, Party, Procedure
from disputes.transitions.mediating import start_leaving
from disputes.transitions.steps import end, say, stop_mediation
from disputes.workflow import do
from grids.models import Unit
from grids.scope import SHANGHAI

COURTS = ("court", "enforcement")
DATES = ("applied_on", "filed_on", "served_on", "heard_on", "decided_on", "closed_on")
OUTCOMES = {
    "labour_arb": "arbitration", "comm_arb": "arbitration", "adm_ruling": "administrative",
    "reconsider": "administrative", "petition": "petition", "police": "criminal", "court": "court",
    "enforcement": "court",
}


def refuse(
    dispute: Dispute, *, actor: Actor, at: datetime, party: Party | None = None, note: str = "",
    seen_version: int | None = None,
) -> Dispute:
    """一方不愿,终止调解: at once, whoever says it and whenever; the advice about the other ways is printed. It does
    not rise any more. Raises ``invalid`` for a party of another dispute."""
    with moving(dispute, do.refuse, actor=actor, at=at, seen_version=seen_version) as passage:
        if party is not None:
            row = next((row for row in passage.rows(Party) if row.pk == party.pk), None)
            if row is None:
                raise missing(party=_("没有这位当事人"))
            passage.change(row, refused_at=at)
        passage.case.refused_at = at
        say(passage, note)
        passage.clocks.stop_all(at=at, stages=("screen", "guide"))
        stop_mediation(passage)
        start_leaving(passage)
        passage.tell("dispute_refused")
    return passage.case


def withdraw(
    dispute: Dispute, *, actor: Actor, at: datetime, note: str = "", seen_version: int | None = None
) -> Dispute:
    """当事人撤回: the applicant takes it back; closed."""
    with moving(dispute, do.withdraw, actor=actor, at=at, seen_version=seen_version) as passage:
        say(passage, note)
        end(passage, "withdrawn")
    return passage.case


def arbitrate(
    dispute: Dispute, *, actor: Actor, at: datetime, kind: str, note: str = "", seen_version: int | None = None,
    **dates: Any,
) -> Dispute:
    """转仲裁等程序: arbitration, an administrative ruling or reconsideration, a petition, the police. Its terms run from
    the dates given. Raises ``invalid``."""
    with moving(dispute, do.arbitrate, actor=actor, at=at, seen_version=seen_version) as passage:
        if kind not in Procedure.Kind.values or kind in COURTS:
            raise missing(kind=_("请选择程序"))
        passage.case.arbitrating_at = at
        _go_outside(passage, kind, dates, note)
    return passage.case


def litigate(
    dispute: Dispute, *, actor: Actor, at: datetime, kind: str = "court", note: str = "", unit: Unit | None = None,
    hands_file: bool = False, seen_version: int | None = None, **dates: Any,
) -> Dispute:
    """转诉讼: a suit, or the enforcement of an agreement that the court has confirmed. ``unit``: the court on site that
    takes it; ``hands_file``: the parties agreed that it gets their claims and evidence (never what was said in
    mediation). Raises ``invalid``, ``not_confirmed`` for enforcement without a confirmation."""
    with moving(dispute, do.litigate, actor=actor, at=at, seen_version=seen_version) as passage:
        if kind not in COURTS:
            raise missing(kind=_("请选择程序"))
        if kind == "enforcement" and passage.case.confirmed_at is None and passage.case.state != "arbitrating":
            raise MoveRefused("not_confirmed", _("协议未经司法确认,不能申请强制执行,可以起诉"))
        _end_procedures(passage)
        passage.case.litigating_at = at
        if unit is not None:
            court.give(passage, unit, basis="suit" if hands_file else "")
            dates = {**dates, "on_site": True, "authority": dates.get("authority") or unit.name}
        elif hands_file:
            raise missing(unit=_("请选择驻中心法庭"))
        _go_outside(passage, kind, dates, note, unit)
    return passage.case


def _go_outside(
    passage: Passage, kind: str, dates: dict[str, Any], note: str, unit: Unit | None = None
) -> None:
    row = Procedure(dispute=passage.case, kind=kind, opened_at=passage.at, unit=unit)
    fill(row, dates, passage.at)
    row.applied_on = row.applied_on or passage.at.astimezone(SHANGHAI).date()
    passage.create(row)
    say(passage, note)
    passage.clocks.stop_all(at=passage.at, stages=("guide", "leave"))
    stop_mediation(passage)
    terms.follow(passage, row)
    passage.details["procedure"] = kind
    passage.tell("dispute_outside")


def fill(row: Procedure, given: dict[str, Any], at: datetime) -> None:
    """Write what was given onto the procedure. Raises ``invalid`` for dates out of order or in the future where the
    thing must have happened."""
    unknown = set(given) - {*DATES, "authority", "filing_number", "result", "on_site", "is_extended"}
    if unknown:
        raise missing(**{sorted(unknown)[0]: _("没有这个选项")})
    for name, value in given.items():
        if value is not None:
            setattr(row, name, value)
    if row.is_extended and not any(term.extension for term in rules.terms(row.kind)):
        raise missing(is_extended=_("该程序没有可延长的期限"))
    _check_dates(row, at.astimezone(SHANGHAI).date())


def _check_dates(row: Procedure, today: date) -> None:
    before: date | None = None
    for name in ("applied_on", "filed_on", "decided_on", "closed_on"):
        day = getattr(row, name)
        if day is None:
            continue
        if day > today:
            raise missing(**{name: _("日期不能晚于今天")})
        if before is not None and day < before:
            raise missing(**{name: _("日期早于上一步")})
        before = day


def track(
    dispute: Dispute, *, actor: Actor, at: datetime, note: str = "", seen_version: int | None = None, **dates: Any
) -> Dispute:
    """登记程序进展: filing number, filing, service, hearing, decision; the statutory terms follow the dates.

    Raises ``invalid``, ``nothing_outside``.
    """
    with moving(dispute, do.track, actor=actor, at=at, seen_version=seen_version) as passage:
        advance(passage, _live(passage), dates)
        say(passage, note)
    return passage.case


def advance(passage: Passage, row: Procedure, dates: dict[str, Any]) -> None:
    """What is known of a procedure now; its statutory terms follow the dates."""
    fill(row, dates, passage.at)
    passage.change(row, **{name: getattr(row, name) for name in dates})
    terms.follow(passage, row)
    passage.details["procedure"] = row.kind


def _live(passage: Passage) -> Procedure:
    row = next((row for row in reversed(passage.rows(Procedure)) if row.ended_at is None), None)
    if row is None:
        raise MoveRefused("nothing_outside", _("没有进行中的外部程序"))
    return row


def _end_procedures(passage: Passage) -> None:
    for row in passage.rows(Procedure):
        if row.ended_at is None:
            passage.change(row, ended_at=passage.at)
            terms.stop_all(passage, row.kind)


def come_back(dispute: Dispute, *, actor: Actor, at: datetime, note: str = "") -> Dispute:
    """转回调解: the court entrusts it to mediation, or the parties come back of their own will: a refusal is over."""
    with moving(dispute, do.come_back, actor=actor, at=at) as passage:
        _end_procedures(passage)
        say(passage, note)
        passage.case.refused_at = None
        passage.case.channel = ""
        from disputes.transitions.guiding import advise

        advise(passage, "mediation", ("willing",))
        passage.tell("dispute_accepted")
    return passage.case


def end_outside(
    dispute: Dispute, *, actor: Actor, at: datetime, result: str, note: str = "", closed_on: date | None = None,
    seen_version: int | None = None,
) -> Dispute:
    """程序终结: judged, awarded, ruled, answered; closed. Raises ``invalid`` without the result."""
    with moving(dispute, do.end_outside, actor=actor, at=at, seen_version=seen_version) as passage:
        finish(passage, _live(passage), result, closed_on)
        say(passage, note)
    return passage.case


def finish(passage: Passage, row: Procedure, result: str, closed_on: date | None) -> None:
    """The procedure is over and the dispute with it. Raises ``invalid`` without the result."""
    if not result.strip():
        raise missing(result=_("请填写结果"))
    passage.change(row, result=result[:200], closed_on=closed_on or passage.at.astimezone(SHANGHAI).date())
    _end_procedures(passage)
    end(passage, OUTCOMES[row.kind])


def close(
    dispute: Dispute, *, actor: Actor, at: datetime, note: str = "", seen_version: int | None = None
) -> Dispute:
    """结案 of what was not settled: the parties have the advice in their hands. The leave term closes it by itself."""
    with moving(dispute, do.close, actor=actor, at=at, seen_version=seen_version) as passage:
        say(passage, note)
        end(passage, "refused" if passage.case.refused_at else "failed")
    return passage.case


def reopen(dispute: Dispute, *, actor: Actor, at: datetime, note: str) -> Dispute:
    """重新调解: the parties are willing again, or the matter came up anew. Raises ``invalid`` without the reason."""
    from disputes.transitions.intake import take_on

    with moving(dispute, do.reopen, actor=actor, at=at) as passage:
        if not note.strip():
            raise missing(note=_("请写明重新调解的理由"))
        locked = passage.case
        locked.closed_at = locked.refused_at = locked.agreed_at = locked.confirmed_at = None
        locked.outcome = locked.agreed_tier = locked.channel = ""
        locked.is_thorough = None
        say(passage, note)
        take_on(passage)
    return passage.case
