"""How often an anonymous visitor may do what (quality.md N-01, N-03, N-06). Counted atomically, keyed without
personal data: telephone numbers and codes stand in the table as keyed hashes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F
from django.utils.crypto import salted_hmac

from casework.models import RateCount
from casework.rates import Verdict, allow


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` uses per ``seconds`` for each subject."""

    name: str
    most: int
    seconds: int

    def key(self, subject: str) -> str:
        return f"{self.name}:{salted_hmac('citizen.limits', subject, algorithm='sha256').hexdigest()[:40]}"


REPORT_BY_ADDRESS = Limit("c-report-at", 10, 600)
REPORT_BY_PHONE = Limit("c-report-phone", 5, 86_400)
REPORT_BY_GRID = Limit("c-report-grid", 60, 3600)
REPORT_BY_ALL = Limit("c-report-all", 1200, 3600)
FILES_BY_ADDRESS = Limit("c-files-at", 60, 3600)
TRY_BY_ADDRESS = Limit("c-try-at", 10, 3600)
TRY_BY_CODE = Limit("c-try-code", 10, 86_400)
ACT_BY_ADDRESS = Limit("c-act-at", 60, 3600)
ACT_BY_CASE = Limit("c-act-case", 20, 86_400)
SUM_BY_ADDRESS = Limit("c-sum-at", 30, 3600)
SUM_ONCE = Limit("c-sum", 1, 7200)


def take(wanted: list[tuple[Limit, str]], *, at: datetime) -> Verdict:
    """Count one use of each, or of none: what was counted before the one that is full is given back.

    Call it outside the transaction of what is limited (``casework.rates``).
    """
    taken: list[str] = []
    for limit, subject in wanted:
        key = limit.key(subject)
        verdict = allow(key, limit=limit.most, window_seconds=limit.seconds, at=at)
        if not verdict:
            for earlier in taken:
                give_back(earlier)
            return verdict
        taken.append(key)
    return Verdict(True)


def give_back(key: str) -> None:
    """Take one use back: it turned out not to count (a right guess is no guess)."""
    RateCount.objects.filter(key=key, count__gt=0).update(count=F("count") - 1)


def is_used(limit: Limit, subject: str, *, at: datetime) -> bool:
    """Whether any use stands in the present window; does not count."""
    return RateCount.objects.filter(key=limit.key(subject), expires_at__gt=at, count__gt=0).exists()
