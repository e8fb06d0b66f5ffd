"""What every page of the desk needs: navigation, language, bell, server time, health of the machinery."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, get_language_info, override
from django.utils.translation import gettext_lazy as _

from casework import queries
from casework.queries import Signs
from grids.scope import rights_of

NAVIGATION = (
    # label, url name, permissions (one is enough; none: staff of the back office), beginnings that mark it as current
    (_("一张图"), "dashboard:wall", "dashboard.view", "/screen/"),
    (_("一张网"), "grids:browse", "grids.view", ("/grids/", "/units/")),
    (_("一条线"), "hotline:desk", ("hotline.register", "hotline.call_back", "hotline.view", "hotline.inspect"),
     ("/hotline/", "/briefings/")),
    (_("工作台"), "events:desk", "events.view", ("/desk/", "/events/")),
    (_("法庭"), "disputes:court", "disputes.court", "/disputes/court/"),
    (_("矛调"), "disputes:desk", ("disputes.view", "disputes.narrative", "disputes.hand_over"),
     ("/disputes/", "/rooms/")),
    (_("网格通"), "field:home", "field.use", "/m/"),
    (_("值班"), "grids:duty", "grids.view", "/duty/"),
    (_("管理"), "admin:index", (), "/admin/"),
)


LANGUAGES = tuple((code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES)
"""Of the language switch: each by its own name."""


def chrome(request: HttpRequest) -> dict:
    """Navigation filtered by role; lazy, so that a page without a bar costs nothing."""
    at = getattr(request, "at", None) or timezone.now()

    @cache
    def signs() -> Signs:
        return queries.signs(getattr(getattr(request, "user", None), "pk", None), at=at)

    return {
        "nav": SimpleLazyObject(lambda: _navigation(request, at)),
        "nav_links": lambda: _nav_links(request, at),
        "languages": LANGUAGES,
        "bell_count": lambda: signs().unread,
        "machinery": lambda: signs().alarms,
        "server_now": at,
        "is_demo": settings.DEMO,
        "site_title": settings.SITE_TITLE,
        "tile_url": settings.TILE_URL,
    }


def _navigation(request: HttpRequest, at: datetime) -> list[dict]:
    permissions, is_staff = _standing(request, at)
    return [
        {"label": label, "url": _address(name), "current": request.path.startswith(beginnings)}
        for label, name, beginnings in _entries(permissions, is_staff)
    ]


def _nav_links(request: HttpRequest, at: datetime) -> SafeString:
    """The bar at the head of every page; drawn once for each set of permissions, language and current entry."""
    permissions, is_staff = _standing(request, at)
    here = next((name for _label, name, _codes, begins in NAVIGATION if request.path.startswith(begins)), "")
    return _links(permissions, is_staff, here, get_language())


def _standing(request: HttpRequest, at: datetime) -> tuple[frozenset[str], bool]:
    user = getattr(request, "user", None)
    return rights_of(user, at=at).permissions, bool(getattr(user, "is_staff", False))


def _entries(permissions: frozenset[str], is_staff: bool) -> Iterator[tuple[Any, str, str | tuple[str, ...]]]:
    """Entries of the bar for whoever holds these permissions: label, name of the address, beginnings."""
    for label, name, wanted, beginnings in NAVIGATION:
        codes = (wanted,) if isinstance(wanted, str) else wanted
        is_open = any(code in permissions for code in codes) if codes else is_staff
        if is_open and _address(name):
            yield label, name, beginnings


@cache
def _address(name: str) -> str:
    """Empty where the page is not there."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@lru_cache(maxsize=512)
def _links(permissions: frozenset[str], is_staff: bool, here: str, language: str | None) -> SafeString:
    with override(language):
        return format_html_join(
            "", '<li><a class="main-nav__link" href="{}"{}>{}</a></li>',
            (
                (_address(name), mark_safe(' aria-current="page"') if name == here else "", label)
                for label, name, _beginnings in _entries(permissions, is_staff)
            ),
        )
