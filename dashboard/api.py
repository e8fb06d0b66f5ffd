"""``GET /api/v1/overview/``: every number of the wall for other systems (api.md)."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions, serializers

from accounts.lean import Answer, LeanView, takes
from dashboard.land import VIEW, home_code
from dashboard.queries import overview
from grids.api import CODE_SCHEMA, code_in
from grids.scope import SHANGHAI, rights_of

LONGEST_DAYS = 1100
DAY = re.compile(r"20\d\d-\d\d-\d\d", re.ASCII)
REFUSALS = {400: OpenApiResponse(), 401: OpenApiResponse(), 403: OpenApiResponse(), 404: OpenApiResponse()}
DAY_SCHEMA = {"type": "string", "format": "date"}


class Number(serializers.Serializer):
    """One published number; panels add ``rows``, ``windows``, ``line`` and the like."""

    label = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    numerator = serializers.IntegerField(allow_null=True)
    denominator = serializers.IntegerField(allow_null=True)
    formula = serializers.CharField()
    as_of = serializers.DateTimeField(allow_null=True)
    list_url = serializers.CharField(allow_null=True, help_text="The page that lists exactly what was counted")


def day_in(request: HttpRequest, name: str, default: date) -> date:
    """A civil day of the query. Raises ValidationError for what is no day."""
    text = request.GET.get(name, "")
    if not text:
        return default
    try:
        found = date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None:
        raise exceptions.ValidationError({name: [_("请填写日期,如 2026-03-05")]})
    return found


def period_in(request: HttpRequest, at: datetime) -> tuple[date, date]:
    """``from`` and ``to`` of the query, both included; today without them."""
    today = at.astimezone(SHANGHAI).date()
    last = day_in(request, "to", today)
    first = day_in(request, "from", min(last, today))
    if first > last:
        raise exceptions.ValidationError({"from": [_("起始日期不能晚于截止日期")]})
    if (last - first).days > LONGEST_DAYS:
        raise exceptions.ValidationError({"from": [_("时间范围过长")]})
    return first, last


class OverviewView(LeanView):
    """Every tile and panel of the wall for an area and a stretch of days, with formula, parts and list."""

    takes = takes("area", "from", "to")

    @extend_schema(
        operation_id="overview", tags=["dashboard"],
        responses={200: serializers.DictField(child=Number()), **REFUSALS},
        parameters=[
            OpenApiParameter("area", CODE_SCHEMA, description="Default: the widest area of the reader"),
            OpenApiParameter("from", DAY_SCHEMA, description="First day; default: today"),
            OpenApiParameter("to", DAY_SCHEMA, description="Last day, included; default: today"),
        ],
    )
    def get(self, request: HttpRequest) -> Answer:
        rights = rights_of(request.user, at=request.at)
        if not rights.may(VIEW):
            raise exceptions.PermissionDenied
        first, last = period_in(request, request.at)
        area = code_in(request, "area") or home_code(rights)
        found: dict[str, dict[str, Any]] = overview(rights, area, first, last, request.at)
        return 200, found
