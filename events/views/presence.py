"""Heartbeat of an open ticket, and who else is at the tickets on the page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from events import presence as rows
from events import queries
from events.views.edge import for_staff

MOST_IDS = 200


@for_staff()
@require_POST
def presence(request: HttpRequest) -> HttpResponse:
    """``number`` and ``doing`` of the open ticket (may be empty), ``ids`` of the rows shown → the others."""
    number = request.POST.get("number", "")
    if number:
        doing = "typing" if request.POST.get("doing") == "typing" else "viewing"
        rows.be_here(queries.one(request.rights, number), person_id=request.user.pk, doing=doing, at=request.at)
    ids = [int(text) for text in request.POST.get("ids", "").split(",") if text.isdigit() and len(text) < 19]
    seen = queries.visible_to(request.rights).filter(pk__in=ids[:MOST_IDS]).values_list("pk", flat=True)
    return JsonResponse({"others": rows.who_is_at(list(seen), besides=request.user.pk, at=request.at)})
