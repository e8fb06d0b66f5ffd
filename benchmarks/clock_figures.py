"""T-01 as figures: working-time sums against an oracle written apart."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import clock_oracle
from benchmarks.ledger import Figure

CASES = 10_000
COMMAND = "./start figures spine --only clock"


def measure() -> Iterator[Figure]:
    """Sums, pause histories, and the control without make-up days."""
    yield Figure(
        "T-01", f"differences in {CASES:,} random working-time sums", clock_oracle.compare(CASES), "", "== 0", COMMAND
    )
    yield Figure(
        "T-01-pauses", f"differences in {CASES:,} histories with pauses", clock_oracle.compare_histories(CASES), "",
        "== 0", COMMAND,
    )
    yield Figure(
        "T-01-control", "differences when make-up days are dropped", clock_oracle.compare(CASES, make_up_days=False),
        "", ">= 1", COMMAND, "must differ, else the oracle sees nothing",
    )
