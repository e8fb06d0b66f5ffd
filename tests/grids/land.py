"""A small land for the tests of this room, built by the verbs; and who acts there."""

from __future__ import annotations

from datetime import UTC, date, datetime

from accounts.models import Permission, Role, User
from accounts.reference import load_permissions, load_roles
from casework.actor import Actor
from grids import tree
from grids.codes import ensure_levels
from grids.models import Area, Post

NOON = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)
"""Thursday 2026-03-05 12:00 in Shanghai."""
SYSTEM = Actor("system", "测试")


def make_land(streets: int = 2, communities: int = 2, grids: int = 2) -> dict[str, Area]:
    """District 150302 with so many streets, communities in each, grids in each; by code."""
    ensure_levels()
    city = add(None, "city", "乌海市", "1503")
    district = add(city, "district", "海勃湾区", "150302")
    for s in range(1, streets + 1):
        street = add(district, "street", f"第{s}街道", f"150302{s:03d}")
        for c in range(1, communities + 1):
            community = add(street, "community", f"{s}街{c}社区居委会", f"{street.code}{c:03d}")
            for g in range(1, grids + 1):
                add(community, "grid", f"{s}-{c}-{g}网格")
    return {area.code: area for area in Area.objects.all()}


def add(parent: Area | None, level: str, name: str, code: str = "", **fields: object) -> Area:
    return tree.add_area(parent, level=level, name=name, code=code, actor=SYSTEM, at=NOON, **fields)


def make_roles() -> dict[str, Role]:
    Permission.objects.bulk_create(
        [Permission(code=p.code, name=p.name, name_en=p.name_en) for p in load_permissions()]
    )
    rows = [
        Role(
            code=r.code, name=r.name, name_en=r.name_en, permissions=list(r.permissions), rank=r.rank,
            scope_kinds=list(r.scope_kinds), ceiling=r.ceiling, field_level=r.field_level,
            may_unmask=r.may_unmask, is_office=r.is_office,
        )
        for r in load_roles()
    ]  # fmt: skip
    return {role.code: role for role in Role.objects.bulk_create(rows)}


def person(name: str) -> User:
    return User.objects.create(username=name, name=name, phone="13812345678")


def hold(who: User, role: Role | None, area: Area | None = None, **more: object) -> Post:
    """A post in force since 2020, put there without the verbs: the ground the verbs are tested on."""
    return Post.objects.create(person=who, role=role, area=area, valid_from=date(2020, 1, 1), **more)


def acting(who: User, at: datetime = NOON) -> Actor:
    """A fresh actor, rights read anew."""
    who.__dict__.pop("_rights", None)
    return Actor.person(who, at=at)
