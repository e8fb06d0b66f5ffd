"""Cut any outline into nested areas without gap or overlap, with borders that look grown rather than ruled.

Areas are first cut with straight lines on a plane in metres. All cuts together become one net of arcs; every arc is
bent by a smooth field and rounded to five decimals of a degree exactly once, so both neighbours of a border have the
same vertices and the areas still tile the outline after rounding.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

DECIMALS = 5
_SCALE = 10**DECIMALS
_SNAP_M = 0.5
_LAKE_M = 10.0  # a face this far from every cell is a hole of the outline, not a sliver of snapping
_METRES_PER_DEGREE = 111_195.0

Bend = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Area:
    """One area of a level; `parent` is its index in the level above, None on the first level."""

    geometry: Polygon | MultiPolygon
    parent: int | None


@dataclass(frozen=True)
class Partition:
    """`levels` from large to small areas; `outline` is their union, rounded like them."""

    outline: Polygon | MultiPolygon
    levels: tuple[tuple[Area, ...], ...]


@dataclass(frozen=True)
class Plane:
    """Local plane in metres around an origin in degrees; good enough to draw on, not to measure on."""

    lon: float
    lat: float

    @property
    def _step(self) -> np.ndarray:
        return np.array([math.cos(math.radians(self.lat)), 1.0]) * _METRES_PER_DEGREE

    def to_metres(self, lonlat: np.ndarray) -> np.ndarray:
        return (lonlat - (self.lon, self.lat)) * self._step

    def to_hundred_thousandths(self, metres: np.ndarray) -> np.ndarray:
        """Degrees × 10⁵ as whole numbers, so that equal points are equal."""
        return np.round((metres / self._step + (self.lon, self.lat)) * _SCALE)

    def to_lonlat(self, metres: np.ndarray) -> np.ndarray:
        return self.to_hundred_thousandths(metres) / _SCALE


def make_partition(outline: BaseGeometry, counts: int | Sequence[int], seed: int) -> Partition:
    """Nested areas over `outline` (degrees WGS-84): `counts` per level, for example (14, 115, 872), or one number.

    Deterministic in its arguments. The outline's own line is kept, except that cuts ending on it add vertices.
    Raises ValueError when counts decrease or the outline has no area.
    """
    sizes = [counts] if isinstance(counts, int) else list(counts)
    if not sizes or sizes[0] < 1 or any(b < a for a, b in itertools.pairwise(sizes)):
        raise ValueError("counts must be positive and must not decrease from level to level")
    if outline.area == 0:
        raise ValueError("the outline has no area")
    plane = Plane(*(round(v, DECIMALS) for v in outline.centroid.coords[0]))
    ground = shapely.transform(outline, plane.to_metres)
    rng = np.random.default_rng(seed)
    points = scatter(ground, max(2000, 24 * sizes[-1]), rng)
    cells, clouds, parents = [ground], [points], []
    for size in sizes:
        share = apportion([len(c) for c in clouds], size)
        grown = [cells_by_nearness(g, c, n, rng) for g, c, n in zip(cells, clouds, share, strict=True)]
        parents.append([i for i, some in enumerate(grown) for _cell in some])
        clouds = [cloud for some in grown for _cell, cloud in some]
        cells = [cell for some in grown for cell, _cloud in some]
    step = math.sqrt(ground.area / sizes[-1])
    bend = bend_inside(ground, noise([(6 * step, 0.30 * step), (1.8 * step, 0.08 * step)], rng), 2 * step)
    leaves = weave(cells, bend, plane, step_m=step / 6, tolerance_m=step / 60, frame=ground)
    return Partition(*nest(leaves, parents))


def nest(
    leaves: list[BaseGeometry], parents: list[list[int]]
) -> tuple[BaseGeometry, tuple[tuple[Area, ...], ...]]:
    """Outline and levels from the finest areas up; unions keep every vertex, so borders stay identical."""
    shapes = [leaves]
    for up in reversed(parents[1:]):
        members: list[list[BaseGeometry]] = [[] for _ in range(max(up) + 1)]
        for child, parent in zip(shapes[0], up, strict=True):
            members[parent].append(child)
        shapes.insert(0, [shapely.coverage_union_all(m) for m in members])
    outline = shapely.coverage_union_all(shapes[0])
    above: list[list[int | None]] = [[None] * len(shapes[0]), *[list(p) for p in parents[1:]]]
    levels = [
        tuple(Area(settled(g), p) for g, p in zip(level, up, strict=True))
        for level, up in zip(shapes, above, strict=True)
    ]
    return settled(outline), tuple(levels)


def settled(geom: BaseGeometry) -> Polygon | MultiPolygon:
    """Canonical vertex order and winding, so that equal shapes are equal bytes."""
    return shapely.orient_polygons(shapely.normalize(geom), exterior_cw=False)


# --- cutting on the plane ----------------------------------------------------------------------------


def scatter(ground: BaseGeometry, count: int, rng: np.random.Generator) -> np.ndarray:
    """`count` random points inside `ground`, evenly dense; they stand for area when cells are balanced."""
    west, south, east, north = ground.bounds
    shapely.prepare(ground)
    found: list[np.ndarray] = []
    while sum(map(len, found)) < count:
        xy = rng.uniform((west, south), (east, north), (count, 2))
        found.append(xy[shapely.contains_xy(ground, xy)])
    return np.concatenate(found)[:count]


def apportion(weights: Sequence[float], total: int) -> list[int]:
    """Share `total` by weight, at least one each, largest remainders first (Hamilton), ties to the earlier."""
    spare = total - len(weights)
    if spare < 0:
        raise ValueError("fewer areas than parents")
    whole = sum(weights) or 1
    exact = [spare * w / whole for w in weights]
    share = [int(e) for e in exact]
    order = sorted(range(len(weights)), key=lambda i: (share[i] - exact[i], i))
    for i in order[: spare - sum(share)]:
        share[i] += 1
    return [s + 1 for s in share]


Cell = tuple[BaseGeometry, np.ndarray]


def cells_by_nearness(
    ground: BaseGeometry, cloud: np.ndarray, n: int, rng: np.random.Generator
) -> list[Cell]:
    """`n` rounded cells: sites spread by halving the cloud, relaxed twice towards their centres (Lloyd)."""
    if n == 1:
        return [(ground, cloud)]
    if len(cloud) < 4 * n:
        cloud = np.concatenate([cloud, scatter(ground, 4 * n, rng)])
    sites = _halved_sites(cloud, n, rng)
    for _round in range(2):
        nearest = shapely.STRtree(shapely.points(sites)).nearest(shapely.points(cloud))
        weight = np.bincount(nearest, minlength=n)
        sums = np.column_stack([np.bincount(nearest, cloud[:, i], n) for i in (0, 1)])
        sites = np.where(weight[:, None] > 0, sums / np.maximum(weight, 1)[:, None], sites)
    sites = _brought_inside(ground, sites, cloud)
    frame = box(*ground.bounds).buffer(1000)
    raw = shapely.voronoi_polygons(shapely.multipoints(sites), extend_to=frame, ordered=True)
    cells = _one_piece_each([shapely.intersection(c, ground) for c in shapely.get_parts(raw)])
    nearest = shapely.STRtree(shapely.points(sites)).nearest(shapely.points(cloud))
    return [(cell, cloud[nearest == i]) for i, cell in enumerate(cells)]


def _brought_inside(ground: BaseGeometry, sites: np.ndarray, cloud: np.ndarray) -> np.ndarray:
    """A site that fell into a bay or between islands would keep only a splinter: move it to a free cloud point."""
    out = np.flatnonzero(~shapely.contains_xy(ground, sites))
    if len(out):
        sites, free = sites.copy(), cloud.copy()
        for i in out:
            nearest = np.argmin(((free - sites[i]) ** 2).sum(axis=1))
            sites[i] = free[nearest]
            free = np.delete(free, nearest, axis=0)
    return sites


def _halved_sites(cloud: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    stack, sites = [(cloud, n)], []
    while stack:
        points, k = stack.pop()
        if k == 1:
            sites.append(points.mean(axis=0))
            continue
        axis = int(np.ptp(points[:, 1]) > np.ptp(points[:, 0]) * rng.uniform(0.8, 1.25))
        left = k // 2
        order = np.argsort(points[:, axis], kind="stable")
        at = len(points) * left // k
        stack += [(points[order[:at]], left), (points[order[at:]], k - left)]
    return np.array(sites)


def cells_by_blocks(
    ground: BaseGeometry, cloud: np.ndarray, n: int, tilt: float, roads: np.ndarray, rng: np.random.Generator
) -> list[Cell]:
    """`n` town blocks by repeated cuts along (`tilt` radians) or across; a cut falls on a road when one is near.

    `roads` are rows (axis, offset in metres along that axis of the tilted frame).
    """
    stack: list[tuple[BaseGeometry, np.ndarray, int]] = [(ground, cloud, n)]
    out: list[Cell] = []
    while stack:
        piece, points, k = stack.pop()
        if k == 1:
            out.append((piece, points))
            continue
        axis, offset, left = _choose_cut(piece, points, k, tilt, roads, rng)
        low, high = _cut(piece, axis, offset, tilt)
        below = _turned(points, tilt)[:, axis] < offset
        stack += [(low, points[below], left), (high, points[~below], k - left)]
    cells = _one_piece_each([cell for cell, _points in out])
    return [(cell, points) for cell, (_old, points) in zip(cells, out, strict=True)]


def _turned(xy: np.ndarray, tilt: float) -> np.ndarray:
    c, s = math.cos(tilt), math.sin(tilt)
    return xy @ np.array([[c, -s], [s, c]])


def _choose_cut(
    piece: BaseGeometry, points: np.ndarray, k: int, tilt: float, roads: np.ndarray, rng: np.random.Generator
) -> tuple[int, float, int]:
    span = np.ptp(_turned(shapely.get_coordinates(piece), tilt), axis=0)
    axis = int(span[1] > span[0] * rng.uniform(0.85, 1.15))
    values = np.sort(_turned(points, tilt)[:, axis])
    options = roads[(roads[:, 0] == axis) & (roads[:, 1] > values[0]) & (roads[:, 1] < values[-1])][:, 1]
    best: tuple[float, float, int] | None = None
    for offset in options:
        share = np.searchsorted(values, offset) / len(values)
        left = min(max(round(share * k), 1), k - 1)
        ratio = share * (k - left) / (left * (1 - share)) if 0 < share < 1 else 0.0
        off_centre = abs(left / k - 0.5)
        if 0.74 < ratio < 1.35 and off_centre < 0.3 and (best is None or off_centre < best[0]):
            best = (off_centre, float(offset), left)
    if best:
        return axis, best[1], best[2]
    left = k // 2 if rng.random() < 0.5 else k - k // 2
    share = min(max(left / k + rng.normal(0, 0.045), 0.12), 0.88)
    return axis, float(values[int(share * (len(values) - 1))]), left


def _cut(piece: BaseGeometry, axis: int, offset: float, tilt: float) -> tuple[BaseGeometry, BaseGeometry]:
    far = 200_000.0
    low = box(-far, -far, offset, far) if axis == 0 else box(-far, -far, far, offset)
    half = shapely.transform(low, lambda xy: _turned(xy, -tilt))
    return piece.intersection(half), piece.difference(half)


def _one_piece_each(cells: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """Give stray pieces of a cell to the neighbour with the longest common border, or to the nearest one."""
    whole: list[BaseGeometry] = []
    strays: list[Polygon] = []
    for cell in cells:
        parts = sorted(
            (p for p in shapely.get_parts(cell) if p.geom_type == "Polygon"), key=lambda p: -p.area
        )
        whole.append(parts[0])
        strays += parts[1:]
    for stray in sorted(strays, key=lambda p: -p.area):
        border = [stray.intersection(w.buffer(_SNAP_M)).area for w in whole]
        best = (
            int(np.argmax(border)) if max(border) > 0 else int(np.argmin([stray.distance(w) for w in whole]))
        )
        whole[best] = whole[best].union(stray)
    return whole


# --- bending -----------------------------------------------------------------------------------------


def noise(octaves: Sequence[tuple[float, float]], rng: np.random.Generator) -> Bend:
    """A smooth random displacement field: octaves of (wavelength, amplitude) in metres, four waves each."""
    waves = []
    for length, amplitude in octaves:
        for _wave in range(4):
            angle, phase, way = rng.uniform(0, 2 * math.pi, 3)
            k = 2 * math.pi / (length * rng.uniform(0.8, 1.3))
            push = amplitude / 2 * np.array([math.cos(way), math.sin(way)])
            waves.append((k * np.array([math.cos(angle), math.sin(angle)]), phase, push))

    def field(xy: np.ndarray) -> np.ndarray:
        return sum(np.sin(xy @ k + phase)[:, None] * push for k, phase, push in waves)

    return field


def bend_inside(ground: BaseGeometry, field: Bend, depth_m: float) -> Bend:
    """`field` faded out towards the border of `ground`, which therefore stays where it is."""
    edge = ground.boundary
    shapely.prepare(edge)

    def bend(xy: np.ndarray) -> np.ndarray:
        near = np.clip(shapely.distance(edge, shapely.points(xy)) / depth_m, 0, 1)
        return xy + field(xy) * near[:, None]

    return bend


def weave(
    cells: Sequence[BaseGeometry],
    bend: Bend,
    plane: Plane,
    *,
    step_m: float,
    tolerance_m: float,
    frame: BaseGeometry | None = None,
) -> list[BaseGeometry]:
    """The cells in degrees, bent and rounded once per arc. Arcs on the border of `frame` keep every vertex.

    A straight border is divided every `step_m` before bending; afterwards vertices that move the line by less
    than `tolerance_m` are dropped. Where junctions lie so close that rounding makes arcs cross, it is tried again
    with junctions (and the frame) snapped a few metres coarser, then with finer tolerances; RuntimeError if
    nothing helps.
    """
    for snap_m, finer in (
        (_SNAP_M, 1),
        (4 * _SNAP_M, 1),
        (12 * _SNAP_M, 1),
        (12 * _SNAP_M, 4),
        (_SNAP_M, 16),
    ):
        net = shapely.unary_union([c.boundary for c in cells], grid_size=snap_m)
        arcs = shapely.get_parts(shapely.line_merge(net))
        fixed = np.zeros(len(arcs), bool)
        if frame is not None:
            fixed = shapely.covered_by(arcs, frame.boundary.buffer(3 * snap_m))
        keep = np.where(fixed, 0.0, tolerance_m / finer)
        woven = [_bent(a, bend, plane, step_m, t) for a, t in zip(arcs, keep.tolist(), strict=True)]
        out = _reassembled(cells, arcs, [w for w in woven if w.length > 0], bend, plane)
        if out is not None:
            return out
    raise RuntimeError("bending made borders cross; use a gentler field or another seed")


def _reassembled(
    cells: Sequence[BaseGeometry], arcs: np.ndarray, woven: list[LineString], bend: Bend, plane: Plane
) -> list[BaseGeometry] | None:
    """The bent faces by cell, or None when the net was torn or a cell lost."""
    faces, bent = _faces(arcs), _faces(np.array(woven, dtype=object))
    marks = np.array([f.representative_point() for f in faces])
    where = _matched(marks, faces, bent, bend, plane)
    if where is None:
        return None
    owners = shapely.STRtree(list(cells)).nearest(marks)
    lake = shapely.distance(marks, np.array(cells, dtype=object)[owners]) > _LAKE_M
    pieces: list[list[Polygon]] = [[] for _ in cells]
    for face, old in zip(bent, where, strict=True):
        if not lake[old]:
            pieces[owners[old]].append(shapely.transform(face, lambda c: c / _SCALE))
    if not all(pieces):
        return None
    return [p[0] if len(p) == 1 else shapely.coverage_union_all(p) for p in pieces]


def _faces(arcs: np.ndarray) -> np.ndarray:
    return shapely.get_parts(shapely.polygonize(list(arcs)))


def _bent(arc: LineString, bend: Bend, plane: Plane, step_m: float, tolerance_m: float) -> LineString:
    # Bent from the same end for whoever walks the arc: the direction of a merged line is not to be relied upon.
    if arc.coords[0] > arc.coords[-1]:
        arc = shapely.reverse(arc)
    line = shapely.transform(shapely.segmentize(arc, step_m), bend)
    if tolerance_m:
        line = shapely.simplify(line, tolerance_m)
    return LineString(_without_repeats(plane.to_hundred_thousandths(shapely.get_coordinates(line))))


def _without_repeats(xy: np.ndarray) -> np.ndarray:
    keep = np.r_[True, (np.diff(xy, axis=0) != 0).any(axis=1)]
    return xy[keep] if keep.sum() > 1 else xy[[0, -1]]


def _matched(
    marks: np.ndarray, faces: np.ndarray, bent: np.ndarray, bend: Bend, plane: Plane
) -> np.ndarray | None:
    """Index of the old face for each bent face, or None when the net was torn."""
    if len(faces) != len(bent) or not shapely.is_valid(bent).all():
        return None
    moved = plane.to_hundred_thousandths(bend(shapely.get_coordinates(marks)))
    old, new = shapely.STRtree(bent).query(shapely.points(moved), predicate="within")
    if len(set(new.tolist())) != len(faces):
        return None
    where = np.empty(len(faces), int)
    where[new] = old
    return where


def mark_of(geom: BaseGeometry) -> Point:
    """A point well inside the shape, rounded; for labels and addresses."""
    inside = shapely.get_coordinates(shapely.maximum_inscribed_circle(geom, 1e-4))[0]
    return Point(*np.round(inside, DECIMALS).tolist())
