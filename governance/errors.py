"""One shape of error for the whole API (api.md)."""

from __future__ import annotations

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response

from casework.door import MoveRefused
from grids.refusals import GridRefused

CODES = {
    400: "invalid",
    401: "not_signed_in",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    409: "conflict",
    413: "too_large",
    415: "unsupported_media",
    429: "too_many",
    503: "unavailable",
}
FRAMEWORK_CODES = frozenset({"not_authenticated", "authentication_failed", "permission_denied"})
"""Codes of refusals without words of our own."""


def _body(status: int, detail: object, **more: object) -> dict:
    return {"code": more.pop("code", None) or CODES.get(status, "error"), "detail": str(detail), **more}


def _sentence(status: int, error: exceptions.APIException) -> str:
    words = {
        401: _("请先登录"),
        403: _("没有这项权限"),
        404: _("没有找到"),
        405: _("不支持的请求方式"),
        406: _("不支持的返回格式"),
        413: _("内容过大"),
        415: _("不支持的内容类型"),
        429: _("请求过于频繁,请稍后再试"),
    }
    return words.get(status) or str(error.detail)


def api_error(error: Exception, context: dict) -> Response | None:
    """DRF's exception handler: every refusal as ``{code, detail, fields?, holder?}``."""
    if isinstance(error, MoveRefused | GridRefused):
        headers = {"Retry-After": "60"} if error.status == 429 else None
        return Response(error.as_dict(), status=error.status, headers=headers)
    if isinstance(error, Http404):
        return Response(_body(404, _("没有找到")), status=404)
    if isinstance(error, PermissionDenied):
        return Response(_body(403, _("没有这项权限")), status=403)
    if isinstance(error, OperationalError | InterfaceError):
        return Response(_body(503, _("系统暂时不可用,请稍后重试")), status=503, headers={"Retry-After": "5"})
    if isinstance(error, exceptions.ValidationError):
        return Response(_validation(error), status=400)
    if isinstance(error, exceptions.APIException):
        return _api_exception(error)
    return _bad_input(error)


def _bad_input(error: Exception) -> Response | None:
    """What only the client's bytes can cause, and the framework does not turn into an answer by itself."""
    if isinstance(error, RequestDataTooBig):
        return Response(_body(413, _("内容过大")), status=413)
    if "NUL (0x00)" in str(error) or isinstance(error, UnicodeEncodeError):
        return Response(_body(400, _("内容含有无法保存的字符,请删除后重试")), status=400)
    if isinstance(error, SuspiciousOperation | MultiPartParserError | BadRequest | DataError):
        return Response(_body(400, _("提交的内容有误")), status=400)
    return None


def _api_exception(error: exceptions.APIException) -> Response:
    status = error.status_code
    code = None if status not in (401, 403) else getattr(error.detail, "code", None)
    own = code is not None and code not in FRAMEWORK_CODES
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header
    wait = getattr(error, "wait", None)
    if wait:
        headers["Retry-After"] = str(int(wait) + 1)
    words = str(error.detail) if own else _sentence(status, error)
    return Response(_body(status, words, code=code if own else None), status=status, headers=headers)


def _validation(error: exceptions.ValidationError) -> dict:
    detail = error.detail
    if not isinstance(detail, dict):
        words = detail[0] if isinstance(detail, list) and detail else detail
        return _body(400, words)
    fields = {name: _flat(value) for name, value in detail.items()}
    first = next(iter(fields.values()), [""])
    return _body(400, first[0] if first else _("提交的内容有误"), fields=fields)


def _flat(value: object) -> list[str]:
    if isinstance(value, dict):
        return [f"{key}: {word}" for key, inner in value.items() for word in _flat(inner)]
    if isinstance(value, list):
        return [word for inner in value for word in _flat(inner)]
    return [str(value)]
