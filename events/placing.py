"""Where a report lies: point → grid, or the area it names, or the whole district until somebody places it."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

from django.conf import settings
from django.utils.translation import gettext as _

from casework.refusals import missing
from grids import places
from grids.models import Area, Unit


@dataclass(frozen=True, slots=True)
class Place:
    """An area as the event row keeps it: key, path, and the codes of its levels."""

    area_id: int
    code: str
    name: str
    level: str
    path: str
    district_code: str
    street_code: str
    community_code: str
    grid_code: str


FRESH_SECONDS = 10
_known: dict[str, tuple[float, Place | None]] = {}
_desks: dict[str, tuple[float, int | None]] = {}


def forget() -> None:
    """Drop what is kept: between tests, after a change of the tree in this process."""
    _known.clear()
    _desks.clear()


def place_of(code: str) -> Place | None:
    """The place of an area code in force; None for an unknown or abolished one."""
    kept = _known.get(code)
    now = monotonic()
    if kept is not None and now - kept[0] < FRESH_SECONDS:
        return kept[1]
    row = Area.objects.filter(code=code, abolished_on__isnull=True).values_list(
        "id", "code", "name", "level_id", "path"
    ).first()
    place = _place(row) if row else None
    _known[code] = (now, place)
    return place


def _place(row: tuple) -> Place:
    key, code, name, level, path = row
    codes = path.rstrip("/").split("/")
    by_length = {len(part): part for part in codes}
    return Place(
        key, code, name, level, path,
        district_code=by_length.get(6, ""),
        street_code=by_length.get(9, ""),
        community_code=by_length.get(12, ""),
        grid_code=by_length.get(15, ""),
    )


def find(*, lon: float | None, lat: float | None, area: str | None) -> tuple[Place, bool]:
    """The place of a report and whether it reaches down to a grid.

    A point wins over a named area; a point outside every grid falls back to the named area, then to the
    district. Raises MoveRefused ``invalid`` for an unknown area code or a half-given point.
    """
    if (lon is None) != (lat is None):
        raise missing(lon=_("经度和纬度须同时填写"))
    if lon is not None and lat is not None:
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise missing(lon=_("坐标超出范围"))
        code = places.locate_code(lon, lat)
        found = place_of(code) if code else None
        if found is not None:
            return found, found.level == "grid"
    if area:
        named = place_of(area)
        if named is None:
            raise missing(area=_("没有这个区域编码"))
        return named, named.level == "grid"
    whole = place_of(settings.DISTRICT_CODE)
    if whole is None:
        raise missing(area=_("尚未导入本区行政区划"))
    return whole, False


def desk_of(district_code: str) -> int | None:
    """The district centre's unit: the owner of whatever has no other."""
    kept = _desks.get(district_code)
    now = monotonic()
    if kept is None or now - kept[0] > FRESH_SECONDS:
        found = Unit.objects.filter(
            kind=Unit.Kind.DISTRICT_CENTRE, area__code=district_code, is_active=True
        ).values_list("id", flat=True).first()
        kept = (now, found)
        _desks[district_code] = kept
    return kept[1]


def put(event: object, place: Place, *, is_located: bool) -> None:
    """Write a place onto an event row (in memory)."""
    event.area_id = place.area_id
    event.area_path = place.path
    event.district_code = place.district_code
    event.street_code = place.street_code
    event.community_code = place.community_code
    event.grid_code = place.grid_code
    event.is_located = is_located
