"""What several verbs do: words behind the wall, ends, clocks of a tier, who holds it now."""

from __future__ import annotations

from django.utils.translation import gettext as _

from casework.door import MoveRefused, Passage
from disputes import grading, rules
from disputes.models import Dispute, MediationBody, Mediator, Narrative, PanelMember
from events.search import grams

MEDIATION_CLOCKS = ("sign", "start", "tier", "total", "lab_mediate", "med_mediate")
MOST_GRAMS = 4000


def story(passage: Passage, kind: str, text: str, *, party: object | None = None) -> Narrative | None:
    """Write a piece of the story behind the wall; nothing for no words."""
    text = text.strip()
    if not text:
        return None
    row = Narrative(
        dispute=passage.case, kind=kind, party=party, text=text, written_at=passage.at,
        written_by=passage.actor.name[:60], grams=grams(text, most=MOST_GRAMS),
    )
    passage.create(row)
    return row


def say(passage: Passage, note: str) -> None:
    """The words of a verb. They may tell the story, so they stand behind the wall and not in the trail."""
    story(passage, Narrative.Kind.NOTE, note)


def refuse_unheard(dispute: Dispute) -> None:
    """Nobody is mediated against their will: what was asked for on behalf of somebody waits for that person's word.
    Raises ``proxy_open``."""
    if dispute.proxy_open:
        raise MoveRefused("proxy_open", _("由他人代为申请,本人尚未确认;请先联系本人,登记“本人确认代办”或“本人撤回代办”"))


def end(passage: Passage, outcome: str) -> None:
    """结案: every clock stops, the end goes back to where the dispute came from."""
    dispute, at = passage.case, passage.at
    dispute.outcome, dispute.closed_at = outcome, at
    passage.clocks.stop_all(at=at)
    passage.details["outcome"] = outcome
    if dispute.source == "event" or dispute.event_id:
        key = f"dispute_ended:{dispute.pk}:{dispute.version + 1}"
        passage.book.owe("dispute_ended", key, {"dispute": dispute.pk}, at=at)
    passage.tell("dispute_closed")


def hold(passage: Passage, body: MediationBody, tier: str) -> None:
    """The dispute is this body's now, at this tier: its unit joins the scope, the sign clock runs."""
    dispute, at = passage.case, passage.at
    dispute.body, dispute.tier = body, tier
    dispute.routed_at = dispute.routed_at or at
    if body.unit_id and body.unit_id not in dispute.unit_ids:
        dispute.unit_ids = [*dispute.unit_ids, body.unit_id]
    kind, seconds = rules.budget("sign")
    passage.clocks.start("sign", kind=kind, budget_seconds=seconds, at=at, ladder="dispute_step", unit_id=body.unit_id)
    passage.unit_id = body.unit_id
    passage.tell("dispute_routed", unit=body.unit_id)


def seat(passage: Passage, mediator: Mediator, role: str) -> None:
    """Put a mediator on the panel; whoever sits there already changes the role."""
    dispute = passage.case
    for row in passage.rows(PanelMember):
        if row.mediator_id == mediator.pk and row.until is None:
            passage.change(row, role=role, tier=dispute.tier)
            break
    else:
        passage.create(PanelMember(dispute=dispute, mediator=mediator, tier=dispute.tier, role=role, since=passage.at))
    if mediator.person_id not in dispute.member_ids:
        dispute.member_ids = [*dispute.member_ids, mediator.person_id]
    if role == "lead":
        dispute.mediator = mediator


def to_helpers(passage: Passage) -> None:
    """The lower tier keeps a duty to help: its mediators stay on the panel as helpers (workflows.md §3)."""
    for row in passage.rows(PanelMember):
        if row.until is None and row.role != "helper":
            passage.change(row, role="helper")
    passage.case.mediator = None


def step_down(passage: Passage, *, reason: str = "") -> None:
    """The present lead and panel leave their seats and read on no more."""
    dispute, gone = passage.case, []
    for row in passage.rows(PanelMember):
        if row.until is None and row.role != "helper":
            passage.change(row, until=passage.at, reason=reason[:200])
            gone.append(row.mediator_id)
    staying = {row.mediator_id for row in passage.rows(PanelMember) if row.until is None}
    people = dict(Mediator.objects.filter(pk__in=[*gone, *staying]).values_list("pk", "person_id"))
    kept = {people[key] for key in staying}
    leaving = {people[key] for key in gone} - kept
    dispute.member_ids = [key for key in dispute.member_ids if key not in leaving]
    dispute.mediator = None


def start_tier(passage: Passage) -> None:
    """The body has signed: the tier's days run, the month of the whole mediation from the first tier on, and the
    start clock (ordinary 3, complex 7 days, danger at once; rules.md §5) until the first session."""
    dispute, at = passage.case, passage.at
    unit = dispute.body.unit_id if dispute.body_id else None
    days = rules.tiers()[dispute.tier].days
    passage.clocks.start("tier", kind="CD", budget_seconds=days * 86_400, at=at, ladder="dispute_tier", unit_id=unit)
    kind, seconds = rules.budget("total")
    passage.clocks.start("total", kind=kind, budget_seconds=seconds, at=at, ladder="dispute_total", unit_id=unit)
    kind, seconds = rules.budget(start_budget(dispute))
    passage.clocks.start("start", kind=kind, budget_seconds=seconds, at=at, ladder="dispute_step", unit_id=unit)


def start_budget(dispute: Dispute) -> str:
    """Which start limit of rules.md §5 holds."""
    if grading.is_dangerous(dispute):
        return "start_danger"
    return "start_simple" if dispute.complexity == "simple" else "start_complex"


def stop_mediation(passage: Passage) -> None:
    """Mediation is over: its clocks stop; those of the law outside and of the aftercare do not."""
    passage.clocks.stop_all(at=passage.at, stages=MEDIATION_CLOCKS)
