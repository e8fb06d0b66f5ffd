"""A small year of disputes: exact in the room's own figures, lived by its verbs, stopped and gone on with."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.db.models import F

from accounts.models import User
from casework.models import Notice, OutboxItem
from casework.refusals import MoveRefused
from casework.verify import verify_all
from disputes import statistics, wall
from disputes.demo_load import load_demo_bodies
from disputes.load import load_reference
from disputes.models import Dispute, DisputeAlarm, DisputeDeadline, Narrative, Session
from disputes.workflow import LIVE
from governance.demo import dispute_fates, full_disputes, parts
from governance.demo.dispute_company import Company
from governance.demo.dispute_fates import Fate
from governance.demo.disputes import BrokenDemo
from governance.demo.stage import Stage
from grids.scope import rights_of
from tests.demo.conftest import AT

SCALE = 0.008
WANTED = round(full_disputes.ACCEPTED * SCALE), round(full_disputes.CLOSED * SCALE)


@pytest.fixture
def bodies(stage: Stage) -> Stage:
    load_reference()
    load_demo_bodies(AT)
    return stage


def walk() -> tuple[int, int]:
    return full_disputes.walk(scale=SCALE, at=AT, say=lambda _words: None)


class Killed(BaseException):
    """Stands for whatever ends the process in the middle."""


def test_a_walk_that_is_stopped_goes_on_exactly(bodies: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(full_disputes, "CHUNK", 6)
    stop_in_the_third(monkeypatch)
    with pytest.raises(Killed):
        walk()
    half = keys()
    assert 0 < len(half) < WANTED[0]
    monkeypatch.undo()
    monkeypatch.setattr(full_disputes, "CHUNK", 6)
    assert walk() == WANTED
    assert half < keys()
    assert Dispute.objects.count() == WANTED[0] == len(keys())
    moved = moves()
    assert walk() == WANTED
    assert moves() == moved
    check_the_figures()
    check_the_clocks()
    check_nobody_was_told()
    check_the_rooms()


def test_a_chunk_that_is_broken_off_is_gone_on_with(bodies: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(full_disputes, "CHUNK", 6)
    real, made = full_disputes.make_one, []

    def stumble(company: Company, key: str, *args: object, **kwargs: object) -> Dispute:
        if len(made) == 3:
            raise Killed
        made.append(real(company, key, *args, **kwargs).origin_number)
        return Dispute.objects.get(origin_number=made[-1])

    with monkeypatch.context() as patch:
        patch.setattr(full_disputes, "make_one", stumble)
        with pytest.raises(Killed):
            walk()
    assert keys() == set(made)
    assert walk() == WANTED
    assert Dispute.objects.count() == WANTED[0] == len(keys())


def test_what_another_process_holds_is_tried_again(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts.connection, "close", lambda: None)
    monkeypatch.setattr(parts.time, "sleep", lambda _seconds: None)
    turns: list[int] = []

    def act() -> None:
        turns.append(1)
        parts.memory.keep("test:patience", len(turns))
        if len(turns) < 3:
            raise OperationalError("deadlock detected")

    parts.patiently(act, 0)
    assert (len(turns), parts.memory.recall("test:patience")) == (3, 3)
    with pytest.raises(OperationalError):
        parts.patiently(lambda: (_ for _ in ()).throw(OperationalError("deadlock detected")), 0)


def stop_in_the_third(monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed at the end of the third chunk's work, before it is kept."""
    calls: list[int] = []
    keep = parts.memory.keep

    def stumble(name: str, number: int) -> None:
        if name.endswith(":part:0"):
            calls.append(number)
            if len(calls) == 3:
                raise Killed
        keep(name, number)

    monkeypatch.setattr(parts.memory, "keep", stumble)


def keys() -> set[str]:
    return set(Dispute.objects.filter(origin_number__startswith=full_disputes.MARK).values_list("origin_number", flat=True))


def moves() -> int:
    return Dispute.trail_model().objects.count()


def check_the_figures() -> None:
    """What the page and the wall show; the trail is whole and not only of one verb."""
    rights = rights_of(User.objects.get(username="zhuren"), at=AT)
    closed = next(row for row in statistics.overview(rights, days=365, at=AT)["rates"] if row["code"] == "closed")
    assert (closed["whole"], closed["part"]) == WANTED
    shown = statistics.wall_figures("", at=AT)
    assert (shown["accepted"], shown["closed"]) == WANTED
    assert list(verify_all(Dispute)) == []
    verbs = set(Dispute.trail_model().objects.values_list("verb", flat=True))
    assert {"register", "guide", "route", "sign", "schedule", "minute", "conclude", "call_back", "judge"} <= verbs
    assert Dispute.trail_model().objects.filter(at__gt=AT).count() == 0


