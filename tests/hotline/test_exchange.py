"""Exchange with an existing platform over a real HTTP line: once only, in spite of repeats, faults and bad records."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime, timedelta

import pytest
from django.conf import settings as project

from casework import outbox
from casework.door import MoveRefused
from casework.models import OutboxItem
from hotline import transitions
from hotline.exchange import actions, mapping
from hotline.exchange.models import ExchangeMessage, Partner
from hotline.exchange.tasks import exchange
from hotline.models import HotlineOrder
from tests.hotline.platform import SECRET, Platform, running
from tests.world import NOON, World

MAPPING = {
    "list": "data", "external_number": "task_num", "updated": "operate_time",
    "fields": {
        "text": {"from": "event_desc"}, "title": {"from": "sub_type_name"}, "address": {"from": "address"},
        "demand": {"from": "nature", "codes": {"投诉": "complaint", "咨询": "consult"}, "default": "help"},
        "category": {"from": "sub_type_name", "codes": {"暴露垃圾": "0401", "路灯": "0606"}},
        "area": {"from": "region_code", "codes": {"120110": "150302002001001"}},
        "phone": {"from": "caller.phone"}, "name": {"from": "caller.name"},
    },
    "push": {
        "form": "data", "constants": {"senderCode": "150302"},
        "fields": {
            "task_num": {"from": "external_number"}, "our_number": {"from": "number"}, "answer": {"from": "answer"},
            "event_state_id": {"from": "state", "codes": {"closed": 6}, "default": 4},
        },
    },
}
SAMPLES = project.SHARED_DIR / "data"


def record(number: str, at: str = "2026-03-05 09:00:00", **more: object) -> dict:
    return {
        "task_num": number, "operate_time": at, "event_desc": f"春竹轩6号楼前生活垃圾无人清运 {number}",
        "sub_type_name": "暴露垃圾", "address": "春竹轩社区", "region_code": "120110",
        "caller": {"phone": "13812345678", "name": "周某"}, **more,
    }


@pytest.fixture
def platform(settings) -> Iterator[Platform]:
    with running() as server:
        settings.WEBHOOK_ALLOWED_HOSTS = [server.root]
        yield server


@pytest.fixture
def partner(world: World, platform: Platform) -> Partner:
    return Partner.objects.create(
        code="city", name="市12345平台", is_active=True, pull_url=f"{platform.root}/orders", push_url=f"{platform.root}/push",
        key_id="district", secret=SECRET, mapping=deepcopy(MAPPING),
    )


def run(at: datetime) -> None:
    """Beat's tick, and the worker until nothing of the exchange is due at ``at``."""
    exchange(at=at)
    for _round in range(6):
        due = OutboxItem.objects.filter(
            topic__startswith="exchange", done_at=None, dead_at=None, available_at__lte=at
        ).order_by("pk")
        keys = list(due.values_list("pk", flat=True))
        if not keys:
            return
        for key in keys:
            outbox.do_item(key, at=at)


def test_orders_are_pulled_once_and_follow_their_event(world: World, partner: Partner, platform: Platform) -> None:
    platform.records = [record("22015"), record("22016", "2026-03-05 09:05:00")]
    run(NOON)
    run(NOON + timedelta(minutes=6))
    orders = HotlineOrder.objects.order_by("pk")
    assert [order.external_number for order in orders] == ["city:22015", "city:22016"]
    first = orders[0]
    assert (first.channel, first.category_id, first.demand, first.grid_code) == ("platform", "0401", "help", "150302002001001")
    assert first.event is not None
    assert first.event.source == "hotline"
    assert platform.forged == 0
    partner.refresh_from_db()
    assert partner.cursor == "2026-03-05 09:05:00"
    platform.records[0] |= {"operate_time": "2026-03-05 10:00:00", "step": "转派"}  # the platform's own step, same words
    trail = first.trail.count()
    run(NOON + timedelta(minutes=12))
    assert HotlineOrder.objects.count() == 2
    assert first.trail.count() == trail
    platform.records[0] |= {"operate_time": "2026-03-05 10:30:00", "event_desc": "又来电,垃圾堆到路中间了"}
    run(NOON + timedelta(minutes=18))
    assert first.trail.filter(verb="urge").count() == 1


def test_a_worker_killed_in_between_takes_nothing_in_twice(world: World, partner: Partner, platform: Platform) -> None:
    """The pull's effect and its done mark share a transaction: doing the rows again changes nothing."""
    platform.records = [record("1")]
    run(NOON)
    run(NOON + timedelta(minutes=1))
    OutboxItem.objects.filter(topic__startswith="exchange").update(done_at=None, attempts=0, claimed_until=None)
    for key in OutboxItem.objects.filter(topic__startswith="exchange").values_list("pk", flat=True):
        outbox.do_item(key, at=NOON)
    assert HotlineOrder.objects.count() == 1
    assert len(platform.pushed) == 1


