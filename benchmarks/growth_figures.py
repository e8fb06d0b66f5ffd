"""F8: how the cost of a request grows with the number of events; cost ∝ n^x, x from two sizes in one process.

The first ten thousand lie at the district's pace (one in eleven minutes) from January on; what is added is older,
closed history at the same pace. So the same 30 days are asked of both sizes, and what may grow is
only the cost of having a past. A cost is the lower quartile of its repetitions.

The goal names 10 thousand to 5 million; the larger size here is BENCH_GROWN (300,000 unless set), because filling
and counting five million takes longer than the rest of the group together.
"""

from __future__ import annotations

import json
import math
import os
import statistics
import time
from collections.abc import Callable, Iterator

from django.db import connection
from django.test import Client

from benchmarks import district
from benchmarks.ledger import Figure
from dashboard import tallies
from events.models import Event

SMALL = 10_000
GROWN = int(os.environ.get("BENCH_GROWN", "300000"))
TIMES = 60
PACE = 657.0
"""Seconds between two events: 48,000 a year."""
COMMAND = "./start figures spine --only growth"


def measure() -> Iterator[Figure]:
    """Exponents of intake, transition, list, map and overview."""
    district.build()
    client = _signed_in()
    district.fill(1, SMALL, gap=PACE)
    _settle()
    small = _costs(client)
    district.fill(SMALL + 1, GROWN, gap=-PACE, is_past=True)
    _settle()
    grown = _costs(client)
    for key, what in (
        ("F1", "intake"), ("F3", "transition"), ("F4", "list of 50"), ("F6", "map with load"), ("F7", "overview of 30 days"),
    ):
        exponent = math.log(grown[key] / small[key]) / math.log(GROWN / SMALL)
        words = f"{1000 * small[key]:.1f} ms at {SMALL:,}, {1000 * grown[key]:.1f} ms at {GROWN:,}"
        yield Figure(f"F8-{key}", f"growth of {what}: exponent", round(exponent, 3), "", "<= 0.05", COMMAND, words)


def _settle() -> None:
    """As the nightly work and autovacuum leave the tables."""
    tallies.rebuild()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _signed_in() -> Client:
    client = Client(HTTP_HOST="localhost")
    body = json.dumps({"username": "dispatcher", "password": district.PASSWORD})
    answer = client.post("/api/v1/token/", body, content_type="application/json")
    client.defaults["HTTP_AUTHORIZATION"] = f"Token {answer.json()['token']}"
    return client


_serial = iter(range(10**9))


def _costs(client: Client) -> dict[str, float]:
    """Seconds of each kind of request."""

    def report() -> None:
        n = next(_serial)
        body = {
            "source": "hotline", "external_number": f"G{n}", "text": f"宽带中断 {n}", "category": "0805",
            "lon": 106.75 + n % 97 / 1000, "lat": 39.65 + n % 89 / 1000,
        }
        _ok(client.post("/api/v1/events/", json.dumps(body), content_type="application/json"), 201)

    def triage() -> None:
        number = waiting.pop()
        path = f"/api/v1/events/{number}/triage/"
        _ok(client.post(path, json.dumps({"category": "0805"}), content_type="application/json"), 200)

    costs = {"F1": _quartile(report)}
    waiting = list(Event.objects.filter(state="reported").values_list("number", flat=True))
    costs["F3"] = _quartile(triage, times=min(TIMES, len(waiting)))
    for key, path in (
        ("F4", "/api/v1/events/?state=in_progress&page_size=50"),
        ("F6", "/api/v1/areas.geojson?level=grid"),
        ("F7", "/api/v1/overview/?area=150302&from=2026-02-01&to=2026-03-02"),
    ):
        costs[key] = _quartile(lambda path=path: _ok(client.get(path), 200), times=20)
    return costs


def _ok(answer: object, status: int) -> None:
    if answer.status_code != status:
        raise RuntimeError(f"{answer.status_code}: {answer.content[:200]!r}")


def _quartile(act: Callable[[], None], *, times: int = TIMES) -> float:
    act()
    spent = []
    for _n in range(times - 1):
        began = time.perf_counter()
        act()
        spent.append(time.perf_counter() - began)
    return statistics.quantiles(spent, n=4)[0]
