"""What the OpenAPI document says of the answers. Never used to make one."""

from __future__ import annotations

from rest_framework import serializers

from casework.api_described import DeadlineShape, Named
from events.models.catalogue import Urgency
from hotline.models import CallBack, HotlineOrder


def _moments(*names: str) -> dict[str, serializers.Field]:
    return {name: serializers.DateTimeField(allow_null=True) for name in names}


class FollowedShape(serializers.Serializer):
    number = serializers.CharField()
    state = serializers.CharField()


HotlineOrderShape = type(
    "HotlineOrderShape",
    (serializers.Serializer,),
    {
        "__doc__": "An order in a list.",
        "number": serializers.CharField(),
        "version": serializers.IntegerField(),
        "state": serializers.ChoiceField(choices=HotlineOrder.State.choices),
        "step": serializers.CharField(),
        "demand": serializers.ChoiceField(choices=HotlineOrder.Demand.choices),
        "channel": serializers.ChoiceField(choices=HotlineOrder.Channel.choices),
        "title": serializers.CharField(),
        "category": Named(allow_null=True),
        "urgency": serializers.ChoiceField(choices=Urgency.choices),
        "handling": serializers.ChoiceField(choices=HotlineOrder.Handling.choices),
        "service_class": serializers.CharField(allow_null=True),
        "is_same_day": serializers.BooleanField(),
        "area": serializers.CharField(),
        "street": serializers.CharField(),
        "community": serializers.CharField(),
        "grid": serializers.CharField(),
        "is_located": serializers.BooleanField(),
        "lon": serializers.FloatField(allow_null=True),
        "lat": serializers.FloatField(allow_null=True),
        "event": FollowedShape(allow_null=True),
        "has_joined": serializers.BooleanField(),
        "owner": Named(allow_null=True),
        "round": serializers.IntegerField(),
        "outcome": serializers.CharField(),
        "was_reached": serializers.BooleanField(allow_null=True),
        "solved": serializers.BooleanField(allow_null=True),
        "rating": serializers.IntegerField(allow_null=True),
        "dissatisfied": serializers.IntegerField(),
        "is_excluded": serializers.BooleanField(),
        "flag": serializers.CharField(help_text="red, yellow, dissatisfied or empty"),
        "due_stage": serializers.CharField(),
        "overdue": serializers.BooleanField(),
        "registered_at": serializers.DateTimeField(),
        "updated_at": serializers.DateTimeField(),
        **_moments("due_at", "promised_at", "forwarded_at", "answered_at", "called_back_at", "closed_at"),
    },
)


class CallBackShape(serializers.Serializer):
    round = serializers.IntegerField()
    state = serializers.ChoiceField(choices=CallBack.State.choices)
    reason = serializers.ChoiceField(choices=CallBack.Reason.choices)
    tries = serializers.IntegerField()
    was_contacted = serializers.BooleanField(allow_null=True)
    solved = serializers.BooleanField(allow_null=True)
    level = serializers.IntegerField(allow_null=True)
    reasons = serializers.ListField(child=serializers.CharField())
    built_at = serializers.DateTimeField()
    done_at = serializers.DateTimeField(allow_null=True)


class HotlineOrderWhole(HotlineOrderShape):
    """One order."""

    text = serializers.CharField()
    address = serializers.CharField()
    answer = serializers.CharField()
    is_secret = serializers.BooleanField()
    may_call_back = serializers.BooleanField()
    deadlines = DeadlineShape(many=True)
    call_backs = CallBackShape(many=True)


class HotlinePage(serializers.Serializer):
    results = HotlineOrderShape(many=True)
    next = serializers.CharField(allow_null=True, help_text="Address of the next page")
    count = serializers.IntegerField(required=False, help_text="With count=exact")
