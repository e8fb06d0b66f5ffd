"""The list of orders: filters, order, keyset pages."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter

from casework import readlog
from casework.actor import Actor
from casework.refusals import missing
from events.api.listing import CODE, CURSOR, MOST, SIZE
from events.filtering import read_value
from events.models.catalogue import Urgency
from hotline import queries
from hotline.api.shapes import COLUMNS, order_row
from hotline.models import HotlineOrder
from hotline.queries import Filters

ORDERS = ("-id", "id", "due_at", "urgency")
NAMES = {"state": "states", "demand": "demands", "number": "numbers"}
FILTERS = tuple({field: name for name, field in NAMES.items()}.get(one.name, one.name) for one in fields(Filters))
TAKES = frozenset(FILTERS) | {"order", "cursor", "page_size", "count"}


def _many(values: list[str]) -> dict:
    return {"type": "array", "items": {"type": "string", "enum": values}}


_MOMENT = {"type": "string", "format": "date-time"}
_CODE = {"type": "string", "pattern": "^[0-9A-Za-z_-]{0,40}$"}
PARAMETERS = [
    OpenApiParameter("state", _many(HotlineOrder.State.values), explode=False),
    OpenApiParameter("demand", _many(HotlineOrder.Demand.values), explode=False),
    OpenApiParameter("handling", {"type": "string", "enum": HotlineOrder.Handling.values}),
    OpenApiParameter("area", _CODE, description="Inside this area"),
    OpenApiParameter("category", _CODE, description="Major or minor code"),
    OpenApiParameter("urgency", _many(Urgency.values), explode=False),
    OpenApiParameter("overdue", {"type": "boolean"}),
    OpenApiParameter("flag", {"type": "string", "enum": ["red", "yellow", "dissatisfied"]}),
    OpenApiParameter("excluded", {"type": "boolean"}, description="Found to be an unreasonable demand"),
    OpenApiParameter("rating", _many(["1", "2", "3", "4", "5"]), explode=False),
    OpenApiParameter("q", {"type": "string", "maxLength": 100}, description="Words, all of which must be there"),
    *(OpenApiParameter(name, _MOMENT) for name in FILTERS if name.endswith(("_after", "_before"))),
    OpenApiParameter(
        "number", {"type": "array", "items": {"type": "string", "pattern": "^[0-9-]{1,32}$"}}, explode=False
    ),
    OpenApiParameter("order", {"type": "string", "enum": list(ORDERS)}),
    OpenApiParameter("cursor", {"type": "string", "pattern": f"^{CURSOR.pattern}$"}, description="From ``next``"),
    OpenApiParameter("page_size", {"type": "integer", "minimum": 1, "maximum": MOST}),
    OpenApiParameter("count", {"type": "string", "enum": ["exact"]}, description="Counts all that match"),
]


def read_filters(params: QueryDict) -> Filters:
    """``Filters`` from a query string. Raises ``invalid`` naming a parameter that does not parse."""
    called = {field: name for name, field in NAMES.items()}
    wanted: dict[str, Any] = {}
    for one in fields(Filters):
        name = called.get(one.name, one.name)
        if name in params:
            wanted[one.name] = read_value(str(one.type), name, params.getlist(name))
    return Filters(**wanted)


def page_of(request: HttpRequest, actor: Actor) -> dict:
    """``{"results", "next"}``, with ``count`` on demand. Raises ``invalid``."""
    params, at = request.GET, request.at
    wanted = read_filters(params)
    _check(params)
    rows = queries.narrow(queries.visible_to(actor.rights), wanted, at=at)
    found = queries.page(
        rows, order=params.get("order") or "-id", cursor=params.get("cursor", ""), size=_size(params.get("page_size")),
        fields=COLUMNS,
    )
    answer: dict = {"results": [order_row(row, at=at) for row in found.rows], "next": None}
    if found.next:
        following = params.copy()
        following["cursor"] = found.next
        answer["next"] = request.build_absolute_uri(f"{request.path}?{following.urlencode()}")
    if params.get("count"):
        answer["count"] = rows.order_by().values("id").count()
    if actor.lane == "platform":
        readlog.record(actor, "list", kind="hotline", at=at, count=len(found.rows), fields=("text",))
    return answer


def _size(text: str | None) -> int:
    if text is None:
        return SIZE
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= MOST:
        raise missing(page_size=_("每页须为 1 至 %(n)s 条") % {"n": MOST})
    return int(text)


def _check(params: QueryDict) -> None:
    for name in ("area", "category"):
        if not CODE.fullmatch(params.get(name, "")):
            raise missing(**{name: _("没有这个编码")})
    if (params.get("order") or "-id") not in ORDERS:
        raise missing(order=_("不支持的排序"))
    if params.get("cursor") and not CURSOR.fullmatch(params["cursor"]):
        raise missing(cursor=_("翻页标记有误"))
    if params.get("count", "") not in ("", "exact"):
        raise missing(count=_("只能为 exact"))
    if len(params.get("q", "")) > 100:
        raise missing(q=_("搜索内容过长"))
