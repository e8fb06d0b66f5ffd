"""Who is told: once in the bell, held back at night, and through channels that may fail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import User
from benchmarks.sweep_days import make_events
from casework import notices, outbox
from casework.channels.webhook import sign
from casework.models import Channel, Delivery, Notice, OutboxItem
from casework.notices import Message
from casework.quiet import heard_at
from tests.casework.sinks import HttpSink, SmtpSink, serving

DAY = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
"""Thursday 10:00 in Shanghai."""
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people() -> list[User]:
    return [
        User.objects.create_user(f"p{n}", name=f"p{n}", email=f"p{n}@example.cn", phone=f"1380000000{n}")
        for n in range(3)
    ]


@pytest.fixture
def web(settings) -> Iterator[HttpSink]:
    with serving(HttpSink()) as sink:
        settings.WEBHOOK_ALLOWED_HOSTS = [sink.url]
        yield sink


@pytest.fixture
def post_office() -> Iterator[SmtpSink]:
    with serving(SmtpSink()) as sink:
        yield sink


@pytest.fixture
def told(monkeypatch, people):
    """``told(message…, at=…)`` owes and carries out one notice on a case."""
    case = make_events(1)[0]
    messages: list[Message] = []
    monkeypatch.setattr(notices, "_recipients", {})
    notices.register_notice("event.dispatched", lambda _case, _item: messages)
    serial = iter(range(1000))

    def tell(*given: Message, at: datetime = DAY, key: str = "") -> OutboxItem:
        messages[:] = given
        item = OutboxItem.objects.create(
            topic="notice", key=key or f"notice:{next(serial)}", available_at=at, created_at=at,
            payload={"model": "events.event", "case": case.pk, "seq": 1, "kind": "event.dispatched"},
        )  # fmt: skip
        assert outbox.do_item(item.pk, at=at) == "done"
        return item

    tell.case = case
    return tell


def webhook(sink: HttpSink, **more) -> Channel:
    fields = {"code": "hook", "kind": "webhook", "target": sink.url + "/in", "secret": "s3", "topics": ["*"]}
    return Channel.objects.create(**fields | more)


@pytest.mark.parametrize(
    ("moment", "urgency", "heard"),
    [
        ("2026-03-05T12:59:59", "P3", "2026-03-05T12:59:59"),
        ("2026-03-05T13:00:00", "P3", "2026-03-05T23:30:00"),
        ("2026-03-05T17:00:00", "", "2026-03-05T23:30:00"),
        ("2026-03-05T23:29:59", "P2", "2026-03-05T23:30:00"),
        ("2026-03-05T23:30:00", "P2", "2026-03-05T23:30:00"),
        ("2026-03-05T17:00:00", "P1", "2026-03-05T17:00:00"),
        ("2026-03-05T17:00:00", "P0", "2026-03-05T17:00:00"),
    ],
)
def test_quiet_hours(moment, urgency, heard):
    assert heard_at(datetime.fromisoformat(moment + "+00:00"), urgency) == datetime.fromisoformat(heard + "+00:00")


def test_each_person_has_one_line_whatever_is_repeated(told, people):
    everybody = tuple(person.pk for person in people)
    message = Message(everybody + everybody[:1], "新派单", url="/desk/1/", urgency="P2")
    item = told(message)
    OutboxItem.objects.filter(pk=item.pk).update(done_at=None)
    outbox.do_item(item.pk, at=DAY)
    assert Notice.objects.count() == 3
    line = notices.bell(people[0], at=DAY)[0]
    assert (line.title, line.url, line.case_number, line.created_at) == ("新派单", "/desk/1/", told.case.number, DAY)


def test_the_night_holds_back_what_is_not_urgent(told, people):
    night = DAY.replace(hour=17)
    told(Message((people[0].pk,), "普通"), at=night)
    told(Message((people[0].pk,), "紧急", urgency="P0"), at=night)
    assert [line.title for line in notices.bell(people[0], at=night)] == ["紧急"]
    morning = DAY.replace(hour=23, minute=30)
    assert [line.title for line in notices.bell(people[0], at=morning)] == ["紧急"]
    assert notices.bell(people[0], at=morning)[0].earlier == 1


def test_bell_shows_one_line_per_case_and_reading_it_reads_the_older_ones(told, people):
    for title in ("一", "二", "三"):
        told(Message((people[0].pk,), title))
    (line,) = notices.bell(people[0], at=DAY)
    assert (line.title, line.earlier) == ("三", 2)
    assert notices.mark_read(people[1], at=DAY, ids=[line.pk]) == 0
    assert notices.mark_read(people[0], at=DAY, ids=[line.pk]) == 3
    assert notices.bell(people[0], at=DAY, unread_only=True) == []


def test_one_person_takes_an_urgent_line_for_all(told, people):
    told(Message(tuple(p.pk for p in people), "突发", urgency="P0"))
    lines = {person.pk: notices.ringing(person, at=DAY)[0] for person in people}
    assert not notices.acknowledge(people[1], lines[people[0].pk].pk, at=DAY)
    assert notices.acknowledge(people[0], lines[people[0].pk].pk, at=DAY)
    assert not notices.acknowledge(people[1], lines[people[1].pk].pk, at=DAY)
    assert [notices.ringing(person, at=DAY) for person in people] == [[], [], []]


def test_a_kind_nobody_knows_is_an_error_on_the_row(told, monkeypatch):
    monkeypatch.setattr(notices, "_recipients", {})
    item = OutboxItem.objects.create(
        topic="notice", key="k", available_at=DAY, created_at=DAY,
        payload={"model": "events.event", "case": told.case.pk, "seq": 1, "kind": "unknown"},
    )  # fmt: skip
    assert outbox.do_item(item.pk, at=DAY) == "failed"


def test_webhook_is_signed_and_carries_a_key(told, people, web):
    webhook(web)
    told(Message((people[0].pk,), "新派单", "网格 3"))
    assert outbox.do_due(at=DAY) == {"done": 1}
    ((path, headers, body),) = web.hits
    assert path == "/in"
    assert json.loads(body)["title"] == "新派单"
    assert headers["X-Governance-Signature"] == sign("s3", headers["X-Governance-Timestamp"], body)
    assert len(headers["Idempotency-Key"]) == 64
    assert Delivery.objects.get().state == "sent"


def test_channels_listen_to_topics_and_messages_choose_kinds(told, people, web):
    webhook(web, code="all")
    webhook(web, code="events", topics=["event.*"])
    webhook(web, code="other", topics=["dispute.*"])
    webhook(web, code="off", is_active=False)
    told(Message((people[0].pk,), "a"))
    assert set(Delivery.objects.values_list("channel_id", flat=True)) == {"all", "events"}
    told(Message((people[0].pk,), "b", channels=()), Message((people[0].pk,), "c", channels=("mail",), tag="2"))
    assert Delivery.objects.count() == 2


def test_mail_goes_to_each_person_through_a_real_relay(told, people, post_office):
    Channel.objects.create(code="mail", kind="mail", target=f"127.0.0.1:{post_office.port}", topics=["*"])
    told(Message(tuple(p.pk for p in people[:2]), "新派单\r\nBcc: x@y.z", "请办理"))
    outbox.do_due(at=DAY)
    assert sorted(mail[0][0] for mail in post_office.mails) == ["p0@example.cn", "p1@example.cn"]
    assert all("\nBcc:" not in text for _people, text in post_office.mails)


def test_mail_refused_for_good_is_not_tried_again(told, people, post_office):
    post_office.refuse = "550 no such person"
    Channel.objects.create(code="mail", kind="mail", target=f"127.0.0.1:{post_office.port}", topics=["*"])
    told(Message((people[0].pk,), "a"))
    assert outbox.do_due(at=DAY) == {"done": 1}
    assert (Delivery.objects.get().state, Delivery.objects.get().reason) == ("failed", "SMTP 550")


def test_failures_climb_the_ladder_and_the_sixth_is_final(told, people, web):
    web.status = 503
    webhook(web)
    told(Message((people[0].pk,), "a"))
    at, waits = DAY, []
    while Delivery.objects.get().state == "queued":
        outbox.do_due(at=at)
        item = OutboxItem.objects.get(topic="deliver")
        waits.append((item.available_at - at).total_seconds())
        Channel.objects.update(failures=0, open_until=None)
        at = max(item.available_at, at)
    assert waits[:5] == [10, 60, 300, 900, 3600]
    assert len(web.hits) == 6
    assert Delivery.objects.get().reason == "HTTP 503"


def test_circuit_opens_after_five_failures_and_one_probe_goes_ahead(told, people, web):
    web.status = 500
    channel = webhook(web)
    for _ in range(8):
        told(Message((people[0].pk,), "a"))
    outbox.do_due(at=DAY)
    channel.refresh_from_db()
    assert (len(web.hits), channel.open_until) == (5, DAY + timedelta(minutes=2))
    later = DAY + timedelta(minutes=2)
    outbox.do_due(at=later)
    channel.refresh_from_db()
    assert len(web.hits) == 6, "half open: one probe"
    assert channel.open_until == later + timedelta(minutes=2)
    web.status = 200
    outbox.do_due(at=later + timedelta(minutes=2))
    channel.refresh_from_db()
    assert (channel.failures, channel.open_until) == (0, None)
    outbox.do_due(at=later + timedelta(minutes=30))
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}


def test_overflow_of_a_minute_comes_as_one_digest(told, people, web):
    webhook(web, per_minute=2)
    for number in range(6):
        told(Message((people[0].pk,), f"n{number}"))
    outbox.do_due(at=DAY)
    assert len(web.hits) == 2
    outbox.do_due(at=DAY + timedelta(minutes=1))
    assert len(web.hits) == 3
    digest = json.loads(web.hits[2][2])
    assert [f"n{n}" in digest["text"] for n in range(6)] == [False, False, True, True, True, True]
    assert Delivery.objects.filter(state="sent").count() == 6


def test_robots(told, people, web):
    Channel.objects.create(code="w", kind="wecom", target=web.url + "/send?key=1", topics=["*"])
    Channel.objects.create(code="d", kind="dingtalk", target=web.url + "/robot?token=1", secret="SEC", topics=["*"])
    told(Message((people[0].pk,), "长", "网" * 5000))
    outbox.do_due(at=DAY)
    by_path = {path.partition("?")[0]: (path, json.loads(body)) for path, _headers, body in web.hits}
    assert len(by_path["/send"][1]["markdown"]["content"].encode()) <= 4096
    assert "&timestamp=" in by_path["/robot"][0]
    assert "&sign=" in by_path["/robot"][0]


def test_robot_says_busy_in_the_body(told, people, web):
    web.body = b'{"errcode": 45009}'
    Channel.objects.create(code="w", kind="wecom", target=web.url, topics=["*"])
    told(Message((people[0].pk,), "a"))
    assert outbox.do_due(at=DAY) == {"again": 1}
    assert Delivery.objects.get().reason == "robot 45009"


def test_sms_is_short(told, people, web):
    webhook(web, kind="sms")
    told(Message((people[0].pk,), "标题", "网" * 100))
    outbox.do_due(at=DAY)
    body = json.loads(web.hits[0][2])
    assert (len(body["text"]), body["phone"]) == (70, "13800000000")


def test_file_channel_for_the_demo(told, people, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    Channel.objects.create(code="demo", kind="file", topics=["*"])
    told(Message((people[0].pk,), "新派单"))
    outbox.do_due(at=DAY)
    assert json.loads((tmp_path / "messages/demo.jsonl").read_text())["title"] == "新派单"


def test_a_line_is_in_the_language_of_its_reader(told, people, web, monkeypatch):
    """Whoever chose English reads English, also of what a worker composes; a group hears the district's language."""
    from django.utils.translation import gettext

    User.objects.filter(pk=people[1].pk).update(language="en")
    webhook(web)
    ids = tuple(person.pk for person in people)
    monkeypatch.setitem(
        notices._recipients, "event.dispatched", lambda _case, _item: [Message(ids, gettext("通知"), text=gettext("已读"))]
    )
    told()
    lines = {line.person_id: (line.title, line.text) for line in Notice.objects.all()}
    assert lines == {
        people[0].pk: ("通知", "已读"), people[1].pk: ("Notices", "Read"), people[2].pk: ("通知", "已读"),
    }
    assert [row.title for row in Delivery.objects.all()] == ["通知"]
