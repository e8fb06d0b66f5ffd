"""Session rules: idle and absolute time-outs, forced change of a first password, last seen and where."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

OPEN_PATHS = ("/static/", "/healthz", "/readyz", "/metrics", "/i18n/", "/accounts/")
SEEN_EVERY = timedelta(minutes=1)
NO_SCREENS = (*OPEN_PATHS, "/api/", "/c/", "/events/", "/files/", "/help/", "/notices/")
"""Addresses that are not where somebody was working; a citizen's page may carry its code."""


class SessionRules:
    """Ends a session after SESSION_IDLE_MINUTES without a click or SESSION_ABSOLUTE_HOURS in all (an unattended wall
    brings hours of its own); background polls (``/pulse``) do not count as a click."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and not request.path.startswith("/static/"):
            refused = self._apply(request)
            if refused is not None:
                return refused
        return self.get_response(request)

    def _apply(self, request: HttpRequest) -> HttpResponse | None:
        user = request.user
        if not user.is_authenticated:
            return None
        now = int(request.at.timestamp())
        began = request.session.setdefault("began", now)
        seen = request.session.setdefault("seen", now)
        idle = now - seen > settings.SESSION_IDLE_MINUTES * 60
        hours = request.session.get("lasts_hours", settings.SESSION_ABSOLUTE_HOURS)
        if idle or now - began > hours * 3600:
            logout(request)
            return None
        if not request.path.startswith("/pulse") and now - seen >= SEEN_EVERY.total_seconds():
            request.session["seen"] = now
            user._meta.model.objects.filter(pk=user.pk).update(last_seen_at=request.at, **_screen_of(request))
        if self._must_change(user, request) and not request.path.startswith(OPEN_PATHS):
            return redirect(reverse("accounts:change_password"))
        return None

    @staticmethod
    def _must_change(user: object, request: HttpRequest) -> bool:
        if user.must_change_password:
            return True
        days = settings.PASSWORD_MAX_AGE_DAYS
        changed = user.password_changed_at
        return bool(days and changed and request.at - changed > timedelta(days=days))


def _screen_of(request: HttpRequest) -> dict[str, str]:
    """Where the person is working: the first two parts of the address."""
    if request.method != "GET" or request.path == "/" or request.path.startswith(NO_SCREENS):
        return {}
    return {"last_screen": "/".join(request.path.split("/")[:3])[:59].rstrip("/") + "/"}
