"""Calls and seats: the first to pick up has the call, whatever a line repeats is one call (screens.md §5.3)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from casework.channels.webhook import sign
from casework.refusals import MoveRefused
from hotline.lines import calls as lines
from hotline.models import PhoneCall, Seat
from tests.world import NOON, World

SECRET = "bell-and-wire"
PHONE = "13911112222"


def test_the_first_to_answer_has_the_call_and_the_second_reads_who(world: World) -> None:
    first, second = world.people["hotline"], world.people["call_backer"]
    call = lines.ring("c1", phone=PHONE, at=NOON)
    assert lines.ring("c1", phone="13800000001", at=NOON) == call, "the same id is the same call"
    assert [row.key for row in lines.ringing(first, at=NOON)] == ["c1"]
    lines.answer(call, agent=first, at=NOON)
    with pytest.raises(MoveRefused, match="hotline已接听"):
        lines.answer(call, agent=second, at=NOON)
    assert lines.answer(call, agent=first, at=NOON + timedelta(seconds=5)).answered_at == NOON
    assert Seat.objects.get(person=first).standing == "talking"
    with pytest.raises(MoveRefused, match="on_call"):
        lines.sit(first, "resting", at=NOON)


def test_a_second_call_holds_the_first_and_the_last_end_leads_to_the_wrap_up(world: World) -> None:
    agent = world.people["hotline"]
    one, two = (lines.ring(f"c{n}", phone=PHONE, at=NOON) for n in (1, 2))
    lines.answer(one, agent=agent, at=NOON)
    lines.answer(two, agent=agent, at=NOON)
    one.refresh_from_db()
    assert one.held_at == NOON
    lines.resume(one, agent=agent, at=NOON)
    two.refresh_from_db()
    assert two.held_at == NOON
    lines.end(two, agent=agent, at=NOON)
    assert Seat.objects.get(person=agent).standing == "talking", "one call is still on"
    lines.end(one, agent=agent, at=NOON + timedelta(minutes=2))
    assert Seat.objects.get(person=agent).standing == "wrapping_up"
    lines.wrap_up(agent, at=NOON + timedelta(minutes=3))
    assert Seat.objects.get(person=agent).standing == "free"
    assert PhoneCall.objects.filter(wrapped_up_at=NOON + timedelta(minutes=3)).count() == 2


def test_nobody_answered_is_a_missed_call_until_it_is_ticked_off(world: World) -> None:
    lines.end(lines.ring("c1", phone="", at=NOON), at=NOON + timedelta(seconds=40))
    lines.ring("c2", phone=PHONE, at=NOON)
    assert lines.close_forgotten(at=NOON + timedelta(minutes=5)) == 1
    assert lines.read_missed(at=NOON + timedelta(minutes=6)) == 2
    assert lines.read_missed(at=NOON + timedelta(minutes=6)) == 0


@pytest.fixture
def tell(world: World, settings: object) -> object:
    """``tell(id, event, call, …)``: one signed message of the exchange."""
    settings.HOTLINE_CTI_SECRET = SECRET
    Seat.objects.create(person=world.people["hotline"], since=NOON, seen_at=NOON, extension="8001", standing="free")
    client = Client()

    def send(key: str, event: str, call: str, *, secret: str = SECRET, age: int = 0, **more: str) -> object:
        body = json.dumps({"id": key, "event": event, "call": call, **more})
        stamp = str(int(timezone.now().timestamp()) - age)
        return client.generic(
            "POST", "/hotline/line/", body, content_type="application/json",
            headers={"X-Governance-Timestamp": stamp, "X-Governance-Signature": sign(secret, stamp, body.encode())},
        )

    return send


def test_the_exchange_tells_a_call_from_ring_to_end(tell: object) -> None:
    told = [
        tell("m1", "ring", "x1", phone=PHONE, seat="8001"), tell("m2", "answered", "x1", seat="8001"),
        tell("m3", "held", "x1", seat="8001"), tell("m4", "ended", "x1"),
    ]
    assert [(answer.status_code, answer.json()["standing"]) for answer in told] == [
        (202, "ringing"), (202, "talking"), (202, "held"), (202, "ended"),
    ]
    assert PhoneCall.objects.get().agent.username == "hotline"


def test_a_repeated_message_is_done_once_and_answered_the_same(tell: object) -> None:
    first = tell("m1", "ring", "x1", phone=PHONE)
    tell("m2", "ended", "x1")
    assert tell("m1", "ring", "x1", phone=PHONE).json() == first.json(), "the first answer, not the present state"
    assert PhoneCall.objects.count() == 1
    assert tell("m1", "ring", "x2", phone=PHONE).status_code == 422, "one id, another message"
    assert tell("m3", "ring", "x1").json()["standing"] == "missed", "the same call is not rung twice"


def test_who_does_not_sign_is_not_heard(tell: object, settings: object) -> None:
    assert tell("m1", "ring", "x1", secret="wrong").status_code == 401
    assert tell("m1", "ring", "x1", age=301).status_code == 401, "an old message is a replay"
    assert tell("m1", "dance", "x1").status_code == 400
    assert tell("m1", "answered", "x1", seat="9999").json()["fields"] == {"seat": ["没有登记这个分机"]}
    settings.HOTLINE_CTI_SECRET = ""
    assert tell("m1", "ring", "x1").status_code == 409
    assert PhoneCall.objects.count() == 0
