"""``live --full``, the disputes: a year of 矛盾纠纷 to the source's figures, 2,464 accepted and 2,323 closed (000).

As the events' (``governance.demo.full``): days in chunks, oldest first, with a mark of how far the walk has come, so that
whatever kills it, the next start goes on exactly. Each dispute is lived by the room's own verbs at moments of its own, in
one transaction: it holds numbers of papers and hours of mediators, which another process wants in another order. At the
end what still differs is settled. What counts as accepted and closed is read from the room's numbers
(``disputes.statistics.PARTS``).
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TextIO

from django.db.models import Count

from casework.actor import Actor
from casework.clock.authority import database_time
from casework.door import batch
from casework.refusals import MoveRefused
from disputes import rules
from disputes.models import Dispute
from disputes.statistics import PARTS
from disputes.telling import ClaimTold, PartyTold, Told
from governance.demo import chunks as year
from governance.demo import dispute_ends, dispute_fates, parts
from governance.demo.chunks import Chunk, apportion, cut, first_wanted
from governance.demo.dispute_company import Company
from governance.demo.dispute_fates import Fate
from governance.demo.dispute_walk import Walk
from governance.demo.dispute_words import MATTERS, sum_of
from governance.demo.disputes import KEY, BrokenDemo
from governance.demo.reports import days_back, moments, weight
from governance.demo.stage import Stage
from governance.progress import Progress

ACCEPTED, CLOSED = 2_464, 2_323
YEAR = 365
SPAN = 350
"""Days that are made: fewer than the page of numbers looks back on, so that tomorrow's figures are today's."""
CHUNK = 24
"""About so many disputes between two marks."""
PREFIX = "full:disputes:"
"""Of what is remembered between starts."""
ROUNDS = 40
MARGIN = 0.006
"""Left for the settling at the end: what is made cannot be unmade."""
TRIES = 5
"""Lives tried for one dispute."""
MARK = f"{KEY}year-"
OPEN_BY_AGE = ((7, 9.0), (26, 6.0), (60, 2.0), (120, 1.0), (200, 0.5), (999, 0.1))
"""How likely one of so few days is still open, relative."""


def counts(at: datetime) -> tuple[int, int]:
    """(accepted, closed) of the last year, as ``/disputes/figures/?days=365`` counts them."""
    rows = Dispute.objects.filter(registered_at__gte=at - timedelta(days=YEAR))
    got = rows.aggregate(a=Count("pk", filter=PARTS["accepted"]), c=Count("pk", filter=PARTS["closed"]))
    return got["a"], got["c"]


def plan(at: datetime, *, scale: float) -> list[Chunk]:
    """The chunks of the year. What was counted when the walk began is remembered: the same plan whenever it goes on."""
    figures = (round(ACCEPTED * scale), round(CLOSED * scale))
    accepted, closed, today = first_wanted(PREFIX, at, figures, counts)
    days = list(days_back(today - timedelta(days=1), SPAN))
    chunks = cut(days, apportion(round(accepted * (1 - MARGIN)), [weight(day) for day in days]), most=CHUNK)
    shares = apportion(max(0, accepted - closed), [sum(n * _openness((today - day).days) for day, n in part) for part in chunks])
    return [Chunk(n, tuple(part), min(shares[n], sum(c for _d, c in part))) for n, part in enumerate(chunks)]


def _openness(age: int) -> float:
    return next(share for least, share in OPEN_BY_AGE if age < least)


def walk(
    *, scale: float = 1.0, processes: int = 1, out: TextIO | None = None, say: Callable[[str], None] = print,
    at: datetime | None = None,
) -> tuple[int, int]:
    """Walk what is missing, then settle; (accepted, closed) at the end. Without mediators nothing is done."""
    at = at or database_time()
    stage = Stage(at)
    company = Company(stage)
    if not company.is_there or not rules.tiers():
        say("没有调解组织,未走纠纷 there are no mediation bodies; run manage.py demo first")
        return counts(at)
    began, before = time.monotonic(), _moves()
    chunks = plan(at, scale=scale)
    shares = parts.split(chunks, parts.settled(PREFIX, processes))
    progress = Progress("纠纷 disputes", sum(chunk.size for chunk in shares[0]), out)
    with parts.helpers(__name__, len(shares), scale=scale):
        _walk_part(shares[0], 0, company, at, progress)
        progress.finish()
    company.look_again()
    settle(company, at, scale=scale, say=say)
    accepted, closed = counts(at)
    for words, count in company.refused.items():
        say(f"  {count} × {words}")
    seconds, moves = time.monotonic() - began, _moves() - before
    say(f"纠纷受理 disputes accepted {accepted:,}  办结 closed {closed:,}  办结率 {closed / max(1, accepted):.2%}")
    say(f"{moves:,} moves of disputes; this run {seconds:,.0f} s, {moves / max(0.001, seconds):,.0f} moves/s")
    return accepted, closed


def _moves() -> int:
    """Rows of the trail: every move leaves one."""
    return Dispute.trail_model().objects.count()


def help_with(part: int, *, scale: float) -> None:
    """What a helping process does: its part of the plan that the first has settled."""
    at = database_time()
    shares = parts.split(plan(at, scale=scale), parts.settled(PREFIX, 1))
    _walk_part(shares[part], part, Company(Stage(at)), at)


def _walk_part(
    chunks: list[Chunk], part: int, company: Company, at: datetime, progress: Progress | None = None
) -> None:
    parts.walk_part(PREFIX, chunks, part, lambda chunk: walk_chunk(chunk, company, at, part=part), progress, as_one=False)


def walk_chunk(chunk: Chunk, company: Company, at: datetime, *, part: int = 0) -> None:
    """The disputes of one chunk that are not there yet."""
    rng = random.Random(f"disputes {chunk.number}")
    resting = set(rng.sample(range(chunk.size), chunk.left_open))
    made = [
        (day, started) for day, count in chunk.days for started in moments(day, count, random.Random(f"disputes {day}"))
    ]
    keys = [f"{day:%Y%m%d}-{n:03d}" for n, (day, _started) in enumerate(made)]
    there = set(
        Dispute.objects.filter(origin_number__in=[MARK + key for key in keys]).values_list("origin_number", flat=True)
    )
    for n, (key, (_day, started)) in enumerate(zip(keys, made, strict=True)):
        if MARK + key not in there:
            parts.patiently(partial(make_one, company, key, started, at, rests=n in resting), part)


def make_one(company: Company, key: str, started: datetime, at: datetime, *, rests: bool) -> Dispute:
    """One dispute taken in at ``started`` and lived up to ``at``. A life that the verbs refuse leaves nothing behind,
    and another is lived in its place; raises ``BrokenDemo`` when none of a few is allowed."""
    refused = None
    for turn in range(TRIES):
        rng = random.Random(f"dispute {key} {turn}")
        fate = dispute_fates.draw(rng, age=(at - started) / timedelta(days=1), rests=rests)
        try:
            with batch() as shared:
                life = Walk(company, fate, shared, until=at, rng=rng)
                told = tell(company, fate, key, rng)
                dispute_ends.live(life, told, started, _who(company, fate, told, started))
            return life.dispute
        except MoveRefused as refusal:
            refused = refusal
            company.refused[f"{fate.end}: {refusal.code} {refusal.detail}"] += 1
    raise BrokenDemo(f"dispute {key}: {refused.code} {refused.detail} {refused.fields or ''}") from refused


def tell(company: Company, fate: Fate, key: str, rng: random.Random) -> Told:
    """What is told of it at the desk, somewhere in the district."""
    matter, stage = MATTERS[fate.type], company.stage
    spot = stage.land.any_spot(rng)
    n = rng.randrange(len(matter.facts))
    money = sum_of(matter, rng)
    name, phone = stage.words.person(rng)
    other, their_phone = stage.words.person(rng)
    minor = fate.type == "youth"
    first = PartyTold(
        name=f"小{name[-1]}" if minor else name, phone=phone, consents=True, is_minor=minor,
        guardian_name=name if minor else "", guardian_relation="父母" if minor else "",
        people=rng.choice((11, 14, 20)) if fate.type == "mass_finance" else rng.choice((1, 1, 1, 1, 2, 3)),
    )
    second = PartyTold(
        name=f"某{matter.against}" if matter.against else other, side="respondent",
        kind="legal" if matter.against else "natural", phone=their_phone, consents=True,
    )
    claim = ClaimTold(text=matter.claims[min(n, len(matter.claims) - 1)], amount=money)
    return Told(
        facts=matter.facts[n], parties=(first, second), claims=(claim,), type=fate.type, flags=fate.flags, lon=spot.lon,
        lat=spot.lat, address=spot.address, source=fate.source, origin_number=MARK + key, complexity=fate.complexity,
    )


def _who(company: Company, fate: Fate, told: Told, started: datetime) -> Actor:
    """A grid worker for what he has found himself; else the district's window."""
    if fate.source == "grid":
        stage = company.stage
        code = stage.land.code_at(_point(told))
        worker = stage.cast.at_place("grid_worker", code, started) if code else None
        if worker is not None and worker.rights.may("disputes.register"):
            return worker
    return Actor.system()


