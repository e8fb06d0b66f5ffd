"""Pure geometry of areas: reading and writing boundaries, their area, overlaps and gaps, point → area.

No database here. Coordinates are lon, lat in degrees, WGS-84, everywhere except in the two functions that
convert from and to GCJ-02, the shifted datum of Chinese base maps.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext_lazy as _
from shapely.geometry import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

MAX_VERTICES = 50_000

# WGS-84 ellipsoid
_A = 6378137.0
_F = 1 / 298.257223563
_E2 = _F * (2 - _F)
_E = math.sqrt(_E2)
_METRES_PER_DEGREE = 111_320.0

_MESSAGES = {
    "not_a_geometry": _("边界应为 GeoJSON 的 Polygon 或 MultiPolygon"),
    "wrong_type": _("几何类型“%(type)s”不能作为边界,只接受 Polygon 或 MultiPolygon"),
    "unknown_member": _("边界中有不认识的成员“%(name)s”,只接受 type 与 coordinates"),
    "bad_coordinates": _("坐标写法有误:%(where)s"),
    "out_of_range": _("坐标超出范围:经度 %(lon)s,纬度 %(lat)s(顺序应为经度、纬度)"),
    "short_ring": _("第 %(ring)s 个环不足三个不同的点"),
    "too_many_vertices": _("边界顶点过多,最多 %(limit)s 个"),
    "empty": _("边界为空"),
    "invalid_shape": _("边界自相交或环的关系有误:%(reason)s"),
}


class BoundaryError(ValueError):
    """A boundary was refused. `code` is stable, for programs; `message` is for the reader, translated."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    @property
    def message(self) -> str:
        return str(_MESSAGES[self.code]) % self.params

    def __str__(self) -> str:
        return f"{self.code}: {self.params}" if self.params else self.code


# --- reading and writing --------------------------------------------------------------------------


def parse_geometry(obj: Any, *, repair: bool = False) -> Polygon | MultiPolygon:
    """Read a GeoJSON Polygon or MultiPolygon mapping.

    Unclosed rings are closed and altitudes dropped. A self-touching or self-crossing shape is refused unless
    `repair` is given; then its polygonal part after repair is returned. Winding is not judged.

    Raises BoundaryError with one of: not_a_geometry, wrong_type, unknown_member (`crs`, `bbox`, …: a foreign
    datum would be read wrongly in silence), bad_coordinates, out_of_range, short_ring, too_many_vertices,
    empty, invalid_shape.
    """
    if not isinstance(obj, Mapping):
        raise BoundaryError("not_a_geometry")
    kind = obj.get("type")
    if kind not in ("Polygon", "MultiPolygon"):
        raise BoundaryError("wrong_type", type=str(kind)[:40])
    for name in obj:
        if name not in ("type", "coordinates"):
            raise BoundaryError("unknown_member", name=str(name)[:40])
    geom = _assemble(kind, obj.get("coordinates"))
    reason = validity_problem(geom)
    if reason is None:
        return geom
    if not repair:
        raise BoundaryError("invalid_shape", reason=reason)
    return polygonal(shapely.make_valid(geom))


def _assemble(kind: str, raw: Any) -> Polygon | MultiPolygon:
    polygons = [raw] if kind == "Polygon" else _items(raw, "coordinates")
    if not polygons or any(len(_items(p, "coordinates")) == 0 for p in polygons):
        raise BoundaryError("empty")
    budget = _Budget(MAX_VERTICES)
    shapes = [Polygon(rings[0], rings[1:]) for rings in ([_ring(r, budget) for r in p] for p in polygons)]
    geom: Polygon | MultiPolygon = shapes[0] if kind == "Polygon" else MultiPolygon(shapes)
    if geom.area == 0:
        raise BoundaryError("empty")
    return geom


class _Budget:
    """Counts vertices and rings across the geometry, so that a hostile file is refused early."""

    def __init__(self, limit: int) -> None:
        self.limit, self.used, self.rings = limit, 0, 0

    def take(self, count: int) -> None:
        self.used += count
        self.rings += 1
        if self.used > self.limit:
            raise BoundaryError("too_many_vertices", limit=self.limit)


