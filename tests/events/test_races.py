"""Races of the trade, each with its own connections, each with a control that loses (quality.md C-01, C-02, §2.4)."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import close_old_connections, connection, transaction

from casework.actor import Actor
from casework.door import MoveRefused
from casework.trail import verify_case
from events import transitions
from events.models import Event, WorkOrder
from tests import world as worlds
from tests.world import NOON, World

CLIENTS = 40


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run these at the same moment, each on its own connection; results or exceptions in order."""
    barrier = threading.Barrier(len(acts))
    answers: list[object] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(30)
            answers[place] = act()
        except Exception as error:
            answers[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    close_old_connections()
    return answers


def codes(answers: list[object]) -> Counter[str]:
    return Counter(answer.code if isinstance(answer, MoveRefused) else type(answer).__name__ for answer in answers)


def chain_holds(event: Event) -> None:
    event = Event.objects.get(pk=event.pk)
    assert verify_case(event, event.trail.order_by("seq")) is None


def test_forty_claims_give_one_owner(live_world: World) -> None:
    event = worlds.open_for_claim(live_world)
    actor = live_world.actor("officer_a")
    answers = at_once(*(lambda: transitions.claim(event, actor=actor, at=NOON) for _n in range(CLIENTS)))
    assert codes(answers) == {"Event": 1, "already_claimed": CLIENTS - 1}
    refusals = [answer for answer in answers if isinstance(answer, MoveRefused)]
    assert {refusal.holder for refusal in refusals} == {"海北街道办"}
    assert {refusal.status for refusal in refusals} == {409}
    assert WorkOrder.objects.filter(event=event).count() == 1
    chain_holds(event)


def test_control_a_claim_without_the_lock_has_many_owners(live_world: World) -> None:
    """The same forty without row lock and without the index that would save it: more than one believes it won."""
    event = worlds.open_for_claim(live_world)
    seen = threading.Barrier(CLIENTS)

    def naive() -> bool:
        with transaction.atomic():
            row = Event.objects.get(pk=event.pk)
            free = row.state == "open_for_claim"
            seen.wait(30)
            if free:
                Event.objects.filter(pk=event.pk).update(state="in_progress")
            return free

    assert sum(answer is True for answer in at_once(*(naive for _n in range(CLIENTS)))) > 1


def test_a_claim_against_the_end_of_the_window(live_world: World) -> None:
    """Ten events, claims a second before the end, the sweep a second after: one outcome each."""
    actor = live_world.actor("officer_a")
    events = [worlds.open_for_claim(live_world) for _n in range(10)]
    for event in events:
        event.refresh_from_db()
        early, late = event.window_ends_at - timedelta(seconds=1), event.window_ends_at + timedelta(seconds=1)
        answers = at_once(
            lambda e=event, t=early: transitions.claim(e, actor=actor, at=t),
            lambda e=event, t=late: transitions.close_window(e, actor=Actor.system(), at=t),
        )
        assert sum(isinstance(answer, Event) for answer in answers) == 1, answers
        assert sum(isinstance(answer, MoveRefused) for answer in answers) == 1, answers
        event.refresh_from_db()
        orders = WorkOrder.objects.filter(event=event).count()
        assert (event.state, orders) in {("in_progress", 1), ("awaiting_dispatch", 0)}
        chain_holds(event)


def test_merging_into_each_other_ends_in_one(live_world: World) -> None:
    dispatcher = live_world.actor("dispatcher")
    for _round in range(8):
        one, two = worlds.reported(live_world), worlds.reported(live_world)
        answers = at_once(
            lambda a=one, b=two: transitions.merge(a, master=b, actor=dispatcher, at=NOON, note="同一事项"),
            lambda a=one, b=two: transitions.merge(b, master=a, actor=dispatcher, at=NOON, note="同一事项"),
        )
        assert codes(answers) == {"Event": 1, "wrong_state": 1}
        rows = Event.objects.filter(pk__in=(one.pk, two.pk))
        assert sorted(rows.values_list("state", "repeats")) == [("merged", 0), ("reported", 1)]
        assert rows.filter(master__isnull=False).count() == 1
        chain_holds(one)
        chain_holds(two)


def test_two_ratings_at_once_count_once(live_world: World) -> None:
    event = worlds.evaluating(live_world)
    answers = at_once(
        *(lambda n=n: transitions.rate(event, actor=Actor.citizen(), at=NOON, level=n) for n in (3, 4, 5, 5))
    )
    assert codes(answers) == {"Event": 1, "rated": 3}
    assert event.ratings.count() == 1


def test_approving_and_refusing_a_whistle_at_once(live_world: World) -> None:
    from tests.events.kits import tuned

    kit = tuned(live_world, "approve_whistle", "in_progress")
    leader = live_world.actor("director_a")
    answers = at_once(
        lambda: transitions.approve_whistle(kit.whistle, actor=leader, at=NOON),
        lambda: transitions.refuse_whistle(kit.whistle, actor=leader, at=NOON, note="自行处置"),
    )
    assert codes(answers) == {"Whistle": 1, "whistle_state": 1}
    kit.whistle.refresh_from_db()
    sent = WorkOrder.objects.filter(whistle=kit.whistle).count()
    assert (kit.whistle.state, sent) in {("blown", 2), ("refused", 0)}


@pytest.mark.parametrize("first", ["feed_back", "decline"])
def test_a_decline_against_signing_and_feeding_back(first: str, live_world: World) -> None:
    """Signing and declining the same order: exactly one of them holds."""
    event = worlds.in_progress(live_world)
    order, handler = worlds.the_order(event), live_world.actor("handler")
    acts = [
        lambda: transitions.accept(order, actor=handler, at=NOON),
        lambda: transitions.decline(
            order, reason="not_our_duty", clause="条款", proposed_unit=live_world.units["zhujian"], actor=handler,
            at=NOON, note="非职责",
        ),
    ]
    answers = at_once(*(acts if first == "decline" else reversed(acts)))
    assert sum(isinstance(answer, MoveRefused) for answer in answers) == 1, answers
    order.refresh_from_db()
    event.refresh_from_db()
    assert (order.state, event.state) in {("accepted", "in_progress"), ("declined", "awaiting_dispatch")}
