"""Pages of the bodies: register with map, one body, coverage and the 15-minute circle."""

from __future__ import annotations

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.names import named
from casework.edge import for_staff
from disputes import bodies, statistics
from disputes.models import SPECIALITIES, SPECIALITY_NAMES, MediationBody
from grids import queries as land
from grids.models import Area

PERMISSION = "grids.view"
"""Bodies are a register of the land: whoever may look at units may look at them."""
MOST_UNCOUNTED = 2
"""A committee and a family station at one address are one mark; more bear their number."""
ROWS, OUTSIDE_ROWS = 40, 100


def asked_words(request: HttpRequest, name: str, most: int = 40) -> str:
    """A printable word of the query, cut to what is sensible."""
    return "".join(c for c in request.GET.get(name, "")[:most] if c.isprintable()).strip()


def _wanted(request: HttpRequest) -> dict[str, str]:
    kind, speciality = asked_words(request, "kind"), asked_words(request, "speciality")
    return {
        "kind": kind if kind in MediationBody.Kind.values else "",
        "speciality": speciality if speciality in SPECIALITY_NAMES else "",
        "area": asked_words(request, "area", 20), "words": asked_words(request, "q", 80),
    }


def streets() -> object:
    """Streets and towns of the district, for the filter."""
    top = Area.objects.filter(code=settings.DISTRICT_CODE).first()
    return land.children(top) if top else ()


@for_staff(PERMISSION)
@require_safe
def browse(request: HttpRequest) -> HttpResponse:
    """The register: ``?kind= &speciality= &area= &q=``, with map and list twin."""
    wanted = _wanted(request)
    found = bodies.bodies(**wanted)
    rows = [
        {"key": place.key, "name": place.name, "value": len(place.bodies), "url": "#"} for place in bodies.places(found)
    ]
    counts = dict.fromkeys(MediationBody.Kind.values, 0)
    for body in bodies.bodies():
        counts[body.kind] += 1
    return render(request, "disputes/bodies.html", {
        "page": Paginator(found, ROWS).get_page(request.GET.get("page")), "rows": rows, "wanted": wanted,
        "kinds": [(value, label, counts[value]) for value, label in MediationBody.Kind.choices],
        "specialities": SPECIALITIES, "streets": streets(), "query": _query(wanted),
        "map_url": f"{reverse('disputes:bodies_map')}?{_query(wanted)}",
    })  # fmt: skip


def _query(wanted: dict[str, str]) -> str:
    from urllib.parse import urlencode

    named_so = {"kind": "kind", "speciality": "speciality", "area": "area", "words": "q"}
    return urlencode({named_so[name]: value for name, value in wanted.items() if value}) + ("&" if any(wanted.values()) else "")


@for_staff(PERMISSION)
@require_safe
def map_data(request: HttpRequest) -> JsonResponse:
    """Outlines of the streets and a mark for every place with bodies."""
    marks = [_mark(place) for place in bodies.places(bodies.bodies(**_wanted(request)))]
    return JsonResponse({"areas": land.ground(settings.DISTRICT_CODE), "marks": marks})


def _mark(place: bodies.Place) -> dict:
    first = place.bodies[0]
    return {
        "key": place.key, "lon": place.lon, "lat": place.lat, "tone": "run", "title": place.name,
        "url": reverse("disputes:body", args=[first.code]),
        "facts": [[body.get_kind_display(), named(body)] for body in place.bodies[:12]],
        **({"number": len(place.bodies)} if len(place.bodies) > MOST_UNCOUNTED else {}),
    }  # fmt: skip


@for_staff(PERMISSION)
@require_safe
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """One body: who leads it, what it is good at, its mediators, rooms and record."""
    body = bodies.body_of(code) if code.isprintable() else None
    if body is None:
        raise Http404
    people = body.mediators.filter(is_active=True).select_related("person")
    return render(request, "disputes/body.html", {
        "body": body, "mediators": people, "rooms": bodies.rooms(body=body),
        "names": [SPECIALITY_NAMES.get(code, code) for code in body.specialities],
        "record": statistics.record_of(body, at=request.at),
        "siblings": bodies.bodies().filter(area=body.area).exclude(pk=body.pk)[:12],
    })  # fmt: skip


@for_staff(PERMISSION)
@require_safe
def reach(request: HttpRequest) -> HttpResponse:
    """全覆盖 and the 15-minute circle: ``?mode=walk|ride &branded=1 &area=``."""
    area = asked_words(request, "area", 20)
    path = Area.objects.filter(code=area).values_list("path", flat=True).first() or ""
    branded = request.GET.get("branded") == "1"
    found = bodies.circle(mode=asked_words(request, "mode"), only_branded=branded, within=path)
    covered = bodies.coverage(within=path)
    formula = _("15分钟可达户数 ÷ 全部户数;直线距离×%(detour)s÷每分钟%(speed)s米,户数按网格计") % {
        "detour": bodies.DETOUR, "speed": bodies.METRES_PER_MINUTE[found.mode],
    }  # fmt: skip
    return render(request, "disputes/reach.html", {
        "circle": found, "outside": found.outside[:OUTSIDE_ROWS], "coverage": covered, "formula": formula,
        "branded": branded, "area": area, "streets": streets(), "modes": (("walk", _("步行")), ("ride", _("骑行"))),
    })  # fmt: skip
