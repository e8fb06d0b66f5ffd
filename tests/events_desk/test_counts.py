"""The desk's counts are kept while nothing changes, and never beyond a change."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events import counting
from events.models import Event
from grids.scope import rights_of
from tests import world as worlds
from tests.world import NOON, World


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    counting.forget()


def test_counts_follow_a_change_at_once_and_are_not_counted_twice(live_world: World) -> None:
    rights = rights_of(live_world.people["dispatcher"], at=NOON)
    event = worlds.open_for_claim(live_world)
    first = counting.view_counts(rights, at=NOON)
    assert first["to_claim"] == 1
    with CaptureQueriesContext(connection) as again:
        assert counting.view_counts(rights, at=NOON) == first
    assert len(again) == 2  # whether anything is new; what one follows
    Event.objects.filter(pk=event.pk).update(state="awaiting_dispatch")
    later = counting.view_counts(rights, at=NOON)
    assert (later["to_claim"], later["to_dispatch"]) == (0, 1)


def test_what_is_overdue_by_the_clock_alone_is_counted_after_five_seconds(live_world: World) -> None:
    rights = rights_of(live_world.people["dispatcher"], at=NOON)
    event = worlds.open_for_claim(live_world)
    Event.objects.filter(pk=event.pk).update(due_at=NOON + timedelta(seconds=2))
    assert counting.view_counts(rights, at=NOON)["overdue"] == 0
    assert counting.view_counts(rights, at=NOON + timedelta(seconds=6))["overdue"] == 1
