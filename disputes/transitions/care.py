"""Supervision and care: 督办, 涉密, 服务转介."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from casework.actor import Actor
from casework.door import MoveRefused, missing, moving
from disputes import rules, services
from disputes.models import Dispute, LegalService, Party, Referral
from disputes.transitions.steps import say
from disputes.workflow import do


def urge(dispute: Dispute, *, actor: Actor, at: datetime, note: str = "") -> Dispute:
    """督办: the body's head and the mediator are told; the note is seen by them and holds no story."""
    with moving(dispute, do.urge, actor=actor, at=at, note=note[:200]) as passage:
        passage.tell("dispute_urged", unit=passage.case.body.unit_id if passage.case.body_id else None)
    return passage.case


def seal(dispute: Dispute, *, actor: Actor, at: datetime, note: str = "") -> Dispute:
    """设为涉密: the whole case behind a reason prompt. Raises ``done_already``."""
    with moving(dispute, do.seal, actor=actor, at=at) as passage:
        if passage.case.is_sealed:
            raise MoveRefused("done_already", _("已是涉密"))
        passage.case.is_sealed = True
        say(passage, note)
    return passage.case


def unseal(dispute: Dispute, *, actor: Actor, at: datetime, note: str) -> Dispute:
    """解除涉密, never while a minor is a party. Raises ``invalid`` without a reason, ``has_minor``, ``done_already``."""
    with moving(dispute, do.unseal, actor=actor, at=at) as passage:
        if not note.strip():
            raise missing(note=_("请写明理由"))
        if not passage.case.is_sealed:
            raise MoveRefused("done_already", _("不是涉密"))
        if any(row.is_minor for row in passage.rows(Party)):
            raise MoveRefused("has_minor", _("涉未成年人的不能解除涉密"))
        passage.case.is_sealed = False
        say(passage, note)
    return passage.case


def refer(
    dispute: Dispute, *, actor: Actor, at: datetime, kind: str, provider: str = "", service: LegalService | None = None,
    party: Party | None = None,
) -> Dispute:
    """服务转介: legal aid, psychological help, within one working day (rules.md §5), to a place of the register or to
    a ``provider`` that is not in it. Psychological help is confidential. Raises ``invalid``."""
    with moving(dispute, do.refer, actor=actor, at=at) as passage:
        if kind not in Referral.Kind.values:
            raise missing(kind=_("请选择服务"))
        if service is not None and not services.offers(service, kind):
            raise missing(service=_("%(name)s不提供这项服务,请另选") % {"name": service.name})
        provider = service.name if service is not None else provider.strip()
        if not provider:
            raise missing(provider=_("请选择服务机构,或填写名录以外的承接单位"))
        if party is not None and party.dispute_id != passage.case.pk:
            raise missing(party=_("没有这位当事人"))
        passage.create(Referral(
            dispute=passage.case, party=party, kind=kind, provider=provider[:80], service=service,
            is_confidential=kind == "psychological", asked_at=at,
        ))
        if not any(row.stage == "refer" for row in passage.clocks.live):
            unit, seconds = rules.budget("refer")
            passage.clocks.start("refer", kind=unit, budget_seconds=seconds, at=at, ladder="dispute_step")
    return passage.case


def take_up(dispute: Dispute, *, actor: Actor, at: datetime, kind: str = "") -> Dispute:
    """登记承接: the service has taken the party on. ``kind`` empty: every service that was asked. The clock of the
    referral stops with the last one. Raises ``nothing_referred``."""
    with moving(dispute, do.take_up, actor=actor, at=at) as passage:
        waiting = [row for row in passage.rows(Referral) if row.done_at is None]
        taken = [row for row in waiting if kind in ("", row.kind)]
        if not taken:
            raise MoveRefused("nothing_referred", _("没有待承接的转介"))
        for row in taken:
            passage.change(row, done_at=at)
        if len(taken) == len(waiting):
            passage.clocks.stop("refer", at=at)
    return passage.case
