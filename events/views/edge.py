"""The views of events on the furniture of ``casework.edge``."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest

from casework import edge
from casework.edge import View, is_fetch, next_of, refusal
from events import changes

__all__ = ["cursor_now", "for_staff", "is_fetch", "next_of", "refusal"]


def for_staff(permission: str = "events.view") -> Callable[[View], View]:
    """As ``casework.edge.for_staff``; whoever may see events by default."""
    return edge.for_staff(permission)


def cursor_now(request: HttpRequest) -> str:
    """The pulse's cursor for a page: take it before the page's rows are read."""
    return changes.following(changes.look(None), at=request.at).text
