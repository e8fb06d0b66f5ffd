"""Who answers for a place now, and who can be reached at a unit (signature 10, 15)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from grids.days import day_of
from grids.models import Area, DutyTurn, Leave, Post, Unit
from grids.scope import SHANGHAI
from grids.staff import in_force


@dataclass(frozen=True, slots=True)
class Responsible:
    """One link of the chain. ``why`` is stable (worker_a, worker_b, head, community, street, desk), ``words`` for
    readers; ``absent`` is empty, or why the person is passed over: inactive, leave, unreachable."""

    person_id: int
    name: str
    why: str
    words: str
    post_id: int | None
    unit_id: int | None
    absent: str = ""


_ORDER = ("worker_a", "worker_b", "head", "community", "street", "desk")


def _words(why: str) -> str:
    return {
        "worker_a": _("A岗网格员"), "worker_b": _("B岗网格员"), "head": _("网格长"),
        "community": _("社区(村)治理站"), "street": _("街道值班员"), "desk": _("区指挥中心值班"),
    }[why]  # fmt: skip


def absent_people(people: Iterable[int], *, at: datetime) -> set[int]:
    """Those of these people who are on leave at this moment."""
    found = Leave.objects.filter(person_id__in=list(people), starts_at__lte=at, ends_at__gt=at)
    return set(found.values_list("person_id", flat=True))


def chain_of(area: Area, *, at: datetime, unreachable: frozenset[int] = frozenset()) -> list[Responsible]:
    """Everybody who could answer for this place, nearest first, those away included with the reason.

    A post → B post → grid head → community centre → street duty officer → district desk. Above a grid the chain
    begins at the area's own level. Four queries. ``unreachable``: person ids that the caller knows not to answer.
    """
    codes = area.path.rstrip("/").split("/")
    day = at.astimezone(SHANGHAI).date()
    links = [*_from_turns(codes, at), *_from_posts(codes, day)]
    links.sort(key=lambda link: _ORDER.index(link.why))  # stable: turns stand before posts, A before B
    seen: set[int] = set()
    chain = [link for link in links if not (link.person_id in seen or seen.add(link.person_id))]
    away = absent_people(seen, at=at)
    active = set(User.objects.filter(pk__in=seen, is_active=True).values_list("pk", flat=True))

    def absence(person: int) -> str:
        if person not in active:
            return "inactive"
        return "leave" if person in away else ("unreachable" if person in unreachable else "")

    return [replace(link, absent=absence(link.person_id)) for link in chain]


def responsible_for(
    area: Area, *, at: datetime, unreachable: frozenset[int] = frozenset()
) -> list[Responsible]:
    """The chain without those who are away: the first is whom the matter goes to. Empty only where nobody is
    posted up to the district desk, which the 有单无人 board shows."""
    return [link for link in chain_of(area, at=at, unreachable=unreachable) if not link.absent]


def _from_posts(codes: list[str], day: object) -> list[Responsible]:
    rows = (
        Post.objects.filter(in_force(day), area__code__in=codes, person__is_machine=False)
        .exclude(rank=Post.Rank.BUILDING_HEAD)
        .order_by("cover", "-employment", "valid_from", "id")
        .values_list(
            "id", "person_id", "person__name", "unit_id", "rank", "cover", "role__code", "area__level_id"
        )
    )
    found = []
    for post_id, person_id, name, unit_id, rank, cover, role, level in rows:
        why = _why(level, rank, cover, role or "")
        if why:
            found.append(Responsible(person_id, name, why, _words(why), post_id, unit_id))
    return found


def _why(level: str, rank: str, cover: str, role: str) -> str:
    if level == "grid":
        if rank == Post.Rank.WORKER:
            return "worker_a" if cover == Post.Cover.A else "worker_b"
        return "head" if rank == Post.Rank.HEAD else ""
    by_role = {"community_secretary": "community", "street_officer": "street", "district_dispatcher": "desk"}
    return by_role.get(role, "")


def _from_turns(codes: list[str], at: datetime) -> list[Responsible]:
    """Who is on duty now at the street and at the district, before those who are merely posted there."""
    wanted = {DutyTurn.Kind.STREET: "street", DutyTurn.Kind.CHIEF: "desk"}
    rows = DutyTurn.objects.filter(turn_now(at), area__code__in=codes, kind__in=wanted).order_by("id")
    return [
        Responsible(person_id, name, wanted[kind], _words(wanted[kind]), None, None)
        for person_id, name, kind in rows.values_list("person_id", "person__name", "kind")
    ]


DAY_FROM, DAY_TO = 8, 20
"""Hours of the day shift in Shanghai; the rest is the night shift. A street's day turn lasts the whole day."""


def shift_at(at: datetime) -> tuple[date, str]:
    """Day and shift that run at this moment; after midnight the night shift is that of the day before."""
    local = at.astimezone(SHANGHAI)
    if DAY_FROM <= local.hour < DAY_TO:
        return local.date(), DutyTurn.Shift.DAY
    return (local.date() if local.hour >= DAY_TO else local.date() - timedelta(days=1)), DutyTurn.Shift.NIGHT


def turn_now(at: datetime) -> Q:
    """Condition that a duty turn runs at this moment."""
    day, shift = shift_at(at)
    street = Q(kind=DutyTurn.Kind.STREET)
    return (street & Q(day=day_of(at))) | (Q(day=day, shift=shift) & ~street)


def reachable(people: Iterable[int], *, at: datetime) -> set[int]:
    """Those of these people who are active and not on leave."""
    active = set(User.objects.filter(pk__in=list(people), is_active=True).values_list("pk", flat=True))
    return active - absent_people(active, at=at)


def unit_people(
    unit: Unit, *, at: datetime, role: str = "", permission: str = "", with_absent: bool = False
) -> list[User]:
    """Active people with a post in force at a unit, A posts first; those on leave only if asked for.

    ``role`` and ``permission`` (codes) narrow it to those who hold them by that very post.
    """
    posts = Post.objects.filter(in_force(at.astimezone(SHANGHAI).date()), unit=unit, person__is_active=True)
    if role:
        posts = posts.filter(role__code=role)
    if permission:
        posts = posts.filter(role__permissions__contains=[permission])
    people: dict[int, User] = {}
    for post in posts.select_related("person").order_by("cover", "id"):
        people.setdefault(post.person_id, post.person)
    away = set() if with_absent else absent_people(people, at=at)
    return [person for key, person in people.items() if key not in away]
