"""The call-back queue: one case at a time, the script, answers by digits; nothing is chosen beforehand."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.clients import client_address
from casework import readlog
from casework.edge import for_staff, is_fetch
from casework.refusals import MoveRefused
from events.masking import mask_name, mask_phone
from hotline import queries, transitions
from hotline.forms import LEVELS, REASONS, CallBackForm
from hotline.lines.base import line
from hotline.models import CallBack
from hotline.presenting import tabs_of
from hotline.transitions.calling import call_back_event

CALL_BACK = "hotline.call_back"
TABS = (("", None), ("1", 0), ("2", 1), ("3", 2))
MOST = 60


@for_staff(CALL_BACK)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """待回访 by first, second and third call; the first of the list stands open with its script."""
    wanted = request.GET.get("try", "")
    tries = dict(TABS).get(wanted)
    rows = list(queries.call_back_queue(request.rights, at=request.at, tries=tries)[:MOST])
    chosen = _chosen(request, rows)
    every = queries.call_back_queue(request.rights, at=request.at)
    later = queries.call_back_queue(request.rights, at=request.at, due=False).filter(not_before__gt=request.at)
    shown = {
        "rows": [_line(row) for row in rows], "chosen": _open(request, chosen) if chosen else None, "try_": wanted,
        "counts": {code: every.filter(tries=n).count() if n is not None else every.count() for code, n in TABS},
        "later": later.count(), "levels": LEVELS, "reasons": REASONS, "tabs": tabs_of(request.rights, "callbacks"),
        "form": CallBackForm(case=chosen.order or chosen.event, actor=request.actor, at=request.at) if chosen else None,
    }
    return render(request, "hotline/callbacks.html", shown)


def _chosen(request: HttpRequest, rows: list[CallBack]) -> CallBack | None:
    key = request.GET.get("row", "")
    if key.isascii() and key.isdigit() and len(key) < 19:
        found = next((row for row in rows if row.pk == int(key)), None)
        return found or queries.one_call_back(request.rights, int(key))
    return rows[0] if rows else None


def _line(row: CallBack) -> dict[str, Any]:
    case = row.order or row.event
    return {
        "key": row.pk, "number": case.number, "title": case.title, "category": case.category, "tries": row.tries + 1,
        "reason": row.get_reason_display(), "urgency": case.urgency, "waits_since": row.built_at,
    }


def _open(request: HttpRequest, row: CallBack) -> dict[str, Any]:
    """The open case: what was asked and answered, the masked caller, earlier tries. Opening it is noted."""
    case, person = row.order or row.event, _person(row)
    readlog.record(
        request.actor, "open", kind="call_back", at=request.at, object_key=case.number, fields=["name", "phone"],
        address=client_address(request),
    )
    event = row.event if row.order_id is None else row.order.event
    answer = row.order.answer if row.order_id else ""
    return {
        "row": row, "case": case, "name": mask_name(person.name) if person else "",
        "phone": mask_phone(person.phone) if person else "", "answer": answer or (event.answer if event else ""),
        "work": list(event.orders.select_related("unit").exclude(feedback="")) if event else [],
        "dialled": list(row.dialled.order_by("pk")), "is_order": row.order_id is not None,
        "url": reverse("hotline:order", args=[case.number]) if row.order_id else reverse("events:detail", args=[case.number]),
        "wants": getattr(case, "call_back_slot", ""),
    }


def _person(row: CallBack) -> Any:
    """Whoever is called: the caller of the order, the reporter of the event; None when nobody is named."""
    return row.order.caller if row.order_id else getattr(row.event, "reporter", None)


def _dial(request: HttpRequest, row: CallBack) -> HttpResponse:
    """拨打: the line is asked to call; the page keeps the mask. A telephone beside the screen takes the number from
    ``url``, which is why it is noted as seen."""
    person = _person(row)
    if person is None or not person.phone:
        return _said(request, row, MoveRefused("no_phone", _("没有留下电话")))
    case = row.order or row.event
    readlog.record(
        request.actor, "reveal", kind="call_back", at=request.at, object_key=case.number, fields=["phone"],
        reason=_("回访拨打"), address=client_address(request),
    )
    words = _("正在拨打 %(phone)s") % {"phone": mask_phone(person.phone)}
    return JsonResponse({"said": words, "url": line().dial_url(person.phone)})


@for_staff(CALL_BACK)
@require_POST
def answer(request: HttpRequest, key: int) -> HttpResponse:
    """Take down one call; the next of the queue comes up. ``act=dial`` calls first."""
    row = queries.one_call_back(request.rights, key)
    if request.POST.get("act") == "dial" and row.state == "waiting":
        return _dial(request, row)
    case = row.order or row.event
    form = CallBackForm(request.POST, case=case, actor=request.actor, at=request.at)
    if not form.is_valid():
        first = next(iter(form.errors.values()))[0]
        return _said(request, row, MoveRefused("invalid", str(first)))
    try:
        who = {"actor": request.actor, "at": request.at}
        if row.order_id:
            transitions.call_back(row.order, **form.arguments(), **who)
        else:
            call_back_event(row, **form.arguments(), **who)
    except MoveRefused as refused:
        return _said(request, row, refused)
    words = _("已登记:%(number)s") % {"number": case.number}
    if is_fetch(request):
        return JsonResponse({"said": words, "number": case.number, "next": reverse("hotline:callbacks")})
    messages.success(request, words)
    return redirect("hotline:callbacks")


def _said(request: HttpRequest, row: CallBack, refused: MoveRefused) -> HttpResponse:
    if refused.status == 404:
        raise Http404
    if is_fetch(request):
        return JsonResponse(refused.as_dict(), status=refused.status)
    messages.error(request, refused.detail)
    return redirect(f"{reverse('hotline:callbacks')}?row={row.pk}")

