"""F14 as a figure: a share of the demo's year walked through every move by the door, two processes.

Events and disputes are walked apart on a small demo district; the rate of the whole year follows from their shares of
it. What is timed is the walk as the command does it: start of the helping process, chunks, settling.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from benchmarks.ledger import Figure
from casework.clock.authority import database_time
from casework.models import Case
from disputes.models import Dispute
from events.models import Event
from governance.demo import full, full_disputes
from governance.demo.loading import load_all

COMMAND = "./start figures spine --only full"
EVENTS, DISPUTES = 900, 110
"""Walked for the figure, about."""
PROCESSES = 2


def measure() -> Iterator[Figure]:
    """Moves per second. Needs a database of its own, migrated."""
    at = database_time()
    load_all(at, per_day=4, days=2, say=_quiet)
    found = []
    for model, module, target in ((Event, full, EVENTS), (Dispute, full_disputes, DISPUTES)):
        scale = (module.counts(at)[0] + target) / module.ACCEPTED
        found.append((module.ACCEPTED, *_walked(model, module.walk, scale)))
    seconds = sum(accepted * took / cases for accepted, cases, _moves, took in found)
    moves = sum(accepted * made / cases for accepted, cases, made, _took in found)
    words = "; ".join(
        f"{cases:,} {name}: {made:,} moves in {took:.0f} s, {made / took:,.0f} per second"
        for name, (_accepted, cases, made, took) in zip(("events", "disputes"), found, strict=True)
    )
    yield Figure("F14", "moves of the demo's year by the door", round(moves / seconds), "per second", ">= 500", COMMAND, words)


def _walked(model: type[Case], walk: Callable[..., object], scale: float) -> tuple[int, int, float]:
    """(cases, moves, seconds) of a walk; every move leaves a row of the trail."""
    cases, moves, began = model.objects.count(), model.trail_model().objects.count(), time.perf_counter()
    walk(scale=scale, processes=PROCESSES, say=_quiet)
    seconds = time.perf_counter() - began
    return model.objects.count() - cases, model.trail_model().objects.count() - moves, seconds


def _quiet(_words: str) -> None:
    """Figures print themselves."""
