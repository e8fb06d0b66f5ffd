"""The workflow against random histories: real verbs, real door, real database (quality.md C-04, invariants §3.12).

A machine does any move as anybody at any moment, legal or not, lets time pass with sweeps and outbox, takes posts
away and breaks writers. After every step the invariants are read from the database. ``GOVERNANCE_NIGHT=1`` runs
500 × 50 steps instead of 50 × 30.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import datetime, timedelta
from random import Random

import hypothesis.strategies as st
import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from casework.actor import Actor
from casework.clock.explain import explain_deadline
from casework.clock.sweep import sweep_deadlines
from casework.door import MoveRefused
from casework.models import OutboxItem
from casework.trail import verify_case
from events import tasks, transitions
from events.alarms import sound
from events.models import (
    Decline,
    Event,
    EventAlarm,
    EventDeadline,
    Extension,
    SupervisionOrder,
    Whistle,
    WhistlePart,
    WorkOrder,
)
from events.transitions import Decision, Share
from events.workflow import ALL_STATES, ENDED, MOVES, OPEN_ORDER
from grids.models import Post
from tests import world as worlds
from tests.events.kits import DRIVERS, Kit
from tests.events.test_faults import WRITERS, Fault, broken
from tests.world import CAST, NOON, World

NIGHT = os.environ.get("GOVERNANCE_NIGHT") == "1"
EXAMPLES, STEPS = (500, 50) if NIGHT else (50, 30)
WHO = (*(row[0] for row in CAST), "system", "citizen")
VERBS = tuple(sorted(set(MOVES) - {"report", "absorb", "release", "attach", "reveal"}))
FORWARD = (
    ("triage", "dispatcher"), ("triage", "dispatcher"), ("handle_on_spot", "worker_a1"), ("ask_info", "dispatcher"),
    ("supply_info", "citizen"), ("claim", "officer_a"), ("close_window", "system"), ("dispatch", "dispatcher"),
    ("dispatch", "dispatcher"), ("accept", "handler"), ("accept", "handler"), ("contact", "handler"),
    ("feed_back", "handler"), ("feed_back", "handler"), ("feed_back", "officer_a"), ("feed_back", "other_handler"),
    ("feed_back", "water_handler"), ("feed_back", "worker_a1"), ("accept", "worker_a1"), ("accept", "other_handler"),
    ("accept", "water_handler"), ("verify", "worker_a1"), ("call_back", "call_backer"), ("evaluate", "dispatcher"),
    ("decline", "handler"), ("decline", "other_handler"), ("rule_decline", "director"), ("return_up", "officer_a"),
    ("convene", "director"), ("summon", "director"), ("confer", "director"), ("whistle", "officer_a"),
    ("approve_whistle", "director_a"),
    ("refuse_whistle", "director_a"), ("report_in", "other_handler"), ("rebut", "other_handler"),
    ("confirm_arrival", "officer_a"), ("rate_whistle", "officer_a"), ("suspend", "director"), ("resume", "director"),
    ("delegate", "officer_a"), ("extend", "handler"), ("grant_extension", "director"),
    ("refuse_extension", "director"), ("retarget", "dispatcher"), ("merge", "dispatcher"),
    ("split_off", "dispatcher"), ("reopen", "director"), ("rate", "citizen"), ("urge", "dispatcher"),
    ("answer_urge", "handler"), ("strike_off", "dispatcher"), ("mark_clue", "dispatcher"),
    ("propose_blacklist", "dispatcher"), ("nudge", "citizen"), ("transfer", "dispatcher"),
    ("take_back", "dispatcher"), ("reject", "dispatcher"), ("appeal", "citizen"), ("comment", "citizen"),
    ("correct", "dispatcher"), ("undo_dispatch", "dispatcher"), ("cover", "dispatcher"),
    ("undo_delegate", "officer_a"), ("undo_whistle", "director_a"), ("undo_urge", "dispatcher"),
)  # fmt: skip
"""Moves with somebody who may: drawn by the present state, so that histories get far."""
TRIES = 6
done: Counter[str] = Counter()


class Loop(RuleBasedStateMachine):
    """Two events in one savepoint. ``world`` and ``patch`` are given by a subclass."""

    world: World
    patch: pytest.MonkeyPatch

    def __init__(self) -> None:
        super().__init__()
        self.at: datetime = NOON
        self.states: dict[int, str] = {}
        self.checked: dict[int, int] = {}
        self.did: Counter[str] = Counter()
        self.drawn = 0
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)
        transaction.set_rollback(False)

    @initialize(urgency=st.sampled_from(["P3", "P2", "P1"]))
    def begin(self, urgency: str) -> None:
        for _n in range(2):
            event = worlds.reported(self.world, at=self.at, urgency=urgency, reporter_phone="13900002222")
            self.states[event.pk] = event.state

    @rule(move=st.sampled_from(VERBS), who=st.sampled_from(WHO), pick=st.integers(0, 5))
    def anything(self, move: str, who: str, pick: int) -> None:
        self.do(move, who, pick)

    @rule(n=st.integers(0, 999), pick=st.integers(0, 5))
    def forward(self, n: int, pick: int) -> None:
        self.go_on(n, pick)

    @rule(n=st.integers(0, 999), pick=st.integers(0, 5))
    def further(self, n: int, pick: int) -> None:
        self.go_on(n, pick)

    @rule(n=st.integers(0, 999), pick=st.integers(0, 5))
    def and_on(self, n: int, pick: int) -> None:
        self.go_on(n, pick)

    @rule(n=st.integers(0, 999), pick=st.integers(0, 5), writer=st.sampled_from(WRITERS))
    def with_a_fault(self, n: int, pick: int, writer: str) -> None:
        pair = self.legal(n, pick)[0]
        event = self.event(pick)
        before = (event.version, event.trail.count(), OutboxItem.objects.count(), event.orders.count())
        try:
            with broken(writer, self.patch), transaction.atomic():
                self.call(pair[0], pair[1], event)
        except (Fault, MoveRefused):
            event.refresh_from_db()
            after = (event.version, event.trail.count(), OutboxItem.objects.count(), event.orders.count())
            assert after == before
        else:
            self.note(pair[0])

    @rule(minutes=st.sampled_from([1, 30, 61, 240, 1440, 4320]))
    def time_passes(self, minutes: int) -> None:
        """Posts are given back; the sweeps and tasks at the new moment, and what they owe."""
        self.at += timedelta(minutes=minutes)
        Post.objects.filter(valid_to__isnull=False).update(valid_to=None)
        for task in (tasks.close_claim_windows, tasks.cover_absences, tasks.resume_suspended,
                     tasks.needs_info_timeouts, tasks.evaluate_timeouts):  # fmt: skip
            task(at=self.at)
        sweep_deadlines(EventDeadline, EventAlarm, at=self.at)
        for item in OutboxItem.objects.filter(topic="alarm", done_at=None):
            sound(item, self.at)
            OutboxItem.objects.filter(pk=item.pk).update(done_at=self.at)
        self.checked.clear()
        self.observe()

    @rule(who=st.sampled_from(["handler", "officer_a", "worker_a1", "director"]))
    def a_post_is_revoked(self, who: str) -> None:
        Post.objects.filter(person=self.world.people[who]).update(valid_to=NOON.date() - timedelta(days=1))

    # -- how a move is done ------------------------------------------------------------------------

    def legal(self, n: int, pick: int) -> list[tuple[str, str]]:
        """Moves that the table allows in the present state, with somebody who may; those this history has done
        least come first, among equals in an order of its own (drawn numbers are mostly small)."""
        state = self.event(pick).state
        self.drawn += 1
        pairs = [pair for pair in FORWARD if state in MOVES[pair[0]].sources]
        Random(n * 1000 + self.drawn).shuffle(pairs)
        return sorted(pairs, key=lambda pair: self.did[pair[0]])

    def go_on(self, n: int, pick: int) -> None:
        """The first of these that the verbs' own rules allow as well."""
        for pair in self.legal(n, pick)[:TRIES]:
            if self.do(*pair, pick):
                return

    def event(self, pick: int) -> Event:
        keys = sorted(self.states)
        return Event.objects.get(pk=keys[pick % len(keys)])

    def do(self, move: str, who: str, pick: int) -> bool:
        """Whether it was done; a refusal must have changed nothing."""
        event = self.event(pick)
        before = event.version, event.state
        try:
            self.call(move, who, event)
        except MoveRefused:
            event.refresh_from_db()
            assert (event.version, event.state) == before, f"{move} refused, but changed"
            return False
        self.note(move)
        return True

    def note(self, move: str) -> None:
        done[move] += 1
        self.did[move] += 1
        self.observe()

    def observe(self) -> None:
        self.states = dict(Event.objects.filter(pk__in=self.states).values_list("pk", "state"))

    def call(self, move: str, who: str, event: Event) -> None:
        lanes = {"system": Actor.system, "citizen": Actor.citizen}
        actor = lanes[who]() if who in lanes else self.world.actor(who, self.at)
        kit = self.kit(event)
        if move in ("delegate",):
            share = Share(self.world.units["community_a"], "核实", 30, area=self.world.areas["grid_a1"])
            transitions.delegate(kit.order, shares=[share], actor=actor, at=self.at)
        elif move == "confer":
            decisions = [Decision(self.world.units["chengguan"], "修复", "C", 7200)]
            transitions.confer(event, decisions=decisions, actor=actor, at=self.at, note="纪要")
        else:
            DRIVERS[move](kit, actor)

    def kit(self, event: Event) -> Kit:
        """Its newest rows of each kind; an unsaved one (unknown to the door) where there is none."""
        def newest(model: type, **blank: object) -> object:
            return model.objects.filter(event=event).order_by("pk").last() or model(event=event, **blank)

        open_order = event.orders.filter(state__in=OPEN_ORDER).order_by("-is_lead", "pk").first()
        order = open_order or newest(WorkOrder, unit=self.world.units["chengguan"])
        part = WhistlePart.objects.filter(whistle__event=event, unit=self.world.units["zhujian"]).order_by("pk").last()
        blank = WhistlePart(whistle=Whistle(event=event), unit=self.world.units["zhujian"])
        return Kit(
            self.world, event, order=order, whistle=newest(Whistle), part=part or blank,
            decline=newest(Decline), extension=newest(Extension), supervision=newest(SupervisionOrder),
            other=Event.objects.exclude(pk=event.pk).filter(pk__in=self.states).order_by("pk").first(), at=self.at,
        )

    # -- invariants of quality.md §3.12 ------------------------------------------------------------

    @invariant()
    def they_hold(self) -> None:
        """Of every event that a step has changed; after time has passed, of all."""
        for event in Event.objects.filter(pk__in=self.states).select_related("master"):
            if self.checked.get(event.pk) != event.version:
                check(event, self.at)
                self.checked[event.pk] = event.version


