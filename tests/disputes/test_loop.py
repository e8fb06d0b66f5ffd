"""The dispute loop against random histories: real verbs, real door, real database, time that passes with sweeps and
outbox (quality.md C-04). ``GOVERNANCE_NIGHT=1`` runs 500 × 50 steps instead of 50 × 30, and asks that every verb was done.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

import hypothesis.strategies as st
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from casework import outbox
from casework.actor import Actor
from casework.clock.sweep import sweep_deadlines
from casework.refusals import MoveRefused
from casework.trail import verify_case
from disputes import actions, transitions
from disputes.models import Dispute, DisputeAlarm, DisputeDeadline, JointNotice, Packet, PanelMember
from disputes.workflow import LIVE, MOVES, TIERS
from tests.disputes import cast
from tests.disputes.cast import NOON, House
from tests.disputes.test_workflow_matrix import DONE, IN_ACTIONS

NIGHT = os.environ.get("GOVERNANCE_NIGHT") == "1"
EXAMPLES, STEPS = (500, 50) if NIGHT else (50, 30)
WHO = ("system", "body_head", "joint_head", "district_head", "mediator", "joint_mediator", "district_mediator", "director_a",
       "officer_a", "stranger_head", "director")
VERBS = tuple(sorted(DONE))
OUTSIDE = {"arbitrating", "litigating"}
done: Counter[str] = Counter()


class Loop(RuleBasedStateMachine):
    """One dispute in one savepoint; ``house`` is given by a subclass."""

    house: House

    def __init__(self) -> None:
        super().__init__()
        self.at: datetime = NOON
        self.did: Counter[str] = Counter()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.tier = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)
        transaction.set_rollback(False)

    @initialize(booked=st.booleans(), kind=st.sampled_from(["neighbour", "labour", "family"]))
    def begin(self, booked: bool, kind: str) -> None:
        told = cast.told(type=kind)
        if booked:
            self.dispute = transitions.book(told, actor=Actor.citizen(), at=self.at)
        else:
            self.dispute = transitions.register(told, actor=Actor.system(), at=self.at)

    @rule(name=st.sampled_from(VERBS), who=st.sampled_from(WHO))
    def anything(self, name: str, who: str) -> None:
        self.do(name, who)

    @rule(n=st.integers(0, 999))
    def forward(self, n: int) -> None:
        self.legal(n)

    @rule(n=st.integers(0, 999))
    def further(self, n: int) -> None:
        self.legal(n)

    @rule(hours=st.sampled_from([1, 5, 26, 73, 170, 400]))
    def time_passes(self, hours: int) -> None:
        self.at += timedelta(hours=hours)
        sweep_deadlines(DisputeDeadline, DisputeAlarm, at=self.at, cases=[self.dispute.pk])
        outbox.do_due(at=self.at)

    def legal(self, n: int) -> None:
        fitting = [name for name in VERBS if self.now().state in MOVES[name].sources]
        if fitting:
            name = fitting[n % len(fitting)]
            for who in WHO:
                if self.do(name, who):
                    return

    def do(self, name: str, who: str) -> bool:
        dispute = self.now()
        before = (dispute.version, dispute.state)
        actor = Actor.system() if who == "system" else self.house.actor(who, self.at)
        room = actions if name in IN_ACTIONS else transitions
        try:
            with transaction.atomic():
                getattr(room, name)(dispute, actor=actor, at=self.at, **DONE[name])
        except MoveRefused:
            after = self.now()
            assert (after.version, after.state) == before
            return False
        self.did[name] += 1
        return True

    def now(self) -> Dispute:
        return Dispute.objects.select_related("body").get(pk=self.dispute.pk)

    @invariant()
    def the_books_are_in_order(self) -> None:
        if not hasattr(self, "dispute"):
            return
        now = self.now()
        rows = list(now.trail.order_by("seq"))
        assert verify_case(now, rows) is None
        assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
        for earlier, later in pairwise(rows):
            assert earlier.to_state == later.from_state, "a state nobody wrote"
        assert (now.state == "closed") == (now.closed_at is not None)
        assert TIERS.index(now.tier) >= self.tier, "fell to a lower tier"
        self.tier = TIERS.index(now.tier)

    @invariant()
    def the_clocks_fit(self) -> None:
        if not hasattr(self, "dispute"):
            return
        now = self.now()
        live = set(now.deadlines.filter(state="running").values_list("stage", flat=True))
        assert not (now.state == "closed" and live), f"clocks run on: {live}"
        assert ("tier" in live) <= (now.state == "mediating")
        if now.state == "mediating":
            assert {"tier", "total"} <= live
        assert now.state not in LIVE or now.state in OUTSIDE or live, "nobody is reminded"
        assert now.deadlines.filter(next_rung__gt=0).count() >= 0
        fired = Counter(DisputeAlarm.objects.filter(deadline__case=now).values_list("deadline", "rung"))
        assert all(times == 1 for times in fired.values())

    @invariant()
    def nobody_is_forced_and_nothing_is_retold(self) -> None:
        if not hasattr(self, "dispute"):
            return
        now = self.now()
        assert not (now.refused_at and now.state in ("routed", "mediating")), "mediated against the will"
        leads = PanelMember.objects.filter(dispute=now, role="lead", until=None).count()
        assert leads <= 1
        if now.state == "mediating":
            assert leads == 1
            assert now.mediator_id is not None
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('gov.dispute', %s, true)", [str(now.pk)])
            packets = Packet.objects.filter(dispute=now).count()
            cursor.execute("SELECT set_config('gov.dispute', '', true)")
        assert packets == now.rises, "a rise without its packet"
        told = JointNotice.objects.filter(dispute=now).values_list("target", "flags")
        assert all(times == 1 for times in Counter((target, tuple(flags)) for target, flags in told).values())


def test_random_histories_keep_the_books(house: House) -> None:
    class Here(Loop):
        def teardown(self) -> None:
            done.update(self.did)
            super().teardown()

    Here.house = house
    run_state_machine_as_test(Here, settings=settings(
        max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, derandomize=not NIGHT, database=None,
        suppress_health_check=list(HealthCheck),
    ))
    missing = sorted(set(VERBS) - set(done))
    assert done
    assert not (NIGHT and missing), f"never done: {missing}"
