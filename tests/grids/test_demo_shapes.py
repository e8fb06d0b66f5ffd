"""The drawn district is an exact nested partition with the codes of the rules."""

import gzip
import json
import random
import re
from collections import Counter

import numpy as np
import pytest
import shapely
from shapely.geometry import Point, Polygon, shape

from grids.boundaries import Locator, area_m2, overlaps_and_gaps, parse_geometry
from grids.demo import ground, shapes, writing
from grids.demo.partition import apportion
from grids.demo.places import Gazetteer, numeral


@pytest.fixture(scope="module")
def drawn() -> ground.District:
    return shapes.draw_district()


def features(name: str) -> list[tuple[dict, object]]:
    text = json.loads((ground.DATA / f"{name}.geojson").read_text(encoding="utf-8"))
    return [(f["properties"], shape(f["geometry"])) for f in text["features"]]


def whole_numbers(geom) -> int:
    """Twice the area in units of 1e-10 square degrees, in exact integers."""
    total = 0
    for part in shapely.get_parts(geom):
        for ring in (part.exterior, *part.interiors):
            xy = np.round(shapely.get_coordinates(ring) * 1e5).astype(object)
            turn = int((xy[:-1, 0] * xy[1:, 1] - xy[1:, 0] * xy[:-1, 1]).sum())
            total += abs(turn) if ring is part.exterior or ring.equals(part.exterior) else -abs(turn)
    return total


def is_exact_partition(children, parent) -> bool:
    return (
        all(g.is_valid for g in children)
        and sum(map(whole_numbers, children)) == whole_numbers(parent)
        and bool(shapely.coverage_is_valid(np.array(children, dtype=object)))
        and abs(sum(g.area for g in children) / parent.area - 1) < 1e-9
    )


# --- the drawn district ------------------------------------------------------------------------------


def test_levels_nest_without_gap_or_overlap(drawn):
    grids = [g.shape for g in drawn.grids]
    assert is_exact_partition(grids, drawn.outline)
    assert is_exact_partition(list(drawn.streets.values()), drawn.outline)
    for street, geom in drawn.streets.items():
        assert is_exact_partition([g for c, g in drawn.communities.items() if c.startswith(street)], geom)
    for community, geom in drawn.communities.items():
        assert is_exact_partition([g.shape for g in drawn.grids if g.code.startswith(community)], geom)
    assert all(
        g.geom_type == "Polygon" for g in [*grids, *drawn.streets.values(), *drawn.communities.values()]
    )


def test_the_partition_check_itself_notices_a_moved_vertex(drawn):
    grids = [g.shape for g in drawn.grids]
    corner = shapely.get_coordinates(grids[0])
    corner[1] += 1e-5
    assert not is_exact_partition([Polygon(corner), *grids[1:]], drawn.outline)


def test_our_own_report_finds_the_district_clean(drawn):
    assert overlaps_and_gaps({g.code: g.shape for g in drawn.grids}, drawn.outline).clean


def test_position_and_size_resemble_the_district(drawn):
    assert 480e6 < area_m2(drawn.outline) < 580e6
    assert drawn.outline.contains(Point(106.82, 39.68))
    assert Point(106.82, 39.68).distance(drawn.outline.centroid) < 0.06
    assert drawn.streets[shapes.TOWN].area > 0.6 * drawn.outline.area
    urban = [g.shape for g in drawn.grids if g.code[:9] not in (shapes.TOWN, shapes.PARK)]
    assert np.median([area_m2(g) for g in urban]) < 0.4e6


def test_codes_follow_the_official_list_and_the_bands(drawn):
    official = ground.read_divisions()
    assert set(drawn.communities) == {r["code"] for r in official if r["level"] == "5"}
    assert {f"{c}000" for c in drawn.streets} == {r["code"] for r in official if r["level"] == "4"}
    assert (len(drawn.streets), len(drawn.communities), len(drawn.grids)) == (8, 43, 435)
    codes = [g.code for g in drawn.grids]
    assert codes == sorted(set(codes))
    assert all(re.fullmatch(r"150302\d{9}", c) for c in codes)
    for grid in drawn.grids:
        assert grid.code[:12] in drawn.communities
        assert (801 if grid.special else 1) <= int(grid.code[-3:]) <= (999 if grid.special else 799)
    bands = Counter((g.code[:12], g.special) for g in drawn.grids)
    for (community, special), n in bands.items():
        mine = [int(g.code[-3:]) for g in drawn.grids if g.code[:12] == community and g.special == special]
        assert mine == list(range(801 if special else 1, (801 if special else 1) + n))


