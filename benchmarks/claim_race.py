"""A thousand clients claim one event over a hundred connections (quality.md C-01), and the control without lock.

The product is asked over HTTP on gunicorn with ten workers of ten threads, so that a hundred requests are inside at
once, each on a database connection of its own.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from urllib.parse import quote

from django.db import connection, transaction
from django.utils import timezone

from benchmarks import loadgen
from benchmarks.http_figures import Sides, _token
from benchmarks.ledger import Figure
from benchmarks.servers import serving
from events import transitions
from events.models import Event, WorkOrder
from tests.world import World, make_world

CLIENTS, CONNECTIONS = 1000, 100
COMMAND = "./start figures spine --only claim_race"


def open_events(world: World, count: int) -> list[Event]:
    """Events whose claim window is open now."""
    at = timezone.now()
    found = []
    for n in range(count):
        told = transitions.Report(source="grid", text=f"宽带中断 {n}", category="0805", area="150302002001001")
        event = transitions.report(told, actor=world.actor("worker_a1", at), at=at)
        found.append(transitions.triage(event, actor=world.actor("dispatcher", at), at=at, open_window=True))
    return found


def race(world: World, *, clients: int = CLIENTS, connections: int = CONNECTIONS) -> dict:
    """One race: owners, statuses, holders named by the losers, p99 in seconds."""
    event = open_events(world, 1)[0]
    with serving("governance.wsgi:application", workers=10, threads=connections // 10) as port:
        sides = Sides(port, port, _token(port, "officer_a"))
        payload = loadgen.request(
            "POST", f"/api/v1/events/{quote(event.number)}/claim/", port=port, body=b"{}", headers=sides.signed
        )
        outcome = loadgen.run(
            port, lambda _n: payload, connections=connections, requests=clients, keep_bodies=True
        )
    holders = Counter(json.loads(body).get("holder") for status, body in outcome.bodies if status == 409)
    return {
        "owners": WorkOrder.objects.filter(event=event, kind="claim").count(),
        "won": outcome.statuses[200],
        "refused": outcome.statuses[409],
        "named": holders[world.units["street_a"].name],
        "errors": sum(n for status, n in outcome.statuses.items() if status >= 500 or status == 0),
        "statuses": dict(outcome.statuses),
        "p99": outcome.percentile(0.99),
    }


def control(world: World, *, clients: int = 100) -> int:
    """The naive claim: look first, write then, no lock. How many owners one event gets."""
    event = open_events(world, 1)[0]
    barrier = threading.Barrier(clients)
    owners: list[int] = []

    def grab(n: int) -> None:
        try:
            barrier.wait(timeout=30)
            with transaction.atomic():
                if Event.objects.get(pk=event.pk).state == "open_for_claim":
                    Event.objects.filter(pk=event.pk).update(state="in_progress")
                    owners.append(n)
        finally:
            connection.close()

    threads = [threading.Thread(target=grab, args=(n,)) for n in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(owners)


def measure() -> Iterator[Figure]:
    """The figures of the race. Needs a database of its own, migrated."""
    world = make_world()
    result = race(world)
    words = f"{result['statuses']}, p99 {result['p99']:.2f} s, {result['named']} name the holder"
    yield Figure("C-01-owners", "owners of one event claimed by 1,000 clients", result["owners"], "", "== 1", COMMAND, words)
    yield Figure("C-01-losers", "answers 409 that name the holder", result["named"], "", "== 999", COMMAND)
    yield Figure("C-01-errors", "answers 5xx or broken off", result["errors"], "", "== 0", COMMAND)
    yield Figure(
        "C-01-control", "owners in the control without a lock", control(world), "", ">= 2", COMMAND,
        "must be more than one, else the race does not bite",
    )

