"""The land over HTTP."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from grids import places
from grids.models import BoundaryVersion
from tests import world as worlds
from tests.api.conftest import Api
from tests.world import World

Client = Callable[[str], Api]


@pytest.fixture
def drawn(world: World) -> World:
    """Four grids as squares of a hundredth of a degree, side by side."""
    for n, name in enumerate(("grid_a1", "grid_a2", "grid_b1", "grid_b2")):
        west = 106.80 + n / 100
        ring = [[west, 39.6], [west + 0.01, 39.6], [west + 0.01, 39.61], [west, 39.61], [west, 39.6]]
        area = world.areas[name]
        area.boundary = {"type": "Polygon", "coordinates": [ring]}
        area.save()
    BoundaryVersion.objects.update_or_create(level_id="grid", defaults={"version": 2})
    if hasattr(places, "forget"):
        places.forget()
    return world


def test_the_tree_by_code(api: Client, world: World) -> None:
    client = api("worker_a1")
    roots = client.get("areas/").json()["results"]
    assert [row["code"] for row in roots] == ["150302"]
    streets = client.get("areas/?parent=150302").json()["results"]
    assert [row["code"] for row in streets] == ["150302001", "150302002"]
    one = client.get("areas/150302002/").json()
    assert (one["level"], one["parent"], one["children"]) == ("street", "150302", 1)
    assert client.get("areas/99/").status_code == 404
    assert client.get("areas/?parent=%00").status_code == 400


def test_the_map_is_made_once_and_not_sent_again(api: Client, drawn: World) -> None:
    client = api("dispatcher")
    worlds.reported(drawn)
    first = client.get("areas.geojson?level=grid")
    shapes = {f["properties"]["code"]: f["properties"] for f in first.json()["features"]}
    assert shapes["150302002001001"]["load"] == 1
    assert shapes["150302002001002"]["load"] == 0
    assert set(shapes["150302002001001"]) >= {"code", "name", "level", "load"}
    same = client.get("areas.geojson?level=grid", **{"If-None-Match": first["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    worlds.reported(drawn)
    changed = client.get("areas.geojson?level=grid", **{"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]
    assert len(client.get("areas.geojson?level=grid&within=150302001").json()["features"]) == 2
    assert client.get("areas.geojson?within=1").json()["features"] == []
    assert client.get("areas.geojson?level=planet").status_code == 400


def test_a_new_boundary_is_a_new_map(api: Client, drawn: World) -> None:
    client = api("dispatcher")
    first = client.get("areas.geojson")
    area = drawn.areas["grid_a1"]
    area.boundary["coordinates"][0][2][1] = 39.62
    area.save()
    BoundaryVersion.objects.filter(level_id="grid").update(version=3)
    assert client.get("areas.geojson", **{"If-None-Match": first["ETag"]}).status_code == 200


def test_load_is_shown_inside_the_scope_only(api: Client, drawn: World) -> None:
    worlds.reported(drawn, area="150302001002001", by="worker_b1")
    loads = {f["id"]: f["properties"]["load"] for f in api("officer_a").get("areas.geojson").json()["features"]}
    assert loads == {
        "150302002001001": 0, "150302002001002": 0, "150302001002001": None, "150302001002002": None,
    }
    wall = {f["id"]: f["properties"]["load"] for f in api("wall").get("areas.geojson").json()["features"]}
    assert wall["150302001002001"] == 1


def test_a_point_is_located(api: Client, drawn: World) -> None:
    client = api("worker_a1")
    found = client.get("locate/?lon=106.805&lat=39.605")
    assert found.status_code == 200, found.content
    assert found.json()["grid"] == {"code": "150302002001001", "name": "青山第一网格"}
    assert found.json()["street"]["code"] == "150302002"
    assert client.get("locate/?lon=100&lat=30").status_code == 404


@pytest.mark.parametrize(
    "query", ["", "lon=1", "lon=x&lat=1", "lon=nan&lat=1", "lon=1e400&lat=1", "lon=181&lat=1", "lon=1&lat=91"]
)
def test_no_point_is_refused(api: Client, query: str) -> None:
    assert api("worker_a1").get(f"locate/?{query}").status_code == 400


def test_units_with_their_jurisdiction(api: Client) -> None:
    rows = api("handler").get("units/?kind=street_office").json()["results"]
    assert [row["jurisdiction"]["code"] for row in rows] == ["150302002", "150302001"]
    assert api("handler").get("units/?kind=circus").status_code == 400


def test_the_land_is_not_for_everybody(api: Client) -> None:
    for path in ("areas/", "areas.geojson", "locate/?lon=1&lat=1", "units/"):
        assert Api().get(path).status_code == 401
        assert api("auditor").get(path).status_code == 403
