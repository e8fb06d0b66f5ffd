"""撤回: real at once, taken back within seconds by whoever did it, unheard of by anybody (screens.md §5.2, UX-34)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework.door import MoveRefused
from casework.models import OutboxItem
from events import transitions
from events.models import Event
from events.transitions import Share
from tests import world as worlds
from tests.events.kit_states import claimed
from tests.events.kits import Kit, _whistle_asked
from tests.world import NOON, World

SOON = NOON + timedelta(seconds=8)
LATE = NOON + timedelta(seconds=16)


def waiting(event: Event) -> list[str]:
    """Notices of the event that are still to be told, and the steps they tell of."""
    rows = OutboxItem.objects.filter(topic="notice", done_at=None, payload__case=event.pk)
    return sorted(row.payload["kind"] for row in rows)


def verbs_of(event: Event) -> list[str]:
    return list(event.trail.order_by("seq").values_list("verb", flat=True))


def shared(world: World) -> Event:
    event = claimed(world)
    share = Share(world.units["community_a"], "到现场核实")
    actor = world.actor("officer_a")
    transitions.delegate(worlds.the_order(event), shares=[share], actor=actor, at=NOON, hold_seconds=10)
    return Event.objects.get(pk=event.pk)


def test_shares_are_taken_back_unheard(world: World) -> None:
    event = shared(world)
    held = OutboxItem.objects.get(topic="notice", payload__kind="delegated")
    assert held.available_at == NOON + timedelta(seconds=10)
    (child,) = transitions.undo_delegate(event, actor=world.actor("officer_a"), at=SOON)
    child.refresh_from_db()
    assert child.state == "withdrawn"
    assert "delegated" not in waiting(event)
    assert verbs_of(event)[-2:] == ["delegate", "undo_delegate"]
    assert not event.deadlines.filter(order=child).exclude(state="stopped").exists()


@pytest.mark.parametrize(
    ("who", "at", "code"), [("director_a", SOON, "not_yours"), ("officer_a", LATE, "too_late")]
)
def test_nobody_else_and_not_later(world: World, who: str, at: object, code: str) -> None:
    event = shared(world)
    with pytest.raises(MoveRefused) as refused:
        transitions.undo_delegate(event, actor=world.actor(who), at=at)
    assert refused.value.code == code
    assert event.orders.get(kind="delegate").state == "sent"


def test_what_is_signed_stays(world: World) -> None:
    event = shared(world)
    event.orders.filter(kind="delegate").update(state="accepted", accepted_at=SOON)
    with pytest.raises(MoveRefused) as refused:
        transitions.undo_delegate(event, actor=world.actor("officer_a"), at=SOON)
    assert refused.value.code == "signed"


def test_a_whistle_waits_for_approval_again(world: World) -> None:
    event = worlds.in_progress(world)
    kit = Kit(world, event)
    _whistle_asked(kit, "in_progress")
    director = world.actor("director_a")
    transitions.approve_whistle(kit.whistle, actor=director, at=NOON, hold_seconds=10)
    found = transitions.undo_whistle(event, actor=director, at=SOON)
    found.refresh_from_db()
    assert (found.state, found.approved_at) == ("asked", None)
    assert set(event.orders.filter(kind="joint").values_list("state", flat=True)) == {"withdrawn"}
    assert "whistled" not in waiting(event)
    transitions.approve_whistle(found, actor=director, at=LATE)
    assert event.orders.filter(kind="joint", state="sent").count() == 2


def test_a_supervision_order_is_withdrawn(world: World) -> None:
    event = worlds.in_progress(world)
    actor = world.actor("dispatcher")
    transitions.urge(event, actor=actor, at=NOON, note="请抓紧", colour="yellow", hold_seconds=10)
    assert Event.objects.get(pk=event.pk).flag == "yellow"
    row = transitions.undo_urge(event, actor=actor, at=SOON)
    row.refresh_from_db()
    assert row.struck_off_at == SOON
    assert Event.objects.get(pk=event.pk).flag == ""
    assert not event.deadlines.filter(stage="reply").exclude(state="stopped").exists()
    assert "urged" not in waiting(event)


def test_a_merger_taken_back_tells_nobody(world: World) -> None:
    master, event = worlds.reported(world), worlds.reported(world)
    actor = world.actor("dispatcher")
    transitions.merge(event, master=master, actor=actor, at=NOON, note="同一事项", hold_seconds=10)
    transitions.split_off(event, actor=actor, at=SOON, note="撤回")
    assert {"merged", "split_off"}.isdisjoint(waiting(event))
    assert Event.objects.get(pk=event.pk).state == "reported"
    transitions.merge(event, master=master, actor=actor, at=NOON + timedelta(minutes=1), note="同一事项")
    transitions.split_off(event, actor=actor, at=NOON + timedelta(minutes=9), note="不是一回事")
    assert {"merged", "split_off"} <= set(waiting(event))
