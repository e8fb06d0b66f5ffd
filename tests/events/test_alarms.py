"""The ladder's actions through the real sweep and outbox: each once, a stopped clock's none."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework import outbox
from casework.clock import alarms
from casework.clock.sweep import sweep_deadlines
from casework.models import Notice, OutboxItem
from events import transitions
from events.alarms import ACTIONS, sound
from events.models import Event, EventAlarm, EventDeadline, SupervisionOrder
from events.reference import load_ladders
from tests import world as worlds
from tests.world import NOON, World

HOUR = timedelta(hours=1)


def pass_time(at) -> None:
    sweep_deadlines(EventDeadline, EventAlarm, at=at)
    outbox.do_due(at=at)


def quiet(world: World) -> Event:
    """In handling, with the promise as its only running clock."""
    event = worlds.in_progress(world)
    order = worlds.the_order(event)
    transitions.accept(order, actor=world.actor("handler"), at=NOON)
    transitions.contact(order, actor=world.actor("handler"), at=NOON)
    outbox.do_due(at=NOON)
    return event


def told(event: Event, kind: str) -> set[str]:
    return set(Notice.objects.filter(kind=kind, case_number=event.number).values_list("person__username", flat=True))


def test_the_whole_ladder_once(live_world: World) -> None:
    event = quiet(live_world)
    for hours in range(50, 72 * 3, 3):
        pass_time(NOON + hours * HOUR)
        pass_time(NOON + hours * HOUR)
    assert told(event, "remind_handler") == {"handler"}
    assert told(event, "tell_head") == {"head"}
    assert told(event, "tell_street") == {"officer_a"}
    assert told(event, "tell_duty_desk") == {"dispatcher"}
    assert told(event, "tell_leader") == {"director"}
    event.refresh_from_db()
    row = SupervisionOrder.objects.get(event=event)
    assert (row.colour, row.unit, row.issued_by) == ("red", live_world.units["chengguan"], None)
    assert event.flag == "red"
    assert event.black_list_proposed
    assert (event.is_clue, event.clue_kind) == (True, "inaction")  # the supervision order was not answered
    assert not OutboxItem.objects.filter(done_at=None, topic="alarm").exists()
    assert not OutboxItem.objects.exclude(last_error="").exists()


def test_an_answered_supervision_is_no_clue(live_world: World) -> None:
    event = quiet(live_world)
    for hours in (60, 73, 101):
        pass_time(NOON + hours * HOUR)
    row = SupervisionOrder.objects.get(event=event)
    transitions.answer_urge(row, actor=live_world.actor("handler"), at=NOON + 102 * HOUR, note="已派人")
    for hours in range(103, 72 * 3, 6):
        pass_time(NOON + hours * HOUR)
    event.refresh_from_db()
    assert event.black_list_proposed
    assert not event.is_clue


def test_a_stopped_clocks_alarm_is_recorded_and_does_nothing(live_world: World) -> None:
    event = quiet(live_world)
    sweep_deadlines(EventDeadline, EventAlarm, at=NOON + 55 * HOUR)
    order = worlds.the_order(event)
    transitions.feed_back(order, actor=live_world.actor("handler"), at=NOON + 55 * HOUR, note="已修复")
    outbox.do_due(at=NOON + 55 * HOUR)
    assert EventAlarm.objects.filter(deadline__case=event, deadline__stage="handle").count() == 1
    assert told(event, "remind_handler") == set()


def test_doing_an_alarm_twice_changes_nothing_more(live_world: World) -> None:
    event = quiet(live_world)
    for hours in (60, 73, 101):
        pass_time(NOON + hours * HOUR)
    before = SupervisionOrder.objects.count(), Notice.objects.count(), Event.objects.get(pk=event.pk).version
    for item in OutboxItem.objects.filter(topic="alarm"):
        sound(item, NOON + 101 * HOUR)
    assert (SupervisionOrder.objects.count(), Notice.objects.count(), Event.objects.get(pk=event.pk).version) == before


def test_every_action_of_the_ladders_is_known() -> None:
    wanted = {action for ladder in load_ladders() for rung in ladder.rungs for action in rung.actions}
    assert wanted == set(ACTIONS)


def test_alarms_of_other_cases_are_not_taken(world: World) -> None:
    item = OutboxItem(topic="alarm", key="x", payload={"model": "nowhere.deadline", "deadline": 1, "rung": 0})
    with pytest.raises(LookupError):
        alarms.sound(item, NOON)
