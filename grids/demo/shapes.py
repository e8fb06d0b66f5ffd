"""Draw the demo district: outline, streets, communities and 435 grids. All of it is made up.

Only the position (around 106.82 E, 39.68 N), the codes and the names of streets and communities are real. The curves
were invented for this file; no published boundary was copied or traced.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import shapely
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from grids.demo import partition
from grids.demo.ground import (
    ARTERIALS,
    PARK,
    PLANE,
    RURAL_ROADS,
    SEED,
    TILT,
    TOWN,
    VILLAGES,
    District,
    Grid,
    read_divisions,
)
from grids.demo.partition import make_partition

__all__ = ["codes_for", "draw_district", "make_partition"]


# Kilometres east and north of PLANE's origin. The river side is drawn in long bends, the mountain side in short ones.
OUTLINE = (
    (-0.7, 23.4), (2.1, 24.3), (5.1, 23.0), (7.4, 21.6), (9.0, 18.6), (8.7, 15.0), (10.2, 11.6), (9.2, 7.8),
    (9.9, 4.2), (8.3, 1.0), (9.3, -2.6), (8.1, -5.8), (8.7, -9.2), (6.6, -12.2), (5.6, -15.6), (2.7, -17.4),
    (-0.4, -18.8), (-3.1, -17.0), (-3.5, -13.6), (-5.2, -10.6), (-5.7, -7.0), (-4.5, -3.4), (-4.7, 0.2),
    (-5.9, 3.6), (-5.2, 7.2), (-3.1, 10.0), (-3.3, 13.8), (-4.3, 17.2), (-3.0, 20.8),
)  # fmt: skip
# Borders between streets; equal points are junctions, ends beyond the outline are cut off.
BORDERS = (
    ((-8.0, 4.4), (-5.6, 4.2), (-3.6, 4.7), (-1.9, 4.9), (-0.4, 4.5), (0.8, 4.4)),
    ((0.8, 4.4), (1.8, 4.8), (2.6, 4.7)),
    ((2.6, 4.7), (3.2, 3.4), (3.3, 2.1)),
    ((3.3, 2.1), (2.9, 0.4), (3.0, -1.0), (3.4, -2.4)),
    ((3.4, -2.4), (3.3, -3.8), (2.5, -5.2), (0.4, -5.9), (-1.6, -5.6)),
    ((-1.6, -5.6), (-3.4, -6.2), (-5.4, -6.1), (-8.0, -6.6)),
    ((-1.9, 4.9), (-2.0, 3.3), (-1.75, 1.9)),
    ((-1.75, 1.9), (-1.8, 1.1), (-1.65, 0.3)),
    ((-1.65, 0.3), (-1.45, -1.0), (-1.5, -2.2)),
    ((-1.5, -2.2), (-1.7, -3.9), (-1.6, -5.6)),
    ((-1.75, 1.9), (-0.6, 1.75), (0.6, 1.75)),
    ((0.6, 1.75), (1.9, 1.8), (3.3, 2.1)),
    ((-8.0, 0.6), (-4.6, 0.4), (-3.0, 0.5), (-1.65, 0.3)),
    ((-1.5, -2.2), (-0.4, -2.45), (0.5, -2.4)),
    ((0.5, -2.4), (1.9, -2.25), (3.4, -2.4)),
    ((0.6, 1.75), (0.75, 0.4), (0.6, -0.9), (0.5, -2.4)),
    ((0.8, 4.4), (0.3, 6.4), (1.0, 8.6), (1.3, 10.8), (3.4, 11.5), (5.8, 10.6), (6.6, 8.4), (5.7, 6.0), (4.2, 5.5),
     (2.6, 4.7)),
)  # fmt: skip
SEEDS = {
    "150302001": (2.0, -0.3), "150302002": (0.5, 3.2), "150302003": (-0.5, -0.3), "150302004": (-3.5, 2.4),
    "150302007": (-3.2, -3.0), "150302008": (0.8, -4.0), TOWN: (3.0, 16.0), PARK: (3.4, 8.0),
}  # fmt: skip
# Grids per community where the even share would look odd: villages and the park.
FIXED_COUNTS = {
    "150302101003": 7, "150302101004": 6, "150302101400": 6, "150302101203": 12, "150302101206": 11,
    "150302101209": 10, "150302101213": 11, "150302101214": 10, "150302400498": 9,
}  # fmt: skip
GRIDS = 435




def draw_district(seed: int = SEED) -> District:
    """Draw all levels. Deterministic in `seed`; about two seconds."""
    rng = np.random.default_rng(seed)
    streets = _street_cells()
    communities: list[str] = []
    cells: list[BaseGeometry] = []
    owners: list[int] = []
    roads = np.array([(axis, offset * 1000) for _name, axis, offset, _kind in ARTERIALS])
    for street, codes in _communities_by_street().items():
        for code, cell, cloud, count in _community_cells(street, codes, streets[street], roads, rng):
            grown = _grid_cells(code, cell, cloud, count, roads, rng)
            owners += [len(communities)] * len(grown)
            cells += [g for g, _cloud in grown]
            communities.append(code)
    bend = _bend(streets, rng)
    woven = partition.weave(cells, bend, PLANE, step_m=120, tolerance_m=5)
    shapes = _gather(woven, [communities[i] for i in owners])
    by_street = _gather(list(shapes.values()), [code[:9] for code in shapes])
    town = shapely.union_all([g for code, g in by_street.items() if code not in (TOWN, PARK)])
    lines = _roads(ARTERIALS, RURAL_ROADS, bend, town, shapely.coverage_union_all(list(by_street.values())))
    return District(
        outline=partition.settled(shapely.coverage_union_all(list(by_street.values()))),
        streets=by_street,
        communities=shapes,
        grids=_number(woven, [communities[i] for i in owners]),
        roads=lines,
    )


def codes_for(district: str, drawn: partition.Partition) -> list[dict[str, BaseGeometry]]:
    """Made-up codes for a three-level partition: streets of 9 digits, communities of 12, grids of 15, per level."""
    if len(drawn.levels) != 3:
        raise ValueError("three levels are needed: streets, communities, grids")
    out: list[dict[str, BaseGeometry]] = []
    names: list[str] = [district[:6]]
    for level in drawn.levels:
        used: dict[int, int] = {}
        codes = []
        for area in level:
            parent = area.parent or 0
            used[parent] = used.get(parent, 0) + 1
            if used[parent] > 799:
                raise ValueError("more than 799 areas under one parent do not fit into three digits")
            codes.append(f"{names[parent]}{used[parent]:03d}")
        out.append(dict(zip(codes, (a.geometry for a in level), strict=True)))
        names = codes
    return out


# --- cutting -----------------------------------------------------------------------------------------


def _street_cells() -> dict[str, BaseGeometry]:
    outline = Polygon(_curve((*OUTLINE, OUTLINE[0]), closed=True))
    lines = [LineString(_curve(b)) for b in BORDERS]
    faces = shapely.get_parts(shapely.polygonize([*shapely.get_parts(shapely.node(
        shapely.union_all([outline.exterior, *lines])))]))  # fmt: skip
    out = {}
    for code, (x, y) in SEEDS.items():
        inside = [f for f in faces if f.contains(Point(x * 1000, y * 1000)) and outline.contains(f.centroid)]
        if len(inside) != 1:
            raise RuntimeError(f"the borders do not enclose street {code}")
        out[code] = inside[0]
    rest = [f for f in faces if f not in out.values() and outline.covers(f.representative_point())]
    if rest:  # what no seed claims is the town's: the land east and south of the core
        out[TOWN] = shapely.union_all([out[TOWN], *rest])
    return out


def _curve(points: Iterable[tuple[float, float]], *, closed: bool = False) -> np.ndarray:
    """Catmull-Rom curve in metres through the points (kilometres), about ten vertices per piece."""
    p = np.array(list(points)) * 1000
    before, after = (p[-2], p[1]) if closed else (2 * p[0] - p[1], 2 * p[-1] - p[-2])
    q = np.vstack([before, p, after])
    t = np.linspace(0, 1, 10, endpoint=False)[:, None]
    pieces = []
    for a, b, c, d in zip(q, q[1:], q[2:], q[3:], strict=False):
        pieces.append(
            0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        )
    return np.vstack([*pieces, p[-1]])


def _communities_by_street() -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for row in read_divisions():
        if row["level"] == "5":
            out.setdefault(row["parent_code"][:9], []).append(row["code"])
    return out


def _thinned(cloud: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Fewer points away from the old town, so that grids there grow larger."""
    distance = np.hypot(cloud[:, 0] + 600, cloud[:, 1] + 200) / 1000
    return cloud[rng.random(len(cloud)) < 0.22 + 0.78 * np.exp(-((distance / 3.4) ** 2))]


