"""大屏终端: a wall that starts with a token in its address and never shows a sign-in page (screens.md §5.1).

The token stands for an account that may look at numbers and nothing else; whoever finds it can do no more.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from hashlib import sha256
from urllib.parse import urlencode

from django.contrib.auth import login
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.models import User
from dashboard.land import VIEW
from dashboard.models import Kiosk
from grids.scope import rights_of

BACKEND = "governance.backends.RoleBackend"
LOOKING = frozenset({VIEW, "disputes.count"})
"""Permissions that show numbers and nothing else."""
LASTS_HOURS = 30 * 24
"""A wall's session: thirty days on the device (quality.md W-07); then the token opens the next one."""


def may_stand_for(person: User, *, at: datetime) -> bool:
    """Whether the account may do nothing but look at the wall's numbers."""
    codes = {code for reach in rights_of(person, at=at).reaches for code in reach.permissions}
    return person.is_active and VIEW in codes and codes <= LOOKING


def hash_of(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def issue(kiosk: Kiosk, *, by: User, at: datetime) -> str:
    """A fresh token; the one before opens nothing more. The text is kept nowhere."""
    end(kiosk)
    token = secrets.token_urlsafe(24)
    kiosk.token_hash, kiosk.issued_by, kiosk.issued_at, kiosk.revoked_at = hash_of(token), by, at, None
    kiosk.save()
    return token


def revoke(kiosk: Kiosk, *, at: datetime) -> None:
    """The wall's next request finds no session: it shows the card over its last data."""
    kiosk.revoked_at = at
    kiosk.save(update_fields=["revoked_at"])
    end(kiosk)


def end(kiosk: Kiosk) -> None:
    """Close the session that the token has opened."""
    if kiosk.session_key:
        Session.objects.filter(pk=kiosk.session_key).delete()
        Kiosk.objects.filter(pk=kiosk.pk).update(session_key="")


def address(kiosk: Kiosk, token: str) -> str:
    """What is typed into the wall's browser once."""
    area = {"area": kiosk.area.code} if kiosk.area_id else {}
    return f"{reverse('dashboard:wall')}?{urlencode({'kiosk': 1, **area, 'token': token})}"


def begin(request: HttpRequest) -> HttpResponse:
    """Start the wall of a token, or show the card; never a sign-in page. The token leaves the address at once."""
    token = request.GET.get("token", "")
    kiosk = Kiosk.objects.filter(token_hash=hash_of(token), revoked_at=None).select_related("person", "area").first()
    if not token or kiosk is None or not may_stand_for(kiosk.person, at=request.at):
        response = render(request, "dashboard/kiosk_card.html", status=401)
        response["Cache-Control"] = "no-store"
        return response
    end(kiosk)
    login(request, kiosk.person, backend=BACKEND)
    request.session["lasts_hours"] = LASTS_HOURS
    request.session.set_expiry(LASTS_HOURS * 3600)
    request.session.save()
    kiosk.session_key, kiosk.started_at = request.session.session_key, request.at
    kiosk.save(update_fields=["session_key", "started_at"])
    rest = {name: value for name, value in request.GET.items() if name != "token"}
    return redirect(f"{reverse('dashboard:wall')}?{urlencode(rest)}")
