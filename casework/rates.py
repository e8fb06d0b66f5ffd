"""Limits that hold under parallel requests: one atomic upsert per count (quality.md finding 9, N-01)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.db import connection

_COUNT = """
    INSERT INTO casework_ratecount AS r (key, count, expires_at) VALUES (%(key)s, 1, %(end)s)
    ON CONFLICT (key) DO UPDATE
       SET count = CASE WHEN r.expires_at <= %(at)s THEN 1 ELSE r.count + 1 END,
           expires_at = CASE WHEN r.expires_at <= %(at)s THEN %(end)s ELSE r.expires_at END
     WHERE r.expires_at <= %(at)s OR r.count < %(limit)s
    RETURNING count
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """True when allowed; otherwise ``retry_after`` is how many whole seconds to wait (for ``Retry-After``)."""

    allowed: bool
    retry_after: int = 0

    def __bool__(self) -> bool:
        return self.allowed


def allow(key: str, *, limit: int, window_seconds: int, at: datetime) -> Verdict:
    """Count one use of ``key`` (≤ 120 characters) and say whether it lies within ``limit`` per window.

    The window begins with its first use. Refused uses are not counted. Call it outside the transaction of the
    thing that is limited: a rolled-back count has not happened, and the count's row stays locked until then.
    """
    if limit <= 0:
        return Verdict(False, window_seconds)
    values = {"key": key[:120], "at": at, "end": at + timedelta(seconds=window_seconds), "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, values)
        if cursor.fetchone() is not None:
            return Verdict(True)
        cursor.execute("SELECT expires_at FROM casework_ratecount WHERE key = %s", [values["key"]])
        row = cursor.fetchone()
    wait = (row[0] - at).total_seconds() if row else 1
    return Verdict(False, max(1, ceil(wait)))
