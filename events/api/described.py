"""What the OpenAPI document says of the answers. Never used to make one."""

from __future__ import annotations

from rest_framework import serializers

from casework.api_described import (
    KEY,
    MOVE,
    ONE,
    READ,
    WRITE,
    ClockPage,
    DeadlineShape,
    Named,
    Refusal,
    TrailPage,
)
from events.models import Event, WorkOrder
from events.models.catalogue import Urgency

__all__ = ["KEY", "MOVE", "ONE", "READ", "WRITE", "ClockPage", "DeadlineShape", "Named", "Refusal", "TrailPage"]


def _moments(*names: str) -> dict[str, serializers.Field]:
    return {name: serializers.DateTimeField(allow_null=True) for name in names}


EventShape = type(
    "EventShape",
    (serializers.Serializer,),
    {
        "__doc__": "An event in a list.",
        "number": serializers.CharField(),
        "version": serializers.IntegerField(),
        "state": serializers.ChoiceField(choices=Event.State.choices),
        "step": serializers.CharField(),
        "title": serializers.CharField(),
        "source": serializers.ChoiceField(choices=Event.Source.choices),
        "external_number": serializers.CharField(allow_null=True),
        "category": Named(allow_null=True),
        "urgency": serializers.ChoiceField(choices=Urgency.choices),
        "handling": serializers.ChoiceField(choices=Event.Handling.choices),
        "service_class": serializers.CharField(allow_null=True),
        "area": serializers.CharField(),
        "street": serializers.CharField(),
        "community": serializers.CharField(),
        "grid": serializers.CharField(),
        "is_located": serializers.BooleanField(),
        "lon": serializers.FloatField(allow_null=True),
        "lat": serializers.FloatField(allow_null=True),
        "owner": Named(allow_null=True),
        "due_stage": serializers.CharField(),
        "overdue": serializers.BooleanField(),
        "flag": serializers.CharField(help_text="blue, yellow, red or empty"),
        "outcome": serializers.CharField(),
        "solved": serializers.BooleanField(allow_null=True),
        "rating": serializers.IntegerField(allow_null=True),
        "bounces": serializers.IntegerField(),
        "reworks": serializers.IntegerField(),
        "reopens": serializers.IntegerField(),
        "repeats": serializers.IntegerField(),
        "reported_at": serializers.DateTimeField(),
        "updated_at": serializers.DateTimeField(),
        **_moments("due_at", "handle_due_at", "dispatched_at", "handled_at", "closed_at"),
    },
)


class SuggestedCategory(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    share = serializers.IntegerField()
    words = serializers.ListField(child=serializers.CharField())
    by = serializers.ChoiceField(("model", "words"), required=False)


class EventTold(EventShape):
    """An event as a report answers it."""

    text = serializers.CharField()
    address = serializers.CharField()
    urgency_reason = serializers.CharField()
    answer = serializers.CharField()
    occurred_at = serializers.DateTimeField(allow_null=True)
    rung = serializers.IntegerField()
    window_ends_at = serializers.DateTimeField(allow_null=True)
    resume_on = serializers.DateTimeField(allow_null=True)
    accuracy_m = serializers.IntegerField(allow_null=True)
    suggestions = SuggestedCategory(many=True)


class OrderShape(serializers.Serializer):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=WorkOrder.Kind.choices)
    state = serializers.ChoiceField(choices=WorkOrder.State.choices)
    unit = Named(allow_null=True)
    area = serializers.CharField(allow_null=True)
    parent = serializers.IntegerField(allow_null=True)
    is_lead = serializers.BooleanField()
    task = serializers.CharField()
    share_percent = serializers.IntegerField()
    reason = serializers.CharField()
    sent_at = serializers.DateTimeField()
    accepted_at = serializers.DateTimeField(allow_null=True)
    contacted_at = serializers.DateTimeField(allow_null=True)
    done_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    outcome = serializers.CharField()
    feedback = serializers.CharField()
    reworks = serializers.IntegerField()
    score = serializers.IntegerField(allow_null=True)
    score_text = serializers.CharField()


class EventDone(EventTold):
    """An event as a verb leaves it."""

    orders = OrderShape(many=True)


class OrderDone(OrderShape):
    """An order as a verb leaves it, with its event."""

    event = EventShape()


class PlaceShape(serializers.Serializer):
    district = Named(allow_null=True)
    street = Named(allow_null=True)
    community = Named(allow_null=True)
    grid = Named(allow_null=True)
    address = serializers.CharField()
    lon = serializers.FloatField(allow_null=True)
    lat = serializers.FloatField(allow_null=True)
    is_located = serializers.BooleanField()


class AttachmentShape(serializers.Serializer):
    sha256 = serializers.CharField(help_text="Of the bytes as uploaded")
    stored_sha256 = serializers.CharField(help_text="Of the bytes as kept")
    mime = serializers.CharField()
    size = serializers.IntegerField()
    name = serializers.CharField()
    purpose = serializers.CharField()
    added_at = serializers.DateTimeField()


class LinksShape(serializers.Serializer):
    self = serializers.CharField()
    trail = serializers.CharField()
    clock = serializers.CharField()
    page = serializers.CharField(required=False)


class EventWhole(EventDone):
    """One event."""

    deadlines = DeadlineShape(many=True)
    place = PlaceShape()
    attachments = AttachmentShape(many=True)
    links = LinksShape()


class EventPage(serializers.Serializer):
    results = EventShape(many=True)
    next = serializers.CharField(allow_null=True, help_text="Address of the next page")
    count = serializers.IntegerField(required=False, help_text="With count=exact")


class BatchRow(serializers.Serializer):
    index = serializers.IntegerField()
    status = serializers.IntegerField(help_text="201 taken in, 200 known, 4xx refused")
    event = EventShape(required=False)
    error = Refusal(required=False)


class ServiceClassShape(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    budgets = serializers.DictField(help_text="Stage → {kind, seconds}")
    extension = serializers.DictField(allow_null=True)
    may_pause = serializers.BooleanField()
    basis = serializers.CharField()


class CategoryShape(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    parent = serializers.CharField(allow_null=True)
    urgency = serializers.ChoiceField(choices=Urgency.choices)
    owner_kind = serializers.CharField()
    is_sensitive = serializers.BooleanField()
    needs_photo = serializers.BooleanField()
    reopen_days = serializers.IntegerField()
    service_class = ServiceClassShape(allow_null=True)


class CategoryList(serializers.Serializer):
    results = CategoryShape(many=True)


class PulseChange(serializers.Serializer):
    id = serializers.IntegerField()
    number = serializers.CharField()
    state = serializers.CharField()
    version = serializers.IntegerField()


class PulseShape(serializers.Serializer):
    cursor = serializers.CharField()
    now = serializers.DateTimeField()
    changed = PulseChange(many=True)
    more = serializers.BooleanField(help_text="Too much has changed to list: read the list anew")
