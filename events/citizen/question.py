"""A sum in plain words instead of a picture puzzle (quality.md N-02): signed, expiring, one report each.

The question's key is the report's client key as well. So a question that was answered rightly makes one event,
however often its form is sent; a wrong answer ends it.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.utils.translation import gettext as _

from events.citizen.limits import SUM_ONCE, is_used, take

SALT = "citizen.question"
LIVES_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Question:
    """One question: ``key`` 128 random bits, two summands, whether it was answered rightly before."""

    key: str
    first: int
    second: int
    asked: int
    is_passed: bool = False

    @property
    def words(self) -> str:
        return _("%(a)s 加 %(b)s 等于几?") % {"a": self.first, "b": self.second}

    @property
    def token(self) -> str:
        return signing.dumps([self.key, self.first, self.second, self.asked, int(self.is_passed)], salt=SALT)

    @property
    def client_key(self) -> str:
        return f"c:{self.key}"

    def passed(self) -> Question:
        return Question(self.key, self.first, self.second, self.asked, True)


def ask(*, at: datetime) -> Question:
    """A fresh question."""
    return Question(secrets.token_hex(16), 2 + secrets.randbelow(8), 1 + secrets.randbelow(9), int(at.timestamp()))


def read(token: str) -> Question | None:
    """The question of a signed token, expired or not; None for anything else."""
    try:
        key, first, second, asked, passed = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Question(key, first, second, asked, bool(passed))


def is_alive(question: Question, *, at: datetime) -> bool:
    """Not expired and not ended by a wrong answer."""
    return 0 <= at.timestamp() - question.asked + 60 <= LIVES_SECONDS + 60 and not is_used(
        SUM_ONCE, question.key, at=at
    )


def is_right(question: Question, answer: str, *, at: datetime) -> bool:
    """Whether the answer is right (Chinese full-width digits count); a wrong one ends the question."""
    if question.is_passed:
        return True
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", answer))[:4]
    if digits and int(digits) == question.first + question.second:
        return True
    take([(SUM_ONCE, question.key)], at=at)
    return False
