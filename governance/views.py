"""The launcher after sign-in, and the signs of life."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


def healthz(request: HttpRequest) -> HttpResponse:
    """Alive: answers without touching the database."""
    return HttpResponse("ok\n", content_type="text/plain")


def home(request: HttpRequest) -> HttpResponse:
    """Where a person's day begins."""
    return redirect("/admin/")
