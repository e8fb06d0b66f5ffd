"""The scene on the ticket's map tab: nearest cameras with metres, hands of the grid and of those beside it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from events import nearby
from events.models import Device, Event
from grids import places
from grids.models import Area, Leave
from tests import world as worlds
from tests.events_desk.conftest import SignedIn
from tests.world import World

WEST, EAST, NORTH = 106.800, 106.810, 39.610


def _square(west: float, south: float) -> dict:
    east, north = west + 0.01, south + 0.01
    return {"type": "Polygon", "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]]}


@pytest.fixture
def land(world: World) -> Iterator[World]:
    """Grid A1 with A2 of the same street to the east and B1 of the other street to the north."""
    for code, west, south in (
        ("150302002001001", WEST, 39.6), ("150302002001002", EAST, 39.6), ("150302001002001", WEST, NORTH),
    ):
        Area.objects.filter(code=code).update(boundary=_square(west, south))
    places.forget()
    yield world
    places.forget()


@pytest.fixture
def event(land: World, now: datetime) -> Event:
    """300 metres from the eastern outline, some 220 from the northern one."""
    return worlds.in_progress(land, at=now, lon=106.8065, lat=39.608)


def _camera(world: World, code: str, lon: float, lat: float, **more: object) -> Device:
    told = {"kind": "camera", "name": f"{code}球机", "area": world.areas["grid_a1"], **more}
    return Device.objects.create(code=code, lon=lon, lat=lat, **told)


def test_cameras_in_use_stand_by_distance(land: World, event: Event, now: datetime) -> None:
    _camera(land, "far", 106.816, 39.608)
    _camera(land, "near", 106.8065, 39.609)
    _camera(land, "beyond", 106.9, 39.608)
    _camera(land, "off", 106.8065, 39.6081, is_active=False)
    _camera(land, "kitchen", 106.8065, 39.6081, kind="kitchen")
    _camera(land, "theirs", 106.8065, 39.6105, area=land.areas["grid_b1"])
    rights = land.actor("dispatcher", now).rights
    found = nearby.cameras(event, rights)
    assert [(one.code, one.metres) for one in found] == [("near", 111), ("theirs", 278), ("far", 815)]
    assert [one.code for one in nearby.cameras(event, land.actor("officer_a", now).rights)] == ["near", "far"]
    assert nearby.cameras(event, land.actor("handler", now).rights) == []


def test_hands_of_the_grid_come_first_then_those_beside_it(land: World, event: Event, now: datetime) -> None:
    person = land.people["worker_a1"]
    Leave.objects.create(person=person, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=1), reason="病假")
    found = nearby.hands(event, land.actor("officer_a", now).rights, at=now)
    assert [(grid.name, grid.metres) for grid in found] == [("青山第一网格", 0), ("和平第一网格", 223)]
    own, beside = found
    assert [(one.name, one.cover, one.is_away) for one in own.people] == [
        ("worker_a1", "A岗", True), ("cover_a1", "B岗", False), ("head_a1", "A岗", False), ("secretary_a", "", False),
    ]
    assert all(one.phone for one in own.people)
    assert [(one.name, one.phone) for one in beside.people] == [("worker_b1", "")]  # another street's: no call from here
    everywhere = nearby.hands(event, land.actor("dispatcher", now).rights, at=now)
    assert everywhere[1].people[0].phone == "13800000000"


def test_the_ticket_lists_them_with_metres_and_call_buttons(land: World, event: Event, signed_in: SignedIn) -> None:
    _camera(land, "near", 106.8065, 39.609)
    page = signed_in("dispatcher").get(f"/events/{event.number}/").content.decode()
    scene = page.split('id="t-map"')[1].split('id="t-links"')[0]
    for words in ("最近摄像头", "near球机", "111 m", "相邻网格,边界距此 223 m", 'href="tel:13800000000"', "device=near"):
        assert words in scene, words


def test_an_event_without_a_point_still_names_its_grid(land: World, now: datetime) -> None:
    event = worlds.in_progress(land, at=now)
    rights = land.actor("dispatcher", now).rights
    assert nearby.cameras(event, rights) == []
    assert [grid.code for grid in nearby.hands(event, rights, at=now)] == ["150302002001001"]