def _community_cells(
    street: str, codes: list[str], cell: BaseGeometry, roads: np.ndarray, rng: np.random.Generator
) -> list[tuple[str, BaseGeometry, np.ndarray, int]]:
    cloud = partition.scatter(cell, 6000, rng)
    if street in (TOWN, PARK):
        parts = partition.cells_by_nearness(cell, cloud, len(codes), rng)
    else:
        parts = partition.cells_by_blocks(cell, _thinned(cloud, rng), len(codes), TILT, roads, rng)
    # Officially committees come before villages; the southern pieces near the town are the committees' here.
    parts.sort(key=lambda p: math.hypot(p[0].centroid.x, p[0].centroid.y - 4000))
    ranked = sorted(codes, key=lambda c: (c in VILLAGES, c))
    counts = _counts(street, ranked, rng)
    return [(c, g, cloud, n) for c, (g, cloud), n in zip(ranked, parts, counts, strict=True)]


def _counts(street: str, codes: list[str], rng: np.random.Generator) -> list[int]:
    if all(c in FIXED_COUNTS for c in codes):
        return [FIXED_COUNTS[c] for c in codes]
    core = {s: len(c) for s, c in _communities_by_street().items() if s not in (TOWN, PARK)}
    share = dict(
        zip(core, partition.apportion(list(core.values()), GRIDS - sum(FIXED_COUNTS.values())), strict=True)
    )
    least = 5  # besides the one that apportion gives
    uneven = rng.uniform(0.3, 1.4, len(codes)).tolist()
    return [n + least for n in partition.apportion(uneven, share[street] - least * len(codes))]


