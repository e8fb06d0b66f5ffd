"""``GET /pulse?c=&scope=``: one request for everything on a page that lives (screens.md §4.2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from drf_spectacular.utils import extend_schema

from accounts.lean import Answer, LeanView
from accounts.models import User
from casework.queries import unread_count
from events import changes
from events.counting import view_counts
from grids.scope import Rights, rights_of

Counter = Callable[[Rights, datetime], dict[str, int]]
COUNTERS: dict[str, Counter] = {}
"""Scope of a page → the numbers it shows. A room adds its own in ``governance.wiring``."""


def counts(scope: str) -> Callable[[Counter], Counter]:
    """Register what a scope counts; keys are those of ``data-count`` on the page."""

    def keep(counter: Counter) -> Counter:
        COUNTERS[scope] = counter
        return counter

    return keep


@counts("desk")
def _desk(rights: Rights, at: datetime) -> dict[str, int]:
    return view_counts(rights, at=at) if rights.may("events.view") else {}


class PagePulseView(LeanView):
    """204 when nothing is new, else ``{cursor, now, counts, changed, new, more}``."""

    takes = frozenset({"c", "scope"})

    @extend_schema(exclude=True)
    def get(self, request: HttpRequest) -> Answer:
        at, user = request.at, request.user
        since = changes.read_cursor(request.GET.get("c", ""))
        looked = changes.look(since)
        bell = unread_count(user, at=at)
        if since is not None and not looked.is_foreign:
            is_due = changes.is_old(since, at=at) or bell != since.bell
            if not looked.has_news and not is_due:
                return self.nothing()
            rights = rights_of(user, at=at)
            found = changes.news(rights, since) if looked.has_news else changes.News([], False)
            if not found.rows and not is_due:
                return self.nothing()
        else:
            rights, found = rights_of(user, at=at), changes.News([], since is not None)
        return 200, _answer(request, user, rights, changes.following(looked, at=at, bell=bell), found, bell)


def _answer(
    request: HttpRequest, user: User, rights: Rights, cursor: changes.Cursor, found: changes.News, bell: int
) -> dict[str, Any]:
    numbers = {"bell": bell}
    for scope in request.GET.get("scope", "").split(",")[:10]:
        counter = COUNTERS.get(scope.strip())
        if counter is not None:
            numbers.update(counter(rights, request.at))
    return {
        "cursor": cursor.text, "now": request.at, "counts": numbers, "changed": found.rows,
        "new": sum(1 for row in found.rows if row["version"] == 1), "more": found.more,
    }
