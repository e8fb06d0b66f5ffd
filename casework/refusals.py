"""Refusals with a stable code: the same words on a page and in the API."""

from __future__ import annotations

from django.utils.translation import gettext as _

STATUS = {
    "invalid": 400,
    "forbidden": 403,
    "not_found": 404,
    "own_work": 403,
    "too_many": 429,
    "key_reused": 422,
    "file_too_large": 413,
    "file_type": 415,
    "file_broken": 400,
    "file_name": 400,
    "file_active": 400,
    "file_hash": 400,
}
"""HTTP status by code; every other code is a refusal by the state: 409."""


class MoveRefused(Exception):
    """A verb that was not done. Nothing has changed.

    ``code`` is stable; ``detail`` is a sentence in the reader's language; ``fields`` names bad inputs;
    ``holder`` says who has it now (409).
    """

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        fields: dict[str, list[str]] | None = None,
        holder: str | None = None,
        state: str | None = None,
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.fields = fields
        self.holder = holder
        self.state = state

    @property
    def status(self) -> int:
        return STATUS.get(self.code, 409)

    def as_dict(self) -> dict:
        """The body of the API's error."""
        body: dict = {"code": self.code, "detail": self.detail}
        for name in ("fields", "holder", "state"):
            value = getattr(self, name)
            if value:
                body[name] = value
        return body


def not_found() -> MoveRefused:
    """Out of scope and not there are one answer."""
    return MoveRefused("not_found", _("没有找到"))


def forbidden() -> MoveRefused:
    return MoveRefused("forbidden", _("没有这项权限"))


def missing(**fields: str) -> MoveRefused:
    """Inputs that are absent or wrong, a sentence each."""
    return MoveRefused(
        "invalid", next(iter(fields.values())), fields={name: [words] for name, words in fields.items()}
    )
