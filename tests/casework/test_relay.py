"""The relay offers what waits, once in a while, alone, and takes a dead broker calmly."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import tempfile
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from celery import Celery
from django.conf import settings as django_settings
from django.db import connection
from kombu.exceptions import OperationalError

from casework import relay
from casework.models import Heartbeat, OutboxItem
from casework.relay import Relay, celery_publisher
from governance.services.processes import end, unprivileged_account, wait_until
from governance.services.valkey import Valkey

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


def owe(count: int, *, topic: str = "t", first: int = 0) -> list[int]:
    rows = [
        OutboxItem(topic=topic, key=f"{topic}{n}", available_at=AT, created_at=AT) for n in range(first, first + count)
    ]
    return [row.pk for row in OutboxItem.objects.bulk_create(rows)]


class Told:
    """A publisher that remembers; ``is_down`` makes it fail as a dead broker does."""

    def __init__(self) -> None:
        self.items: list[list[int]] = []
        self.is_down = False

    def __call__(self, task: str, args: list) -> None:
        if self.is_down:
            raise OperationalError("no broker")
        if task.endswith("do_items"):
            self.items.append(args[0])

    @property
    def flat(self) -> list[int]:
        return [item_id for group in self.items for item_id in group]


@pytest.fixture
def running() -> Iterator:
    """``running(publish)`` runs a relay in a thread with a connection of its own."""
    started: list[tuple[Relay, threading.Thread]] = []

    def run(publish) -> Relay:
        made = Relay(publish)
        thread = threading.Thread(target=made.run)
        thread.start()
        started.append((made, thread))
        return made

    yield run
    for made, _thread in started:
        made.stop.set()
    with connection.cursor() as cursor:
        cursor.execute("NOTIFY outbox")
    for _made, thread in started:
        thread.join(15)
        assert not thread.is_alive()


@pytest.fixture
def topics(monkeypatch) -> None:
    from casework import outbox

    monkeypatch.setattr(outbox, "_handlers", {})
    outbox.handles("t")(lambda item, at: None)
    outbox.handles("slow", outside=True)(lambda item, at: None)


def test_groups_travel_together_and_slow_ones_alone(topics):
    told = Told()
    quick, slow = owe(relay.GROUP + 5), owe(2, topic="slow")
    Relay(told).offer()
    assert told.items == [quick[: relay.GROUP], quick[relay.GROUP :], slow[:1], slow[1:]]


def test_row_is_offered_again_only_after_a_while(topics, monkeypatch):
    told, now = Told(), [1000.0]
    monkeypatch.setattr(relay, "monotonic", lambda: now[0])
    (item_id,) = owe(1)
    active = Relay(told)
    for later, times in [(0, 1), (29, 1), (31, 2), (60, 2), (95, 3)]:
        now[0] = 1000.0 + later
        active.offer()
        assert told.flat == [item_id] * times, later


def test_backlog_stays_in_the_database(topics, monkeypatch):
    monkeypatch.setattr(relay, "WINDOW", 20)
    told = Told()
    ids = owe(50)
    active = Relay(told)
    active.offer()
    active.offer()
    assert told.flat == ids[:20]
    OutboxItem.objects.filter(pk__in=ids[:5]).update(done_at=AT)
    active.offer()
    assert told.flat == ids[:25]


def test_insert_rings(topics, running, monkeypatch):
    """Without the ring it would take a minute."""
    monkeypatch.setattr(relay, "POLL_SECONDS", 60)
    told = Told()
    active = running(told)
    assert wait_until(lambda: Heartbeat.objects.filter(name="relay").exists(), seconds=10)
    assert active.is_active
    ids = owe(3)
    assert wait_until(lambda: told.flat == ids, seconds=10)


def test_second_relay_stands_by_and_takes_over(topics, running, monkeypatch):
    monkeypatch.setattr(relay, "STANDBY_SECONDS", 0.05)
    first = running(Told())
    assert wait_until(lambda: first.is_active, seconds=10)
    heir = Told()
    second = running(heir)
    ids = owe(3)
    assert wait_until(lambda: first.publish.flat == ids, seconds=10)
    assert not second.is_active
    assert heir.items == []
    first.stop.set()
    assert wait_until(lambda: second.is_active, seconds=10)
    assert wait_until(lambda: heir.flat == ids, seconds=10)


def test_lost_database_connection_is_made_anew(topics, running):
    told = Told()
    active = running(told)
    assert wait_until(lambda: active.is_active, seconds=10)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND granted",
            [relay.LOCK[0]],
        )
    ids = owe(2)
    assert wait_until(lambda: told.flat == ids, seconds=15)


def test_dead_broker_leaves_the_rows_waiting_and_shows(topics, running, monkeypatch):
    monkeypatch.setattr(relay, "BROKER_REST_SECONDS", 0.2)
    monkeypatch.setattr(relay, "HEARTBEAT_SECONDS", 0.1)
    told = Told()
    told.is_down = True
    running(told)
    ids = owe(2)
    assert wait_until(lambda: Heartbeat.objects.filter(name="relay", detail__broker="down").exists(), seconds=10)
    assert OutboxItem.objects.filter(done_at=None).count() == 2
    told.is_down = False
    assert wait_until(lambda: told.flat == ids, seconds=10)


def test_silent_broker_does_not_hang_the_publisher():
    """A socket that accepts and never answers: the settings' time-outs end it (quality.md finding 3)."""
    listener = socket.create_server(("127.0.0.1", 0))
    app = Celery("t", broker=f"redis://127.0.0.1:{listener.getsockname()[1]}/0", set_as_current=False)
    app.conf.broker_transport_options = django_settings.CELERY_BROKER_TRANSPORT_OPTIONS | {"socket_timeout": 0.3}
    app.conf.task_publish_retry_policy = django_settings.CELERY_TASK_PUBLISH_RETRY_POLICY
    ended = threading.Event()

    def publish():
        with pytest.raises(relay.BROKER_ERRORS):
            celery_publisher(app)("casework.tasks.do_items", [[1]])
        ended.set()

    thread = threading.Thread(target=publish, daemon=True)
    thread.start()
    assert ended.wait(30)
    app.close()
    listener.close()


