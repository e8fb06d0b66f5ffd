"""A case as citizens see it: five steps, who holds it, until when, in plain words. Units, never persons."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.names import named
from casework.clock.arithmetic import ClockKind, due_after
from casework.clock.loader import calendar
from events import public
from events.citizen.kept import follow_url, picture_url
from events.models import Category, Event
from events.presenting import STATE_TONES, chip, clocks_of
from events.reference_rows import budget, limits
from events.reference_rows import category as category_row
from events.workflow import MOVES, STEPS, step_of
from grids.scope import SHANGHAI

RESIDENT_WORDS = {
    "report": gettext_lazy("报事"), "dispatch": gettext_lazy("理事"), "confer": gettext_lazy("议事"),
    "handle": gettext_lazy("办事"), "feedback": gettext_lazy("办事"), "evaluate": gettext_lazy("评事"),
}
"""报事、理事、议事、办事、评事 (capabilities.md 61): the five words of residents for the steps of the house."""
_VERB_WORDS = {
    "report": "report", "supply_info": "report", "appeal": "report", "ask_info": "dispatch", "reject": "dispatch",
    "claim": "dispatch", "dispatch": "dispatch", "merge": "dispatch", "split_off": "dispatch",
    "transfer": "dispatch", "confer": "confer", "convene": "confer", "rate": "evaluate", "evaluate": "evaluate",
    "reopen": "evaluate",
}
SHOWN_STAGES = ("handle", "rectify")
LEVEL_WORDS = {
    5: gettext_lazy("非常满意"), 4: gettext_lazy("满意"), 3: gettext_lazy("基本满意"), 2: gettext_lazy("不满意"),
    1: gettext_lazy("非常不满意"),
}


def day_and_time(moment: datetime, *, at: datetime) -> str:
    """``3月5日 16:00``, ``今天 16:00``, ``明天 09:30``; with the year when it is another one."""
    local, today = moment.astimezone(SHANGHAI), at.astimezone(SHANGHAI)
    clock = f"{local:%H:%M}"
    days = (local.date() - today.date()).days
    if days in (0, 1):
        day = _("今天") if days == 0 else _("明天")
        return f"{day} {clock}"
    words = _("%(month)s月%(day)s日") % {"month": local.month, "day": local.day}
    if local.year != today.year:
        words = _("%(year)s年%(day)s") % {"year": local.year, "day": words}
    return f"{words} {clock}"


def category_name(category: Category | None) -> str:
    """The category in the reader's language."""
    if category is None:
        return _("待分类事项")
    return named(category)


def expected(event: Event, *, at: datetime) -> datetime | None:
    """By when it should be handled: the running promise, else what its category's class would promise from now."""
    if event.handle_due_at is not None:
        return event.handle_due_at
    kind = category_row(event.category_id or "")
    limit = budget(kind.service_class_id, "handle") if kind else None
    if limit is None:
        return None
    return due_after(ClockKind(limit["kind"]), calendar("district"), at, limit["seconds"])


def standing(event: Event, *, at: datetime) -> dict[str, Any]:
    """State, steps and times; nothing from the report itself. Safe for whoever knows only the code."""
    lead = event.master if event.state == "merged" and event.master_id else event
    trail = public.trail_of(lead)
    current = step_of(lead.state) or next((step_of(r["to_state"]) for r in reversed(trail) if step_of(r["to_state"])), "")
    since = next((r["at"] for r in reversed(trail) if step_of(r["from_state"]) != current), lead.reported_at)
    clocks = clocks_of([lead.pk]).get(lead.pk, [])
    promise = [row for row in clocks if row["stage"] in SHOWN_STAGES and row["order_id"] is None]
    waits = public.is_over(lead) or lead.handled_at is not None or lead.state in ("needs_info", "suspended")
    due = None if waits else expected(lead, at=at)
    shown = chip(promise, at=at) if promise else None
    if due and shown and shown.get("due") and due < at < shown["due"]:
        due = shown["due"]  # done again: what was promised for the first time is over
    return {
        "code": event.tracking_code, "category": category_name(event.category), "place": event.area.name,
        "state": lead.state, "state_label": event.get_state_display(), "tone": STATE_TONES.get(lead.state, "pause"),
        "is_merged": lead is not event, "reported_at": event.reported_at, "closed_at": lead.closed_at,
        "outcome": lead.get_outcome_display() if lead.outcome else "", "sentence": _sentence(lead),
        "holder": lead.owner_unit.name if lead.owner_unit_id else "", "since": since,
        "waited": at - since, "is_over": public.is_over(lead),
        "due": due, "due_words": day_and_time(due, at=at) if due else "", "is_late": bool(due and due < at),
        "chip": shown,
        "steps": _steps(lead, trail, current), "rows": _rows(trail),
    }


