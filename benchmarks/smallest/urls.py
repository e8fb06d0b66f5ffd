"""The smallest views that do the same reading and writing; the framework limit of performance.md."""

from __future__ import annotations

import json
import secrets

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from benchmarks.smallest.models import Item, Row, Step


class ItemSerializer(serializers.ModelSerializer):
    class Meta:
        model = Item
        fields = ("id", "number", "state", "source", "title", "text", "category", "lon", "lat", "area", "reported_at")
        read_only_fields = ("number", "state", "reported_at")


class Intake(APIView):
    """One event and one history row."""

    def post(self, request: Request) -> Response:
        serializer = ItemSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        now = timezone.now()
        with transaction.atomic():
            item = serializer.save(number=secrets.token_hex(12), state="reported", reported_at=now)
            Step.objects.create(item=item, verb="report", at=now)
        return Response(serializer.data, status=201)


class Transition(APIView):
    """One update and one history row."""

    def post(self, request: Request, pk: int) -> Response:
        now = timezone.now()
        with transaction.atomic():
            item = Item.objects.select_for_update().get(pk=pk)
            item.state = "in_progress"
            item.save(update_fields=["state"])
            Step.objects.create(item=item, verb="claim", at=now)
        return Response(ItemSerializer(item).data)


COLUMNS = (
    "id", "number", "state", "urgency", "title", "address", "source", "category_id", "owner_unit_id", "due_at",
    "reported_at", "area_path", "flag",
)


def keyset(request: HttpRequest) -> JsonResponse:
    """Fifty rows of the product's own table by key, as values."""
    after = int(request.GET.get("after", 1 << 60))
    rows = Row.objects.filter(id__lt=after).order_by("-id").values(*COLUMNS)[:50]
    return JsonResponse({"results": list(rows)})


def grids(request: HttpRequest) -> HttpResponse:
    """Every grid with its boundary and its number of open events, read and written out anew."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT grid_code, count(*) FROM events_event WHERE state NOT IN "
                       "('closed', 'merged', 'rejected', 'transferred') GROUP BY 1")
        load = dict(cursor.fetchall())
        cursor.execute("SELECT code, name, boundary FROM grids_area WHERE level_id = 'grid' AND boundary IS NOT NULL")
        features = [
            {"type": "Feature", "properties": {"code": code, "name": name, "load": load.get(code, 0)},
             "geometry": boundary if isinstance(boundary, dict) else json.loads(boundary)}
            for code, name, boundary in cursor.fetchall()
        ]
    return JsonResponse({"type": "FeatureCollection", "features": features})


def nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [
    path("healthz", nothing),
    path("intake/", Intake.as_view()),
    path("transition/<int:pk>/", Transition.as_view()),
    path("keyset/", keyset),
    path("grids/", grids),
    path("nothing/", nothing),
]