def check_the_clocks() -> None:
    """Every rung fired when it was owed, none is owed now, and what is open carries its earliest clock."""
    assert DisputeAlarm.objects.exists()
    assert not DisputeAlarm.objects.exclude(fired_at=F("owed_at")).exists()
    assert not DisputeDeadline.objects.filter(next_alarm_at__lte=AT).exists()
    for dispute in Dispute.objects.filter(state__in=LIVE):
        running = DisputeDeadline.objects.filter(case=dispute, state="running", due_at__isnull=False)
        assert dispute.due_at == min((row.due_at for row in running), default=None), dispute.number


def check_nobody_was_told() -> None:
    assert not OutboxItem.objects.filter(done_at=None, available_at__lt=AT).exists()
    assert not Notice.objects.exists()


def check_the_rooms() -> None:
    """Nobody sat in two sessions at once, no room held two; the story stays behind its wall."""
    held = list(Session.objects.exclude(state="called_off").prefetch_related("seats"))
    assert held
    taken = Counter()
    for session in held:
        people = [seat.person_id for seat in session.seats.all() if seat.person_id]
        for place in {("room", session.room_id)} | {("person", key) for key in people}:
            if place[1] is not None:
                taken[place, session.starts_at] += 1
                taken[place, session.starts_at + timedelta(minutes=30)] += 1
    assert max(taken.values()) == 1
    assert not Narrative.objects.exists()
    with wall.asking(dispute_id=held[0].dispute_id):
        assert Narrative.objects.filter(dispute=held[0].dispute_id, kind="facts").exists()


LIVES = (
    # days ago, what is drawn, state, outcome
    (200, {"end": "oral"}, "closed", "reconciled"),
    (200, {"end": "written", "confirms": "confirmed", "source": "booking"}, "closed", "performed"),
    (200, {"end": "written", "rises": 2, "by_clock": True, "declined": True, "invites": True}, "closed", "performed"),
    (200, {"end": "written", "late": True, "flags": ("violence",), "extended": True}, "closed", "performed"),
    (200, {"end": "withdrawn"}, "closed", "withdrawn"),
    (200, {"end": "refused"}, "closed", "refused"),
    (200, {"end": "failed"}, "closed", "failed"),
    (200, {"end": "arbitration", "type": "labour"}, "closed", "arbitration"),
    (200, {"end": "arbitration", "type": "land"}, "closed", "administrative"),
    (200, {"end": "court", "complexity": "knotty"}, "closed", "court"),
    (200, {"end": "turned_away"}, "closed", "not_accepted"),
    (200, {"end": "elsewhere"}, "closed", "failed"),
    (0.9, {"end": "written", "rests": "accepted"}, "accepted", ""),
    (0.9, {"end": "written", "rests": "guided"}, "guided", ""),
    (0.9, {"end": "written", "rests": "routed"}, "routed", ""),
    (12, {"end": "written", "rests": "mediating"}, "mediating", ""),
    (60, {"end": "written", "rests": "performing"}, "agreed", ""),
    (60, {"end": "written", "rests": "confirmed", "confirms": "confirmed"}, "confirmed", ""),
    (40, {"end": "court", "rests": "court"}, "litigating", ""),
)  # fmt: skip


def test_every_fate_is_lived_to_its_end(bodies: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    company = Company(Stage(AT))
    for n, (days, drawn, state, outcome) in enumerate(LIVES):
        fate = Fate(**{"type": "neighbour", "source": "walk_in", "complexity": "simple", "flags": (), **drawn})
        monkeypatch.setattr(dispute_fates, "draw", lambda *_a, fate=fate, **_w: fate)
        started = AT - timedelta(days=days)
        made = full_disputes.make_one(company, f"life-{n}", started, AT, rests=bool(fate.rests))
        made.refresh_from_db()
        assert made.state == state, (n, drawn, made.state)
        assert made.outcome == outcome, (n, drawn, made.state, made.outcome)
        assert made.rises >= fate.rises
    assert not company.refused
    assert list(verify_all(Dispute)) == []


def test_what_the_rules_refuse_is_raised(bodies: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object) -> None:
        raise MoveRefused("forbidden", "no")

    monkeypatch.setattr(full_disputes.dispute_ends, "live", refuse)
    company = Company(Stage(AT))
    with pytest.raises(BrokenDemo, match="forbidden"):
        full_disputes.make_one(company, "x", AT - timedelta(days=9), AT, rests=False)
    assert sum(company.refused.values()) == full_disputes.TRIES
    assert not Dispute.objects.exists()


def test_fates_have_plausible_shares() -> None:
    rng = random.Random(3)
    drawn = [dispute_fates.draw(rng, age=200, rests=False) for _n in range(3000)]
    ends = Counter(fate.end for fate in drawn)
    settled = (ends["oral"] + ends["written"]) / len(drawn)
    assert 0.88 < settled < 0.96
    assert set(ends) == set(dispute_fates.ENDS)
    labour = [fate for fate in drawn if fate.type == "labour"]
    assert sum(f.end == "arbitration" for f in labour) / len(labour) > 3 * ends["arbitration"] / len(drawn)
    assert all(fate.end in ("oral", "turned_away") for fate in (dispute_fates.draw(rng, age=2, rests=False) for _n in range(60)))
