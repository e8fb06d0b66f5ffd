"""A case's trail, steps and clocks as pages show them. Reads only, no rights decided here."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from accounts import prepared
from casework.clock.explain import explain_deadline
from casework.door import Move
from casework.models import Case, DeadlineRow
from grids.models import Unit
from grids.scope import SHANGHAI

LONGEST_TRAIL = 500
CLOCK_COLUMNS = (
    "case_id", "stage", "state", "kind", "calendar_code", "budget_seconds", "elapsed_seconds", "due_at", "unit_id",
    "order_id",
)
CALENDAR_WORDS = {"district": _("区工作日历"), "round_the_clock": _("全天候")}
Step = tuple[str, Any, frozenset[str]]
"""Code, label, states shown as this step."""


def live_clocks(model: type[DeadlineRow], case_ids: Iterable[int]) -> dict[int, list[dict]]:
    """Clocks of these cases that are not stopped, by case, what is due first standing first: one query. Of
    ``segments`` only the last is there, which is all a countdown needs."""
    statement, names = _clocks_statement(model)
    found: dict[int, list[dict]] = {}
    with connection.cursor() as cursor:
        prepared.execute(cursor, statement, [list(case_ids)])
        for last, *values in cursor.fetchall():
            row = dict(zip(names, values, strict=True))
            row["segments"] = [json.loads(last) if isinstance(last, str) else last] if last else []
            found.setdefault(row["case_id"], []).append(row)
    return found


@cache
def _clocks_statement(model: type[DeadlineRow]) -> tuple[str, tuple[str, ...]]:
    known = {field.attname for field in model._meta.concrete_fields}
    names = tuple(name for name in CLOCK_COLUMNS if name in known)
    table = connection.ops.quote_name(model._meta.db_table)
    return (
        f"SELECT segments -> -1, {', '.join(names)} FROM {table} WHERE case_id = ANY(%s) AND state <> 'stopped' "  # noqa: S608 (names of our own)
        "ORDER BY due_at, id"
    ), names


def trail_of(
    case: Case,
    moves: Mapping[str, Move],
    state_words: Mapping[str, Any],
    *,
    step_of: Callable[[str], str] = lambda state: "",
    urgent: frozenset[str] = frozenset(),
) -> list[dict]:
    """The trail, oldest first, as the timeline shows it: one query. ``urgent``: verbs shown in red."""
    rows = case.trail.order_by("seq").values(
        "seq", "verb", "at", "lane", "actor_name", "unit__name", "from_state", "to_state", "note", "is_public",
        "changes", "person_id",
    )
    shown = []
    for row in rows[:LONGEST_TRAIL]:
        move = moves.get(row["verb"])
        shown.append({
            "seq": row["seq"], "at": row["at"], "verb": move.label if move else row["verb"], "name": row["verb"],
            "who": row["actor_name"], "unit": row["unit__name"] or "", "text": _words_of(row, state_words),
            "lane": "system" if row["lane"] == "system" else "person", "from_state": row["from_state"],
            "to_state": row["to_state"], "step": step_of(row["to_state"]),
            "tone": "urgent" if row["verb"] in urgent else "done" if row["to_state"] == "closed" else "",
            "visible_to": _("群众可见") if row["is_public"] else "",
        })
    return shown


def _words_of(row: dict, state_words: Mapping[str, Any]) -> str:
    """The note, and the change of state in words."""
    parts = [row["note"]] if row["note"] else []
    if row["from_state"] != row["to_state"] and row["from_state"]:
        parts.append(f"{state_words.get(row['from_state'], '')} → {state_words.get(row['to_state'], '')}")
    return "\n".join(parts)


def steps_of(
    state: str, trail: list[dict], steps: Iterable[Step], *, step_of: Callable[[str], str], owner: str = ""
) -> list[dict]:
    """Every step with the time it was entered and left and who held it, read from ``trail_of``'s rows.

    ``owner``: who holds the present step.
    """
    steps = tuple(steps)
    order = [code for code, _label, _states in steps]
    entered: dict[str, datetime] = {}
    left: dict[str, datetime] = {}
    owners: dict[str, str] = {}
    for row in trail:
        before, after = step_of(row["from_state"]), step_of(row["to_state"])
        if after and after != before:
            entered[after] = row["at"]
            left.pop(after, None)
        if before and after != before:
            left[before] = row["at"]
            owners[before] = row["unit"] or row["who"]
    current = step_of(state) or next((row["step"] for row in reversed(trail) if row["step"]), order[0])
    place = order.index(current)
    shown = []
    for index, (code, label, _states) in enumerate(steps):
        mark = "done" if index < place or state == "closed" else "current" if index == place else "next"
        if index > place and code in left:
            mark = "returned"
        if mark == "done" and code not in entered:
            mark = "skipped"
        shown.append({
            "code": code, "name": label, "state": mark, "entered": entered.get(code), **_leaving(entered, left, code),
            "owner": owner if mark == "current" else owners.get(code),
        })
    return shown


def _leaving(entered: dict[str, datetime], left: dict[str, datetime], code: str) -> dict:
    """The time a step was left: of the same day only the hour, as a note."""
    begin, end = entered.get(code), left.get(code)
    if begin is None or end is None:
        return {"left": end}
    local = end.astimezone(SHANGHAI)
    if begin.astimezone(SHANGHAI).date() == local.date():
        return {"left": None, "note": f"→ {local:%H:%M}"}
    return {"left": end}


def clocks_explained(
    rows: Iterable[DeadlineRow], *, at: datetime, stage_words: Mapping[str, Any], rung_words: Mapping[str, Any]
) -> list[dict]:
    """「为什么是这个时限」 for ``shared/_clock.html``: every clock segment by segment, the live ones first.

    ``rows`` with ``fired`` prefetched. Units of clocks and segments are named in one query.
    """
    rows = list(rows)
    keys = {row.unit_id for row in rows} | {part.get("unit") for row in rows for part in row.segments}
    names = dict(Unit.objects.filter(pk__in={key for key in keys if key}).values_list("pk", "name"))
    clocks = []
    for row in rows:
        found = explain_deadline(row, at=at)
        found["label"] = stage_words.get(row.stage, row.stage)
        found["unit_name"] = names.get(row.unit_id, "")
        found["calendar_name"] = CALENDAR_WORDS.get(row.calendar_code, row.calendar_code)
        for rung in found["rungs"]:
            rung["label"] = rung_words.get(rung["code"], rung["code"])
        for segment in found["segments"]:
            segment["unit_name"] = names.get(segment["unit"], "")
        clocks.append(found)
    clocks.sort(key=lambda one: one["state"] == "stopped")
    return clocks
