"""How orders and referrals read in JSON. Nothing of the caller is here: name and number leave by the page's reveal
only, with a reason."""

from __future__ import annotations

from datetime import datetime

from casework.api_shapes import CLOCK_FIELDS, unit_of
from events.api.shapes import category_shape
from hotline.models import HotlineOrder
from hotline.workflow import step_of

PLAIN = (
    "number", "version", "state", "demand", "channel", "title", "urgency", "handling", "is_same_day", "is_located",
    "lon", "lat", "has_joined", "round", "outcome", "was_reached", "solved", "rating", "dissatisfied", "is_excluded",
    "flag", "due_at", "due_stage", "promised_at", "registered_at", "forwarded_at", "answered_at", "called_back_at",
    "closed_at",
)
COLUMNS = (
    "id", *PLAIN, "category_id", "service_class_id", "area_path", "street_code", "community_code", "grid_code",
    "changed_at", "event__number", "event__state", "event__owner_unit_id",
)
"""What ``order_row`` needs of the database."""


def order_row(row: dict, *, at: datetime) -> dict:
    """One order of a list. ``row`` has at least COLUMNS."""
    shown = {name: row[name] for name in PLAIN}
    due = row["due_at"]
    shown |= {
        "step": step_of(row["state"]), "category": category_shape(row["category_id"]),
        "service_class": row["service_class_id"], "area": row["area_path"].rstrip("/").rpartition("/")[2],
        "street": row["street_code"], "community": row["community_code"], "grid": row["grid_code"],
        "overdue": due is not None and due < at, "updated_at": row["changed_at"],
        "event": {"number": row["event__number"], "state": row["event__state"]} if row["event__number"] else None,
        "owner": unit_of(row["event__owner_unit_id"]),
    }
    return shown


def order_whole(order: HotlineOrder, *, at: datetime) -> dict:
    """One order with its text, answer, clocks and call-backs."""
    row = HotlineOrder.objects.filter(pk=order.pk).values(*COLUMNS).get()
    return {
        **order_row(row, at=at), "text": order.text, "address": order.address, "answer": order.answer,
        "is_secret": order.is_secret, "may_call_back": order.may_call_back,
        "deadlines": [_clock(one) for one in order.deadlines.order_by("pk").values("unit_id", *CLOCK_FIELDS)],
        "call_backs": list(order.call_backs.order_by("pk").values(
            "round", "state", "reason", "tries", "was_contacted", "solved", "level", "reasons", "built_at", "done_at"
        )),
    }


def _clock(row: dict) -> dict:
    return {**row, "unit": unit_of(row.pop("unit_id")), "order": None}
