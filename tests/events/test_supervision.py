"""督办, 催办, 销号, 线索: colours by rule, the reply clock, the flag."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework.actor import Actor
from casework.door import MoveRefused
from events import transitions
from events.models import Event
from tests import world as worlds
from tests.world import NOON, World

HOUR = timedelta(hours=1)


def refused(code: str):
    return pytest.raises(MoveRefused, match=rf"^{code}:")


def urge(world: World, event: Event, at=NOON, **more: object):
    return transitions.urge(event, actor=world.actor("dispatcher"), at=at, note="请抓紧办理", **more)


@pytest.mark.parametrize(("hours", "colour"), [(1, "blue"), (60, "blue"), (66, "yellow"), (73, "red")])
def test_colour_by_how_much_time_is_left(hours: int, colour: str, world: World) -> None:
    event = worlds.in_progress(world)
    transitions.accept(worlds.the_order(event), actor=world.actor("handler"), at=NOON)
    transitions.contact(worlds.the_order(event), actor=world.actor("handler"), at=NOON)
    row = urge(world, event, NOON + hours * HOUR)
    event.refresh_from_db()
    assert (row.colour, event.flag) == (colour, colour)


def test_bad_work_is_yellow(world: World) -> None:
    event = worlds.in_progress(world)
    Event.objects.filter(pk=event.pk).update(reworks=1)
    assert urge(world, event).colour == "yellow"


def test_number_reply_and_striking_off(world: World) -> None:
    event = worlds.evaluating(world)
    row = urge(world, event, colour="red")
    assert row.number == "DB20260305-0001"
    assert row.unit == world.units["chengguan"]
    assert event.deadlines.get(stage="reply").state == "running"
    dispatcher, handler = world.actor("dispatcher"), world.actor("handler")
    with refused("unanswered"):
        transitions.strike_off(row, actor=dispatcher, at=NOON)
    transitions.answer_urge(row, actor=handler, at=NOON, note="已办")
    assert event.deadlines.get(stage="reply").state == "stopped"
    with refused("answered"):
        transitions.answer_urge(row, actor=handler, at=NOON, note="已办")
    transitions.strike_off(row, actor=dispatcher, at=NOON)
    event.refresh_from_db()
    assert event.flag == ""
    with refused("struck_off"):
        transitions.strike_off(row, actor=dispatcher, at=NOON)


def test_the_flag_is_the_gravest_open_colour(world: World) -> None:
    event = worlds.evaluating(world)
    rows = [urge(world, event, colour=colour) for colour in ("blue", "red", "yellow")]
    event.refresh_from_db()
    assert event.flag == "red"
    for row in rows:
        transitions.answer_urge(row, actor=world.actor("handler"), at=NOON, note="已办")
    transitions.strike_off(rows[1], actor=world.actor("dispatcher"), at=NOON)
    event.refresh_from_db()
    assert event.flag == "yellow"


def test_the_reply_clock_runs_while_any_is_unanswered(world: World) -> None:
    event = worlds.in_progress(world)
    first, second = urge(world, event), urge(world, event)
    transitions.answer_urge(first, actor=world.actor("handler"), at=NOON, note="已办")
    assert event.deadlines.get(stage="reply").state == "running"
    transitions.answer_urge(second, actor=world.actor("handler"), at=NOON, note="已办")
    assert event.deadlines.get(stage="reply").state == "stopped"


def test_not_struck_off_before_the_check(world: World) -> None:
    row = urge(world, worlds.in_progress(world))
    with refused("not_verified"):
        transitions.strike_off(row, actor=world.actor("dispatcher"), at=NOON)


@pytest.mark.parametrize("more", [{"colour": "pink"}, {"way": "shout"}, {"reply_by": NOON}])
def test_bad_input(more: dict, world: World) -> None:
    with refused("invalid"):
        urge(world, worlds.in_progress(world), **more)


def test_reply_by_is_kept_and_foreign_orders_are_not_found(world: World) -> None:
    event, other = worlds.in_progress(world), worlds.in_progress(world)
    row = urge(world, event, reply_by=NOON + 5 * HOUR, order=worlds.the_order(event))
    assert row.reply_due_at == NOON + 5 * HOUR
    with refused("not_found"):
        urge(world, event, order=worlds.the_order(other))


def test_an_alarm_gives_one_order_only(world: World) -> None:
    event = worlds.in_progress(world)
    transitions.urge(event, actor=Actor.system(), at=NOON, note="超期", alarm_key="alarm:1:2")
    with refused("done_already"):
        transitions.urge(event, actor=Actor.system(), at=NOON, note="超期", alarm_key="alarm:1:2")


def test_a_citizen_nudges_once_a_day(world: World) -> None:
    event, citizen = worlds.in_progress(world), Actor.citizen()
    transitions.nudge(event, actor=citizen, at=NOON)
    with refused("nudged_today"):
        transitions.nudge(event, actor=citizen, at=NOON + 13 * HOUR)
    transitions.nudge(event, actor=world.actor("dispatcher"), at=NOON)
    transitions.nudge(event, actor=citizen, at=NOON + 14 * HOUR)  # 00:00 in Shanghai


def test_clues_and_black_list_are_marked_once(world: World) -> None:
    event, dispatcher = worlds.in_progress(world), world.actor("dispatcher")
    with refused("invalid"):
        transitions.mark_clue(event, actor=dispatcher, at=NOON, kind="gossip")
    transitions.mark_clue(event, actor=dispatcher, at=NOON, kind="shirking")
    transitions.propose_blacklist(event, actor=dispatcher, at=NOON)
    event.refresh_from_db()
    assert (event.is_clue, event.clue_kind, event.black_list_proposed) == (True, "shirking", True)
    with refused("done_already"):
        transitions.mark_clue(event, actor=dispatcher, at=NOON, kind="shirking")
    with refused("done_already"):
        transitions.propose_blacklist(event, actor=dispatcher, at=NOON)
