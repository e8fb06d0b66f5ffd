"""``kill -9`` of every part in turn while the demo district lives, and what it weighs (F16).

A citizen of the API writes all the while and remembers every number it was given; at the end each must be there.
"""

from __future__ import annotations

import json
import os
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

from benchmarks.ledger import Figure
from benchmarks.servers import memory_mb
from tests.services.instance import Instance
from tests.services.processes_seen import descendants, eventually, living

COMMAND = "./start figures spine --only survival"
PARTS = ("postgres", "valkey", "web", "worker", "beat", "relay")
PASSWORD = "Demo-2026-pass"  # noqa: S105 (the demo's, printed in the README)


class Writer(threading.Thread):
    """Reports an event every fifth of a second under its own number; keeps what was acknowledged."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.port = port
        self.acknowledged: dict[str, str] = {}
        self.refused = 0
        self.over = threading.Event()
        self.token = ""

    def run(self) -> None:
        n = 0
        while not self.over.is_set():
            n += 1
            try:
                self.token = (
                    self.token or self._post("token/", {"username": "zhihui", "password": PASSWORD})["token"]
                )
                key = f"K{os.getpid()}-{n}"
                body = {
                    "source": "hotline",
                    "external_number": key,
                    "text": f"路灯不亮 {n}",
                    "area": "150302002",
                }
                self.acknowledged[key] = self._post("events/", body)["number"]
            except (OSError, urllib.error.URLError, ValueError, KeyError):
                self.refused += 1
            time.sleep(0.2)

    def _post(self, path: str, body: dict) -> dict:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1/{path}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"}
            | ({"Authorization": f"Token {self.token}"} if self.token else {}),
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return json.load(answer)


def measure() -> Iterator[Figure]:
    """All figures of survival and weight; starts an instance of its own."""
    instance = Instance(GOVERNANCE_PROFILE="demo")
    try:
        instance.up()
        yield from _measure(instance)
    finally:
        instance.remove()


def _measure(instance: Instance) -> Iterator[Figure]:
    writer = Writer(instance.port)
    writer.start()
    eventually(lambda: len(writer.acknowledged) > 5)
    back, orphans = 0, 0
    slowest = 0.0
    for name in PARTS:
        came, left, seconds = _kill(instance, name)
        back += came
        orphans += left
        slowest = max(slowest, seconds)
    left_by_supervisor = _kill_supervisor(instance)
    eventually(instance.answers, seconds=120)
    time.sleep(3)
    yield from _weigh(instance, writer)
    writer.over.set()
    writer.join(15)
    words = f"slowest return {slowest:.1f} s"
    len(PARTS)
    yield Figure(
        "K-back",
        "parts that came back by themselves after kill -9",
        back,
        f"of {len(PARTS)}",
        f"== {len(PARTS)}",
        COMMAND,
        words,
    )
    yield Figure(
        "K-orphans",
        "processes orphaned by kill -9 of any part",
        orphans + left_by_supervisor,
        "",
        "== 0",
        COMMAND,
    )
    lost = _lost(instance, writer)
    words = f"{len(writer.acknowledged)} acknowledged, {writer.refused} refused while a part was down"
    yield Figure("K-lost", "acknowledged reports lost", lost, "", "== 0", COMMAND, words)


def _kill(instance: Instance, name: str) -> tuple[int, int, float]:
    victim = instance.pid(name)
    family = descendants(victim)
    began = time.monotonic()
    os.kill(victim, signal.SIGKILL)
    came = bool(eventually(lambda: instance.is_back(name, instead_of=victim), seconds=90))
    came = came and bool(eventually(instance.answers, seconds=60))
    seconds = time.monotonic() - began
    eventually(lambda: not living(family), seconds=30)
    return int(came), len(living(family)), seconds


def _kill_supervisor(instance: Instance) -> int:
    """Kill it, count who is left, start again; how many were left."""
    family = descendants(instance.process.pid)
    os.kill(instance.process.pid, signal.SIGKILL)
    instance.process.wait()
    eventually(lambda: not living(family), seconds=30)
    left = len(living(family))
    instance.up()
    return left


def _lost(instance: Instance, writer: Writer) -> int:
    line = instance.database()
    with line.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM events_event e JOIN events_eventtrail t ON t.case_id = e.id AND t.seq = 1 "
            "WHERE e.number = ANY(%s)",
            [list(writer.acknowledged.values())],
        )
        found = cursor.fetchone()[0]
    line.close()
    return len(set(writer.acknowledged.values())) - found


def _weigh(instance: Instance, writer: Writer) -> Iterator[Figure]:
    """F16 after some work: proportional memory, so that shared pages count once."""
    by_part: dict[str, list[float]] = {}
    for name in instance.rows():
        pid = instance.pid(name)
        if pid:
            by_part[name] = [memory_mb(process) for process, _start in descendants(pid)]
    web = max(by_part.get("web", [0]))
    worker = sum(by_part.get("worker", [0]))
    whole = sum(sum(parts) for parts in by_part.values()) + memory_mb(instance.process.pid)
    words = ", ".join(f"{name} {sum(parts):.0f}" for name, parts in sorted(by_part.items()))
    yield Figure(
        "F16-web",
        "memory of a web worker",
        round(web),
        "MB",
        "<= 160",
        COMMAND,
        f"{len(writer.acknowledged)} reports taken in",
    )
    yield Figure(
        "F16-worker", "memory of the worker with its children", round(worker), "MB", "<= 180", COMMAND
    )
    yield Figure("F16-demo", "memory of everything in the demo", round(whole), "MB", "<= 700", COMMAND, words)
