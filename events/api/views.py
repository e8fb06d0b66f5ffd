"""Events over HTTP: report, list, read."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from drf_spectacular.utils import extend_schema

from accounts.lean import Answer
from casework.api import CaseView
from casework.models import ServiceClass
from casework.verb_api import OneCaseView
from events import queries
from events.api import described, listing
from events.api.reporting import ReportForm, Reports, answer_many, answer_one
from events.api.shapes import event_whole
from events.models import Event
from events.reference_rows import categories
from events.workflow import MOVES
from grids.scope import Rights

KEY = described.KEY


class EventsView(CaseView):
    """The list, and the way in."""

    takes = listing.TAKES

    @extend_schema(
        operation_id="events_list", tags=["events"], parameters=listing.PARAMETERS,
        responses={200: described.EventPage, **described.READ},
    )
    def get(self, request: HttpRequest) -> Answer:
        self.need("events.view")
        return 200, listing.page_of(request, self.actor)

    @extend_schema(
        operation_id="events_report", tags=["events"], parameters=[KEY], request=ReportForm,
        responses={201: described.EventTold, 200: described.EventTold, **described.WRITE},
    )
    def post(self, request: HttpRequest) -> Answer:
        self.need("events.report")
        return answer_one(self.sent(request, ReportForm), actor=self.actor, at=request.at)


class BatchView(CaseView):
    """Up to a thousand reports, each for itself."""

    largest_body = settings.API_BATCH_MAX_BYTES

    @extend_schema(
        operation_id="events_batch", tags=["events"], parameters=[KEY], request=Reports,
        responses={207: described.BatchRow(many=True), **described.WRITE},
    )
    def post(self, request: HttpRequest) -> Answer:
        self.need("events.report")
        return 207, answer_many(self.body(request), actor=self.actor, at=request.at)


class OneEventView(OneCaseView):
    """What hangs on one event in the actor's scope."""

    kind, view_permission, moves = "event", "events.view", MOVES

    def find(self, rights: Rights, number: str) -> Event:
        return queries.one(rights, number)


class EventView(OneEventView):
    """One event with its orders, deadlines, place and links."""

    @extend_schema(
        operation_id="events_one", tags=["events"], responses={200: described.EventWhole, **described.ONE}
    )
    def get(self, request: HttpRequest, number: str) -> Answer:
        shown = event_whole(self.case, at=request.at)
        self.note_reading("open", "text", "address")
        return 200, shown


class TrailView(OneEventView):
    """The trail, oldest first; every row carries the hash of the one before."""

    @extend_schema(
        operation_id="events_trail", tags=["events"], responses={200: described.TrailPage, **described.ONE}
    )
    def get(self, request: HttpRequest, number: str) -> Answer:
        return self.trail()


class ClockView(OneEventView):
    """Why every deadline is when it is: segments, pauses with reason, charged unit, calendar, sum, rungs."""

    @extend_schema(
        operation_id="events_clock", tags=["events"], responses={200: described.ClockPage, **described.ONE}
    )
    def get(self, request: HttpRequest, number: str) -> Answer:
        return self.clock()


class CategoriesView(CaseView):
    """The taxonomy: majors and minors with urgency, owner and service class."""

    @extend_schema(
        operation_id="categories_list", tags=["events"], responses={200: described.CategoryList, **described.READ}
    )
    def get(self, request: HttpRequest) -> Answer:
        self.need("events.view", "events.report", "dashboard.view", "grids.view")
        classes = {row.code: _service_class(row) for row in ServiceClass.objects.order_by("rank", "code")}
        rows = sorted(categories().values(), key=lambda row: row.code)
        return 200, {"results": [_category(row, classes) for row in rows if row.is_active]}


def _service_class(row: ServiceClass) -> dict:
    return {
        "code": row.code, "name": row.name, "name_en": row.name_en, "budgets": row.budgets,
        "extension": row.extension, "may_pause": row.may_pause, "basis": row.basis,
    }


def _category(row: object, classes: dict) -> dict:
    return {
        "code": row.code, "name": row.name, "name_en": row.name_en, "parent": row.parent_id,
        "urgency": row.urgency, "owner_kind": row.owner_kind, "is_sensitive": row.is_sensitive,
        "needs_photo": row.needs_photo, "reopen_days": row.reopen_days,
        "service_class": classes.get(row.service_class_id),
    }
