"""Pages of the land. Areas and units are public inside the staff site (class P0); what is personal is masked by the
queries according to the reader's scope."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from grids import assessing, layers, places, queries
from grids.days import day_asked, monday_of
from grids.models import Area, DutyTurn, Unit
from grids.plates import qr_image
from grids.queries.duty import duty_gaps, month_before_and_after
from grids.queries.stationed import seats, station_week
from grids.scope import SHANGHAI, Rights, holds_for_district, rights_of
from grids.staff import STAFF

View = Callable[..., HttpResponse]
CODE_LENGTH = 20
ROWS = 50
MAP_SHAPES = 600
TONES = ("urgent", "warn", "ok")


def _page(view: View) -> View:
    """A page to read for whoever may see grids at all; its rights as second argument."""

    @wraps(view)
    @login_required
    @require_safe
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        rights = rights_of(request.user, at=request.at)
        if not rights.may("grids.view"):
            raise PermissionDenied
        return view(request, rights, *args, **kwargs)

    return guarded


def area_or_404(code: str) -> Area:
    """The area of a code, abolished ones too; 404 for none."""
    found = queries.area_of(code) if len(code) <= CODE_LENGTH and code.isprintable() else None
    if found is None:
        raise Http404
    return found


def _printable(text: str) -> str:
    """What the client wrote without what no name can hold (NUL is refused by the database)."""
    return "".join(c for c in text[:80] if c.isprintable())


def _top() -> Area | None:
    """The district of this installation, else whatever stands on top."""
    return queries.area_of(settings.DISTRICT_CODE) or queries.children(None).first()


@_page
def browse(request: HttpRequest, rights: Rights) -> HttpResponse:
    """The district with what is below it; with ``?q=`` the areas that match."""
    words = request.GET.get("q", "")[:80]
    top = _top()
    if top is None:
        return render(request, "grids/empty.html")
    found = queries.search_areas(words, limit=100) if words.strip() else None
    return render(
        request, "grids/area.html", {**_area_context(top, rights, request), "words": words, "found": found}
    )


@_page
def area(request: HttpRequest, rights: Rights, code: str) -> HttpResponse:
    return render(request, "grids/area.html", _area_context(area_or_404(code), rights, request))


def _area_context(found: Area, rights: Rights, request: HttpRequest) -> dict:
    card = queries.area_card(found, at=request.at, rights=rights)
    special = queries.special_grids(found) if found.level_id != "grid" else Area.objects.none()
    return {
        "card": card,
        "area": found,
        "buildings": found.buildings.all()[:200] if found.level_id == "grid" else (),
        "special": special[:50],
        "chain": queries.chain_of(found, at=request.at) if found.level_id == "grid" else (),
        "sheet": assessing.sheet_of(found),
        "may_assess": assessing.may_assess(rights, found),
        **_layer_context(found, card, request),
        **_team_context(found, card, request),
    }  # fmt: skip


def _layer_context(found: Area, card: queries.AreaCard, request: HttpRequest) -> dict:
    """The layer asked for, the rows beside the map, the Party tree where the land is small enough to read it."""
    layer = layers.layer_of(found, card.below, request.GET.get("layer", "")) if card.below else None
    return {
        "layer": layer, "layers": layers.LAYERS if card.below else {}, "rows": [_row(a, layer) for a in card.below],
        "party_tree": layers.party_tree(found) if found.level_id in ("community", "grid") else (),
    }


def _team_context(found: Area, card: queries.AreaCard, request: HttpRequest) -> dict:
    """The team of a grid; who its volunteers are is for those whose land it is."""
    if found.level_id != "grid":
        return {}
    rights = rights_of(request.user, at=request.at)
    day = request.at.astimezone(SHANGHAI).date()
    return {
        "team": queries.team_card(found, card.holders, day=day),
        "sees_members": rights.covers("grids.staff", area_path=found.path) or rights.covers("grids.manage", area_path=found.path),
    }


def _row(one: Area, layer: layers.Layer | None) -> dict:
    """An area in the list beside the map."""
    cell = layer.cells.get(one.pk, {}) if layer else {}
    return {
        "key": one.code,
        "name": one.short_name or one.name,
        "value": cell.get("words", "") if layer else one.below_count or "",
        "tone": cell.get("tone", ""),
        "url": reverse("grids:area", args=[one.code]),
    }


@_page
def area_map(request: HttpRequest, rights: Rights, code: str) -> JsonResponse:
    """GeoJSON for the map of an area: its children (for a grid its buildings) and its own outline; coloured by
    ``layer``."""
    found = area_or_404(code)
    layer = None
    if found.level_id == "grid":
        inside = _buildings(found)
    else:
        below = list(queries.children(found)[:MAP_SHAPES])
        layer = layers.layer_of(found, below, request.GET.get("layer", ""))
        urls = {a.code: _shape(a, layer) for a in below}
        inside = places.feature_collection(below, urls)
    outline = {"type": "Feature", "geometry": found.boundary, "properties": {}} if found.boundary else None
    breaks = {"breaks": layer.breaks} if layer else {}
    return JsonResponse({"areas": inside, "outline": outline, "level": found.level_id, **breaks})


def _shape(one: Area, layer: layers.Layer | None) -> dict:
    """What an outline on the map carries."""
    plain = {"url": reverse("grids:area", args=[one.code]), "value": 0, "count": one.below_count or ""}
    cell = layer.cells.get(one.pk) if layer else None
    if cell is None:
        return plain
    return plain | {"value": cell["value"], "over": cell["over"], "count": "", "facts": [["", cell["words"]]]}


def _buildings(grid: Area) -> dict:
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": b.footprint,
                "properties": {
                    "key": b.code, "name": b.name, "value": 0, "count": "",
                    "facts": [["", f"{b.height_m:g} m"]],
                },
            }
            for b in grid.buildings.all()[:MAP_SHAPES]
        ],
    }  # fmt: skip


@_page
def pick(request: HttpRequest, rights: Rights) -> JsonResponse:
    """The region picker: ``?q=`` name, pinyin, initials or code; ``?level=``; ``?within=CODE``; or ``?parent=CODE``."""
    level = _printable(request.GET.get("level", ""))[:20]
    parent = request.GET.get("parent")
    if parent is not None:
        found = list(queries.children(area_or_404(parent) if parent else None)[:MAP_SHAPES])
    else:
        within = request.GET.get("within")
        path = area_or_404(within).path if within else ""
        found = queries.search_areas(request.GET.get("q", ""), level=level, within=path)
    return JsonResponse(
        {"results": [{"code": a.code, "name": a.name, "level": a.level_id, "path": a.path} for a in found]}
    )


@_page
def plate(request: HttpRequest, rights: Rights, code: str) -> HttpResponse:
    """网格公示牌, A3, with the code that opens the report form for this grid."""
    found = area_or_404(code)
    if found.level_id != "grid":
        raise Http404
    card = queries.area_card(found, at=request.at, rights=rights)
    try:
        address = reverse("citizen:grid", args=[found.code])
    except NoReverseMatch:  # an installation without the citizens' pages
        address = "/"
    link = request.build_absolute_uri(address)
    duties = next((holder.duties for holder in card.posted("worker")), ())
    return render(
        request,
        "grids/plate.html",
        {"card": card, "area": found, "link": link, "qr": qr_image(link), "duties": duties},
    )


@_page
def staffing(request: HttpRequest, rights: Rights) -> HttpResponse:
    """The staffing board of a part of the land (``?area=``), narrowed by ``?tone=urgent|warn`` or ``?size=``."""
    wanted = request.GET.get("area", "")
    root = area_or_404(wanted) if wanted else _top()
    if root is None:
        return render(request, "grids/empty.html")
    board = queries.staffing_board(root, at=request.at)
    counts = {
        "grids": len(board),
        "vacancy": sum(row.vacancy for row in board),
        "away": sum(row.a_away for row in board),
        "incomplete": sum(row.completeness < 100 for row in board),
        "oversize": sum(row.size == "oversize" for row in board),
        "undersize": sum(row.size == "undersize" for row in board),
    }
    only = request.GET.get("only", "")
    tests = {
        "vacancy": lambda row: row.vacancy, "away": lambda row: row.a_away, "incomplete": lambda row: row.completeness < 100,
        "oversize": lambda row: row.size == "oversize", "undersize": lambda row: row.size == "undersize",
    }  # fmt: skip
    rows = [row for row in board if tests[only](row)] if only in tests else board
    rows = sorted(rows, key=lambda row: (TONES.index(row.tone), row.area.code))
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    top = _top()
    return render(
        request,
        "grids/staffing.html",
        {
            "root": root, "page": page, "counts": counts, "only": only if only in tests else "",
            "streets": queries.children(top) if top else (), "heads": queries.who_covers_what(root, at=request.at)[:20],
        },
    )  # fmt: skip


@_page
def duty(request: HttpRequest, rights: Rights) -> HttpResponse:
    """Today's board and the month; ``?month=YYYY-MM``, ``?area=CODE``."""
    wanted = request.GET.get("area", "")
    root = area_or_404(wanted) if wanted else _top()
    if root is None:
        return render(request, "grids/empty.html")
    first = _month(request.GET.get("month", ""), request)
    before, after = month_before_and_after(first.year, first.month)
    top = _top()
    return render(
        request,
        "grids/duty.html",
        {
            "root": root, "board": queries.duty_board(root, at=request.at, rights=rights), "first": first,
            "weeks": queries.duty_month(root, year=first.year, month=first.month, at=request.at),
            "before": before, "after": after, "gaps": duty_gaps(root, at=request.at),
            "streets": queries.children(top) if top else (), "kinds": DutyTurn.Kind,
            **(_stationed(request, rights) if root == top else {}),
        },
    )  # fmt: skip


