"""Clock arithmetic against the minute-by-minute oracle (quality.md T-01); the pass figure is 0 differences.

Run from the top of the tree: python -m benchmarks.clock_oracle [cases] [seed]
"""

from __future__ import annotations

import json
import random
import sys
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from functools import cache

from casework.clock import arithmetic, calendars
from casework.clock.arithmetic import ClockKind
from tests.casework.clock.oracle import MinuteOracle, moment_of, position_of

CASES = 10_000
SEED = 20_260_920
FIRST_START = datetime(2006, 12, 31, 16, tzinfo=UTC)  # 2007-01-01 00:00 in Beijing
LAST_START = datetime(2026, 12, 31, 16, tzinfo=UTC)
STANDARD = "09:00-12:00, 13:30-17:30"


@dataclass(frozen=True)
class Pattern:
    """A calendar in plain words, from which both readings are built."""

    week: tuple[str, ...]
    normal: str
    local: tuple[tuple[str, str], ...] = ()
    follows_notices: bool = True


PATTERNS = {
    "standard": Pattern((STANDARD,) * 5 + ("", ""), STANDARD),
    "service hall": Pattern(
        ("08:30-11:45, 13:00-17:00, 18:15-20:00",) * 4 + ("08:30-11:45, 13:00-15:30", "09:00-11:30", ""),
        "08:30-11:45, 13:00-17:00",
        # A district's own days: a closed Tuesday, an open Sunday, a holiday kept open for the morning.
        (
            ("2019-07-16", ""),
            ("2019-07-21", "10:00-12:00"),
            ("2024-10-01", "09:00-11:00"),
            ("2012-02-29", ""),
        ),
    ),
    "night watch": Pattern(("00:00-06:30, 18:00-24:00",) * 7, "00:00-06:30, 18:00-24:00"),
    "round the clock": Pattern(("00:00-24:00",) * 7, "00:00-24:00", follows_notices=False),
}


@cache
def build_oracle(name: str) -> MinuteOracle:
    pattern = PATTERNS[name]
    return MinuteOracle(
        week=pattern.week,
        normal=pattern.normal,
        local=dict(pattern.local),
        notices=calendars.NOTICES_PATH if pattern.follows_notices else None,
    )


@cache
def build_calendar(name: str, make_up_days: bool = True) -> calendars.Calendar:
    """The same pattern for the arithmetic; the control cripples it by dropping its make-up days."""
    pattern = PATTERNS[name]
    own = {date.fromisoformat(iso): hours for iso, hours in pattern.local}
    notices = calendars.load_notices(calendars.NOTICES_PATH) if pattern.follows_notices else ()
    days = [day for day in notices if day.date not in own and (make_up_days or not day.is_workday)]
    for day, hours in own.items():
        periods = calendars.parse_periods(hours) or None
        days.append(calendars.ExceptionalDay(day, is_workday=bool(hours), periods=periods))
    return calendars.Calendar(
        code=name,
        weekly=tuple(calendars.parse_periods(hours) for hours in pattern.week),
        workday_periods=calendars.parse_periods(pattern.normal),
        exceptional_days=tuple(days),
        follows_notices=pattern.follows_notices,
    )


def compare(cases: int = CASES, seed: int = SEED, *, make_up_days: bool = True) -> int:
    """Number of random (start, amount, kind, calendar) in which budget, due time or elapsed time differ."""
    rng = random.Random(seed)
    return sum(_differs(rng, make_up_days) for _ in range(cases))


def compare_histories(cases: int = CASES, seed: int = SEED, *, keep_pauses: bool = True) -> int:
    """Number of random histories (pauses, extensions) in which due time or consumed time differ.

    With `keep_pauses=False` the arithmetic is told of one unbroken segment, which must be noticed.
    """
    rng = random.Random(seed)
    return sum(_history_differs(rng, keep_pauses) for _ in range(cases))


def _draw(rng: random.Random) -> tuple[str, ClockKind, int, int]:
    name = rng.choice(list(PATTERNS))
    kind = rng.choice(list(ClockKind))
    start = rng.randrange(position_of(FIRST_START), position_of(LAST_START))
    if rng.random() < 0.2:
        start -= start % 1800  # the edges of periods and days
    if kind in (ClockKind.C, ClockKind.WH):
        minutes = rng.randrange(1, 96 * 60) if kind is ClockKind.C else rng.randrange(1, 40 * 60)
        return name, kind, minutes * 60 + rng.choice((0, 0, rng.randrange(60))), start
    most = {ClockKind.WD: 30, ClockKind.CD: 60, ClockKind.DAY_END: 3, ClockKind.LD: 60}[kind]
    return name, kind, rng.randint(1, most), start


def _amount(kind: ClockKind, amount: int) -> int | Fraction:
    return Fraction(amount, 3600) if kind in (ClockKind.C, ClockKind.WH) else amount


def _differs(rng: random.Random, make_up_days: bool) -> bool:
    name, kind, amount, start = _draw(rng)
    oracle, calendar = build_oracle(name), build_calendar(name, make_up_days)
    begin = moment_of(start)

    budget = oracle.budget(kind, amount, start)
    due, _ = oracle.walk(kind, start, budget=budget)
    probe = rng.randint(start, due)
    _, used = oracle.walk(kind, start, stop=probe)

    our_budget = arithmetic.budget_seconds(kind, _amount(kind, amount), calendar, start=begin)
    our_due = arithmetic.due_after(kind, calendar, begin, our_budget)
    our_used = arithmetic.elapsed(kind, calendar, begin, moment_of(probe))
    whole = arithmetic.elapsed(kind, calendar, begin, our_due)
    return (our_budget, our_due, our_used, whole) != (budget, moment_of(due), used, budget)


def _history_differs(rng: random.Random, keep_pauses: bool) -> bool:
    name, kind, amount, start = _draw(rng)
    oracle, calendar = build_oracle(name), build_calendar(name)
    budget = oracle.budget(kind, amount, start)
    for _ in range(rng.randint(0, 2)):
        budget += rng.choice((600, 7200, 25_200, 86_400))

    pauses, segments, at = [], [], start
    for _ in range(rng.randint(0, 4)):
        pause = at + rng.randrange(1, 4 * 86_400)
        resume = pause + rng.randrange(1, 6 * 86_400)
        pauses.append((pause, resume))
        segments.append((moment_of(at), moment_of(pause)))
        at = resume
    segments.append((moment_of(at), None))
    if not keep_pauses:
        segments = [(moment_of(start), None)]

    due, _ = oracle.walk(kind, start, budget=budget, pauses=pauses)
    probe = rng.randint(start, due + 86_400)
    _, used = oracle.walk(kind, start, stop=probe, pauses=pauses)
    our_due = arithmetic.due_over(kind, calendar, segments, budget)
    our_used = arithmetic.elapsed_over(kind, calendar, segments, moment_of(probe))
    return (our_due, our_used) != (moment_of(due), used)


def main(arguments: list[str]) -> int:
    cases = int(arguments[0]) if arguments else CASES
    seed = int(arguments[1]) if len(arguments) > 1 else SEED
    begun = time.perf_counter()
    figures = {
        "cases": cases,
        "seed": seed,
        "differences": compare(cases, seed),
        "history_differences": compare_histories(cases, seed),
        "control_without_make_up_days": compare(cases, seed, make_up_days=False),
        "control_without_pauses": compare_histories(cases, seed, keep_pauses=False),
        "seconds": round(time.perf_counter() - begun, 1),
    }
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")
    return 1 if figures["differences"] or figures["history_differences"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