def check(event: Event, at: datetime) -> None:
    """Every invariant that applies to one event, by number."""
    live_clocks = list(event.deadlines.exclude(state="stopped"))
    orders = list(event.orders.all())
    assert event.state in ALL_STATES
    if event.state not in ENDED:  # 1
        assert event.owner_unit_id is not None
        assert live_clocks, f"{event.state} without a clock"
    if event.state == "in_progress":
        assert any(order.state in OPEN_ORDER for order in orders)
    if event.state in ("closed", "verifying", "evaluating"):  # 4
        assert not [order for order in orders if order.state in OPEN_ORDER]
    _check_trail(event)
    _check_bonds(event)
    _check_clocks(event, at)
    _check_people(event)
    _check_counts(event, orders)


def _check_trail(event: Event) -> None:
    rows = list(event.trail.order_by("seq"))
    assert verify_case(event, rows) is None
    state = ""
    for row in rows:  # 2 and 3
        assert row.from_state == state, f"{row.verb}: from {row.from_state}, was {state}"
        state = row.to_state
        if row.verb != "report":
            move = MOVES[row.verb]
            assert row.from_state in move.sources
            assert row.to_state in move.targets | {row.from_state}
    assert state == event.state


def _check_bonds(event: Event) -> None:
    assert (event.state == "merged") == (event.master_id is not None)  # 5
    assert event.repeats == Event.objects.filter(master=event).count()
    seen, above = {event.pk}, event.master
    while above is not None:
        assert above.pk not in seen
        seen.add(above.pk)
        above = above.master
    for order in event.orders.filter(parent__isnull=False).select_related("parent"):
        assert order.parent.event_id == event.pk
        assert not (order.state in OPEN_ORDER and order.parent.state == "done")


