"""What every page of the desk needs: navigation, language, bell, server time, health of the machinery."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from grids.scope import rights_of

NAVIGATION = (
    # label, url name, permissions (one is enough; none: staff of the back office), beginnings that mark it as current
    (_("一张图"), "dashboard:wall", "dashboard.view", "/screen/"),
    (_("一张网"), "grids:browse", "grids.view", ("/grids/", "/units/")),
    (_("一条线"), "hotline:desk", ("hotline.register", "hotline.call_back", "hotline.view", "hotline.inspect"),
     ("/hotline/", "/briefings/")),
    (_("工作台"), "events:desk", "events.view", ("/desk/", "/events/")),
    (_("矛调"), "disputes:desk", ("disputes.view", "disputes.narrative", "disputes.hand_over"),
     ("/disputes/", "/rooms/")),
    (_("网格通"), "field:home", "field.use", "/m/"),
    (_("值班"), "grids:duty", "grids.view", "/duty/"),
    (_("管理"), "admin:index", (), "/admin/"),
)


def chrome(request: HttpRequest) -> dict:
    """Navigation filtered by role; lazy, so that a page without a bar costs nothing."""
    at = getattr(request, "at", None) or timezone.now()
    return {
        "nav": SimpleLazyObject(lambda: _navigation(request, at)),
        "bell_count": SimpleLazyObject(lambda: _unread(request, at)),
        "machinery": SimpleLazyObject(lambda: _machinery(at)),
        "server_now": at,
        "is_demo": settings.DEMO,
        "site_title": settings.SITE_TITLE,
        "tile_url": settings.TILE_URL,
    }


def _navigation(request: HttpRequest, at: object) -> list[dict]:
    rights = rights_of(getattr(request, "user", None), at=at)
    entries = []
    for label, name, permission, prefix in NAVIGATION:
        codes = (permission,) if isinstance(permission, str) else permission
        if not (any(rights.may(code) for code in codes) if codes else getattr(request.user, "is_staff", False)):
            continue
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        entries.append({"label": label, "url": url, "current": request.path.startswith(prefix)})
    return entries


def _unread(request: HttpRequest, at: object) -> int:
    from casework.queries import unread_count

    user = getattr(request, "user", None)
    return unread_count(user, at=at) if getattr(user, "is_authenticated", False) else 0


def _machinery(at: object) -> list[dict]:
    from casework.queries import machinery_alarms

    return machinery_alarms(at=at)
