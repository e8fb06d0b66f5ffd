"""Pure geometry: what is refused and repaired, area, coverage, datum, point → area. No database."""

import json
import math
import os
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box, shape

from grids import boundaries
from grids.boundaries import BoundaryError, Locator, area_m2, overlaps_and_gaps, parse_geometry, to_geojson
from grids.demo.shapes import make_partition

SQUARE = [[106.8, 39.6], [106.9, 39.6], [106.9, 39.7], [106.8, 39.7], [106.8, 39.6]]
BOW_TIE = [[106.8, 39.6], [106.9, 39.7], [106.9, 39.6], [106.8, 39.7], [106.8, 39.6]]


def polygon(*rings: list) -> dict:
    return {"type": "Polygon", "coordinates": list(rings)}


# --- reading and writing -----------------------------------------------------------------------------


def test_reads_and_writes_polygon_and_multipolygon():
    one = parse_geometry(polygon(SQUARE))
    assert parse_geometry(to_geojson(one)).equals(one)
    two = parse_geometry(
        {"type": "MultiPolygon", "coordinates": [[SQUARE], [[[x + 1, y] for x, y in SQUARE]]]}
    )
    assert two.geom_type == "MultiPolygon"
    assert parse_geometry(to_geojson(two)).equals(two)


def test_closes_rings_and_drops_heights():
    raw = [[x, y, 1080.5] for x, y in SQUARE[:-1]]
    assert parse_geometry(polygon(raw)).equals(parse_geometry(polygon(SQUARE)))


def test_writes_counter_clockwise_shells_clockwise_holes_and_rounds():
    hole = [[106.84, 39.64], [106.86, 39.64], [106.86, 39.66], [106.84, 39.66]]
    rings = to_geojson(Polygon(SQUARE[::-1], [hole]), decimals=2)["coordinates"]
    assert [shapely.LinearRing(r).is_ccw for r in rings] == [True, False]
    assert all(round(v, 2) == v for r in rings for p in r for v in p)


@pytest.mark.parametrize(
    ("obj", "code"),
    [
        (None, "not_a_geometry"),
        ([], "not_a_geometry"),
        ("POLYGON((0 0,1 0,1 1,0 0))", "not_a_geometry"),
        ({}, "wrong_type"),
        ({"type": "Point", "coordinates": [106, 39]}, "wrong_type"),
        ({"type": "GeometryCollection", "geometries": []}, "wrong_type"),
        ({"type": ["Polygon"], "coordinates": [SQUARE]}, "wrong_type"),
        (polygon(SQUARE) | {"crs": {"type": "name"}}, "unknown_member"),
        (polygon(SQUARE) | {"bbox": [0, 0, 1, 1]}, "unknown_member"),
        ({"type": "Polygon"}, "bad_coordinates"),
        ({"type": "Polygon", "coordinates": {"0": SQUARE}}, "bad_coordinates"),
        ({"type": "MultiPolygon", "coordinates": 7}, "bad_coordinates"),
        (polygon("106.8,39.6"), "bad_coordinates"),
        (polygon([[106.8, 39.6], [106.9], [106.9, 39.7]]), "bad_coordinates"),
        (polygon([[106.8, 39.6], ["106.9", 39.6], [106.9, 39.7]]), "bad_coordinates"),
        (polygon([[106.8, 39.6], [True, 39.6], [106.9, 39.7]]), "bad_coordinates"),
        (polygon([[106.8, 39.6], [None, 39.6], [106.9, 39.7]]), "bad_coordinates"),
        (polygon([[39.6, 106.8], [39.6, 106.9], [39.7, 106.9]]), "out_of_range"),
        (polygon([[math.nan, 39.6], [106.9, 39.6], [106.9, 39.7]]), "out_of_range"),
        (polygon([[math.inf, 39.6], [106.9, 39.6], [106.9, 39.7]]), "out_of_range"),
        (polygon([[10**400, 39.6], [106.9, 39.6], [106.9, 39.7]]), "out_of_range"),
        (polygon(SQUARE[:2]), "short_ring"),
        (polygon([]), "short_ring"),
        ({"type": "Polygon", "coordinates": []}, "empty"),
        ({"type": "MultiPolygon", "coordinates": []}, "empty"),
        ({"type": "MultiPolygon", "coordinates": [[]]}, "empty"),
        (polygon([[106.8, 39.6], [106.9, 39.6], [107.0, 39.6]]), "empty"),
        (polygon([*BOW_TIE[:-1], [106.7, 39.8]]), "invalid_shape"),
        (polygon([[106 + i / 1e5, 39.0] for i in range(50_000)] + [[106, 40]]), "too_many_vertices"),
    ],
)
def test_refuses_with_a_stable_code_and_a_readable_word(obj, code):
    with pytest.raises(BoundaryError) as refused:
        parse_geometry(obj)
    assert refused.value.code == code
    assert refused.value.message
    assert "%(" not in refused.value.message