def _stationed(request: HttpRequest, rights: Rights) -> dict[str, object]:
    """The stationed officers: who sits in the centre now, and the week of ``?week=DAY``."""
    first = monday_of(day_asked(request.GET.get("week", ""), at=request.at))
    now = seats(at=request.at, rights=rights)
    return {
        "seats": now, "seated": sum(seat.officer is not None for seat in now), "station_week": station_week(first, at=request.at),
        "week": first, "week_days": [first + timedelta(days=n) for n in range(7)],
        "week_before": first - timedelta(days=7), "week_after": first + timedelta(days=7),
        "may_station": holds_for_district(rights, STAFF),
    }


def _month(given: str, request: HttpRequest) -> date:
    today = request.at.astimezone(SHANGHAI).date().replace(day=1)
    try:
        first = date.fromisoformat(f"{given}-01")
    except ValueError:
        return today
    return first if 2000 <= first.year <= 2100 else today


@_page
def units(request: HttpRequest, rights: Rights) -> HttpResponse:
    """The register of units with their jurisdiction."""
    kind = request.GET.get("kind", "")
    words = _printable(request.GET.get("q", ""))
    found = queries.units(kind=kind if kind in Unit.Kind.values else "", words=words.strip())
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    there = queries.connected(list(page), at=request.at)
    for row in page:
        row.connected = there.get(row.pk)
    return render(request, "grids/units.html", {
        "page": page, "kinds": Unit.Kind.choices, "kind": kind, "words": words,
        "overview": queries.overview(at=request.at),
    })


@_page
def unit(request: HttpRequest, rights: Rights, code: str) -> HttpResponse:
    found = Unit.objects.select_related("area", "parent").filter(code=_printable(code)[:40]).first()
    if found is None:
        raise Http404
    return render(request, "grids/unit.html", queries.unit_card(found, at=request.at, rights=rights))