def _items(value: Any, where: str) -> Sequence[Any]:
    if not isinstance(value, list | tuple):
        raise BoundaryError("bad_coordinates", where=where)
    return value


def _ring(raw: Any, budget: _Budget) -> list[tuple[float, float]]:
    points = _items(raw, "coordinates")
    budget.take(len(points))
    ring = [_position(p, f"{budget.rings}/{i + 1}") for i, p in enumerate(points)]
    if ring and ring[0] != ring[-1]:
        ring.append(ring[0])
    if len(set(ring)) < 3:
        raise BoundaryError("short_ring", ring=budget.rings)
    return ring


def _position(raw: Any, where: str) -> tuple[float, float]:
    if not isinstance(raw, list | tuple) or len(raw) not in (2, 3):
        raise BoundaryError("bad_coordinates", where=where)
    for number in raw:
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise BoundaryError("bad_coordinates", where=where)
    lon, lat = raw[0], raw[1]
    # written so that NaN fails, and before float(), which overflows on an integer of a thousand digits
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise BoundaryError("out_of_range", lon=_shown(lon), lat=_shown(lat))
    return float(lon), float(lat)


def _shown(number: float) -> str:
    return f"{number:g}" if isinstance(number, float) or abs(number) < 10**15 else "…"


def validity_problem(geom: BaseGeometry) -> str | None:
    """Why the shape is invalid and where, in GEOS's English words, or None if it is sound."""
    return None if geom.is_valid else shapely.is_valid_reason(geom)


def polygonal(geom: BaseGeometry) -> Polygon | MultiPolygon:
    """The polygons of any geometry, without the points and lines that cutting leaves. Raises `empty`."""
    pieces = shapely.get_parts(shapely.get_parts(geom))
    parts = [g for g in pieces if g.geom_type == "Polygon" and not g.is_empty]
    if not parts:
        raise BoundaryError("empty")
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def to_geojson(geom: Polygon | MultiPolygon, decimals: int = 5) -> dict[str, Any]:
    """GeoJSON mapping, outer rings counter-clockwise (RFC 7946 §3.1.6). Five decimals are about one metre."""
    wound = shapely.orient_polygons(geom, exterior_cw=False)
    parts = [_rings(p, decimals) for p in shapely.get_parts(wound)]
    if wound.geom_type == "Polygon":
        return {"type": "Polygon", "coordinates": parts[0]}
    return {"type": "MultiPolygon", "coordinates": parts}


def _rings(polygon: Polygon, decimals: int) -> list[list[list[float]]]:
    rings = [shapely.get_coordinates(r).tolist() for r in (polygon.exterior, *polygon.interiors)]
    return [[[round(x, decimals), round(y, decimals)] for x, y in ring] for ring in rings]


def bbox(geom: BaseGeometry) -> tuple[float, float, float, float]:
    """West, south, east, north in degrees. Raises BoundaryError `empty` for a geometry without points."""
    if geom.is_empty:
        raise BoundaryError("empty")
    west, south, east, north = geom.bounds
    return west, south, east, north


# --- area and coverage ----------------------------------------------------------------------------


def area_m2(geom: BaseGeometry) -> float:
    """Area in square metres on the WGS-84 ellipsoid.

    Lambert's cylindrical equal-area projection is used, so the area enclosed is exact; the only error is that
    an edge is taken as straight in that projection instead of on a geodesic or between degrees.
    """
    return float(shapely.transform(geom, _equal_area).area)


def _equal_area(lonlat: np.ndarray) -> np.ndarray:
    # Snyder, Map Projections: A Working Manual (1987), eq. 10-13, 10-14 and 3-12 with standard parallel 0.
    es = _E * np.sin(np.radians(lonlat[:, 1]))
    q = (1 - _E2) * (es / _E / (1 - es * es) + np.arctanh(es) / _E)
    return np.column_stack([_A * np.radians(lonlat[:, 0]), _A * q / 2])


@dataclass(frozen=True)
class CoverageReport:
    """How far children tile their parent. Areas in m²; only pieces above the tolerance, largest first."""

    overlaps: list[tuple[str, str, float]] = field(default_factory=list)
    gaps: list[tuple[Polygon, float]] = field(default_factory=list)
    outside: list[tuple[str, float]] = field(default_factory=list)
    invalid: list[tuple[str, str]] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.overlaps or self.gaps or self.outside or self.invalid)


