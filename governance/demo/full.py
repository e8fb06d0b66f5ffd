"""``live --full``: a year of the district to the source's figures, 48,022 accepted and 45,536 closed (000).

The year is cut into chunks of days, oldest first; each chunk is one transaction that also writes how far it has
come. Whatever kills it, the next start goes on with the first chunk that is not there: nothing twice, nothing lost.
Two processes take the older and the newer half. Some lives are left open on purpose, because the source's year is
not all closed either. At the end what still differs is settled, one more report or one more closing at a time.

Nobody is told of anything (these are matters of the past); trail, clocks, alarms and tallies are complete.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TextIO

from casework.clock.authority import database_time
from dashboard.tallies import fold_all
from events.models import Event
from governance.demo import chunks as year
from governance.demo import parts
from governance.demo.chunks import Chunk, apportion, cut, first_wanted
from governance.demo.fate import Fate
from governance.demo.past import DAYS, play_reports
from governance.demo.player import Life, Player, Told
from governance.demo.reports import days_back, moments, told_at, weight
from governance.demo.stage import KEY, Stage
from governance.progress import Progress

ACCEPTED, CLOSED = 48_022, 45_536
YEAR = 365
CHUNK = 260
"""About so many reports in one transaction."""
STOPS = ("in_progress", "in_progress", "suspended", "transferred", "evaluating", "verifying", "in_progress")
UNCOUNTED = ("merged", "rejected")
PREFIX = "full:"
"""Of what is remembered between starts."""
ROUNDS = 60
MARGIN = 0.004
"""Left for the settling at the end: what is made cannot be unmade."""


def counts(at: datetime) -> tuple[int, int]:
    """(accepted, closed) of reports of the last year, as the wall counts them."""
    rows = Event.objects.filter(reported_at__gt=at - timedelta(days=YEAR)).exclude(state__in=UNCOUNTED)
    return rows.count(), rows.filter(state="closed").count()


def plan(at: datetime, *, scale: float) -> list[Chunk]:
    """The chunks of the year before the demo's own two weeks."""
    figures = (round(ACCEPTED * scale), round(CLOSED * scale))
    accepted, closed, start = first_wanted(PREFIX, at, figures, counts)
    days = list(days_back(start - timedelta(days=DAYS), YEAR - DAYS - 1))
    weights = [weight(day) for day in days]
    chunks = cut(days, apportion(round(accepted * (1 - MARGIN)), weights), most=CHUNK)
    open_all = max(0, accepted - closed)
    shares = apportion(open_all, [(1 + 6 * (n / len(chunks)) ** 3) * sum(c for _d, c in days) for n, days in enumerate(chunks)])
    return [Chunk(n, tuple(days), shares[n]) for n, days in enumerate(chunks)]


def walk(
    *, scale: float = 1.0, processes: int = 2, out: TextIO | None = None, say: Callable[[str], None] = print,
    at: datetime | None = None,
) -> tuple[int, int]:
    """Walk what is missing, then settle; (accepted, closed) at the end."""
    at = at or database_time()
    began, before = time.monotonic(), _moves()
    chunks = plan(at, scale=scale)
    shares = parts.split(chunks, parts.settled(PREFIX, processes))
    progress = Progress("走完全年 a year", sum(chunk.size for chunk in shares[0]), out)
    with parts.helpers(__name__, len(shares), scale=scale):
        _walk_part(shares[0], 0, at, progress)
        progress.finish()
    settle(at, scale=scale, say=say)
    fold_all()
    accepted, closed = counts(at)
    seconds, moves = time.monotonic() - began, _moves() - before
    say(f"受理 accepted {accepted:,}  办结 closed {closed:,}  办结率 {closed / max(1, accepted):.2%}")
    say(f"{moves:,} moves; this run {seconds:,.0f} s, {moves / max(0.001, seconds):,.0f} moves/s")
    return accepted, closed