def test_vertices_are_counted_over_all_parts():
    ring = [[106 + math.cos(i / 4000) / 9, 39 + math.sin(i / 4000) / 9] for i in range(25_001)]
    with pytest.raises(BoundaryError, match="too_many_vertices"):
        parse_geometry({"type": "MultiPolygon", "coordinates": [[ring], [[[x + 1, y] for x, y in ring]]]})


def test_repairs_only_when_asked():
    crossed = polygon([*BOW_TIE[:-1], [106.7, 39.8]])
    assert parse_geometry(crossed, repair=True).is_valid


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=30,
)


@given(kind=st.sampled_from(["Polygon", "MultiPolygon"]), coordinates=json_like, repair=st.booleans())
@settings(max_examples=300, deadline=None)
def test_nothing_but_a_boundary_error_comes_out_of_nonsense(kind, coordinates, repair):
    try:
        geom = parse_geometry({"type": kind, "coordinates": coordinates}, repair=repair)
    except BoundaryError as refused:
        geom, message = None, refused.message
        assert message
    if geom is not None:
        assert geom.is_valid
        assert geom.area > 0


def test_bbox():
    assert boundaries.bbox(Polygon(SQUARE)) == (106.8, 39.6, 106.9, 39.7)
    with pytest.raises(BoundaryError, match="empty"):
        boundaries.bbox(Polygon())


# --- area and coverage -------------------------------------------------------------------------------


def test_area_of_the_whole_ellipsoid_and_of_a_small_square():
    assert area_m2(box(-180, -90, 180, 90)) == pytest.approx(510_065_621_724_000, rel=1e-9)
    phi, side = math.radians(39.65), 0.001
    w2 = 1 - 0.00669437999014 * math.sin(phi) ** 2
    meridian, parallel = 6378137 * (1 - 0.00669437999014) / w2**1.5, 6378137 / w2**0.5 * math.cos(phi)
    expected = meridian * parallel * math.radians(side) ** 2
    assert area_m2(box(106.8, 39.6495, 106.8 + side, 39.6505)) == pytest.approx(expected, rel=1e-7)


def test_clean_partition_reports_nothing():
    report = overlaps_and_gaps({"a": box(0, 0, 1, 1), "b": box(1, 0, 2, 1)}, box(0, 0, 2, 1))
    assert report.clean


def test_overlap_gap_outside_and_invalid_are_each_named():
    children = {"b": box(0, 0, 1.2, 1), "a": box(1, 0, 2, 0.8), "c": box(2, 0, 3, 1), "d": Polygon(BOW_TIE)}
    report = overlaps_and_gaps(children, box(0, 0, 2, 1))
    assert [(x, y) for x, y, _area in report.overlaps] == [("a", "b")]
    assert report.overlaps[0][2] == pytest.approx(area_m2(box(1, 0, 1.2, 0.8)))
    assert [area for _gap, area in report.gaps] == pytest.approx([area_m2(box(1.2, 0.8, 2, 1))])
    assert {code for code, _area in report.outside} == {"c", "d"}
    assert [code for code, _reason in report.invalid] == ["d"]
    assert not report.clean


def test_tolerance_hides_slivers_only():
    sliver = box(1 - 1e-7, 0, 2, 1)
    whole = box(0, 0, 2, 1)
    assert overlaps_and_gaps({"a": box(0, 0, 1, 1), "b": sliver}, whole, tolerance_m2=5000).overlaps == []
    assert overlaps_and_gaps({"a": box(0, 0, 1, 1), "b": sliver}, whole).overlaps != []


def test_no_children_leave_the_whole_parent_as_gap():
    assert [round(a) for _g, a in overlaps_and_gaps({}, box(0, 0, 1, 1)).gaps] == [
        round(area_m2(box(0, 0, 1, 1)))
    ]


# --- datum -------------------------------------------------------------------------------------------


@given(lon=st.floats(73.6, 134.7), lat=st.floats(18.2, 53.5))
def test_datum_round_trip(lon, lat):
    there = boundaries.wgs84_to_gcj02(lon, lat)
    back = boundaries.gcj02_to_wgs84(*there)
    assert abs(back[0] - lon) <= 1e-6
    assert abs(back[1] - lat) <= 1e-6
    assert 1e-4 < math.hypot(there[0] - lon, there[1] - lat) < 0.02


def test_datum_known_shift_and_outside_china():
    lon, lat = boundaries.wgs84_to_gcj02(116.404, 39.915)
    assert (lon, lat) == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-9)
    assert boundaries.wgs84_to_gcj02(2.35, 48.85) == (2.35, 48.85)
    assert boundaries.gcj02_to_wgs84(2.35, 48.85) == (2.35, 48.85)


