"""The land over HTTP: areas by official code, point → grid, units.

Codes, names and outlines are public matters of the district (class P0): whoever holds ``grids.view`` or
``dashboard.view`` anywhere reads all of them.
"""

from __future__ import annotations

import re

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions, serializers

from accounts.lean import Answer, LeanView, takes
from grids import places
from grids.models import Area, Unit
from grids.scope import rights_of

CODE = re.compile(r"[0-9A-Za-z_-]{1,40}")
DEGREES = re.compile(r"[+-]?\d{1,3}(\.\d{1,20})?")
NAMED = ("district", "street", "community", "grid")
AREA_FIELDS = (
    "code", "name", "short_name", "level_id", "parent__code", "path", "unit_type", "grid_type", "lon", "lat",
    "households", "population", "load_cap", "is_made_up",
)


def code_in(request: HttpRequest, name: str) -> str:
    """A code in the query; empty when absent. Raises ValidationError for what no code looks like."""
    value = request.GET.get(name, "")
    if value and not CODE.fullmatch(value):
        raise exceptions.ValidationError({name: [_("没有这个编码")]})
    return value


def degrees_in(request: HttpRequest, name: str, most: float) -> float:
    """Degrees in the query. Raises ValidationError when absent, not a number or out of range."""
    text = request.GET.get(name, "")
    if not DEGREES.fullmatch(text) or abs(float(text)) > most:
        raise exceptions.ValidationError({name: [_("须为 %(least)s 至 %(most)s 之间的度数") % {"least": -most, "most": most}]})
    return float(text)


class LandView(LeanView):
    """A view of the land: open to whoever may see grids or the wall."""

    def sign_in(self, request: HttpRequest) -> None:
        super().sign_in(request)
        rights = rights_of(request.user, at=request.at)
        if not (rights.may("grids.view") or rights.may("dashboard.view")):
            raise exceptions.PermissionDenied


