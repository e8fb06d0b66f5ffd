"""``live --full``: a year of the district to the source's figures, 48,022 accepted and 45,536 closed (000).

The year is cut into chunks of days, oldest first; each chunk is one transaction that also writes how far it has
come. Whatever kills it, the next start goes on with the first chunk that is not there: nothing twice, nothing lost.
Two processes take the older and the newer half. Some lives are left open on purpose, because the source's year is
not all closed either. At the end what still differs is settled, one more report or one more closing at a time.

Nobody is told of anything (these are matters of the past); trail, clocks, alarms and tallies are complete.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TextIO

from django.db import OperationalError, connection, transaction

from casework.clock.authority import database_time
from dashboard.tallies import fold_all
from events.models import Event
from governance.demo import memory
from governance.demo.chunks import Chunk, apportion, cut
from governance.demo.fate import Fate
from governance.demo.past import DAYS, play_reports
from governance.demo.player import Life, Player, Told
from governance.demo.reports import SHANGHAI, days_back, moments, told_at, weight
from governance.demo.stage import KEY, Stage
from governance.progress import Progress

ACCEPTED, CLOSED = 48_022, 45_536
YEAR = 365
CHUNK = 260
"""About so many reports in one transaction."""
STOPS = ("in_progress", "in_progress", "suspended", "transferred", "evaluating", "verifying", "in_progress")
UNCOUNTED = ("merged", "rejected")
MARGIN = 0.004
"""Left for the settling at the end: what is made cannot be unmade."""


def counts(at: datetime) -> tuple[int, int]:
    """(accepted, closed) of reports of the last year, as the wall counts them."""
    rows = Event.objects.filter(reported_at__gt=at - timedelta(days=YEAR)).exclude(state__in=UNCOUNTED)
    return rows.count(), rows.filter(state="closed").count()


def plan(at: datetime, *, scale: float) -> list[Chunk]:
    """The chunks of the year before the demo's own two weeks. The same day gives the same plan: what was counted
    when the walk began is remembered."""
    accepted, closed = _wanted(at, scale)
    start = date.fromordinal(memory.recall("full:day") or at.astimezone(SHANGHAI).date().toordinal())
    days = list(days_back(start - timedelta(days=DAYS), YEAR - DAYS - 1))
    weights = [weight(day) for day in days]
    chunks = cut(days, apportion(round(accepted * (1 - MARGIN)), weights), most=CHUNK)
    open_all = max(0, accepted - closed)
    shares = apportion(open_all, [(1 + 6 * (n / len(chunks)) ** 3) * sum(c for _d, c in days) for n, days in enumerate(chunks)])
    return [Chunk(n, tuple(days), shares[n]) for n, days in enumerate(chunks)]


def _wanted(at: datetime, scale: float) -> tuple[int, int]:
    """How many to add, accepted and closed; kept at the first start."""
    known = memory.recall("full:accepted"), memory.recall("full:closed")
    if None not in known:
        return known
    there, shut = counts(at)
    wanted = max(0, round(ACCEPTED * scale) - there), max(0, round(CLOSED * scale) - shut)
    with transaction.atomic():
        memory.keep("full:accepted", wanted[0])
        memory.keep("full:closed", wanted[1])
        memory.keep("full:day", at.astimezone(SHANGHAI).date().toordinal())
    return wanted


def walk(
    *, scale: float = 1.0, processes: int = 2, out: TextIO | None = None, say: Callable[[str], None] = print,
    at: datetime | None = None,
) -> tuple[int, int]:
    """Walk what is missing, then settle; (accepted, closed) at the end."""
    at = at or database_time()
    chunks = plan(at, scale=scale)
    began = time.monotonic()
    parts = _halves(chunks, processes)
    helpers = [] if len(parts) == 1 else [_helper(scale, processes, n) for n in range(1, len(parts))]
    try:
        walk_part(parts[0], 0, at=at, progress=Progress("走完全年 a year", len(chunks), out))
        codes = [helper.wait() for helper in helpers]
    except BaseException:
        for helper in helpers:
            helper.terminate()
            helper.wait()
        raise
    if any(codes):
        raise OperationalError(f"a helping process ended with {codes}; start again to go on")
    settle(at, scale=scale, say=say)
    fold_all()
    accepted, closed = counts(at)
    moves = sum(memory.recall(f"full:moves:{n}") or 0 for n in range(len(parts)))
    seconds = time.monotonic() - began
    say(f"受理 accepted {accepted:,}  办结 closed {closed:,}  办结率 {closed / max(1, accepted):.2%}")
    say(f"{moves:,} moves; this run {seconds:,.0f} s")
    return accepted, closed


def _halves(chunks: list[Chunk], processes: int) -> list[list[Chunk]]:
    size = -(-len(chunks) // max(1, processes))
    return [chunks[n : n + size] for n in range(0, len(chunks), size)] or [[]]


def _helper(scale: float, processes: int, part: int) -> subprocess.Popen:
    words = (
        "import django, os; django.setup(); from governance.demo import full; "
        f"full.help_with({part}, scale={scale!r}, processes={processes!r})"
    )
    from django.conf import settings

    return subprocess.Popen([sys.executable, "-c", words], env=os.environ | _address(), cwd=settings.BASE_DIR)


def _address() -> dict[str, str]:
    """The database this process uses, whatever it is called (a test's has another name)."""
    told = connection.settings_dict
    user, host = told.get("USER") or "", told.get("HOST") or ""
    port = f"&port={told['PORT']}" if told.get("PORT") else ""
    secret = f":{told['PASSWORD']}" if told.get("PASSWORD") else ""
    return {
        "DATABASE_URL": f"postgresql://{user}{secret}@/{told['NAME']}?host={host}{port}",
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "governance.settings"),
    }


