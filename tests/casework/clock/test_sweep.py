"""Rungs fire once, never early, never later than one step; a verb and a sweep at once do no harm."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection

from benchmarks import sweep_days
from benchmarks.sweep_days import BEGIN, make_events
from casework.clock.sweep import sweep_all, sweep_deadlines
from casework.models import OutboxItem
from events.models import EventAlarm, EventDeadline

HOUR = timedelta(hours=1)


def clock(event, *, alarms, next_rung=0, next_alarm_at=...):
    return EventDeadline.objects.create(
        case=event, stage="handle", state="running", kind="C", budget_seconds=3600, started_at=BEGIN, due_at=alarms[-1],
        alarms=alarms, next_rung=next_rung, ladder="default",
        next_alarm_at=alarms[next_rung] if next_alarm_at is ... else next_alarm_at,
    )  # fmt: skip


def sweep(at, **more):
    return sweep_deadlines(EventDeadline, EventAlarm, at=at, **more)


@pytest.mark.django_db
def test_rung_fires_at_its_moment_and_owes_its_actions():
    row = clock(make_events(1)[0], alarms=[BEGIN + HOUR, BEGIN + 2 * HOUR])
    assert sweep(BEGIN + HOUR - timedelta(microseconds=1)) == 0
    assert sweep(BEGIN + HOUR) == 1
    assert sweep(BEGIN + HOUR) == 0
    row.refresh_from_db()
    assert (row.next_rung, row.next_alarm_at) == (1, BEGIN + 2 * HOUR)
    item = OutboxItem.objects.get(topic="alarm")
    assert item.key == f"alarm:events_eventdeadline:{row.pk}:0"
    assert item.payload == {"model": "events.eventdeadline", "deadline": row.pk, "rung": 0, "case": row.case_id}
    alarm = row.fired.get()
    assert (alarm.rung, alarm.owed_at, alarm.fired_at) == (0, BEGIN + HOUR, BEGIN + HOUR)


@pytest.mark.django_db
def test_after_a_gap_every_owed_rung_fires_once_in_order():
    events = make_events(7)
    for event in events:
        clock(event, alarms=[BEGIN + n * HOUR for n in range(1, 5)])
    assert sweep(BEGIN + 100 * HOUR, limit=2) == 28
    assert sweep(BEGIN + 100 * HOUR) == 0
    assert list(EventAlarm.objects.order_by("pk").values_list("rung", flat=True)) == sorted([0, 1, 2, 3] * 7)
    assert OutboxItem.objects.filter(topic="alarm").count() == 28
    assert not EventDeadline.objects.exclude(next_alarm_at=None).exists()


@pytest.mark.django_db
def test_alarm_time_left_too_early_by_a_verb_is_set_right_and_fires_nothing():
    """A verb read ``next_rung`` before a sweep moved it, and aimed ``next_alarm_at`` at the rung before."""
    row = clock(make_events(1)[0], alarms=[BEGIN + HOUR, BEGIN + 9 * HOUR], next_rung=1, next_alarm_at=BEGIN + HOUR)
    assert sweep(BEGIN + 2 * HOUR) == 0
    row.refresh_from_db()
    assert (row.next_rung, row.next_alarm_at) == (1, BEGIN + 9 * HOUR)
    assert sweep(BEGIN + 9 * HOUR) == 1


@pytest.mark.django_db
def test_sweep_all_takes_the_databases_clock():
    clock(make_events(1)[0], alarms=[BEGIN])
    assert sweep_all()["events.eventdeadline"] == 1


@pytest.mark.django_db(transaction=True)
def test_four_sweepers_at_once_fire_each_rung_once():
    for event in make_events(200):
        clock(event, alarms=[BEGIN + HOUR, BEGIN + 2 * HOUR])
    fired, barrier = [], threading.Barrier(4)

    def work():
        barrier.wait()
        try:
            fired.append(sweep(BEGIN + 3 * HOUR, limit=17))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(fired) == 400
    assert EventAlarm.objects.count() == OutboxItem.objects.filter(topic="alarm").count() == 400


@pytest.mark.slow
@pytest.mark.django_db
def test_sixty_days_of_sweeps():
    found = sweep_days.run(500, 60)
    assert found["owed"] > 800
    assert found["fired"] == found["owed"] == found["outbox_rows"]
    for fault in ("missed", "phantom", "twice", "early", "later_than_a_step"):
        assert found[fault] == 0, found


@pytest.mark.django_db
def test_control_a_sweep_that_looks_ahead_is_found_out():
    def hasty(model, alarm_model, *, at):
        return sweep_deadlines(model, alarm_model, at=at + timedelta(minutes=20))

    assert sweep_days.run(40, 20, sweep=hasty)["early"] > 0
