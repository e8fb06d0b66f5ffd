"""Which disputes a person may know of, and which kinds of act hold where: the room's reading of scope.

Three ways reach a dispute (quality.md §5.2): *land* (a post on the place), *unit* (a post in the body's unit or in
a unit that was invited), *assignment* (one mediates it). Mediating never follows from land: a grid worker holds the
verbs, but for the disputes given to him. Land gives the directors state, type and place, the duty officers those
disputes that wait for a body, and nobody the story.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from grids.scope import Reach, Rights, path_filter

if TYPE_CHECKING:
    from disputes.models import Dispute

VIEW = "disputes.view"
"""State, type, place and clock, by land or unit."""
TAKE_PART = "disputes.take_part"
"""The same and more, by assignment or invitation only."""
HAND_OVER = "disputes.hand_over"
"""State, type and place of what waits for a body, by land."""
NARRATIVE = "disputes.narrative"
"""The story: its mediators, and the head of the body that has it now. No role overrides this (quality.md §5.2)."""
LEAD = "disputes.lead"
"""Heads the body of one's unit: there all of one's codes hold for the body's disputes."""
COURT = "disputes.court"
"""A judge or clerk stationed at the centre: what was handed to the court of one's unit (76)."""
WAITING = ("booked", "accepted", "guided", "failed")
BY_LAND = frozenset({
    VIEW, HAND_OVER, "disputes.register", "disputes.screen", "disputes.guide", "disputes.route", "disputes.urge",
    "disputes.count", "disputes.bodies", "disputes.rooms",
})
"""Codes that a post on the land carries; all others need the unit or the assignment."""
BY_CANDIDATE = frozenset({TAKE_PART, "disputes.sign"})
"""Codes by which a body's mediator takes what waits for the body, or sends it back."""
BY_INVITATION = frozenset({VIEW, TAKE_PART, COURT, "disputes.join", "disputes.acknowledge"})
"""Codes that any post in a taking-part unit carries; all others there need LEAD in the same post."""


def visible(rights: Rights) -> Q:
    """The condition of ``visible_to``; nobody sees nothing."""
    condition = Q(pk__in=())
    if rights.may(VIEW):
        condition |= path_filter(rights, VIEW, "area_path")
        units = rights.units(VIEW)
        if units:
            condition |= Q(unit_ids__overlap=list(units))
    if rights.may(TAKE_PART):
        condition |= Q(member_ids__contains=[rights.person_id])
        units = rights.units(TAKE_PART)
        if units:
            condition |= Q(unit_ids__overlap=list(units))
        condition |= Q(state="routed", body__in=_bodies_of(rights))
    if rights.may(HAND_OVER):
        condition |= path_filter(rights, HAND_OVER, "area_path") & Q(state__in=WAITING)
    return condition


def _bodies_of(rights: Rights) -> QuerySet:
    """Bodies that the person mediates for: what is handed over to them waits for one of their mediators."""
    from disputes.models import Mediator

    return Mediator.objects.filter(person=rights.person_id, is_active=True).values("body")


def is_candidate(rights: Rights, dispute: Dispute) -> bool:
    """Whether it waits for a mediator of a body that the person mediates for (tier hand-overs, rules.md §10)."""
    return dispute.state == "routed" and rights.may(TAKE_PART) and _bodies_of(rights).filter(body=dispute.body_id).exists()


def sees(rights: Rights, dispute: Dispute) -> bool:
    """The same question on one row in memory."""
    if rights.covers(VIEW, area_path=dispute.area_path, unit_ids=dispute.unit_ids):
        return True
    if rights.may(TAKE_PART) and is_assigned(rights, dispute):
        return True
    if rights.covers(TAKE_PART, unit_ids=dispute.unit_ids) or is_candidate(rights, dispute):
        return True
    return dispute.state in WAITING and rights.covers(HAND_OVER, area_path=dispute.area_path)


def is_assigned(rights: Rights, dispute: Dispute) -> bool:
    """Whether the person mediates or mediated it."""
    return rights.person_id is not None and rights.person_id in dispute.member_ids


def reaches(rights: Rights, permission: str, dispute: Dispute) -> bool:
    """Whether this kind of act is the person's on this dispute."""
    if rights.may(permission) and is_assigned(rights, dispute):
        return True
    if permission in BY_LAND and rights.covers(permission, area_path=dispute.area_path):
        return True
    if any(_by_unit(post, permission, dispute) for post in rights.reaches):
        return True
    return permission in BY_CANDIDATE and rights.may(permission) and is_candidate(rights, dispute)


def _by_unit(post: Reach, permission: str, dispute: Dispute) -> bool:
    if post.unit_id is None or permission not in post.permissions:
        return False
    if permission == NARRATIVE:
        return LEAD in post.permissions and dispute.body_id is not None and post.unit_id == dispute.body.unit_id
    if post.unit_id not in dispute.unit_ids:
        return False
    return permission in BY_INVITATION or LEAD in post.permissions