def _check_clocks(event: Event, at: datetime) -> None:
    running = []
    for row in event.deadlines.all():
        told = explain_deadline(row, at=at)
        assert told["agrees"], f"{row.stage}: {told['due_at']} stored, {told['due_at_recomputed']} recomputed"  # 6
        if row.state == "running":
            running.append(row.due_at)
        rungs = list(row.fired.values_list("rung", flat=True))
        assert len(set(rungs)) == len(rungs)  # 7
        assert row.next_rung >= len(rungs)
        spent = sum(s["seconds"] or 0 for s in row.segments if s["kind"] == "run")
        assert spent == row.elapsed_seconds  # 11
    assert event.due_at == (min(running) if running else None)


def _check_people(event: Event) -> None:
    checkers = set(event.verifications.values_list("by_id", flat=True)) - {None}
    handlers = set(event.orders.filter(state="done").values_list("handler_id", flat=True))
    assert checkers.isdisjoint(handlers)  # 8
    assert len({d.unit_id for d in event.declines.all()}) == event.declines.count()  # 9
    for decline in event.declines.filter(ruled_unit__isnull=False):
        later = event.declines.filter(unit=decline.ruled_unit, declined_at__gt=decline.ruled_at)
        assert not later.exists()


def _check_counts(event: Event, orders: list[WorkOrder]) -> None:
    assert event.bounces == sum(order.state == "declined" for order in orders)  # 15
    open_colours = set(event.supervisions.filter(struck_off_at=None).values_list("colour", flat=True))
    assert event.flag == next((c for c in ("red", "yellow", "blue") if c in open_colours), "")
    if event.state == "closed":  # 12
        assert event.outcome
        assert event.closed_at
        assert event.answer
        assert all(order.feedback for order in orders if order.state == "done")
    owed = " ".join(map(str, OutboxItem.objects.filter(payload__case=event.pk).values_list("payload", flat=True)))
    assert "13900002222" not in owed  # 13


@pytest.mark.slow
def test_random_histories_keep_every_invariant(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    done.clear()
    run_state_machine_as_test(
        type("Histories", (Loop,), {"world": world, "patch": monkeypatch}),
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, derandomize=not NIGHT, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(f"moves done: {len(done)} of {len(VERBS)}: {dict(done.most_common())}")
    assert len(done) >= (len(VERBS) if NIGHT else 25), done  # the histories went somewhere


def test_control_the_invariants_notice_a_state_set_by_hand(world: World) -> None:
    event = worlds.in_progress(world)
    check(event, NOON)
    Event.objects.filter(pk=event.pk).update(state="closed")
    with pytest.raises(AssertionError):
        check(Event.objects.get(pk=event.pk), NOON)
