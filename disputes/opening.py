"""A sealed dispute on a person's desk: opened with a reason, for ten minutes, in this session only."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpRequest

KEY = "disputes_opened"
MINUTES = 10
MOST = 20


def remember(request: HttpRequest, number: str, reason: str) -> None:
    """Keep the reason; the oldest of twenty goes."""
    kept = dict(request.session.get(KEY, {}))
    kept[number] = {"reason": reason[:120], "until": (request.at + timedelta(minutes=MINUTES)).isoformat()}
    request.session[KEY] = dict(list(kept.items())[-MOST:])


def reason_for(request: HttpRequest, number: str) -> str:
    """The reason this person gave within the last ten minutes; empty for none."""
    found = request.session.get(KEY, {}).get(number)
    if not found or datetime.fromisoformat(found["until"]) <= request.at:
        return ""
    return found["reason"]
