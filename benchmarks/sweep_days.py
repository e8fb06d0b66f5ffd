"""Days of sweeps against an oracle (quality.md T-02), and the sweep's speed against set-based SQL (F10).

Run on servers of its own, migrated:

    python -m governance.services --temporary -- sh -c \
        'python manage.py migrate -v0 && python -m benchmarks.sweep_days [cases] [days] [seed]'

The pass figures are 0 missed, 0 twice, 0 early, 0 later than one interval.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import time
from datetime import UTC, datetime, timedelta

CASES, DAYS, SEED = 5000, 60, 20_261_121
BEGIN = datetime(2026, 2, 9, 1, 0, tzinfo=UTC)
"""Before the Spring Festival of 2026: holidays and make-up days lie in the 60 days."""
STEP_SECONDS = (1, 900)
RUNGS = (("remind", 75, 0, "WH"), ("overdue", 100, 0, "WH"), ("supervise", 125, 14_400, "WH"), ("leader", 200, 0, "WH"))
BUDGETS = (("WH", 7200), ("WD", 5 * 25_200), ("C", 86_400), ("CD", 7 * 86_400), ("WH", 28_800))


class World:
    """Cases with one clock each; every act goes through the clock ledger, and is told to the oracle."""

    def __init__(self, cases: int, chance: random.Random) -> None:
        from casework.clock import loader
        from casework.load import load_calendar
        from casework.models import LadderRung
        from events.models import EventDeadline

        self.chance = chance
        self.model = EventDeadline
        load_calendar()
        LadderRung.objects.filter(ladder="bench").delete()
        LadderRung.objects.bulk_create(
            LadderRung(ladder="bench", code=code, position=position, at_percent=percent,
                       min_offset_seconds=offset, min_offset_kind=kind)
            for position, (code, percent, offset, kind) in enumerate(RUNGS)
        )  # fmt: skip
        loader.forget()
        self.events = make_events(cases)
        self.plans: dict[int, list[datetime]] = {}
        self.reached: dict[int, int] = {}
        self.owed: dict[tuple[int, int], datetime] = {}

    def act(self, event: object, at: datetime, verb: str) -> None:
        """One act on one case's clock, in a transaction of its own, as the door does it."""
        from django.db import transaction

        from casework.book import Book
        from casework.clock.ledger import Clocks
        from casework.writing import write

        with transaction.atomic():
            book = Book()
            live = list(self.model.objects.filter(case=event).exclude(state="stopped"))
            clocks = Clocks(event, self.model, live, book)
            if verb == "start":
                kind, budget = self.chance.choice(BUDGETS)
                clocks.start("handle", kind=kind, budget_seconds=budget, at=at, ladder="bench")
            elif verb == "pause":
                clocks.pause_all(at=at, reason="weather", by="duty")
            elif verb == "resume":
                clocks.resume_all(at=at)
            elif verb == "stop":
                clocks.stop_all(at=at)
            elif live and live[0].state == "running":
                clocks.extend(live[0], seconds=self.chance.randrange(600, 40_000), by="head", reason="complex", at=at)
            write(book)
        self._note(event, at)

    def _note(self, event: object, at: datetime) -> None:
        """The oracle's own reading: which moments the clock promises from ``at`` on."""
        row = self.model.objects.filter(case=event).order_by("-pk").first()
        self._owe(row.pk, at)
        self.plans[row.pk] = list(row.alarms) if row.state == "running" else []

    def _owe(self, key: int, until: datetime) -> None:
        """What the plan so far has promised for before ``until`` is owed for good."""
        plan, rung = self.plans.get(key, []), self.reached.get(key, 0)
        while rung < len(plan) and plan[rung] <= until:
            self.owed[key, rung] = plan[rung]
            rung += 1
        self.reached[key] = rung

    def finish(self, at: datetime) -> None:
        """Owe what every plan promised up to ``at``."""
        for key in self.plans:
            self._owe(key, at)


