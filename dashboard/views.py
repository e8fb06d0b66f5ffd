"""The command wall and what refreshes it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dashboard import map_layers, presenting
from dashboard.land import VIEW, home_code, read_land
from dashboard.models import Recurrence
from dashboard.panels import all_panels
from dashboard.queries import read
from dashboard.reading import Reading
from dashboard.tiles import all_tiles
from events.queries import visible_to
from events.views.edge import for_staff
from grids.scope import SHANGHAI


def _area_code(request: HttpRequest) -> str:
    return request.GET.get("area") or home_code(request.rights)


def _today(request: HttpRequest) -> date:
    return request.at.astimezone(SHANGHAI).date()


def _shown(request: HttpRequest) -> tuple[Reading, dict[str, Any]]:
    day = _today(request)
    reading = read(request.rights, _area_code(request), day, day, request.at)
    numbers = {**all_tiles(reading), **all_panels(reading)}
    dots = request.GET.get("dots") == "1" or reading.land.area.level in ("community", "grid")
    live = {
        **map_layers.loads(reading.land),
        "marks": map_layers.marks(reading.land, rights_to_events=reading.sees_people, dots=dots),
        "dots": dots,
    }
    card = map_layers.grid_card(reading.land, reading.rights, day=day)
    return reading, presenting.wall_context(reading, numbers, live, card, dots=request.GET.get("dots") == "1")


@for_staff(VIEW)
@require_safe
def wall(request: HttpRequest) -> HttpResponse:
    """指挥大屏. ``area``, ``kiosk``, ``large``, ``scene``, ``dots`` stand in the address."""
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
