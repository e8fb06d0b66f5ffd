"""What happens below that disputes must follow: events handed over to mediation, land that moves; and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from casework import outbox
from casework.actor import Actor
from casework.door import MoveRefused
from casework.models import OutboxItem
from disputes.models import Dispute, DisputeType
from disputes.telling import PartyTold, Told
from disputes.transitions import register, reopen
from disputes.transitions.passing import event_of
from events import transitions as events
from events.models import Event, EventReporter
from grids.tree import on_repath

KIND = "mediation"
TYPE_OF_CATEGORY = {
    "0101": "neighbour", "0102": "family", "0103": "property", "0104": "labour", "0105": "medical", "0106": "traffic",
    "0107": "consumer", "0108": "housing", "0109": "demolition", "0110": "environment", "0111": "debt",
    "0112": "enterprise", "0113": "youth", "0114": "mass_finance", "0115": "family", "0116": "land",
    "1401": "labour",
}
FLAGS_OF_CATEGORY = {"0115": ("violence",), "1401": ("wages",)}


@outbox.handles("handed_over")
def open_the_dispute(item: OutboxItem, at: datetime) -> None:
    """流转 of an event to mediation opens its dispute: same code (一案一码), place, words and reporter go along."""
    if item.payload["kind"] != KIND:
        return
    event = Event.objects.filter(pk=item.payload["event"]).first()
    if event is None or event.state != "transferred":
        return
    actor = Actor.system()
    dispute = Dispute.objects.filter(event=event, tracking_code=event.tracking_code).first()
    if dispute is None:
        dispute = register(_told(event), actor=actor, at=item.created_at)
    elif dispute.state == "closed":  # one that was taken up again meanwhile is there already
        dispute = reopen(dispute, actor=actor, at=item.created_at, note=_("事件转回调解"))
    try:
        events.note_number(event, kind=KIND, number=dispute.number, actor=actor, at=at)
    except MoveRefused as refusal:
        if refusal.code not in ("wrong_state", "not_found"):
            raise


def _told(event: Event) -> Told:
    reporter = EventReporter.objects.filter(event=event).first()
    name = reporter.name if reporter is not None and reporter.name else _("反映人")
    phone = reporter.phone if reporter is not None else ""
    code = event.category_id or ""
    return Told(
        facts=event.text, parties=(PartyTold(name=name, phone=phone, consents=True),), source="event",
        type=TYPE_OF_CATEGORY.get(code, DisputeType.OTHER), area=event.area.code, lon=event.lon, lat=event.lat,
        address=event.address, origin_number=event.number, flags=FLAGS_OF_CATEGORY.get(code, ()),
        tracking_code=event.tracking_code,
    )


@outbox.handles("dispute_ended")
def tell_the_event(item: OutboxItem, at: datetime) -> None:
    """The end of a dispute goes back to the event it came from: how it ended, or the event itself where mediation
    did not take it on."""
    dispute = Dispute.objects.filter(pk=item.payload["dispute"]).first()
    event = event_of(dispute) if dispute is not None else None
    if event is None or dispute.state != "closed" or dispute.outcome == "transferred":
        return
    note = _("矛盾调解(%(number)s)已结案:%(outcome)s") % {
        "number": dispute.number, "outcome": dispute.get_outcome_display(),
    }
    try:
        if dispute.outcome == "not_accepted":
            events.take_back(event, actor=Actor.system(), at=at, note=note)
        else:
            events.end_elsewhere(event, kind=KIND, actor=Actor.system(), at=at, note=note)
    except MoveRefused as refusal:
        if refusal.code != "wrong_state":
            raise


_REPATH = """
    UPDATE disputes_dispute SET area_path = %(new)s || substr(area_path, %(from)s),
           district_code = COALESCE((SELECT c FROM unnest(string_to_array(%(new)s || substr(area_path, %(from)s), '/')) c
                                      WHERE length(c) = 6 LIMIT 1), ''),
           street_code = COALESCE((SELECT c FROM unnest(string_to_array(%(new)s || substr(area_path, %(from)s), '/')) c
                                    WHERE length(c) = 9 LIMIT 1), ''),
           community_code = COALESCE((SELECT c FROM unnest(string_to_array(%(new)s || substr(area_path, %(from)s), '/')) c
                                       WHERE length(c) = 12 LIMIT 1), ''),
           grid_code = COALESCE((SELECT c FROM unnest(string_to_array(%(new)s || substr(area_path, %(from)s), '/')) c
                                  WHERE length(c) = 15 LIMIT 1), '')
     WHERE area_path LIKE %(like)s
"""


@on_repath
def follow_the_land(changes: Sequence[tuple[str, str]]) -> None:
    """Rewrite path and level codes of every dispute inside the moved land, as events do."""
    with connection.cursor() as cursor:
        for old, new in changes:
            cursor.execute(_REPATH, {"new": new, "from": len(old) + 1, "like": f"{old}%"})