class AreaShape(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    short_name = serializers.CharField()
    level = serializers.CharField()
    parent = serializers.CharField(allow_null=True)
    path = serializers.CharField(help_text="Codes from the root down, each followed by /")
    unit_type = serializers.CharField()
    grid_type = serializers.CharField()
    lon = serializers.FloatField(allow_null=True)
    lat = serializers.FloatField(allow_null=True)
    households = serializers.IntegerField(allow_null=True)
    population = serializers.IntegerField(allow_null=True)
    load_cap = serializers.IntegerField()
    is_made_up = serializers.BooleanField()


class AreaDetail(AreaShape):
    boundary = serializers.DictField(allow_null=True, help_text="GeoJSON Polygon or MultiPolygon, WGS-84")
    abolished_on = serializers.DateField(allow_null=True)
    children = serializers.IntegerField()


class AreaList(serializers.Serializer):
    results = AreaShape(many=True)


class PlaceName(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()


class Located(serializers.Serializer):
    district = PlaceName(allow_null=True)
    street = PlaceName(allow_null=True)
    community = PlaceName(allow_null=True)
    grid = PlaceName(allow_null=True)


class Jurisdiction(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    level = serializers.CharField()
    path = serializers.CharField()


class UnitShape(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    kind = serializers.ChoiceField(choices=Unit.Kind.choices)
    parent = serializers.CharField(allow_null=True)
    jurisdiction = Jurisdiction()
    round_the_clock = serializers.BooleanField()


class UnitList(serializers.Serializer):
    results = UnitShape(many=True)


REFUSALS = {400: OpenApiResponse(), 401: OpenApiResponse(), 403: OpenApiResponse()}
CODE_SCHEMA = {"type": "string", "pattern": "^[0-9A-Za-z_-]{1,40}$"}


def _renamed(row: dict) -> dict:
    row["level"] = row.pop("level_id")
    row["parent"] = row.pop("parent__code")
    return row


class AreasView(LandView):
    """The children of one area in order of their codes; without ``parent`` the roots."""

    takes = takes("parent", "level")

    @extend_schema(
        operation_id="areas_list", tags=["land"], responses={200: AreaList, **REFUSALS},
        parameters=[OpenApiParameter("parent", CODE_SCHEMA), OpenApiParameter("level", CODE_SCHEMA)],
    )
    def get(self, request: HttpRequest) -> Answer:
        rows = Area.objects.filter(abolished_on__isnull=True)
        parent, level = code_in(request, "parent"), code_in(request, "level")
        rows = rows.filter(parent__code=parent) if parent else rows.filter(parent__isnull=True)
        if level:
            rows = rows.filter(level=level)
        return 200, {"results": [_renamed(row) for row in rows.order_by("code").values(*AREA_FIELDS)]}


class AreaView(LandView):
    """One area with its boundary."""

    @extend_schema(
        operation_id="areas_one", tags=["land"], responses={200: AreaDetail, **REFUSALS, 404: OpenApiResponse()}
    )
    def get(self, request: HttpRequest, code: str) -> Answer:
        row = Area.objects.filter(code=code).values("id", *AREA_FIELDS, "boundary", "abolished_on").first()
        if row is None:
            raise Http404
        row["children"] = Area.objects.filter(parent=row.pop("id"), abolished_on__isnull=True).count()
        return 200, _renamed(row)


class LocateView(LandView):
    """The grid that holds a point, with everything above it; 404 outside the district."""

    takes = takes("lon", "lat")

    @extend_schema(
        operation_id="locate", tags=["land"], responses={200: Located, **REFUSALS, 404: OpenApiResponse()},
        parameters=[
            OpenApiParameter(
                "lon", {"type": "number", "minimum": -180, "maximum": 180}, required=True, description="WGS-84 degrees"
            ),
            OpenApiParameter(
                "lat", {"type": "number", "minimum": -90, "maximum": 90}, required=True, description="WGS-84 degrees"
            ),
        ],
    )
    def get(self, request: HttpRequest) -> Answer:
        code = places.locate_code(degrees_in(request, "lon", 180), degrees_in(request, "lat", 90))
        path = Area.objects.filter(code=code).values_list("path", flat=True).first() if code else None
        if path is None:
            raise Http404
        rows = Area.objects.filter(code__in=path.rstrip("/").split("/")).values_list("level_id", "code", "name")
        found: dict = dict.fromkeys(NAMED)
        found.update({level: {"code": code, "name": name} for level, code, name in rows if level in found})
        return 200, found


class UnitsView(LandView):
    """Units that can be given a work order, with their jurisdiction."""

    takes = takes("kind", "area")

    @extend_schema(
        operation_id="units_list", tags=["land"], responses={200: UnitList, **REFUSALS},
        parameters=[
            OpenApiParameter("kind", {"type": "string", "enum": Unit.Kind.values}),
            OpenApiParameter("area", CODE_SCHEMA),
        ],
    )
    def get(self, request: HttpRequest) -> Answer:
        rows = Unit.objects.filter(is_active=True)
        kind, area = request.GET.get("kind", ""), code_in(request, "area")
        if kind and kind not in Unit.Kind.values:
            raise exceptions.ValidationError({"kind": [_("没有这个单位种类")]})
        if kind:
            rows = rows.filter(kind=kind)
        if area:
            rows = rows.filter(area__code=area)
        found = rows.order_by("code").values(
            "code", "name", "name_en", "kind", "parent__code", "round_the_clock", "area__code", "area__name",
            "area__level_id", "area__path",
        )
        return 200, {"results": [_unit(row) for row in found]}


def _unit(row: dict) -> dict:
    row["parent"] = row.pop("parent__code")
    row["jurisdiction"] = {
        "code": row.pop("area__code"), "name": row.pop("area__name"), "level": row.pop("area__level_id"),
        "path": row.pop("area__path"),
    }
    return row
