"""Stationed officers: a week's roster in the browser, and the summons that reaches who sits there and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
import time_machine

from accounts.models import Role, User
from casework import outbox
from casework.models import Notice
from casework.refusals import MoveRefused
from events import transitions
from events.models import Consultation, Event
from grids import stationing
from grids.models import Leave, Post, StationTurn
from grids.queries.stationed import officer_of, seats
from grids.refusals import GridRefused
from tests import world as worlds
from tests.events_desk.conftest import SignedIn
from tests.world import NOON, World

THURSDAY = date(2026, 3, 5)
MONDAY = date(2026, 3, 2)
URL = "/duty/stationed/"


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def seated(world: World) -> World:
    """Two stationed units: 城管局 with its handler on the day shift, 住建局 with nobody; the head of 城管局 is off shift."""
    for name in ("chengguan", "zhujian"):
        world.units[name].is_stationed = True
        world.units[name].phone = "0473-0100000"
        world.units[name].save()
    _turn(world, "handler", "chengguan", "day")
    _turn(world, "head", "chengguan", "night")
    return world


def _turn(world: World, who: str, unit: str, shift: str, day: date = THURSDAY) -> StationTurn:
    return StationTurn.objects.create(day=day, shift=shift, unit=world.units[unit], person=world.people[who])


def _told(kind: str) -> set[str]:
    outbox.do_due(at=NOON)
    return {line.person.username for line in Notice.objects.filter(kind=kind).select_related("person")}


# The roster ---------------------------------------------------------------------------------------------


def _form(world: World, **places: str) -> dict:
    keys = {"chengguan": world.units["chengguan"].pk}
    found = {"week": f"{MONDAY}"}
    for place, who in places.items():
        unit, n, shift = place.split("_")
        found[f"t-{keys[unit]}-{n}-{shift}"] = str(world.people[who].pk) if who else ""
    return found


def test_the_director_enters_a_week_and_the_board_shows_it(seated: World, signed_in: SignedIn) -> None:
    client = signed_in("director")
    page = client.get(URL, {"week": f"{THURSDAY}"}).content.decode()
    assert "城管局" in page
    assert "住建局" in page
    answer = client.post(URL, _form(seated, chengguan_3_day="head", chengguan_3_night="handler", chengguan_4_day="handler"))
    assert answer.status_code == 302
    rows = StationTurn.objects.order_by("day", "shift").values_list("day", "shift", "person__username")
    assert list(rows) == [
        (THURSDAY, "day", "head"), (THURSDAY, "night", "handler"), (THURSDAY + timedelta(days=1), "day", "handler"),
    ]
    board = client.get("/duty/").content.decode()
    assert "在岗 1 / 2" in board
    assert "本班无人" in board
    assert "tel:0473-0100000" in board


@pytest.mark.parametrize("places", [
    {"chengguan_3_day": "other_handler"},  # of another unit
    {"chengguan_0_day": "handler"},  # Monday has passed
], ids=["stranger", "past"])
def test_a_wrong_week_is_refused_whole(seated: World, signed_in: SignedIn, places: dict) -> None:
    before = list(StationTurn.objects.order_by("pk").values())
    answer = signed_in("director").post(URL, _form(seated, chengguan_4_day="handler", **places))
    assert answer.status_code == 400
    assert list(StationTurn.objects.order_by("pk").values()) == before


def test_one_person_has_one_desk_a_shift(seated: World) -> None:
    both = User.objects.create(username="both", name="两家")
    for unit in ("chengguan", "zhujian"):
        Post.objects.create(
            person=both, role=Role.objects.get(code="department_handler"), unit=seated.units[unit], valid_from=date(2020, 1, 1)
        )
    wanted = {(seated.units[unit].pk, THURSDAY, "day"): both.pk for unit in ("chengguan", "zhujian")}
    with pytest.raises(GridRefused) as refused:
        stationing.set_week(MONDAY, wanted, actor=seated.actor("director"), at=NOON)
    assert "person" in refused.value.fields
    assert StationTurn.objects.filter(person=both).count() == 0


def test_last_week_is_proposed_not_written(seated: World, signed_in: SignedIn) -> None:
    _turn(seated, "handler", "chengguan", "day", THURSDAY - timedelta(days=6))  # Friday of last week
    page = signed_in("director").get(URL, {"week": f"{MONDAY}", "copy": "1"}).content.decode()
    friday = page.split(f'name="t-{seated.units["chengguan"].pk}-4-day"')[1].split("</select>")[0]
    assert f'value="{seated.people["handler"].pk}" selected' in friday
    assert not StationTurn.objects.filter(day=THURSDAY + timedelta(days=1)).exists()


def test_who_may_not_staff_the_district_has_no_page(seated: World, signed_in: SignedIn) -> None:
    for who in ("dispatcher", "director_a", "handler", "evaluator"):
        assert signed_in(who).get(URL).status_code == 403, who


def test_who_sits_there_follows_the_shift_and_leave(seated: World) -> None:
    unit = seated.units["chengguan"].pk
    after_midnight = datetime.fromisoformat("2026-03-06T02:00+08:00")
    handler, head = seated.people["handler"], seated.people["head"]
    assert officer_of(unit, at=NOON) == handler.pk
    assert officer_of(unit, at=after_midnight) == head.pk
    Leave.objects.create(person=handler, starts_at=NOON, ends_at=NOON + timedelta(hours=1), reason="病假")
    assert officer_of(unit, at=NOON) is None
    seat = next(seat for seat in seats(at=NOON) if seat.unit.pk == unit)
    assert (seat.officer, seat.away) == (None, "handler")


# The summons --------------------------------------------------------------------------------------------


def _summon(world: World, event: Event, *units: str, at: datetime = NOON) -> Consultation:
    return transitions.summon(
        event, participants=[world.units[name] for name in units], actor=world.actor("director", at), at=at
    )


def test_who_sits_there_is_told_at_once_and_who_does_not_is_not(seated: World) -> None:
    event = worlds.awaiting_dispatch(seated)
    table = _summon(seated, event, "chengguan")
    assert _told("summoned") == {"handler"}
    assert _told("summoned_unit") == set()
    line = Notice.objects.get(kind="summoned")
    assert (line.urgency, line.show_at) == ("P1", NOON)
    event.refresh_from_db()
    assert (event.state, table.chair.username) == ("conferring", "director")
    assert seated.units["chengguan"].pk in event.unit_ids
    assert event.window_ends_at is None


def test_by_night_it_is_the_night_officer(seated: World) -> None:
    night = datetime.fromisoformat("2026-03-05T23:00+08:00")
    event = worlds.awaiting_dispatch(seated, at=night)
    _summon(seated, event, "chengguan", at=night)
    outbox.do_due(at=night)
    line = Notice.objects.get(kind="summoned")
    assert (line.person.username, line.show_at) == ("head", night)  # quiet hours do not hold it back


def test_a_unit_with_nobody_there_is_told_itself(seated: World) -> None:
    event = worlds.awaiting_dispatch(seated)
    _summon(seated, event, "chengguan", "zhujian")
    assert _told("summoned") == {"handler"}
    assert _told("summoned_unit") == {"other_handler"}
    row = event.trail.order_by("-seq").first()
    assert (row.verb, row.changes["seated"]) == ("summon", [seated.units["chengguan"].pk])


def test_what_is_being_handled_goes_on_beside_the_table(seated: World) -> None:
    event = worlds.in_progress(seated, unit="water")
    order = worlds.the_order(event)
    _summon(seated, event, "chengguan")
    event.refresh_from_db()
    order.refresh_from_db()
    assert (event.state, order.state) == ("in_progress", "sent")
    assert not event.deadlines.filter(stage="confer").exists()
    decision = transitions.Decision(seated.units["zhujian"], "今晚围挡", "C", 7200)
    director = seated.actor("director")
    with pytest.raises(MoveRefused) as refused:
        transitions.confer(event, outcome="explained", answer="已说明", actor=director, at=NOON, note="纪要")
    assert "outcome" in refused.value.fields
    event = transitions.confer(event, decisions=[decision], actor=director, at=NOON, note="会商纪要")
    assert event.state == "in_progress"
    assert list(event.orders.order_by("pk").values_list("kind", "is_lead", "state")) == [
        ("dispatch", True, "sent"), ("joint", False, "sent"),
    ]
    table = Consultation.objects.get()
    assert (table.state, table.minutes, table.decided_at) == ("decided", "会商纪要", NOON)
    with pytest.raises(MoveRefused) as refused:
        transitions.confer(event, actor=director, at=NOON, note="再记")
    assert refused.value.code == "not_convened"


def test_a_second_summons_changes_the_round_of_the_same_table(seated: World) -> None:
    event = worlds.in_progress(seated, unit="water")
    first = _summon(seated, event, "chengguan")
    second = _summon(seated, event, "zhujian")
    assert first.pk == second.pk
    assert [unit.code for unit in second.participants.all()] == ["zhujian"]


def test_a_table_that_nobody_closed_ends_with_the_handling(seated: World, signed_in: SignedIn) -> None:
    event = worlds.in_progress(seated)
    _summon(seated, event, "zhujian")
    page = f"/events/{event.number}/"
    assert "进行中" in signed_in("director").get(page).content.decode().split("<strong>会商</strong>")[1][:40]
    order, handler = worlds.the_order(event), seated.actor("handler")
    transitions.accept(order, actor=handler, at=NOON)
    transitions.feed_back(order, actor=handler, at=NOON, note="已更换灯泡")
    assert "已散会,未作决定" in signed_in("director").get(page).content.decode()


def test_the_panel_ticks_whose_matter_it_is_and_says_who_is_there(seated: World, signed_in: SignedIn) -> None:
    event = worlds.awaiting_dispatch(seated)  # 0805: a clause of 城管局
    client = signed_in("director")
    panel = client.get(f"/events/{event.number}/do/summon/").content.decode()
    assert "城管局 · handler 在岗" in panel
    assert "住建局 · 本班无人,值班电话 0473-0100000" in panel
    ticked = panel.split("城管局 · handler")[0].rsplit("<input", 1)[1]
    assert "checked" in ticked
    assert client.post(f"/events/{event.number}/do/summon/", {"note": "现场复杂"}).status_code == 400
    told = {"stationed": [seated.units["chengguan"].pk], "others": [seated.units["water"].pk]}
    assert client.post(f"/events/{event.number}/do/summon/", told).status_code == 302
    assert {unit.code for unit in Consultation.objects.get().participants.all()} == {"chengguan", "water"}


def test_who_may_not_confer_has_no_such_button(seated: World, signed_in: SignedIn) -> None:
    event = worlds.awaiting_dispatch(seated)
    assert "do/summon/" not in signed_in("dispatcher").get(f"/events/{event.number}/").content.decode()
    assert signed_in("dispatcher").get(f"/events/{event.number}/do/summon/").status_code == 403
    assert "do/summon/" in signed_in("director").get(f"/events/{event.number}/").content.decode()
