"""The one home of *on which land and for which unit* a person may act.

A person's rights are the union of the posts in force. Each post reaches a subtree of the land (by the
materialised path), or a unit, and carries its role's permission codes. Read once per request, never kept
between requests: a right taken away is gone at the next click.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import Q

from accounts import prepared

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Reach:
    """What one post gives: codes, and where they hold. ``area_path`` or ``unit_id``; both for a unit's own land."""

    post_id: int
    role: str
    permissions: frozenset[str]
    area_path: str | None
    unit_id: int | None
    unit_name: str
    ceiling: int
    field_level: int
    may_unmask: bool
    is_office: bool


@dataclass(frozen=True)
class Rights:
    """All reaches of one person at one moment."""

    person_id: int | None
    reaches: tuple[Reach, ...] = field(default=())

    def may(self, permission: str) -> bool:
        """Whether any post gives this permission code, wherever it holds."""
        return permission in self.permissions

    @cached_property
    def permissions(self) -> frozenset[str]:
        return frozenset().union(*(reach.permissions for reach in self.reaches))

    @cached_property
    def roles(self) -> frozenset[str]:
        return frozenset(reach.role for reach in self.reaches)

    def paths(self, permission: str) -> tuple[str, ...]:
        """Roots of the subtrees where the permission holds, without those inside another."""
        found = sorted({r.area_path for r in self.reaches if r.area_path and permission in r.permissions})
        kept: list[str] = []
        for path in found:
            if not kept or not path.startswith(kept[-1]):
                kept.append(path)
        return tuple(kept)

    def units(self, permission: str) -> tuple[int, ...]:
        """Units for which the permission holds."""
        return tuple(sorted({r.unit_id for r in self.reaches if r.unit_id and permission in r.permissions}))

    def covers(self, permission: str, *, area_path: str = "", unit_ids: Iterable[int] = ()) -> bool:
        """Whether the permission holds on this land or for one of these units."""
        if area_path and any(area_path.startswith(path) for path in self.paths(permission)):
            return True
        return not set(self.units(permission)).isdisjoint(unit_ids)

    def home(self) -> Reach | None:
        """The reach that a person's pages start from: the widest land, else the first unit."""
        landed = sorted((r for r in self.reaches if r.area_path), key=lambda r: len(r.area_path or ""))
        return landed[0] if landed else (self.reaches[0] if self.reaches else None)


NOBODY = Rights(person_id=None)

_RIGHTS_SQL = """
    SELECT p.id, r.code, r.permissions, a.path, p.unit_id, COALESCE(u.name, ''), r.ceiling, r.field_level,
           r.may_unmask, r.is_office
      FROM grids_post p
      JOIN accounts_role r ON r.id = p.role_id
      LEFT JOIN grids_area a ON a.id = p.area_id
      LEFT JOIN grids_unit u ON u.id = p.unit_id
     WHERE p.person_id = %s AND p.valid_from <= %s AND (p.valid_to IS NULL OR p.valid_to >= %s)
     ORDER BY p.id
"""


def rights_of(user: object, *, at: datetime) -> Rights:
    """The rights of a signed-in person at ``at``; one query, remembered on the user object of this request.

    An inactive or anonymous user has none.
    """
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return NOBODY
    day = at.astimezone(SHANGHAI).date()
    known = getattr(user, "_rights", None)
    if known is not None and known[0] == day:
        return known[1]
    with connection.cursor() as cursor:
        prepared.execute(cursor, _RIGHTS_SQL, [user.pk, day, day])
        reaches = tuple(
            Reach(row[0], row[1], frozenset(row[2]), *row[3:]) for row in cursor.fetchall()
        )
    rights = Rights(user.pk, reaches)
    user._rights = (day, rights)
    return rights


def path_filter(rights: Rights, permission: str, field_name: str) -> Q:
    """A condition that the path column ``field_name`` lies inside the rights; nothing at all without any."""
    condition = Q(pk__in=())
    for path in rights.paths(permission):
        condition |= Q(**{f"{field_name}__startswith": path})
    return condition


def holds_for_district(rights: Rights, permission: str) -> bool:
    """Whether the permission holds on the whole district of this installation: for records without a place."""
    from grids.models import Area

    if not rights.paths(permission):
        return False
    path = Area.objects.filter(code=settings.DISTRICT_CODE).values_list("path", flat=True).first()
    return rights.covers(permission, area_path=path or "")
