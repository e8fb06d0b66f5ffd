"""Real 12345 tickets and messages enter through the file import, walk the loop on a moved clock with the sweeps in
step, and the wall's counts equal a plain recount. The texts have no licence and stay outside the repository."""

from __future__ import annotations

import csv
import gzip
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from casework.actor import Actor
from casework.clock.sweep import sweep_deadlines
from casework.door import Batch, batch
from casework.trail import verify_case
from dashboard import tallies
from events import transitions
from events.importing import Mapping, import_events
from events.models import Event, EventAlarm, EventDeadline, Verification, WorkOrder
from grids.models import Post
from tests.world import World

TEXTS = Path(settings.SHARED_DIR) / "data" / "hotline-text"
FUZHOU = TEXTS / "fuzhou_12345_rivers_train.csv.gz"
TAIDI = TEXTS / "taidi_c_replies_train.csv.gz"
WALKED = int(os.environ.get("REAL_TICKETS_WALKED", "1200"))
"""How many of the 3,209 are walked to their end here; set it higher for all."""
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.slow,
    pytest.mark.skipif(not FUZHOU.is_file(), reason="the real data of ../shared/data is not here"),
]


def _rows(path: Path) -> list[dict]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _reply_days() -> dict[str, float]:
    """Days to the reply by external number, as the files tell them."""
    found: dict[str, float] = {}
    for row in _rows(FUZHOU):
        found[row["ticket_id"]] = float(row["final_reply_days"] or 4)
    for row in _rows(TAIDI):
        asked, told = (datetime.fromisoformat(row[name]) for name in ("created_at", "replied_at"))
        found[row["message_id"]] = max(0.2, (told - asked).total_seconds() / 86_400)
    return found


@pytest.fixture
def walked(world: World) -> World:
    """Both files imported twice and walked to their ends."""
    Post.objects.update(valid_from=date(2000, 1, 1))
    for path, name, area in ((FUZHOU, "fuzhou_12345", "grid_a1"), (TAIDI, "taidi_replies", "grid_b1")):
        shipped = Mapping.load(name)
        mapping = replace(shipped, constants=shipped.constants | {"area": world.areas[area].code})
        first = import_events(path, mapping, actor=Actor.system(), now=NOW)
        assert (first.created, first.known, first.refused) == (first.rows, 0, [])
        again = import_events(path, mapping, actor=Actor.system(), now=NOW)
        assert (again.created, again.known) == (0, first.rows)
    _walk(world)
    return world


PHASES = ("triage", "dispatch", "accept", "feed_back", "verify", "evaluate")


def _walk(world: World) -> None:
    """Every event moves on at its own pace; each day is one batch, the sweep runs between the days."""
    days = _reply_days()
    told = {event.pk: event for event in Event.objects.order_by("reported_at")[:WALKED]}
    plan: dict[date, dict[str, list[tuple[datetime, int]]]] = {}

    def owe(act: str, at: datetime, key: int) -> None:
        plan.setdefault(at.date(), {}).setdefault(act, []).append((at, key))

    for event in told.values():
        owe("triage", event.reported_at + timedelta(minutes=20), event.pk)
    while plan:
        day = min(plan)
        today = plan[day]
        with batch() as shared:
            for act in PHASES:
                for at, key in today.get(act, ()):
                    replied = told[key].reported_at + timedelta(days=days[told[key].external_number])
                    for later, moment in _act(world, shared, told[key], at, act, replied):
                        owe(later, moment, key)
                shared.write()
        del plan[day]
        while sweep_deadlines(EventDeadline, EventAlarm, at=datetime.combine(day, time.max, UTC)) > 0:
            pass


_actors: dict[tuple[str, date], Actor] = {}


def _actor(world: World, name: str, at: datetime) -> Actor:
    return _actors.setdefault((name, at.date()), world.actor(name, at))


def _act(
    world: World, shared: Batch, event: Event, at: datetime, act: str, replied: datetime
) -> Iterator[tuple[str, datetime]]:
    """One act of one event; what follows it, never earlier than the day after where another phase has passed."""
    event = shared.lock([event], WorkOrder, Verification)[0]
    orders = shared.folders[Event, event.pk].rows(WorkOrder)
    if act == "triage":
        transitions.triage(event, actor=_actor(world, "dispatcher", at), at=at, open_window=False)
        yield "dispatch", at + timedelta(minutes=10)
    elif act == "dispatch":
        unit = world.units["chengguan"]
        transitions.dispatch(event, unit=unit, note="按职责", actor=_actor(world, "dispatcher", at), at=at)
        yield "accept", at + timedelta(hours=1)
    elif act == "accept":
        transitions.accept(orders[-1], actor=_actor(world, "handler", at), at=at)
        yield "feed_back", max(at + timedelta(hours=1), replied)
    elif act == "feed_back":
        actor = _actor(world, "handler", at)
        transitions.feed_back(orders[-1], actor=actor, at=at, note="已答复", outcome="explained")
        yield "verify", at + timedelta(days=1)
    elif act == "verify":
        worker = "worker_a1" if event.grid_code == world.areas["grid_a1"].code else "worker_b1"
        transitions.verify(event, actor=_actor(world, worker, at), at=at, finding="solved", note="已核实")
        yield "evaluate", at + timedelta(days=1)
    else:
        scores = {orders[-1].pk: 4}
        transitions.evaluate(event, actor=_actor(world, "dispatcher", at), at=at, scores=scores)


def _plain(sql: str) -> dict:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return {row[0]: row[1:] if len(row) > 2 else row[1] for row in cursor.fetchall()}


def test_real_tickets_walk_the_loop_and_the_wall_tells_the_truth(walked: World) -> None:
    total = len(_rows(FUZHOU)) + len(_rows(TAIDI))
    assert Event.objects.count() == total
    assert Event.objects.filter(state="closed").count() == min(total, WALKED)
    span = {"first": date(2000, 1, 1), "last": NOW.date()}
    assert tallies.fold_all() > 0
    assert tallies.differences() == []
    rows = {(row["dim"], row["value"]): row for row in tallies.sums(
        ["150302"], ["all", "source", "category"], **span
    )}
    by_grid = _plain("SELECT grid_code, count(*) FROM events_event GROUP BY 1")
    areas = {row["area_code"]: row["reported"] for row in tallies.sums(list(by_grid), ["all"], **span)}
    assert areas == by_grid
    assert len(areas) == 2
    by_source = _plain("SELECT source, count(*) FROM events_event GROUP BY 1")
    by_category = _plain("SELECT category_id, count(*) FROM events_event GROUP BY 1")
    assert {value: row["reported"] for (dim, value), row in rows.items() if dim == "source"} == by_source
    assert {value: row["reported"] for (dim, value), row in rows.items() if dim == "category"} == by_category
    on_time = _plain("SELECT 1, count(*) FILTER (WHERE handled_at <= handle_due_at), count(handle_due_at) FROM events_event")[1]
    whole = rows["all", "all"]
    assert (whole["on_time"], whole["due"]) == on_time
    assert 0 < whole["on_time"] < whole["due"]
    _late_cases_are_exactly_those_whose_clock_says_so()


def _late_cases_are_exactly_those_whose_clock_says_so() -> None:
    late = set(_plain("SELECT id, 1 FROM events_event WHERE handled_at > handle_due_at"))
    rang = set(
        EventAlarm.objects.filter(deadline__stage="handle", rung=1).values_list("deadline__case_id", flat=True)
    )
    assert late
    assert late == rang
    for event in Event.objects.order_by("?")[:50]:
        assert verify_case(event, event.trail.order_by("seq")) is None
