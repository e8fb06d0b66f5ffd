"""How a dispute reads in JSON: state, type, place and clock; parties as far as the reader may; never the story."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from casework.api_shapes import unit_of
from disputes.masking import NOTHING, level_for, shown
from disputes.models import Dispute, LegalService, Referral, Session
from grids.scope import Rights

LIST_FIELDS = (
    "number", "state", "version", "type", "nature", "tier", "complexity", "risk_colour", "risk_score", "is_sealed",
    "area__code", "body__code", "source", "registered_at", "accepted_at", "due_at", "closed_at", "outcome",
)


def row(found: dict) -> dict[str, Any]:
    """A row of the list."""
    return {
        "number": found["number"], "state": found["state"], "version": found["version"], "type": found["type"],
        "nature": found["nature"], "tier": found["tier"], "complexity": found["complexity"],
        "risk": {"colour": found["risk_colour"], "score": found["risk_score"]}, "sealed": found["is_sealed"],
        "area": found["area__code"], "body": found["body__code"], "source": found["source"],
        "registered_at": found["registered_at"], "accepted_at": found["accepted_at"], "due_at": found["due_at"],
        "closed_at": found["closed_at"], "outcome": found["outcome"] or None, "url": f"/disputes/{found['number']}/",
    }


def whole(dispute: Dispute, rights: Rights, *, at: datetime) -> dict[str, Any]:
    """One dispute for one person at one moment."""
    level = level_for(rights, dispute)
    hidden = dispute.is_sealed or level == NOTHING
    return {
        "number": dispute.number, "state": dispute.state, "state_label": str(dispute.get_state_display()),
        "version": dispute.version, "type": dispute.type, "nature": dispute.nature, "tier": dispute.tier,
        "complexity": dispute.complexity, "language": dispute.language, "people_count": dispute.people_count,
        "risk": {"colour": dispute.risk_colour, "score": dispute.risk_score, "flags": list(dispute.risk_flags)},
        "sealed": dispute.is_sealed, "source": dispute.source, "origin_number": dispute.origin_number or None,
        "tracking_code": dispute.tracking_code if level != NOTHING else None,
        "place": {"code": dispute.area.code, "name": dispute.area.name},
        "body": {"code": dispute.body.code, "name": dispute.body.name, "unit": unit_of(dispute.body.unit_id)}
        if dispute.body_id else None,
        "channel": dispute.channel or None, "outcome": dispute.outcome or None, "refused": dispute.refused_at is not None,
        "awaits_consent": dispute.proxy_open,
        "rises": dispute.rises, "registered_at": dispute.registered_at, "accepted_at": dispute.accepted_at,
        "guided_at": dispute.guided_at, "routed_at": dispute.routed_at, "mediating_at": dispute.mediating_at,
        "agreed_at": dispute.agreed_at, "confirmed_at": dispute.confirmed_at, "closed_at": dispute.closed_at,
        "due_at": dispute.due_at,
        "parties": None if hidden else [_party(shown(party, level)) for party in dispute.parties.all()],
        "procedures": [
            {"kind": one.kind, "authority": one.authority, "filing_number": one.filing_number, "applied_on": one.applied_on,
             "filed_on": one.filed_on, "served_on": one.served_on, "heard_on": one.heard_on, "decided_on": one.decided_on,
             "ended_at": one.ended_at}
            for one in dispute.procedures.all()
        ],
        "sessions": [_session(one) for one in dispute.sessions.select_related("room").prefetch_related("seats")],
        "agreement": _agreement(dispute, hidden=hidden),
        "url": f"/disputes/{dispute.number}/",
    }


def _session(one: Session) -> dict[str, Any]:
    """Time, place and seats by key; the link of a meeting and the place of a visit are on the page."""
    return {
        "session": one.seq, "state": one.state, "mode": one.mode, "room": one.room.code if one.room_id else None,
        "starts_at": one.starts_at, "ends_at": one.ends_at, "begun_at": one.begun_at, "ended_at": one.ended_at,
        "seats": [
            {"id": seat.pk, "role": seat.role, "party": seat.party_id, "came_at": seat.came_at, "absent": seat.is_absent}
            for seat in one.seats.all()
        ],
    }


def _agreement(dispute: Dispute, *, hidden: bool) -> dict[str, Any] | None:
    """The agreement in force with its plan, court and call-backs; its words are on no API, sums for readers only."""
    found = dispute.agreements.filter(ended_at=None).select_related("confirmation").first()
    if found is None:
        return None
    court = getattr(found, "confirmation", None)
    return {
        "form": found.form, "effective_on": found.effective_on, "performed_at": found.performed_at,
        "instalments": [
            {"instalment": one.seq, "due_on": one.due_on, "amount": None if hidden else one.amount, "state": one.state,
             "done_at": one.done_at, "urges": one.urges}
            for one in found.instalments.all()
        ],
        "confirmation": court and {
            "applied_on": court.applied_on, "decided_on": court.decided_on, "result": court.result or None,
        },
        "call_backs": [
            {"day": one.day, "due_on": one.due_on, "tries": one.tries, "done_at": one.done_at, "finding": one.finding or None}
            for one in found.call_backs.all()
        ],
        "thorough": dispute.is_thorough,
    }


def _party(found: dict) -> dict[str, Any]:
    kept = ("side", "kind", "name", "phone", "people", "is_minor", "consented", "refused")
    return {"id": found["pk"], **{name: found[name] for name in kept}}


def referral(one: Referral) -> dict[str, Any]:
    """A referral, without a word about why."""
    return {
        "kind": one.kind, "provider": one.provider, "service": one.service.code if one.service_id else None,
        "party": one.party_id, "confidential": one.is_confidential, "asked_at": one.asked_at, "done_at": one.done_at,
    }


def service(one: LegalService) -> dict[str, Any]:
    """A place of the register."""
    return {
        "code": one.code, "name": one.name, "kind": one.kind, "area": one.area.code, "address": one.address,
        "phone": one.phone, "opening_hours": one.opening_hours, "lon": one.lon, "lat": one.lat,
    }