def test_what_names_the_caller_is_cut_out_when_it_is_done(world: World, partner: Partner, platform: Platform) -> None:
    platform.records = [record("1"), record("2", sub_type_name="没有的类别")]
    run(NOON)
    run(NOON + timedelta(minutes=1))
    assert platform.pushed
    done, dead = (ExchangeMessage.objects.get(direction="in", external_number=number) for number in ("1", "2"))
    assert "13812345678" not in json.dumps(done.body)
    assert done.body["event_desc"]
    assert dead.body["caller"]["phone"] == "13812345678"
    assert HotlineOrder.objects.get().caller.phone == "13812345678"
    for told in platform.pushed.values():
        assert "13812345678" not in json.dumps(told)
        assert "周某" not in json.dumps(told, ensure_ascii=False)
    assert "13812345678" not in json.dumps(list(OutboxItem.objects.filter(topic__startswith="exchange").values("payload")))


def test_a_bad_record_is_a_dead_letter_with_its_reason_and_stops_no_other(
    world: World, partner: Partner, platform: Platform
) -> None:
    bad = {"operate_time": "2026-03-05 09:00:00", "event_desc": "没有编号"}
    platform.records = [record("1", sub_type_name="新类别"), bad, record("2"), record("3", event_desc="")]
    run(NOON)
    assert [order.external_number for order in HotlineOrder.objects.all()] == ["city:2"]
    reasons = dict(ExchangeMessage.objects.filter(state="dead").values_list("external_number", "reason"))
    assert "新类别" in reasons["1"]
    assert "task_num" in reasons[""]
    assert set(reasons) == {"", "1", "3"}
    partner.mapping["fields"]["category"]["codes"]["新类别"] = "0402"
    partner.save(update_fields=["mapping"])
    letter = actions.replay(ExchangeMessage.objects.get(external_number="1"), at=NOON)
    run(NOON + timedelta(seconds=5))
    letter.refresh_from_db()
    assert (letter.state, letter.order.category_id) == ("done", "0402")
    with pytest.raises(MoveRefused, match="wrong_state"):
        actions.replay(letter, at=NOON)
    gone = actions.drop(ExchangeMessage.objects.get(external_number="3"), at=NOON, reason="对方作废")
    assert (gone.state, gone.body) == ("dropped", {})


def test_answers_are_pushed_once_per_version_in_the_platforms_words(
    world: World, partner: Partner, platform: Platform
) -> None:
    platform.records = [record("1")]
    run(NOON)
    run(NOON + timedelta(minutes=1))
    order = HotlineOrder.objects.get()
    assert len(platform.pushed) == platform.posts == 1
    assert next(iter(platform.pushed.values())) == {
        "task_num": "1", "our_number": order.number, "answer": "", "event_state_id": 4, "senderCode": "150302",
    }
    platform.status = 503
    transitions.urge(order, actor=world.actor("dispatcher"), at=NOON + timedelta(minutes=2), note="请抓紧")
    run(NOON + timedelta(minutes=3))
    transitions.urge(order, actor=world.actor("dispatcher"), at=NOON + timedelta(minutes=4), note="再催")
    platform.status = 200
    run(NOON + timedelta(minutes=5))
    states = list(ExchangeMessage.objects.filter(direction="out").order_by("pk").values_list("state", flat=True))
    assert states == ["done", "dropped", "done"]  # the older version is not told after the newer one
    assert len(platform.pushed) == 2


def test_a_line_that_stays_down_ends_in_the_dead_letters_and_can_be_replayed(
    world: World, partner: Partner, platform: Platform
) -> None:
    platform.records = [record("1")]
    run(NOON)
    order = HotlineOrder.objects.get()
    platform.status = 500
    transitions.urge(order, actor=world.actor("dispatcher"), at=NOON, note="请抓紧")
    moment = NOON
    for _try in range(7):
        moment += timedelta(hours=1, seconds=5)
        run(moment)
    letter = ExchangeMessage.objects.get(direction="out", state="dead")
    assert (letter.tries, letter.reason) == (6, "HTTP 500")
    platform.status = 200
    actions.replay(letter, at=moment)
    run(moment)
    letter.refresh_from_db()
    assert letter.state == "done"


