"""T-03: the clock of a process jumps by hours and days; rungs go by the database's clock all the same."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from casework.clock.authority import database_time
from casework.clock.sweep import sweep_deadlines
from casework.queries import machinery
from events.models import EventAlarm, EventDeadline
from tests import world as worlds
from tests.world import World

JUMPS = (timedelta(hours=2), timedelta(hours=-2), timedelta(days=1), timedelta(days=-1))
EVENTS = 70
CLOCKS = 200


@pytest.fixture
def clocks(world: World) -> datetime:
    """Two hundred open clocks, begun over the last four days; the database's time."""
    at = database_time()
    for n in range(EVENTS):
        worlds.in_progress(world, at=at - timedelta(hours=1.37 * n))
    assert EventDeadline.objects.filter(state="running").count() >= CLOCKS
    EventAlarm.objects.all().delete()
    return at


def owed(at: datetime) -> set[tuple[int, int]]:
    """(clock, rung) of every rung whose moment has come, worked out from the stored alarms."""
    return {
        (row.pk, rung)
        for row in EventDeadline.objects.filter(state="running")
        for rung, moment in enumerate(row.alarms) if moment is not None and moment <= at
    }


def fired() -> list[tuple[int, int]]:
    return list(EventAlarm.objects.values_list("deadline_id", "rung"))


def test_jumps_lose_nothing_and_fire_nothing_early_or_twice(clocks: datetime) -> None:
    real = timezone.now()
    for jump in (*JUMPS, *JUMPS):
        with time_machine.travel(real + jump):
            sweep_deadlines(EventDeadline, EventAlarm)
    end = database_time()
    found = fired()
    assert len(found) == len(set(found)), "a rung fired twice"
    assert owed(clocks) <= set(found) <= owed(end), "a rung was lost, or fired before its time"
    assert found, "nothing was owed: the check would pass anything"
    early = [row for row in EventAlarm.objects.all() if row.fired_at < row.owed_at]
    assert early == []


def test_the_control_by_the_processs_clock_fires_early(clocks: datetime) -> None:
    """Without the one authority a clock that is a day ahead fires what is not owed."""
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        sweep_deadlines(EventDeadline, EventAlarm, at=timezone.now())
    assert set(fired()) - owed(database_time())


def test_the_database_refuses_a_clock_that_ends_before_it_began(clocks: datetime) -> None:
    from django.db import IntegrityError, transaction

    row = EventDeadline.objects.filter(state="running").first()
    with pytest.raises(IntegrityError), transaction.atomic():
        EventDeadline.objects.filter(pk=row.pk).update(stopped_at=row.started_at - timedelta(seconds=1))


@pytest.mark.parametrize(("jump", "ok"), [(timedelta(0), True), (timedelta(seconds=45), False), (timedelta(hours=-2), False)])
def test_a_web_host_that_disagrees_is_told(db: None, jump: timedelta, ok: bool) -> None:
    with time_machine.travel(timezone.now() + jump):
        part = machinery()["clock"]
    assert part["ok"] is ok
    assert abs(part["skew_seconds"] - jump.total_seconds()) < 5
