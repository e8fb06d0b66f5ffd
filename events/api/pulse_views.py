"""What changed in my scope since the cursor: ids and states only."""

from __future__ import annotations

from django.http import HttpRequest
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from accounts.lean import Answer
from casework.api import CaseView
from events import changes
from events.api import described


class PulseView(CaseView):
    """204 when nothing is new. Keep the cursor of the last 200 and send it again."""

    takes = frozenset({"since"})

    @extend_schema(
        operation_id="pulse", tags=["events"],
        parameters=[OpenApiParameter("since", {"type": "string", "maxLength": 3999}, description="Cursor; none to begin")],
        responses={200: described.PulseShape, 204: OpenApiResponse(description="nothing new"), **described.READ},
    )
    def get(self, request: HttpRequest) -> Answer:
        at = request.at
        since = changes.read_cursor(request.GET.get("since", ""))
        looked = changes.look(since)
        if since is None or looked.is_foreign:
            self.need("events.view")
            return 200, _answer(changes.following(looked, at=at), at, changes.News([], since is not None))
        is_old = changes.is_old(since, at=at)
        if not looked.has_news and not is_old:
            return self.nothing()
        self.need("events.view")
        found = changes.news(self.actor.rights, since) if looked.has_news else changes.News([], False)
        if not found.rows and not is_old:
            return self.nothing()
        return 200, _answer(changes.following(looked, at=at), at, found)


def _answer(cursor: changes.Cursor, at: object, found: changes.News) -> dict:
    return {"cursor": cursor.text, "now": at, "changed": found.rows, "more": found.more}
