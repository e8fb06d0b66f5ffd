"""The living district and its moved clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import User
from casework.actor import Actor
from casework.clock.authority import server_time
from events import transitions as verbs
from events.models import Event, EventTrail
from events.transitions import Report
from governance.demo import clock, live, past
from governance.demo.stage import KEY, Stage
from tests.demo.conftest import AT


def run(district: live.District, *, acts: int, at: datetime = AT, apart: int = 30) -> datetime:
    for _n in range(acts):
        at += timedelta(seconds=apart)
        district.act(at)
    return at


def test_the_cast_acts_through_many_verbs(stage: Stage) -> None:
    district = live.District(stage)
    district.rng.seed(1)
    run(district, acts=260)
    assert sum(district.done.values()) > 180
    assert {"report", "triage", "accept", "feed_back", "verify"} <= set(district.done)
    assert Event.objects.values("source").distinct().count() >= 6
    assert not Event.objects.filter(owner_unit__isnull=True).exists()


def test_it_goes_on_with_what_it_finds(stage: Stage) -> None:
    """A new process knows nothing but the database."""
    first = live.District(stage)
    first.rng.seed(2)
    at = run(first, acts=40)
    reports = Event.objects.count()
    second = live.District(stage)
    second.rng.seed(3)
    run(second, acts=60, at=at)
    old = Event.objects.order_by("pk")[:reports]
    assert EventTrail.objects.filter(case__in=[e.pk for e in old], at__gt=at).exists()


def test_a_visitors_matter_is_left_alone_for_half_an_hour(stage: Stage) -> None:
    visitor = User.objects.get(username="zhihui")
    event = past_report(stage)
    verbs.triage(event, actor=Actor.person(visitor, at=AT), at=AT, open_window=False)
    touched = Event.objects.get(pk=event.pk).version
    district = live.District(stage)
    run(district, acts=50, apart=20)
    assert Event.objects.get(pk=event.pk).version == touched
    run(district, acts=60, at=AT + timedelta(minutes=31), apart=60)
    assert Event.objects.get(pk=event.pk).version > touched


def past_report(stage: Stage) -> Event:
    told = past.reports_of(stage, AT.date() - timedelta(days=1), 3, AT)[0].report
    report = Report(source="citizen", text=told.text, category="0805", lon=told.lon, lat=told.lat)
    return verbs.report(report, actor=Actor.citizen(), at=AT - timedelta(minutes=10))


def test_the_cast_signs_its_reports(stage: Stage) -> None:
    district = live.District(stage)
    district.report(AT)
    assert Event.objects.get().client_key.startswith(KEY)


@pytest.fixture
def moved(settings: object, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    clock.reset()
    yield
    clock.reset()


def test_the_clock_only_runs_ahead(db: None, moved: None) -> None:
    now = server_time()
    clock.set_to(now + timedelta(days=2))
    assert timedelta(days=1, hours=23) < clock.shift() <= timedelta(days=2, seconds=1)
    clock.set_to(now + timedelta(hours=1))
    assert clock.shift() > timedelta(days=1, hours=23)
    clock._kept = None  # as another process would see it
    assert clock.now() > now + timedelta(days=1, hours=23)


def test_a_fast_day_moves_the_clock_and_sweeps(stage: Stage, moved: None) -> None:
    began = clock.now()
    stop = live.Stop()
    done = live.run_fast(stop, speed=1_000_000, until=began + timedelta(hours=6), say=lambda _words: None)
    assert clock.now() >= began + timedelta(hours=6)
    assert done["report"] > 0
    assert not Event.objects.filter(reported_at__gt=clock.now()).exists()


def test_refused_in_production(settings: object) -> None:
    settings.PRODUCTION = True
    for name in ("demo", "live"):
        with pytest.raises(CommandError, match="demo profile"):
            call_command(name)
