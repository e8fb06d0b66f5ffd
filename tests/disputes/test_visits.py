"""日常巡访 (81): teams, the week's plan, the record, and what becomes of an early sign."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from casework.actor import Actor
from casework.refusals import MoveRefused
from disputes import visiting
from disputes.models import Dispute, EarlySign, Visit, VisitTeam
from disputes.visiting import Noticed
from tests.disputes.cast import DAY, NOON, House

MONDAY = date(2026, 3, 2)
THURSDAY = date(2026, 3, 5)
SIGN = Noticed("neighbour", "二单元楼道堆放杂物,邻里有口角")


def make(house: House) -> VisitTeam:
    return VisitTeam.objects.create(
        area=house.world.areas["community_a"], mediator=house.mediators["mediator"], worker=house.world.people["worker_a1"],
        since=MONDAY,
    )


def planned(team: VisitTeam, house: House, day: date = THURSDAY) -> Visit:
    return Visit.objects.create(team=team, area=house.world.areas["grid_a1"], planned_on=day)


def browser(house: House, name: str) -> Client:
    client = Client()
    client.force_login(house.world.people[name], backend="governance.backends.RoleBackend")
    return client


def code_of(act: object) -> str:
    with pytest.raises(MoveRefused) as refused:
        act()
    return refused.value.code


def test_a_week_is_planned_once_grids_longest_not_visited_first(house: House) -> None:
    team, lead = make(house), house.actor("mediator")
    Visit.objects.create(
        team=team, area=house.world.areas["grid_a1"], planned_on=date(2026, 2, 26), visited_on=date(2026, 2, 26), recorded_at=NOON
    )
    rows = visiting.plan_week(team, MONDAY, actor=lead, at=NOON)
    found = [(row.planned_on.day, row.area.code[-3:]) for row in rows]
    assert found == [(5, "002"), (6, "001")]  # Thursday and Friday: what is over is not planned; two grids
    assert code_of(lambda: visiting.plan_week(team, MONDAY, actor=lead, at=NOON)) == "done_already"
    for week in (MONDAY - timedelta(days=7), MONDAY + timedelta(days=1), MONDAY + timedelta(days=70)):
        assert code_of(lambda week=week: visiting.plan_week(team, week, actor=lead, at=NOON)) == "invalid"
    stranger = house.actor("stranger_mediator")
    assert code_of(lambda: visiting.plan_week(team, MONDAY + visiting.WEEK, actor=stranger, at=NOON)) == "forbidden"


def test_who_sees_a_team(house: House) -> None:
    team = make(house)
    seen = {name: list(visiting.teams_of(house.actor(name).rights)) == [team] for name in (
        "mediator", "worker_a1", "body_head", "secretary_a", "director_a", "second_mediator", "cover_a1", "stranger_head",
        "stranger", "worker_b1", "director", "judge",
    )}
    assert {name for name, is_seen in seen.items() if is_seen} == {
        "mediator", "worker_a1", "body_head", "secretary_a", "director_a"
    }


def test_one_of_the_two_records_it_once(house: House) -> None:
    team = make(house)
    visit = planned(team, house)
    worker = house.actor("worker_a1")
    assert code_of(lambda: visiting.record(visit, actor=house.actor("secretary_a"), at=NOON)) == "forbidden"
    assert code_of(lambda: visiting.record(visit, actor=worker, at=NOON, visited_on=THURSDAY + DAY)) == "invalid"
    for text in ("张某电话13812345678,与楼上争吵", "身份证150302199001011234", "0473-2012345"):
        told = (Noticed("neighbour", text),)
        with pytest.raises(MoveRefused, match="请勿写入电话和证件号码"):
            visiting.record(visit, actor=worker, at=NOON, signs=told)
    done = visiting.record(visit, actor=worker, at=NOON, signs=(SIGN,))
    assert (done.visited_on, done.signs.get().outcome) == (THURSDAY, "")
    assert code_of(lambda: visiting.record(visit, actor=house.actor("mediator"), at=NOON)) == "done_already"
    assert code_of(lambda: visiting.call_off(done, note="下雨", actor=worker, at=NOON)) == "done_already"


def test_watched_then_settled_and_not_twice(house: House) -> None:
    visit = visiting.record(planned(make(house), house), actor=house.actor("worker_a1"), at=NOON, signs=(SIGN,))
    sign, head = visit.signs.get(), house.actor("body_head")
    sign = visiting.decide(sign, outcome="watch", actor=head, at=NOON)
    sign = visiting.decide(sign, outcome="settled", actor=head, at=NOON + DAY, note="双方清走杂物")
    assert code_of(lambda: visiting.decide(sign, outcome="watch", actor=head, at=NOON + DAY)) == "done_already"
    assert list(visiting.signs_open(head.rights)) == []


def test_an_early_sign_becomes_a_dispute_once(house: House, time_machine: object) -> None:
    """Through the page: filled in from the sign, the link kept; a second time the intake is undone."""
    time_machine.move_to(NOON, tick=False)
    sign = visiting.record(planned(make(house), house), actor=house.actor("worker_a1"), at=NOON, signs=(SIGN,)).signs.get()
    client = browser(house, "mediator")
    page = client.get(f"/disputes/register/?sign={sign.pk}").content.decode()
    assert SIGN.text in page
    told = {
        "sign": sign.pk, "type": "neighbour", "facts": SIGN.text, "name": "王小明", "kind": "natural", "other_name": "李大伟",
        "other_kind": "natural", "area": "150302002001001", "complexity": "simple", "language": "普通话", "nature": "people",
        "source": "grid", "people": 1,
    }
    assert client.post("/disputes/register/", told).status_code == 302
    sign.refresh_from_db()
    assert (sign.outcome, sign.dispute.origin_number) == ("dispute", visiting.number_of(sign))
    assert sign.dispute.source == "grid"
    before = Dispute.objects.count()
    again = browser(house, "worker_a1").post("/disputes/register/", told)
    assert (again.status_code, Dispute.objects.count()) == (400, before)
    assert "该苗头已立为纠纷" in again.content.decode()
    assert browser(house, "stranger_mediator").get(f"/disputes/register/?sign={sign.pk}").status_code == 404


def test_the_desk_and_the_phone(house: House, time_machine: object) -> None:
    time_machine.move_to(NOON, tick=False)
    team = make(house)
    visit = planned(team, house)
    phone = browser(house, "worker_a1")
    assert "青山第一网格" in phone.get("/m/visits/").content.decode()
    assert "1 次待登记" in phone.get("/m/").content.decode()
    at = f"/m/visits/{visit.pk}/"
    assert phone.post(at, {"visited_on": "2026-03-05"}).status_code == 400  # neither a sign nor "none"
    assert phone.post(at, {"visited_on": "2026-03-05", "found_none": "on", "type1": "debt", "text1": "借款"}).status_code == 400
    assert phone.post(at, {"visited_on": "2026-03-05", "type1": "debt", "text1": "邻里借款到期未还"}).status_code == 302
    desk = browser(house, "body_head")
    page = desk.get("/disputes/visits/").content.decode()
    assert "邻里借款到期未还" in page
    assert "已巡访" in page
    sign = EarlySign.objects.get()
    assert desk.post(f"/disputes/visits/signs/{sign.pk}/", {"outcome": "watch", "note": "电话13812345678"}).status_code == 302
    sign.refresh_from_db()
    assert sign.outcome == ""
    assert desk.post(f"/disputes/visits/signs/{sign.pk}/", {"outcome": "watch"}).status_code == 302
    posts = house.world.people["cover_a1"].posts.get()
    told = {"mediator": house.mediators["second_mediator"].pk, "worker": posts.pk}
    assert desk.post("/disputes/visits/teams/", told).status_code == 302
    made = VisitTeam.objects.get(worker=house.world.people["cover_a1"])
    assert desk.post(f"/disputes/visits/teams/{made.pk}/plan/", {"week": "2026-03-09"}).status_code == 302
    assert made.visits.count() == 2
    assert desk.post(f"/disputes/visits/teams/{made.pk}/end/").status_code == 302
    assert made.visits.filter(called_off_at=None).count() == 0
    assert browser(house, "stranger_head").get(f"/disputes/visits/{visit.pk}/").status_code == 404


def test_a_team_is_of_one_community(house: House) -> None:
    head, at = house.actor("body_head"), NOON
    worker_b = house.world.people["worker_b1"].posts.select_related("area").get()
    with pytest.raises(MoveRefused, match="应在本社区任职"):
        visiting.make_team(house.mediators["mediator"], worker_b, actor=head, at=at)
    worker = house.world.people["worker_a1"].posts.select_related("area").get()
    assert code_of(lambda: visiting.make_team(
        house.mediators["mediator"], worker, actor=house.actor("stranger_head"), at=at)) == "forbidden"
    assert code_of(lambda: visiting.make_team(house.mediators["mediator"], worker, actor=Actor.citizen(), at=at)) == "forbidden"


@pytest.mark.parametrize("week", ["0001-01-01", "9999-12-31", "2026-13-40", "Montag"])
def test_a_week_that_is_none_shows_this_one(house: House, week: str, time_machine: object) -> None:
    time_machine.move_to(NOON)
    make(house)
    assert browser(house, "mediator").get("/disputes/visits/", {"week": week}).context["monday"] == MONDAY
