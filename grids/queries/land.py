"""Areas and units as pages show them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from accounts.models import User
from accounts.names import named
from grids import portraits
from grids.models import Area, AreaLineage, LegacyGrid, PartyBranch, Post, Unit
from grids.queries.people import absent_people
from grids.scope import NOBODY, SHANGHAI, Rights
from grids.staff import in_force

VIEW = "grids.view"


@dataclass(frozen=True, slots=True)
class Holder:
    """A person in a post; ``phone`` is in clear only where the reader's scope covers the place."""

    post_id: int
    person_id: int
    name: str
    phone: str
    badge: str
    rank: str
    rank_name: str
    cover: str
    employment_name: str
    role_name: str
    is_away: bool
    place: str
    duties: tuple[str, ...] = ()
    photo: str = ""
    """A word that changes with the photo; empty without one."""


@dataclass(frozen=True, slots=True)
class AreaCard:
    """An area with the ways up and down, its people, units and overlays."""

    area: Area
    above: list[Area]
    below: list[Area]
    holders: list[Holder]
    units: list[Unit]
    counts: dict[str, int]
    party: dict[str, int]
    legacy: list[LegacyGrid] = field(default_factory=list)
    lineage: list[AreaLineage] = field(default_factory=list)

    def posted(self, rank: str, cover: str = "") -> list[Holder]:
        """Holders of a rank, A before B."""
        return [h for h in self.holders if h.rank == rank and cover in ("", h.cover)]


