"""The edge of the API: who asks, what was sent, one shape of answer.

``LeanView`` is an ``APIView`` to the OpenAPI generator only. It goes from the request to the handler without the
framework's negotiation, wrapping and rendering, which cost 2 to 4 ms a request (performance.md §1). Handlers
return ``(status, body)`` or a finished response and raise what ``governance.errors`` understands.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.settings import api_settings
from rest_framework.views import APIView

from accounts import bodies
from accounts.tokens import user_by_header

JSON = "application/json"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
Answer = HttpResponseBase | tuple[int, Any]


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def dumps(body: Any) -> str:
    """JSON as the API writes it: UTF-8, times with offset."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=_plain)


def respond(status: int, body: Any) -> HttpResponse:
    return HttpResponse(dumps(body), content_type=JSON, status=status)


class LeanView(APIView):
    """One resource. Subclasses write ``get``, ``post`` …; ``is_public`` asks for no sign-in."""

    permission_classes = [IsAuthenticated]
    is_public = False
    largest_body = 1024 * 1024
    """Bytes a JSON body may have."""
    takes: frozenset[str] = frozenset()
    """Names a GET takes in its query; any other is refused, so that a misspelt filter cannot pass for none."""

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., HttpResponseBase]:
        if cls.is_public:
            cls.permission_classes = [AllowAny]
        return super().as_view(**initkwargs)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.request = request
        try:
            answer = self.run(request, kwargs)
        except Exception as error:
            answer = self.refuse(error)
        return answer if isinstance(answer, HttpResponseBase) else respond(*answer)

    def run(self, request: HttpRequest, kwargs: dict) -> Answer:
        """Method, sign-in, query, then the handler."""
        method = request.method.lower()
        handler = getattr(self, "get" if method == "head" else method, None)
        if method not in self.http_method_names or handler is None:
            raise exceptions.MethodNotAllowed(request.method)
        if not self.is_public:
            self.sign_in(request)
        if request.method in SAFE:
            self.check_query(request)
        return self.answer(request, handler, kwargs)

    def answer(self, request: HttpRequest, handler: Callable[..., Answer], kwargs: dict) -> Answer:
        """Call the handler; a floor above runs a keyed POST once here."""
        return handler(request, **kwargs)

    def sign_in(self, request: HttpRequest) -> None:
        """The person by token, else by session; a session must prove its origin for whatever changes something.

        Raises NotAuthenticated, AuthenticationFailed, PermissionDenied.
        """
        user = user_by_header(request)
        if user is not None:
            request.user = user
            return
        user = request.user
        if not user.is_authenticated or not user.is_active:
            raise exceptions.NotAuthenticated
        if request.method not in SAFE:
            SessionAuthentication().enforce_csrf(request)

    def check_query(self, request: HttpRequest) -> None:
        """Refuse names that are not taken here, names given twice where one is meant, and unstorable text."""
        if not request.META.get("QUERY_STRING"):
            return
        wrong = {}
        for name, values in request.GET.lists():
            if name not in self.takes:
                wrong[name[:60]] = [_("没有这个查询参数")]
            elif not all(bodies.is_storable(value) for value in values):
                wrong[name[:60]] = [_("内容含有无法保存的字符,请删除后重试")]
        if wrong:
            raise exceptions.ValidationError(wrong)

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Answer:
        response = HttpResponse(status=204)
        response["Allow"] = ", ".join(self.allowed_methods)
        return response

    def refuse(self, error: Exception) -> HttpResponseBase:
        """The answer to an exception, by the project's exception handler; what that does not know is raised."""
        if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
            error.auth_header = "Token"
        made = api_settings.EXCEPTION_HANDLER(error, {"view": self, "request": self.request})
        if made is None:
            raise error
        response = respond(made.status_code, made.data)
        for name, value in made.headers.items():
            if name.lower() != "content-type":
                response[name] = value
        if made.status_code == 405:
            response["Allow"] = ", ".join(self.allowed_methods)
        return response

    def nothing(self) -> HttpResponse:
        """204."""
        return HttpResponse(status=204)

    def body(self, request: HttpRequest) -> Any:
        """The JSON sent."""
        return bodies.read_json(request, largest=self.largest_body)

    def sent(self, request: HttpRequest, form: type[bodies.StrictSerializer]) -> dict:
        """The JSON sent, checked by ``form``. Raises ValidationError with a sentence per field."""
        return form_of(form).run_validation(self.body(request))


@cache
def form_of(form: type[bodies.StrictSerializer]) -> bodies.StrictSerializer:
    """One form per class and process: building its fields costs more than checking with them. Checking keeps
    nothing in the form."""
    made = form()
    made.fields  # noqa: B018 (built here, not by two threads at once)
    return made


def takes(*names: str, more: Iterable[str] = ()) -> frozenset[str]:
    """Names of a query."""
    return frozenset(names) | frozenset(more)
