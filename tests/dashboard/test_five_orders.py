"""五单办理: every count equals its list, sums equal the rows, small numbers give no rate, the reader's land only."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from dashboard import five_orders as fives
from dashboard.land import read_land
from events.models import Decline, WorkOrder
from grids.scope import rights_of
from tests.dashboard.district import fill
from tests.world import NOON, World

DISTRICT, STREET = "150302", "150302002"


@pytest.fixture
def filled(world: World, time_machine: object) -> World:
    time_machine.move_to(NOON, tick=False)
    fill(world)
    return world


def sight(world: World, code: str = DISTRICT, days: str = "90") -> fives.Sight:
    land = read_land(rights_of(world.people["dispatcher"], at=NOON), code)
    return fives.Sight(land, fives.period_of(days, at=NOON), at=NOON)


def test_the_table_counts_every_order_once(filled: World) -> None:
    rows = {row["code"]: {cell["code"]: cell["value"] for cell in row["cells"]} for row in fives.by_kind(sight(filled))}
    counted = WorkOrder.objects.exclude(event__state__in=("rejected", "merged")).count()
    assert counted > 5
    assert sum(row["sent"] for code, row in rows.items() if code != "return_up") == counted
    for code, row in rows.items():
        if code != "return_up":
            assert row["sent"] == row["live"] + row["done"] + row["declined"] + row["withdrawn"]
    by_unit = fives.by_unit(sight(filled))
    assert sum(cell["value"] for row in by_unit for cell in row["cells"] if cell["code"] == "sent") == counted


def test_what_is_declined_and_ruled_counts_in_its_rates(filled: World) -> None:
    order = WorkOrder.objects.filter(state="accepted").first()
    Decline.objects.create(order=order, event=order.event, unit=order.unit, reason="not_ours", clause="一", declined_at=NOON,
                           ruling="founded")
    found = {row["code"]: row for row in fives.rates(sight(filled))}
    assert (found["declined"]["hits"], found["unfounded"]["hits"], found["unfounded"]["whole"]) == (1, 0, 1)
    assert found["unfounded"]["value"] is None  # one case gives no rate
    assert found["first_right"]["hits"] == found["first_right"]["whole"] - 1
    assert found["in_grid"]["hits"] <= found["in_grid"]["whole"]


def test_every_number_opens_as_many_events_as_it_counts(filled: World) -> None:
    client = Client()
    client.force_login(filled.people["dispatcher"], backend="governance.backends.RoleBackend")
    page = client.get(f"/screen/orders/?area={DISTRICT}&days=90").content.decode()
    links = re.findall(r'href="\?(area=[^"]+)">(\d+)</a>', page)
    assert len(links) > 8
    for query, count in links:
        answer = client.get("/screen/orders/?" + query.replace("&amp;", "&"))
        assert answer.status_code == 200
        assert answer.context["count"] <= int(count), query
        if any(f"row={code}&" in query.replace("&amp;", "&") for code in ("in_grid", "claimed", "first_right", "rework")):
            assert answer.context["count"] == int(count), query
        assert answer.context["count"] > 0


def test_a_street_sees_its_own_land_and_unknown_numbers_are_not_there(filled: World) -> None:
    client = Client()
    client.force_login(filled.people["director_a"], backend="governance.backends.RoleBackend")
    assert client.get(f"/screen/orders/?area={DISTRICT}").status_code == 404
    assert client.get(f"/screen/orders/?area={STREET}&days=x").status_code == 200
    for query in ("row=claim", "row=claim&column=nothing", "row=nothing&part=hits", "unit=&column=sent"):
        assert client.get(f"/screen/orders/?area={STREET}&{query}").status_code == 404
