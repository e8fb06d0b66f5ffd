"""The life of an article, as data: draft → review → published → expired, with the ways back."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from casework.door import Move

READ, WRITE, REVIEW, MANAGE = (
    "hotline.knowledge_read", "hotline.knowledge_write", "hotline.knowledge_review", "hotline.knowledge_manage",
)
ANY = frozenset({"draft", "review", "published", "expired", "withdrawn"})
IN_FORCE = frozenset({"published", "expired"})


def _move(name: str, label: object, sources: frozenset[str] | set[str], targets: set[str], permission: str) -> Move:
    return Move(name, label, frozenset(sources), frozenset(targets), permission)


CREATE = _move("create", _("新建"), set(), {"draft"}, WRITE)
REVISE = _move("revise", _("修改"), ANY - {"review"}, set(), WRITE)
SUBMIT = _move("submit", _("提交审核"), ANY - {"review"}, set(), WRITE)
PUBLISH = _move("publish", _("审核发布"), ANY, {"published"}, REVIEW)
SEND_BACK = _move("send_back", _("退回修改"), ANY, set(), REVIEW)
CONFIRM = _move("confirm", _("复审有效"), IN_FORCE, {"published"}, REVIEW)
WITHDRAW = _move("withdraw", _("停用"), IN_FORCE, {"withdrawn"}, REVIEW)
EXPIRE = _move("expire", _("到期"), {"published"}, {"expired"}, "")
MOVES = {move.name: move for move in (CREATE, REVISE, SUBMIT, PUBLISH, SEND_BACK, CONFIRM, WITHDRAW, EXPIRE)}
"""Without a target the article's own state stays: the version in work changes beside it."""
