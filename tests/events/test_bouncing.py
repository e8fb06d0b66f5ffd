"""退单 and its court: the window, once per unit, the ruling, who pays for the lost time, case law."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework.clock import loader
from casework.door import MoveRefused
from casework.verb_forms import unit_choices
from events import transitions
from events.models import Decline, Event, Precedent, SupervisionOrder, WorkOrder
from events.routing import suggest_units
from grids.models import DutyClause
from tests import world as worlds
from tests.world import NOON, World

HANDLERS = {"chengguan": "handler", "zhujian": "other_handler", "water": "water_handler"}


def refused(code: str):
    return pytest.raises(MoveRefused, match=rf"^{code}:")


def turn_down(world: World, order: WorkOrder, *, at=NOON, proposed: str = "desk", **more: object) -> Decline:
    told = {"reason": "not_our_duty", "clause": "不含通信线缆", "note": "非本单位职责", **more}
    return transitions.decline(
        order, proposed_unit=world.units.get(proposed), actor=world.actor(HANDLERS[order.unit.code], at), at=at, **told
    )


def send(world: World, event: Event, unit: str, at=NOON) -> WorkOrder:
    event = transitions.dispatch(
        event, unit=world.units[unit], note="另派", actor=world.actor("dispatcher", at), at=at
    )
    return event.orders.order_by("pk").last()


@pytest.fixture
def sent(world: World) -> WorkOrder:
    return worlds.the_order(worlds.in_progress(world))


def test_a_decline_goes_back_to_the_dispatcher_and_costs_time(world: World, sent: WorkOrder) -> None:
    at = NOON + timedelta(minutes=50)
    row = turn_down(world, sent, at=at, proposed="zhujian")
    event = row.event
    event.refresh_from_db()
    sent.refresh_from_db()
    assert (event.state, sent.state, event.bounces) == ("awaiting_dispatch", "declined", 1)
    assert row.cost_seconds == 50 * 60
    assert event.owner_unit == world.units["desk"]
    handle = event.deadlines.get(stage="handle")
    assert handle.state == "running"
    assert [segment["unit"] for segment in handle.segments] == [world.units["chengguan"].pk, world.units["desk"].pk]
    assert event.deadlines.get(stage="ruling").budget_seconds == 7 * 3600


@pytest.mark.parametrize(("urgency", "minutes"), [("P3", 120), ("P1", 15)])
def test_the_window_ends_to_the_second(urgency: str, minutes: int, world: World, sent: WorkOrder) -> None:
    Event.objects.filter(pk=sent.event_id).update(urgency=urgency)
    end = NOON + timedelta(minutes=minutes)
    with refused("too_late"):
        turn_down(world, sent, at=end + timedelta(seconds=1))
    turn_down(world, sent, at=end)


@pytest.mark.parametrize(
    ("more", "field"),
    [({"reason": "busy"}, "reason"), ({"clause": " "}, "clause"), ({"proposed": "nobody"}, "proposed_unit"),
     ({"proposed": "chengguan"}, "proposed_unit")],
)  # fmt: skip
def test_a_decline_says_why_by_which_clause_and_who(more: dict, field: str, world: World, sent: WorkOrder) -> None:
    with refused("invalid") as refusal:
        turn_down(world, sent, **more)
    assert field in refusal.value.fields


def test_signed_claimed_and_joint_orders_cannot_be_declined(world: World, sent: WorkOrder) -> None:
    WorkOrder.objects.filter(pk=sent.pk).update(kind="joint")
    with refused("order_kind"):
        turn_down(world, sent)
    WorkOrder.objects.filter(pk=sent.pk).update(kind="dispatch")
    transitions.accept(sent, actor=world.actor("handler"), at=NOON)
    with refused("order_state"):
        turn_down(world, sent)


def test_a_unit_declines_once_and_is_not_sent_it_again(world: World, sent: WorkOrder) -> None:
    row = turn_down(world, sent)
    event = row.event
    with refused("declined_before"):
        send(world, event, "chengguan")
    Decline.objects.filter(pk=row.pk).update(unit=world.units["chengguan"], ruling="pending")
    again = WorkOrder.objects.create(event=event, kind="dispatch", state="sent", unit=sent.unit, sent_at=NOON)
    Event.objects.filter(pk=event.pk).update(state="in_progress")
    with refused("declined_before"):
        turn_down(world, again)


def test_the_third_decline_forces_a_consultation(world: World, sent: WorkOrder) -> None:
    event = turn_down(world, sent).event
    turn_down(world, send(world, event, "zhujian"))
    turn_down(world, send(world, event, "water"))
    event.refresh_from_db()
    assert (event.state, event.bounces) == ("conferring", 3)
    assert event.consultations.get().state == "open"


def test_with_other_main_work_live_the_event_goes_on(world: World, sent: WorkOrder) -> None:
    other = WorkOrder.objects.create(
        event=sent.event, kind="joint", state="accepted", unit=world.units["zhujian"], sent_at=NOON
    )
    event = turn_down(world, sent).event
    event.refresh_from_db()
    assert (event.state, event.owner_unit_id) == ("in_progress", other.unit_id)


def test_an_unfounded_decline_pays_for_the_lost_time_and_must_do_it(world: World, sent: WorkOrder) -> None:
    row = turn_down(world, sent, at=NOON + timedelta(minutes=10), proposed="zhujian")
    at = NOON + timedelta(minutes=70)
    transitions.rule_decline(row, founded=False, actor=world.actor("director", at), at=at, note="属城管职责")
    event = Event.objects.get(pk=sent.event_id)
    assert (event.state, event.owner_unit) == ("in_progress", world.units["chengguan"])
    handle = event.deadlines.get(stage="handle")
    assert {segment["unit"] for segment in handle.segments} == {world.units["chengguan"].pk}
    assert event.deadlines.get(stage="ruling").state == "stopped"
    with refused("ruling_final"):
        turn_down(world, event.orders.order_by("pk").last(), at=at)
    with refused("ruled"):
        transitions.rule_decline(row, founded=True, actor=world.actor("director", at), at=at, note="改判")


def test_a_founded_decline_goes_to_the_ruled_unit_and_becomes_case_law(world: World, sent: WorkOrder) -> None:
    row = turn_down(world, sent, proposed="zhujian")
    transitions.rule_decline(row, founded=True, actor=world.actor("director"), at=NOON, note="属住建职责")
    event = Event.objects.get(pk=sent.event_id)
    order = event.orders.order_by("pk").last()
    assert (event.state, order.unit, order.state) == ("in_progress", world.units["zhujian"], "sent")
    precedent = Precedent.objects.get()
    assert (precedent.unit, precedent.declined_by) == (world.units["zhujian"], world.units["chengguan"])
    desk_time = [s for s in event.deadlines.get(stage="handle").segments if s["unit"] == world.units["desk"].pk]
    assert desk_time  # a founded decline is not charged
    with refused("ruling_final"):
        turn_down(world, order)
    best = suggest_units(worlds.awaiting_dispatch(world))[0]
    assert best.unit_id == world.units["zhujian"].pk
    assert "判例1件" in best.reason


def test_a_ruling_after_another_dispatch_is_recorded_only(world: World, sent: WorkOrder) -> None:
    row = turn_down(world, sent, proposed="zhujian")
    send(world, row.event, "water", NOON + timedelta(minutes=5))
    at = NOON + timedelta(minutes=30)
    transitions.rule_decline(row, founded=False, actor=world.actor("director", at), at=at, note="属城管职责")
    event = Event.objects.get(pk=sent.event_id)
    assert event.owner_unit == world.units["water"]
    units = [segment["unit"] for segment in event.deadlines.get(stage="handle").segments]
    assert units == [world.units[name].pk for name in ("chengguan", "chengguan", "water")]


def test_ruling_names_a_unit_that_fits_the_finding(world: World, sent: WorkOrder) -> None:
    row = turn_down(world, sent, proposed="zhujian")
    director = world.actor("director")
    with refused("invalid"):
        transitions.rule_decline(row, founded=False, unit=world.units["water"], actor=director, at=NOON, note="x")
    with refused("invalid"):
        transitions.rule_decline(row, founded=True, unit=world.units["chengguan"], actor=director, at=NOON, note="x")


def test_nobody_rules_on_his_own_decline(world: World, sent: WorkOrder) -> None:
    from grids.models import Post

    leader = Post.objects.get(person=world.people["director"])
    Post.objects.create(
        person=world.people["handler"], role=leader.role, area=leader.area, unit=leader.unit,
        valid_from=leader.valid_from,
    )
    row = turn_down(world, sent)
    with refused("own_work"):
        transitions.rule_decline(row, founded=True, actor=world.actor("handler"), at=NOON, note="成立")


def test_more_than_three_transfers_raise_a_red_flag_once(world: World, sent: WorkOrder) -> None:
    event = sent.event
    for _n in range(4):
        WorkOrder.objects.create(
            event=event, kind="dispatch", state="declined", unit=world.units["water"], sent_at=NOON
        )
    row = turn_down(world, sent)
    send(world, row.event, "zhujian")
    event.refresh_from_db()
    assert event.flag == "red"
    assert SupervisionOrder.objects.filter(alarm_key=f"wandering:{event.pk}").count() == 1


@pytest.mark.parametrize("kind", ["court", "mediation"])
def test_no_work_order_goes_to_a_court_or_a_mediating_body(world: World, kind: str) -> None:
    other = world.units["zhujian"]
    other.kind = kind
    other.save()
    waiting = worlds.awaiting_dispatch(world)
    with refused("invalid") as told:
        send(world, waiting, "zhujian")
    assert told.value.fields == {"unit": ["该单位不承办工单"]}
    assert other.pk not in {key for key, _name, _letters in unit_choices()}
    order = send(world, waiting, "chengguan")
    with refused("invalid") as told:
        turn_down(world, order, proposed="zhujian")
    assert list(told.value.fields) == ["proposed_unit"]
    DutyClause.objects.create(unit=other, category_code=waiting.category_id, clause="旧清单")
    loader.forget()
    assert other.pk not in {idea.unit_id for idea in suggest_units(waiting)}
    assert not WorkOrder.objects.filter(unit=other).exists()


def test_a_consultation_cannot_decide_that_a_court_does_it(world: World) -> None:
    event = worlds.awaiting_dispatch(world)
    director = world.actor("director")
    transitions.summon(event, participants=[world.units["chengguan"]], actor=director, at=NOON)
    court = world.units["zhujian"]
    court.kind = "court"
    court.save()
    with refused("invalid"):
        transitions.confer(
            event, actor=director, at=NOON, note="会商纪要",
            decisions=[transitions.Decision(court, "到场", "WD", 3600, None, True)],
        )
    event.refresh_from_db()
    assert (event.state, event.orders.count()) == ("conferring", 0)
