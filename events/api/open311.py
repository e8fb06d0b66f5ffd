"""Open311 GeoReport v2: services are the minor categories, requests are events. Reading is public and gives fields
of class P0 only; writing needs an API token as ``api_key`` and the right to report."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions
from rest_framework.settings import api_settings

from accounts import bodies, tokens
from accounts.lean import Answer, dumps
from casework.api import CaseView
from casework.refusals import missing
from events import public_requests
from events.api import open311_shapes as shapes
from events.api.reporting import ReportForm, answer_one
from events.reference_rows import categories, category

TYPES = {"json": "application/json", "xml": "text/xml; charset=utf-8"}
PERIOD = timedelta(days=90)
SIZE, MOST = 50, 1000
CODE = {"type": "string", "pattern": "^[0-9]{4}$"}
MOMENT = {"type": "string", "format": "date-time"}
REFUSED = {
    status: OpenApiResponse(shapes.ErrorShape(many=True), description=words)
    for status, words in ((400, "bad input"), (404, "not there"))
}
_NUMBERS = re.compile(r"[0-9-]{1,32}(,[0-9-]{1,32}){0,49}")


class Open311View(CaseView):
    """Answers in the format of the address, errors too."""

    is_public = True
    jurisdictions = frozenset({"jurisdiction_id"})
    format = "json"

    def answer(self, request: HttpRequest, handler: object, kwargs: dict) -> Answer:
        self.format = kwargs.pop("ending", "json")
        return super().answer(request, handler, kwargs)

    def show(self, status: int, body: Any, root: str, item: str) -> HttpResponse:
        text = dumps(body) if self.format == "json" else shapes.as_xml(body, root, item)
        return HttpResponse(text, content_type=TYPES[self.format], status=status)

    def refuse(self, error: Exception) -> HttpResponse:
        made = api_settings.EXCEPTION_HANDLER(error, {"view": self, "request": self.request})
        if made is None:
            raise error
        words = [made.data["detail"], *(f"{name}: {'; '.join(said)}" for name, said in made.data.get("fields", {}).items())]
        status = 403 if made.status_code == 401 else made.status_code
        response = self.show(status, [{"code": status, "description": word} for word in words], "errors", "error")
        for name in ("Retry-After", "Allow"):
            if name in made.headers:
                response[name] = made.headers[name]
        return response


class ServicesView(Open311View):
    takes = Open311View.jurisdictions

    @extend_schema(
        operation_id="open311_services", tags=["open311"], auth=[], responses={200: shapes.ServiceShape(many=True)}
    )
    def get(self, request: HttpRequest) -> Answer:
        rows = sorted(categories().values(), key=lambda row: row.code)
        offered = [shapes.service(row) for row in rows if shapes.is_offered(row)]
        return self.show(200, offered, "services", "service")


class ServiceView(Open311View):
    takes = Open311View.jurisdictions

    @extend_schema(
        operation_id="open311_service", tags=["open311"], auth=[],
        responses={200: shapes.DefinitionShape, 404: REFUSED[404]},
    )
    def get(self, request: HttpRequest, code: str) -> Answer:
        row = category(code)
        if row is None or not shapes.is_offered(row):
            raise exceptions.NotFound
        return self.show(200, {"service_code": row.code, "attributes": []}, "service_definition", "attribute")


class RequestsView(Open311View):
    takes = Open311View.jurisdictions | {
        "service_request_id", "service_code", "start_date", "end_date", "status", "page", "page_size",
    }

    @extend_schema(
        operation_id="open311_requests", tags=["open311"], auth=[],
        parameters=[
            OpenApiParameter("service_request_id", {"type": "string", "pattern": "^" + _NUMBERS.pattern + "$"}),
            OpenApiParameter("service_code", CODE),
            OpenApiParameter("start_date", MOMENT, description="At most 90 days before end_date"),
            OpenApiParameter("end_date", MOMENT),
            OpenApiParameter("status", {"type": "string", "enum": ["open", "closed"]}),
            OpenApiParameter("page", {"type": "integer", "minimum": 1, "maximum": 1000}),
            OpenApiParameter("page_size", {"type": "integer", "minimum": 1, "maximum": MOST}),
        ],
        responses={200: shapes.RequestShape(many=True), 400: REFUSED[400]},
    )
    def get(self, request: HttpRequest) -> Answer:
        wanted = _wanted(request)
        rows = public_requests.find(**wanted)
        return self.show(200, [shapes.service_request(row) for row in rows], "service_requests", "request")

    @extend_schema(
        operation_id="open311_report", tags=["open311"], auth=[],
        request={"application/x-www-form-urlencoded": shapes.PostForm, "application/json": shapes.PostForm},
        responses={201: shapes.PostedShape(many=True), **REFUSED, 403: REFUSED[400]},
    )
    def post(self, request: HttpRequest) -> Answer:
        sent = self._form(request)
        self.need("events.report")
        status, event = answer_one(_told(sent), actor=self.actor, at=request.at)
        posted = [{"service_request_id": event["number"], "service_notice": _("已受理,请凭编号查询"), "account_id": None}]
        return self.show(status, posted, "service_requests", "request")

    def answer(self, request: HttpRequest, handler: object, kwargs: dict) -> Answer:
        if request.method == "POST":
            self._sign_in_by_key(request)
        return super().answer(request, handler, kwargs)

    def _sign_in_by_key(self, request: HttpRequest) -> None:
        """``api_key`` in the form or the query, or the Authorization header; never a session."""
        key = request.GET.get("api_key") or str(self._fields(request).get("api_key") or "")
        user = tokens.user_of(key, at=request.at) if key else tokens.user_by_header(request)
        if user is None:
            raise exceptions.PermissionDenied(_("api_key 无效或缺失"), code="bad_api_key")
        request.user = user

    def _fields(self, request: HttpRequest) -> dict:
        """The body's fields as text by name, whatever of the two types it has."""
        if request.content_type == "application/json":
            body = self.body(request)
        elif request.content_type in ("application/x-www-form-urlencoded", ""):
            body = shapes.form_fields(self.raw_body)
        else:
            raise exceptions.UnsupportedMediaType(request.content_type or "")
        if not isinstance(body, dict):
            raise missing(service_code=_("请求内容应为一个 JSON 对象"))
        return body

    def _form(self, request: HttpRequest) -> dict:
        sent = {name: value for name, value in self._fields(request).items() if not name.startswith("attribute[")}
        return shapes.PostForm().run_validation(sent)


