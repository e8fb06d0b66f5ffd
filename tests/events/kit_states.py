"""An event in every state of the table, brought there by the real verbs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from events import transitions
from events.models import Event
from tests import world as worlds
from tests.world import NOON, World


def claimed(world: World) -> Event:
    return transitions.claim(worlds.open_for_claim(world), actor=world.actor("officer_a"), at=NOON)


def _conferring(world: World) -> Event:
    event = claimed(world)
    order = worlds.the_order(event)
    return transitions.return_up(order, actor=world.actor("officer_a"), at=NOON, note="力量不足", tried="已上门两次")


def _suspended(world: World) -> Event:
    return transitions.suspend(
        worlds.in_progress(world), reason="construction_period", resume_on=NOON + timedelta(days=3),
        actor=world.actor("director"), at=NOON, note="等待施工",
    )


def _needs_info(world: World) -> Event:
    return transitions.ask_info(worlds.reported(world), actor=world.actor("dispatcher"), at=NOON, note="请补充地点")


def _rejected(world: World) -> Event:
    return transitions.reject(worlds.reported(world), actor=world.actor("dispatcher"), at=NOON, note="不属受理范围")


def _merged(world: World) -> Event:
    master = worlds.reported(world)
    return transitions.merge(
        worlds.reported(world), master=master, actor=world.actor("dispatcher"), at=NOON, note="同一事项"
    )


def _transferred(world: World) -> Event:
    return transitions.transfer(
        worlds.reported(world), kind="petition", basis="信访工作条例", actor=world.actor("dispatcher"), at=NOON,
        note="属信访事项",
    )


STATES: dict[str, Callable[[World], Event]] = {
    "reported": worlds.reported,
    "open_for_claim": worlds.open_for_claim,
    "awaiting_dispatch": worlds.awaiting_dispatch,
    "conferring": _conferring,
    "in_progress": worlds.in_progress,
    "suspended": _suspended,
    "verifying": worlds.verifying,
    "evaluating": worlds.evaluating,
    "closed": worlds.closed,
    "merged": _merged,
    "rejected": _rejected,
    "needs_info": _needs_info,
    "transferred": _transferred,
}
