"""How long a matter stood on each rung: lifted by orders and consultations, never by what was undone."""

from __future__ import annotations

from datetime import timedelta

from events import transitions
from events.dossier import Dossier
from events.models import Event
from tests import world as worlds
from tests.world import NOON, World

HOUR, MINUTES = timedelta(hours=1), timedelta(minutes=10)


def _rungs(world: World, event: Event, at: object) -> list[tuple[int, timedelta, bool]]:
    event = Event.objects.get(pk=event.pk)
    found = Dossier(event, world.actor("dispatcher").rights, at).rungs
    return [(rung.level, rung.spent, rung.is_current) for rung in found]


def test_each_rung_has_its_time(world: World) -> None:
    event = worlds.open_for_claim(world)
    at = NOON + MINUTES
    assert _rungs(world, event, at) == [(1, MINUTES, True)]
    event = transitions.claim(event, actor=world.actor("officer_a", at), at=at)
    assert _rungs(world, event, at + HOUR) == [(1, MINUTES, False), (2, HOUR, True)]
    at += HOUR
    transitions.return_up(event.orders.get(), actor=world.actor("director_a", at), at=at, note="无权处置", tried="已劝导")
    assert _rungs(world, event, at + HOUR) == [(1, MINUTES, False), (2, HOUR, False), (3, HOUR, True)]


def test_what_goes_straight_to_a_department_was_never_with_the_street(world: World) -> None:
    event = worlds.in_progress(world, unit="chengguan")
    assert [level for level, _spent, _now in _rungs(world, event, NOON + HOUR)] == [1, 3]
