"""预约调解 by a citizen: four steps without script, receipt, move, cancel; limits; a taken hour is told."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from disputes import transitions
from disputes.models import Dispute, Hold, Room, Session
from events.citizen import question
from tests.disputes.cast import NOON, House
from tests.disputes.rooms_kit import make_room

ANSWERS = {
    "type": "neighbour", "name": "赵小红", "phone": "13911110000", "other_name": "楼上住户", "facts": "漏水", "claim": "赔偿",
    "community": "150302002001", "mode": "on_site", "slot": "community_a|2026-03-06T10:00", "consents": "on",
}


@pytest.fixture
def house(house: House, time_machine: object) -> House:
    time_machine.move_to(NOON, tick=False)
    return house


@pytest.fixture
def room(house: House) -> Room:
    return make_room(house)


def sent(**more: object) -> dict:
    asked = question.ask(at=NOON)
    return {**ANSWERS, "step": 4, "question": asked.token, "answer": asked.first + asked.second, **more}


def test_four_steps_carry_the_answers_and_make_one_dispute_with_its_session(house: House, room: Room) -> None:
    web = Client()
    first = web.get("/c/mediate/").content.decode()
    assert all(word in first for word in ("自愿", "免费", "保密", "长辈版"))
    page = web.post("/c/mediate/", {"step": 1, "type": "neighbour"}).content.decode()
    assert 'name="type" value="neighbour"' in page
    early = {name: ANSWERS[name] for name in ("type", "name", "phone", "other_name", "facts", "community")}
    page = web.post("/c/mediate/", {**early, "step": 2}).content.decode()
    assert "community_a|2026-03-05T13:00" in page.replace("&#x27;", "'")
    page = web.post("/c/mediate/", {**ANSWERS, "step": 3}).content.decode()
    assert "赵小红" in page
    done = web.post("/c/mediate/", sent())
    assert done.status_code == 302
    dispute = Dispute.objects.get()
    assert (dispute.state, dispute.source, dispute.sessions.get().room) == ("booked", "booking", room)
    assert {row.kind for row in Hold.objects.all()} == {1, 2, 3}
    receipt = web.get(done["Location"]).content.decode()
    assert dispute.tracking_code in receipt
    assert "赵小红" not in receipt
    assert web.get(f"{done['Location']}qr.svg")["Content-Type"] == "image/svg+xml"
    assert "DTSTART:20260306T020000Z" in web.get(f"{done['Location']}calendar.ics").content.decode()


def test_the_same_form_twice_is_one_booking(house: House, room: Room) -> None:
    form = sent()
    web = Client()
    assert web.post("/c/mediate/", form)["Location"] == web.post("/c/mediate/", form)["Location"]
    assert Dispute.objects.count() == 1


@pytest.mark.parametrize(("more", "words"), [
    ({"phone": "12"}, "请检查号码"), ({"name": ""}, "您的姓名"), ({"consents": ""}, "我自愿"), ({"answer": "0"}, "算得不对"),
])  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_is_made(house: House, room: Room, more: dict, words: str) -> None:
    answer = Client().post("/c/mediate/", sent(**more))
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert not Dispute.objects.exists()


def test_the_hour_that_is_gone_is_told_and_others_are_offered(house: House, room: Room) -> None:
    Client().post("/c/mediate/", sent())
    Client().post("/c/mediate/", sent(phone="13911110001"))
    answer = Client().post("/c/mediate/", sent(phone="13911110002"))
    assert answer.status_code == 409
    assert "刚刚被约走了" in answer.context["form"].errors["slot"][0]
    assert "刚刚被约走了" in answer.content.decode()
    assert Session.objects.count() == 1
    assert Dispute.objects.count() == 1


def test_move_and_cancel_free_the_time(house: House, room: Room) -> None:
    web = Client()
    at = web.post("/c/mediate/", sent())["Location"]
    offered = re.findall(r'name="slot" value="([^"]+)"', web.get(at).content.decode())
    assert "2026-03-06T10:00" not in offered
    web.post(f"{at}change/", {"slot": "2026-03-06T14:00"})
    assert Session.objects.get().moves == 1
    web.post(f"{at}change/", {"cancel": "1"})
    assert (Dispute.objects.get().state, Hold.objects.filter(is_released=False).count()) == ("closed", 0)


def test_found_by_code_and_digits_only(house: House, room: Room) -> None:
    Client().post("/c/mediate/", sent())
    dispute = Dispute.objects.get()
    ask = lambda code, digits: Client().post("/c/mediate/find/", {"code": code, "digits": digits})  # noqa: E731
    assert ask(dispute.tracking_code, "0000").status_code == 302
    assert ask(dispute.tracking_code, "1234").status_code == 404
    assert ask("ZZZZ-ZZZZ", "0000").status_code == 404


def test_screening_comes_before_acceptance(house: House, room: Room) -> None:
    Client().post("/c/mediate/", sent())
    dispute = Dispute.objects.get()
    assert dispute.accepted_at is None
    transitions.accept(dispute, actor=house.actor("body_head"), at=NOON)
    assert Dispute.objects.get().state == "accepted"


def test_five_bookings_a_day_from_one_telephone(house: House, room: Room) -> None:
    answers = [Client().post("/c/mediate/", sent(slot="later")).status_code for _n in range(6)]
    assert answers == [302] * 5 + [429]
