"""Reads for the public pages: one case by its own key, and what is open nearby. No account, hence no scope.

Whoever holds the 128-bit token, or the code with the last four digits of the telephone, is the reporter. Nothing
here gives a reporter's name or number, an internal note, or the name of a person of the staff.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from events import duplicates
from events.models import Event, EventAttachment, EventReporter
from events.models.event import ENDED
from events.reference_rows import limits
from events.search import grams
from events.transitions.intake import CODE_LETTERS
from grids.models import Area

TOKEN = re.compile(r"[0-9a-f]{32}")
SHOWN_PURPOSES = ("report", "feedback")
"""Photos before and after; what was taken for a check or a meeting stays inside."""
SHOWN_NOTES = frozenset({
    "reject", "ask_info", "feed_back", "handle_on_spot", "suspend", "transfer", "supply_info", "appeal", "reopen",
    "comment",
})
"""Moves whose note was written for the reporter or by the reporter."""
ALIKE = 0.15
"""Share of common character pairs from which two texts may speak of one matter."""
_WITH = ("owner_unit", "category", "area", "master__owner_unit")


def by_token(token: str) -> Event | None:
    """The event of this 32-digit hexadecimal token."""
    if not TOKEN.fullmatch(token):
        return None
    return Event.objects.select_related(*_WITH).filter(token=token).first()


def clean_code(text: str) -> str:
    """A tracking code as people type it, in its one form ``XXXX-XXXX``; empty when it cannot be one."""
    letters = "".join(c for c in text.upper() if c.isalnum())
    if len(letters) != 8 or any(c not in CODE_LETTERS for c in letters):
        return ""
    return f"{letters[:4]}-{letters[4:]}"


def by_code(text: str) -> Event | None:
    """The event of this tracking code."""
    code = clean_code(text)
    return Event.objects.select_related(*_WITH).filter(tracking_code=code).first() if code else None


def opens_with(event: Event | None, digits: str) -> bool:
    """Whether these are the last four digits of the reporter's telephone. The same work with and without event."""
    phone = EventReporter.objects.filter(event_id=event.pk if event else 0).values_list("phone", flat=True).first()
    known = re.sub(r"\D", "", phone or "")[-4:]
    given = re.sub(r"\D", "", digits)
    return hmac.compare_digest(known.encode(), given.encode()) and len(known) == 4


def has_phone(event: Event) -> bool:
    """Whether the reporter left a telephone number: then the code with its last digits opens the details."""
    return EventReporter.objects.filter(event=event).exclude(phone="").exists()


def by_client_key(key: str) -> Event | None:
    """The event that a form with this key has made."""
    return Event.objects.filter(client_key=key).first()


def trail_of(event: Event) -> list[dict]:
    """Every move of the case, oldest first, for steps and times: verb, moments, states, unit; no person."""
    rows = event.trail.order_by("seq").values(
        "verb", "at", "lane", "unit__name", "from_state", "to_state", "note", "is_public"
    )
    return list(rows[:500])


def photos_of(event: Event) -> list[EventAttachment]:
    """The files the reporter may see."""
    rows = EventAttachment.objects.filter(event=event, purpose__in=SHOWN_PURPOSES).select_related("file")
    return list(rows.order_by("pk"))


def photo_of(event: Event, key: int) -> EventAttachment | None:
    """One of them."""
    rows = EventAttachment.objects.filter(event=event, purpose__in=SHOWN_PURPOSES, pk=key)
    return rows.select_related("file").first()


@dataclass(frozen=True, slots=True)
class Similar:
    """An open report near by, without a word of its text: who wrote it may have named somebody."""

    event: Event
    distance_m: int
    file_id: int | None


def similar(
    *, lon: float | None, lat: float | None, text: str, category: str | None, at: datetime, limit: int = 4
) -> list[Similar]:
    """Open reports within 250 m that may be the same matter, likeliest first. Sensitive kinds and reports whose
    author asked for secrecy are left out."""
    if lon is None or lat is None:
        return []
    radius = limits().numbers["similar_reports_radius_m"]
    near = duplicates.nearby(lon=lon, lat=lat, at=at, grams=grams(text), category=category, radius_m=radius)
    near = [row for row in near if _may_be_same(row, category)]
    rows = (
        Event.objects.select_related("category", "owner_unit")
        .filter(pk__in=[row["id"] for row in near])
        .exclude(category__is_sensitive=True)
        .exclude(reporter__is_secret=True)
    )
    events = {event.pk: event for event in rows}
    pictures: dict[int, int] = {}
    files = EventAttachment.objects.filter(event__in=events, purpose="report", file__mime__startswith="image/")
    for event_id, file_id in files.order_by("pk").values_list("event_id", "file_id"):
        pictures.setdefault(event_id, file_id)
    return [
        Similar(events[row["id"]], row["distance_m"], pictures.get(row["id"]))
        for row in near if row["id"] in events
    ][:limit]


def _may_be_same(row: dict, category: str | None) -> bool:
    """Near is not enough where both have a kind: the same kind, or words alike."""
    return not category or row["category_id"] in (category, None) or row["likeness"] >= ALIKE


def followed(key: int) -> Event | None:
    """An event that somebody chose to follow from the list of similar ones."""
    return Event.objects.select_related(*_WITH).filter(pk=key).exclude(category__is_sensitive=True).first()


def has_boundary() -> bool:
    """Whether the district's outline is known; without it no point can be said to lie outside."""
    return Area.objects.filter(code=settings.DISTRICT_CODE, boundary__isnull=False).exists()


def is_over(event: Event) -> bool:
    """Whether nothing more will happen by itself."""
    return event.state in ENDED
