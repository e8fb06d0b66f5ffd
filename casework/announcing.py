"""News goes up: a case tells the rooms above that follow it of every move that leads on, after the commit, at least once.

The case's row names its followers (``Case.followed_by``), so a case that nobody follows owes nothing. The
announcement is an outbox row in the transaction of the move; a listener reads the case anew and must be able to
hear the same news twice.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.apps import apps

from casework import outbox
from casework.book import Book
from casework.models import Case, OutboxItem

Listener = Callable[[Case, datetime], None]
_listeners: dict[tuple[str, str], Listener] = {}


def follows(model: str, room: str) -> Callable[[Listener], Listener]:
    """Register ``f(case, at)`` of a room that follows cases of this model (``events.event``). Called from the room's
    ``ready``; it runs in the transaction that marks the announcement done."""

    def register(listener: Listener) -> Listener:
        _listeners[model, room] = listener
        return listener

    return register


def announce(book: Book, case: Case, *, at: datetime) -> None:
    """Owe the news of a state that has just been set; once per move."""
    meta = type(case)._meta
    row = case if case.pk is None else case.pk
    book.owe(
        "moved", f"moved:{meta.model_name}:{{case}}:{case.version}", {"model": meta.label_lower, "case": row}, at=at
    )


@outbox.handles("moved")
def tell_followers(item: OutboxItem, at: datetime) -> None:
    """Tell every follower of the case; the moment of the news is when it happened, also if it is told late."""
    model = item.payload["model"]
    case = apps.get_model(model)._base_manager.filter(pk=item.payload["case"]).first()
    if case is None:
        return
    for room in case.followed_by():
        listener = _listeners.get((model, room))
        if listener is not None:
            listener(case, item.created_at)
