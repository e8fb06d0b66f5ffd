"""The edge of every request: its id, its moment, and what a visitor sees while a part is down."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from time import monotonic

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from casework.clock.authority import ahead

logger = logging.getLogger("governance.request")
RETRY_AFTER_SECONDS = 5


class ChosenLanguage(LocaleMiddleware):
    """Pages speak Chinese until somebody switches; only machines choose by ``Accept-Language``."""

    def process_request(self, request: HttpRequest) -> None:
        if wants_json(request):
            super().process_request(request)
            return
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        translation.activate(chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = translation.get_language()


class ContentPolicy(CSPMiddleware):
    """The content policy of every answer, which no page changes: written out once, not anew at each."""

    @cached_property
    def _policy(self) -> str:
        return build_policy()

    def process_request(self, request: HttpRequest) -> None:
        """No nonces: there is no inline script."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response.headers.setdefault(HEADER, self._policy)
        return response


class RequestEdge:
    """Takes the time once (``request.at``), names the request, keeps signed-in pages out of caches, and turns a
    lost database into 503 with ``Retry-After`` instead of a stack trace."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.at = timezone.now() + ahead()
        request.request_id = secrets.token_hex(4).upper()
        started = monotonic()
        response = self.get_response(request)
        response["X-Request-Id"] = request.request_id
        if not response.has_header("Cache-Control") and not request.path.startswith("/static/"):
            patch_cache_control(response, no_store=True, private=True)
        if response.status_code >= 500:
            logger.warning(
                "request failed",
                extra={
                    "request_id": request.request_id,
                    "path": request.path,
                    "method": request.method,
                    "status": response.status_code,
                    "duration_ms": round((monotonic() - started) * 1000),
                },
            )
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, OperationalError | InterfaceError):
            logger.error("database unavailable: %s", type(error).__name__, extra={"path": request.path})
            return unavailable(request)
        if isinstance(error, DatabaseError | ValueError) and _is_client_text(error):
            return refuse_text(request)
        return None


def _is_client_text(error: Exception) -> bool:
    """Bytes that PostgreSQL cannot hold: NUL or a lone surrogate in what the client sent."""
    words = str(error)
    return "NUL (0x00)" in words or isinstance(error, UnicodeEncodeError)


def wants_json(request: HttpRequest) -> bool:
    return request.path.startswith(("/api/", "/open311/", "/pulse"))


def unavailable(request: HttpRequest) -> HttpResponse:
    """503 in the product's face, with the moment to try again."""
    if wants_json(request):
        response = JsonResponse({"code": "unavailable", "detail": _("系统暂时不可用,请稍后重试")}, status=503)
    else:
        response = render(request, "503.html", {"request_id": getattr(request, "request_id", "")}, status=503)
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def refuse_text(request: HttpRequest) -> HttpResponse:
    """400: characters that cannot be stored."""
    words = _("内容含有无法保存的字符,请删除后重试")
    if wants_json(request):
        return JsonResponse({"code": "invalid", "detail": words}, status=400)
    return render(request, "400.html", {"detail": words}, status=400)
