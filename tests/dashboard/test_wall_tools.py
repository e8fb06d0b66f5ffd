"""Tools of the wall: warnings put away with a reason, panels as workbooks, the replay, walls without a person."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from openpyxl import load_workbook

from casework.models import ReadLog
from dashboard import kiosk, replay
from dashboard.dismissals import in_force
from dashboard.land import read_land
from dashboard.models import Dismissal, Kiosk
from events import transitions
from events.models import Event
from grids.scope import rights_of
from tests import world as worlds
from tests.world import NOON, World

DISTRICT = "150302"


@pytest.fixture
def signed(world: World, noon: object) -> object:
    def sign(name: str) -> Client:
        client = Client()
        client.force_login(world.people[name], backend="governance.backends.RoleBackend")
        return client

    return sign


@pytest.fixture
def noon(time_machine: object) -> None:
    time_machine.move_to(NOON, tick=False)


def red(world: World) -> Event:
    event = worlds.in_progress(world, at=NOON - timedelta(hours=1))
    Event.objects.filter(pk=event.pk).update(flag="red")
    return event


def put_away(client: Client, **sent: str) -> object:
    body = {"area": DISTRICT, "key": "red", "reason": "known", "hours": "4"} | sent
    return client.post("/screen/warnings/dismiss/", body, headers={"x-requested-with": "fetch"})


def test_a_warning_is_put_away_with_its_reason_and_comes_back(world: World, signed: object) -> None:
    red(world)
    client = signed("dispatcher")
    assert put_away(client).status_code == 200
    row = Dismissal.objects.get()
    assert (row.key, row.value, row.reason, row.person) == ("red", 1, "known", world.people["dispatcher"])
    page = client.get("/screen/").content.decode()
    assert "已忽略 1" in page
    assert "红牌督办未销号" not in page
    red(world)  # one more than when it was put away
    assert "红牌督办未销号" in client.get("/screen/").content.decode()


def test_its_time_ends_and_it_can_be_lifted(world: World, signed: object) -> None:
    red(world)
    client = signed("dispatcher")
    put_away(client)
    land = read_land(rights_of(world.people["dispatcher"], at=NOON), DISTRICT)
    assert set(in_force(land, at=NOON + timedelta(hours=3, minutes=59))) == {"red"}
    assert in_force(land, at=NOON + timedelta(hours=4)) == {}
    client.post(f"/screen/warnings/{Dismissal.objects.get().pk}/lift/", {"area": DISTRICT})
    assert Dismissal.objects.get().lifted_by == world.people["dispatcher"]
    assert in_force(land, at=NOON) == {}


@pytest.mark.parametrize(
    ("sent", "status"),
    [({"reason": ""}, 400), ({"reason": "other"}, 400), ({"hours": "9999"}, 400), ({"key": "nothing"}, 409)],
)
def test_bad_input_is_a_sentence(world: World, signed: object, sent: dict, status: int) -> None:
    red(world)
    answer = put_away(signed("dispatcher"), **sent)
    assert answer.status_code == status
    assert answer.json()["detail"]
    assert not Dismissal.objects.exists()


def test_who_only_looks_may_not(world: World, signed: object) -> None:
    red(world)
    assert put_away(signed("wall")).status_code == 403
    assert put_away(signed("officer_a")).status_code == 404


def test_a_panel_as_a_workbook(world: World, signed: object) -> None:
    worlds.reported(world, at=NOON - timedelta(minutes=5))
    answer = signed("dispatcher").get(f"/screen/export/?area={DISTRICT}&panel=sources")
    rows = [[cell.value for cell in row] for row in load_workbook(BytesIO(answer.content)).active.iter_rows()]
    text = str(rows)
    assert "口径" in text
    assert world.people["dispatcher"].name in text
    assert rows[-1][1] == "1"
    assert ReadLog.objects.filter(act="export", kind="wall", object_key="sources").count() == 1
    assert signed("dispatcher").get("/screen/export/?panel=nothing").status_code == 404


def test_the_replay_counts_what_the_trail_says(world: World, noon: None) -> None:
    at = NOON
    old = worlds.reported(world, at=at - timedelta(hours=30))
    later = worlds.in_progress(world, at=at - timedelta(hours=20))
    done = worlds.in_progress(world, at=at - timedelta(hours=20))
    transitions.transfer(
        done, kind="court", basis="民事诉讼法", note="当事人起诉", actor=world.actor("dispatcher"), at=at - timedelta(hours=6)
    )
    land = read_land(rights_of(world.people["dispatcher"], at=at), DISTRICT)
    frames = replay.frames(land, at=at)
    assert len(frames) == 25
    for frame in frames:
        expected = 0
        for event in (old, later, done):
            last = event.trail.filter(at__lte=frame["at"]).order_by("-seq").first()
            expected += last is not None and last.to_state not in ("closed", "merged", "rejected", "transferred")
        assert frame["open"] == expected, frame["at"]
    assert {frame["open"] for frame in frames} == {1, 2, 3}


def issued(world: World) -> tuple[Kiosk, str]:
    wall = Kiosk(name="一楼大厅", person=world.people["wall"])
    return wall, kiosk.issue(wall, by=world.people["dispatcher"], at=NOON)


def test_a_wall_starts_with_its_token_and_may_only_look(world: World, noon: None) -> None:
    wall, token = issued(world)
    client = Client()
    answer = client.get(kiosk.address(wall, token))
    assert answer.status_code == 302
    assert token not in answer["Location"]
    assert client.get(answer["Location"]).status_code == 200
    assert client.get("/desk/").status_code == 403
    assert token not in str(Kiosk.objects.values().get())


def test_a_revoked_wall_shows_the_card_and_no_sign_in(world: World, noon: None) -> None:
    wall, token = issued(world)
    client = Client()
    client.get(kiosk.address(wall, token), follow=True)
    wall.refresh_from_db()
    kiosk.revoke(wall, at=NOON)
    assert not Session.objects.filter(pk=wall.session_key).exists()
    for address in ("/screen/?kiosk=1", kiosk.address(wall, token), "/screen/?kiosk=1&token=x"):
        answer = client.get(address)
        assert answer.status_code == 401
        page = answer.content.decode()
        assert "会话已失效,请管理员重新授权" in page
        assert "password" not in page


def test_nobody_who_may_do_more_stands_behind_a_token(world: World) -> None:
    assert kiosk.may_stand_for(world.people["wall"], at=NOON)
    assert not kiosk.may_stand_for(world.people["dispatcher"], at=NOON)


def test_a_walls_session_lasts_longer_than_a_shift(world: World, time_machine: object) -> None:
    time_machine.move_to(NOON, tick=False)
    wall, token = issued(world)
    client = Client()
    client.get(kiosk.address(wall, token), follow=True)
    for hours in range(0, 26, 1):
        for minutes in (0, 25, 50):
            time_machine.move_to(NOON + timedelta(hours=hours, minutes=minutes), tick=False)
            assert client.get("/screen/live/", headers={"x-requested-with": "fetch"}).status_code == 200, hours