def overlaps_and_gaps(
    children: Mapping[str, BaseGeometry], parent: BaseGeometry, *, tolerance_m2: float = 1.0
) -> CoverageReport:
    """Compare `children` (code → shape) with each other and with `parent`.

    Invalid shapes (the parent under the code "") are named in `invalid` and measured after repair; nothing is
    raised for them. `outside` lists what of a child lies beyond the parent.
    """
    codes = sorted(children)
    invalid: list[tuple[str, str]] = []
    shapes = np.array([_sound(code, children[code], invalid) for code in codes], dtype=object)
    whole = _sound("", parent, invalid)
    covered = shapely.unary_union(shapes) if len(shapes) else Polygon()
    gaps = [(p, a) for p, a in _pieces(whole.difference(covered)) if a > tolerance_m2]
    beyond = [(c, g) for c, g in zip(codes, shapes, strict=True) if not whole.covers(g)]
    outside = [(c, area_m2(g.difference(whole))) for c, g in beyond]
    return CoverageReport(
        overlaps=_overlaps(codes, shapes, tolerance_m2),
        gaps=sorted(gaps, key=lambda g: -g[1]),
        outside=sorted((o for o in outside if o[1] > tolerance_m2), key=lambda o: -o[1]),
        invalid=invalid,
    )


def _sound(code: str, geom: BaseGeometry, invalid: list[tuple[str, str]]) -> BaseGeometry:
    reason = validity_problem(geom)
    if reason is None:
        return geom
    invalid.append((code, reason))
    try:
        return polygonal(shapely.make_valid(geom))
    except BoundaryError:  # nothing with an area is left of it
        return Polygon()


def _pieces(geom: BaseGeometry) -> Iterable[tuple[Polygon, float]]:
    for part in shapely.get_parts(geom):
        if part.geom_type == "Polygon":
            yield part, area_m2(part)


def _overlaps(codes: list[str], shapes: np.ndarray, tolerance_m2: float) -> list[tuple[str, str, float]]:
    if not len(shapes):
        return []
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = left < right
    left, right = left[pairs], right[pairs]
    common = shapely.intersection(shapes[left], shapes[right])
    found = zip(left.tolist(), right.tolist(), common, strict=True)
    sizes = [(codes[i], codes[j], area_m2(g)) for i, j, g in found if g.area > 0]
    return sorted((s for s in sizes if s[2] > tolerance_m2), key=lambda s: (-s[2], s[0], s[1]))


# --- datum of Chinese base maps -------------------------------------------------------------------

# GCJ-02 uses the Krasovsky 1940 ellipsoid; the sums of waves below are the publicly known description of it.
_KRASOVSKY_A = 6378245.0
_KRASOVSKY_E2 = 0.00669342162296594323


def _gcj02_shift(lon: float, lat: float) -> tuple[float, float]:
    x, y = lon - 105.0, lat - 35.0
    ripple = 20 * math.sin(6 * math.pi * x) + 20 * math.sin(2 * math.pi * x)
    root = math.sqrt(abs(x))

    def waves(v: float, parts: tuple[tuple[float, float], ...]) -> float:
        return sum(amount * math.sin(v * math.pi / divisor) for amount, divisor in parts)

    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (ripple + waves(y, ((20, 1), (40, 3), (160, 12), (320, 30)))) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (ripple + waves(x, ((20, 1), (40, 3), (150, 12), (300, 30)))) * 2 / 3
    phi = math.radians(lat)
    w2 = 1 - _KRASOVSKY_E2 * math.sin(phi) ** 2
    meridian = _KRASOVSKY_A * (1 - _KRASOVSKY_E2) / (w2 * math.sqrt(w2))
    parallel = _KRASOVSKY_A / math.sqrt(w2) * math.cos(phi)
    return math.degrees(east / parallel), math.degrees(north / meridian)


def _shifted(lon: float, lat: float) -> bool:
    return 72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271


def wgs84_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """Degrees WGS-84 to degrees GCJ-02. Outside the rectangle that has the shift nothing changes."""
    if not _shifted(lon, lat):
        return lon, lat
    east, north = _gcj02_shift(lon, lat)
    return lon + east, lat + north


