"""A small past is as true as a large one: tallies, trails, owners, clocks; stopping and going on is exact."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db.models import F, Max, Min

from casework.verify import verify_all
from dashboard.tallies import differences, fold_all
from events.models import Event, EventAlarm, EventDeadline, EventTrail
from events.workflow import ALL_STATES, ENDED, LIVE
from governance.demo import full, past
from governance.demo.stage import Stage
from tests.demo.conftest import AT


def make(stage: Stage, *, days: int = 4, per_day: int = 30) -> None:
    past.make_past(AT, stage=stage, days=days, per_day=per_day, say=lambda _words: None)


def test_a_small_past_is_sound(stage: Stage) -> None:
    make(stage)
    fold_all()
    assert differences() == []
    assert list(verify_all(Event)) == []
    assert set(Event.objects.values_list("state", flat=True)) == ALL_STATES
    assert not Event.objects.filter(owner_unit__isnull=True).exists()
    assert Event.objects.values("source").distinct().count() >= 8
    assert EventTrail.objects.aggregate(last=Max("at"))["last"] <= AT
    check_clocks()


def check_clocks() -> None:
    """Live cases have their earliest clock on the row, ended ones none; every rung fired when it was owed."""
    running = EventDeadline.objects.filter(state="running", due_at__isnull=False)
    earliest = {row["case"]: row["first"] for row in running.values("case").annotate(first=Min("due_at"))}
    for event in Event.objects.filter(state__in=LIVE):
        assert event.due_at == earliest.get(event.pk), event.number
    assert not Event.objects.filter(state__in=ENDED, due_at__isnull=False).exclude(pk__in=earliest).exists()
    assert EventAlarm.objects.exists()
    assert not EventAlarm.objects.exclude(fired_at=F("owed_at")).exists()
    assert not running.filter(next_alarm_at__lte=AT).exists()


def test_a_second_run_changes_nothing(stage: Stage) -> None:
    make(stage, days=2, per_day=12)
    before = Event.objects.count(), EventTrail.objects.count()
    make(stage, days=2, per_day=12)
    assert (Event.objects.count(), EventTrail.objects.count()) == before


class Killed(BaseException):
    """Stands for whatever ends the process in the middle."""


def test_a_walk_that_is_stopped_goes_on_exactly(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(full, "CHUNK", 25)
    wanted = round(full.ACCEPTED * 0.002), round(full.CLOSED * 0.002)
    chunks = full.plan(AT, scale=0.002)
    stop_in_the_third(stage, monkeypatch)
    with pytest.raises(Killed):
        full.walk(scale=0.002, processes=1, at=AT, say=lambda _words: None)
    half = keys()
    assert 0 < len(half) < sum(chunk.size for chunk in chunks)
    monkeypatch.setattr(full, "play_reports", past.play_reports)
    assert full.walk(scale=0.002, processes=1, at=AT, say=lambda _words: None) == wanted
    assert full.counts(AT) == wanted
    assert half <= keys()
    assert Event.objects.filter(client_key__isnull=False).count() == len(keys())
    moved = EventTrail.objects.count()
    assert full.walk(scale=0.002, processes=1, at=AT, say=lambda _words: None) == wanted
    assert EventTrail.objects.count() == moved
    assert list(verify_all(Event)) == []
    fold_all()
    assert differences() == []


def stop_in_the_third(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    played: list[datetime] = []

    def stumble(player: object, told: list) -> None:
        past.play_reports(player, told)
        played.append(AT)
        if len(played) == 3:
            raise Killed

    monkeypatch.setattr(full, "play_reports", stumble)


def keys() -> set[str]:
    return set(Event.objects.filter(client_key__startswith="demo-full").values_list("client_key", flat=True))
