"""How high an event climbs (诉求层级), and the legal clock of 案件类."""

from __future__ import annotations

from datetime import timedelta

from events import transitions
from events.models import Event
from tests import world as worlds
from tests.world import NOON, World


def test_what_is_solved_on_the_spot_stays_in_the_grid(world: World) -> None:
    event = transitions.handle_on_spot(
        worlds.reported(world), actor=world.actor("worker_a1"), at=NOON, note="已清理"
    )
    assert event.rung == 1


def test_a_claim_lifts_it_to_the_street_and_giving_it_back_to_the_district(world: World) -> None:
    event = worlds.open_for_claim(world)
    assert event.rung == 1
    event = transitions.claim(event, actor=world.actor("officer_a"), at=NOON)
    assert event.rung == 2
    event = transitions.return_up(
        worlds.the_order(event), actor=world.actor("officer_a"), at=NOON, note="需要区里协调", tried="已上门两次"
    )
    assert event.rung == 3
    assert Event.objects.get(pk=event.pk).rung == 3


def test_a_department_is_the_districts_rung_until_the_dispatch_is_taken_back(world: World) -> None:
    event = worlds.in_progress(world)
    assert event.rung == 3
    event = transitions.undo_dispatch(event, actor=world.actor("dispatcher"), at=NOON + timedelta(seconds=5))
    assert event.rung == 1


def sent_as(world: World, handling: str | None, service_class: str | None = None) -> Event:
    event = transitions.triage(
        worlds.reported(world), actor=world.actor("dispatcher"), at=NOON, handling=handling,
        service_class=service_class, open_window=False,
    )
    return transitions.dispatch(
        event, unit=world.units["chengguan"], note="测试指定", actor=world.actor("dispatcher"), at=NOON
    )


def test_a_matter_for_the_law_leaves_the_service_clock(world: World) -> None:
    assert sent_as(world, None).handle_due_at == NOON + timedelta(hours=72)
    event = sent_as(world, "legal")
    clock = event.deadlines.get(stage="handle")
    assert (clock.service_class, clock.kind, event.service_class_id) == ("L60", "CD", "B72")
    assert event.handle_due_at > NOON + timedelta(days=59)


def test_a_class_that_is_a_legal_procedure_already_keeps_its_time(world: World) -> None:
    assert sent_as(world, "legal", "V15").deadlines.get(stage="handle").service_class == "V15"


def test_another_class_does_not_bring_the_service_clock_back(world: World) -> None:
    event = sent_as(world, "legal")
    event = transitions.retarget(
        event, service_class="Y24", actor=world.actor("dispatcher"), at=NOON, note="类别有误"
    )
    assert event.deadlines.get(stage="handle").service_class == "L60"
