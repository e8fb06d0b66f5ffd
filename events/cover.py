"""Nobody falls through: who stands behind an order, A post → B post → head → community → street → the desk.

Reads only; the verb that moves an order on is ``transitions.cover``. "Available" means an active account, a post in
force that gives the permission, and no leave at the moment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from casework.clock.arithmetic import ClockKind, due_after
from casework.clock.loader import calendar
from events.models import Event, WorkOrder
from events.reference_rows import limit_seconds
from events.transitions.orders import calendar_for
from events.workflow import DISPATCH_STATES, LIVE, OPEN_ORDER
from grids.models import Leave, Post, Unit
from grids.scope import SHANGHAI
from grids.staff import in_force

ACT = "events.accept"
DISTRICT_DIGITS = 6
"""Codes up to the district are not part of a chain: there the dispatcher takes over."""
RANKS = {Post.Rank.WORKER: 0, Post.Rank.HEAD: 1, Post.Rank.GUIDE: 2}
"""Who is asked first on one piece of land; every other post comes after these."""


@dataclass(frozen=True, slots=True)
class Step:
    """One person of a chain, and whether he is there."""

    person_id: int
    post_id: int
    cover: str
    is_available: bool


def posts_with(permission: str, *, at: datetime) -> QuerySet[Post]:
    """Posts in force at ``at`` whose role gives the permission, of people (no machines)."""
    day = at.astimezone(SHANGHAI).date()
    return Post.objects.filter(
        in_force(day), role__permissions__contains=[permission], person__is_machine=False
    ).select_related("role", "area", "person")


def away(person_ids: Iterable[int], *, at: datetime) -> set[int]:
    """Of these persons those on leave at ``at``."""
    rows = Leave.objects.filter(person__in=set(person_ids), starts_at__lte=at, ends_at__gt=at)
    return set(rows.values_list("person_id", flat=True))


def chain(order: WorkOrder, *, at: datetime) -> list[Step]:
    """Everybody who may act on this order, nearest first: of a grid's order the grid's posts, then the land above
    it; of a unit's order its own posts, juniors first, and of a community's also the street above."""
    found = Q(unit=order.unit_id)
    land = order.area or (order.unit.area if order.unit.kind in (Unit.Kind.COMMUNITY, Unit.Kind.GRID) else None)
    if land is not None:
        found |= Q(area__code__in=[code for code in land.path.rstrip("/").split("/") if len(code) > DISTRICT_DIGITS])
    posts = list(posts_with(ACT, at=at).filter(found)) if order.unit.is_active else []
    posts.sort(key=lambda post: _nearness(post, order))
    gone = away((post.person_id for post in posts), at=at)
    steps: dict[int, Step] = {}
    for post in posts:
        is_there = post.person.is_active and post.person_id not in gone
        steps.setdefault(post.person_id, Step(post.person_id, post.pk, post.cover, is_there))
    return list(steps.values())


def _nearness(post: Post, order: WorkOrder) -> tuple:
    depth = len(post.area.path) if post.area is not None else 0
    own_unit = post.unit_id == order.unit_id
    own_land = order.area_id is not None and post.area_id == order.area_id
    return (
        not (own_land if order.area_id is not None else own_unit), -depth, RANKS.get(post.rank, 3), post.cover,
        -post.role.rank, post.pk,
    )


def next_in_chain(order: WorkOrder, *, at: datetime) -> Step | None:
    """The first available person after the present handler (after the A post, when nobody is named)."""
    steps = chain(order, at=at)
    place = next((n for n, step in enumerate(steps) if step.person_id == order.handler_id), None)
    if place is None:
        place = -1 if order.handler_id is not None or (steps and not steps[0].is_available) else 0
    return next((step for step in steps[place + 1 :] if step.is_available), None)


def is_unattended(order: WorkOrder, *, at: datetime) -> bool:
    """Nobody who could act is there: the unit is inactive, its posts vacant, or its people away."""
    return not any(step.is_available for step in chain(order, at=at))


def handler_is_gone(order: WorkOrder, *, at: datetime) -> bool:
    """The named handler (or, with none named, the A post) is inactive, on leave, or holds the post no more."""
    steps = chain(order, at=at)
    if order.handler_id is None:
        return bool(steps) and not steps[0].is_available
    return not any(step.person_id == order.handler_id and step.is_available for step in steps)


def patience_ends(order: WorkOrder, since: datetime) -> datetime:
    """Until when an order may lie unsigned before the next in the chain gets it: 15 minutes for P0 and P1, else
    two working hours (rules.md §8)."""
    kind, seconds = limit_seconds("cover_urgent" if order.event.urgency in ("P0", "P1") else "cover")
    return due_after(ClockKind(kind), calendar(calendar_for(order.unit)), since, seconds)


def waiting_orders() -> QuerySet[WorkOrder]:
    """Open orders of events in handling, with what the checks here read."""
    rows = WorkOrder.objects.filter(state__in=OPEN_ORDER, event__state="in_progress")
    return rows.select_related("event", "unit", "unit__area", "area").order_by("pk")


@dataclass(frozen=True, slots=True)
class Orphan:
    """A line of the board 有单无人: the event, and what is missing."""

    event_id: int
    number: str
    reason: str


def orphans(*, at: datetime) -> list[Orphan]:
    """Live events that nobody stands behind at this moment; empty after ``tasks.cover_absences``.

    No responsible unit or an inactive one, in handling without an open order, an open order nobody can act on,
    unlocated with no unit, or waiting at a desk where nobody may dispatch.
    """
    found = [Orphan(event.pk, event.number, _reason(event)) for event in ownerless()]
    unordered = Event.objects.filter(state="in_progress").exclude(orders__state__in=OPEN_ORDER)
    found += [Orphan(row.pk, row.number, _("处置中但没有工单")) for row in unordered]
    for order in waiting_orders():
        if is_unattended(order, at=at):
            found.append(Orphan(order.event_id, order.event.number, _("承办单位无人在岗")))
        elif handler_is_gone(order, at=at):
            found.append(Orphan(order.event_id, order.event.number, _("承办人不在岗")))
    return found + _undispatched(at)


def ownerless() -> QuerySet[Event]:
    """Live events whose responsible unit is missing or inactive."""
    rows = Event.objects.filter(state__in=LIVE)
    return rows.filter(Q(owner_unit__isnull=True) | Q(owner_unit__is_active=False)).order_by("pk")


def _reason(event: Event) -> str:
    if event.owner_unit_id is not None:
        return _("责任单位已停用")
    return _("没有责任单位") if event.is_located else _("未定位且没有责任单位")


def _undispatched(at: datetime) -> list[Orphan]:
    """Waiting events of a district where nobody who may dispatch is there."""
    posts = list(posts_with("events.dispatch", at=at).filter(person__is_active=True, area__isnull=False))
    gone = away((post.person_id for post in posts), at=at)
    paths = {post.area.path for post in posts if post.person_id not in gone}
    rows = Event.objects.filter(state__in=DISPATCH_STATES).only("pk", "number", "area_path")
    for path in paths:
        rows = rows.exclude(area_path__startswith=path)
    return [Orphan(row.pk, row.number, _("区值班台无人在岗")) for row in rows]