def _sentence(event: Event) -> str:
    """Where the matter stands, as one would say it on the telephone."""
    return {
        "reported": _("已收到,值班员正在看,会尽快分派。"),
        "needs_info": _("还缺一点信息,请您补充后我们接着办。"),
        "open_for_claim": _("正在由属地街道认领。"),
        "awaiting_dispatch": _("正在确定承办单位。"),
        "conferring": _("涉及多家单位,正在会商怎么办。"),
        "in_progress": _("承办单位正在处理。"),
        "suspended": _("因客观原因暂时停下,恢复后接着办。"),
        "verifying": _("承办单位已反馈,正在现场核查和回访。"),
        "evaluating": _("核查已完成,请您评价。"),
        "closed": _("已办结。"),
        "merged": _("与他人反映的是同一件事,已合并办理,进度相同。"),
        "rejected": _("这件事没有受理,原因见下方,您可以申诉。"),
        "transferred": _("已转到更合适的渠道继续办理。"),
    }[event.state]


def _steps(event: Event, trail: list[dict], current: str) -> list[dict]:
    entered: dict[str, datetime] = {}
    left: dict[str, datetime] = {}
    owner: dict[str, str] = {}
    for row in trail:
        before, after = step_of(row["from_state"]), step_of(row["to_state"])
        if after and after != before:
            entered[after] = row["at"]
            left.pop(after, None)
        if before and after != before:
            left[before], owner[before] = row["at"], row["unit__name"] or ""
    codes = [code for code, _label, _states in STEPS]
    place = codes.index(current) if current in codes else 0
    shown = []
    for index, (code, label, _states) in enumerate(STEPS):
        done = index < place or event.state == "closed"
        state = "done" if done else "current" if index == place else "returned" if code in left else "next"
        if done and code not in entered:
            state = "skipped"
        holder = event.owner_unit.name if index == place and event.owner_unit_id else owner.get(code, "")
        shown.append({
            "name": f"{RESIDENT_WORDS[code]} · {label}", "state": state, "entered": entered.get(code),
            "left": left.get(code) if state != "current" else None,
            "owner": holder if state in ("done", "current") else "",
        })
    return shown


def _rows(trail: list[dict], *, with_notes: bool = False) -> list[dict]:
    """Public moves, newest first, each under its resident's word."""
    shown = []
    for row in reversed(trail):
        if not row["is_public"]:
            continue
        word = "report" if row["verb"] == "comment" and row["lane"] == "citizen" else _VERB_WORDS.get(row["verb"], "handle")
        move = MOVES.get(row["verb"])
        shown.append({
            "at": row["at"], "verb": f"{RESIDENT_WORDS[word]} · {move.label if move else row['verb']}",
            "who": row["unit__name"] or (_("群众") if row["lane"] == "citizen" else ""),
            "text": row["note"] if with_notes and row["verb"] in public.SHOWN_NOTES else "",
            "tone": "done" if row["to_state"] == "closed" else "", "lane": "person",
        })
    return shown


def details(event: Event, *, at: datetime) -> dict[str, Any]:
    """What the reporter sees besides: the own words, photos before and after, answers, what can be done now."""
    shown = standing(event, at=at)
    lead = event.master if shown["is_merged"] else event
    own = public.trail_of(event)
    files = public.photos_of(event)
    shown.update(
        text=event.text, address=event.address, answer=lead.answer if lead.state == "closed" else "",
        photos=[f for f in files if f.file.mime.startswith("image/")],
        papers=[f for f in files if not f.file.mime.startswith("image/")],
        rows=_rows(own if not shown["is_merged"] else public.trail_of(lead), with_notes=not shown["is_merged"]),
        question=_last_note(own, "ask_info") if event.state == "needs_info" else "",
        refusal=_last_note(own, "reject") if event.state == "rejected" else "",
        offers=offers(event, own, at=at),
    )
    return shown


def _last_note(trail: list[dict], verb: str) -> str:
    return next((row["note"] for row in reversed(trail) if row["verb"] == verb), "")


def offers(event: Event, trail: list[dict], *, at: datetime) -> dict[str, bool]:
    """Which buttons the page has. The verbs decide again."""
    state = event.state
    midnight = at.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    nudged = any(r["verb"] == "nudge" and r["lane"] == "citizen" and r["at"] >= midnight for r in trail)
    kind = category_row(event.category_id or "")
    days = kind.reopen_days if kind else limits().numbers["reopen_calendar_days"]
    open_until = event.closed_at + timedelta(days=days) if event.closed_at else None
    in_window = state == "closed" and open_until is not None and at <= open_until
    round_now = event.reworks + event.reopens + 1
    unrated = not event.ratings.filter(round=round_now).exists()
    return {
        "add": state not in ("merged", "transferred", "rejected"),
        "nudge": state in MOVES["nudge"].sources and state not in ("needs_info",) and not nudged,
        "nudged": nudged and state in MOVES["nudge"].sources,
        "rate": unrated and (state == "evaluating" or in_window),
        "reopen": in_window,
        "appeal": state == "rejected",
        "supply": state == "needs_info",
    }


def similar_cards(rows: list[public.Similar], *, at: datetime) -> list[dict]:
    """Open reports near by as cards: kind, distance, age, state, photo."""
    return [
        {
            "category": category_name(row.event.category), "distance_m": row.distance_m,
            "reported_at": row.event.reported_at, "state_label": row.event.get_state_display(),
            "tone": STATE_TONES.get(row.event.state, "pause"), "url": follow_url(row.event.pk),
            "picture": picture_url(row.file_id, at=at) if row.file_id else "",
        }
        for row in rows
    ]
