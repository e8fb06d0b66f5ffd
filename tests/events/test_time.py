"""延期, 挂起, 调整时限: who may, once, before the due time; what has elapsed is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework.door import MoveRefused
from casework.models import ServiceClass
from events import transitions
from events.models import Event, Extension, WorkOrder
from tests import world as worlds
from tests.world import NOON, World

HOUR = timedelta(hours=1)


def refused(code: str):
    return pytest.raises(MoveRefused, match=rf"^{code}:")


@pytest.fixture
def order(world: World) -> WorkOrder:
    found = worlds.the_order(worlds.in_progress(world))
    return transitions.accept(found, actor=world.actor("handler"), at=NOON)


def ask(world: World, order: WorkOrder, at=NOON) -> Extension:
    return transitions.extend(order, actor=world.actor("handler"), at=at, note="等待配件")


def test_an_extension_adds_to_the_budget_and_shows_both_dates(world: World, order: WorkOrder) -> None:
    row = ask(world, order, NOON + 10 * HOUR)
    assert row.old_due_at == NOON + 72 * HOUR
    row = transitions.grant_extension(row, actor=world.actor("director"), at=NOON + 11 * HOUR)
    order.refresh_from_db()
    event = Event.objects.get(pk=order.event_id)
    assert row.new_due_at == NOON + 144 * HOUR == event.handle_due_at == order.due_at
    assert event.deadlines.get(stage="handle").segments[-1]["kind"] == "extend"
    with refused("extended_before"):
        ask(world, order, NOON + 12 * HOUR)
    with refused("decided"):
        transitions.refuse_extension(row, actor=world.actor("director"), at=NOON, note="不")


def test_a_refused_extension_may_be_asked_again(world: World, order: WorkOrder) -> None:
    row = transitions.refuse_extension(ask(world, order), actor=world.actor("director"), at=NOON, note="理由不足")
    assert (row.state, row.new_due_at) == ("refused", None)
    ask(world, order)
    with refused("extended_before"):
        ask(world, order)


def test_too_late_or_none_at_all(world: World, order: WorkOrder) -> None:
    with refused("overdue"):
        ask(world, order, NOON + 72 * HOUR)
    Event.objects.filter(pk=order.event_id).update(service_class="E0")
    with refused("no_extension"):
        ask(world, order)
    order.event.deadlines.update(state="stopped", stopped_at=NOON)
    with refused("no_clock"):
        ask(world, order)


def test_nobody_grants_his_own(world: World, order: WorkOrder) -> None:
    row = ask(world, order)
    Extension.objects.filter(pk=row.pk).update(asked_by=world.people["director"])
    for act in (transitions.grant_extension, transitions.refuse_extension):
        with refused("own_work"):
            act(row, actor=world.actor("director"), at=NOON, note="x")


def test_an_extension_of_an_ended_order_is_refused(world: World, order: WorkOrder) -> None:
    row = ask(world, order)
    WorkOrder.objects.filter(pk=order.pk).update(state="withdrawn")
    with refused("order_state"):
        transitions.grant_extension(row, actor=world.actor("director"), at=NOON)


def test_where_the_law_gives_it_the_decider_names_the_date(world: World, order: WorkOrder) -> None:
    Event.objects.filter(pk=order.event_id).update(service_class="V13")
    row = ask(world, order)
    director = world.actor("director")
    with refused("invalid"):
        transitions.grant_extension(row, actor=director, at=NOON)
    until = NOON + 100 * HOUR
    row = transitions.grant_extension(row, actor=director, at=NOON, until=until)
    assert row.new_due_at == until


def test_a_total_extension_counts_from_the_first_budget(world: World, order: WorkOrder) -> None:
    event = transitions.retarget(
        order.event, service_class="Q1", actor=world.actor("dispatcher"), at=NOON, note="属咨询"
    )
    rule = dict(ServiceClass.objects.get(code="Q1").extension)
    assert rule["rule"] == "total"
    transitions.grant_extension(ask(world, order), actor=world.actor("director"), at=NOON)
    assert event.deadlines.get(stage="handle").budget_seconds == 3 * 7 * 3600


def pause(world: World, event: Event, at=NOON, reason: str = "superior_approval", **more: object) -> Event:
    return transitions.suspend(event, reason=reason, actor=world.actor("director"), at=at, note="等待批复", **more)


def test_a_pause_stops_every_clock_and_its_end_gives_back_what_was_left(world: World, order: WorkOrder) -> None:
    event = pause(world, order.event, NOON + 10 * HOUR)
    assert event.state == "suspended"
    assert set(event.deadlines.exclude(state="stopped").values_list("state", flat=True)) == {"paused"}
    assert event.due_at is None
    with refused("too_early"):
        from casework.actor import Actor

        transitions.resume(event, actor=Actor.system(), at=event.resume_on - HOUR)
    event = transitions.resume(event, actor=world.actor("dispatcher"), at=NOON + 30 * HOUR)
    order.refresh_from_db()
    assert event.handle_due_at == order.due_at == NOON + 92 * HOUR
    with refused("suspended_before"):
        pause(world, event, NOON + 31 * HOUR)


def test_fixed_reasons_set_the_day_others_need_one(world: World, order: WorkOrder) -> None:
    for bad in (None, NOON - HOUR):
        with refused("invalid"):
            pause(world, order.event, reason="construction_period", resume_on=bad)
    with refused("invalid"):
        pause(world, order.event, reason="party_supplement", resume_on=NOON + timedelta(days=30))
    with refused("invalid"):
        pause(world, order.event, reason="holiday")
    event = pause(world, order.event, reason="party_supplement")
    assert event.resume_on == NOON + timedelta(days=7)  # five working days over one weekend


@pytest.mark.parametrize("code", ["E0", "E2", "U24"])
def test_urgent_classes_never_pause(code: str, world: World, order: WorkOrder) -> None:
    Event.objects.filter(pk=order.event_id).update(service_class=code)
    with refused("may_not_pause"):
        pause(world, order.event)


def test_an_overdue_event_is_not_paused(world: World, order: WorkOrder) -> None:
    with refused("overdue"):
        pause(world, order.event, NOON + 73 * HOUR)


def test_another_class_keeps_what_elapsed(world: World, order: WorkOrder) -> None:
    at, dispatcher = NOON + 10 * HOUR, world.actor("dispatcher")
    event = transitions.retarget(order.event, service_class="Y24", actor=dispatcher, at=at, note="一般隐患")
    assert event.handle_due_at == NOON + 24 * HOUR
    for bad in ("Y24", "nothing"):
        with refused("invalid"):
            transitions.retarget(event, service_class=bad, actor=dispatcher, at=at, note="x")
