"""The list of orders, one order's page, its clock, and its verbs."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.clients import client_address
from casework import readlog
from casework.doing import VerbDoor
from casework.edge import for_staff, is_fetch, next_of
from casework.models import Case
from casework.offering import Offer
from casework.presenting import clocks_explained, steps_of, trail_of
from casework.verb_forms import VerbForm
from events.masking import mask_name, mask_phone
from events.presenting import LEVELS, chip
from events.reference_rows import categories
from events.views.doing import canned_for
from hotline import queries, verbs
from hotline.api.listing import ORDERS, read_filters
from hotline.dossier import STATE_WORDS, Dossier
from hotline.models import HotlineOrder
from hotline.presenting import ROW_FIELDS, STAGES, TONES, clocks_of, rows_for, tabs_of
from hotline.workflow import MOVES, STEPS, step_of

SIZE = 50


def for_hotline() -> Any:
    """Whoever may see some orders: by land, as an agent, or as the one who calls back."""
    return for_staff(*queries.PERMISSIONS)


@for_hotline()
@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    """The list: views with counts of nothing but themselves, filters in the address, keyset pages."""
    code = request.GET.get("view") or "live"
    view = queries.VIEW_BY_CODE.get(code)
    rows = queries.in_view(request.rights, code, at=request.at)
    rows = queries.narrow(rows, read_filters(request.GET), at=request.at)
    order = request.GET.get("order") or view.order
    found = queries.page(
        rows, order=order if order in ORDERS else "-id", cursor=request.GET.get("cursor", ""), size=SIZE,
        fields=ROW_FIELDS,
    )
    shown = {
        "view": view, "views": queries.VIEWS, "rows": rows_for(found.rows, at=request.at),
        "next": _more(request, cursor=found.next) if found.next else "",
        "first": _more(request, cursor="") if request.GET.get("cursor") else "",
        "demands": HotlineOrder.Demand.choices, "majors": _majors(), "wanted": request.GET,
        "is_narrowed": any(request.GET.get(name) for name in ("q", "demand", "category", "urgency", "area", "flag")),
        "urgencies": HotlineOrder._meta.get_field("urgency").choices, "tabs": tabs_of(request.rights, "orders"),
    }
    return render(request, "hotline/orders.html", shown)


def _more(request: HttpRequest, **changed: str) -> str:
    kept = {name: value for name, value in request.GET.items() if value} | changed
    return "?" + urlencode({name: value for name, value in kept.items() if value})


def _majors() -> list:
    return sorted((row for row in categories().values() if row.parent_id is None), key=lambda row: row.code)


@for_hotline()
@require_safe
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """One order: steps, clocks, what was said and answered, trail, the event it follows. Opening it is noted."""
    order = queries.one(request.rights, number)
    dossier = Dossier(order, request.rights, request.at)
    bar, rest = verbs.VERBS.offers(dossier)
    shown = {
        "order": order, "dossier": dossier, "bar": bar, "rest": rest, "level": LEVELS[order.urgency],
        "tone": TONES[order.state], "event": dossier.event, "caller": _caller(request, order),
        "steps": steps_of(order.state, dossier.trail, STEPS, step_of=step_of, owner=order.holder_name() or ""),
        "timeline": list(reversed(dossier.trail)), "may_trail": request.rights.may("casework.view_trail"),
        "chip": chip(clocks_of([order.pk]).get(order.pk, []), at=request.at, url=reverse("hotline:clock", args=[number])),
        "stage": STAGES.get(order.due_stage, ""), "verb_keys": verbs.VERBS.keyed, "tabs": tabs_of(request.rights, "orders"),
        "supervisions": list(dossier.event.supervisions.select_related("unit")) if dossier.event else [],
        "work": list(dossier.event.orders.select_related("unit").order_by("pk")) if dossier.event else [],
        "may_see_event": dossier.event is not None and dossier.event.is_visible_to(request.rights),
    }
    return render(request, "hotline/order.html", shown)


def _caller(request: HttpRequest, order: HotlineOrder) -> dict | None:
    """Masked name and number with earlier calls, for the desk only: nothing at all for units and evaluators."""
    if order.caller_id is None or not (request.rights.may("hotline.reveal") or request.rights.may("hotline.call_back")):
        return None
    caller = order.caller
    readlog.record(
        request.actor, "open", kind="hotline", at=request.at, object_key=order.number, fields=["name", "phone"],
        address=client_address(request),
    )
    return {
        "name": mask_name(caller.name), "phone": mask_phone(caller.phone),
        "marks": queries.marks_of(caller, at=request.at),
        "history": list(queries.history_of(request.rights, caller, besides=order.pk)[:5]),
        "url": reverse("hotline:verb", args=[order.number, "reveal"]) if request.rights.may("hotline.reveal") else "",
    }


@for_hotline()
@require_safe
def clock(request: HttpRequest, number: str) -> HttpResponse:
    """「为什么是这个时限」 of the order's own clocks; the event's stand on its page."""
    order = queries.one(request.rights, number)
    words = {"near_due": _("临期提醒"), "overdue": _("超期")}
    clocks = clocks_explained(
        Dossier(order, request.rights, request.at).clocks, at=request.at, stage_words=STAGES, rung_words=words
    )
    template = "shared/_clock.html" if is_fetch(request) else "hotline/clock.html"
    return render(request, template, {"order": order, "clocks": clocks})


class OrderVerbs(VerbDoor):
    """The verbs of an order on its pages."""

    table = verbs.VERBS
    detail_url, verb_url = "hotline:order", "hotline:verb"
    desk = ("hotline:orders", gettext_lazy("热线工单"))

    def case_of(self, request: HttpRequest, number: str) -> Case:
        return queries.one(request.rights, number)

    def dossier_of(self, request: HttpRequest, case: HotlineOrder) -> Dossier:
        return Dossier(case, request.rights, request.at)

    def trail_of(self, case: HotlineOrder) -> list[dict]:
        return trail_of(case, MOVES, STATE_WORDS)

    def canned(self, name: str, person_id: int) -> list[dict]:
        return canned_for(name, person_id)

    def act(self, request: HttpRequest, offered: Offer, form: VerbForm) -> object:
        arguments = form.arguments()
        if offered.name == "reveal":
            arguments["address"] = client_address(request)
        return self.run(request, offered, arguments)

    def shown(
        self, request: HttpRequest, case: HotlineOrder, offered: Offer, form: VerbForm, result: object
    ) -> HttpResponse | None:
        if offered.name != "reveal":
            return None
        if is_fetch(request):
            return JsonResponse({
                "said": _("已显示,60秒后重新遮盖"), "shown": str(result), "field": form.cleaned_data["field"],
                "number": case.number, "id": case.pk,
            })
        messages.info(request, str(result))
        return redirect(next_of(request, reverse("hotline:order", args=[case.number])))


verb = for_hotline()(require_http_methods(["GET", "HEAD", "POST"])(OrderVerbs().respond))
