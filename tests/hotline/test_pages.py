"""Pages and the API of the room as people meet them: masked callers, reveals noted, digits, ledger, English."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from knox.models import AuthToken

from casework.models import ReadLog
from hotline import tasks, transitions
from hotline.models import HotlineOrder, Referral
from tests.hotline import calls
from tests.world import NOON, World

BACKEND = "governance.backends.RoleBackend"


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def browser(world: World, who: str) -> Client:
    client = Client()
    client.force_login(world.people[who], backend=BACKEND)
    return client


def test_the_order_page_masks_the_caller_and_notes_the_reading(world: World) -> None:
    order = calls.handling(world)
    page = browser(world, "hotline").get(f"/hotline/{order.number}/").content.decode()
    assert "王**" in page
    assert "139****2222" in page
    assert calls.PHONE not in page
    assert ReadLog.objects.filter(kind="hotline", act="open", object_key=order.number).count() == 1
    handled = browser(world, "handler").get(f"/hotline/{order.number}/").content.decode()
    assert "王**" not in handled
    assert "139****2222" not in handled


def test_every_reveal_has_its_row_and_a_closed_case_of_others_has_none(world: World) -> None:
    order = calls.handling(world)
    ask = {"field": "phone", "reason": "联系来电人"}
    fetch = {"X-Requested-With": "fetch"}
    told = browser(world, "hotline").post(f"/hotline/{order.number}/do/reveal/", ask, headers=fetch)
    assert told.json()["shown"] == calls.PHONE
    row = ReadLog.objects.get(act="reveal")
    assert (row.object_key, row.fields, row.allowed) == (order.number, ["phone"], True)
    assert calls.PHONE not in str(list(ReadLog.objects.values_list("reason", "fields", "object_key")))
    HotlineOrder.objects.filter(pk=order.pk).update(is_secret=True, agent=world.people["dispatcher"])
    refused = browser(world, "hotline").post(f"/hotline/{order.number}/do/reveal/", ask, headers=fetch)
    assert refused.json()["code"] == "secret_caller"
    assert ReadLog.objects.filter(act="refused", allowed=False).count() == 1


def test_the_call_back_page_presets_nothing_and_takes_digits(world: World) -> None:
    order = calls.calling_back(world)
    assert tasks.build_call_backs(NOON) == 1
    client = browser(world, "call_backer")
    page = client.get("/hotline/callbacks/").content.decode()
    assert order.number in page
    assert 'name="level"' in page
    assert "checked" not in page
    row = order.call_backs.get()
    assert order.caller.phone not in page
    dialled = client.post(f"/hotline/callbacks/{row.pk}/", {"act": "dial"}, headers={"x-requested-with": "fetch"}).json()
    assert order.caller.phone not in json.dumps(dialled, ensure_ascii=False)  # the demo's line dials by itself
    assert ReadLog.objects.filter(act="reveal", kind="call_back", fields=["phone"]).count() == 1
    late = client.post(f"/hotline/callbacks/{row.pk}/", {"finding": "reached", "solved": "1"})
    assert late.status_code == 302  # a sentence, nothing taken down
    assert order.call_backs.get().state == "waiting"
    client.post(f"/hotline/callbacks/{row.pk}/", {"finding": "reached", "was_contacted": "1", "solved": "1", "level": "4"})
    row.refresh_from_db()
    assert (row.state, row.level, row.solved) == ("done", 4, True)
    assert HotlineOrder.objects.get(pk=order.pk).state == "called_back"


def test_inspection_reads_the_process_and_no_person(world: World) -> None:
    order = calls.handling(world)
    referral = transitions.hand_over(
        order, actor=world.actor("dispatcher"), at=NOON, kind="inaction", note="超期未办"
    )
    client = browser(world, "discipline")
    page = client.get(f"/hotline/discipline/{referral.number}/").content.decode()
    assert "城管局" in page
    for person in ("王小明", calls.PHONE, "宽带断了", "handler"):
        assert person not in page
    assert client.get(f"/hotline/{order.number}/").status_code == 403
    fetch = {"X-Requested-With": "fetch"}
    for verb, body in (
        ("receive", {}), ("conclude", {"outcome": "talk", "note": "约谈"}), ("strike_off", {"note": "已整改"}),
    ):
        answer = client.post(f"/hotline/discipline/{referral.number}/do/{verb}/", body, headers=fetch)
        assert answer.status_code == 200, answer.content
    assert Referral.objects.get().state == "struck_off"
    ledger = client.get("/hotline/discipline/ledger.csv").content.decode()
    assert referral.number in ledger
    assert "王小明" not in ledger


def test_the_record_of_a_referral_never_changes(world: World) -> None:
    from django.db import DatabaseError, transaction

    referral = transitions.hand_over(
        calls.handling(world), actor=world.actor("dispatcher"), at=NOON, kind="inaction", note="超期"
    )
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Referral.objects.filter(pk=referral.pk).update(record={})


@pytest.mark.parametrize("who", ["hotline", "dispatcher", "call_backer", "director", "evaluator"])
def test_every_page_of_the_room_opens(world: World, who: str) -> None:
    calls.calling_back(world)
    tasks.build_call_backs(NOON)
    client = browser(world, who)
    for path in ("orders/", "orders/?view=all&q=宽带", "callbacks/", "silence/", "discipline/"):
        answer = client.get(f"/hotline/{path}")
        assert answer.status_code in (200, 403), path


def test_a_call_comes_in_over_http_once_and_is_forwarded(world: World) -> None:
    token = AuthToken.objects.create(world.people["hotline"])[1]
    client = Client(headers={"Authorization": f"Token {token}", "Idempotency-Key": "call-1"})
    body = json.dumps({
        "demand": "complaint", "text": "路灯不亮", "category": "0606", "area": "150302002001001",
        "caller": {"name": "李四", "phone": "13700001111"},
    })
    first = client.post("/api/v1/hotline/", body, content_type="application/json")
    again = client.post("/api/v1/hotline/", body, content_type="application/json")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert HotlineOrder.objects.count() == 1
    assert "13700001111" not in first.content.decode()
    number = first.json()["number"]
    client = Client(headers={"Authorization": f"Token {token}"})
    done = client.post(f"/api/v1/hotline/{number}/forward/", "{}", content_type="application/json")
    assert (done.status_code, done.json()["event"]["number"]) == (200, number)
    refused = client.post(f"/api/v1/hotline/{number}/forward/", "{}", content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state")
    trail = client.get(f"/api/v1/hotline/{number}/trail/").json()["results"]
    assert [row["verb"] for row in trail] == ["register", "forward"]
    assert client.get(f"/api/v1/hotline/{number}/clock/").json()["deadlines"][0]["agrees"] is True
    assert client.get("/api/v1/hotline/?state=dispatching&count=exact").json()["count"] == 1
