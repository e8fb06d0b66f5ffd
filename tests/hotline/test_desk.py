"""The agent's desk on the server's side: suggestions, drafts, one order however often it is sent, who sees the caller."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from casework.models import ReadLog
from events.models import Event
from grids.addresses import index
from grids.addresses.importing import import_register
from grids.models import AddressAlias, PublicPlace, UnresolvedAddress
from hotline.desk import drafts, registering, suggesting
from hotline.lines import calls as lines
from hotline.models import Draft, HotlineOrder
from tests.hotline import calls
from tests.world import NOON, World

A1, A2 = "150302002001001", "150302002001002"
BACKEND = "governance.backends.RoleBackend"


def signed_in(world: World, who: str) -> Client:
    client = Client(headers={"X-Requested-With": "fetch"})
    client.force_login(world.people[who], backend=BACKEND)
    return client


def post(client: Client, url: str, body: dict, **headers: str) -> object:
    return client.generic("POST", url, json.dumps(body), content_type="application/json", headers=headers)


@pytest.fixture
def desk(world: World) -> World:
    index.forget()
    PublicPlace.objects.create(name="阳光里", kind="compound", lon=106.805, lat=39.605, grid=world.areas["grid_a1"])
    return world


def form(**more: object) -> dict:
    return {
        "demand": "complaint", "text": "宽带信号中断三天没人修", "address": "阳光里3号楼2单元401", "category": "0805",
        "client_key": "k1", "may_call_back": True, **more,
    }


def test_one_answer_has_every_part_with_its_reason(desk: World) -> None:
    asked = suggesting.Asked(text="宽带断了,网线也断了,投诉没人管", address="阳光里", category="0805", demand="complaint")
    told = suggesting.answer(asked, rights=desk.actor("hotline").rights, at=NOON)
    assert told["categories"][0]["words"]
    assert told["demand"] == {"code": "complaint", "words": ["投诉", "没人管"]}
    assert told["place"]["sure"]
    assert told["place"]["candidates"][0] | {"share": 0} == {
        "label": "阳光里", "grid": A1, "where": "海北街道 · 青山第一网格", "lon": 106.805, "lat": 39.605, "share": 0,
        "why": "名称相符",
    }
    assert told["units"][0]["why"]
    assert told["near"] == {"has_place": True, "rows": []}
    assert told["promise"]["label"]


def test_asking_when_it_will_be_repaired_is_no_question_of_knowledge(db: None) -> None:
    def proposed(text: str) -> str:
        return suggesting.demand_of(text)["code"]

    assert proposed("楼道灯坏了,什么时候能修好") == "help"
    assert proposed("想问一下供暖什么时候开始") == "consult"


def test_duplicates_stand_in_two_rings_and_ended_ones_are_marked(desk: World) -> None:
    near = calls.dispatching(desk, at=NOON, lon=106.8051, lat=39.605, area=None)
    far = calls.dispatching(desk, at=NOON, lon=106.807, lat=39.605, area=None)
    calls.dispatching(desk, at=NOON, lon=106.83, lat=39.605, area=None)
    asked = suggesting.Asked(text="宽带断了没人修", address="阳光里", category="0805")
    rows = suggesting.answer(asked, rights=desk.actor("hotline").rights, at=NOON)["near"]["rows"]
    assert [(row["number"], row["ring"], row["ended"]) for row in rows] == [
        (near.number, 50, False), (far.number, 250, False),
    ]
    assert suggesting.answer(asked, rights=desk.actor("mediator").rights, at=NOON)["near"]["rows"] == []


def test_sent_again_it_is_one_order_with_one_event_and_the_same_answer(desk: World) -> None:
    client = signed_in(desk, "hotline")
    first = post(client, "/hotline/register/", form(act="forward"), **{"Idempotency-Key": "one"})
    again = post(client, "/hotline/register/", form(act="forward"), **{"Idempotency-Key": "one"})
    other = post(client, "/hotline/register/", form(act="forward"), **{"Idempotency-Key": "two"})
    assert (first.status_code, again.json()) == (200, first.json())
    assert other.json()["number"] == first.json()["number"], "the form's own key keeps it one"
    assert (HotlineOrder.objects.count(), Event.objects.count()) == (1, 1)
    assert HotlineOrder.objects.get().grid_code == A1
    mended = post(client, "/hotline/register/", form(client_key="k2", act="forward", text=""))
    assert (mended.status_code, mended.json()["fields"]) == (400, {"text": ["请写明来电内容"]})
    assert post(client, "/hotline/register/", form(client_key="k2", act="forward")).status_code == 200
    assert HotlineOrder.objects.count() == 2


def test_joining_makes_no_second_event_and_an_ended_matter_is_done_again(desk: World) -> None:
    client = signed_in(desk, "hotline")
    open_one = calls.dispatching(desk, at=timezone.now())
    joined = post(client, "/hotline/register/", form(act="join", event=open_one.number))
    assert joined.json()["said"] == f"已并入 {open_one.number}"
    assert Event.objects.count() == 1
    assert Event.objects.get().repeats == 1
    ended = calls.closed(desk, at=timezone.now() - timedelta(days=1))
    again = post(client, "/hotline/register/", form(client_key="k9", act="reopen", event=ended.event.number))
    assert again.status_code == 200, again.content
    ended.event.refresh_from_db()
    assert ended.event.state != "closed"


def test_an_unreasonable_demand_is_sent_to_be_judged_with_its_reason(desk: World) -> None:
    client = signed_in(desk, "hotline")
    told = post(client, "/hotline/register/", form(act="exclude", reason="no_duty", answer="要求政府代偿私人借款"))
    assert told.status_code == 200, told.content
    order = HotlineOrder.objects.get()
    assert order.exclusions.get().reason == "no_duty"
    assert not order.is_excluded, "somebody else decides"


def test_a_grid_chosen_by_hand_teaches_and_an_unknown_address_goes_to_the_list(desk: World) -> None:
    client = signed_in(desk, "hotline")
    post(client, "/hotline/register/", form(address="老供销社对面", grid=A2, chosen=True, act="forward"))
    assert AddressAlias.objects.get(origin="learned").grid.code == A2
    post(client, "/hotline/register/", form(client_key="k2", address="东风桥底下", act="forward"))
    row = UnresolvedAddress.objects.get()
    assert row.subjects == [f"hotline:{HotlineOrder.objects.latest('pk').number}"]
    officer = signed_in(desk, "dispatcher")
    settled = officer.post(f"/hotline/addresses/unresolved/{row.pk}/", {"act": "resolve", "chosen": A1})
    assert settled.status_code == 302
    assert Event.objects.latest("pk").grid_code == A1, "the case that waited has its place"


def test_a_late_copy_of_an_older_draft_changes_nothing(world: World) -> None:
    agent = world.people["hotline"]
    assert drafts.save(agent, "c1", {"text": "新"}, version=3, at=NOON)
    assert not drafts.save(agent, "c1", {"text": "旧"}, version=2, at=NOON)
    assert drafts.save(world.people["call_backer"], "c1", {"text": "别人"}, version=1, at=NOON)
    assert [one["body"] for one in drafts.of(agent)] == [{"text": "新"}]
    client = signed_in(world, "hotline")
    assert post(client, "/hotline/drafts/", {"call": "c1", "version": 4, "body": {"text": "x", "evil": 1}}).json()["kept"]
    assert Draft.objects.get(agent=agent).body == {"text": "x"}
    assert post(client, "/hotline/drafts/", {"call": "c1", "version": "4", "body": {}}).status_code == 400


def test_the_number_is_masked_until_a_reason_is_given_and_noted(desk: World) -> None:
    client, agent = signed_in(desk, "hotline"), desk.people["hotline"]
    now = timezone.now()
    call = lines.answer(lines.ring("c1", phone=calls.PHONE, at=now), agent=agent, at=now)
    calls.closed(desk, at=now - timedelta(days=9))
    card = post(client, "/hotline/caller/", {"call": "c1"}).content.decode()
    assert "139****2222" in card
    assert calls.PHONE not in card
    assert "data-recent" in card
    typed = post(client, "/hotline/caller/", {"phone": calls.PHONE}).content.decode()
    assert "没有在办工单" in typed, "a number typed by hand does not open the history of a person"
    assert post(client, "/hotline/caller/reveal/", {"call": "c1", "reason": " "}).status_code == 400
    assert ReadLog.objects.filter(act="reveal").count() == 0
    assert post(client, "/hotline/caller/reveal/", {"call": "c1", "reason": "核对回电号码"}).json()["phone"] == calls.PHONE
    assert ReadLog.objects.get(act="reveal").reason == "核对回电号码"
    other = signed_in(desk, "dispatcher")
    assert post(other, "/hotline/caller/reveal/", {"call": call.key, "reason": "看看"}).status_code == 404


def test_without_script_a_call_is_taken_in_by_the_plain_form(desk: World) -> None:
    client = Client()
    client.force_login(desk.people["hotline"], backend=BACKEND)
    assert client.get("/hotline/").status_code == 200
    wrong = client.post("/hotline/register/", form(act="forward", address=""))
    assert wrong.status_code == 400
    assert "请填写地址" in wrong.content.decode()
    kept = client.post("/hotline/register/", form(act="save"))
    assert "宽带信号中断" in client.get(kept["Location"]).content.decode()
    assert client.post("/hotline/register/", form(act="forward")).status_code == 302
    assert HotlineOrder.objects.get().state != "registered"


def test_the_register_is_imported_on_the_page_with_a_word_for_every_row(desk: World) -> None:
    assert registering.ACTS
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = Client()
    client.force_login(desk.people["hotline"], backend=BACKEND)
    rows = f"类型,名称,网格编码,经度,纬度\n小区,东苑花园,{A1},106.8,39.6\n小区,无处,,,\n"
    page = client.post("/hotline/addresses/import/", {"file": SimpleUploadedFile("a.csv", rows.encode()), "act": "try"})
    words = page.content.decode()
    assert "请填写网格编码或落在某个网格内的经纬度" in words
    assert not PublicPlace.objects.filter(name="东苑花园").exists()
    assert import_register(rows, actor=desk.actor("hotline"), at=NOON).count("added") == 1
    assert "东苑花园" in client.get("/hotline/addresses/?q=dyhy").content.decode()
