"""What the status page, the admin and the housekeeping say and do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.contrib import admin
from django.contrib.messages.storage.fallback import FallbackStorage
from django.core.management import call_command
from django.test import RequestFactory

from accounts.models import User
from casework import heartbeat, housekeeping
from casework.admin import OutboxAdmin
from casework.clock.authority import database_time
from casework.heartbeat import note_beat
from casework.load import load_calendar, load_reference
from casework.models import (
    CalendarDay,
    Channel,
    Delivery,
    Heartbeat,
    IdempotencyKey,
    Notice,
    OutboxItem,
    RateCount,
)
from casework.queries import machinery
from casework.tasks import beat_heartbeat, probe

AT = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def owe(key: str, **more) -> OutboxItem:
    return OutboxItem.objects.create(**{"topic": "t", "key": key, "available_at": AT, "created_at": AT} | more)


def test_all_is_well_when_every_part_beats(redis_url):
    for name in ("worker", "beat", "relay"):
        heartbeat.beat(name)
    state = machinery()
    assert state["ok"], state
    assert state["redis"] == {"ok": True}
    assert 0 <= state["worker"]["age_seconds"] < 90


def test_silent_part_dead_row_and_resting_channel_show(redis_url):
    for name in ("worker", "beat", "relay"):
        heartbeat.beat(name)
    now = database_time()
    Heartbeat.objects.filter(name="beat").update(at=now - timedelta(seconds=91))
    owe("a", dead_at=AT)
    owe("b", available_at=now - timedelta(seconds=50))
    owe("c", available_at=now + timedelta(hours=1))
    Channel.objects.create(code="hook", kind="webhook", open_until=now + timedelta(minutes=1))
    state = machinery()
    assert not state["ok"]
    assert [state[name]["ok"] for name in ("worker", "beat", "relay")] == [True, False, True]
    assert (state["outbox"]["backlog"], state["outbox"]["dead"]) == (1, 1)
    assert state["outbox"]["oldest_seconds"] >= 50
    assert state["channels"]["resting"] == ["hook"]


def test_missing_broker_is_told_not_raised(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    state = machinery()
    assert state["redis"]["ok"] is False
    assert state["worker"]["age_seconds"] is None


def test_status_command_fails_when_something_is_down(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("status", stdout=out)
    assert "DOWN redis" in out.getvalue()


def test_probes_write_the_right_rows():
    probe("relay")
    assert set(Heartbeat.objects.values_list("name", flat=True)) == {"worker"}
    note_beat(sender="casework.tasks.sweep_deadlines")
    assert not Heartbeat.objects.filter(name="beat").exists()
    note_beat(sender="casework.tasks.beat_heartbeat")
    beat_heartbeat()
    assert set(Heartbeat.objects.values_list("name", flat=True)) == {"worker", "beat"}


def test_retry_needs_its_own_permission(monkeypatch):
    held: set[str] = set()
    monkeypatch.setattr(OutboxAdmin, "_may", lambda _self, _request, codes: bool(codes & held))
    page = OutboxAdmin(OutboxItem, admin.site)
    request = RequestFactory().post("/admin/")
    request.user, request.session = User.objects.create_user("a", name="a"), {}
    request._messages = FallbackStorage(request)
    held.add("casework.view_outbox")
    assert page.has_view_permission(request)
    assert "retry_items" not in page.get_actions(request)
    assert not page.has_change_permission(request)
    held.add("casework.retry_outbox")
    assert "retry_items" in page.get_actions(request)
    item = owe("a", attempts=5, dead_at=AT, last_error="x")
    page.retry_items(request, OutboxItem.objects.all())
    item.refresh_from_db()
    assert (item.attempts, item.dead_at, item.last_error) == (0, None, "")


@pytest.mark.parametrize("model", [m for m in admin.site._registry if m._meta.app_label == "casework"])
def test_admin_pages_open_for_their_roles_only(client, monkeypatch, settings, model):
    user = User.objects.create_user("a", name="a")
    settings.AXES_ENABLED = False  # a forced login has no address to note
    client.force_login(user, backend="governance.backends.RoleBackend")
    monkeypatch.setattr(type(admin.site._registry[model]), "has_view_permission", lambda *_args: True)
    monkeypatch.setattr(admin.site, "has_permission", lambda _request: True)
    owe("a", last_error="x")
    address = f"/admin/casework/{model._meta.model_name}/"
    assert client.get(address).status_code == 200
    monkeypatch.undo()
    assert client.get(address).status_code in (302, 403)


def test_calendar_loads_once_and_keeps_what_the_district_set():
    first = load_reference()
    assert first["days"] > 500
    assert first["periods"] == 10
    CalendarDay.objects.filter(date="2026-10-01").update(note="自定", is_workday=True)
    assert load_calendar() == {"periods": 0, "days": 0}
    assert CalendarDay.objects.get(date="2026-10-01").note == "自定"


def test_housekeeping_removes_what_is_past_its_keeping(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    day = timedelta(days=1)
    user = User.objects.create_user("a", name="a")
    channel = Channel.objects.create(code="c", kind="file")
    for age in (1, 8, 95):
        owe(f"done{age}", done_at=AT - age * day)
        owe(f"dead{age}", dead_at=AT - age * day)
        Notice.objects.create(person=user, key=f"{age}", kind="k", title="t", created_at=AT - age * day, show_at=AT)
        Delivery.objects.create(channel=channel, key=f"{age}", title="t", state="sent", created_at=AT - age * day)
        IdempotencyKey.objects.create(owner="o", key=f"{age}", request_hash="", created_at=AT - age * day)
        RateCount.objects.create(key=f"{age}", expires_at=AT - age * day)
    owe("waiting", available_at=AT - 400 * day)
    gone = housekeeping.clean(at=AT)
    assert gone == {
        "outbox_done": 2, "outbox_dead": 1, "notices": 1, "deliveries": 1, "keys": 2, "rates": 2, "files": 0,
    }  # fmt: skip
    assert OutboxItem.objects.filter(key="waiting").exists()


def test_trails_are_checked_at_the_night_hour_only():
    assert housekeeping.verify_recent(at=AT) == 0
    assert housekeeping.verify_recent(at=AT.replace(hour=19)) == 0
