"""Pages of the register of public legal services: map and list, one place."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.names import named
from casework.edge import for_staff
from disputes import services
from disputes.models import LegalService
from disputes.views.bodies import PERMISSION, asked_words, streets
from grids import queries as land

ROWS = 40


def _wanted(request: HttpRequest) -> dict[str, str]:
    kind = asked_words(request, "kind")
    return {
        "kind": kind if kind in LegalService.Kind.values else "", "area": asked_words(request, "area", 20),
        "words": asked_words(request, "q", 80),
    }


def _query(wanted: dict[str, str]) -> str:
    names = {"kind": "kind", "area": "area", "words": "q"}
    return urlencode({names[name]: value for name, value in wanted.items() if value}) + ("&" if any(wanted.values()) else "")


@for_staff(PERMISSION)
@require_safe
def browse(request: HttpRequest) -> HttpResponse:
    """公共法律服务: ``?kind= &area= &q=``, with map and list twin."""
    wanted = _wanted(request)
    found = services.services(**wanted)
    counts = dict(services.services().order_by().values_list("kind").annotate(n=Count("pk")))
    placed = [one for one in found if one.lon is not None]
    return render(request, "disputes/services.html", {
        "page": Paginator(found, ROWS).get_page(request.GET.get("page")), "wanted": wanted, "streets": streets(),
        "rows": [{"key": one.code, "name": named(one), "value": "", "url": _address(one)} for one in placed],
        "kinds": [(value, label, counts.get(value, 0)) for value, label in LegalService.Kind.choices],
        "query": _query(wanted), "map_url": f"{reverse('disputes:services_map')}?{_query(wanted)}",
        "has_made_up": any(one.is_made_up for one in found),
    })  # fmt: skip


def _address(service: LegalService) -> str:
    return reverse("disputes:service", args=[service.code])


@for_staff(PERMISSION)
@require_safe
def map_data(request: HttpRequest) -> JsonResponse:
    """Outlines of the streets and a mark for every place."""
    marks = [
        {
            "key": one.code, "lon": one.lon, "lat": one.lat, "tone": "run", "title": named(one), "url": _address(one),
            "facts": [[str(one.get_kind_display()), one.phone], [one.opening_hours, one.address]],
        }
        for one in services.services(**_wanted(request)) if one.lon is not None
    ]  # fmt: skip
    return JsonResponse({"areas": land.ground(settings.DISTRICT_CODE), "marks": marks})


@for_staff(PERMISSION)
@require_safe
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """One place: where, when, what it does, and who else of its kind is near."""
    service = services.service_of(code) if code.isprintable() else None
    if service is None:
        raise Http404
    others = services.services(kind=service.kind).exclude(pk=service.pk)
    point = (service.lon, service.lat) if service.lon is not None else None
    return render(request, "disputes/service.html", {"service": service, "others": services.by_distance(others, point)})