# --- point → area ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def areas() -> dict[str, Polygon | MultiPolygon]:
    outline = Point(106.85, 39.7).buffer(0.1)
    return {f"{i:04d}": a.geometry for i, a in enumerate(make_partition(outline, 200, 5).levels[0])}


def brute_force(areas, lon, lat):
    return min((code for code, g in areas.items() if g.intersects(Point(lon, lat))), default=None)


def test_locator_equals_brute_force(areas):
    locator = Locator(areas, reach_m=0)
    rng = np.random.default_rng(7)
    points = rng.uniform((106.73, 39.58), (106.97, 39.82), (600, 2))
    corners = shapely.get_coordinates(next(iter(areas.values())))  # on shared borders: the tie matters
    points = np.concatenate([points, corners])
    expected = [brute_force(areas, *p) for p in points]
    assert None in expected
    assert len(set(expected)) > 100
    assert [locator.locate(*p) for p in points.tolist()] == expected
    assert locator.locate_many(points) == expected


def test_border_and_overlap_belong_to_the_lowest_code():
    locator = Locator({"b": box(0, 0, 1, 1), "a": box(1, 0, 2, 1), "c": box(0.5, 0, 1.5, 1)})
    assert locator.locate(1.0, 0.5) == "a"
    assert locator.locate(0.6, 0.5) == "b"
    assert locator.locate_many([(1.0, 0.5), (0.6, 0.5)]) == ["a", "b"]


def test_reach_takes_in_what_is_just_outside():
    west, east = box(106.8, 39.6, 106.81, 39.61), box(106.812, 39.6, 106.82, 39.61)
    locator = Locator({"east": east, "west": west})
    metre = 1 / (111_320 * math.cos(math.radians(39.605)))
    assert locator.locate(106.8 - 90 * metre, 39.605) == "west"
    assert locator.locate(106.8 - 110 * metre, 39.605) is None
    assert locator.locate(106.8105, 39.605) == "west"
    assert locator.locate(106.8116, 39.605) == "east"
    assert Locator({"west": west}, reach_m=0).locate(106.8 - 1 * metre, 39.605) is None


def test_locator_without_areas_and_with_nonsense():
    assert Locator({}).locate(106.8, 39.6) is None
    assert Locator({}).locate_many([(106.8, 39.6)]) == [None]
    locator = Locator({"a": box(0, 0, 1, 1), "e": Polygon(), "line": LineString([(0, 0), (1, 1)])})
    assert locator.locate(math.nan, 0.5) is None
    assert locator.locate_many([(math.inf, 0.5), (0.5, 0.5), (0.5, math.nan)]) == [None, "a", None]
    assert locator.locate(0, 90) is None
    assert locator.locate_many([]) == []


# --- published boundaries ----------------------------------------------------------------------------

SHARED = Path(os.environ.get("SHARED_DIR") or Path(__file__).resolve().parents[2].parent / "shared")
BOUNDARIES = SHARED / "data" / "boundaries"
needs_shared = pytest.mark.skipif(not BOUNDARIES.is_dir(), reason=f"no published boundaries at {BOUNDARIES}")


def published(name: str) -> list[tuple[str, dict]]:
    text = json.loads((BOUNDARIES / f"{name}.geojson").read_text(encoding="utf-8"))
    return [(f["properties"]["name"], f["geometry"]) for f in text["features"]]


@pytest.mark.real_data
@needs_shared
@pytest.mark.parametrize("district", ["150302", "150202", "150602", "370502", "341302"])
def test_published_district_is_read(district):
    ((_name, raw),) = published(district)
    geom = parse_geometry(raw)
    assert parse_geometry(to_geojson(geom, decimals=9)).equals_exact(geom, 1e-6) or geom.is_valid
    inside = geom.representative_point()
    assert Locator({district: geom}).locate(inside.x, inside.y) == district
    assert 100e6 < area_m2(geom) < 5000e6


@pytest.mark.real_data
@needs_shared
def test_the_two_invalid_published_polygons_are_reported_and_no_other():
    refused = {}
    for file in sorted(BOUNDARIES.glob("*.geojson")):
        for name, raw in published(file.stem):
            try:
                parse_geometry(raw)
            except BoundaryError as error:
                refused[name] = error.code
                assert parse_geometry(raw, repair=True).is_valid
    assert refused == {"达尔罕茂明安联合旗": "invalid_shape", "河口区": "invalid_shape"}


@pytest.mark.real_data
@needs_shared
@pytest.mark.parametrize(("city", "bad"), [("150200", "达尔罕茂明安联合旗"), ("370500", "河口区")])
def test_coverage_report_survives_the_invalid_polygons(city, bad):
    children = {name: shape(raw) for name, raw in published(city)}
    report = overlaps_and_gaps(children, shapely.box(*shapely.total_bounds(list(children.values()))))
    assert [name for name, _reason in report.invalid] == [bad]
    assert report.gaps
