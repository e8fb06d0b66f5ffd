"""The first past: two weeks of district life up to now, so that a first look finds a district at work."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from governance.demo import memory
from governance.demo.player import Player, Told
from governance.demo.reports import SHANGHAI, TWIN_SHARE, days_back, moments, told_at, twin_of, weight
from governance.demo.stage import Stage

DAYS = 14
PER_DAY = 100
TELL_HOURS = 6
"""Notices of the last hours are told: the bells of the cast are not empty."""
DAYS_AT_ONCE = 3


def make_past(
    at: datetime, *, stage: Stage, per_day: int = PER_DAY, days: int = DAYS, say: Callable[[str], None] = print
) -> dict[str, int]:
    """Make what is missing of the last ``days`` days; counts of moves. Days that are there are left alone."""
    last = at.astimezone(SHANGHAI).date()
    waiting = [day for day in days_back(last, days)]
    chunks = [waiting[n : n + DAYS_AT_ONCE] for n in range(0, len(waiting), DAYS_AT_ONCE)]
    total: dict[str, int] = {}
    done = memory.recall("past:until")
    for chunk in chunks:
        if done is not None and chunk[-1].toordinal() <= done:
            continue
        with transaction.atomic():
            player = Player(stage, until=at, tells_from=at - timedelta(hours=TELL_HOURS))
            told = [one for day in chunk for one in reports_of(stage, day, per_day, at)]
            play_reports(player, told)
            memory.keep("past:until", chunk[-1].toordinal())
        for name, count in player.moves.items():
            total[name] = total.get(name, 0) + count
        say(f"  {chunk[0]:%m-%d} … {chunk[-1]:%m-%d}: {sum(player.moves.values()):,}")
    return total


def reports_of(stage: Stage, day: object, per_day: int, at: datetime) -> list[Told]:
    """The reports of one day, as far as it has passed."""
    rng = random.Random(f"past {day}")
    count = round(per_day * weight(day))
    found = []
    for n, moment in enumerate(moments(day, count, rng)):
        if moment < at - timedelta(seconds=30):
            told = told_at(stage, moment, f"past-{day:%Y%m%d}-{n:03d}")
            if told is not None:
                found.append(told)
    return found


def play_reports(player: Player, told: list[Told]) -> None:
    """Take them in with their twins, and play them all."""
    events = player.report(told)
    twins = []
    for one, event in zip(told, events, strict=True):
        rng = random.Random(f"twins {one.report.client_key}")
        if event is None or rng.random() > TWIN_SHARE or one.fate.on_spot:
            continue
        later = one.at + timedelta(minutes=rng.uniform(2, 25))
        twin = twin_of(player.stage, one, event.pk, later, f"{one.fate.seed}-t")
        if twin is not None and later < player.until:
            twins.append(twin)
    if twins:
        player.report(twins)
    player.play()