class RequestView(Open311View):
    takes = Open311View.jurisdictions

    @extend_schema(
        operation_id="open311_request", tags=["open311"], auth=[],
        responses={200: shapes.RequestShape(many=True), 404: REFUSED[404]},
    )
    def get(self, request: HttpRequest, number: str) -> Answer:
        rows = public_requests.find(numbers=(number,))
        if not rows:
            raise exceptions.NotFound
        return self.show(200, [shapes.service_request(row) for row in rows], "service_requests", "request")


def _told(sent: dict) -> dict:
    """A GeoReport post as the API's own report. Raises ``invalid`` as that would."""
    name = " ".join(part for part in (sent.get("last_name", ""), sent.get("first_name", "")) if part)
    row = category(sent["service_code"])
    if row is None or not shapes.is_offered(row):
        raise missing(service_code=_("没有这个事项类别"))
    if sent.get("lat") is None and not sent.get("address_string"):
        raise missing(lat=_("请提供坐标或地址"))
    return ReportForm().run_validation(
        {
            "source": "data_share", "category": row.code, "text": sent.get("description") or row.name,
            "lon": sent.get("long"), "lat": sent.get("lat"), "address": sent.get("address_string", ""),
            "reporter": {"name": name[:40], "phone": sent.get("phone", "")},
        }
    )


def _wanted(request: HttpRequest) -> dict:
    """What GET requests is narrowed by. Raises ``invalid``."""
    params = request.GET
    given = params.get("service_request_id", "")
    if given:
        if not _NUMBERS.fullmatch(given):
            raise missing(service_request_id=_("编号有误"))
        return {"numbers": tuple(given.split(","))}
    ends = _moment(params, "end_date")
    starts = _moment(params, "start_date")
    ends = ends or (starts + PERIOD if starts else request.at)
    starts = starts or ends - PERIOD
    if ends - starts > PERIOD:
        starts = ends - PERIOD
    if params.get("status", "") not in ("", "open", "closed"):
        raise missing(status=_("只能为 open 或 closed"))
    code = params.get("service_code", "")
    if code and not re.fullmatch(r"[0-9]{4}", code):
        raise missing(service_code=_("没有这个事项类别"))
    size = _whole(params, "page_size", SIZE, MOST)
    return {
        "starts": starts, "ends": ends, "status": params.get("status", ""), "category": code, "size": size,
        "skip": (_whole(params, "page", 1, 1000) - 1) * size,
    }


def _moment(params: Any, name: str) -> datetime | None:
    text = params.get(name, "").replace(" ", "+")
    if not text:
        return None
    found = bodies.read_moment(text)
    if found is None:
        raise missing(**{name: _("请填写 ISO 8601 时间")})
    return found


def _whole(params: Any, name: str, usual: int, most: int) -> int:
    text = params.get(name)
    if text is None:
        return usual
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= most:
        raise missing(**{name: _("数值超出范围")})
    return int(text)


