"""Sessions and what follows an agreement over the API: one walk, and what is refused on the way."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client

from disputes.models import Dispute
from tests.disputes import cast
from tests.disputes.cast import NOON, House
from tests.disputes.rooms_kit import make_room, other_people

FRIDAY_10 = "2026-03-06T10:00:00+08:00"


class Desk:
    """A mediator's client at one dispute."""

    def __init__(self, house: House, dispute: Dispute, name: str = "mediator") -> None:
        self.web, self.at, self.number = Client(), f"/api/v1/disputes/{dispute.number}/", dispute.number
        self.web.force_login(house.world.people[name], backend="governance.backends.RoleBackend")

    def do(self, verb: str, **body: object) -> tuple[int, dict]:
        answer = self.web.post(f"{self.at}{verb}/", json.dumps(body), content_type="application/json")
        return answer.status_code, answer.json()

    def seen(self) -> dict:
        return self.web.get(self.at).json()


def test_the_walk_from_the_first_session_to_the_last_call_back(house: House, time_machine: object) -> None:
    time_machine.move_to(NOON, tick=False)
    room, desk = make_room(house), Desk(house, cast.mediating(house))
    assert desk.do("schedule", starts_at=FRIDAY_10, room=room.code)[0] == 200
    other = Desk(house, cast.mediating(house, **other_people(1)))
    status, told = other.do("schedule", starts_at=FRIDAY_10, room=room.code)
    assert (status, told["code"]) == (409, "slot_taken")
    assert "最近可约" in told["detail"]
    assert told["fields"] == {name: [told["detail"]] for name in ("starts_at", "room")}
    assert desk.do("reschedule", session=1, starts_at="2026-03-05T14:00:00+08:00")[0] == 200
    seats = desk.seen()["sessions"][0]["seats"]
    time_machine.move_to(NOON + timedelta(hours=3), tick=False)
    desk = Desk(house, Dispute.objects.get(number=desk.number))
    assert desk.do("check_in", session=1, came=[seats[0]["id"]], absent=[seats[1]["id"]])[0] == 200
    assert [desk.do(verb, session=1)[0] for verb in ("begin", "conclude")] == [200, 200]
    assert desk.seen()["sessions"][0]["state"] == "held"
    status, found = desk.do("agree", terms="各付一半", oral=True, plan=[{"due_on": "2026-03-20", "amount": "1000.00"}])
    assert (status, found["state"]) == (200, "agreed")
    assert "各付一半" not in json.dumps(found, ensure_ascii=False)
    assert desk.do("plan", steps=[{"due_on": "2026-03-21", "amount": "900.50"}], note="宽限一天")[0] == 200
    assert desk.do("fulfil")[1]["code"] == "steps_open"
    assert desk.do("perform", instalment=2)[0] == 200
    assert desk.do("fulfil")[1]["state"] == "closed"
    assert desk.do("call_back", day=7, finding="kept", satisfied=5)[0] == 200
    agreement = desk.seen()["agreement"]
    assert [(one["instalment"], one["state"]) for one in agreement["instalments"]] == [(1, "waived"), (2, "done")]
    assert agreement["call_backs"][0]["finding"] == "kept"
    assert desk.do("judge")[1]["code"] == "too_early"


@pytest.mark.parametrize(("verb", "body", "field"), [
    ("schedule", {"starts_at": "2026-03-06T10:00:00", "mode": "online"}, "starts_at"),
    ("schedule", {"starts_at": FRIDAY_10, "room": "nowhere"}, "room"),
    ("schedule", {"starts_at": FRIDAY_10, "people": [987654321]}, "people"),
    ("reschedule", {"session": 9, "starts_at": FRIDAY_10}, "session"),
    ("plan", {"steps": [{"amount": "5.00"}]}, "steps"),
    ("call_back", {"day": 8, "finding": "kept"}, "day"),
    ("perform", {"instalment": 1}, "instalment"),
])  # fmt: skip
def test_what_is_wrong_is_named(house: House, time_machine: object, verb: str, body: dict, field: str) -> None:
    time_machine.move_to(NOON, tick=False)
    status, told = Desk(house, cast.mediating(house)).do(verb, **body)
    assert (status, told["code"]) == (400, "invalid")
    assert field in str(told["fields"])
