"""Where a request comes from: the peer's address, or what our own proxies say of it."""

from __future__ import annotations

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The client's address. ``X-Forwarded-For`` counts only for as many proxies as NUM_PROXIES names, read from
    the right: what a client writes there itself is never believed (quality.md finding 9)."""
    if settings.NUM_PROXIES:
        chain = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
        if len(chain) >= settings.NUM_PROXIES:
            return _address(chain[-settings.NUM_PROXIES])
    return _address(request.META.get("REMOTE_ADDR", ""))


def _address(text: str) -> str:
    """An address that the lock-out's table can hold; a peer without one (Unix socket) or a garbled header is 0.0.0.0."""
    try:
        return str(ip_address(text))
    except ValueError:
        return "0.0.0.0"  # noqa: S104 (a value, nothing is bound)