def _grid_cells(
    code: str, cell: BaseGeometry, cloud: np.ndarray, count: int, roads: np.ndarray, rng: np.random.Generator
) -> list[partition.Cell]:
    if code[:9] == TOWN:
        return partition.cells_by_nearness(cell, cloud, count, rng)
    cloud = _thinned(partition.scatter(cell, 3000, rng), rng)
    return partition.cells_by_blocks(cell, cloud, count, TILT, roads, rng)


def _bend(streets: dict[str, BaseGeometry], rng: np.random.Generator) -> partition.Bend:
    core = shapely.union_all([g for code, g in streets.items() if code != TOWN])
    shapely.prepare(core)
    everywhere = partition.noise([(7000, 260)], rng)
    country = partition.noise([(2400, 130), (800, 40)], rng)
    town = partition.noise([(1500, 28), (600, 12)], rng)

    def bend(xy: np.ndarray) -> np.ndarray:
        wild = np.clip(shapely.distance(core, shapely.points(xy)) / 2500, 0, 1)[:, None]
        return xy + everywhere(xy) + town(xy) + country(xy) * wild

    return bend


def _gather(shapes: list[BaseGeometry], codes: list[str]) -> dict[str, BaseGeometry]:
    members: dict[str, list[BaseGeometry]] = {}
    for shape, code in zip(shapes, codes, strict=True):
        members.setdefault(code, []).append(shape)
    return {code: partition.settled(shapely.coverage_union_all(members[code])) for code in sorted(members)}


def _roads(
    arterials: Any, rural: Any, bend: partition.Bend, town: BaseGeometry, outline: BaseGeometry
) -> dict[str, LineString]:
    """Road lines in degrees, bent like the borders, so that many borders run along them."""
    c, s = math.cos(TILT), math.sin(TILT)
    out = {}
    for name, axis, offset, _kind in arterials:
        along = np.linspace(-9, 9, 181)
        u, v = (np.full(181, offset), along) if axis == 0 else (along, np.full(181, offset))
        out[name] = (np.column_stack([u * c - v * s, u * s + v * c]) * 1000, town)
    for name, points, _kind in rural:
        out[name] = (_curve(points), outline)
    lines = {}
    for name, (xy, within) in out.items():
        line = shapely.simplify(LineString(PLANE.to_lonlat(bend(xy))), 0.00003).intersection(within)
        lines[name] = max(shapely.get_parts(line), key=lambda g: g.length)
    return {k: shapely.set_precision(v, 1e-5) for k, v in lines.items()}


# --- numbering ---------------------------------------------------------------------------------------


def _number(shapes: list[BaseGeometry], communities: list[str]) -> list[Grid]:
    grids = []
    for code in sorted(set(communities)):
        mine = [g for g, c in zip(shapes, communities, strict=True) if c == code]
        special = _special(code, mine)
        for first, chosen in ((1, False), (801, True)):
            band = in_reading_order([g for i, g in enumerate(mine) if (i in special) == chosen])
            grids += [
                Grid(f"{code}{first + i:03d}", partition.settled(g), chosen) for i, g in enumerate(band)
            ]
    return grids


def in_reading_order(shapes: list[BaseGeometry]) -> list[BaseGeometry]:
    """Rows from north to south, each row west to east; a row is as high as a typical shape (rules.md §7)."""
    if not shapes:
        return []
    top = max(g.centroid.y for g in shapes)
    height = math.sqrt(sum(g.area for g in shapes) / len(shapes))
    return sorted(shapes, key=lambda g: (int((top - g.centroid.y) / height), g.centroid.x))


def _special(code: str, shapes: list[BaseGeometry]) -> set[int]:
    """Which grids of a community are special: most of the park, none in the country, one or two in town."""
    by_area = sorted(range(len(shapes)), key=lambda i: shapes[i].area)
    if code[:9] == PARK:
        return set(by_area[2:])
    if code[:9] == TOWN:
        return set()
    return {by_area[0]} if int(code[-3:]) % 3 == 1 else {by_area[0], by_area[len(shapes) // 2]}