def test_frozen_broker_does_not_hang_the_publisher_either():
    folder = Path(tempfile.mkdtemp(prefix="fr-", dir="/tmp"))
    account = unprivileged_account()
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    server = Valkey(folder / "data", folder / "r.sock", account=account, throw_away=True)
    process = server.start(log=folder / "log")
    app = Celery("t", broker=server.url, set_as_current=False)
    app.conf.broker_transport_options = django_settings.CELERY_BROKER_TRANSPORT_OPTIONS | {"socket_timeout": 0.3}
    app.conf.task_publish_retry_policy = django_settings.CELERY_TASK_PUBLISH_RETRY_POLICY
    publish = celery_publisher(app)
    try:
        publish("casework.tasks.do_items", [[1]])
        os.kill(process.pid, signal.SIGSTOP)
        with pytest.raises(relay.BROKER_ERRORS):
            publish("casework.tasks.do_items", [[2]])
        os.kill(process.pid, signal.SIGCONT)
        publish("casework.tasks.do_items", [[3]])
    finally:
        os.kill(process.pid, signal.SIGCONT)
        app.close()
        end(process)
        shutil.rmtree(folder)


def test_reoffer_stands_in_only_while_no_relay_lives(topics, monkeypatch):
    from casework import tasks

    sent: list[list[int]] = []
    monkeypatch.setattr(tasks.do_items, "apply_async", lambda args, **_more: sent.append(args[0]))
    ids = owe(3)
    now = datetime.now(UTC)
    Heartbeat.objects.create(name="relay", at=now)
    assert tasks.reoffer_outbox() == 0
    Heartbeat.objects.update(at=now - timedelta(minutes=2))
    assert tasks.reoffer_outbox() == 3
    assert sent == [ids]
