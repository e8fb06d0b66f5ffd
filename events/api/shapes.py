"""How an event, its orders and its clocks read in JSON. Made by hand from ``values()``: no serializer per row.

Nothing of the reporter is here: names and telephone numbers leave by the page's reveal only, with a reason.
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from accounts import prepared
from casework.api_shapes import CLOCK_FIELDS, named_unit, unit_of, units_by_key
from casework.clock import loader
from events.models import Event, EventAttachment, EventDeadline, WorkOrder
from events.reference_rows import categories
from events.workflow import STEP_BY_STATE
from grids.models import Area

__all__ = ["named_unit", "unit_of"]
PLAIN = (
    "number", "version", "state", "title", "source", "external_number", "urgency", "handling", "is_located", "lon",
    "lat", "due_at", "due_stage", "handle_due_at", "flag", "reported_at", "dispatched_at", "handled_at", "closed_at",
    "outcome", "solved", "rating", "bounces", "reworks", "reopens", "repeats",
)
COLUMNS = (
    "id", *PLAIN, "category_id", "service_class_id", "owner_unit_id", "area_path", "street_code", "community_code",
    "grid_code", "changed_at",
)
"""What ``event_row`` needs of the database."""
MORE = ("text", "address", "urgency_reason", "answer", "occurred_at", "rung", "window_ends_at", "resume_on", "accuracy_m")
ORDER_FIELDS = (
    "id", "kind", "state", "is_lead", "task", "share_percent", "reason", "sent_at", "accepted_at", "contacted_at",
    "done_at", "ended_at", "due_at", "outcome", "feedback", "reworks", "score", "score_text",
)


def category_shape(code: str | None) -> dict | None:
    return category_shapes().get(code or "")


def category_shapes() -> dict[str, dict]:
    """Code and name in the reader's language, by code."""
    english = translation.get_language() == "en"
    return loader.keep(
        f"api_categories:{english}",
        lambda: {code: {"code": code, "name": c.name_en if english else c.name} for code, c in categories().items()},
    )


def columns_of(event: Event) -> dict:
    """The row of an event that is in memory."""
    return {name: getattr(event, name) for name in COLUMNS}


def event_rows(rows: list[dict], *, at: Any) -> list[dict]:
    """The events of a list. Each row has at least COLUMNS."""
    kinds, owners = category_shapes(), units_by_key()
    return [_event_row(row, kinds, owners, at) for row in rows]


def event_row(row: dict, *, at: Any) -> dict:
    """One event. ``row`` has at least COLUMNS."""
    return event_rows([row], at=at)[0]


def _event_row(row: dict, kinds: dict[str, dict], owners: dict[int, dict], at: Any) -> dict:
    shown = {name: row[name] for name in PLAIN}
    due = row["due_at"]
    shown["step"] = STEP_BY_STATE.get(row["state"], "")
    shown["category"] = kinds.get(row["category_id"] or "")
    shown["service_class"] = row["service_class_id"]
    shown["owner"] = owners.get(row["owner_unit_id"])
    shown["area"] = row["area_path"].rstrip("/").rpartition("/")[2]
    shown["street"] = row["street_code"]
    shown["community"] = row["community_code"]
    shown["grid"] = row["grid_code"]
    shown["overdue"] = due is not None and due < at
    shown["updated_at"] = row["changed_at"]
    return shown


def event_brief(event: Event, *, at: Any) -> dict:
    """An event in memory with its text: what a report or a verb answers. No query but for units' names."""
    shown = event_row(columns_of(event), at=at)
    shown.update({name: getattr(event, name) for name in MORE})
    shown["suggestions"] = [
        {**idea, "name": (category_shape(idea.get("code")) or {}).get("name", "")}
        for idea in (event.suggestion or {}).get("categories", [])
    ]
    return shown


def event_after(event: Event, *, at: Any) -> dict:
    """An event as a verb left it, with its orders: one query."""
    return {**event_brief(event, at=at), "orders": orders_of(event)}


def event_whole(event: Event, *, at: Any) -> dict:
    """One event with orders, deadlines, place, attachments and links; four queries."""
    shown = event_after(event, at=at)
    shown["deadlines"] = deadlines_of(event)
    shown["place"] = place_of(event)
    shown["attachments"] = attachments_of(event)
    shown["links"] = links_of(event)
    return shown


def order_row(row: dict) -> dict:
    """An order from its columns ``ORDER_FIELDS`` with unit_id, parent_id and area_code."""
    shown = {name: row[name] for name in ORDER_FIELDS}
    shown["unit"] = unit_of(row["unit_id"])
    shown["parent"] = row["parent_id"]
    shown["area"] = row["area_code"]
    return shown


_ORDERS = f"""
    SELECT {", ".join(f"o.{name}" for name in ORDER_FIELDS)}, o.unit_id, o.parent_id, a.code AS area_code
      FROM {WorkOrder._meta.db_table} o LEFT JOIN {Area._meta.db_table} a ON a.id = o.area_id
     WHERE o.event_id = %s ORDER BY o.id
"""  # noqa: S608 (names of our own)


def orders_of(event: Event) -> list[dict]:
    with connection.cursor() as cursor:
        prepared.execute(cursor, _ORDERS, [event.pk])
        names = [column.name for column in cursor.description]
        return [order_row(dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def deadlines_of(event: Event) -> list[dict]:
    found = []
    rows = EventDeadline.objects.filter(case=event.pk).order_by("pk")
    for row in rows.values(*CLOCK_FIELDS, "order_id", "unit_id"):
        row["order"] = row.pop("order_id")
        row["unit"] = unit_of(row.pop("unit_id"))
        found.append(row)
    return found


def place_of(event: Event) -> dict:
    """District, street, community, grid with code and name."""
    codes = event.area_path.rstrip("/").split("/")
    rows = Area.objects.filter(code__in=codes).values_list("level_id", "code", "name")
    found: dict[str, Any] = dict.fromkeys(("district", "street", "community", "grid"))
    found.update({level: {"code": code, "name": name} for level, code, name in rows if level in found})
    return {**found, "address": event.address, "lon": event.lon, "lat": event.lat, "is_located": event.is_located}


def attachment_row(row: EventAttachment) -> dict:
    return {
        "sha256": row.file.sha256, "stored_sha256": row.file.stored_sha256, "mime": row.file.mime,
        "size": row.file.size, "name": row.file.name, "purpose": row.purpose, "added_at": row.added_at,
    }


def attachments_of(event: Event) -> list[dict]:
    rows = EventAttachment.objects.filter(event=event.pk).select_related("file").order_by("pk")
    return [attachment_row(row) for row in rows]


def links_of(event: Event) -> dict:
    """Addresses of the event's own resources, and of its page where the desk offers one."""
    shown = {
        "self": reverse("api:event", args=[event.number]),
        "trail": reverse("api:trail", args=[event.number]),
        "clock": reverse("api:clock", args=[event.number]),
    }
    for name in ("events:case", "events:detail", "events:event"):
        try:
            shown["page"] = reverse(name, args=[event.number])
            break
        except NoReverseMatch:
            continue
    return shown
