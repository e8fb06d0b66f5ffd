"""F1, F3, F4, F6, F7, F9 and F16: the product over HTTP beside the smallest views, in alternating runs.

Both run on gunicorn with two workers of four threads on the same database; eight connections. Each ratio is
taken pair by pair; the median of the pairs is judged.
"""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import quote

from django.db import connection

from benchmarks import district, loadgen
from benchmarks.ledger import Figure
from benchmarks.servers import serving

CONNECTIONS = 8
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "3"))
EVENTS = int(os.environ.get("BENCH_EVENTS", "50000"))
COMMAND = "./start figures spine --only http"


@dataclass
class Sides:
    """Three servers on one database; ``same`` writes the product's own rows with the smallest view."""

    product: int
    smallest: int
    same: int
    token: str

    @property
    def signed(self) -> list[tuple[str, str]]:
        return [("Authorization", f"Token {self.token}"), ("Accept-Language", "zh-hans")]


Maker = Callable[[int], bytes]


def rate(port: int, make: Maker, *, expect: tuple[int, ...]) -> float:
    """Requests per second; anything unexpected stops the measurement."""
    outcome = loadgen.run(port, make, connections=CONNECTIONS, seconds=SECONDS)
    strange = {status: n for status, n in outcome.statuses.items() if status not in expect}
    if strange:
        raise RuntimeError(f"unexpected answers {strange} of {outcome.statuses}")
    return outcome.rate


def pairs(mine: Callable[[], float], theirs: Callable[[], float]) -> tuple[float, str]:
    """Median ratio over alternating runs, and both medians with their spread in words."""
    mine(), theirs()
    a, b = [], []
    for _round in range(ROUNDS):
        a.append(mine())
        b.append(theirs())
    ratio = statistics.median(x / y for x, y in zip(a, b, strict=True))
    words = (
        f"{statistics.median(a):,.0f} ({min(a):,.0f}–{max(a):,.0f}) against "
        f"{statistics.median(b):,.0f} ({min(b):,.0f}–{max(b):,.0f}) per second"
    )
    return round(ratio, 3), words


def measure() -> Iterator[Figure]:
    """All ratios over HTTP. Needs a database of its own, migrated."""
    world = district.build()
    district.fill(1, EVENTS)
    from dashboard import tallies

    tallies.rebuild()
    _prepare_smallest()
    with ExitStack() as stack:
        product = stack.enter_context(serving("governance.wsgi:application"))
        smallest = stack.enter_context(serving("benchmarks.smallest.wsgi:application"))
        same = stack.enter_context(serving("benchmarks.smallest.same_wsgi:application"))
        sides = Sides(product, smallest, same, _token(product, "dispatcher"))
        yield from _intake(sides)
        yield _transition(sides, world)
        yield from _lists(sides)
        yield from _map(sides)
        yield _overview(sides)
        yield _pulse(sides)


def _prepare_smallest() -> None:
    from benchmarks.smallest.models import TABLES
    from benchmarks.smallest.same import TABLES as SAME_TABLES

    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        cursor.execute(SAME_TABLES)
        cursor.execute(
            "INSERT INTO bench_item (number, state, source, title, text, category, lon, lat, area, reported_at) "
            "SELECT 'I' || n, 'open', 'grid', '路灯不亮', '小区东门路灯不亮', '0606', 106.8, 39.7, '150302', now() "
            "FROM generate_series(1, %s) AS n",
            [EVENTS],
        )


def _token(port: int, username: str) -> str:
    body = json.dumps({"username": username, "password": district.PASSWORD}).encode()
    payload = loadgen.request("POST", "/api/v1/token/", port=port, body=body)
    outcome = loadgen.run(port, lambda _n: payload, connections=1, requests=1, keep_bodies=True)
    status, answer = outcome.bodies[0]
    if status not in (200, 201):
        raise RuntimeError(f"no token: {status} {answer[:200]!r}")
    return json.loads(answer)["token"]


_serial = iter(range(10**9))


def _report(sides: Sides) -> Maker:
    def make(_n: int) -> bytes:
        n = next(_serial)
        body = json.dumps(
            {
                "source": "hotline", "external_number": f"B{n}", "text": f"小区东门路灯不亮,晚上行人通行不安全 {n}",
                "title": "路灯不亮", "category": "0606", "lon": 106.75 + n % 97 / 1000, "lat": 39.65 + n % 89 / 1000,
                "address": f"滨湖路{n % 900}号", "reporter": {"name": "王小明", "phone": "10012345678"},
            }
        ).encode()
        return loadgen.request("POST", "/api/v1/events/", port=sides.product, body=body, headers=sides.signed)

    return make


