"""Two boards of the desk: cases that nobody holds (must be empty), and what is being supervised or ruled on."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from events.counting import live
from events.models import Decline, Extension, SupervisionOrder, WorkOrder
from events.models.event import ENDED
from events.presenting import ROW_FIELDS
from events.queries import visible_to
from events.views.desk import list_rows
from events.views.edge import for_staff
from events.workflow import HANDLE_STATES, OPEN_ORDER
from grids.models import Post
from grids.scope import SHANGHAI

MOST = 100


@for_staff()
@require_safe
def nobody(request: HttpRequest) -> HttpResponse:
    """有单无人: no responsible unit; an order whose unit has nobody in post; a place nobody could locate."""
    events = live(request.rights)
    unmanned = _unmanned(request)
    sections = {
        "orphans": events.filter(owner_unit__isnull=True),
        "unmanned": events.filter(pk__in=unmanned.values("event")),
        "unlocated": events.filter(is_located=False),
    }
    shown = {
        name: list_rows(request, list(rows.order_by("due_at", "-id").values("id", *ROW_FIELDS)[:MOST]), bulk=False)
        for name, rows in sections.items()
    }
    total = sum(len(rows) for rows in shown.values())
    return render(request, "events/nobody.html", {
        **shown, "total": total,
    })


def _unmanned(request: HttpRequest) -> QuerySet[WorkOrder]:
    """Open orders whose unit has no active person in a post that holds today."""
    day = request.at.astimezone(SHANGHAI).date()
    in_post = Post.objects.filter(
        Q(unit=OuterRef("unit")) | Q(area=OuterRef("area")), Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        valid_from__lte=day, person__is_active=True,
    )
    rows = WorkOrder.objects.filter(state__in=OPEN_ORDER, event__in=live(request.rights))
    return rows.filter(~Exists(in_post))


@for_staff()
@require_safe
def supervision(request: HttpRequest) -> HttpResponse:
    """督办 and 退单裁决: open supervision orders by colour, declines that wait for a ruling, asked extensions."""
    seen = visible_to(request.rights)
    orders = SupervisionOrder.objects.filter(event__in=seen, struck_off_at__isnull=True)
    colour = request.GET.get("colour", "")
    if colour in SupervisionOrder.Colour.values:
        orders = orders.filter(colour=colour)
    declines = Decline.objects.filter(event__in=seen, ruling="pending").exclude(event__state__in=ENDED)
    asked = Extension.objects.filter(event__in=seen, state="asked", event__state__in=HANDLE_STATES)
    shown = {
        "supervisions": orders.select_related("event", "unit", "issued_by").order_by(
            F("replied_at").asc(nulls_first=True), "reply_due_at"
        )[:MOST],
        "declines": declines.select_related("event", "event__category", "unit", "proposed_unit").order_by(
            "declined_at"
        )[:MOST],
        "extensions": asked.select_related("event", "order__unit", "asked_by").order_by("asked_at")[:MOST],
        "rulings": Decline.objects.filter(event__in=seen).exclude(ruling="pending").select_related(
            "event", "unit", "ruled_unit", "event__category"
        ).order_by("-ruled_at")[:20],
        "may_rule": request.rights.may("events.rule_decline"), "colour": colour,
        "colours": SupervisionOrder.Colour.choices, "may_answer": request.rights.may("events.answer_urge"),
        "may_approve": request.rights.may("events.approve_extension"),
    }
    return render(request, "events/supervision.html", shown)
