"""信访三率 counted by hand, by area, kind and period; every number opens exactly what it counts."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from casework.actor import Actor
from dashboard import petitions
from dashboard.five_orders import period_of
from dashboard.land import read_land
from events import transitions
from events.models import Event
from grids.scope import rights_of
from tests import world as worlds
from tests.world import NOON, World

DISTRICT, STREET_A, STREET_B = "150302", "150302002", "150302001"
DAY = timedelta(days=1)
IN_B = {"by": "worker_b1", "area": "150302001002001"}


@pytest.fixture
def letters(world: World, time_machine: object) -> World:
    """Seven petitions that count and three that do not; what each counts for stands beside it."""
    time_machine.move_to(NOON, tick=False)
    first = worlds.closed(world, at=NOON - 40 * DAY, category="1701")  # accepted, not due yet; closed and satisfied
    transitions.rate(first, actor=Actor.citizen(), at=NOON - 40 * DAY, level=5, solved=True)
    by_source = worlds.closed(world, at=NOON - 75 * DAY, source="petition")  # accepted, answered; closed, not satisfied
    Event.objects.filter(pk=by_source.pk).update(rating=2, solved=False)  # a rating given through the door reopens it
    worlds.closed(world, at=NOON - 40 * DAY, category="1706")  # accepted, answered within 15 days; closed, unrated
    worlds.in_progress(world, at=NOON - 80 * DAY, category="1701", **IN_B)  # neither accepted nor answered within 60 days
    refused = worlds.reported(world, at=NOON - 30 * DAY, category="1702")  # refused within 15 days: decided in time
    at = NOON - 20 * DAY
    transitions.reject(refused, actor=world.actor("dispatcher", at), at=at, note="已终结的信访事项")
    late = worlds.in_progress(world, at=NOON - 30 * DAY, category="1701")  # signed after 20 days: accepted too late
    at = NOON - 10 * DAY
    transitions.accept(worlds.the_order(late), actor=world.actor("handler", at), at=at)
    early = worlds.in_progress(world, at=NOON - 17 * DAY, category="1701")  # signed on day 14
    at = NOON - 3 * DAY
    transitions.accept(worlds.the_order(early), actor=world.actor("handler", at), at=at)
    worlds.reported(world, at=NOON - 5 * DAY, category="1701")  # no limit has run out
    worlds.closed(world, at=NOON - 40 * DAY)  # not a petition
    merged = worlds.reported(world, at=NOON - 30 * DAY, category="1701")
    Event.objects.filter(pk=merged.pk).update(state="merged")
    return world


def counted(world: World, *, area: str = DISTRICT, days: str = "90", kind: str = "") -> petitions.Table:
    land = read_land(rights_of(world.people["dispatcher"], at=NOON), area)
    period = period_of(days, at=NOON, known=petitions.PERIODS, usual=petitions.USUAL)
    return petitions.table(land, period, at=NOON, kind=kind)


def parts(rates: list[dict]) -> dict[str, tuple[int, int]]:
    return {one["code"]: (one["hits"], one["whole"]) for one in rates}


def test_the_rates_are_those_counted_by_hand(letters: World) -> None:
    table = counted(letters)
    assert parts(table.total) == {"accepted": (5, 7), "answered": (2, 3), "satisfied": (1, 2), "rated": (2, 3)}
    values = {one["code"]: one["value"] for one in table.total}
    assert values == {"accepted": 5 / 7, "answered": None, "satisfied": None, "rated": None}  # below five no rate
    areas = {row["code"]: parts(row["rates"]) for row in table.areas}
    assert areas[STREET_B] == {"accepted": (0, 1), "answered": (0, 1), "satisfied": (0, 0), "rated": (0, 0)}
    assert areas[STREET_A]["accepted"] == (5, 6)
    kinds = {row["code"]: parts(row["rates"])["accepted"] for row in table.kinds}
    assert kinds == {"1701": (2, 4), "1702": (1, 1), "1706": (1, 1), "other": (1, 1)}


def test_a_month_holds_only_what_ran_out_in_it(letters: World) -> None:
    assert parts(counted(letters, days="30").total) == {
        "accepted": (4, 5), "answered": (1, 2), "satisfied": (0, 0), "rated": (0, 0),
    }
    assert parts(counted(letters, kind="other").total)["answered"] == (1, 1)
    assert parts(counted(letters, area=STREET_A, kind="1701").total)["accepted"] == (2, 3)


def test_every_number_opens_exactly_what_it_counts(letters: World) -> None:
    client = Client()
    client.force_login(letters.people["dispatcher"], backend="governance.backends.RoleBackend")
    page = client.get(f"/screen/petitions/?area={DISTRICT}").content.decode()
    links = re.findall(r'href="\?([^"]+part=(?:hits|whole))"[^>]*>(\d+)</a>', page)
    assert len(links) > 20
    for query, count in links:
        answer = client.get("/screen/petitions/?" + query.replace("&amp;", "&"))
        assert answer.context["count"] == int(count) > 0, query


def test_a_street_sees_its_own_land_and_unknown_numbers_are_not_there(letters: World) -> None:
    client = Client()
    client.force_login(letters.people["director_a"], backend="governance.backends.RoleBackend")
    assert client.get(f"/screen/petitions/?area={DISTRICT}").status_code == 404
    assert client.get(f"/screen/petitions/?area={STREET_A}&days=x").status_code == 200
    for query in ("row=accepted", "row=nothing&part=hits", "row=accepted&part=none", "kind=0805", "kind=17"):
        assert client.get(f"/screen/petitions/?area={STREET_A}&{query}").status_code == 404