def test_numbers_run_west_to_east_and_north_to_south(drawn):
    rows = shapes.in_reading_order([shapely.box(x, y, x + 1, y + 1) for y in range(3) for x in range(4)])
    assert [(r.bounds[0], r.bounds[1]) for r in rows] == [(x, y) for y in (2, 1, 0) for x in range(4)]
    first, last = [], []
    for community in drawn.communities:
        mine = [g.shape.centroid for g in drawn.grids if g.code[:12] == community and not g.special]
        first.append(mine[0].y - np.mean([p.y for p in mine]))
        last.append(mine[-1].y - np.mean([p.y for p in mine]))
    assert min(f - e for f, e in zip(first, last, strict=True)) > -1e-9


def test_same_seed_same_bytes_and_the_files_are_up_to_date(tmp_path):
    writing.write_files(tmp_path)
    for file in sorted(tmp_path.glob("*.geojson")):
        assert file.read_bytes() == (ground.DATA / file.name).read_bytes(), file.name
    assert len(list(tmp_path.glob("*.geojson"))) == 7


def test_another_seed_is_another_map(drawn):
    other = shapes.draw_district(7)
    assert len(other.grids) == 435
    assert is_exact_partition([g.shape for g in other.grids], other.outline)
    assert other.grids[0].shape != drawn.grids[0].shape


# --- the written files -------------------------------------------------------------------------------


def test_grid_file_is_small_and_says_it_is_made_up():
    raw = (ground.DATA / "grids.geojson").read_bytes()
    assert len(gzip.compress(raw, 9)) <= 120_000
    for file in ground.DATA.glob("*.geojson"):
        head = json.loads(file.read_text(encoding="utf-8"))
        assert head["made_up"] is True, file.name
        assert "虚构" in head["note"]
    numbers = re.findall(rb"-?\d+\.\d{6,}", raw)
    assert numbers == []


def test_written_grids_pass_our_own_reader_and_have_sound_properties():
    text = json.loads((ground.DATA / "grids.geojson").read_text(encoding="utf-8"))
    rows = [f["properties"] for f in text["features"]]
    geoms = {f["properties"]["code"]: parse_geometry(f["geometry"]) for f in text["features"]}
    locator = Locator(geoms)
    assert all(locator.locate(*row["mark"]) == row["code"] for row in rows)
    assert max(Counter((r["code"][:12], r["name"]) for r in rows).values()) == 1
    special = [r for r in rows if r["type"] == "special"]
    assert {r["subtype"] for r in special} == {
        "office_tower", "industrial_park", "market", "school", "hospital", "street_front",
    }  # fmt: skip
    assert all((int(r["code"][-3:]) > 800) == (r["type"] == "special") for r in rows)
    rural = [r for r in rows if r["area_type"] == "rural"]
    assert (sum(r["households"] for r in rural), sum(r["population"] for r in rural)) == (3974, 8089)
    assert sum(r["buildings"] for r in rows) == 6027
    basic = [r["households"] for r in rows if r["type"] == "basic" and r["area_type"] == "urban"]
    odd = [h for h in basic if not 300 <= h <= 500]
    assert 4 <= len(odd) <= 25
    assert {h > 500 for h in odd} == {True, False}


def test_roads_places_and_buildings_lie_in_the_district(drawn):
    around = drawn.outline.buffer(2e-5)
    roads, places, buildings = features("roads"), features("places"), features("buildings")
    assert len(roads) == 40
    assert len({p["name"] for p, _g in roads}) == 40
    assert len(places) >= 150
    assert len({p["name"] for p, _g in places}) == len(places)
    assert len(buildings) >= 280
    assert all(around.covers(g) for _p, g in [*roads, *places, *buildings])
    grids = {g.code: g.shape for g in drawn.grids}
    assert all(grids[p["grid"]].buffer(2e-5).covers(g) for p, g in buildings)
    assert all(5 <= p["height_m"] <= 120 for p, _g in buildings)


