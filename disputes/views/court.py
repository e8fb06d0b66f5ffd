"""The court on site: what was handed to it, what is to be filed, served, closed, confirmed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from disputes import court, queries
from disputes.presenting import ROW_FIELDS, clocks_of, rows_for
from disputes.reach import COURT
from disputes.views.edge import for_disputes
from events.presenting import chip
from grids.models import Unit

PAGE = 50
VERBS = {
    "to_file": ("court_file",), "to_serve": ("court_serve",), "to_close": ("court_end",),
    "to_confirm": ("court_confirm", "court_deny"), "done": (),
}
"""What a row of each view offers at once."""


@for_disputes(COURT)
@require_safe
def browse(request: HttpRequest) -> HttpResponse:
    """``?view=to_file|to_serve|to_close|to_confirm|done &c=``: the first that is not empty."""
    rights, counted = request.rights, court.counts(request.rights)
    code = request.GET.get("view") or next((view.code for view in court.VIEWS if counted[view.code]), "to_file")
    page = queries.page(
        court.in_view(rights, code), order="-id" if code == "done" else "due_at", cursor=request.GET.get("c", ""),
        size=PAGE, fields=ROW_FIELDS,
    )
    ids = [row["id"] for row in page.rows]
    matters, clocks = court.matters_of(rights, ids), clocks_of(ids)
    rows = rows_for(page.rows, rights, at=request.at)
    for row in rows:
        own = [one for one in clocks.get(row["id"], []) if one["stage"].startswith("crt_")]
        row["matters"] = matters.get(row["id"], [])
        row["chip"] = chip(own, at=request.at, url=f"{row['url']}clock/")
    return render(request, "disputes/court.html", {
        "view": court.VIEW_BY_CODE[code], "rows": rows, "total": counted[code], "verbs": VERBS[code],
        "views": [{"code": one.code, "label": one.label, "count": counted[one.code], "current": one.code == code}
                  for one in court.VIEWS],
        "units": Unit.objects.filter(pk__in=rights.units(COURT)),
        "next_url": f"?view={code}&c={page.next}" if page.next else "",
        "first_url": f"?view={code}" if request.GET.get("c") else "",
    })
