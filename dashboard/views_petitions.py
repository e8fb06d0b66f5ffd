"""信访三率: the page of the rates and the lists behind their numbers."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dashboard import petitions
from dashboard.five_orders import MOST_LISTED, period_of
from dashboard.land import VIEW, home_code, read_land
from dashboard.queries import VIEW_EVENTS
from events.queries import visible_to
from events.views.edge import for_staff


@for_staff(VIEW)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The three rates of ``area`` over ``days``, narrowed to a ``kind``; with ``row`` and ``part`` the events behind a
    number."""
    land = read_land(request.rights, request.GET.get("area") or home_code(request.rights))
    known = petitions.kinds()
    kind = request.GET.get("kind", "")
    if kind and kind not in known:
        raise Http404
    period = period_of(request.GET.get("days", ""), at=request.at, known=petitions.PERIODS, usual=petitions.USUAL)
    sees = request.rights.covers(VIEW_EVENTS, area_path=land.area.path)
    shown: dict[str, Any] = {
        "land": land, "period": period, "periods": petitions.PERIODS, "kinds": known, "kind": kind, "sees": sees,
        "kind_name": known.get(kind, ""), "as_of": request.at,
    }
    if "row" in request.GET:
        return _behind(request, shown)
    shown["table"] = petitions.table(land, period, at=request.at, kind=kind)
    shown["columns"] = [one.label for one in petitions.RATES.values()]
    return render(request, "dashboard/petitions.html", shown)


def _behind(request: HttpRequest, shown: dict[str, Any]) -> HttpResponse:
    if not shown["sees"]:
        raise Http404
    sight = petitions.Sight(
        shown["land"].area, shown["period"], at=request.at, kind=shown["kind"], events=visible_to(request.rights)
    )
    row, part = request.GET.get("row", ""), request.GET.get("part", "")
    rows = petitions.behind(sight, row=row, part=part)
    if rows is None:
        raise Http404
    title = f"{petitions.RATES[row].label} · {_('分子') if part == 'hits' else _('分母')}"
    return render(request, "dashboard/petitions_list.html", {
        **shown, "rows": rows.select_related("category", "owner_unit", "area")[:MOST_LISTED], "count": rows.count(),
        "most": MOST_LISTED, "title": title, "formula": petitions.RATES[row].formula,
    })
