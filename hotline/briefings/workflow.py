"""The moves of a briefing: data only."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from casework.door import Move

READ, WRITE, SIGN = "dashboard.view", "dashboard.briefing", "hotline.briefing_sign"


def _move(name: str, label: object, sources: set[str], targets: set[str], permission: str) -> Move:
    return Move(name, label, frozenset(sources), frozenset(targets), permission)


DRAFT = _move("draft", gettext_lazy("起草"), {"draft"}, {"draft"}, WRITE)
EDIT = _move("edit", gettext_lazy("修改"), {"draft", "checking"}, set(), WRITE)
SUBMIT = _move("submit", gettext_lazy("送核"), {"draft"}, {"checking"}, WRITE)
SEND_BACK = _move("send_back", gettext_lazy("退回修改"), {"checking", "signed"}, {"draft"}, WRITE)
SIGN_OFF = _move("sign", gettext_lazy("签发"), {"checking"}, {"signed"}, SIGN)
PUBLISH = _move("publish", gettext_lazy("发布"), {"signed"}, {"published"}, WRITE)
REVISE = _move("revise", gettext_lazy("修订"), {"published"}, {"draft"}, WRITE)
MOVES = {move.name: move for move in (DRAFT, EDIT, SUBMIT, SEND_BACK, SIGN_OFF, PUBLISH, REVISE)}
