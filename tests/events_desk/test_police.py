"""110: its own fields are read by few and logged, police business is refused, and what goes back to 110 keeps its number."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.db import connection
from django.test import Client

from accounts.models import Role
from casework import outbox
from casework.models import Channel, ReadLog
from casework.refusals import MoveRefused
from events import actions, transitions
from events.models import Event, EventLink, PoliceRecord
from events.police import PoliceTold
from tests import world as worlds
from tests.api.conftest import Api
from tests.world import NOON, World

BIRD = "金丝雀派"
MASKED = {"caller_name": f"鹂{BIRD}", "caller_phone": "19910420001", "parties": f"雀{BIRD}、鹊{BIRD}"}
PLAIN = {"receipt_number": f"JJ-{BIRD}-1", "kind": f"报警{BIRD}", "station": f"{BIRD}所"}
BLOCK = {**MASKED, **PLAIN, "nature": "noise", "called_at": "2026-03-05T09:50:00+08:00"}
BODY = {
    "source": "police110", "external_number": "P-1", "category": "0805", "text": "楼下歌厅半夜放音响", "area": "150302002001001",
}
READERS = ("dispatcher", "director")
ASKING = (*READERS, "handler", "head", "officer_a", "secretary_a", "worker_a1", "call_backer", "evaluator", "platform",
          "stranger")
PLACES = (
    "/events/{number}/", "/events/{number}/trail/", "/events/{number}/clock/", "/events/{number}/print/", "/desk/?view=all",
    "/desk/?view=all&q={word}", "/desk/?view=all&q={phone}", "/desk/export/?view=all", "/notices/", "/m/e/{number}/",
    "/api/v1/events/", "/api/v1/events/?q={word}", "/api/v1/events/{number}/", "/api/v1/events/{number}/trail/",
    "/open311/v2/requests.json", "/desk/clues/", "/screen/",
)


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def api(world: World) -> Callable[[str], Api]:
    return lambda name: Api(world.people[name])


@pytest.fixture
def handed_over(world: World, api: Callable[[str], Api]) -> Event:
    """One matter from 110 with a canary in every field of the feed, on its way to a department."""
    Channel.objects.create(code="hook", kind="webhook", topics=["*"], target="https://example.org/", secret="s" * 40)
    assert api("platform").post("events/", {**BODY, "police": BLOCK}).status_code == 201
    event = Event.objects.get()
    event = transitions.triage(event, actor=world.actor("dispatcher"), at=NOON, open_window=False)
    return transitions.dispatch(event, unit=world.units["chengguan"], note="请办理", actor=world.actor("dispatcher"), at=NOON)


def _client(world: World, who: str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(world.people[who], backend="governance.backends.RoleBackend")
    return client


# The way in ---------------------------------------------------------------------------------------------


def test_the_block_is_kept_apart_and_no_answer_repeats_it(handed_over: Event, api: Callable[[str], Api]) -> None:
    record = PoliceRecord.objects.get(event=handed_over)
    assert (record.nature, record.station, record.caller_phone) == ("noise", PLAIN["station"], MASKED["caller_phone"])
    again = api("platform").post("events/", {**BODY, "police": {**BLOCK, "station": "别的所"}})
    assert again.status_code == 200
    assert BIRD not in again.content.decode()
    assert PoliceRecord.objects.get().station == PLAIN["station"]


BAD = (
    ({"source": "hotline"}, "police"),
    ({"police": {**BLOCK, "nature": "criminal"}}, "police.nature"),
    ({"police": {**BLOCK, "nature": "security"}}, "police.nature"),
    ({"police": {**BLOCK, "nature": "traffic"}}, "police.nature"),
    ({"police": {**BLOCK, "nature": "gossip"}}, "police"),
    ({"police": {**BLOCK, "called_at": "2026-03-06T10:00:00+08:00"}}, "police.called_at"),
    ({"police": {**BLOCK, "weapon": "刀"}}, "police"),
    ({"police": {"nature": "noise"}}, "police"),
    ({"police": "噪声"}, "police"),
)


def test_what_may_not_come_in_is_named_and_leaves_nothing(world: World, api: Callable[[str], Api]) -> None:
    client = api("platform")
    for change, field in BAD:
        answer = client.post("events/", {**BODY, "police": BLOCK, **change})
        assert answer.status_code == 400, answer.content
        assert field in answer.json()["fields"], change
    assert not Event.objects.exists()


def test_police_business_is_told_why_and_the_rest_of_a_batch_comes_in(world: World, api: Callable[[str], Api]) -> None:
    rows = [{**BODY, "external_number": nature, "police": {**BLOCK, "nature": nature}} for nature in ("case", "help")]
    refused, taken = api("platform").post("events/batch/", rows).json()
    assert (refused["status"], taken["status"]) == (400, 201)
    assert refused["error"]["detail"] == "“在办案件”由公安机关办理,110只转办非警务事项"
    assert PoliceRecord.objects.count() == 1


# Who reads ----------------------------------------------------------------------------------------------


def test_no_word_of_the_feed_outside_its_readers(world: World, handed_over: Event, caplog: pytest.LogCaptureFixture) -> None:
    outbox.do_due(at=NOON)
    birds = (BIRD, MASKED["caller_phone"])
    found = []
    with caplog.at_level(logging.DEBUG):
        for who in ASKING:
            client = _client(world, who)
            for place in PLACES:
                if who in READERS and place == "/events/{number}/":
                    continue
                url = place.format(number=handed_over.number, word=BIRD, phone=MASKED["caller_phone"])
                body = client.get(url).content.decode(errors="replace")
                if any(bird in body for bird in birds) and (place.count("?") == 0 or PLAIN["station"] in body):
                    found.append(f"{who} {url}")
    assert found == []
    assert not any(bird in record.getMessage() for record in caplog.records for bird in birds)


def test_it_lies_in_one_table_only(handed_over: Event) -> None:
    """Not in the outbox, notices, deliveries to webhooks, trail, read log or kept answers."""
    outbox.do_due(at=NOON)
    holding = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text ~ %s', [f"{BIRD}|{MASKED['caller_phone']}"])
            if cursor.fetchone()[0]:
                holding.append(table)
    assert holding == ["events_policerecord"]


def test_its_readers_read_it_masked_and_logged(world: World, handed_over: Event) -> None:
    """Control of the crawl, and the row in the log before the page."""
    for who in READERS:
        page = _client(world, who).get(f"/events/{handed_over.number}/").content.decode()
        assert all(word in page for word in PLAIN.values())
        assert not any(value in page for value in MASKED.values())
        assert "199****0001" in page
        row = ReadLog.objects.latest("pk")
        assert (row.person.username, row.act) == (who, "open")
        assert {"caller_phone", "receipt_number"} <= set(row.fields)


def test_the_unit_that_handles_it_reads_only_that_there_is_more(world: World, handed_over: Event) -> None:
    before = ReadLog.objects.count()
    page = _client(world, "handler").get(f"/events/{handed_over.number}/").content.decode()
    assert "受限信息" in page
    assert not any(word in page for word in PLAIN.values())
    assert "caller_phone" not in {name for row in ReadLog.objects.order_by("pk")[before:] for name in row.fields}


def test_a_masked_field_is_revealed_with_a_reason(world: World, handed_over: Event) -> None:
    client, url = _client(world, "dispatcher"), f"/events/{handed_over.number}/do/reveal/"
    for field, value in MASKED.items():
        answer = client.post(url, {"field": field, "reason": "联系报警人"}, headers={"X-Requested-With": "fetch"})
        assert answer.json()["shown"] == value
        row = ReadLog.objects.latest("pk")
        assert (row.act, row.fields, row.reason, row.allowed) == ("reveal", [field], "联系报警人", True)


def test_the_right_to_unmask_reporters_does_not_reach_it(world: World, handed_over: Event) -> None:
    for who in ("handler", "officer_a", "secretary_a"):
        with pytest.raises(MoveRefused) as refused:
            actions.reveal(handed_over, field="caller_phone", reason="联系", actor=world.actor(who), at=NOON)
        assert refused.value.code == "forbidden"
        row = ReadLog.objects.latest("pk")
        assert (row.act, row.allowed, row.fields) == ("refused", False, ["caller_phone"])


def test_the_panel_offers_what_there_is(world: World, handed_over: Event) -> None:
    panel = _client(world, "dispatcher").get(f"/events/{handed_over.number}/do/reveal/").content.decode()
    assert 'value="caller_phone"' in panel
    assert 'value="phone"' not in panel  # 110 told no reporter beside the caller
    panel = _client(world, "officer_a").get(f"/events/{handed_over.number}/do/reveal/").content.decode()
    assert 'value="caller_phone"' not in panel


def test_a_district_may_take_the_right_away(world: World, handed_over: Event) -> None:
    role = Role.objects.get(code="district_dispatcher")
    role.permissions = [code for code in role.permissions if code != "events.view_police"]
    role.save()
    page = _client(world, "dispatcher").get(f"/events/{handed_over.number}/").content.decode()
    assert "受限信息" in page
    assert PLAIN["receipt_number"] not in page


# The way out --------------------------------------------------------------------------------------------


def test_what_goes_out_to_110_keeps_number_and_link_and_can_come_back(world: World) -> None:
    event = worlds.in_progress(world)
    number, client = event.number, _client(world, "dispatcher")
    url = f"/events/{number}/do/"
    told = {"kind": "police110", "basis": "治安管理处罚法", "note": "涉嫌违法,移送公安"}
    assert client.post(f"{url}transfer/", told).status_code == 302
    event.refresh_from_db()
    assert (event.state, event.number) == ("transferred", number)
    assert client.post(f"{url}note_number/", {"kind": "police110", "number": "JJ20260305-9"}).status_code == 302
    link = EventLink.objects.get(event=event)
    assert (link.kind, link.number, link.basis, link.returned_at) == ("police110", "JJ20260305-9", "治安管理处罚法", None)
    page = client.get(f"/events/{number}/").content.decode()
    assert "JJ20260305-9" in page
    assert "police110" not in page
    assert client.post(f"{url}take_back/", {"note": "不属警务,退回"}).status_code == 302
    event.refresh_from_db()
    link.refresh_from_db()
    assert (event.state, event.number, link.returned_at) == ("awaiting_dispatch", number, NOON)


def test_what_110_has_ended_is_told_to_the_reporter(world: World) -> None:
    event = worlds.in_progress(world)
    actor = world.actor("dispatcher")
    transitions.transfer(event, kind="police110", basis="治安管理处罚法", actor=actor, at=NOON, note="移送公安")
    client = _client(world, "dispatcher")
    told = {"kind": "police110", "note": "公安机关已处理完毕"}
    assert client.post(f"/events/{event.number}/do/end_elsewhere/", told).status_code == 302
    assert EventLink.objects.get(event=event).returned_at == NOON
    assert event.trail.order_by("-seq").first().is_public
    assert client.get(f"/events/{event.number}/do/end_elsewhere/").status_code == 409


def test_only_a_source_of_110_takes_the_block_also_inside(world: World) -> None:
    told = PoliceTold(receipt_number="J-1", nature="help")
    with pytest.raises(MoveRefused) as refused:
        worlds.reported(world, source="grid", police=told)
    assert "police" in refused.value.fields
    assert json.dumps(refused.value.as_dict())
