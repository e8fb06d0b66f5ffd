"""The command wall and what refreshes it."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.clients import client_address
from casework import readlog
from dashboard import dismissals, exporting, kiosk, map_layers, presenting, replay
from dashboard import five_orders as fives
from dashboard.land import VIEW, Land, home_code, read_land
from dashboard.models import Dismissal, Recurrence
from dashboard.panels import all_panels
from dashboard.queries import VIEW_EVENTS, read
from dashboard.reading import Reading
from dashboard.tiles import all_tiles
from events.alerts import queries as alerts
from events.clues import queries as clues
from events.exporting import TYPES, write_xlsx
from events.queries import visible_to
from events.views.edge import for_staff, is_fetch
from grids.scope import SHANGHAI


def _waiting(reading: Reading) -> list[dict[str, Any]]:
    """What waits for somebody's judgement on this land, for those who may see it: short and full words, count, list."""
    land = reading.land.area.path
    rows = (
        (_("设备"), _("设备预警待人确认"), alerts.waiting_count(reading.rights, land=land), reverse("events:alerts")),
        (_("线索"), _("聚合线索待人研判"), clues.waiting_count(reading.rights, land=land), reverse("events:clues")),
    )
    return [{"short": short, "name": name, "value": count, "url": url} for short, name, count, url in rows if count]


def _area_code(request: HttpRequest) -> str:
    return request.POST.get("area") or request.GET.get("area") or home_code(request.rights)


def _today(request: HttpRequest) -> date:
    return request.at.astimezone(SHANGHAI).date()


def _shown(request: HttpRequest) -> tuple[Reading, dict[str, Any]]:
    day = _today(request)
    reading, numbers = _numbers(request)
    numbers["warnings"] = dismissals.without_dismissed(
        numbers["warnings"], dismissals.in_force(reading.land, at=request.at)
    )
    dots = request.GET.get("dots") == "1" or reading.land.area.level in ("community", "grid")
    live = {
        **map_layers.loads(reading.land),
        "marks": map_layers.marks(reading.land, rights_to_events=reading.sees_people, dots=dots),
        "dots": dots,
    }
    card = map_layers.grid_card(reading.land, reading.rights, day=day)
    shown = presenting.wall_context(reading, numbers, live, card, dots=request.GET.get("dots") == "1")
    shown["may_dismiss"] = reading.rights.covers(dismissals.MAY, area_path=reading.land.area.path)
    shown["waiting"] = _waiting(reading)
    shown["dismissal"] = {"reasons": Dismissal.Reason.choices, "hours": dismissals.HOURS}
    return reading, shown


@require_safe
def wall(request: HttpRequest) -> HttpResponse:
    """指挥大屏. ``area``, ``kiosk``, ``large``, ``scene``, ``dots`` stand in the address; an unattended wall begins
    with ``token``."""
    if request.GET.get("kiosk") == "1" and not request.user.is_authenticated:
        return kiosk.begin(request)
    return _wall(request)


@for_staff(VIEW)
def _wall(request: HttpRequest) -> HttpResponse:
    _reading, shown = _shown(request)
    shown["kiosk"] = request.GET.get("kiosk") == "1"
    shown["large"] = request.GET.get("large") == "1"
    scene = request.GET.get("scene", "1")
    shown["scene"] = scene if scene in ("1", "2", "3", "4") else "1"
    return render(request, "dashboard/wall.html", shown)


@for_staff(VIEW)
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """The wall's panels and numbers as they are now: the same fragment as the page, for a merge in place."""
    _reading, shown = _shown(request)
    return render(request, "dashboard/_live.html", shown)


@for_staff(VIEW)
@require_safe
def layers(request: HttpRequest) -> HttpResponse:
    """Outlines of an area's map; 304 while no boundary has changed."""
    land = read_land(request.rights, _area_code(request))
    versions = map_layers.version_of()
    tag = f'"{land.area.code}-{versions[1]}"'
    if request.headers.get("If-None-Match") == tag:
        answer: HttpResponse = HttpResponseNotModified()
    else:
        answer = HttpResponse(map_layers.layers(land, versions=versions), content_type="application/json")
        answer["Content-Encoding"] = "gzip"
    answer["ETag"] = tag
    answer["Cache-Control"] = "private, no-cache"
    return answer


@for_staff(VIEW)
@require_safe
def duty(request: HttpRequest) -> HttpResponse:
    """The posts behind 在岗/应到 as counts by area; no names."""
    day = _today(request)
    reading = read(request.rights, _area_code(request), day, day, request.at)
    numbers = {"on_duty": all_tiles(reading)["on_duty"], "duty": all_panels(reading)["duty"]}
    return render(request, "dashboard/duty.html", {"land": reading.land, **numbers})


@for_staff(VIEW)
@require_safe
def recurrences(request: HttpRequest) -> HttpResponse:
    """Closings whose matter came again, in pairs; only events the reader may see."""
    land = read_land(request.rights, _area_code(request))
    first, last = (presenting.day_in(request, name) for name in ("from", "to"))
    mine = visible_to(request.rights).filter(area_path__startswith=land.area.path, state="closed")
    rows = Recurrence.objects.filter(closed__in=mine, area_path__startswith=land.area.path)
    if first and last:
        rows = rows.filter(closed_on__range=(first, last))
    pairs = rows.select_related("closed__category", "again__owner_unit", "closed__owner_unit").order_by("-closed_on", "-pk")
    return render(request, "dashboard/recurrences.html", {
        "land": land, "pairs": pairs[:500], "count": rows.count(), "first": first, "last": last,
    })


