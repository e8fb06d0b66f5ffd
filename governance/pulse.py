"""``GET /pulse?c=&scope=``: one request for everything on a page that lives (screens.md §4.2).

The cursor is that of ``events.changes`` with a mark of the bell and the alarms. Nothing new: 204, without a body.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from drf_spectacular.utils import extend_schema

from accounts.lean import Answer, LeanView
from casework.models import Notice
from events import changes
from events.counting import view_counts
from grids.scope import Rights, rights_of

MOST_LINES = 100
MOST_ALARMS = 20
RINGS_FOR = timedelta(hours=1)
RINGING_KINDS = frozenset({
    "reported", "awaiting_dispatch", "dispatched", "delegated", "whistled", "reopened", "alert_waits",
})
"""News of an emergency that somebody must act on now."""


class PagePulseView(LeanView):
    """``scope``: comma-separated among bell and desk → 204 or ``{cursor, now, counts, changed, new, more, alarms}``."""

    takes = frozenset({"c", "scope"})

    @extend_schema(exclude=True)
    def get(self, request: HttpRequest) -> Answer:
        at, user = request.at, request.user
        since = changes.read_cursor(request.GET.get("c", ""))
        looked = changes.look(since)
        lines = unread_lines(request)
        mark = _mark(lines, at)
        known = since if since is not None and not looked.is_foreign else None
        is_due = known is None or changes.is_old(known, at=at) or mark != known.mark
        if not looked.has_news and not is_due:
            return self.nothing()
        rights = rights_of(user, at=at)
        found = changes.news(rights, known) if known and looked.has_news else changes.News([], known is None)
        if not found.rows and not is_due:
            return self.nothing()
        answer = {
            "cursor": changes.following(looked, at=at, mark=mark).text, "now": at, "counts": {"bell": len(lines)},
            "changed": found.rows, "new": sum(1 for row in found.rows if row["version"] == 1), "more": found.more,
            "alarms": [_alarm(line) for line in _ringing(lines, at)],
        }
        if "desk" in request.GET.get("scope", "").split(",") and (found.rows or known is None):
            answer["counts"].update(_desk(rights, request))
        return 200, answer


pulse = PagePulseView.as_view()


def unread_lines(request: HttpRequest) -> list[dict]:
    """Unread lines of the person's bell, at most a hundred: its number and its alarms in one query."""
    rows = Notice.objects.filter(person=request.user, read_at=None, show_at__lte=request.at).order_by("-id")
    names = ("id", "kind", "urgency", "acknowledged_by_id", "title", "text", "url", "case_number", "created_at")
    return list(rows.values(*names)[:MOST_LINES])


def _ringing(lines: list[dict], at: datetime) -> list[dict]:
    """The emergencies that ring: new or just handed over, nobody's yet, of the last hour, one line a case, the
    newest twenty, oldest first. A check that has passed is news but no alarm."""
    found: dict[str, dict] = {}
    for line in lines:
        calls = line["urgency"] == "P0" and line["kind"] in RINGING_KINDS and line["acknowledged_by_id"] is None
        if calls and at - line["created_at"] <= RINGS_FOR:
            found.setdefault(line["case_number"] or str(line["id"]), line)
    return sorted(list(found.values())[:MOST_ALARMS], key=lambda line: (line["created_at"], line["id"]))


def _alarm(line: dict) -> dict[str, Any]:
    take = reverse("notices_take", args=[line["id"]])
    text = f"{line['title']} · {line['text']}" if line["text"] else line["title"]
    return {"id": line["id"], "text": text, "url": line["url"] or None, "take_url": take}


def _mark(lines: list[dict], at: datetime) -> str:
    """What besides rows is news: the unread number and which alarms ring."""
    text = f"{len(lines)}|{','.join(str(line['id']) for line in _ringing(lines, at))}"
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _desk(rights: Rights, request: HttpRequest) -> dict[str, int]:
    if not rights.may("events.view"):
        return {}
    return {f"desk.{code}": count for code, count in view_counts(rights, at=request.at).items()}
