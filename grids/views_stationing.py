"""排班 of the stationed officers: a week on one page."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from grids.admin_base import actor_in
from grids.days import day_asked, monday_of
from grids.models import Unit
from grids.queries.stationed import station_week
from grids.refusals import GridRefused
from grids.scope import holds_for_district, rights_of
from grids.staff import STAFF
from grids.stationing import Place, officers_of, set_week, stationed_units


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def stationing(request: HttpRequest) -> HttpResponse:
    """The week's table with a choice in each place. ``?week=DAY``; ``copy=1`` proposes last week's officers."""
    if not holds_for_district(rights_of(request.user, at=request.at), STAFF):
        raise PermissionDenied
    first = monday_of(day_asked(request.POST.get("week") or request.GET.get("week", ""), at=request.at))
    units = stationed_units()
    if request.method != "POST":
        return _page(request, first, units)
    wanted = _wanted(request, first, units)
    try:
        changed = set_week(first, wanted, actor=actor_in(request), at=request.at)
    except GridRefused as refused:
        if refused.status == 404:
            raise Http404 from None
        messages.error(request, refused.detail)
        return _page(request, first, units, wanted=wanted, status=refused.status)
    messages.success(request, _("已保存,改动 %(n)s 个班次") % {"n": changed})
    return redirect(f"{reverse('grids:duty')}?week={first:%Y-%m-%d}#stationed")


def _wanted(request: HttpRequest, first: date, units: list[Unit]) -> dict[Place, int | None]:
    """What the form says of each place; a number that is none of ours becomes one that nobody has."""
    found: dict[Place, int | None] = {}
    for unit in units:
        for n in range(7):
            for shift in ("day", "night"):
                told = request.POST.get(f"t-{unit.pk}-{n}-{shift}")
                if told is not None:
                    is_key = told.isascii() and told.isdecimal() and len(told) < 19
                    found[unit.pk, first + timedelta(days=n), shift] = (int(told) if is_key else -1) if told else None
    return found


def _page(
    request: HttpRequest, first: date, units: list[Unit], *, wanted: dict[Place, int | None] | None = None, status: int = 200
) -> HttpResponse:
    officers = officers_of(units, at=request.at)
    is_copy = request.method != "POST" and request.GET.get("copy") == "1"
    before = dict(station_week(first - timedelta(days=7), at=request.at)) if is_copy else {}
    rows = []
    for unit, cells in station_week(first, at=request.at):
        days = []
        for n, cell in enumerate(cells):
            choices = []
            for place, (shift, label, person) in enumerate(cell.turns):
                chosen = person.pk if person else None
                if is_copy and chosen is None and not cell.is_past:
                    old = before[unit][n].turns[place][2]
                    chosen = old.pk if old else None
                if wanted is not None:
                    chosen = wanted.get((unit.pk, cell.day, shift), chosen)
                choices.append({"name": f"t-{unit.pk}-{n}-{shift}", "label": label, "chosen": chosen, "person": person})
            days.append({"cell": cell, "choices": choices})
        rows.append({"unit": unit, "officers": officers[unit.pk], "days": days})
    return render(request, "grids/stationing.html", {
        "rows": rows, "first": first, "before": first - timedelta(days=7), "after": first + timedelta(days=7),
        "days": [first + timedelta(days=n) for n in range(7)], "is_copy": is_copy,
    }, status=status)
