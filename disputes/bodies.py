"""Bodies as pages show them: the register, coverage by family stations, the 15-minute circle. Class P0, no story."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet
from shapely.geometry import shape

from disputes.models import MediationBody, Room
from grids.models import Area

CIRCLE_MINUTES = 15
METRES_PER_MINUTE = {"walk": 75, "ride": 200}
"""On foot 4.5 km/h, by bicycle 12 km/h: planning values of the district."""
DETOUR = 1.3
"""Ways are so much longer than the straight line."""
METRES_PER_DEGREE = 111_320.0


def bodies(*, kind: str = "", speciality: str = "", area: str = "", words: str = "") -> QuerySet[MediationBody]:
    """Active bodies with leader, area and how many mediators they have; ``area`` is a code, its land counts."""
    found = (
        MediationBody.objects.filter(is_active=True)
        .select_related("area", "leader", "guided_by")
        .annotate(mediator_count=Count("mediators", filter=Q(mediators__is_active=True)))
    )
    if kind:
        found = found.filter(kind=kind)
    if speciality:
        found = found.filter(Q(specialities__contains=[speciality]) | Q(specialities=[]))
    if area:
        path = Area.objects.filter(code=area).values_list("path", flat=True).first()
        found = found.filter(area__path__startswith=path) if path else found.none()
    if words:
        found = found.filter(Q(name__icontains=words) | Q(name_en__icontains=words) | Q(leader__name__icontains=words))
    return found.order_by("area__depth", "kind", "code")


def body_of(code: str) -> MediationBody | None:
    return MediationBody.objects.select_related("area", "leader", "guided_by", "unit").filter(code=code).first()


def rooms(*, body: MediationBody | None = None) -> QuerySet[Room]:
    """Rooms in use, those of the centre first."""
    found = Room.objects.filter(is_active=True, body__is_active=True).select_related("body__area")
    if body is not None:
        found = found.filter(body=body)
    return found.order_by("body__area__depth", "body__code", "code")


@dataclass(frozen=True, slots=True)
class Place:
    """Bodies that stand at one point of the map."""

    key: str
    name: str
    lon: float
    lat: float
    bodies: tuple[MediationBody, ...]


def places(found: Iterable[MediationBody]) -> list[Place]:
    """Bodies by where they stand; those without a place are left out (the table has them)."""
    by_point: dict[tuple[float, float], list[MediationBody]] = {}
    for body in found:
        if body.lon is not None and body.lat is not None:
            by_point.setdefault((body.lon, body.lat), []).append(body)
    return [
        Place(rows[0].code, str(rows[0].area if len(rows) > 1 else rows[0]), lon, lat, tuple(rows))
        for (lon, lat), rows in by_point.items()
    ]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Streets and communities with and without a body of a speciality in place (79)."""

    covered: int
    total: int
    missing: tuple[Area, ...]


def coverage(speciality: str = "family", *, within: str = "") -> Coverage:
    """Whether every street and community in force has an active body that names this speciality. A committee for
    every type does not count: 全覆盖 asks for a station of its own."""
    areas = Area.objects.filter(
        level_id__in=("street", "community"), abolished_on__isnull=True, path__startswith=within
    ).select_related("level", "parent")
    has = set(
        MediationBody.objects.filter(is_active=True, specialities__contains=[speciality]).values_list("area", flat=True)
    )
    rows = list(areas.order_by("code"))
    missing = tuple(area for area in rows if area.pk not in has)
    return Coverage(len(rows) - len(missing), len(rows), missing)


@dataclass(frozen=True, slots=True)
class Reached:
    """A grid, and how far its nearest body is (way, not straight line); None without a place or a body."""

    area: Area
    households: int
    body: MediationBody | None
    metres: int | None
    minutes: int | None


@dataclass
class Circle:
    """The 15-minute circle: households of grids whose mark lies within reach of a body ÷ households of all grids."""

    mode: str
    within: int = 0
    total: int = 0
    outside: list[Reached] = field(default_factory=list)
    inside: list[Reached] = field(default_factory=list)

    @property
    def share(self) -> float | None:
        return self.within / self.total if self.total else None

    @property
    def metres(self) -> int:
        return CIRCLE_MINUTES * METRES_PER_MINUTE[self.mode]


def circle(*, mode: str = "walk", only_branded: bool = False, within: str = "") -> Circle:
    """Count households by grid, each taken at its mark (else a point inside its boundary). ``only_branded`` leaves
    studios and squads only. A grid without a place counts as outside."""
    found = Circle(mode if mode in METRES_PER_MINUTE else "walk")
    kinds = (MediationBody.Kind.STUDIO, MediationBody.Kind.SQUAD) if only_branded else MediationBody.Kind.values
    spots = list(MediationBody.objects.filter(is_active=True, kind__in=kinds, lon__isnull=False))
    grids = Area.objects.filter(level_id="grid", abolished_on__isnull=True, path__startswith=within)
    for area in grids.select_related("parent").order_by("code"):
        row = _reached(area, spots, METRES_PER_MINUTE[found.mode])
        found.total += row.households
        if row.minutes is not None and row.minutes <= CIRCLE_MINUTES:
            found.within += row.households
            found.inside.append(row)
        else:
            found.outside.append(row)
    found.outside.sort(key=lambda row: (row.metres is None, -(row.metres or 0)))
    return found


def _reached(area: Area, spots: list[MediationBody], metres_per_minute: int) -> Reached:
    households, point = area.households or 0, mark(area)
    if point is None or not spots:
        return Reached(area, households, None, None, None)
    body = min(spots, key=lambda one: metres_between(point, (one.lon, one.lat)))
    metres = round(metres_between(point, (body.lon, body.lat)) * DETOUR)
    return Reached(area, households, body, metres, math.ceil(metres / metres_per_minute))


def mark(area: Area) -> tuple[float, float] | None:
    """The point an area is taken at."""
    if area.lon is not None and area.lat is not None:
        return area.lon, area.lat
    if not area.boundary:
        return None
    point = shape(area.boundary).representative_point()
    return point.x, point.y


def metres_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Straight line in metres, good to a metre within a district."""
    x = (one[0] - other[0]) * math.cos(math.radians((one[1] + other[1]) / 2))
    return math.hypot(x, one[1] - other[1]) * METRES_PER_DEGREE
