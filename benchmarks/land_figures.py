"""F12 and F13 as figures: point → grid, and the import of 100,188 divisions. The divisions are real data."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator

import numpy
import shapely
from django.conf import settings
from django.db import connection

from benchmarks.ledger import Figure
from grids.boundaries import Locator
from grids.demo.shapes import draw_district, make_partition

COMMAND = "./start figures spine --only land"
POINTS = 20_000


def measure() -> Iterator[Figure]:
    """Both; the import only where the data is at hand."""
    for grids in (1000, 20_000):
        yield _locating(grids)
    path = settings.SHARED_DIR / "data" / "admin-divisions" / "china_3provinces_levels1-5_2023.csv.gz"
    if path.is_file():
        yield from _divisions(path)


def _locating(grids: int) -> Figure:
    outline = draw_district().outline
    shapes = [area.geometry for area in make_partition(outline, grids, seed=3).levels[0]]
    locator = Locator({f"{n:05d}": shape for n, shape in enumerate(shapes)})
    tree = shapely.STRtree(shapes)
    west, south, east, north = outline.bounds
    chance = numpy.random.default_rng(1)
    points = _inside(
        outline,
        list(
            zip(chance.uniform(west, east, 3 * POINTS), chance.uniform(south, north, 3 * POINTS), strict=True)
        ),
    )
    ratios = []
    for _round in range(4):
        began = time.perf_counter()
        for lon, lat in points:
            locator.locate(lon, lat)
        mine = time.perf_counter() - began
        began = time.perf_counter()
        for lon, lat in points:
            tree.query(shapely.Point(lon, lat), predicate="intersects")
        ratios.append((time.perf_counter() - began) / mine)
    words = f"{len(points) / mine:,.0f} per second"
    return Figure(
        f"F12-{grids}",
        f"point → grid of {grids:,} ÷ the bare tree",
        round(sorted(ratios[1:])[1], 2),
        "×",
        ">= 0.7",
        COMMAND,
        words,
    )


def _inside(outline: object, points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Points of the district: where reports come from."""
    shapely.prepare(outline)
    lons, lats = zip(*points, strict=True)
    return [
        point
        for point, inside in zip(points, shapely.contains_xy(outline, lons, lats), strict=True)
        if inside
    ][:POINTS]


def _divisions(path: object) -> Iterator[Figure]:
    from datetime import date

    from grids.importing import import_divisions

    began = time.perf_counter()
    import_divisions(path, on=date(2023, 6, 30))
    first = time.perf_counter() - began
    began = time.perf_counter()
    import_divisions(path, on=date(2023, 6, 30))
    second = time.perf_counter() - began
    raw = _plain_copy()
    yield Figure("F13", "import of 100,188 divisions", round(first, 1), "s", "<= 60", COMMAND)
    yield Figure(
        "F13-ratio",
        "import ÷ plain COPY plus index build",
        round(first / raw, 1),
        "×",
        "<= 3",
        COMMAND,
        f"COPY and indexes {raw:.1f} s",
    )
    yield Figure("F13-again", "a second import that changes nothing", round(second, 1), "s", "<= 15", COMMAND)


def _plain_copy() -> float:
    """COPY of the same finished rows into a table of the same columns, then the same indexes."""
    text = io.BytesIO()
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert("COPY grids_area TO STDOUT", text)
        text.seek(0)
        began = time.perf_counter()
        cursor.execute("CREATE TABLE bench_area (LIKE grids_area)")
        cursor.cursor.copy_expert("COPY bench_area FROM STDIN", text)
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'grids_area'")
        for number, (definition,) in enumerate(cursor.fetchall()):
            head, _on, rest = definition.partition(" ON ")
            unique = " UNIQUE" if "UNIQUE" in head else ""
            cursor.execute(f"CREATE{unique} INDEX bench_area_{number} ON bench_area {rest.partition(' ')[2]}")
        return time.perf_counter() - began
