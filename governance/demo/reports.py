"""When things are reported: by hour, weekday and season, with twins of the same matter now and then."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from casework.actor import Actor
from governance.demo.fate import draw_fate
from governance.demo.player import Told
from governance.demo.stage import Stage

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOURS = (3, 2, 1.5, 1, 1.5, 3, 9, 22, 46, 66, 64, 58, 42, 38, 54, 58, 55, 50, 38, 32, 26, 20, 12, 6)
"""Reports by hour of the day, relative."""
WEEKEND = 0.72
TWIN_SHARE = 0.035
SEASONS = {
    1: {"08": 2.0}, 2: {"08": 1.5}, 3: {"07": 1.3}, 4: {"07": 1.4}, 5: {"05": 1.3}, 6: {"05": 1.4, "04": 1.2},
    7: {"05": 1.5, "06": 1.3}, 8: {"05": 1.4, "06": 1.3}, 9: {"16": 1.5}, 10: {"08": 1.6}, 11: {"08": 2.2}, 12: {"08": 2.1},
}  # fmt: skip


def moments(day: date, count: int, rng: random.Random) -> list[datetime]:
    """``count`` moments of a day of the district, in order."""
    midnight = datetime.combine(day, time(), SHANGHAI)
    hours = rng.choices(range(24), HOURS, k=count)
    found = [midnight + timedelta(hours=h, seconds=rng.randrange(3600)) for h in hours]
    return sorted(moment.astimezone(ZoneInfo("UTC")) for moment in found)


def weight(day: date) -> float:
    """How busy a day is."""
    return (WEEKEND if day.weekday() >= 5 else 1.0) * random.Random(f"day {day}").uniform(0.85, 1.15)


def told_at(stage: Stage, at: datetime, key: str, *, hurry: float = 1.0, stops_in: str = "") -> Told | None:
    """One report of that moment. ``key`` decides what it is: the same key, the same report."""
    rng = random.Random(f"report {key}")
    source, category = stage.draw.kind(rng)
    favoured = SEASONS[at.astimezone(SHANGHAI).month]
    if source not in ("video", "sensor", "police110", "petition") and rng.random() < 0.25:
        other = stage.draw.kind(rng)[1]
        category = other if favoured.get(other[:2], 1) > favoured.get(category[:2], 1) else category
    spot = stage.land.any_spot(rng)
    actor = stage.reporter(source, spot.place.grid_code, at, rng)
    if actor is None:
        return None
    urgency = stage.categories[category].urgency
    fate = draw_fate(key, category=category, source=source, urgency=urgency, hurry=hurry, stops_in=stops_in)
    report = stage.write(source, category, spot, key, rng)
    if report.police is not None:
        report = replace(report, police=replace(report.police, called_at=at - timedelta(minutes=rng.randint(2, 25))))
    return Told(report, at, actor, spot.place, fate)


def twin_of(stage: Stage, told: Told, event_id: int, at: datetime, key: str) -> Told | None:
    """The same matter reported again by somebody passing by."""
    rng = random.Random(f"twin {key}")
    spot = stage.land.near(told.report.lon or 0, told.report.lat or 0, 35, rng)
    category = told.report.category
    if spot is None or category is None:
        return None
    report = replace(stage.write("citizen", category, spot, key, rng), category=category)
    fate = draw_fate(key, category=category, source="citizen", urgency=stage.categories[category].urgency)
    return Told(report, at, Actor.citizen(), spot.place, replace(fate, rejects=False, asks_info=False), (event_id,))


def days_back(last: date, count: int) -> Iterator[date]:
    """``count`` days up to and with ``last``, oldest first."""
    for n in range(count - 1, -1, -1):
        yield last - timedelta(days=n)
