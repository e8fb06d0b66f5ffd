"""The no-response board: orders that nobody has taken up or moved, and callers dissatisfied twice."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from casework.edge import for_staff
from hotline import queries
from hotline.models import OrderFlag
from hotline.presenting import FLAG_TONES, ROW_FIELDS, rows_for, tabs_of
from hotline.workflow import LIVE

MOST = 100


@for_staff("hotline.view")
@require_safe
def silence(request: HttpRequest) -> HttpResponse:
    """无响应: by kind of mark, longest waiting first, with what can be done about it."""
    seen = queries.visible_to(request.rights).filter(state__in=LIVE)
    sections = []
    for kind, label in OrderFlag.Kind.choices:
        rows = seen.filter(flags__kind=kind, flags__cleared_at=None).order_by("registered_at", "pk")
        found = list(rows.values("id", *ROW_FIELDS)[:MOST])
        sections.append({"kind": kind, "label": label, "tone": FLAG_TONES[kind], "rows": rows_for(found, at=request.at)})
    return render(request, "hotline/silence.html", {
        "sections": sections, "total": sum(len(one["rows"]) for one in sections), "tabs": tabs_of(request.rights, "silence"),
        "may_supervise": request.rights.may("hotline.supervise"),
    })
