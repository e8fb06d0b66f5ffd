"""Windows, pauses, waits and absences end by the clock, once, and nobody falls through."""

from __future__ import annotations

import inspect
from datetime import timedelta

import pytest

from accounts.models import User
from casework.door import MoveRefused
from casework.models import Notice
from events import tasks, transitions
from events.clues import tasks as clue_tasks
from events.cover import orphans
from events.models import Event
from governance.celery import app
from grids.models import Leave, Post, Unit
from tests import world as worlds
from tests.events.kits import STATES
from tests.events.test_joint import Share
from tests.world import NOON, World

HOUR = timedelta(hours=1)


def test_windows_close_and_rules_dispatch(world: World) -> None:
    by_rule, without = worlds.open_for_claim(world), worlds.open_for_claim(world)
    Event.objects.filter(pk=without.pk).update(category="0806")
    assert tasks.close_claim_windows(at=NOON + timedelta(minutes=59)) == 0
    assert tasks.close_claim_windows(at=NOON + timedelta(minutes=61)) == 2
    assert tasks.close_claim_windows(at=NOON + timedelta(minutes=61)) == 0
    by_rule.refresh_from_db()
    without.refresh_from_db()
    assert (by_rule.state, by_rule.owner_unit.code) == ("in_progress", "chengguan")
    assert (without.state, without.owner_unit.code) == ("awaiting_dispatch", "desk")
    order = worlds.the_order(by_rule)
    assert order.rule_id is not None
    assert "规则#" in order.reason


def test_pauses_and_waits_end_on_their_day(world: World) -> None:
    paused, waiting = STATES["suspended"](world), STATES["needs_info"](world)
    for task, event, before, after in (
        (tasks.resume_suspended, paused, "suspended", "in_progress"),
        (tasks.needs_info_timeouts, waiting, "needs_info", "reported"),
    ):
        assert task(at=event.resume_on - HOUR) == 0
        event.refresh_from_db()
        assert event.state == before
        assert task(at=event.resume_on) == 1
        event.refresh_from_db()
        assert event.state == after


def test_a_late_evaluation_is_told_once_and_never_done_by_the_system(world: World) -> None:
    event = worlds.evaluating(world)
    late = NOON + timedelta(days=8)
    assert tasks.evaluate_timeouts(at=NOON + timedelta(days=6)) == 0
    assert tasks.evaluate_timeouts(at=late) == 1
    assert tasks.evaluate_timeouts(at=late + HOUR) == 0
    assert Notice.objects.get(kind="evaluate_late").person.username == "dispatcher"
    event.refresh_from_db()
    assert (event.state, event.closed_at) == ("evaluating", None)


def delegated(world: World):
    event = transitions.claim(worlds.open_for_claim(world), actor=world.actor("officer_a"), at=NOON)
    share = Share(world.units["community_a"], "核实", area=world.areas["grid_a1"])
    return transitions.delegate(worlds.the_order(event), shares=[share], actor=world.actor("officer_a"), at=NOON)[0]


def test_an_unsigned_order_goes_from_a_to_b_to_the_head_to_the_street(world: World) -> None:
    order = delegated(world)
    names = []
    assert tasks.cover_absences(at=NOON + timedelta(minutes=119)) == 0
    for days in (1, 4, 5, 6, 7, 8):  # working days
        tasks.cover_absences(at=NOON + timedelta(days=days))
        order.refresh_from_db()
        names.append(order.handler.username)
    assert names[:3] == ["cover_a1", "head_a1", "secretary_a"]
    assert set(names[3:]) == {"officer_a", "director_a"}
    assert names[4] == names[5]  # the last of the chain keeps it, the ladder does the rest
    assert order.event.trail.filter(verb="cover").count() == 5
    assert order.state == "sent"


