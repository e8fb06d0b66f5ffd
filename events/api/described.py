"""What the OpenAPI document says of the answers. Never used to make one."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

from casework.models import DeadlineRow
from events.models import Event, WorkOrder
from events.models.catalogue import Urgency


def _moments(*names: str) -> dict[str, serializers.Field]:
    return {name: serializers.DateTimeField(allow_null=True) for name in names}


class Named(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()


class Refusal(serializers.Serializer):
    """The one shape of error."""

    code = serializers.CharField()
    detail = serializers.CharField()
    fields_ = serializers.DictField(child=serializers.ListField(child=serializers.CharField()), required=False)
    holder = serializers.CharField(required=False)
    state = serializers.CharField(required=False)

    def get_fields(self) -> dict:
        fields = super().get_fields()
        fields["fields"] = fields.pop("fields_")
        return fields


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


class DeadlineShape(serializers.Serializer):
    stage = serializers.CharField()
    state = serializers.ChoiceField(choices=DeadlineRow.State.choices)
    kind = serializers.CharField()
    calendar_code = serializers.CharField()
    service_class = serializers.CharField()
    budget_seconds = serializers.IntegerField()
    elapsed_seconds = serializers.IntegerField()
    started_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    stopped_at = serializers.DateTimeField(allow_null=True)
    order = serializers.IntegerField(allow_null=True)
    unit = Named(allow_null=True)


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


class TrailShape(serializers.Serializer):
    seq = serializers.IntegerField()
    verb = serializers.CharField()
    label = serializers.CharField()
    at = serializers.DateTimeField()
    lane = serializers.CharField()
    actor_name = serializers.CharField()
    unit = Named(allow_null=True)
    from_state = serializers.CharField()
    to_state = serializers.CharField()
    note = serializers.CharField()
    is_public = serializers.BooleanField()
    changes = serializers.DictField()
    hash = serializers.CharField()


class TrailPage(serializers.Serializer):
    number = serializers.CharField()
    results = TrailShape(many=True)


class ClockShape(serializers.Serializer):
    """A clock with everything that explains its due time."""

    stage = serializers.CharField()
    state = serializers.CharField()
    kind = serializers.CharField()
    calendar = serializers.CharField()
    service_class = serializers.CharField()
    order = serializers.IntegerField(allow_null=True)
    unit = Named(allow_null=True)
    budget_seconds = serializers.IntegerField()
    elapsed_seconds = serializers.IntegerField()
    remaining_seconds = serializers.IntegerField()
    started_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    due_at_recomputed = serializers.DateTimeField(allow_null=True)
    agrees = serializers.BooleanField()
    segments = serializers.ListField(child=serializers.DictField())
    rungs = serializers.ListField(child=serializers.DictField())
    warnings = serializers.ListField(child=serializers.DictField())


class ClockPage(serializers.Serializer):
    number = serializers.CharField()
    deadlines = ClockShape(many=True)


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


def _refused(words: str) -> OpenApiResponse:
    return OpenApiResponse(Refusal, description=words)


READ = {400: _refused("bad input, per field"), 401: _refused("not signed in"), 403: _refused("not allowed")}
ONE = {**READ, 404: _refused("not there or out of scope")}
WRITE = {
    **READ, 409: _refused("refused by the state"), 413: _refused("too large"), 415: _refused("unsupported type"),
    422: _refused("key used for another request"), 429: _refused("too many, see Retry-After"),
    503: _refused("a part is down, see Retry-After"),
}
MOVE = {**WRITE, 404: _refused("not there or out of scope")}