def _moves() -> int:
    """Rows of the trail: every move leaves one."""
    return Event.trail_model().objects.count()


def help_with(part: int, *, scale: float) -> None:
    """What a helping process does: its part of the plan that the first has settled."""
    at = database_time()
    _walk_part(parts.split(plan(at, scale=scale), parts.settled(PREFIX, 1))[part], part, at)


def _walk_part(chunks: list[Chunk], part: int, at: datetime, progress: Progress | None = None) -> None:
    stage = Stage(at)

    def walk_chunk(chunk: Chunk) -> None:
        play_reports(Player(stage, until=at, tells_from=at), list(_reports(chunk, stage)))
        fold_all()

    parts.walk_part(PREFIX, chunks, part, walk_chunk, progress)


def _reports(chunk: Chunk, stage: Stage) -> list[Told]:
    rng = random.Random(f"chunk {chunk.number}")
    stopped = set(rng.sample(range(chunk.size), min(chunk.left_open, chunk.size)))
    found, n = [], 0
    for day, count in chunk.days:
        for moment in moments(day, count, random.Random(f"full {day}")):
            told = told_at(stage, moment, f"full-{day:%Y%m%d}-{n:05d}{'-rest' if n in stopped else ''}")
            if told is not None:
                found.append(_bent(told, rng.choice(STOPS) if n in stopped else ""))
            n += 1
    return found


def _bent(told: Told, stops_in: str) -> Told:
    """A life that is to stay open goes where it stays; the others end."""
    fate = told.fate
    if not stops_in:
        return replace(told, fate=replace(fate, transfers="", rejects=False, pace=min(fate.pace, 2.3)))
    more = {"suspends": stops_in == "suspended", "transfers": "mediation" if stops_in == "transferred" else ""}
    return replace(told, fate=replace(fate, stops_in=stops_in, rejects=False, on_spot=False, reopens=False, **more))


def settle(at: datetime, *, scale: float, say: Callable[[str], None] = print) -> None:
    """Add the reports and closings that are still missing."""
    stage = Stage(at)
    year.settle(
        "events", (round(ACCEPTED * scale), round(CLOSED * scale)), lambda: counts(at), rounds=ROUNDS, say=say,
        add=lambda missing, to_close, turn: _add(stage, at, missing, turn, must_close=to_close),
        close=lambda missing, turn: _close(stage, at, missing, turn),
    )


def _add(stage: Stage, at: datetime, missing: int, turn: int, *, must_close: int) -> None:
    """More reports of three to six weeks ago: as many as must close do, the rest stays open."""
    rng = random.Random(f"settle {turn}")
    told = []
    for n in range(min(missing, CHUNK)):
        moment = at - timedelta(days=rng.uniform(21, 45))
        one = told_at(stage, moment, f"full-s{turn:02d}-{n:04d}{'-rest' if n >= must_close else ''}")
        if one is not None:
            told.append(_bent(one, "" if n < must_close else "in_progress"))
    player = Player(stage, until=at, tells_from=at)
    player.report(sorted(told, key=lambda one: one.at))
    player.play()


def _close(stage: Stage, at: datetime, missing: int, turn: int) -> bool:
    """Let as many open ones of the walk go on to their end, oldest first; True: other turns find others."""
    open_ones = Event.objects.filter(
        reported_at__gt=at - timedelta(days=YEAR), client_key__startswith=KEY
    ).exclude(state__in=("closed", "merged", "rejected", "transferred")).order_by("reported_at")
    rows = open_ones.filter(client_key__startswith=f"{KEY}full-")[turn * 7 : turn * 7 + missing]
    if not rows:  # a small scale: the two weeks of the demo are more than their share
        rows = open_ones[turn % 5 : turn % 5 + missing]
    player = Player(stage, until=at, tells_from=at)
    for event in rows:
        player.lives[event.pk] = Life(Fate(seed=f"{event.number} {turn}", pace=0.2, hurry=0.05, claims=True))
    player.play()
    return True