def make_events(count: int) -> list:
    """Events without a history, enough to hang clocks on."""
    from events.models import Event
    from grids.models import Area, Level

    level, _ = Level.objects.get_or_create(code="district", defaults={"name": "区", "name_en": "District", "rank": 30})
    area = Area.objects.filter(code="990001").first()
    if area is None:
        area = Area.objects.create(code="990001", name="试验区", level=level, path="990001/")
    start = Event.objects.count()
    rows = [
        Event(
            number=f"T-{start + n:07d}", state="in_progress", version=1, changed_at=BEGIN, area=area,
            area_path=area.path, source="grid", token=f"{start + n:032x}", tracking_code=f"T{start + n:08d}",
            title="试验", text="试验", reported_at=BEGIN,
        )
        for n in range(count)
    ]  # fmt: skip
    return Event.objects.bulk_create(rows, batch_size=2000)


def run(cases: int = CASES, days: int = DAYS, *, seed: int = SEED, sweep: object = None) -> dict:
    """Sweep in steps of 1–900 s while clocks are started, paused, resumed, extended and stopped at random.

    Counts rungs missed, doubled, early and later than one step. ``sweep`` replaces the product's (controls).
    """
    from casework.clock.sweep import sweep_deadlines
    from casework.models import OutboxItem
    from events.models import EventAlarm, EventDeadline

    sweep = sweep or sweep_deadlines
    chance = random.Random(seed)
    world = World(cases, chance)
    acts = _timetable(world.events, days, chance)
    at, end = BEGIN, BEGIN + timedelta(days=days)
    outbox_before = OutboxItem.objects.filter(topic="alarm").count()
    seen: dict[tuple[int, int], list[datetime]] = {}
    newest = EventAlarm.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    sweeps = fired = 0
    longest = timedelta(0)
    while at < end:
        step = timedelta(seconds=chance.randint(*STEP_SECONDS))
        at, longest = at + step, max(longest, step)
        while acts and acts[-1][0] <= at:
            moment, _number, event, verb = acts.pop()
            world.act(event, moment, verb)
        count = sweep(EventDeadline, EventAlarm, at=at)
        sweeps += 1
        fired += count
        if count:
            # When a rung came is our own observation, not what its row says.
            for number, key, rung in EventAlarm.objects.filter(pk__gt=newest).order_by("pk").values_list(
                "pk", "deadline_id", "rung"
            ):
                newest = number
                seen.setdefault((key, rung), []).append(at)
    world.finish(at)
    late = [(seen[mark][0] - moment).total_seconds() for mark, moment in world.owed.items() if mark in seen]
    owed = set(world.owed)
    items = OutboxItem.objects.filter(topic="alarm").count() - outbox_before
    return {
        "cases": cases,
        "days": days,
        "seed": seed,
        "sweeps": sweeps,
        "owed": len(owed),
        "fired": fired,
        "missed": len(owed - set(seen)),
        "phantom": len(set(seen) - owed),
        "twice": sum(len(moments) - 1 for moments in seen.values()),
        "early": sum(second < 0 for second in late),
        "later_than_a_step": sum(second > longest.total_seconds() for second in late),
        "outbox_rows": items,
        "longest_lateness_seconds": max(late, default=0.0),
    }


