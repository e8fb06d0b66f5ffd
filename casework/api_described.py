"""What the OpenAPI document says of answers that every kind of case gives. Never used to make one."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from casework.models import DeadlineRow

KEY = OpenApiParameter(
    "Idempotency-Key", {"type": "string", "minLength": 1, "maxLength": 128}, OpenApiParameter.HEADER,
    description="Any text; the same key and body give the first answer again, another body 422",
)


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
