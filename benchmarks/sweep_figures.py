"""T-02 and F10 as figures: sixty simulated days of sweeps; the sweep's speed beside the bare statement."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import sweep_days
from benchmarks.ledger import Figure

COMMAND = "./start figures spine --only sweep"


def measure() -> Iterator[Figure]:
    """Speed first (on a clean table), then the days."""
    speed = sweep_days.measure_speed()
    words = f"{speed['product_per_second']} against {speed['raw_per_second']} per second, {speed['rows']:,} rows"
    yield Figure("F10", "deadline sweep ÷ set-based SQL", speed["ratio"], "×", ">= 0.5", COMMAND, words)
    yield Figure("F10-empty", "an empty sweep", speed["empty_sweep_ms"], "ms", "<= 2", COMMAND)
    days = sweep_days.run()
    words = f"{days['cases']:,} cases, {days['sweeps']:,} sweeps, {days['owed']:,} rungs owed, seed {days['seed']}"
    for key, what in (
        ("missed", "rungs missed in 60 simulated days"),
        ("twice", "rungs fired twice"),
        ("phantom", "rungs nobody owed"),
        ("early", "rungs fired early"),
        ("later_than_a_step", "rungs later than one interval"),
    ):
        yield Figure(f"T-02-{key}", what, days[key], "", "== 0", COMMAND, words)
        words = ""
