"""Orders as their callers see them on the public pages: those whose code no event carries, because they were answered
on the line, not forwarded yet, or joined somebody else's matter. Units, never persons; no internal note."""

from __future__ import annotations

import hmac
import re
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from casework.actor import Actor
from events.citizen.elsewhere import Room
from events.citizen.kept import follow_url
from events.citizen.presenting import category_name, day_and_time
from events.presenting import chip
from events.public import TOKEN
from hotline import transitions
from hotline.limits import limits
from hotline.models import Caller, HotlineOrder
from hotline.presenting import TONES, clocks_of
from hotline.workflow import ENDED, MOVES, STEPS, step_of

SHOWN_NOTES = frozenset({"answer_directly", "answer", "settle_elsewhere", "reopen", "urge", "grant_exclusion"})
"""Moves whose note was said to the caller or by the caller."""
ON_THE_LINE = ("register", "answer", "close")
"""Steps of an order that nobody forwarded."""
ASKED = ("calling_back", "called_back", "closed")


def _orders() -> Any:
    """An event opened from the call has its code and token: there the event answers."""
    return HotlineOrder.objects.exclude(event__isnull=False, has_joined=False).select_related(
        "category", "area", "event__owner_unit", "event__category"
    )


def by_code(code: str) -> HotlineOrder | None:
    """The order of this tracking code."""
    return _orders().filter(tracking_code=code).first()


def by_token(token: str) -> HotlineOrder | None:
    """The order of this token."""
    return _orders().filter(token=token).first() if TOKEN.fullmatch(token) else None


def opens_with(order: HotlineOrder | None, digits: str) -> bool:
    """Whether these are the last four digits of the caller's telephone. The same work with and without order."""
    phone = Caller.objects.filter(pk=(order.caller_id if order else None) or 0).values_list("phone", flat=True).first()
    known = re.sub(r"\D", "", phone or "")[-4:]
    given = re.sub(r"\D", "", digits)
    return hmac.compare_digest(known.encode(), given.encode()) and len(known) == 4


def standing(order: HotlineOrder, *, at: datetime) -> dict[str, Any]:
    """State, steps and times; nothing of what was said."""
    trail = _trail(order)
    is_over = order.state in ENDED
    due = None if is_over or order.answered_at else order.promised_at
    since = next((row["at"] for row in reversed(trail) if row["to_state"] != row["from_state"]), order.registered_at)
    running = [row for row in clocks_of([order.pk]).get(order.pk, []) if row["stage"] == "answer"]
    holder = order.event.owner_unit if order.event_id else None
    return {
        "code": order.tracking_code, "category": category_name(order.category), "place": order.area.name,
        "state": order.state, "state_label": order.get_state_display(), "tone": TONES[order.state], "is_merged": False,
        "reported_at": order.registered_at, "closed_at": order.closed_at,
        "outcome": order.get_outcome_display() if order.outcome else "", "sentence": _sentence(order),
        "holder": holder.name if holder else _("12345热线"), "since": since, "waited": at - since, "is_over": is_over,
        "due": due, "due_words": day_and_time(due, at=at) if due else "", "is_late": bool(due and due < at),
        "chip": chip(running, at=at) if running and due else None, "steps": _steps(order, trail), "rows": _rows(trail),
    }


def details(order: HotlineOrder, *, at: datetime) -> dict[str, Any]:
    """What the caller sees besides: the own words, the answer, the rating given, what can be done now."""
    follows = order.event if order.event_id and order.has_joined else None
    is_open = follows is not None and not (follows.category_id and follows.category.is_sensitive)
    return standing(order, at=at) | {
        "text": order.text, "address": order.address, "answer": order.answer, "photos": [], "papers": [],
        "rows": _rows(_trail(order), with_notes=True), "question": "", "refusal": "", "rating": order.rating,
        "joined": follow_url(follows.pk) if is_open else "", "offers": offers(order, at=at),
    }


def offers(order: HotlineOrder, *, at: datetime) -> dict[str, bool]:
    """Which buttons the page has. The verbs decide again."""
    closed = order.closed_at
    in_window = order.state == "closed" and closed is not None and at <= closed + timedelta(days=limits().reopen_days)
    asked = order.state in ASKED and order.outcome != "excluded" and order.rating is None
    return {"rate": asked and (order.state != "closed" or in_window), "reopen": in_window and order.event_id is None}


def _sentence(order: HotlineOrder) -> str:
    if order.state == "closed":
        ends = {
            "answered": _("您反映的事,话务员已在电话里答复。"),
            "excluded": _("经核实认定,这件事不属于可以办理的诉求。如有不同意见,可申请重办。"),
        }
        return ends.get(order.outcome, _("已办结。"))
    return {
        "registered": _("已受理,正在确定由谁办理。"), "dispatching": _("已转派,正在确定承办单位。"),
        "needs_info": _("还缺一点信息,请拨打 12345 补充后我们接着办。"), "handling": _("承办单位正在处理。"),
        "answering": _("已经办理,正在准备给您的答复。"), "calling_back": _("已答复,我们会打电话回访您。"),
        "called_back": _("已回访,谢谢您的评价。"),
    }[order.state]


def _trail(order: HotlineOrder) -> list[dict]:
    rows = order.trail.order_by("seq").values(
        "verb", "at", "lane", "unit__name", "from_state", "to_state", "note", "is_public"
    )
    return list(rows[:500])


def _steps(order: HotlineOrder, trail: list[dict]) -> list[dict]:
    steps = [(code, label) for code, label, _states in STEPS if order.event_id or code in ON_THE_LINE]
    entered = {step_of(row["to_state"]): row["at"] for row in trail if row["to_state"] != row["from_state"]}
    entered |= {"register": order.registered_at, "answer": order.answered_at or entered.get("answer")}
    codes = [code for code, _label in steps]
    current = step_of(order.state)
    place = codes.index(current) if current in codes else 0
    shown = []
    for index, (code, label) in enumerate(steps):
        done = index < place or order.state in ENDED
        state = "done" if done else "current" if index == place else "next"
        if done and not entered.get(code):
            state = "skipped"
        at = entered.get(code) if state in ("done", "current") else None
        shown.append({"name": label, "state": state, "entered": at, "left": None, "owner": ""})
    return shown


def _rows(trail: list[dict], *, with_notes: bool = False) -> list[dict]:
    """Public moves, newest first."""
    return [
        {
            "at": row["at"], "verb": MOVES[row["verb"]].label if row["verb"] in MOVES else row["verb"],
            "who": row["unit__name"] or (_("群众") if row["lane"] == "citizen" else ""),
            "text": row["note"] if with_notes and row["verb"] in SHOWN_NOTES else "",
            "tone": "done" if row["to_state"] == "closed" else "", "lane": "person",
        }
        for row in reversed(trail) if row["is_public"]
    ]


def _rate(
    order: HotlineOrder, *, actor: Actor, at: datetime, level: int, solved: bool | None, reasons: list[str], note: str
) -> object:
    return transitions.rate(order, actor=actor, at=at, level=level, solved=solved, text=note)


ROOM = Room(
    by_code=by_code, by_token=by_token, opens_with=opens_with, standing=standing, details=details,
    acts={"rate": _rate, "reopen": transitions.reopen},
)
