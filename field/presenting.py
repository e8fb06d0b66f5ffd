"""Tasks and tickets as the worker's phone shows them; six steps instead of five (capabilities.md 60)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.models import Event, EventAttachment, WorkOrder
from events.presenting import LEVELS, STATE_TONES, chip, clocks_of, trail_of
from grids.scope import Rights

SIX_STEPS = (
    # code, label, verbs whose trail row belongs to it
    ("collect", gettext_lazy("排查收集"), ("report", "handle_on_spot", "supply_info", "appeal")),
    ("assign", gettext_lazy("梳理交办"), ("triage", "claim", "close_window", "dispatch", "delegate", "split_off")),
    ("rise", gettext_lazy("向上反映"), ("whistle", "return_up", "convene", "confer", "decline", "transfer")),
    ("handle", gettext_lazy("处置反馈"), ("accept", "contact", "report_in", "feed_back", "handle_on_spot")),
    ("check", gettext_lazy("回访核实"), ("verify", "call_back")),
    ("tell", gettext_lazy("工作通报"), ("rate", "evaluate", "reopen")),
)
"""六步工作法; each step is entered by moves of the one table. 向上反映 is skipped where nobody needed it."""
_STATE_STEP = {
    "reported": "collect", "needs_info": "collect", "rejected": "collect", "open_for_claim": "assign",
    "awaiting_dispatch": "assign", "conferring": "rise", "in_progress": "handle", "suspended": "handle",
    "verifying": "check", "evaluating": "tell", "closed": "tell",
}


def six_steps(event: Event, trail: list[dict]) -> list[dict]:
    """The six steps with when each was last touched and by which unit."""
    current = _STATE_STEP.get(event.state, "")
    codes = [code for code, _label, _verbs in SIX_STEPS]
    place = codes.index(current) if current else len(codes)
    shown = []
    for index, (_code, label, verbs) in enumerate(SIX_STEPS):
        rows = [row for row in trail if row["name"] in verbs]
        if event.state == "closed" or index < place:
            state = "done" if rows else "skipped"
        else:
            state = "current" if index == place else "next"
        last = rows[-1] if rows and state in ("done", "current") else None
        shown.append({
            "name": label, "state": state, "entered": last["at"] if last else None,
            "owner": last["unit"] if last else "", "note": last["verb"] if last else "",
        })
    return shown


def tasks(orders: Iterable[WorkOrder], checks: Iterable[Event], *, at: datetime) -> list[dict[str, Any]]:
    """Open orders and checks as one list by clock: what is due first stands first."""
    orders, checks = list(orders), list(checks)
    clocks = clocks_of({order.event_id for order in orders} | {event.pk for event in checks})
    rows = [_order_row(order, clocks.get(order.event_id, []), at) for order in orders]
    rows += [_check_row(event, clocks.get(event.pk, []), at) for event in checks]
    return sorted(rows, key=lambda row: (row["chip"].get("due") is None, row["chip"].get("due") or at, row["number"]))


def _row(event: Event, what: str, mine: list[dict], at: datetime) -> dict[str, Any]:
    return {
        "number": event.number, "what": what, "title": event.title, "place": event.address or event.area.name,
        "level": LEVELS[event.urgency], "level_label": event.get_urgency_display(), "flag": event.flag,
        "chip": chip(mine, at=at),
    }


def _order_row(order: WorkOrder, clocks: list[dict], at: datetime) -> dict[str, Any]:
    mine = [row for row in clocks if row["order_id"] == order.pk]
    if order.state == "accepted" or not mine:
        mine = [row for row in mine if row["stage"] not in ("sign",)] or mine
        mine += [row for row in clocks if row["order_id"] is None and row["stage"] in ("handle", "rectify")]
    mine.sort(key=lambda row: (row["due_at"] is None, row["due_at"] or at))
    what = _("待签收") if order.state == "sent" else _("返工") if order.reworks else _("办理")
    return _row(order.event, what, mine, at)


def _check_row(event: Event, clocks: list[dict], at: datetime) -> dict[str, Any]:
    return _row(event, _("核查"), [row for row in clocks if row["stage"] == "verify"], at)


def ticket(event: Event, orders: list[WorkOrder], rights: Rights, *, at: datetime) -> dict[str, Any]:
    """One case on the phone. ``orders``: all of the event; which acts are offered follows the rights.

    The reporter is never read: whoever handles a case does not learn who told of it (quality.md S6).
    """
    trail = trail_of(event)
    mine = [order for order in orders if is_mine(order, rights)]
    clocks = clocks_of([event.pk]).get(event.pk, [])
    shown_clocks = [row for row in clocks if row["stage"] not in ("triage", "claim", "dispatch", "evaluate")]
    files = EventAttachment.objects.filter(event=event).select_related("file").order_by("pk")
    return {
        "steps": six_steps(event, trail), "rows": list(reversed(trail)), "chip": chip(shown_clocks, at=at),
        "tone": STATE_TONES.get(event.state, "pause"), "level": LEVELS[event.urgency],
        "files": list(files), "to_accept": [o for o in mine if o.state == "sent"],
        "to_contact": [o for o in mine if o.state == "accepted" and o.contacted_at is None],
        "to_feed_back": [o for o in mine if o.state == "accepted"],
        "geo": f"geo:{event.lat:.6f},{event.lon:.6f}?q={event.lat:.6f},{event.lon:.6f}" if event.lat is not None else "",
    }


def is_mine(order: WorkOrder, rights: Rights) -> bool:
    """Whether this person may act on the order: through its unit or the land it was delegated to."""
    path = order.area.path if order.area_id else ""
    return rights.covers("events.accept", area_path=path, unit_ids=(order.unit_id,))