def gcj02_to_wgs84(lon: float, lat: float) -> tuple[float, float]:
    """Inverse of `wgs84_to_gcj02`, found by repetition; a round trip returns within 1e-9°."""
    if not _shifted(lon, lat):
        return lon, lat
    guess_lon, guess_lat = lon, lat
    for _round in range(12):
        east, north = _gcj02_shift(guess_lon, guess_lat)
        next_lon, next_lat = lon - east, lat - north
        moved = abs(next_lon - guess_lon) + abs(next_lat - guess_lat)
        guess_lon, guess_lat = next_lon, next_lat
        if moved < 1e-11:
            break
    return guess_lon, guess_lat


# --- point → area ---------------------------------------------------------------------------------


class Locator:
    """Finds the area a point lies in. Immutable; build a new one when boundaries change.

    A point on a shared border, or in an overlap, belongs to the lowest code. A point in no area belongs to
    the nearest one within `reach_m` metres (a phone's fix at the river bank), else to none. Invalid shapes
    are repaired first.
    """

    def __init__(self, areas: Mapping[str, BaseGeometry], *, reach_m: float = 100.0) -> None:
        # Sorted, so that the lowest index among several hits is the lowest code.
        self.codes: list[str] = sorted(code for code, geom in areas.items() if not geom.is_empty)
        self._shapes = np.array([_sound(c, areas[c], []) for c in self.codes], dtype=object)
        self._tree = shapely.STRtree(self._shapes)
        self._reach_m = reach_m

    def __len__(self) -> int:
        return len(self.codes)

    def locate(self, lon: float, lat: float) -> str | None:
        """Code of the area at this point or None. Not-a-number and infinite coordinates are in no area."""
        if not (math.isfinite(lon) and math.isfinite(lat)):
            return None
        hits = self._tree.query(Point(lon, lat), predicate="intersects")
        if len(hits):
            return self.codes[hits[0] if len(hits) == 1 else hits.min()]
        return self._nearest(lon, lat)

    def locate_many(self, lonlat: Any) -> list[str | None]:
        """`locate` for an (n, 2) array of lon, lat; one call into the tree for all."""
        xy = np.asarray(lonlat, dtype=float).reshape(-1, 2)
        finite = np.isfinite(xy).all(axis=1)
        points = shapely.points(np.where(finite[:, None], xy, 0.0))
        rows, shapes = self._tree.query(points, predicate="intersects")
        found = np.full(len(xy), len(self.codes))
        np.minimum.at(found, rows, shapes)
        codes: list[str | None] = [*self.codes, None]
        out = [codes[i] for i in found.tolist()]
        for i in np.flatnonzero(found == len(self.codes)):
            out[i] = self._nearest(*xy[i].tolist())
        return [code if ok else None for code, ok in zip(out, finite.tolist(), strict=True)]

    def around(self, lon: float, lat: float, *, reach_m: float) -> list[tuple[str, float]]:
        """Areas within `reach_m` metres of this point with their distance, nearest first; 0 where the point lies inside."""
        shrink = math.cos(math.radians(lat)) if math.isfinite(lon) and math.isfinite(lat) else 0.0
        if not reach_m or shrink < 0.01:
            return []
        point = Point(lon, lat)
        # Degrees of longitude are the shorter ones: this radius takes in all candidates, metres decide below.
        radius = reach_m / _METRES_PER_DEGREE / shrink
        near = np.sort(self._tree.query(point, predicate="dwithin", distance=radius))
        to_metres = np.array([shrink, 1.0]) * _METRES_PER_DEGREE
        found = []
        for i in near.tolist():
            scaled = shapely.transform(self._shapes[i], lambda c: (c - (lon, lat)) * to_metres)
            metres = float(shapely.distance(scaled, Point(0, 0)))
            if metres <= reach_m:
                found.append((self.codes[i], metres))
        return sorted(found, key=lambda pair: (pair[1], pair[0]))

    def _nearest(self, lon: float, lat: float) -> str | None:
        return next((code for code, _metres in self.around(lon, lat, reach_m=self._reach_m)), None)