def _timetable(events: list, days: int, chance: random.Random) -> list[tuple]:
    """Random acts per case, last first so that they are popped in order of time. They fall on whole seconds."""
    acts = []
    for number, event in enumerate(events):
        moment = BEGIN + timedelta(seconds=chance.randrange(days * 86_400 * 2 // 3))
        acts.append((moment, number, event, "start"))
        is_paused = False
        for _ in range(chance.randrange(4)):
            moment += timedelta(seconds=chance.randrange(60, 200_000))
            verb = "resume" if is_paused else chance.choice(("pause", "extend", "extend"))
            is_paused = verb == "pause"
            acts.append((moment, number, event, verb))
        if chance.random() < 0.5:
            acts.append((moment + timedelta(seconds=chance.randrange(60, 900_000)), number, event, "stop"))
    return sorted(acts, key=lambda act: (act[0], act[1]), reverse=True)


# Speed (F10) ------------------------------------------------------------------------------------------

_FILL = """
    INSERT INTO events_eventdeadline
           (case_id, stage, state, kind, calendar_code, service_class, budget_seconds, started_at, due_at,
            elapsed_seconds, segments, ladder, alarms, next_rung, next_alarm_at)
    SELECT %(case)s, 's' || n, CASE WHEN n %% 5 = 0 THEN 'running' ELSE 'stopped' END, 'WH', 'district', '', 7200,
           %(begin)s, %(begin)s, 0, '[]', 'bench',
           CASE WHEN n %% 5 = 0 THEN ARRAY[m.at, m.at + interval '400 days'] ELSE '{{}}' END, 0,
           CASE WHEN n %% 5 = 0 THEN m.at END
      FROM generate_series(1, %(rows)s) n,
           LATERAL (SELECT %(begin)s + CASE WHEN n %% %(every)s = 0 THEN interval '-1 hour'
                                            ELSE interval '100 days' END AS at) m
"""
_RAW = """
    WITH due AS (
        SELECT id, next_rung, next_alarm_at FROM events_eventdeadline WHERE next_alarm_at <= %(at)s
         ORDER BY next_alarm_at LIMIT 500 FOR UPDATE SKIP LOCKED
    ), moved AS (
        UPDATE events_eventdeadline d SET next_rung = d.next_rung + 1, next_alarm_at = d.alarms[d.next_rung + 2]
          FROM due WHERE d.id = due.id RETURNING due.id, due.next_rung, due.next_alarm_at
    ), log AS (
        INSERT INTO events_eventalarm (deadline_id, rung, owed_at, fired_at)
        SELECT id, next_rung, next_alarm_at, %(at)s FROM moved
    ), box AS (
        INSERT INTO casework_outboxitem (topic, key, payload, available_at, attempts, last_error, created_at)
        SELECT 'alarm', 'raw:' || id || ':' || next_rung, '{}', %(at)s, 0, '', %(at)s FROM moved
    )
    SELECT count(*) FROM moved
"""


def measure_speed(rows: int = 1_000_000, due: int = 10_000, rounds: int = 3) -> dict:
    """Rungs per second of the product's sweep and of the bare statement, in turn, and an empty sweep in ms."""
    from django.db import connection

    from casework.clock.sweep import sweep_deadlines
    from events.models import EventAlarm, EventDeadline

    event = make_events(1)[0]
    _fill(event.pk, rows, due)
    product, raw = [], []
    for number in range(rounds):
        at = BEGIN + timedelta(seconds=number)
        begun = time.perf_counter()
        fired = sweep_deadlines(EventDeadline, EventAlarm, at=at)
        product.append(fired / (time.perf_counter() - begun))
        _reset(event.pk)
        begun = time.perf_counter()
        with connection.cursor() as cursor:
            done, batch = 0, 500
            while batch == 500:
                cursor.execute(_RAW, {"at": at})
                batch = cursor.fetchone()[0]
                done += batch
        raw.append(done / (time.perf_counter() - begun))
        if done != fired:
            raise RuntimeError(f"the product fired {fired}, the bare statement {done}")
        if number < rounds - 1:
            _reset(event.pk)
    empty = []
    for _ in range(50):
        begun = time.perf_counter()
        sweep_deadlines(EventDeadline, EventAlarm, at=BEGIN)
        empty.append((time.perf_counter() - begun) * 1000)
    return {
        "rows": rows,
        "due": due,
        "product_per_second": [round(value) for value in product],
        "raw_per_second": [round(value) for value in raw],
        "ratio": round(statistics.median(p / r for p, r in zip(product, raw, strict=True)), 2),
        "empty_sweep_ms": round(statistics.median(empty), 2),
    }


def _fill(case_id: int, rows: int, due: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        values = {"case": case_id, "begin": BEGIN, "rows": rows, "every": rows // due}
        cursor.execute(_FILL.replace("{{}}", "{}"), values)
        cursor.execute("ANALYZE events_eventdeadline")


def _reset(case_id: int) -> None:
    """Make the fired rungs owed again."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM casework_outboxitem WHERE topic = 'alarm'")
        cursor.execute("DELETE FROM events_eventalarm")
        cursor.execute(
            "UPDATE events_eventdeadline SET next_rung = 0, next_alarm_at = alarms[1] "
            "WHERE case_id = %s AND next_rung > 0",
            [case_id],
        )
        cursor.execute("VACUUM ANALYZE events_eventdeadline, events_eventalarm, casework_outboxitem")


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
    django.setup()
    given = [int(word) for word in sys.argv[1:]]
    cases, days, seed = [*given, *(CASES, DAYS, SEED)[len(given) :]]
    print(json.dumps({"speed": measure_speed()}), flush=True)
    print(json.dumps({"days": run(cases, days, seed=seed)}), flush=True)


if __name__ == "__main__":
    main()
