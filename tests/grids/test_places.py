"""Point → grid over the index of a process, and boundaries set by the verb."""

from __future__ import annotations

import json
import random

import pytest

from grids import places, tree
from grids.boundaries import Locator, parse_geometry
from grids.models import Area
from grids.refusals import GridRefused
from tests.grids.land import NOON, SYSTEM, acting, hold, make_land, make_roles, person

pytestmark = pytest.mark.django_db
WEST, SOUTH, STEP = 106.80, 39.60, 0.01


def box(column: int, row: int, width: int = 1, height: int = 1, *, east: float = 0.0) -> dict:
    w, s = WEST + column * STEP, SOUTH + row * STEP
    e, n = w + width * STEP + east, s + height * STEP
    return {"type": "Polygon", "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]]}


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    places.forget()
    monkeypatch.setattr(places, "ASK_EVERY_SECONDS", 0.0)


@pytest.fixture
def land(db: None) -> dict[str, Area]:
    """Community 150302001001 of 2 × 1 cells, a grid in each; the other grids have no boundary."""
    areas = make_land()
    give(areas["150302001001"], box(0, 0, 2, 1))
    give(areas["150302001001001"], box(0, 0))
    give(areas["150302001001002"], box(1, 0))
    return areas


def give(area: Area, geojson: dict | None) -> object:
    return places.set_boundary(area, geojson, actor=SYSTEM, at=NOON)


def test_a_point_finds_its_grid_with_all_levels_above(land: dict[str, Area]) -> None:
    found = places.locate(WEST + 0.005, SOUTH + 0.005)
    assert (found.code, found.level) == ("150302001001001", "grid")
    codes = places.locate_codes(WEST + 0.015, SOUTH + 0.005)
    assert {level: entry["code"] for level, entry in codes.items()} == {
        "district": "150302", "street": "150302001", "community": "150302001001", "grid": "150302001001002",
    }  # fmt: skip
    assert codes["community"]["name"] == "1街1社区"


def test_just_outside_belongs_to_the_nearest_and_far_outside_to_none(land: dict[str, Area]) -> None:
    metre = 1 / 111_320
    assert places.locate_code(WEST + 0.005, SOUTH - 90 * metre) == "150302001001001"
    assert places.locate_code(WEST + 0.005, SOUTH - 110 * metre) is None
    assert places.locate_codes(0.0, 0.0) is None


def test_many_points_at_once_say_the_same_as_one_by_one(land: dict[str, Area]) -> None:
    rng = random.Random(1)
    points = [(WEST + rng.uniform(-0.005, 0.025), SOUTH + rng.uniform(-0.005, 0.015)) for _ in range(200)]
    answers = places.locate_many(points)
    assert answers == [places.locate_code(*point) for point in points]
    assert len(set(answers)) == 3


def test_the_index_follows_changes_of_boundary_and_stock(land: dict[str, Area]) -> None:
    at = (WEST + 0.015, SOUTH + 0.005)
    assert places.locate_code(*at) == "150302001001002"
    give(land["150302001001002"], None)
    assert places.locate_code(*at) is None
    give(land["150302001001002"], box(1, 0))
    assert places.locate_code(*at) == "150302001001002"
    tree.abolish_area(land["150302001001002"], actor=SYSTEM, at=NOON)
    assert places.locate_code(*at) is None


def test_the_database_is_asked_at_most_every_two_seconds(
    land: dict[str, Area], monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: object
) -> None:
    monkeypatch.setattr(places, "ASK_EVERY_SECONDS", 3600.0)
    places.locate_code(WEST, SOUTH)
    with django_assert_num_queries(0):
        for _n in range(50):
            places.locate_code(WEST + 0.005, SOUTH + 0.005)
    monkeypatch.setattr(places, "ASK_EVERY_SECONDS", 0.0)
    with django_assert_num_queries(1):  # the version alone: nothing changed, nothing is rebuilt
        places.locate_code(WEST + 0.005, SOUTH + 0.005)


def test_overlap_above_tolerance_is_refused_below_it_is_reported(land: dict[str, Area]) -> None:
    before = Area.objects.get(code="150302001001001").boundary
    with pytest.raises(GridRefused) as refusal:
        give(land["150302001001001"], box(0, 0, east=0.001))
    assert (refusal.value.code, list(refusal.value.fields)) == ("overlap", ["boundary"])
    assert Area.objects.get(code="150302001001001").boundary == before
    report = give(land["150302001001001"], box(0, 0, east=0.00001))  # 0.86 m over a side of 1.1 km
    assert 900 < report.overlaps[0][2] < 1000
    assert report.overlaps[0][:2] == ("150302001001001", "150302001001002")


def test_gaps_are_reported(land: dict[str, Area]) -> None:
    report = give(land["150302001001002"], box(1, 0, east=-0.002))
    assert [round(m2, -4) for _gap, m2 in report.gaps] == [190000.0]
    assert places.boundary_report(land["150302001"]) is None


@pytest.mark.parametrize(
    "shape",
    [
        {"type": "Point", "coordinates": [106.8, 39.6]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1]]], "crs": {"type": "name"}},
        {"type": "Polygon", "coordinates": [[["a", 0], [1, 1], [0, 1]]]},
        ["Polygon"],
    ],
)
def test_bad_shapes_are_refused_with_the_field(land: dict[str, Area], shape: object) -> None:
    with pytest.raises(GridRefused) as refusal:
        give(land["150302001001001"], shape)
    assert (refusal.value.code, list(refusal.value.fields)) == ("invalid", ["boundary"])


def test_only_with_the_right_on_this_land(land: dict[str, Area]) -> None:
    roles = make_roles()
    director, worker = person("director"), person("worker")
    hold(director, roles["street_director"], land["150302002"])
    hold(worker, roles["grid_worker"], land["150302001001001"])
    for who, code in ((director, "not_found"), (worker, "forbidden")):
        with pytest.raises(GridRefused) as refusal:
            places.set_boundary(land["150302001001001"], None, actor=acting(who), at=NOON)
        assert refusal.value.code == code


def test_the_collection_for_the_map_is_plain_geojson(land: dict[str, Area]) -> None:
    grids = Area.objects.filter(level_id="grid").order_by("code")[:3]
    made = json.loads(json.dumps(places.feature_collection(grids, {"150302001001001": {"value": 4}})))
    assert made["features"][0]["properties"] == {
        "key": "150302001001001", "code": "150302001001001", "name": "1-1-1网格", "level": "grid", "value": 4,
    }  # fmt: skip
    assert made["features"][2]["geometry"] is None
    shape = parse_geometry(made["features"][0]["geometry"])
    assert Locator({"x": shape}).locate(WEST + 0.005, SOUTH + 0.005) == "x"
