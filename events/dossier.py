"""Everything that hangs on one event, each table read once, for its page and its verbs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from events import police
from events.models import (
    Consultation,
    Decline,
    Event,
    EventAttachment,
    EventDeadline,
    EventLink,
    EventReporter,
    Extension,
    PoliceRecord,
    Rating,
    SupervisionOrder,
    Verification,
    Whistle,
    WhistlePart,
    WorkOrder,
)
from events.presenting import trail_of
from events.rungs import Rung, rungs_of
from events.workflow import OPEN_ORDER
from grids.models import Area
from grids.scope import Rights


@dataclass
class Dossier:
    """One event with its companions. Every property is one query at most, asked once."""

    event: Event
    rights: Rights
    at: datetime
    _rows: dict = field(default_factory=dict)

    @property
    def case(self) -> Event:
        return self.event

    @cached_property
    def orders(self) -> list[WorkOrder]:
        return list(self.event.orders.select_related("unit", "area", "handler", "unit__area").order_by("pk"))

    @cached_property
    def trail(self) -> list[dict]:
        return trail_of(self.event)

    @cached_property
    def clocks(self) -> list[EventDeadline]:
        return list(self.event.deadlines.prefetch_related("fired").order_by("pk"))

    @cached_property
    def declines(self) -> list[Decline]:
        rows = Decline.objects.filter(event=self.event)
        return list(rows.select_related("unit", "proposed_unit", "ruled_unit", "ruled_by").order_by("pk"))

    @cached_property
    def extensions(self) -> list[Extension]:
        rows = Extension.objects.filter(event=self.event)
        return list(rows.select_related("order__unit", "asked_by", "decided_by").order_by("pk"))

    @cached_property
    def whistles(self) -> list[Whistle]:
        return list(Whistle.objects.filter(event=self.event).select_related("street", "asked_by").order_by("pk"))

    @cached_property
    def parts(self) -> list[WhistlePart]:
        if not self.whistles:
            return []
        rows = WhistlePart.objects.filter(whistle__event=self.event).select_related("unit", "order", "whistle__event")
        return list(rows.order_by("pk"))

    @cached_property
    def consultations(self) -> list[Consultation]:
        rows = Consultation.objects.filter(event=self.event).select_related("chair", "event")
        return list(rows.prefetch_related("participants").order_by("pk"))

    @cached_property
    def supervisions(self) -> list[SupervisionOrder]:
        rows = SupervisionOrder.objects.filter(event=self.event).select_related("unit", "issued_by")
        return list(rows.order_by("-pk"))

    @cached_property
    def verifications(self) -> list[Verification]:
        return list(Verification.objects.filter(event=self.event).select_related("by").order_by("pk"))

    @cached_property
    def ratings(self) -> list[Rating]:
        return list(Rating.objects.filter(event=self.event).order_by("pk"))

    @cached_property
    def files(self) -> list[EventAttachment]:
        return list(EventAttachment.objects.filter(event=self.event).select_related("file").order_by("pk"))

    @cached_property
    def links(self) -> list[EventLink]:
        return list(self.event.links.order_by("pk"))

    @cached_property
    def reporter(self) -> EventReporter | None:
        return EventReporter.objects.filter(event=self.event).first()

    @cached_property
    def police(self) -> PoliceRecord | None:
        """What 110 said; None for whoever may not read it."""
        return police.record_of(self.event) if police.may_see(self.event, self.rights) else None

    @cached_property
    def places(self) -> list[Area]:
        """The areas the event lies in, from the street down."""
        codes = [self.event.street_code, self.event.community_code, self.event.grid_code]
        return list(Area.objects.filter(code__in=[code for code in codes if code]).order_by("path"))

    @cached_property
    def rungs(self) -> list[Rung]:
        return rungs_of(self.event, self.orders, self.consultations, at=self.at)

    def own_orders(self, permission: str, states: tuple[str, ...]) -> list[WorkOrder]:
        """Orders in these states that the person may act on: by unit, or by the land they were delegated to."""
        return [
            order for order in self.orders
            if order.state in states and self.rights.covers(
                permission, area_path=order.area.path if order.area_id else "", unit_ids=(order.unit_id,)
            )
        ]

    @property
    def open_orders(self) -> list[WorkOrder]:
        return [order for order in self.orders if order.state in OPEN_ORDER]