def _point(told: Told) -> object:
    from shapely.geometry import Point

    return Point(told.lon, told.lat)


def settle(company: Company, at: datetime, *, scale: float, say: Callable[[str], None] = print) -> None:
    """Add the disputes and closings that are still missing."""
    year.settle(
        "disputes", (round(ACCEPTED * scale), round(CLOSED * scale)), lambda: counts(at), rounds=ROUNDS, say=say,
        add=lambda missing, to_close, turn: _add(company, at, min(CHUNK, missing), turn, must_close=to_close),
        close=lambda missing, turn: _close(company, at, missing),
    )


def _add(company: Company, at: datetime, missing: int, turn: int, *, must_close: int) -> None:
    """More of three to six weeks ago: as many as must close do, the rest stays open."""
    rng = random.Random(f"disputes settle {turn}")
    base = Dispute.objects.filter(origin_number__startswith=f"{MARK}s").count()
    for n in range(missing):
        started = at - timedelta(days=rng.uniform(46, 60))
        make_one(company, f"s{base + n:04d}", started, at, rests=n >= must_close)


def _close(company: Company, at: datetime, missing: int) -> bool:
    """Let as many open ones of the walk end, oldest first; False when there are none."""
    rows = Dispute.objects.filter(origin_number__startswith=MARK, accepted_at__isnull=False).exclude(state="closed")
    found = list(rows.order_by("registered_at")[:missing])
    for n, dispute in enumerate(found):
        with batch() as shared:
            life = Walk(company, Fate(dispute.type, dispute.source, "simple", (), "oral"), shared, until=at, rng=random.Random(n))
            life.take_up(dispute)
            life.at = max(dispute.changed_at, at - timedelta(hours=2))
            dispute_ends.finish(life)
            life.write()
    return bool(found)
