"""The address register on the hotline's desk: search, the list of what nobody could place, import with a word per row."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework.refusals import MoveRefused, missing
from events import actions as event_actions
from events import queries as event_queries
from events.views.reporting import land_choices
from grids.addresses import register
from grids.addresses.finding import find
from grids.addresses.importing import Report, decode, import_register
from grids.models import AddressAlias, UnresolvedAddress
from grids.scope import Rights, path_filter
from hotline import queries
from hotline.views.edge import for_desk

KEEP = register.KEEP
ROWS = 30
SHOWN_RESULTS = 500


@for_desk(KEEP)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Try an address: what it finds and why. The lessons of late on one's own land beside it."""
    words = request.GET.get("q", "")[:160]
    return render(request, "hotline/addresses.html", {
        "words": words, "found": find(words) if words.strip() else None, "tab": "search",
        "waiting": UnresolvedAddress.objects.filter(standing="open").count(),
        "lessons": AddressAlias.objects.filter(path_filter(request.rights, KEEP, "grid__path"), origin="learned")
        .select_related("grid", "taught_by").order_by("-taught_at")[:12],
    })


@for_desk(KEEP)
@require_safe
def unresolved(request: HttpRequest) -> HttpResponse:
    """未定位地址: most often met first, with what each may mean.

    What has no place yet is work of every keeper of the register; what was placed is shown to those of its land, and
    the numbers of cases to whoever may know of them.
    """
    standing = request.GET.get("standing", "open")
    if standing not in UnresolvedAddress.Standing.values:
        standing = "open"
    rows = UnresolvedAddress.objects.filter(standing=standing).select_related("grid", "settled_by")
    if standing == "resolved":
        rows = rows.filter(path_filter(request.rights, KEEP, "grid__path"))
    page = Paginator(rows.order_by("-seen", "-last_at", "-id"), ROWS).get_page(request.GET.get("page"))
    known = _known_cases(request.rights, page)
    shown = [{"row": row, "candidates": [c for c in find(row.text).candidates if c.grid][:3] if standing == "open" else [],
              "cases": [number for number in _cases(row) if number in known]} for row in page]  # fmt: skip
    return render(request, "hotline/unresolved.html", {
        "page": page, "rows": shown, "query": f"standing={standing}&", "standing": standing, "tab": "unresolved",
        "standings": UnresolvedAddress.Standing.choices,
        "grids": [(code, name) for code, name in land_choices(request.rights) if len(code) == 15 or not code],
        "waiting": UnresolvedAddress.objects.filter(standing="open").count(),
    })


def _cases(row: UnresolvedAddress) -> list[str]:
    return [subject.partition(":")[2] for subject in row.subjects][-5:]


def _known_cases(rights: Rights, rows: Iterable[UnresolvedAddress]) -> set[str]:
    """Those of the numbers that the person may know of; an order and its event share one."""
    numbers = {number for row in rows for number in _cases(row)}
    return {
        number for visible_to in (queries.visible_to, event_queries.visible_to)
        for number in visible_to(rights).filter(number__in=numbers).values_list("number", flat=True)
    }


@for_desk(KEEP)
@require_POST
def settle(request: HttpRequest, key: int) -> HttpResponse:
    """定位 to a grid, which teaches the register and places the cases that waited; or 无法定位 with the reason."""
    row = get_object_or_404(UnresolvedAddress, pk=key)
    back = reverse("hotline:unresolved")
    if request.POST.get("act") == "dismiss":
        register.dismiss(row, note=request.POST.get("note", ""), actor=request.actor, at=request.at)
        messages.success(request, _("已标为无法定位"))
        return redirect(back)
    grid = request.POST.get("grid", "") or request.POST.get("chosen", "")
    settled = register.resolve(row, grid=grid, actor=request.actor, at=request.at)
    placed = _place_cases(request, settled)
    words = _("“%(text)s”已定位到%(grid)s,地址库已学会") % {"text": row.text, "grid": settled.grid}
    messages.success(request, words + (_(",%(n)s件工单随之定位") % {"n": placed} if placed else ""))
    return redirect(back)


def _place_cases(request: HttpRequest, row: UnresolvedAddress) -> int:
    """Events that waited for this address get their place, where the person may correct them; how many did."""
    numbers = [subject.partition(":")[2] for subject in row.subjects]
    done = 0
    for event in event_queries.visible_to(request.rights).filter(number__in=numbers, is_located=False).exclude(
        state__in=("closed", "merged")
    ):
        try:
            event_actions.correct(
                event, actor=request.actor, at=request.at, area=row.grid.code, note=_("地址“%(text)s”已定位") % {"text": row.text}
            )
        except MoveRefused:
            continue  # another's to correct: the event stays on the board of the unlocated
        done += 1
    return done


@for_desk(KEEP)
@require_http_methods(["GET", "HEAD", "POST"])
def take_in(request: HttpRequest) -> HttpResponse:
    """导入: a CSV of the register; first tried, with a word on every row, then done."""
    report: Report | None = None
    if request.method == "POST":
        sent = request.FILES.get("file")
        if sent is None:
            raise missing(file=_("请选择文件"))
        dry = request.POST.get("act") != "import"
        report = import_register(decode(sent.read()), actor=request.actor, at=request.at, dry_run=dry)
        if not dry:
            messages.success(request, _("已导入:新增%(added)s,更新%(changed)s,未变%(same)s,未通过%(refused)s") % {
                name: report.count(name) for name in ("added", "changed", "same", "refused")
            })
    rows = [row for row in report.rows if row.outcome != "same"][:SHOWN_RESULTS] if report else []
    return render(request, "hotline/address_import.html", {
        "report": report, "rows": rows, "tab": "import", "dry": request.POST.get("act") != "import",
        "counts": {name: report.count(name) for name in ("added", "changed", "same", "refused")} if report else {},
        "waiting": UnresolvedAddress.objects.filter(standing="open").count(),
    })
