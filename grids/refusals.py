"""Refusals of the land's verbs: a stable code for programs, a sentence for the reader."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Protocol

from django.utils.translation import gettext as _

from grids.scope import Rights

logger = logging.getLogger("grids")
STATUS = {"invalid": 400, "forbidden": 403, "not_found": 404}


class Doer(Protocol):
    """Who acts, as the floors above make it: a person or platform with rights, or the product itself."""

    lane: str
    rights: Rights

    @property
    def person_id(self) -> int | None: ...


class GridRefused(Exception):
    """A verb of the land that was not done; nothing has changed. Same shape as a refused move of a case."""

    def __init__(self, code: str, detail: str, *, fields: dict[str, list[str]] | None = None) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.fields = fields

    @property
    def status(self) -> int:
        return STATUS.get(self.code, 409)

    def as_dict(self) -> dict[str, Any]:
        """The body of the API's error."""
        body: dict[str, Any] = {"code": self.code, "detail": self.detail}
        return body | ({"fields": self.fields} if self.fields else {})


_listeners: list[Callable[[Doer, str, str], None]] = []


def on_refused(listener: Callable[[Doer, str, str], None]) -> Callable[[Doer, str, str], None]:
    """Register ``listener(actor, act, object_key)``, called outside the refused verb's own transaction whenever an
    administration call fails for lack of right or scope: the read log of the floor above writes its row (A-08)."""
    if listener not in _listeners:
        _listeners.append(listener)
    return listener


def refuse_right(actor: Doer, act: str, key: str, refusal: GridRefused) -> GridRefused:
    """Tell the listeners, give back the refusal to raise."""
    logger.warning("refused %s", act, extra={"code": refusal.code})
    for listener in _listeners:
        listener(actor, act, key)
    return refusal


def bad(**fields: str) -> GridRefused:
    """Inputs that are absent or wrong, a sentence each."""
    return GridRefused(
        "invalid", next(iter(fields.values())), fields={name: [words] for name, words in fields.items()}
    )


def require_land(actor: Doer, permission: str, act: str, *places: tuple[str, str]) -> None:
    """Refuse unless the actor has the permission on every ``(code, path)``; the product itself may always.

    Without the permission anywhere: ``forbidden``. On foreign land: ``not_found``, as if it were not there.
    """
    if actor.lane == "system":
        return
    if actor.lane not in ("person", "platform") or not actor.rights.may(permission):
        key = places[0][0] if places else ""
        raise refuse_right(actor, act, key, GridRefused("forbidden", _("没有这项权限")))
    for code, path in places:
        if not actor.rights.covers(permission, area_path=path):
            raise refuse_right(actor, act, code, GridRefused("not_found", _("没有找到")))
