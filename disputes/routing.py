"""Which body and which mediator: by type, place, tier, language, load and conflict of interest, with reasons."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from disputes.models import Dispute, MediationBody, Mediator
from disputes.models.dispute import ENDED

IN_HAND = ("routed", "mediating", "agreed", "confirmed")


@dataclass(slots=True)
class Idea:
    """A body (or mediator) with why."""

    row: MediationBody | Mediator
    score: int
    reasons: list[str] = field(default_factory=list)
    obstacle: str = ""
    """Why this one may not: a conflict of interest; empty when it may."""


def bodies_for(dispute: Dispute, tier: str, *, most: int = 5) -> list[Idea]:
    """Bodies of this tier that serve the place and take the type, best first. A body of the type's own speciality
    comes before a general committee, a nearer one before a wider, a freer one before a fuller."""
    near = MediationBody.objects.filter(is_active=True, tier=tier, area__path__in=_paths_above(dispute.area_path))
    rows = near.select_related("area", "unit").annotate(
        load=Count("disputes", filter=Q(disputes__state__in=IN_HAND), distinct=True),
        hands=Count("mediators", filter=Q(mediators__is_active=True), distinct=True),
    )
    ideas = [
        _body_idea(row, dispute) for row in rows if row.unit_id and row.takes(dispute.type)
    ]
    return sorted(ideas, key=lambda idea: -idea.score)[:most]


def _paths_above(path: str) -> list[str]:
    """The paths of a place and of everything it lies in."""
    return [path[: place + 1] for place, letter in enumerate(path) if letter == "/"]


def _body_idea(row: MediationBody, dispute: Dispute) -> Idea:
    idea = Idea(row, 0)
    if dispute.type in row.specialities:
        idea.score += 40 + 20 // len(row.specialities)
        idea.reasons.append(_("专长:%(type)s") % {"type": dispute.get_type_display()})
    if row.kind == MediationBody.Kind.COMMITTEE:
        idea.score += 20
        idea.reasons.append(_("属地调委会"))
    idea.score += 2 * row.area.path.count("/")
    idea.reasons.append(_("服务%(area)s") % {"area": row.area.name})
    if not row.hands:
        idea.score -= 200
        idea.reasons.append(_("暂无在任调解员"))
    share = row.load * 100 // row.load_cap
    idea.score -= share // 5
    idea.reasons.append(_("在办%(n)s件(上限%(cap)s)") % {"n": row.load, "cap": row.load_cap})
    return idea


def mediators_for(dispute: Dispute, body: MediationBody | None = None) -> list[Idea]:
    """Mediators of the body, best first; those with a conflict of interest last, with the name that bars them."""
    body = body or dispute.body
    if body is None:
        return []
    names = [name for party in dispute.parties.all() for name in (party.name, party.guardian_name, party.speaker_name)
             if name]
    rows = Mediator.objects.filter(body=body, is_active=True, person__is_active=True).select_related("person").annotate(
        load=Count("disputes", filter=~Q(disputes__state__in=ENDED))
    )
    ideas = [_mediator_idea(row, dispute, names) for row in rows]
    return sorted(ideas, key=lambda idea: (bool(idea.obstacle), -idea.score))


def _mediator_idea(row: Mediator, dispute: Dispute, names: list[str]) -> Idea:
    idea = Idea(row, 0)
    if row.has_interest_in(names):
        idea.obstacle = _("与当事人有利害关系,应当回避")
    if dispute.language in row.languages:
        idea.score += 10 if dispute.language == "普通话" else 40
        idea.reasons.append(_("会%(language)s") % {"language": dispute.language})
    if dispute.type in row.specialities:
        idea.score += 20
        idea.reasons.append(_("专长:%(type)s") % {"type": dispute.get_type_display()})
    if row.is_full_time:
        idea.score += 5
        idea.reasons.append(_("专职"))
    idea.score -= 2 * row.load
    idea.reasons.append(_("在办%(n)s件") % {"n": row.load})
    return idea


def best_body(dispute: Dispute, tier: str) -> MediationBody | None:
    """The first idea; None where no body of the tier serves the place."""
    found = bodies_for(dispute, tier, most=1)
    return found[0].row if found else None


def best_mediator(dispute: Dispute, body: MediationBody | None = None) -> Mediator | None:
    """The first mediator without a conflict; None when the body has none free of it."""
    return next((idea.row for idea in mediators_for(dispute, body) if not idea.obstacle), None)