def _smallest_item(port: int, area: int | str) -> Maker:
    body = json.dumps(
        {"source": "hotline", "text": "小区东门路灯不亮,晚上行人通行不安全", "title": "路灯不亮", "category": "0606",
         "lon": 106.8, "lat": 39.7, "area": area, "address": "滨湖路9号"}
    ).encode()
    payload = loadgen.request("POST", "/intake/", port=port, body=body)
    return lambda _n: payload


def _intake(sides: Sides) -> Iterator[Figure]:
    """Beside the smallest view that writes the same event and line of history (performance.md: „the same rows“), and,
    not judged, beside one that writes an event of ten columns."""
    from grids.models import Area

    grid = Area.objects.filter(level="grid").values_list("pk", flat=True)[0]
    for code, what, port, area, limit in (
        ("F1", "smallest DRF intake of the same rows", sides.same, grid, ">= 0.7"),
        ("F1-bare", "smallest DRF intake of an event of ten columns", sides.smallest, "150302", ""),
    ):
        theirs = _smallest_item(port, area)
        ratio, words = pairs(
            lambda: rate(sides.product, _report(sides), expect=(201,)),
            lambda port=port, theirs=theirs: rate(port, theirs, expect=(201,)),
        )
        yield Figure(code, f"intake by API ÷ {what}", ratio, "×", limit, COMMAND, words)


def _transition(sides: Sides, world: object) -> Figure:
    """Triage into the claim window: one transition of a reported event each."""
    from events.models import Event

    body = json.dumps({"category": "0606"}).encode()

    def move(_n: int) -> bytes:
        path = f"/api/v1/events/{quote(next(numbers))}/triage/"
        return loadgen.request("POST", path, port=sides.product, body=body, headers=sides.signed)

    def smallest(n: int) -> bytes:
        return loadgen.request("POST", f"/transition/{1 + n % EVENTS}/", port=sides.smallest, body=b"{}")

    _more_reports(int((ROUNDS + 1) * SECONDS * 600))
    numbers = iter(list(Event.objects.filter(state="reported").values_list("number", flat=True)))
    ratio, words = pairs(
        lambda: rate(sides.product, move, expect=(200,)), lambda: rate(sides.smallest, smallest, expect=(200,))
    )
    return Figure("F3", "transition by API ÷ smallest DRF transition", ratio, "×", ">= 0.5", COMMAND, words)


def _more_reports(count: int) -> None:
    """Reported events enough for the transitions, by the batch door."""
    from casework.actor import Actor
    from events.batch import report_many
    from events.transitions import Report

    rows = [
        (
            Report(source="sensor", text=f"路灯不亮 {n}", category="0606", area="150302002001", external_number=f"S{n}"),
            district.START,
        )
        for n in range(count)
    ]
    for low in range(0, len(rows), 1000):
        report_many(rows[low : low + 1000], actor=Actor.system())


def _lists(sides: Sides) -> Iterator[Figure]:
    def keyset(n: int) -> bytes:
        return loadgen.request("GET", f"/keyset/?after={EVENTS - n % 1000}", port=sides.smallest)

    pages = {
        "F4": ("/api/v1/events/?state=in_progress&page_size=50", "list of 50 as JSON"),
        "F4-html": ("/desk/?view=handling", "desk list of 50 as page"),
    }
    for key, (path, what) in pages.items():
        headers = sides.signed if key == "F4" else _session(sides)
        payload = loadgen.request("GET", path, port=sides.product, headers=headers)
        ratio, words = pairs(
            lambda payload=payload: rate(sides.product, lambda _n: payload, expect=(200,)),
            lambda: rate(sides.smallest, keyset, expect=(200,)),
        )
        yield Figure(key, f"{what} ÷ smallest keyset view", ratio, "×", ">= 0.4", COMMAND, words)