def test_urgent_orders_wait_fifteen_minutes_only(world: World) -> None:
    order = delegated(world)
    Event.objects.filter(pk=order.event_id).update(urgency="P1")
    assert tasks.cover_absences(at=NOON + timedelta(minutes=14)) == 0
    assert tasks.cover_absences(at=NOON + timedelta(minutes=15)) == 1


def test_leave_is_covered_at_once_and_both_hear(world: World) -> None:
    from casework import outbox

    order = delegated(world)
    transitions.accept(order, actor=world.actor("worker_a1"), at=NOON)
    Leave.objects.create(
        person=world.people["worker_a1"], starts_at=NOON, ends_at=NOON + timedelta(days=2), reason="病假"
    )
    assert [row.event_id for row in orphans(at=NOON + HOUR)] == [order.event_id]
    assert tasks.cover_absences(at=NOON + HOUR) == 1
    order.refresh_from_db()
    assert (order.handler.username, order.state) == ("cover_a1", "accepted")
    assert orphans(at=NOON + HOUR) == []
    outbox.do_due(at=NOON + HOUR)
    assert set(Notice.objects.filter(kind="covered").values_list("person__username", flat=True)) == {
        "cover_a1", "worker_a1"}  # fmt: skip
    transitions.feed_back(order, actor=world.actor("cover_a1"), at=NOON + 2 * HOUR, note="已办")


def test_a_unit_without_anybody_gives_the_order_back(world: World) -> None:
    event = worlds.in_progress(world)
    User.objects.filter(username__in=("handler", "head")).update(is_active=False)
    assert len(orphans(at=NOON)) == 1
    assert tasks.cover_absences(at=NOON) == 1
    event.refresh_from_db()
    assert (event.state, event.owner_unit.code) == ("awaiting_dispatch", "desk")
    assert event.deadlines.get(stage="handle").state == "running"
    assert orphans(at=NOON) == []


def test_inactive_units_and_lost_owners_fall_to_the_desk(world: World) -> None:
    for state in ("reported", "verifying", "in_progress"):
        STATES[state](world)
    Unit.objects.filter(code="chengguan").update(is_active=False)
    Event.objects.filter(state="reported").update(owner_unit=None)
    worlds.reported(world, area=None)
    Event.objects.filter(is_located=False).update(owner_unit=None)
    assert orphans(at=NOON)
    for _pass in range(2):
        tasks.cover_absences(at=NOON)
    assert orphans(at=NOON) == []
    assert set(Event.objects.values_list("owner_unit__code", flat=True)) == {"desk"}


def test_a_district_without_dispatcher_is_on_the_board(world: World) -> None:
    worlds.reported(world)
    Post.objects.filter(person=world.people["dispatcher"]).update(valid_to=NOON.date() - timedelta(days=1))
    assert [row.reason for row in orphans(at=NOON)] == ["区值班台无人在岗"]


def test_covering_by_hand_needs_somebody_who_may_act(world: World) -> None:
    order = delegated(world)
    dispatcher, event = world.actor("dispatcher"), order.event
    with pytest.raises(MoveRefused, match=r"^invalid"):
        transitions.cover(event, order=order, person=world.people["stranger"], actor=dispatcher, at=NOON)
    transitions.cover(event, order=order, person=world.people["cover_a1"], actor=dispatcher, at=NOON)
    with pytest.raises(MoveRefused, match=r"^holds_it"):
        transitions.cover(event, order=order, person=world.people["cover_a1"], actor=dispatcher, at=NOON)
    with pytest.raises(MoveRefused, match=r"^has_owner"):
        transitions.cover(event, actor=dispatcher, at=NOON)


def test_beat_knows_every_task_and_no_other() -> None:
    found = [task for module in (tasks, clue_tasks) for _name, task in inspect.getmembers(module)]
    named = {getattr(task, "name", None) for task in found}
    here = {name for name in named if isinstance(name, str) and name.startswith(("events.tasks.", "events.clues.tasks."))}
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values() if entry["task"].startswith("events.")}
    assert scheduled == here
