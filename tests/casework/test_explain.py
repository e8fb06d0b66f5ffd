"""The drawer's explanation: its sums are the ledger's, its due time the stored one."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from benchmarks import sweep_days
from benchmarks.sweep_days import BEGIN
from casework.book import Book
from casework.clock.explain import explain_deadline
from casework.clock.ledger import Clocks
from casework.clock.sweep import sweep_deadlines
from casework.models import CalendarDay
from casework.writing import write as write_out
from events.models import EventAlarm, EventDeadline

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> sweep_days.World:
    return sweep_days.World(1, random.Random(1))


def write(world, act) -> EventDeadline:
    """Do something with the clocks of the one case; its newest clock, read anew."""
    event = world.events[0]
    book = Book()
    live = list(EventDeadline.objects.filter(case=event).exclude(state="stopped"))
    act(Clocks(event, EventDeadline, live, book))
    write_out(book)
    return EventDeadline.objects.get(case=event)


def start(world, **more) -> EventDeadline:
    fields = {"kind": "WH", "budget_seconds": 7200, "ladder": "bench"} | more
    return write(world, lambda c: c.start("handle", at=BEGIN, **fields))


def test_segments_pauses_and_sums(world):
    """Monday 09:00: two hours run from 09:00 to 10:00, pause, and go on at 14:00 until 15:00."""
    start(world)
    hour = timedelta(hours=1)
    write(world, lambda c: c.pause_all(at=BEGIN + hour, reason="暴雨", by="值班长"))
    row = write(world, lambda c: c.resume_all(at=BEGIN + 5 * hour))
    told = explain_deadline(row, at=BEGIN + 5.5 * hour)
    assert (told["elapsed_seconds"], told["remaining_seconds"]) == (5400, 1800)
    assert told["due_at"] == told["due_at_recomputed"] == datetime(2026, 2, 9, 7, 0, tzinfo=UTC)
    assert told["agrees"]
    assert [segment["kind"] for segment in told["segments"]] == ["run", "pause", "run"]
    assert (told["segments"][1]["reason"], told["segments"][1]["by"]) == ("暴雨", "值班长")
    assert sum(segment["seconds"] or 0 for segment in told["segments"] if segment["kind"] == "run") == 5400


def test_each_day_says_why_it_counts(world):
    row = start(world, kind="WD", budget_seconds=8 * 25_200)
    told = explain_deadline(row, at=BEGIN + timedelta(days=18))
    days = {str(day["date"]): day for day in told["segments"][0]["days"]}
    assert days["2026-02-13"]["reason"] == "weekday"
    assert (days["2026-02-17"]["is_workday"], days["2026-02-17"]["reason"]) == (False, "holiday")
    assert days["2026-02-14"]["reason"] == "make_up"
    assert days["2026-02-13"]["seconds"] == 25_200
    assert sum(day["seconds"] for day in days.values()) == told["segments"][0]["seconds"] == told["elapsed_seconds"]


def test_rungs_planned_and_fired(world):
    row = start(world)
    at = row.alarms[1]
    sweep_deadlines(EventDeadline, EventAlarm, at=at)
    row.refresh_from_db()
    told = explain_deadline(row, at=at)["rungs"]
    assert [rung["code"] for rung in told] == ["remind", "overdue", "supervise", "leader"]
    assert [rung["fired"] for rung in told] == [True, True, False, False]
    assert [rung["at"] for rung in told] == row.alarms


def test_changed_calendar_shows(world):
    from casework.clock import loader

    row = start(world, kind="WD", budget_seconds=2 * 25_200)
    CalendarDay.objects.create(calendar_id="district", date="2026-02-10", is_workday=False, note="区里停工")
    loader.forget()
    told = explain_deadline(row, at=BEGIN)
    assert not told["agrees"]
    assert told["due_at_recomputed"] > told["due_at"]
    loader.forget()


def test_year_without_rows_is_named(world):
    row = start(world, kind="WD", budget_seconds=400 * 25_200)
    assert {"code": "calendar_missing", "year": 2027} in explain_deadline(row, at=BEGIN)["warnings"]


def test_random_histories_agree_with_the_ledger():
    """Invariant 6: whatever was done to a clock, the stored due time is the recomputed one."""
    chance = random.Random(20_261_121)
    world = sweep_days.World(60, chance)
    for event in world.events:
        at = BEGIN + timedelta(seconds=chance.randrange(500_000))
        world.act(event, at, "start")
        for _ in range(chance.randrange(6)):
            at += timedelta(seconds=chance.randrange(1, 150_000))
            world.act(event, at, chance.choice(("pause", "resume", "extend", "stop")))
    seen = set()
    for row in EventDeadline.objects.all():
        told = explain_deadline(row, at=BEGIN + timedelta(days=40))
        assert told["agrees"], row.segments
        if row.state != "running":
            assert told["elapsed_seconds"] == row.elapsed_seconds
        seen.add(row.state)
    assert seen == {"running", "paused", "stopped"}