def help_with(part: int, *, scale: float, processes: int) -> None:
    """What a helping process does: its part of the plan that the first has settled."""
    at = database_time()
    parts = _halves(plan(at, scale=scale), processes)
    walk_part(parts[part], part, at=at, progress=None)


def walk_part(chunks: list[Chunk], part: int, *, at: datetime, progress: Progress | None) -> None:
    """The chunks of one process, from the first that is not there."""
    stage = Stage(at)
    for chunk in chunks:
        done = memory.recall(f"full:part:{part}")
        if done is None or chunk.number > done:
            _walk_chunk(chunk, part, stage, at)
            fold_all()
        if progress is not None:
            progress(sum(1 for _ in chunks if _.number <= chunk.number))
    if progress is not None:
        progress.finish()


def _walk_chunk(chunk: Chunk, part: int, stage: Stage, at: datetime, tries: int = 5) -> None:
    """One chunk, all or nothing. Two processes that want the same series of numbers may have to try again."""
    for attempt in range(tries):
        try:
            with transaction.atomic():
                player = Player(stage, until=at, tells_from=at)
                play_reports(player, list(_reports(chunk, stage)))
                memory.keep(f"full:part:{part}", chunk.number)
                memory.keep(f"full:moves:{part}", (memory.recall(f"full:moves:{part}") or 0) + sum(player.moves.values()))
            return
        except OperationalError:
            if attempt == tries - 1:
                raise
            connection.close()
            time.sleep(0.2 * (attempt + 1) * (part + 1))


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


def settle(at: datetime, *, scale: float, say: Callable[[str], None] = print, rounds: int = 60) -> None:
    """Add the reports and closings that are still missing. More than wanted (visitors have reported) stays, and is
    said."""
    stage = Stage(at)
    wanted, shut = round(ACCEPTED * scale), round(CLOSED * scale)
    for turn in range(rounds):
        accepted, closed = counts(at)
        if accepted >= wanted and closed >= shut:
            break
        with transaction.atomic():
            if accepted < wanted:
                _add(stage, at, wanted - accepted, turn, must_close=shut - closed)
            else:
                _close(stage, at, shut - closed, turn)
    accepted, closed = counts(at)
    if (accepted, closed) != (wanted, shut):
        say(f"wanted {wanted:,} and {shut:,}; there are {accepted:,} and {closed:,}")


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


def _close(stage: Stage, at: datetime, missing: int, turn: int) -> None:
    """Let as many open ones of the walk go on to their end, oldest first."""
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
