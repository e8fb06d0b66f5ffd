"""Areas with their load as GeoJSON: text joined from kept outlines, an ETag, 304 when nothing has changed."""

from __future__ import annotations

import hashlib
from collections import OrderedDict

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from accounts.lean import Answer
from casework.api import CaseView
from casework.refusals import missing
from events.api import described
from events.loads import Loads, loads_now
from grids.api import CODE_SCHEMA, code_in
from grids.outlines import TAIL, Outline, outlines

LEVELS = ("district", "subarea", "street", "community", "grid")
KEPT = 64
_made: OrderedDict[tuple, tuple[tuple[Outline, ...], int, bytes, str]] = OrderedDict()


class AreasGeoJsonView(CaseView):
    """A FeatureCollection of one level. ``load`` counts open events; null outside the reader's scope."""

    takes = frozenset({"level", "within"})

    @extend_schema(
        operation_id="areas_geojson", tags=["land"],
        parameters=[
            OpenApiParameter("level", {"type": "string", "enum": list(LEVELS), "default": "grid"}),
            OpenApiParameter("within", CODE_SCHEMA, description="Only inside this area"),
            OpenApiParameter("If-None-Match", {"type": "string"}, OpenApiParameter.HEADER),
        ],
        responses={
            (200, "application/geo+json"): OpenApiTypes.OBJECT, 304: OpenApiResponse(description="unchanged"),
            **described.READ,
        },
    )
    def get(self, request: HttpRequest) -> Answer:
        self.need("grids.view", "dashboard.view")
        level, within = request.GET.get("level") or "grid", code_in(request, "within")
        if level not in LEVELS:
            raise missing(level=_("没有这个层级"))
        rights = self.actor.rights
        paths = tuple(sorted({*rights.paths("events.view"), *rights.paths("dashboard.view")}))
        version, loads = loads_now(level)
        body, tag = collection(outlines(level, within, version=version), loads, (level, within, paths))
        if tag in request.META.get("HTTP_IF_NONE_MATCH", ""):
            response = HttpResponse(status=304)
        else:
            response = HttpResponse(body, content_type="application/geo+json")
        response["ETag"] = tag
        response["Cache-Control"] = "private, no-cache"
        return response


def collection(shapes: tuple[Outline, ...], loads: Loads, key: tuple) -> tuple[bytes, str]:
    """The collection's bytes and tag, made once for the same outlines, loads and scope."""
    kept = _made.get(key)
    if kept is not None and kept[0] is shapes and kept[1] == loads.serial:
        return kept[2], kept[3]
    paths = key[2]
    by_code = loads.by_code
    features = [
        f"{shape.head}{by_code.get(shape.code, 0) if shape.path.startswith(paths) else 'null'}{TAIL}"
        for shape in shapes
    ]
    body = f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'.encode()
    tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    _made[key] = (shapes, loads.serial, body, tag)
    while len(_made) > KEPT:
        _made.popitem(last=False)
    return body, tag