def masked_phone(phone: str) -> str:
    """``138****5678``; a short number is hidden as a whole."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 9 else "****" * bool(phone)


def area_of(code: str) -> Area | None:
    """The area of an official code, abolished ones too."""
    return Area.objects.select_related("level", "parent", "responsible_unit").filter(code=code).first()


def children(parent: Area | None, *, with_abolished: bool = False) -> QuerySet[Area]:
    """Areas directly below, by code; for None the tops of the tree. ``below_count`` says what is in force under each."""
    found = Area.objects.filter(parent=parent).select_related("level")
    if not with_abolished:
        found = found.filter(abolished_on__isnull=True)
    live = Count("children", filter=Q(children__abolished_on__isnull=True))
    return found.annotate(below_count=live).order_by("code")


def ground(code: str) -> dict[str, Any]:
    """Outlines of the areas below this one, as ``static/shared/map.js`` takes them: land to put marks on, no figures."""
    top = Area.objects.filter(code=code).first()
    shapes = [
        {"type": "Feature", "geometry": area.boundary,
         "properties": {"key": area.code, "name": str(area), "value": 0, "count": ""}}
        for area in (children(top) if top else ())
    ]  # fmt: skip
    return {"type": "FeatureCollection", "features": shapes}


def ancestors(area: Area) -> list[Area]:
    """From the top down, the area itself left out; by the path, in one query."""
    codes = area.path.rstrip("/").split("/")[:-1]
    return sorted(Area.objects.filter(code__in=codes).select_related("level"), key=lambda a: len(a.path))


def level_counts(area: Area) -> dict[str, int]:
    """Areas in force below, by level code."""
    rows = Area.objects.filter(path__startswith=area.path, abolished_on__isnull=True).exclude(pk=area.pk)
    return dict(rows.order_by("level__rank").values_list("level_id").annotate(n=Count("id")))


def party_counts(area: Area) -> dict[str, int]:
    """``{committee, branch, group, members}`` of the Party organisation on this land (21)."""
    rows = PartyBranch.objects.filter(area__path__startswith=area.path).values_list("kind")
    found = {kind: (n, members or 0) for kind, n, members in rows.annotate(n=Count("id"), m=Sum("members"))}
    counts = {kind: found.get(kind, (0, 0))[0] for kind in PartyBranch.Kind.values}
    return counts | {"members": sum(members for _n, members in found.values())}


def legacy_of(area: Area) -> QuerySet[LegacyGrid]:
    """Former line grids that went into the all-purpose grids here (12, 13)."""
    return (
        LegacyGrid.objects.filter(grid__path__startswith=area.path)
        .select_related("grid")
        .order_by("line", "code", "grid__code")
    )


def lineage_of(area: Area) -> QuerySet[AreaLineage]:
    """What happened to this code, and what came before it."""
    both = Q(area=area) | Q(successor=area)
    return AreaLineage.objects.filter(both).select_related("area", "successor").order_by("-on", "-id")


def special_grids(area: Area) -> QuerySet[Area]:
    """Dedicated and street-front grids in force below, with their responsible unit (6, 17)."""
    return (
        Area.objects.filter(path__startswith=area.path, level_id="grid", abolished_on__isnull=True)
        .exclude(grid_type__in=("", Area.GridType.BASIC))
        .select_related("responsible_unit", "parent")
        .order_by("special_kind", "code")
    )


def holders_of(area: Area, *, at: datetime, rights: Rights = NOBODY) -> list[Holder]:
    """People with a post in force at this very area, by rank, A before B; for a grid those who serve its whole
    community in the team (guide, police, mediator, safety) as well."""
    places = [area.pk]
    condition = Q(area_id__in=places)
    if area.level_id == "grid" and area.parent_id:
        team = (Post.Rank.GUIDE, Post.Rank.POLICE, Post.Rank.MEDIATOR, Post.Rank.SAFETY)
        condition |= Q(area_id=area.parent_id, rank__in=team)
    return _holders(Post.objects.filter(condition), at=at, rights=rights)


def _holders(posts: QuerySet[Post], *, at: datetime, rights: Rights) -> list[Holder]:
    rows = list(
        posts.filter(in_force(at.astimezone(SHANGHAI).date()), person__is_active=True)
        .select_related("person", "role", "area", "unit__area")
        .order_by("cover", "id")
    )
    ranks = list(Post.Rank.values)
    rows.sort(
        key=lambda p: (ranks.index(p.rank), p.role.rank if p.role_id else 0)
    )  # stable: A stays before B
    away = absent_people((p.person_id for p in rows), at=at)
    photos = portraits.of(p.person_id for p in rows)
    return [
        _holder(post, post.person, post.person_id in away, rights, photos.get(post.person_id, "")) for post in rows
    ]


def _holder(post: Post, person: User, is_away: bool, rights: Rights, photo: str) -> Holder:
    place = post.area or post.unit
    path = post.area.path if post.area_id else post.unit.area.path
    clear = rights.covers(VIEW, area_path=path, unit_ids=[post.unit_id] if post.unit_id else [])
    return Holder(
        post.pk, person.pk, person.name, person.phone if clear else masked_phone(person.phone), person.badge,
        post.rank, post.get_rank_display(), post.cover, post.get_employment_display(),
        named(post.role), is_away, str(place), tuple(map(str, post.duties)), photo,
    )  # fmt: skip


def area_card(area: Area, *, at: datetime, rights: Rights = NOBODY) -> AreaCard:
    """Everything the page of an area shows; a fixed number of queries."""
    return AreaCard(
        area=area,
        above=ancestors(area),
        below=list(children(area)),
        holders=holders_of(area, at=at, rights=rights),
        units=list(Unit.objects.filter(area=area, is_active=True)),
        counts=level_counts(area),
        party=party_counts(area),
        legacy=list(legacy_of(area)[:200]) if area.level_id == "grid" else [],
        lineage=list(lineage_of(area)[:50]),
    )


# --- units ----------------------------------------------------------------------------------------


def units(*, kind: str = "", words: str = "") -> QuerySet[Unit]:
    """Units in force with their jurisdiction, by code."""
    found = Unit.objects.filter(is_active=True).select_related("area", "parent")
    if kind:
        found = found.filter(kind=kind)
    if words:
        found = found.filter(
            Q(name__icontains=words) | Q(pinyin__icontains=words) | Q(code__istartswith=words)
        )
    return found


def units_of(area: Area) -> QuerySet[Unit]:
    """Units whose jurisdiction holds this place, the nearest first."""
    codes = area.path.rstrip("/").split("/")
    return units().filter(area__code__in=codes).order_by("-area__depth", "code")


def unit_card(unit: Unit, *, at: datetime, rights: Rights = NOBODY) -> dict:
    """``{unit, duties, holders}``: its duty list with the basis of each clause, its people."""
    return {
        "unit": unit,
        "duties": list(unit.duties.order_by("category_code")),
        "holders": _holders(Post.objects.filter(unit=unit), at=at, rights=rights),
    }