def _session(sides: Sides) -> list[tuple[str, str]]:
    """A signed-in session's cookie, made as the sign-in page makes it."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from accounts.models import User

    user = User.objects.get(username="dispatcher")
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "governance.backends.RoleBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return [("Cookie", f"{settings.SESSION_COOKIE_NAME}={store.session_key}"), ("Accept-Language", "zh-hans")]


def _map(sides: Sides) -> Iterator[Figure]:
    path = "/api/v1/areas.geojson?level=grid"
    fresh = loadgen.request("GET", path, port=sides.product, headers=sides.signed)
    smallest = loadgen.request("GET", "/grids/", port=sides.smallest)
    ratio, words = pairs(
        lambda: rate(sides.product, lambda _n: fresh, expect=(200,)),
        lambda: rate(sides.smallest, lambda _n: smallest, expect=(200,)),
    )
    yield Figure("F6", "map of 1,000 grids with load ÷ smallest view", ratio, "×", ">= 0.8", COMMAND, words)
    etag = _etag(sides, path)
    kept = loadgen.request("GET", path, port=sides.product, headers=[*sides.signed, ("If-None-Match", etag)])
    nothing = loadgen.request("GET", "/nothing/", port=sides.smallest)
    ratio, words = pairs(
        lambda: rate(sides.product, lambda _n: kept, expect=(304,)),
        lambda: rate(sides.smallest, lambda _n: nothing, expect=(200,)),
    )
    yield Figure("F6-304", "unchanged map (304) ÷ no-op view without sign-in", ratio, "×", "", COMMAND, words)


def _etag(sides: Sides, path: str) -> str:
    import urllib.request

    asked = urllib.request.Request(f"http://127.0.0.1:{sides.product}{path}", headers=dict(sides.signed))
    with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310
        return answer.headers["ETag"]


def _overview(sides: Sides) -> Figure:
    """Time of one overview of a year against the statements it asks the database, run bare, plus a no-op view."""
    from dashboard import tallies

    tallies.fold_all()  # the beat does it every ten seconds; no worker runs here
    path = "/api/v1/overview/?area=150302&from=2026-01-01&to=2026-12-31"
    payload = loadgen.request("GET", path, port=sides.product, headers=sides.signed)
    nothing = loadgen.request("GET", "/nothing/", port=sides.smallest)
    statements = _statements_of(path)
    ratios, spent = [], []
    for _round in range(ROUNDS + 1):
        mine = loadgen.run(sides.product, lambda _n: payload, connections=1, requests=10)
        if set(mine.statuses) != {200}:
            raise RuntimeError(f"overview answered {mine.statuses}")
        idle = loadgen.run(sides.smallest, lambda _n: nothing, connections=1, requests=50)
        least = statistics.median(_bare(statements) for _n in range(5)) + idle.percentile(0.5)
        spent.append(mine.percentile(0.5))
        ratios.append(mine.percentile(0.5) / least)
    words = f"{1000 * statistics.median(spent):.0f} ms for a year of the district, {len(statements)} statements"
    return Figure(
        "F7", "overview ÷ (its SQL + no-op view)", round(statistics.median(ratios[1:]), 2), "×", "<= 2", COMMAND, words
    )


def _statements_of(path: str) -> list[str]:
    """The statements on tallies and events that an overview runs, as sent."""
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from accounts.models import User

    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.get(username="dispatcher"), backend="governance.backends.RoleBackend")
    client.get(path)
    with CaptureQueriesContext(connection) as seen:
        client.get(path)
    return [q["sql"] for q in seen.captured_queries if "dashboard_" in q["sql"] or "events_event" in q["sql"]]


def _bare(statements: list[str]) -> float:
    import time

    began = time.perf_counter()
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.cursor.execute(statement)
            cursor.cursor.fetchall()
    return time.perf_counter() - began


def _pulse(sides: Sides) -> Figure:
    """Nothing new: against the no-op view behind the same token."""
    first = loadgen.request("GET", "/api/v1/pulse/", port=sides.product, headers=sides.signed)
    outcome = loadgen.run(sides.product, lambda _n: first, connections=1, requests=1, keep_bodies=True)
    cursor = json.loads(outcome.bodies[0][1])["cursor"]
    pulse = loadgen.request("GET", f"/api/v1/pulse/?since={cursor}", port=sides.product, headers=sides.signed)
    with serving("benchmarks.smallest.signed_wsgi:application") as signed:
        noop = loadgen.request("GET", "/nothing/", port=signed, headers=sides.signed)
        ratio, words = pairs(
            lambda: rate(sides.product, lambda _n: pulse, expect=(204,)),
            lambda: rate(signed, lambda _n: noop, expect=(204,)),
        )
    return Figure(
        "F9", "pulse with nothing new ÷ no-op behind the same sign-in", ratio, "×", ">= 0.7", COMMAND, words
    )
