"""The list of events: filters, order, keyset pages."""

from __future__ import annotations

import re

from django.http import HttpRequest
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter

from accounts.bodies import EARLIEST, LATEST
from casework import readlog
from casework.actor import Actor
from casework.refusals import missing
from events import queries
from events.api.shapes import COLUMNS, event_rows
from events.filtering import read_filters
from events.models import Event
from events.models.catalogue import Urgency

SIZE, MOST = 50, 200
FILTERS = (
    "state", "area", "category", "source", "urgency", "unit", "overdue", "flag", "q", "reported_after",
    "reported_before", "updated_after", "closed_after", "closed_before", "promised_after", "promised_before",
    "on_time", "rating", "solved", "number",
)
TAKES = frozenset(FILTERS) | {"order", "cursor", "page_size", "count"}
MOMENTS = tuple(name for name in FILTERS if name.endswith(("_after", "_before")))
CODE = re.compile(r"[0-9A-Za-z_-]{0,40}")
CURSOR = re.compile(r"[0-9A-Za-z:+. -]{0,40}\|[0-9]{1,18}")


def _many(values: list[str]) -> dict:
    return {"type": "array", "items": {"type": "string", "enum": values}}


_MOMENT = {"type": "string", "format": "date-time"}
_CODE = {"type": "string", "pattern": "^[0-9A-Za-z_-]{0,40}$"}
PARAMETERS = [
    OpenApiParameter("state", _many(Event.State.values), explode=False),
    OpenApiParameter("area", _CODE, description="Inside this area"),
    OpenApiParameter("category", _CODE, description="Major or minor code"),
    OpenApiParameter("source", _many(Event.Source.values), explode=False),
    OpenApiParameter("urgency", _many(Urgency.values), explode=False),
    OpenApiParameter("unit", _CODE, description="Code of the unit that answers for it now"),
    OpenApiParameter("overdue", {"type": "boolean"}),
    OpenApiParameter("flag", {"type": "string", "enum": ["blue", "yellow", "red"]}),
    OpenApiParameter("q", {"type": "string", "maxLength": 100}, description="Words, all of which must be there"),
    *(OpenApiParameter(name, _MOMENT) for name in MOMENTS),
    OpenApiParameter("on_time", {"type": "boolean"}, description="Handled no later than promised"),
    OpenApiParameter("rating", _many(["1", "2", "3", "4", "5"]), explode=False),
    OpenApiParameter("solved", {"type": "boolean"}),
    OpenApiParameter(
        "number", {"type": "array", "items": {"type": "string", "pattern": "^[0-9-]{1,32}$"}}, explode=False
    ),
    OpenApiParameter("order", {"type": "string", "enum": list(queries.ORDERS)}),
    OpenApiParameter("cursor", {"type": "string", "pattern": f"^{CURSOR.pattern}$"}, description="From ``next``"),
    OpenApiParameter("page_size", {"type": "integer", "minimum": 1, "maximum": MOST}),
    OpenApiParameter("count", {"type": "string", "enum": ["exact"]}, description="Counts all that match"),
]


def page_of(request: HttpRequest, actor: Actor) -> dict:
    """``{"results", "next"}``, with ``count`` on demand. Raises ``invalid``."""
    params, at = request.GET, request.at
    wanted = read_filters(params)
    _check(request, wanted)
    found = queries.listed(
        actor.rights, wanted, at=at, order=params.get("order") or "-id", cursor=params.get("cursor", ""),
        size=page_size(params.get("page_size")), fields=COLUMNS,
    )
    answer: dict = {"results": event_rows(found.rows, at=at), "next": None}
    if found.next:
        following = params.copy()
        following["cursor"] = found.next
        answer["next"] = request.build_absolute_uri(f"{request.path}?{following.urlencode()}")
    if params.get("count"):
        rows = queries.narrow(queries.visible_to(actor.rights), wanted, at=at)
        answer["count"] = rows.values("id").count()
    if actor.lane == "platform":
        readlog.record(actor, "list", kind="event", at=at, count=len(found.rows), fields=("text",))
    return answer


def page_size(text: str | None) -> int:
    """``page_size`` of a query. Raises ``invalid``."""
    if text is None:
        return SIZE
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= MOST:
        raise missing(page_size=_("每页须为 1 至 %(n)s 条") % {"n": MOST})
    return int(text)


def _check(request: HttpRequest, wanted: queries.Filters) -> None:
    """What the common reading leaves to each face: shapes of codes, moments, cursor, count."""
    params = request.GET
    for name in ("area", "category", "unit"):
        if not CODE.fullmatch(params.get(name, "")):
            raise missing(**{name: _("没有这个编码")})
    for name in MOMENTS:
        moment = getattr(wanted, name)
        if moment is not None and not EARLIEST <= moment < LATEST:
            raise missing(**{name: _("请填写 ISO 8601 时间")})
    if params.get("cursor") and not CURSOR.fullmatch(params["cursor"]):
        raise missing(cursor=_("翻页标记有误"))
    if params.get("count", "") not in ("", "exact"):
        raise missing(count=_("只能为 exact"))
    if len(params.get("q", "")) > 100:
        raise missing(q=_("搜索内容过长"))