@for_staff(VIEW)
@require_safe
def five_orders(request: HttpRequest) -> HttpResponse:
    """五单办理: orders by kind and unit, rates of handing out and handling; with ``row`` the events behind a number."""
    land = read_land(request.rights, _area_code(request))
    period = fives.period_of(request.GET.get("days", ""), at=request.at)
    sees = request.rights.covers(VIEW_EVENTS, area_path=land.area.path)
    shown: dict[str, Any] = {"land": land, "period": period, "periods": fives.PERIODS, "sees": sees}
    if any(name in request.GET for name in ("row", "unit")):
        return _behind(request, land, period, shown)
    sight = fives.Sight(land, period, at=request.at)
    shown |= {
        "columns": [label for label, _q in fives.COLUMNS.values()], "kinds": fives.by_kind(sight),
        "units": fives.by_unit(sight), "rates": fives.rates(sight), "whistles": fives.whistles(sight),
    }
    return render(request, "dashboard/five_orders.html", shown)


def _behind(request: HttpRequest, land: Land, period: fives.Period, shown: dict[str, Any]) -> HttpResponse:
    if not shown["sees"]:
        raise Http404
    sight = fives.Sight(land, period, at=request.at, events=visible_to(request.rights))
    asked = {name: request.GET.get(name, "") for name in ("row", "column", "unit", "part")}
    rows = fives.behind(sight, **asked)
    if rows is None:
        raise Http404
    found = rows.select_related("category", "owner_unit", "area")
    shown |= {"rows": found[:fives.MOST_LISTED], "count": rows.count(), "most": fives.MOST_LISTED}
    shown["title"] = fives.title_of(**asked)
    return render(request, "dashboard/five_orders_list.html", shown)


@for_staff(VIEW)
@require_safe
def warnings(request: HttpRequest) -> HttpResponse:
    """预警: what stands on the wall now, to be handled or put away, and the record of what was put away."""
    reading, numbers = _numbers(request)
    away = dismissals.in_force(reading.land, at=request.at)
    shown = dismissals.without_dismissed(numbers["warnings"], away)
    return render(request, "dashboard/warnings.html", {
        "land": reading.land, "warnings": shown, "record": dismissals.record(reading.land), "now": request.at,
        "may_dismiss": reading.rights.covers(dismissals.MAY, area_path=reading.land.area.path),
        "dismissal": {"reasons": Dismissal.Reason.choices, "hours": dismissals.HOURS},
    })


def _numbers(request: HttpRequest) -> tuple[Reading, dict[str, dict[str, Any]]]:
    day = _today(request)
    reading = read(request.rights, _area_code(request), day, day, request.at)
    return reading, {**all_tiles(reading), **all_panels(reading)}


@for_staff(dismissals.MAY)
@require_POST
def dismiss(request: HttpRequest) -> HttpResponse:
    """忽略(原因): put a warning of this area away."""
    reading, numbers = _numbers(request)
    row = dismissals.dismiss(
        reading.land, numbers["warnings"]["rows"], rights=request.rights, at=request.at,
        **{name: request.POST.get(name, "") for name in ("key", "reason", "note", "hours")},
    )
    return _said(request, _("已忽略:%(title)s") % {"title": row.title}, reading.land.area.code)


@for_staff(dismissals.MAY)
@require_POST
def lift(request: HttpRequest, key: int) -> HttpResponse:
    """恢复显示."""
    land = read_land(request.rights, _area_code(request))
    row = dismissals.lift(key, land, rights=request.rights, at=request.at)
    return _said(request, _("已恢复显示:%(title)s") % {"title": row.title}, land.area.code)


def _said(request: HttpRequest, words: str, area: str) -> HttpResponse:
    if is_fetch(request):
        return JsonResponse({"said": words})
    messages.success(request, words)
    return redirect(f"{reverse('dashboard:warnings')}?{urlencode({'area': area})}")


@for_staff(VIEW)
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """One panel as a workbook: the numbers that are on the wall, noted in the read log."""
    panel = request.GET.get("panel", "by_area")
    if panel not in exporting.PANELS:
        raise Http404
    reading, numbers = _numbers(request)
    table = exporting.table_of(panel, numbers, reading, by=request.user, at=request.at)
    readlog.record(
        request.actor, "export", kind="wall", at=request.at, object_key=panel, count=len(table.rows), fields=[],
        reason=reading.land.area.code, address=client_address(request),
    )
    body = BytesIO()
    write_xlsx(table, body)
    response = HttpResponse(body.getvalue(), content_type=TYPES["xlsx"])
    response["Content-Disposition"] = f'attachment; filename="{panel}-{request.at:%Y%m%d-%H%M%S}.xlsx"'
    return response


@for_staff(VIEW)
@require_safe
def replayed(request: HttpRequest) -> HttpResponse:
    """回放: the open events of the last day, hour by hour, counted from the trail."""
    land = read_land(request.rights, _area_code(request))
    return JsonResponse({"area": land.area.code, "frames": replay.frames(land, at=request.at)})
