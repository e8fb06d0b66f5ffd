"""B-01 as figures: ``kill -9`` of worker, beat, relay and broker over a filled outbox."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import outbox_kills
from benchmarks.ledger import Figure

COMMAND = "./start figures spine --only outbox"


def measure() -> Iterator[Figure]:
    """Thirty kills over 3,000 items, and the control without claim."""
    found = outbox_kills.run(30, 3000)
    words = f"kills {found['killed'] if 'killed' in found else found['kills']}, {found['repeats_absorbed']} repeats absorbed"
    yield Figure("B-01-lost", "outbox items lost in 30 kills over 3,000", found["lost"], "", "== 0", COMMAND, words)
    yield Figure("B-01-double", "outbox items done twice", found["double"], "", "== 0", COMMAND)
    yield Figure("B-01-quiet", "quiet after the last kill", found["quiet_after_seconds"], "s", "<= 120", COMMAND)
    control = outbox_kills.run(10, 3000, control=True)
    yield Figure(
        "B-01-control", "items done twice or lost without the claim", control["double"] + control["lost"], "", ">= 1",
        COMMAND, "must be at least one, else the kills do not bite",
    )
