"""One event from the report to its closing, in the trade's words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework.door import MoveRefused
from casework.trail import verify_case
from events import transitions
from events.models import Event
from tests import world as worlds
from tests.world import NOON, World


def test_a_lamp_is_reported_claimed_mended_checked_and_closed(world: World) -> None:
    event = worlds.reported(world)
    assert event.state == "reported"
    assert event.number == "20260305-0302-1-00001"
    assert event.grid_code == "150302002001001"
    event = transitions.triage(event, actor=world.actor("dispatcher"), at=NOON)
    assert event.state == "open_for_claim"
    event = transitions.claim(event, actor=world.actor("officer_a"), at=NOON + timedelta(minutes=4))
    assert event.owner_unit == world.units["street_a"]
    order = worlds.the_order(event)
    done_at = NOON + timedelta(hours=3)
    transitions.feed_back(order, actor=world.actor("officer_a"), at=done_at, note="已更换灯泡")
    event.refresh_from_db()
    assert event.state == "verifying"
    event = transitions.verify(event, actor=world.actor("worker_a1"), at=done_at, finding="solved", note="亮了")
    assert event.state == "evaluating"
    event = transitions.evaluate(event, actor=world.actor("dispatcher"), at=done_at, scores={order.pk: 5})
    assert event.state == "closed"
    assert event.outcome == "solved"
    assert event.handle_due_at == NOON + timedelta(minutes=4, hours=72)
    verbs = list(event.trail.values_list("verb", flat=True))
    assert verbs == ["report", "triage", "claim", "feed_back", "verify", "evaluate"]
    event = Event.objects.get(pk=event.pk)
    assert verify_case(event, event.trail.order_by("seq")) is None


def test_the_loser_of_a_claim_reads_who_was_faster(world: World) -> None:
    event = worlds.open_for_claim(world)
    transitions.claim(event, actor=world.actor("officer_a"), at=NOON)
    with pytest.raises(MoveRefused) as refusal:
        transitions.claim(event, actor=world.actor("officer_a"), at=NOON)
    assert refusal.value.code == "already_claimed"
    assert refusal.value.holder == "海北街道办"
    assert "10:00:00" in refusal.value.detail
