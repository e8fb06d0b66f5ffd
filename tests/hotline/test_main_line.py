"""The eight operations end to end, one number all the way (workflows.md §2)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework.door import MoveRefused
from casework.trail import verify_case
from events import transitions as event_verbs
from events.models import Event
from hotline import transitions
from hotline.models import HotlineOrder, Referral
from hotline.workflow import ALL_STATES
from tests import world as worlds
from tests.hotline import calls
from tests.world import NOON, World


@pytest.mark.parametrize("state", sorted(ALL_STATES))
def test_every_state_is_reached_by_the_verbs(state: str, world: World) -> None:
    order = calls.STATES[state](world)
    assert order.state == state
    assert verify_case(order, list(order.trail.order_by("seq"))) is None


def test_one_case_keeps_one_number_and_its_running_clock(world: World) -> None:
    order = calls.registered(world)
    started = order.deadlines.get(stage="answer").started_at
    order = transitions.forward(order, actor=world.actor("hotline"), at=NOON + timedelta(minutes=3))
    event = Event.objects.get(pk=order.event_id)
    assert (event.number, event.tracking_code, event.token) == (order.number, order.tracking_code, order.token)
    assert order.number == "20260305-0302-2-00001"
    clock = order.deadlines.get(stage="answer")
    assert (clock.state, clock.started_at) == ("running", started)
    assert order.deadlines.get(stage="forward").state == "stopped"
    again = calls.registered(world)
    assert again.number == "20260305-0302-2-00002"


def test_a_consultation_ends_on_the_line_and_a_complaint_does_not(world: World) -> None:
    order = calls.registered(world, demand="consult", text="居住证怎么办理")
    done = transitions.answer_directly(order, actor=world.actor("hotline"), at=NOON, note="带身份证到社区办理")
    assert (done.state, done.outcome, done.rating) == ("closed", "answered", None)
    with pytest.raises(MoveRefused, match="must_forward"):
        transitions.answer_directly(calls.registered(world), actor=world.actor("hotline"), at=NOON, note="好的")


def test_the_call_back_is_the_telephone_check_of_the_event(world: World) -> None:
    order = calls.called_back(world)
    event = order.event
    assert list(event.verifications.values_list("way", "finding")) == [("call_back", "solved")]
    assert (order.rating, event.rating, order.outcome) == (5, 5, "solved")
    assert calls.closed(world).closed_at is not None


def test_not_solved_goes_back_to_work_with_a_new_round(world: World) -> None:
    order = calls.calling_back(world)
    order = transitions.call_back(
        order, actor=world.actor("call_backer"), at=NOON, finding="reached", solved=False, level=2, was_contacted=False
    )
    assert (order.state, order.round, order.rating, order.dissatisfied) == ("handling", 2, None, 1)
    assert order.deadlines.filter(stage="answer", state="running").count() == 1
    assert order.event.state == "in_progress"


def test_three_tries_on_different_half_days_and_never_satisfied(world: World) -> None:
    order = calls.calling_back(world)
    agent = world.actor("call_backer")
    order = transitions.call_back(order, actor=agent, at=NOON, finding="unreached")
    with pytest.raises(MoveRefused, match="same_half_day"):
        transitions.call_back(order, actor=agent, at=NOON + timedelta(minutes=30), finding="unreached")
    with pytest.raises(MoveRefused, match="invalid"):
        transitions.call_back(order, actor=agent, at=NOON, finding="unreached", level=5)
    for hours in (5, 24):
        at = NOON + timedelta(hours=hours)
        order = transitions.call_back(order, actor=world.actor("call_backer", at), at=at, finding="unreached")
    assert (order.state, order.was_reached, order.solved, order.rating) == ("called_back", False, None, None)
    assert order.call_backs.get().state == "unreached"


def test_a_caller_joins_an_open_event_and_hears_of_its_end(world: World) -> None:
    event = worlds.in_progress(world)
    order = transitions.join(calls.registered(world), event=event, actor=world.actor("hotline"), at=NOON)
    assert (order.state, order.event_id, order.has_joined) == ("handling", event.pk, True)
    event.refresh_from_db()
    assert (event.repeats, event.followers) == (1, ["hotline"])
    part = worlds.the_order(event)
    event_verbs.accept(part, actor=world.actor("handler"), at=NOON)
    event_verbs.feed_back(part, actor=world.actor("handler"), at=NOON, note="已修")
    assert calls.fresh(order).state == "answering"


def test_the_order_follows_a_merger(world: World) -> None:
    order = calls.dispatching(world)
    master = worlds.in_progress(world)
    event_verbs.merge(order.event, master=master, actor=world.actor("dispatcher"), at=NOON, note="同一事项")
    assert calls.fresh(order).state == "handling"
    part = worlds.the_order(master)
    event_verbs.accept(part, actor=world.actor("handler"), at=NOON)
    event_verbs.feed_back(part, actor=world.actor("handler"), at=NOON, note="已修")
    assert calls.fresh(order).state == "answering"


def test_hearing_the_same_news_twice_changes_nothing(world: World) -> None:
    from hotline.listeners import event_moved

    order = calls.handling(world)
    before = (order.version, order.trail_head)
    event_moved(order.event, NOON)
    order = HotlineOrder.objects.get(pk=order.pk)
    assert (order.version, order.trail_head) == before


def test_a_referral_runs_beside_the_case(world: World) -> None:
    order = calls.handling(world)
    referral = transitions.hand_over(
        order, actor=world.actor("dispatcher"), at=NOON, kind="shirking", note="两家单位相互推诿"
    )
    assert referral.number == "JJ20260305-0001"
    assert "王小明" not in str(referral.record)
    assert calls.PHONE not in str(referral.record)
    inspector = world.actor("discipline")
    referral = transitions.receive(referral, actor=inspector, at=NOON)
    referral = transitions.conclude(referral, actor=inspector, at=NOON, outcome="talk", note="约谈负责人")
    referral = transitions.strike_off(referral, actor=inspector, at=NOON, note="已整改到位")
    assert Referral.objects.get().state == "struck_off"
    assert verify_case(referral, list(referral.trail.order_by("seq"))) is None
    assert HotlineOrder.objects.get(pk=order.pk).state == "handling"


def test_work_redone_before_the_news_was_heard_is_answered_again(world: World) -> None:
    order = calls.calling_back(world)
    event_verbs.verify(order.event, actor=world.actor("worker_a1"), at=NOON, finding="unsolved", note="仍未通")
    event_verbs.feed_back(worlds.the_order(order.event), actor=world.actor("handler"), at=NOON, note="重新布线")
    order = calls.fresh(order)
    assert (order.state, order.round, order.answered_at) == ("answering", 2, None)
    assert order.deadlines.filter(stage="answer", state="running").count() == 1
