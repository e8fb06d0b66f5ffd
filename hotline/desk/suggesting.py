"""One answer to what is being typed: category, urgency, time limit, grid, unit, knowledge, duplicates.

Every part says why. The page asks once, 400 ms after typing stops; a part that has nothing is empty, not missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, radians
from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from events import placing, suggesting
from events.duplicates import LEAST_LIKENESS, METRES_PER_DEGREE, likeness_of_matter, metres_between
from events.models import Event
from events.models.event import ENDED
from events.queries import visible_to
from events.reference_rows import budget, categories
from events.routing import suggest_units
from events.search import grams
from grids.addresses.finding import Candidate, find
from grids.scope import SHANGHAI, Rights, path_filter
from hotline import learning
from hotline.knowledge.searching import Hit, search
from hotline.knowledge.workflow import READ
from hotline.learning import DEMAND_WORDS
from hotline.limits import limits
from hotline.models import HotlineOrder

NEAR_METRES, CLOSE_METRES = 250, 50
LOOK_BACK = timedelta(days=30)
ENDED_BACK = timedelta(days=14)
MOST_NEAR, MOST_ROWS = 8, 200
MOST_TEXT = 4000
WORKING_DAY_SECONDS = 7 * 3600



@dataclass(frozen=True, slots=True)
class Asked:
    """What stands in the form now. ``lon, lat`` (WGS-84) and ``grid`` once the agent has chosen a place."""

    text: str = ""
    address: str = ""
    demand: str = ""
    category: str = ""
    grid: str = ""
    lon: float | None = None
    lat: float | None = None
    words: str = ""
    """Words typed into the knowledge search; the text searches by itself when there are none."""


def answer(asked: Asked, *, rights: Rights, at: datetime) -> dict[str, Any]:
    """All parts, ready for the page (JSON)."""
    text = asked.text[:MOST_TEXT]
    ideas = ideas_for(text)
    place, chosen = placed(asked)
    category = asked.category or (ideas[0]["code"] if ideas and ideas[0]["share"] >= 50 else "")
    return {
        "categories": ideas,
        "demand": demand_of(text, grid=(chosen or {}).get("grid", "")),
        "danger": suggesting.danger_words(text) if text else [],
        "place": place,
        "promise": promise(category, asked.demand, text, at),
        "units": units(category, chosen),
        "knowledge": knowledge(asked.words or text, category, rights=rights, at=at),
        "near": near(text, asked.address, category, chosen, rights=rights, at=at),
    }


def ideas_for(text: str) -> list[dict]:
    """Likely categories with their share and the words that decided it."""
    known = categories()
    return [
        {**idea, "name": known[idea["code"]].name} for idea in suggesting.suggest_categories(text) if idea["code"] in known
    ] if text.strip() else []


def demand_of(text: str, *, grid: str = "") -> dict | None:
    """The likeliest demand type with its words, by the trained model or by cue words; None when nothing speaks for
    any, or two speak as loud."""
    learnt = learning.suggest_demand(text, facts=learning.facts_of(HotlineOrder.Channel.PHONE, grid))
    if learnt is not None:
        return learnt
    spoken = [word for words in DEMAND_WORDS.values() for word in words if word in text]
    found = {  # a word inside a longer one says nothing by itself: 什么时候 in 什么时候能修 asks for the repair
        code: [word for word in words if word in spoken and not any(word != more and word in more for more in spoken)]
        for code, words in DEMAND_WORDS.items()
    }
    ranked = sorted(((len("".join(words)), code) for code, words in found.items() if words), reverse=True)
    if not ranked or (len(ranked) > 1 and ranked[0][0] == ranked[1][0]):
        return None
    return {"code": ranked[0][1], "words": found[ranked[0][1]]}


# --- place ---------------------------------------------------------------------------------------------------


def placed(asked: Asked) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Candidates of the address, and the place that holds: the agent's choice, else the one that is sure."""
    found = find(asked.address) if asked.address.strip() else None
    shown = {
        "candidates": [_shown(one) for one in found.candidates] if found else [],
        "sure": bool(found and found.sure), "asked": bool(asked.address.strip()),
    }
    if asked.grid:
        return shown, {"grid": asked.grid, "lon": asked.lon, "lat": asked.lat}
    if asked.lon is not None and asked.lat is not None:
        return shown, {"grid": "", "lon": asked.lon, "lat": asked.lat}
    if found and found.sure:
        return shown, {"grid": found.sure.grid, "lon": found.sure.lon, "lat": found.sure.lat}
    return shown, None


def _shown(one: Candidate) -> dict[str, Any]:
    place = placing.place_of(one.grid) if one.grid else None
    street = placing.place_of(place.street_code) if place else None
    where = " · ".join(part for part in (street.name if street else "", one.grid_name) if part)
    return {
        "label": one.label, "grid": one.grid, "where": where, "lon": one.lon, "lat": one.lat,
        "share": round(100 * one.score), "why": one.why,
    }


# --- class, unit ---------------------------------------------------------------------------------------------


def promise(category: str, demand: str, text: str, at: datetime) -> dict[str, Any]:
    """The class that will hold and what it promises, in words."""
    known = categories().get(category)
    rules = limits()
    code = (known.service_class_id if known else None) or rules.classes.get(demand or "complaint", "")
    words = [word for word in rules.same_day_words if word in text]
    same_day = (demand or "complaint") in ("help", "complaint") and (code == rules.same_day_class or bool(words))
    if same_day:
        return {"code": code, "same_day": True, "words": words, "label": _("当日办结,24:00前"), "urgency": _urgency(known, text)}
    found = budget(code, "handle") if code else None
    return {
        "code": code, "same_day": False, "words": [], "label": budget_words(found), "urgency": _urgency(known, text)
    }


