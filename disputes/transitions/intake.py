"""受: a dispute comes in by booking, at the desk, out of an event, from a file; screened, or turned away."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _

from casework.actor import Actor
from casework.door import Move, Passage, missing, moving, opening
from disputes import grading, routing, rules, terms
from disputes.models import Claim, Dispute, MediationBody, Mediator, Narrative
from disputes.telling import Told, amount_of, check, party_row, proxy_row
from disputes.transitions.risk import tell_jointly
from disputes.transitions.steps import end, say, seat, story
from disputes.workflow import do
from events import placing
from events.transitions.intake import tracking_code
from grids.scope import SHANGHAI

ONCE = ("import", "event", "hotline")
"""Sources whose own number is taken in once."""


def register(told: Told, *, actor: Actor, at: datetime) -> Dispute:
    """登记受理: taken in at once; number, place, risk, parties, the guide clock; red flags are told at once.

    The same (source, origin number) of an event, a hotline order or an import gives the dispute that is there.
    Raises ``invalid`` naming the field, ``forbidden``.
    """
    return find_known(told) or _take_in(told, do.register, actor=actor, at=at)


def book(told: Told, *, actor: Actor, at: datetime) -> Dispute:
    """预约: a citizen, or somebody for him, asks for mediation; screening decides within a working day. No joint
    notice goes out before somebody has looked. Raises as ``register``."""
    return _take_in(replace(told, source="booking"), do.book, actor=actor, at=at)


def find_known(told: Told) -> Dispute | None:
    """The dispute this was already taken in as."""
    if not told.origin_number or told.source not in ONCE:
        return None
    return Dispute.objects.filter(source=told.source, origin_number=told.origin_number).first()


def _take_in(told: Told, move: Move, *, actor: Actor, at: datetime) -> Dispute:
    dispute = _prepare(told, actor, at)
    with opening(dispute, move, actor=actor, at=at) as passage:
        _write(passage, told)
        if move is do.book:
            kind, seconds = rules.budget("screen")
            passage.clocks.start("screen", kind=kind, budget_seconds=seconds, at=at, ladder="dispute_step")
            passage.tell("dispute_booked")
        else:
            take_on(passage)
    return passage.case


def _prepare(told: Told, actor: Actor, at: datetime) -> Dispute:
    check(told)
    if told.proxy is not None and told.proxy.agreed_on > at.astimezone(SHANGHAI).date():
        raise missing(proxy_agreed_on=_("日期不能晚于今天"))
    found, is_located = placing.find(lon=told.lon, lat=told.lat, area=told.area)
    has_minor = any(party.is_minor for party in told.parties)
    dispute = Dispute(
        source=told.source, origin_number=told.origin_number[:60], type=told.type, nature=told.nature,
        complexity=told.complexity, language=told.language[:20] or "普通话", amount=amount_of(told),
        people_count=sum(max(1, party.people) for party in told.parties), is_cross_street=told.is_cross_street,
        involves_departments=told.involves_departments,
        risk_flags=sorted({*told.flags, *(("vulnerable",) if has_minor else ())}), address=told.address[:160],
        lon=told.lon, lat=told.lat, tracking_code=told.tracking_code or tracking_code(), token=secrets.token_hex(16),
        registered_at=at, reported_by_id=actor.person_id if actor.is_staff else None,
        proxy_open=told.proxy is not None, is_sealed=has_minor or told.type in rules.file()["sealed_types"],
    )
    placing.put(dispute, found, is_located=is_located)
    grading.grade(dispute)
    dispute.body = intake_body(dispute)
    dispute.unit_ids = [dispute.body.unit_id] if dispute.body else []
    return dispute


def intake_body(dispute: Dispute) -> MediationBody | None:
    """Whose head screens it: the general committee of the smallest place; None where there is none at all."""
    for tier in rules.tiers():
        found = routing.bodies_for(dispute, tier, most=20)
        general = [idea.row for idea in found if not idea.row.specialities]
        if general:
            return general[0]
    return None


def _write(passage: Passage, told: Told) -> None:
    dispute, at = passage.case, passage.at
    rows = [passage.create(party_row(dispute, party, at=at)) for party in told.parties]
    if told.proxy is not None:  # the consent is the person's own to give, at the first contact
        rows[0].consented_at = None
        passage.create(proxy_row(dispute, rows[0], told.proxy, at=at))
    story(passage, Narrative.Kind.FACTS, told.facts)
    for claim in told.claims:
        party = rows[claim.party] if claim.party is not None and claim.party < len(rows) else None
        passage.create(Claim(
            dispute=dispute, party=party, text=claim.text.strip(), amount=claim.amount, written_at=at,
            written_by=passage.actor.name[:60],
        ))
    for kind, text in told.extra:
        story(passage, kind, text)


def take_on(passage: Passage) -> None:
    """What acceptance starts: its moment, the guide clock, statutory terms of the type, joint notice of red flags."""
    dispute, at = passage.case, passage.at
    dispute.accepted_at = at
    kind, seconds = rules.budget("guide")
    passage.clocks.start("guide", kind=kind, budget_seconds=seconds, at=at, ladder="dispute_step")
    day = at.astimezone(SHANGHAI).date()
    if dispute.type == "labour":
        terms.start_term(passage, "lab_mediate", day)
    if dispute.type == "medical":
        terms.start_term(passage, "med_mediate", day)
    tell_jointly(passage, grading.red_flags(dispute))
    passage.tell("dispute_accepted")


def archive(dispute: Dispute, *, mediator: Mediator, actor: Actor, at: datetime) -> Dispute:
    """导入归档: a published or past case, settled elsewhere, in the hand of a mediator who may read it. It counts as
    reconciled, never as an agreement of ours."""
    with moving(dispute, do.archive, actor=actor, at=at) as passage:
        locked = passage.case
        locked.body, locked.tier = mediator.body, mediator.body.tier
        if mediator.body.unit_id and mediator.body.unit_id not in locked.unit_ids:
            locked.unit_ids = [*locked.unit_ids, mediator.body.unit_id]
        seat(passage, mediator, "lead")
        end(passage, "reconciled")
    return passage.case


def accept(
    dispute: Dispute, *, actor: Actor, at: datetime, note: str = "", complexity: str = "",
    seen_version: int | None = None,
) -> Dispute:
    """受理: a booking passes the screening. Raises ``wrong_state``."""
    with moving(dispute, do.accept, actor=actor, at=at, seen_version=seen_version) as passage:
        if complexity:
            passage.case.complexity = complexity
        say(passage, note)
        passage.clocks.stop("screen", at=at)
        take_on(passage)
    return passage.case


def turn_away(
    dispute: Dispute, *, actor: Actor, at: datetime, note: str, seen_version: int | None = None
) -> Dispute:
    """不予受理, with a reason and the way the matter can go instead. Raises ``invalid`` without a reason."""
    with moving(dispute, do.turn_away, actor=actor, at=at, seen_version=seen_version) as passage:
        if not note.strip():
            raise missing(note=_("请写明不予受理的理由"))
        say(passage, note)
        end(passage, "not_accepted")
    return passage.case


def cancel(dispute: Dispute, *, actor: Actor, at: datetime, note: str = "") -> Dispute:
    """取消预约 by whoever booked, or for him."""
    with moving(dispute, do.cancel, actor=actor, at=at) as passage:
        say(passage, note)
        end(passage, "withdrawn")
    return passage.case
