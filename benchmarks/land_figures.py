"""F12 and F13 as figures: point → grid, and the import of 100,188 divisions. The divisions are real data."""

from __future__ import annotations

import csv
import gzip
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
    points = list(zip(chance.uniform(west, east, POINTS), chance.uniform(south, north, POINTS), strict=True))
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
    words = f"{POINTS / mine:,.0f} per second"
    return Figure(
        f"F12-{grids}", f"point → grid of {grids:,} ÷ the bare tree", round(sorted(ratios[1:])[1], 2), "×", ">= 0.7",
        COMMAND, words,
    )


def _divisions(path: object) -> Iterator[Figure]:
    from datetime import date

    from grids.importing import import_divisions

    raw = _plain_copy(path)
    began = time.perf_counter()
    import_divisions(path, on=date(2023, 6, 30))
    first = time.perf_counter() - began
    began = time.perf_counter()
    import_divisions(path, on=date(2023, 6, 30))
    second = time.perf_counter() - began
    yield Figure("F13", "import of 100,188 divisions", round(first, 1), "s", "<= 60", COMMAND)
    yield Figure(
        "F13-ratio", "import ÷ plain COPY plus index build", round(first / raw, 1), "×", "<= 3", COMMAND,
        f"COPY and indexes {raw:.1f} s",
    )
    yield Figure("F13-again", "a second import that changes nothing", round(second, 1), "s", "<= 15", COMMAND)


def _plain_copy(path: object) -> float:
    """COPY of the same rows into a table of the same columns and indexes."""
    began = time.perf_counter()
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([row[0], row[1], row[2], row[3], row[4], "/".join((row[1][:2], row[1][:4], row[1][:6]))] for row in rows)
    text.seek(0)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_copy (id bigserial PRIMARY KEY, code varchar(20), short varchar(20), name varchar(80), "
            "level varchar(20), parent varchar(20), path varchar(160))"
        )
        cursor.cursor.copy_expert(
            "COPY bench_copy (code, short, name, level, parent, path) FROM STDIN WITH (FORMAT csv)", text
        )
        cursor.execute("CREATE INDEX ON bench_copy (code)")
        cursor.execute("CREATE INDEX ON bench_copy (path varchar_pattern_ops)")
        cursor.execute("CREATE INDEX ON bench_copy (parent, code)")
    return time.perf_counter() - began
