"""Point → grid, and the boundaries that answer it: the one module that knows where an area lies.

Every process keeps an index of the boundaries in force and asks at most every two seconds whether
``BoundaryVersion`` has moved on. Coordinates are lon, lat in degrees, WGS-84.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from grids.boundaries import (
    BoundaryError,
    CoverageReport,
    Locator,
    overlaps_and_gaps,
    parse_geometry,
    to_geojson,
)
from grids.models import Area, BoundaryVersion
from grids.refusals import Doer, GridRefused, bad, require_land
from grids.tree import bump

REACH_M = 100.0
"""A fix this near outside every grid still belongs to the nearest one (a phone at the river bank)."""
ASK_EVERY_SECONDS = 2.0
OVERLAP_REFUSED_M2 = 1000.0
"""More than this taken from a sibling is refused; less is shown as a warning (a drawn line's slip)."""
TOLERANCE_M2 = 25.0
"""Overlaps and gaps below this are not spoken of: five decimals of a degree are about a metre."""
BOUNDARY = "grids.boundary"


@dataclass(frozen=True, slots=True)
class Located:
    """An area that a point lies in."""

    code: str
    name: str
    level: str
    path: str


@dataclass(frozen=True, slots=True)
class _Index:
    version: tuple[int, ...]
    locator: Locator
    areas: dict[str, Located]


_indexes: dict[str, tuple[float, _Index]] = {}
_building = threading.Lock()


def forget() -> None:
    """Drop the indexes of this process (between tests)."""
    _indexes.clear()


def _version(level: str) -> tuple[int, ...]:
    return tuple(BoundaryVersion.objects.filter(level_id=level).values_list("version", flat=True))


def _index(level: str) -> _Index:
    kept = _indexes.get(level)
    now = monotonic()
    if kept is not None and now - kept[0] < ASK_EVERY_SECONDS:
        return kept[1]
    with _building:
        kept = _indexes.get(level)
        if kept is not None and now - kept[0] < ASK_EVERY_SECONDS:
            return kept[1]
        version = _version(
            level
        )  # read before the boundaries: a change in between is seen at the next asking
        index = kept[1] if kept is not None and kept[1].version == version else _build(level, version)
        _indexes[level] = (now, index)
        return index


def _build(level: str, version: tuple[int, ...]) -> _Index:
    areas: dict[str, Located] = {}
    shapes: dict[str, BaseGeometry] = {}
    rows = Area.objects.filter(level_id=level, abolished_on__isnull=True, boundary__isnull=False)
    for code, name, short, path, boundary in rows.values_list(
        "code", "name", "short_name", "path", "boundary"
    ):
        areas[code] = Located(code, short or name, level, path)
        shapes[code] = parse_geometry(boundary, repair=True)
    return _Index(version, Locator(shapes, reach_m=REACH_M), areas)


def locate_code(lon: float, lat: float, *, level: str = "grid") -> str | None:
    """Code of the area of this level at a point, or None; within 100 m outside all of them the nearest."""
    return _index(level).locator.locate(lon, lat)


def locate(lon: float, lat: float, *, level: str = "grid") -> Located | None:
    """As `locate_code`, with name and path."""
    index = _index(level)
    code = index.locator.locate(lon, lat)
    return index.areas[code] if code else None


def locate_many(lonlat: Any, *, level: str = "grid") -> list[str | None]:
    """Codes for an (n, 2) array of lon, lat in one call; None where no area is near."""
    return _index(level).locator.locate_many(lonlat)


def near_areas(lon: float, lat: float, *, reach_m: float, level: str = "grid") -> list[tuple[Located, int]]:
    """Areas of this level within ``reach_m`` metres of a point with the distance to their outline in whole metres, the
    one it lies in (0) first."""
    index = _index(level)
    return [(index.areas[code], round(metres)) for code, metres in index.locator.around(lon, lat, reach_m=reach_m)]


def locate_codes(lon: float, lat: float) -> dict[str, dict[str, str]] | None:
    """``{district, street, community, grid: {code, name}}`` of a point, or None outside every grid.

    A 片区 in between is given as ``subarea``.
    """
    grid = locate(lon, lat)
    if grid is None:
        return None
    codes = grid.path.rstrip("/").split("/")
    rows = Area.objects.filter(code__in=codes).values_list("level_id", "code", "name", "short_name")
    wanted = ("district", "street", "subarea", "community", "grid")
    return {
        level: {"code": code, "name": short or name} for level, code, name, short in rows if level in wanted
    }


# --- boundaries -----------------------------------------------------------------------------------


def set_boundary(
    area: Area, geojson: dict | None, *, actor: Doer, at: datetime, made_up: bool | None = None
) -> CoverageReport | None:
    """Give an area its boundary (GeoJSON Polygon or MultiPolygon) or take it away with None.

    Gives back how the siblings now tile the parent (see `boundary_report`), for the warning on the page. Refusals:
    forbidden, not_found, invalid (field ``boundary``: what is wrong with the shape), overlap (more than
    OVERLAP_REFUSED_M2 of a sibling's land).
    """
    shape = _parsed(geojson) if geojson is not None else None
    with transaction.atomic():
        node = Area.objects.select_for_update().filter(pk=area.pk).first()
        if node is None:
            raise GridRefused("not_found", _("没有找到"))
        require_land(actor, BOUNDARY, "set_boundary", (node.code, node.path))
        if shape is not None:
            _refuse_overlap(node, shape)
            point = shape.representative_point()
            node.boundary, node.lon, node.lat = to_geojson(shape), round(point.x, 5), round(point.y, 5)
        else:
            node.boundary = None
        if made_up is not None:
            node.is_made_up = made_up
        node.save(update_fields=["boundary", "lon", "lat", "is_made_up"])
        bump(node.level_id)
        return boundary_report(node.parent) if node.parent_id else None


def _parsed(geojson: object) -> BaseGeometry:
    try:
        return parse_geometry(geojson)
    except BoundaryError as error:
        raise bad(boundary=error.message) from error


def _siblings(parent_id: int | None, level: str) -> dict[str, BaseGeometry]:
    rows = Area.objects.filter(
        parent_id=parent_id, level_id=level, abolished_on__isnull=True, boundary__isnull=False
    ).values_list("code", "boundary")
    return {code: parse_geometry(boundary, repair=True) for code, boundary in rows}


def _refuse_overlap(node: Area, shape: BaseGeometry) -> None:
    found = overlap_of(node, shape)
    if found and found[0][1] > OVERLAP_REFUSED_M2:
        names = dict(Area.objects.filter(code__in=[code for code, _m2 in found]).values_list("code", "name"))
        words = "、".join(f"{names[code]}({m2:,.0f} m²)" for code, m2 in found[:3])
        raise GridRefused(
            "overlap", _("与相邻区域重叠:%(areas)s") % {"areas": words},
            fields={"boundary": [_("与相邻区域重叠:%(areas)s") % {"areas": words}]},
        )  # fmt: skip


def overlap_of(node: Area, shape: BaseGeometry) -> list[tuple[str, float]]:
    """Siblings whose land the shape takes, as ``(code, m²)`` above TOLERANCE_M2, largest first."""
    others = _siblings(node.parent_id, node.level_id)
    others.pop(node.code, None)
    near = {code: other for code, other in others.items() if other.intersects(shape)}
    report = overlaps_and_gaps({**near, node.code: shape}, shape, tolerance_m2=TOLERANCE_M2)
    return [
        (left if right == node.code else right, m2)
        for left, right, m2 in report.overlaps
        if node.code in (left, right)
    ]


def boundary_report(parent: Area, *, level: str | None = None) -> CoverageReport | None:
    """How the children in force tile their parent: overlaps, gaps, what lies outside, invalid shapes (m², above
    TOLERANCE_M2). Children of the commonest level with a boundary unless ``level`` is given. None without a
    boundary of the parent."""
    if not parent.boundary:
        return None
    if level is None:
        levels = Area.objects.filter(parent=parent, abolished_on__isnull=True).values_list(
            "level_id", flat=True
        )
        counted = sorted(levels, key=list(levels).count, reverse=True)
        level = counted[0] if counted else ""
    return overlaps_and_gaps(
        _siblings(parent.pk, level), parse_geometry(parent.boundary, repair=True), tolerance_m2=TOLERANCE_M2
    )


def feature_collection(areas: Iterable[Area], properties: dict[str, dict] | None = None) -> dict[str, Any]:
    """GeoJSON of areas for the map: ``key``, ``code``, ``name``, ``level`` and what ``properties`` adds by code.

    An area without a boundary has a null geometry: it stands in the list beside the map.
    """
    more = properties or {}
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": area.boundary,
                "properties": {
                    "key": area.code, "code": area.code, "name": area.short_name or area.name,
                    "level": area.level_id, **more.get(area.code, {}),
                },
            }
            for area in areas
        ],
    }  # fmt: skip
