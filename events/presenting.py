"""Rows and cases as the desk's templates show them: words, shapes, chips, steps. Reads only, no rights decided here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from accounts import prepared
from casework import presenting
from casework.clock.arithmetic import ClockKind, elapsed
from casework.clock.loader import calendar
from casework.learning import store
from events.learning import UNIT
from events.models import Decline, Event, EventDeadline
from events.routing import precedents_of, suggest_units
from events.workflow import DISPATCH_STATES, MOVES, STEPS, step_of

LEVELS = {"P0": "critical", "P1": "urgent", "P2": "important", "P3": "normal"}
SHAPES = {"P0": "urgent", "P1": "urgent", "P2": "warn", "P3": "run"}
STATE_TONES = {
    "reported": "warn", "open_for_claim": "warn", "awaiting_dispatch": "warn", "conferring": "warn",
    "in_progress": "run", "verifying": "run", "evaluating": "run", "closed": "done",
}
URGENT_VERBS = frozenset({"urge", "propose_blacklist", "decline", "return_up"})
YELLOW_FROM = 75
ROW_FIELDS = (
    "number", "state", "urgency", "title", "address", "source", "category_id", "category__name", "owner_unit_id",
    "owner_unit__name", "area__name", "area_path", "street_code", "community_code", "district_code", "due_at",
    "due_stage", "due_started_at", "flag", "repeats", "bounces", "version", "reported_at", "dispatched_at",
)
STATE_WORDS = dict(Event.State.choices)
SOURCE_WORDS = dict(Event.Source.choices)
URGENCY_WORDS = dict(Event._meta.get_field("urgency").choices)


def clocks_of(event_ids: Iterable[int]) -> dict[int, list[dict]]:
    """Clocks that are not stopped, by event: one query."""
    return presenting.live_clocks(EventDeadline, event_ids)


def chip(clocks: list[dict], *, at: datetime, url: str = "") -> dict[str, Any]:
    """What ``events/_chip.html`` needs for the clock that is due first; grey when all are paused, none without.

    ``left`` is the remaining working time in seconds: only the server can subtract it.
    """
    running = [row for row in clocks if row["state"] == "running" and row["due_at"] is not None]
    if not running:
        return {"state": "paused" if clocks else "none", "url": url, "share": 0}
    row = running[0]
    kind, book = ClockKind(row["kind"]), calendar(row["calendar_code"])
    used = row["elapsed_seconds"]
    last = row["segments"][-1] if row["segments"] else None
    if last and last["kind"] == "run" and not last["to"]:
        start = datetime.fromisoformat(last["from"])
        used += elapsed(kind, book, start, max(at, start))
    share = min(100, 100 * used // max(1, row["budget_seconds"]))
    overdue = at >= row["due_at"]
    shown = {
        "due": row["due_at"], "share": share, "url": url, "stage": row["stage"],
        "state": "red" if overdue else "yellow" if share >= YELLOW_FROM else "green",
    }
    if overdue:
        return shown  # what is over counts in natural time
    if not kind.runs_in_working_time:
        return shown | {"starts": row["due_at"] - timedelta(seconds=row["budget_seconds"])}
    return shown | {"calendar": "working", "left": max(0, row["budget_seconds"] - used)}


def rows_for(rows: list[dict], *, at: datetime) -> list[dict]:
    """Rows of a keyset page as the work list shows them; a fixed number of queries for any number of rows."""
    ids = [row["id"] for row in rows]
    clocks = clocks_of(ids)
    photos = _photos(ids)
    ideas = _ideas(rows)
    return [_row(row, clocks.get(row["id"], []), photos.get(row["id"], 0), ideas.get(row["id"]), at) for row in rows]


_PHOTOS = "SELECT event_id, count(*) FROM events_eventattachment WHERE event_id = ANY(%s) GROUP BY event_id"


def _photos(ids: list[int]) -> dict[int, int]:
    """How many files hang on each event that has any."""
    with connection.cursor() as cursor:
        prepared.execute(cursor, _PHOTOS, [ids])
        return dict(cursor.fetchall())


def _row(row: dict, clocks: list[dict], photos: int, idea: object | None, at: datetime) -> dict:
    number = row["number"]
    shown = {
        "id": row["id"], "number": number, "url": f"/events/{number}/", "do": f"/events/{number}/do/",
        "shape": SHAPES[row["urgency"]], "version": row["version"], "state": row["state"],
        "state_label": STATE_WORDS[row["state"]], "urgency": row["urgency"], "source_code": row["source"],
        "tone": STATE_TONES.get(row["state"], "pause"),
        "level": LEVELS[row["urgency"]], "level_label": URGENCY_WORDS[row["urgency"]], "title": row["title"],
        "place": row["address"] or row["area__name"], "category": row["category__name"] or _("待定类"),
        "category_id": row["category_id"], "source": SOURCE_WORDS[row["source"]], "photos": photos,
        "repeats": row["repeats"], "flag": row["flag"], "unit": row["owner_unit__name"] or "",
        "unit_id": row["owner_unit_id"], "area_path": row["area_path"], "reported_at": row["reported_at"],
        "chip": chip(clocks, at=at, url=f"/events/{number}/clock/"), "idea": None, "bounces": row["bounces"],
    }
    if idea is not None:
        shown["idea"] = {"unit_id": idea.unit_id, "name": idea.unit_name, "share": idea.share, "why": idea.reason}
    return shown


def _ideas(rows: list[dict]) -> dict[int, object]:
    """The first suggestion for every row that still looks for its unit."""
    wanting = [row for row in rows if row["state"] in DISPATCH_STATES and row["category_id"]]
    if not wanting:
        return {}
    rulings = precedents_of({row["category_id"] for row in wanting})
    refused: dict[int, set[int]] = {}
    bounced = [row["id"] for row in wanting if row["bounces"]]
    if bounced:
        told = Decline.objects.filter(event__in=bounced).exclude(ruling="unfounded")
        for event_id, unit_id in told.values_list("event_id", "unit_id"):
            refused.setdefault(event_id, set()).add(unit_id)
    owners: dict[int, dict] = {}
    if store.serving(UNIT) is not None:
        owners = dict(Event.objects.filter(pk__in=[row["id"] for row in wanting]).values_list("pk", "suggestion"))
    found = {}
    for row in wanting:
        place = {name: row[name] for name in ("category_id", "area_path", "street_code", "community_code")}
        light = Event(suggestion=owners.get(row["id"], {}), **place)
        ideas = suggest_units(
            light, limit=1, without=frozenset(refused.get(row["id"], ())), precedents=rulings[row["category_id"]]
        )
        if ideas:
            found[row["id"]] = ideas[0]
    return found


def steps_of(event: Event, trail: list[dict]) -> list[dict]:
    """五步闭环 with the time each step was entered and left and who held it, read from the trail."""
    owner = event.owner_unit.name if event.owner_unit_id else ""
    return presenting.steps_of(event.state, trail, STEPS, step_of=step_of, owner=owner)


def trail_of(event: Event) -> list[dict]:
    """The trail, oldest first, as the timeline shows it: one query."""
    return presenting.trail_of(event, MOVES, STATE_WORDS, step_of=step_of, urgent=URGENT_VERBS)
