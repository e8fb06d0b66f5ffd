"""``/api/v1/overview/`` and the wall's own addresses: shape, refusals, scope."""

from __future__ import annotations

import gzip
import json

import pytest
from django.test import Client

from grids.models import BoundaryVersion, Level
from tests.dashboard import district
from tests.world import World


def signed_in(world: World, name: str) -> Client:
    client = Client()
    client.force_login(world.people[name], backend="governance.backends.RoleBackend")
    return client


def test_the_overview_has_every_tile_with_its_parts(world: World) -> None:
    district.fill(world)
    answer = signed_in(world, "dispatcher").get("/api/v1/overview/?area=150302&from=2026-02-01&to=2026-03-05")
    assert answer.status_code == 200
    found = answer.json()
    for key in ("reported", "handling", "closed", "overdue", "red", "on_duty", "closure_rate", "on_time_rate"):
        assert {"value", "numerator", "denominator", "formula", "as_of", "list_url"} <= set(found[key]), key
    assert found["closure_rate"]["value"] == pytest.approx(
        found["closure_rate"]["numerator"] / found["closure_rate"]["denominator"]
    )


@pytest.mark.parametrize(
    ("query", "field"),
    [("from=x", "from"), ("to=2026-02-30", "to"), ("from=2026-03-05&to=2026-03-04", "from"),
     ("from=2001-01-01&to=2026-01-01", "from"), ("area=%27", "area"), ("until=2026-01-01", "until"),
     ("from=2026-W10-4", "from")],
)
def test_bad_input_is_named(world: World, query: str, field: str) -> None:
    answer = signed_in(world, "dispatcher").get(f"/api/v1/overview/?{query}")
    assert answer.status_code == 400
    assert field in answer.json()["fields"]


@pytest.mark.parametrize(
    ("name", "area", "status"),
    [("officer_a", "150302002", 200), ("officer_a", "150302001", 404), ("officer_a", "150302", 404),
     ("worker_a1", "150302", 403), ("wall", "150302", 200), ("dispatcher", "15030299", 404)],
)
def test_scope_of_the_overview(world: World, name: str, area: str, status: int) -> None:
    answer = signed_in(world, name).get(f"/api/v1/overview/?area={area}")
    assert answer.status_code == status


def test_out_of_scope_and_unknown_are_the_same_answer(world: World) -> None:
    client = signed_in(world, "officer_a")
    unknown, foreign = (client.get(f"/api/v1/overview/?area={code}") for code in ("42", "150302001"))
    assert unknown.content == foreign.content


def test_strangers_are_sent_away(world: World) -> None:
    assert Client().get("/api/v1/overview/").status_code == 401
    assert Client().get("/screen/").status_code == 302
    assert Client().get("/screen/live/", headers={"X-Requested-With": "fetch"}).status_code == 401
    assert signed_in(world, "worker_a1").get("/screen/").status_code == 403
    for path in ("/screen/", "/screen/live/", "/screen/layers.json", "/screen/duty/", "/screen/recurrences/"):
        assert signed_in(world, "officer_a").get(f"{path}?area=150302001").status_code == 404, path
        assert signed_in(world, "officer_a").get(path).status_code == 200, path


def test_layers_come_once_per_version(world: World) -> None:
    square = {"type": "Polygon", "coordinates": [[[106.8, 39.6], [106.9, 39.6], [106.9, 39.7], [106.8, 39.6]]]}
    grid = world.areas["grid_a1"]
    grid.boundary, grid.lon, grid.lat = square, 106.86, 39.62
    grid.save()
    version, _made = BoundaryVersion.objects.get_or_create(level=Level.objects.get(code="grid"))
    client = signed_in(world, "dispatcher")
    first = client.get("/screen/layers.json?area=150302")
    told = json.loads(gzip.decompress(first.content))
    assert told["up"] == {"150302002001001": "150302002"}
    assert [cell["properties"]["code"] for cell in told["cells"]["features"]] == ["150302002001001"]
    assert "海北街道" in told["missing"]
    again = client.get("/screen/layers.json?area=150302", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    version.version += 1
    version.save()
    assert client.get("/screen/layers.json?area=150302", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_names_on_the_grid_card_need_the_right(world: World) -> None:
    from dashboard.land import read_land
    from dashboard.map_layers import grid_card
    from tests.dashboard.test_overview import NOON, TODAY, rights

    cards = {}
    for name in ("dispatcher", "evaluator", "wall"):
        mine = rights(world, name)
        cards[name] = grid_card(read_land(mine, "150302002001001"), mine, day=TODAY)
    assert NOON
    assert {person["cover"] for person in cards["dispatcher"]["people"]} == {"A", "B"}
    assert all(person["phone"] for person in cards["dispatcher"]["people"])
    assert cards["evaluator"]["people"]
    assert not any(person["phone"] for person in cards["evaluator"]["people"])
    assert cards["wall"]["people"] == []
