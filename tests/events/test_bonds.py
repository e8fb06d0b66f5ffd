"""并案 and 拆案, 流转 and 转回, 不予受理 and 申诉, 待补充."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework.actor import Actor
from casework.door import MoveRefused, batch
from events import transitions
from events.models import Event
from tests import world as worlds
from tests.world import NOON, World

HOUR = timedelta(hours=1)


def refused(code: str):
    return pytest.raises(MoveRefused, match=rf"^{code}:")


def merge(world: World, event: Event, master: Event, at=NOON) -> Event:
    return transitions.merge(event, master=master, actor=world.actor("dispatcher"), at=at, note="同一事项")


def split(world: World, event: Event, at=NOON) -> Event:
    return transitions.split_off(event, actor=world.actor("dispatcher"), at=at, note="不是一回事")


def test_a_duplicate_follows_its_master_and_comes_back(world: World) -> None:
    master, event = worlds.in_progress(world), worlds.in_progress(world)
    event = merge(world, event, master, NOON + 2 * HOUR)
    master.refresh_from_db()
    assert (event.state, event.master_id, master.repeats) == ("merged", master.pk, 1)
    assert worlds.the_order(event).state == "withdrawn"
    assert master.trail.last().verb == "absorb"
    handle = event.deadlines.get(stage="handle")
    assert handle.state == "paused"
    event = split(world, event, NOON + 10 * HOUR)
    master.refresh_from_db()
    assert (event.state, event.master, master.repeats) == ("awaiting_dispatch", None, 0)
    assert master.trail.last().verb == "release"
    handle.refresh_from_db()
    assert (handle.state, handle.due_at) == ("running", NOON + 80 * HOUR)  # two hours used, eight stood still
    assert event.owner_unit == world.units["desk"]


def test_before_triage_it_goes_back_to_triage(world: World) -> None:
    event = split(world, merge(world, worlds.reported(world), worlds.reported(world)))
    assert event.state == "reported"
    assert set(event.deadlines.exclude(state="stopped").values_list("stage", "state")) == {("triage", "running")}


def test_split_off_after_handling_gives_only_what_was_left(world: World) -> None:
    event = worlds.verifying(world, at=NOON)
    event = split(world, merge(world, event, worlds.reported(world)))
    event = transitions.dispatch(
        event, unit=world.units["zhujian"], note="另派", actor=world.actor("dispatcher"), at=NOON + HOUR
    )
    rows = event.deadlines.filter(stage="handle", order=None).order_by("pk")
    assert [row.state for row in rows] == ["stopped", "running"]
    assert rows[1].budget_seconds == rows[0].budget_seconds - rows[0].elapsed_seconds


def test_no_cycles_and_no_dead_masters(world: World) -> None:
    one, two, three = (worlds.reported(world) for _n in range(3))
    with refused("invalid"):
        merge(world, one, one)
    merge(world, one, two)
    with refused("wrong_state"):
        merge(world, two, one)
    with refused("wrong_state"):
        merge(world, three, one)
    merge(world, two, three)
    assert Event.objects.get(pk=one.pk).master.master_id == three.pk


def test_a_refused_merger_in_a_batch_leaves_the_others(world: World) -> None:
    one, two, dead = worlds.reported(world), worlds.reported(world), worlds.closed(world)
    with batch():
        with refused("wrong_state"):
            merge(world, one, dead)
        merge(world, two, one)
    states = dict(Event.objects.values_list("pk", "state"))
    assert (states[one.pk], states[two.pk], states[dead.pk]) == ("reported", "merged", "closed")
    assert not Event.objects.get(pk=dead.pk).trail.filter(verb="absorb").exists()


def transfer(world: World, event: Event, kind: str = "petition", basis: str = "信访工作条例", at=NOON) -> Event:
    return transitions.transfer(
        event, kind=kind, basis=basis, number="XF-1", actor=world.actor("dispatcher"), at=at, note="属信访事项"
    )


def test_transfer_keeps_link_and_clock_and_does_not_loop(world: World) -> None:
    event = transfer(world, worlds.in_progress(world), at=NOON + HOUR)
    link = event.links.get()
    assert (event.state, link.number, link.returned_at) == ("transferred", "XF-1", None)
    event = transitions.take_back(event, actor=world.actor("dispatcher"), at=NOON + 5 * HOUR, note="退回")
    link.refresh_from_db()
    assert (event.state, link.returned_at) == ("awaiting_dispatch", NOON + 5 * HOUR)
    assert event.deadlines.get(stage="handle").due_at == NOON + 76 * HOUR
    with refused("transfer_loop"):
        transfer(world, event)
    transfer(world, event, "court")


@pytest.mark.parametrize(("kind", "basis", "field"), [("moon", "法", "kind"), ("court", " ", "basis")])
def test_transfer_needs_target_and_basis(kind: str, basis: str, field: str, world: World) -> None:
    with refused("invalid") as refusal:
        transfer(world, worlds.reported(world), kind, basis)
    assert field in refusal.value.fields


def test_a_rejected_reporter_appeals_once_within_five_days(world: World) -> None:
    dispatcher, citizen = world.actor("dispatcher"), Actor.citizen()
    event = transitions.reject(worlds.reported(world), actor=dispatcher, at=NOON, note="不属受理范围")
    assert (event.state, event.answer) == ("rejected", "不属受理范围")
    assert not event.deadlines.exclude(state="stopped").exists()
    with refused("too_late"):
        transitions.appeal(event, actor=citizen, at=NOON + timedelta(days=8), note="请再看看")
    event = transitions.appeal(event, actor=citizen, at=NOON + timedelta(days=6), note="请再看看")
    assert event.state == "reported"
    assert event.deadlines.get(stage="triage", state="running")
    event = transitions.reject(event, actor=dispatcher, at=NOON + timedelta(days=6), note="仍不受理")
    with refused("appealed"):
        transitions.appeal(event, actor=citizen, at=NOON + timedelta(days=6), note="再申诉")
    assert transitions.appeal(event, actor=dispatcher, at=NOON + timedelta(days=90), note="重新受理").state == "reported"


def test_asking_for_more_pauses_five_working_days_in_all(world: World) -> None:
    dispatcher = world.actor("dispatcher")
    event = transitions.ask_info(worlds.reported(world), actor=dispatcher, at=NOON, note="哪栋楼?")
    assert event.resume_on == NOON + timedelta(days=7)
    with refused("too_early"):
        transitions.supply_info(event, actor=Actor.system(), at=NOON + HOUR, note="到期")
    at = NOON + timedelta(days=5)  # three working days later
    event = transitions.supply_info(event, actor=Actor.citizen(), at=at, note="3号楼")
    assert event.deadlines.get(stage="triage").due_at == at + timedelta(minutes=30)
    event = transitions.ask_info(event, actor=dispatcher, at=at, note="几单元?")
    assert event.resume_on == at + timedelta(days=2)
    event = transitions.supply_info(event, actor=Actor.system(), at=event.resume_on, note="到期")
    with refused("no_pause_left"):
        transitions.ask_info(event, actor=dispatcher, at=at + timedelta(days=3), note="还有呢?")