def test_addresses_are_short_chinese_and_repeatable(drawn):
    gazetteer = Gazetteer.load()

    def some(seed: int) -> list[str]:
        rng = random.Random(seed)
        marks = [(g.shape.representative_point(), g.code) for g in drawn.grids]
        return [gazetteer.address(p.x, p.y, rng, grid=code) for p, code in marks]

    first = some(1)
    assert first == some(1)
    assert first != some(2)
    assert len(set(first)) > 400
    assert all(3 <= len(a) <= 26 and re.fullmatch(r"[\u4e00-\u9fff0-9A-Za-z]+", a) for a in first)


def test_numerals():
    assert [numeral(n) for n in (1, 9, 10, 11, 19, 20, 21, 99)] == [
        "一", "九", "十", "十一", "十九", "二十", "二十一", "九十九",
    ]  # fmt: skip


# --- partitions of any outline -----------------------------------------------------------------------

HOOK = Polygon(
    [(106.7, 39.5), (106.95, 39.52), (107.0, 39.7), (106.88, 39.72), (106.97, 39.9), (106.72, 39.88)]
)


@pytest.mark.parametrize(
    ("counts", "seed"), [(1, 1), (2, 2), (872, 3), (1000, 4), ((14, 115, 872), 5), ((3, 3), 6)]
)
def test_make_partition_over_any_outline(counts, seed):
    made = shapes.make_partition(HOOK, counts, seed)
    sizes = (counts,) if isinstance(counts, int) else counts
    assert tuple(len(level) for level in made.levels) == tuple(sizes)
    for level in made.levels:
        assert is_exact_partition([a.geometry for a in level], made.outline)
    for above, below in zip(made.levels, made.levels[1:], strict=False):
        for i, parent in enumerate(above):
            assert is_exact_partition([a.geometry for a in below if a.parent == i], parent.geometry)
    assert abs(made.outline.area / HOOK.area - 1) < 1e-4
    again = shapes.make_partition(HOOK, counts, seed)
    assert [a.geometry.wkb for a in again.levels[-1]] == [a.geometry.wkb for a in made.levels[-1]]


def test_make_partition_of_islands_and_of_a_lake():
    islands = shapely.union_all([shapely.box(106, 39, 106.2, 39.1), shapely.box(106.3, 39, 106.5, 39.1)])
    lake = shapely.box(106, 39, 106.5, 39.4).difference(Point(106.25, 39.2).buffer(0.05))
    for outline in (islands, lake):
        made = shapes.make_partition(outline, 60, 8)
        assert is_exact_partition([a.geometry for a in made.levels[0]], made.outline)
        assert abs(made.outline.area / outline.area - 1) < 1e-3


@pytest.mark.slow
def test_twenty_thousand_grids():
    made = shapes.make_partition(HOOK, (40, 600, 20_000), 9)
    assert is_exact_partition([a.geometry for a in made.levels[-1]], made.outline)
    coded = shapes.codes_for("150302", made)
    assert [len(level) for level in coded] == [40, 600, 20_000]


def test_codes_for_a_made_up_district_nest():
    streets, communities, grids = shapes.codes_for("150202", shapes.make_partition(HOOK, (4, 20, 150), 3))
    assert {c[:9] for c in communities} == set(streets)
    assert {g[:12] for g in grids} == set(communities)
    assert {len(g) for g in grids} == {15}


@pytest.mark.parametrize("counts", [0, (5, 3), ()])
def test_make_partition_refuses_senseless_counts(counts):
    with pytest.raises((ValueError, IndexError)):
        shapes.make_partition(HOOK, counts, 1)


def test_apportion():
    assert apportion([1, 1, 1], 10) in ([4, 3, 3],)
    assert sum(apportion([0.2, 5, 9], 100)) == 100
    with pytest.raises(ValueError, match="fewer"):
        apportion([1, 2, 3], 2)
