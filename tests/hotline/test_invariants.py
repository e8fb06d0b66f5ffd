"""Random histories of an order and its event: real verbs, real door, news heard late; after every step the invariants
are read from the database (quality.md §3.12). ``GOVERNANCE_NIGHT=1`` walks ten times as many."""

from __future__ import annotations

import itertools
import os
from collections import Counter
from datetime import datetime, timedelta
from random import Random

import pytest
from django.db import transaction

from casework.actor import Actor
from casework.door import Move, MoveRefused
from casework.trail import verify_case
from events import transitions as event_verbs
from events.models import Event
from hotline import tasks
from hotline.models import CallBack, HotlineOrder
from hotline.transitions import following
from hotline.transitions.following import lead_of, place_of
from hotline.workflow import LIVE, MOVES
from tests import world as worlds
from tests.hotline import calls
from tests.hotline import test_workflow_matrix as matrix
from tests.hotline.test_workflow_matrix import DRIVERS, PEOPLE
from tests.world import NOON, World

WALKS, STEPS = (60, 60) if os.environ.get("GOVERNANCE_NIGHT") == "1" else (6, 40)
OWN = tuple(sorted(set(DRIVERS) - {"pass_on", "settle_elsewhere"}))
LEADING = {"forward": 12, "join": 4, "answer": 12, "call_back": 8, "supply_info": 8, "reopen": 6, "rate": 4, "urge": 3}
"""Verbs that lead on are drawn so many times as often as others."""
done: Counter[str] = Counter()


class Walk:
    """One order, one history."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.rng, self.at = world, Random(seed), NOON
        self.order = self.registered()

    def registered(self) -> HotlineOrder:
        return calls.registered(self.world, demand=self.rng.choice(("consult", "complaint", "help")))

    def somebody(self, move: Move, *, allowed: bool) -> Actor:
        """One of the cast, of the system or a citizen; ``allowed``: one who holds the verb's permission or lane."""
        cast = [Actor.system(), Actor.citizen(), *map(self.who, PEOPLE)]
        if allowed:
            cast = [
                one for one in cast
                if (one.rights.may(move.permission) if one.is_staff else one.lane in move.lanes)
            ]
        return self.rng.choice(cast)

    def step(self) -> None:
        self.at += timedelta(minutes=self.rng.choice((1, 20, 240, 1500)))
        act = self.rng.choices((self.own, self.of_event, self.news), (5, 5, 3))[0]
        try:
            with transaction.atomic():
                act()
        except MoveRefused:
            done["refused"] += 1

    def own(self) -> None:
        """Any verb of the room by anybody, legal or not; more often one that the state allows and that leads on, by
        somebody who may."""
        order = self.fresh()
        if order.state == "closed" and self.rng.random() < 0.2:
            self.order = order = self.registered()
        legal = [name for name in OWN if order.state in MOVES[name].sources]
        move = self.rng.choices(legal, [LEADING.get(name, 1) for name in legal])[0] if self.rng.random() < 0.8 else (
            self.rng.choice(OWN)
        )
        actor = self.somebody(MOVES[move], allowed=self.rng.random() < 0.8)
        matrix.LATER, kept = self.at, matrix.LATER
        try:
            DRIVERS[move](self.world, order, actor)
        finally:
            matrix.LATER = kept
        done[move] += 1

    def of_event(self) -> None:
        """The event's own loop goes on, by whoever may."""
        order = self.fresh()
        if order.event_id is None:
            return
        event = lead_of(Event.objects.get(pk=order.event_id))
        part = event.orders.order_by("pk").last()
        step = {
            "reported": lambda: event_verbs.triage(event, actor=self.who("dispatcher"), at=self.at, open_window=False),
            "awaiting_dispatch": lambda: event_verbs.dispatch(
                event, unit=self.world.units["chengguan"], note="指定", actor=self.who("dispatcher"), at=self.at
            ),
            "needs_info": lambda: event_verbs.supply_info(event, actor=Actor.citizen(), at=self.at, note="3号楼"),
            "in_progress": lambda: self._work(part),
            "verifying": lambda: event_verbs.verify(
                event, actor=self.who("worker_a1"), at=self.at, finding=self.rng.choice(("solved", "unsolved")), note="看过"
            ),
            "evaluating": lambda: event_verbs.evaluate(
                event, actor=self.who("dispatcher"), at=self.at,
                scores={row.pk: 4 for row in event.orders.filter(state="done")},
            ),
        }.get(event.state)
        if step is not None:
            step()
            done[f"event {event.state}"] += 1

    def _work(self, part: object) -> None:
        handler = self.who("handler")
        if part.state == "sent":
            event_verbs.accept(part, actor=handler, at=self.at)
        else:
            event_verbs.feed_back(part, actor=handler, at=self.at, note="已处理")

    def news(self) -> None:
        calls.hear(self.at)
        tasks.build_call_backs(self.at)
        tasks.watch_responses(self.at)

    def who(self, name: str) -> Actor:
        return worlds.World.actor(self.world, name, self.at)

    def fresh(self) -> HotlineOrder:
        return HotlineOrder.objects.get(pk=self.order.pk)

    # What must always be true -------------------------------------------------------------------------

    def check(self) -> None:
        order = self.fresh()
        rows = list(order.trail.order_by("seq"))
        assert verify_case(order, rows) is None
        assert rows[-1].to_state == order.state
        assert all(a.to_state == b.from_state for a, b in itertools.pairwise(rows))
        live = list(order.deadlines.exclude(state="stopped"))
        assert len({row.stage for row in live}) == len(live)
        if order.state == "closed":
            assert live == []
            assert order.outcome
            assert order.answer
        if order.state in LIVE - {"called_back"}:
            assert live, f"nobody's time runs in {order.state}"
        if order.was_reached is False:
            assert order.solved is None
        assert not CallBack.objects.filter(state__in=("waiting", "unreached")).exclude(level=None).exists()

    def check_quiet(self) -> None:
        """Once all news has been heard, the order stands where its event does, under the same number."""
        self.news()
        calls.hear(self.at)
        order = self.fresh()
        if order.event_id is not None and order.state != "registered":
            event = lead_of(Event.objects.get(pk=order.event_id))
            assert order.state == place_of(order, event)
            assert order.has_joined or Event.objects.get(pk=order.event_id).number == order.number


def walk(world: World, seed: int) -> None:
    with transaction.atomic():
        one = Walk(world, seed)
        for _n in range(STEPS):
            one.step()
            one.check()
        one.check_quiet()
        transaction.set_rollback(True)
    done["walks"] += 1


@pytest.mark.parametrize("seed", range(WALKS))
def test_random_histories_keep_the_invariants(world: World, seed: int) -> None:
    walk(world, seed)


def test_histories_go_through_most_verbs() -> None:
    if done["walks"] < WALKS:
        pytest.skip("not all walks ran in this process, or one fell")
    assert {"forward", "join", "answer", "call_back", "rate", "urge", "supervise", "grant_exclusion"} <= set(done)


def test_the_invariants_can_fail(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: when the order does not stop its clocks, the checks notice."""
    monkeypatch.setattr(following, "_move_clocks", lambda passage, event, state: None)
    order = calls.closed(world)
    one = Walk.__new__(Walk)
    one.world, one.order, one.at = world, order, datetime.now(tz=NOON.tzinfo)
    with pytest.raises(AssertionError):
        one.check()