def test_a_refused_request_is_not_tried_again(world: World, partner: Partner, platform: Platform) -> None:
    platform.records = [record("1")]
    run(NOON)
    platform.status = 400
    transitions.urge(HotlineOrder.objects.get(), actor=world.actor("dispatcher"), at=NOON, note="请抓紧")
    posts = platform.posts
    for minutes in range(3):
        run(NOON + timedelta(minutes=minutes))
    assert ExchangeMessage.objects.get(direction="out", state="dead").reason == "HTTP 400"
    assert platform.posts == posts + 1


@pytest.mark.parametrize("raw", [b"<html>", b"[" * 5000, b'{"data": 5}', b'{"data": [1]}', b'{"data": ["\\u0000"]}', b"\xff\xfe"])
def test_an_answer_that_cannot_be_read_changes_nothing(
    world: World, partner: Partner, platform: Platform, raw: bytes
) -> None:
    platform.raw = raw
    run(NOON)
    partner.refresh_from_db()
    assert (partner.cursor, partner.failures) == ("", 1)
    assert partner.last_error
    assert not ExchangeMessage.objects.exists()


def test_no_address_off_the_list_is_asked(world: World, partner: Partner, platform: Platform, settings) -> None:
    settings.WEBHOOK_ALLOWED_HOSTS = ["https://other.example.cn"]
    run(NOON)
    partner.refresh_from_db()
    assert "WEBHOOK_ALLOWED_HOSTS" in partner.last_error
    assert platform.gets == 0


def test_a_mapping_is_checked_as_data() -> None:
    assert mapping.check(MAPPING) == []
    assert mapping.check([]) != []
    wrong = {
        "external_number": "", "strange": 1, "fields": {"text": {}, "state": {"from": "x"}, "title": {"from": 3}},
        "push": {"fields": {"phone": {"from": "phone"}}},
    }
    said = "\n".join(mapping.check(wrong))
    for word in ("strange", "external_number", "text", "state", "title", "phone"):
        assert word in said


def test_the_pages_keep_a_platform_and_show_how_a_record_reads(world: World, platform: Platform) -> None:
    from tests.access.scene import signed_in

    admin = signed_in(world.people["admin"])
    told = {
        "code": "city", "name": "市平台", "is_active": "on", "pull_url": f"{platform.root}/orders", "push_url": "",
        "key_id": "district", "secret": SECRET, "every_seconds": "300", "shares": "received", "mapping": json.dumps(MAPPING),
    }
    bad = admin.post("/hotline/exchange/new/", {**told, "mapping": '{"fields": {}}'})
    assert bad.status_code == 400
    assert "external_number" in bad.content.decode()
    inside = admin.post("/hotline/exchange/new/", {**told, "pull_url": "http://169.254.169.254/latest"})
    assert inside.status_code == 400
    tried = admin.post("/hotline/exchange/new/", {**told, "try": "1", "sample": json.dumps(record("22015"))})
    assert "0401" in tried.content.decode()
    assert not Partner.objects.exists()
    assert admin.post("/hotline/exchange/new/", told).status_code == 302
    partner = Partner.objects.get()
    page = admin.get("/hotline/exchange/city/").content.decode()
    assert SECRET not in page
    admin.post("/hotline/exchange/city/", {**told, "secret": "", "name": "市热线"})
    partner.refresh_from_db()
    assert (partner.secret, partner.name) == (SECRET, "市热线")
    platform.records = [record("1", sub_type_name="新类别")]
    run(NOON)
    page = admin.get("/hotline/exchange/?state=dead&partner=city").content.decode()
    assert "新类别" in page
    assert "13812345678" not in page
    letter = ExchangeMessage.objects.get(state="dead")
    assert admin.post(f"/hotline/exchange/messages/{letter.pk}/", {"verb": "replay"}).status_code == 302
    assert signed_in(world.people["dispatcher"]).get("/hotline/exchange/").status_code == 403


@pytest.mark.real_data
def test_the_grid_platforms_own_record_reads_under_the_mapping(world: World) -> None:
    path = SAMPLES / "protocols" / "cn-grid" / "grid_event_sync_sample.json"
    if not path.is_file():
        pytest.skip("no ../shared/data here")
    row = json.loads(path.read_text(encoding="utf-8"))["data"][0]
    real = {**MAPPING["fields"], "lon": {"from": "coordinate_x"}, "lat": {"from": "coordinate_y"}}
    told = mapping.told_by(row, {**MAPPING, "fields": real}, external_number=mapping.number_of(row, MAPPING))
    assert (told.external_number, told.category, told.area) == ("22015", "0401", "150302002001001")
    assert told.text.startswith("春竹轩6号楼")
    assert (round(told.lon, 2), round(told.lat, 2)) == (117.44, 39.06)
