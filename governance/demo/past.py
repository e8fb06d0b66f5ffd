"""The first past: two weeks of district life up to now, so that a first look finds a district at work."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction

from governance.demo import memory
from governance.demo.fate import draw_fate
from governance.demo.hidden import plant
from governance.demo.player import Player, Told
from governance.demo.reports import SHANGHAI, TWIN_SHARE, days_back, moments, told_at, twin_of, weight
from governance.demo.stage import Stage

DAYS = 14
PER_DAY = 92
TELL_HOURS = 6
"""Notices of the last hours are told: the bells of the cast are not empty."""
DAYS_AT_ONCE = 3


def make_past(
    at: datetime, *, stage: Stage, per_day: int = PER_DAY, days: int = DAYS, say: Callable[[str], None] = print
) -> dict[str, int]:
    """Make what is missing of the last ``days`` days; counts of moves. Days that are there are left alone."""
    last = at.astimezone(SHANGHAI).date()
    waiting = list(days_back(last, days))
    chunks = [waiting[n : n + DAYS_AT_ONCE] for n in range(0, len(waiting), DAYS_AT_ONCE)]
    total: dict[str, int] = {}
    done = memory.recall("past:until")
    for chunk in chunks:
        if done is not None and chunk[-1].toordinal() <= done:
            continue
        with transaction.atomic():
            player = Player(stage, until=at, tells_from=at - timedelta(hours=TELL_HOURS))
            told = [one for day in chunk for one in reports_of(stage, day, per_day, at)]
            if chunk is chunks[0]:
                plant(player, stage, at)
            play_reports(player, told)
            if chunk is chunks[-1]:
                show_every_state(player, at)
            memory.keep("past:until", chunk[-1].toordinal())
        for name, count in player.moves.items():
            total[name] = total.get(name, 0) + count
        say(f"  {chunk[0]:%m-%d} … {chunk[-1]:%m-%d}: {sum(player.moves.values()):,}")
    return total


TABLEAU = (
    # state, source, category, what fate must have for it
    ("reported", "citizen", "0405", {}),
    ("open_for_claim", "grid", "0404", {}),
    ("awaiting_dispatch", "grid", "0602", {"claims": False}),
    ("conferring", "grid", "0309", {"claims": True, "returns": True}),
    ("in_progress", "hotline", "0407", {"claims": True}),
    ("suspended", "grid", "0602", {"claims": True, "suspends": True}),
    ("needs_info", "hotline", "0504", {"asks_info": True}),
    ("transferred", "hotline", "0110", {"claims": False, "transfers": "mediation"}),
    ("rejected", "citizen", "0405", {"rejects": True}),
    ("verifying", "grid", "0401", {"on_spot": True}),
    ("evaluating", "grid", "0403", {"on_spot": True}),
)


PLAIN = {
    "on_spot": False, "claims": False, "delegates": False, "whistles": False, "declines": 0, "returns": False,
    "extends": False, "suspends": False, "rejects": False, "asks_info": False, "transfers": "", "unreached": 0,
    "pace": 0.1, "hurry": 0.04,
}  # fmt: skip


AGO = {"open_for_claim": timedelta(minutes=9), "awaiting_dispatch": timedelta(minutes=42)}
"""How long ago these were reported, where it is not four hours: in the claim window of half an hour, or just past it."""


def show_every_state(player: Player, at: datetime) -> None:
    """Two reports of the last hours in every state, so that no list of the desk is empty at the first look. The
    living district goes on with them."""
    told = []
    for n, (state, source, category, wanted) in enumerate(TABLEAU * 2):
        key = f"tableau-{at:%Y%m%d%H%M}-{n:02d}"
        rng = random.Random(key)
        spot = player.stage.land.any_spot(rng)
        ago = AGO.get(state, timedelta(hours=4))
        moment = at - (timedelta(seconds=50 + 9 * n) if state == "reported" else ago + timedelta(minutes=n % 7))
        actor = player.stage.reporter(source, spot.place.grid_code, moment, rng)
        fate = draw_fate(key, category=category, source=source, urgency="P2", stops_in=state)
        if actor is not None:
            report = replace(player.stage.write(source, category, spot, key, rng), category=category)
            told.append(Told(report, moment, actor, spot.place, replace(fate, **PLAIN | wanted)))
    player.report(sorted(told, key=lambda one: one.at))
    player.play()


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