def budget_words(found: dict | None) -> str:
    """A budget as people say it."""
    if not found:
        return _("按类别定时限")
    seconds, kind = found["seconds"], found["kind"]
    if kind == "WD":
        return _("%(n)s个工作日") % {"n": f"{seconds / WORKING_DAY_SECONDS:g}"}
    if seconds % 86400 == 0:
        return _("%(n)s天") % {"n": seconds // 86400}
    return _("%(n)s小时") % {"n": f"{seconds / 3600:g}"}


def _urgency(known: object | None, text: str) -> str:
    level = known.urgency if known else "P3"
    return suggesting.raise_urgency(level) if suggesting.danger_words(text) else level


def units(category: str, chosen: dict | None) -> list[dict]:
    """Likely units with the rule or precedent that decided it."""
    if not category:
        return []
    place = placing.place_of(chosen["grid"]) if chosen and chosen["grid"] else None
    light = Event(
        category_id=category, area_path=place.path if place else "", street_code=place.street_code if place else "",
        community_code=place.community_code if place else "",
    )
    return [
        {"id": one.unit_id, "name": one.unit_name, "share": one.share, "why": one.reason}
        for one in suggest_units(light)
    ]


# --- knowledge -----------------------------------------------------------------------------------------------


def knowledge(words: str, category: str, *, rights: Rights, at: datetime) -> dict[str, Any]:
    """Published articles in date that answer, best first; ``may`` is False for who may not read the base."""
    if len(words.strip()) < 2:
        return {"may": True, "articles": [], "asked": False}
    if not rights.may(READ):
        return {"may": False, "articles": [], "asked": False}
    hits = search(rights, words, at=at, category=category, limit=5)
    return {"may": True, "asked": True, "articles": [_article(hit, at) for hit in hits]}


def _article(hit: Hit, at: datetime) -> dict[str, Any]:
    return {
        "number": hit.number, "title": hit.title, "owner": hit.unit, "answer": hit.spoken, "snippet": hit.snippet,
        "words": list(hit.words), "days": (hit.due_on - at.astimezone(SHANGHAI).date()).days, "url": hit.url,
    }


# --- duplicates ----------------------------------------------------------------------------------------------


def near(
    text: str, address: str, category: str, chosen: dict | None, *, rights: Rights, at: datetime
) -> dict[str, Any]:
    """Open matters of the last 30 days and ended ones of 14 around the place, in two rings; with no place, open
    ones of alike words in the district are not guessed at: the page asks for the address."""
    if chosen is None or chosen["lon"] is None or chosen["lat"] is None:
        return {"has_place": False, "rows": []}
    lon, lat = chosen["lon"], chosen["lat"]
    rows = _around(lon, lat, rights=rights, at=at)
    mine = set(grams(text, address))
    found = [row for row in (_judged(row, lon, lat, mine, category, at) for row in rows) if row is not None]
    found.sort(key=lambda row: (-row["score"], row["number"]))
    return {"has_place": True, "rows": found[:MOST_NEAR]}


def _around(lon: float, lat: float, *, rights: Rights, at: datetime) -> list[dict]:
    """Open events, and closed orders whose event can be done again, in the box of the outer ring."""
    span = NEAR_METRES / METRES_PER_DEGREE
    wide = span / max(0.01, cos(radians(lat)))
    box = {"lat__range": (lat - span, lat + span), "lon__range": (lon - wide, lon + wide)}
    live = visible_to(rights).filter(**box, reported_at__gte=at - LOOK_BACK).exclude(state__in=ENDED)
    rows = list(live.order_by("-id").values(*_FIELDS, "reported_at", "repeats", "number")[:MOST_ROWS])
    over = HotlineOrder.objects.filter(
        path_filter(rights, "events.view", "area_path"), **box, state="closed", closed_at__gte=at - ENDED_BACK,
        event__state="closed", has_joined=False,
    )
    named = {"number": F("event__number"), "repeats": F("event__repeats"), "reported_at": F("registered_at")}
    more = over.order_by("-id").values(*_FIELDS, **{f"_{name}": value for name, value in named.items()})
    rows += [
        {**{k: v for k, v in row.items() if not k.startswith("_")}, **{name: row[f"_{name}"] for name in named}}
        for row in more[: MOST_ROWS // 2]
    ]
    return rows


_FIELDS = ("title", "state", "category_id", "category__name", "lon", "lat", "grams", "address")
STATE_WORDS = dict(Event.State.choices)


def _judged(row: dict, lon: float, lat: float, mine: set[str], category: str, at: datetime) -> dict | None:
    """A neighbour with distance and likeness; None beyond the outer ring, and for one that shares neither words
    nor category."""
    metres = metres_between(lon, lat, row["lon"], row["lat"])
    if metres > NEAR_METRES:
        return None
    alike = likeness_of_matter(mine, row["grams"], row["address"])
    same = bool(category) and row["category_id"] == category
    if not same and alike < LEAST_LIKENESS:
        return None
    ended = row["state"] == "closed"
    age_days = (at - row["reported_at"]).total_seconds() / 86400
    score = 0.35 * (1 - metres / NEAR_METRES) + 0.3 * min(1.0, alike * 2) + 0.25 * same + 0.1 * max(0.0, 1 - age_days / 30)
    return {
        "number": row["number"], "title": row["title"], "category": row["category__name"] or "", "metres": round(metres),
        "ring": CLOSE_METRES if metres <= CLOSE_METRES else NEAR_METRES, "state": str(STATE_WORDS[row["state"]]),
        "ended": ended, "reported_at": row["reported_at"].isoformat(), "repeats": row["repeats"],
        "score": round(score - (0.15 if ended else 0), 3), "address": row["address"],
        "url": reverse("events:detail", args=[row["number"]]),
    }
