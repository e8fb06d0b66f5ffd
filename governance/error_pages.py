"""What a visitor gets where no view answered: a page, or JSON under the addresses of machines."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views import defaults

from accounts.lean import respond
from governance.middleware import wants_json


def _told(status: int, code: str, words: str) -> HttpResponse:
    return respond(status, {"code": code, "detail": words})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not wants_json(request):
        return defaults.bad_request(request, exception)
    if isinstance(exception, RequestDataTooBig):
        return _told(413, "too_large", _("内容过大"))
    return _told(400, "invalid", _("提交的内容有误"))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if wants_json(request):
        return _told(403, "forbidden", _("没有这项权限"))
    return defaults.permission_denied(request, exception)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: the page stood open too long, or another site sent it."""
    if wants_json(request):
        return _told(403, "forbidden", _("页面停留过久已失效,请刷新后再试"))
    return defaults.permission_denied(request, PermissionDenied(reason))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The same bytes for an address that is none, a case that is none and one out of scope."""
    if wants_json(request):
        return _told(404, "not_found", _("没有找到"))
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    if wants_json(request):
        return _told(500, "error", _("系统出现错误,请稍后重试"))
    return defaults.server_error(request)
