"""The copy of the process that goes with a hand-over to inspection: steps, times, units, clocks; no person, no text."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from casework.models import DeadlineRow, TrailRow
from events.models import Event
from hotline.models import HotlineOrder

SILENT = frozenset({"comment", "reveal", "note_caller", "correct"})
"""Steps left out: they tell of persons, not of the process."""


def record_of(order: HotlineOrder | None, event: Event | None, *, at: datetime) -> dict[str, Any]:
    """``{"at", "order": {...} | None, "event": {...} | None}``; each ``{"number", "state", "category", "class",
    "times", "steps", "clocks"}``. Times ISO 8601."""
    return {
        "at": at.isoformat(),
        "order": _order(order) if order is not None else None,
        "event": _event(event) if event is not None else None,
    }


def _order(order: HotlineOrder) -> dict[str, Any]:
    names = ("registered_at", "forwarded_at", "answered_at", "called_back_at", "closed_at", "promised_at")
    return {
        **_common(order), **_times(order, names), "demand": order.demand, "rounds": order.round,
        "dissatisfied": order.dissatisfied, "rating": order.rating,
    }


def _event(event: Event) -> dict[str, Any]:
    names = ("reported_at", "dispatched_at", "handled_at", "verified_at", "closed_at", "handle_due_at")
    return {
        **_common(event), **_times(event, names), "bounces": event.bounces, "reworks": event.reworks,
        "reopens": event.reopens, "outcome": event.outcome,
        "orders": [
            {
                "unit": row.unit.name, "kind": row.kind, "state": row.state, "sent_at": _iso(row.sent_at),
                "accepted_at": _iso(row.accepted_at), "done_at": _iso(row.done_at), "due_at": _iso(row.due_at),
            }
            for row in event.orders.select_related("unit").order_by("pk")
        ],
    }


def _common(case: HotlineOrder | Event) -> dict[str, Any]:
    return {
        "number": case.number, "state": case.state, "category": case.category_id, "urgency": case.urgency,
        "class": case.service_class_id,
        "steps": [_step(row) for row in case.trail.select_related("unit").order_by("seq") if row.verb not in SILENT],
        "clocks": [_clock(row) for row in case.deadlines.order_by("pk")],
    }


def _step(row: TrailRow) -> dict[str, Any]:
    return {
        "seq": row.seq, "verb": row.verb, "at": _iso(row.at), "lane": row.lane,
        "unit": row.unit.name if row.unit_id else "", "from": row.from_state, "to": row.to_state,
    }


def _clock(row: DeadlineRow) -> dict[str, Any]:
    return {
        "stage": row.stage, "state": row.state, "started_at": _iso(row.started_at), "due_at": _iso(row.due_at),
        "stopped_at": _iso(row.stopped_at), "budget_seconds": row.budget_seconds,
        "elapsed_seconds": row.elapsed_seconds,
    }


def _times(case: object, names: tuple[str, ...]) -> dict[str, str | None]:
    return {name: _iso(getattr(case, name)) for name in names}


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
