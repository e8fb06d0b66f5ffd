"""F2 as figures: batch intake beside raw SQL, and Ottawa's 92,714 requests by the batch path."""

from __future__ import annotations

import resource
import threading
import time
from collections.abc import Iterator

import psycopg2
from django.conf import settings
from django.db import connection
from django.utils import timezone

from benchmarks.ledger import Figure
from casework.actor import Actor
from events.batch import report_many
from events.importing import Mapping, import_events
from events.models import Event
from events.transitions import Report
from tests.world import NOON, make_world

COMMAND = "./start figures spine --only intake"
ROWS = 5000
WRITERS = 8


def measure() -> Iterator[Figure]:
    """Rates per row; the file only where the real data is at hand."""
    make_world()
    raw = _raw_rate()
    mine = _batch_rate()
    yield Figure(
        "F2", "batch intake per row ÷ raw SQL intake (8 writers, one commit each)", round(mine / raw, 2), "×", ">= 0.4",
        COMMAND, f"{mine:,.0f} against {raw:,.0f} rows per second",
    )
    path = settings.SHARED_DIR / "data" / "311" / "ottawa_2014_jan-jun.csv.gz"
    if path.is_file():
        yield from _ottawa(path)


def _reports(low: int, high: int) -> list:
    return [
        (
            Report(
                source="hotline", text=f"小区东门路灯不亮,晚上行人通行不安全 {n}", title="路灯不亮", category="0606",
                area="150302002001001", address=f"滨湖路{n % 900}号", external_number=f"R{n}", reporter_name="王小明",
                reporter_phone="10012345678",
            ),
            NOON,
        )
        for n in range(low, high)
    ]


def _batch_rate() -> float:
    report_many(_reports(0, 500), actor=Actor.system())
    rows = _reports(500, 500 + ROWS)
    began = time.perf_counter()
    for low in range(0, ROWS, 1000):
        report_many(rows[low : low + 1000], actor=Actor.system())
    return ROWS / (time.perf_counter() - began)


def _raw_rate() -> float:
    """One event and one history row per commit by hand-written SQL from eight connections."""
    from benchmarks.smallest.models import TABLES

    with connection.cursor() as cursor:
        cursor.execute(TABLES)
    target = connection.get_connection_params() | {"cursor_factory": None}
    target.pop("context", None)
    done: list[int] = []

    def write(writer: int) -> None:
        with psycopg2.connect(**{k: v for k, v in target.items() if v is not None}) as line:
            cursor = line.cursor()
            for n in range(ROWS // WRITERS):
                cursor.execute(
                    "INSERT INTO bench_item (number, state, source, title, text, category, lon, lat, area, reported_at)"
                    " VALUES (%s, 'reported', 'hotline', '路灯不亮', '小区东门路灯不亮,晚上行人通行不安全', '0606', 106.8,"
                    " 39.7, '150302', now()) RETURNING id",
                    [f"{writer}-{n}"],
                )
                cursor.execute("INSERT INTO bench_step (item_id, verb, at) VALUES (%s, 'report', now())", cursor.fetchone())
                line.commit()
            done.append(n + 1)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(WRITERS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / (time.perf_counter() - began)


def _ottawa(path: object) -> Iterator[Figure]:
    now = timezone.now()
    before = Event.objects.count()
    memory_before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began = time.perf_counter()
    tally = import_events(path, Mapping.load("ottawa_311"), actor=Actor.system(), now=now)
    seconds = time.perf_counter() - began
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - memory_before
    words = f"{tally.rows:,} rows, {tally.rows / seconds:,.0f} per second, {len(tally.refused)} refused"
    yield Figure("F2-ottawa", "Ottawa's requests by the batch path", round(seconds, 1), "s", "<= 90", COMMAND, words)
    lost = tally.rows - (Event.objects.count() - before) - len(tally.refused)
    yield Figure("F2-ottawa-lost", "rows neither taken in nor named", lost, "", "== 0", COMMAND)
    yield Figure("F2-ottawa-memory", "growth of peak memory over the file", round(grown), "MB", "<= 80", COMMAND)
    again = import_events(path, Mapping.load("ottawa_311"), actor=Actor.system(), now=now)
    yield Figure("F2-ottawa-again", "rows changed by a second import", again.created, "", "== 0", COMMAND)
