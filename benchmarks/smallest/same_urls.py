"""The smallest DRF intake of the product's own rows: one event and one line of history, as it reports them."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.urls import path
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from benchmarks.smallest.same import SameEvent, SameTrail
from benchmarks.smallest.signed_urls import alive


class EventSerializer(serializers.ModelSerializer):
    class Meta:
        model = SameEvent
        fields = (
            "id", "number", "state", "source", "title", "text", "address", "category", "lon", "lat", "area", "urgency",
            "due_at", "reported_at",
        )
        read_only_fields = ("number", "state", "due_at", "reported_at")


class Intake(APIView):
    """One event and one line of history."""

    def post(self, request: Request) -> Response:
        serializer = EventSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        now, area = timezone.now(), serializer.validated_data["area"]
        with transaction.atomic():
            event = serializer.save(
                number=secrets.token_hex(12), token=secrets.token_hex(16), tracking_code=secrets.token_hex(4),
                state="reported", reported_at=now, changed_at=now, due_at=now, area_path=area.path,
            )
            SameTrail.objects.create(
                case_id=event.pk, seq=1, verb="report", at=now, lane="person", actor_name="dispatcher", to_state="reported",
                hash=secrets.token_hex(32),
            )
        return Response(serializer.data, status=201)


urlpatterns = [path("healthz", alive), path("intake/", Intake.as_view())]
