"""Sign in, sign out, change the password."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def locked_out(request: HttpRequest, response: HttpResponse | None = None, *args: object, **kwargs: object) -> HttpResponse:
    """429: too many wrong passwords for this account from this address."""
    return render(request, "registration/locked.html", status=429)
