"""One row, one effect; errors show, poison stops, a claim that was lost writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from casework import outbox
from casework.models import Heartbeat, OutboxItem
from casework.outbox import Again, Outcome

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def topics(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict]:
    """The registry, restored afterwards."""
    kept: dict = {}
    monkeypatch.setattr(outbox, "_handlers", kept)
    return kept


def put(topic: str = "t", key: str = "k", *, at: datetime = AT) -> OutboxItem:
    return OutboxItem.objects.create(topic=topic, key=key, payload={"n": 1}, available_at=at, created_at=at)


def test_effect_and_mark_commit_together(topics):
    @outbox.handles("t")
    def effect(item, at):
        assert (item.payload, at) == ({"n": 1}, AT)
        Heartbeat.objects.create(name="effect", at=at)

    item = put()
    assert outbox.do_item(item.pk, at=AT) == Outcome.DONE
    assert outbox.do_item(item.pk, at=AT) == Outcome.SKIPPED
    item.refresh_from_db()
    assert (item.done_at, item.attempts) == (AT, 1)
    assert Heartbeat.objects.filter(name="effect").count() == 1


def test_failure_rolls_back_backs_off_and_ends_dead(topics):
    @outbox.handles("t")
    def effect(item, at):
        Heartbeat.objects.create(name="half", at=at)
        raise ValueError("no such unit")

    item, at = put(), AT
    for wait, end in [(2, "failed"), (10, "failed"), (30, "failed"), (120, "failed"), (0, "dead")]:
        assert outbox.do_item(item.pk, at=at) == end
        item.refresh_from_db()
        assert item.last_error == "ValueError: no such unit"
        if wait:
            assert item.available_at == at + timedelta(seconds=wait)
            assert outbox.do_item(item.pk, at=at + timedelta(seconds=wait - 1)) == Outcome.SKIPPED
        at += timedelta(seconds=wait)
    assert item.dead_at == at
    assert not Heartbeat.objects.exists()
    assert outbox.waiting(limit=9, at=at + timedelta(days=1)) == []
    assert outbox.retry(item)
    item.refresh_from_db()
    assert (item.attempts, item.dead_at) == (0, None)


def test_item_that_kills_its_worker_is_buried_after_five(topics):
    item, at = put(), AT
    for _ in range(5):
        assert outbox.claim(item.pk, at=at) is not None
        assert outbox.claim(item.pk, at=at) is None
        at += timedelta(seconds=outbox.CLAIM_SECONDS + 1)
    assert outbox.waiting(limit=9, at=at) == []
    assert outbox.bury_exhausted(at=at) == 1
    item.refresh_from_db()
    assert item.dead_at == at
    assert "worker died" in item.last_error


def test_lost_claim_writes_nothing(topics):
    """A worker that was away longer than its claim finds the attempt taken by another."""
    later = AT + timedelta(seconds=outbox.CLAIM_SECONDS + 1)

    @outbox.handles("t", outside=True)
    def effect(item, at):
        OutboxItem.objects.filter(pk=item.pk).update(claimed_until=AT)
        assert outbox.claim(item.pk, at=later) is not None
        return lambda: Heartbeat.objects.create(name="second", at=at) and None

    assert outbox.do_item(put().pk, at=AT) == Outcome.SKIPPED
    assert not Heartbeat.objects.exists()


def test_again_keeps_the_row_with_fresh_attempts(topics):
    until = AT + timedelta(minutes=5)

    @outbox.handles("t")
    def effect(item, at):
        return None if at >= until else Again(until, "channel rests")

    item = put()
    assert outbox.do_item(item.pk, at=AT) == Outcome.AGAIN
    item.refresh_from_db()
    assert (item.available_at, item.attempts, item.done_at) == (until, 0, None)
    assert outbox.do_item(item.pk, at=until) == Outcome.DONE


def test_unknown_topic_waits_without_losing_attempts(topics):
    item = put("from_the_future")
    assert outbox.do_item(item.pk, at=AT) == Outcome.AGAIN
    item.refresh_from_db()
    assert item.attempts == 0
    assert "from_the_future" in item.last_error


def test_only_the_claim_is_allowed_not_to_wait_for_the_disk(topics):
    """The setting ends with the claim's own commit: the effect's commit waits."""

    def setting() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            return cursor.fetchone()[0]

    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
    seen = []
    outbox.handles("t")(lambda item, at: seen.append(setting()))
    assert outbox.do_item(put().pk, at=AT) == Outcome.DONE
    assert [*seen, setting()] == ["on", "on"]


def test_one_topic_one_handler(topics):
    outbox.handles("t")(lambda item, at: None)
    with pytest.raises(ValueError, match="handler already"):
        outbox.handles("t")(lambda item, at: None)


def test_waiting_comes_in_order_of_due_time(topics):
    second, first = put(key="b", at=AT), put(key="a", at=AT - timedelta(hours=1))
    put(key="c", at=AT + timedelta(seconds=1))
    assert [row[0] for row in outbox.waiting(limit=9, at=AT)] == [first.pk, second.pk]


def test_database_clock_rules_when_no_time_is_given(topics):
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now = cursor.fetchone()[0]
    ahead, due = put(key="a", at=now + timedelta(hours=1)), put(key="b", at=now - timedelta(hours=1))
    outbox.handles("t")(lambda item, at: None)
    assert outbox.do_item(ahead.pk) == Outcome.SKIPPED
    assert outbox.do_item(due.pk) == Outcome.DONE
