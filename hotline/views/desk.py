"""热线坐席 ``/hotline/``: the desk, what it asks while the agent types, drafts, and the order that comes of it."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from casework.edge import is_fetch
from casework.idempotency import once
from casework.refusals import MoveRefused, missing
from events.client_keys import one_at_a_time
from events.forms import category_choices
from events.models.catalogue import Urgency
from hotline.desk import drafts, reading, registering, suggesting
from hotline.lines.base import line
from hotline.models import Exclusion, HotlineOrder, PhoneCall
from hotline.presenting import tabs_of
from hotline.views.edge import DESK, for_desk, json_of

SLOTS = (gettext_lazy("上午"), gettext_lazy("下午"), gettext_lazy("晚间"))


@for_desk(*DESK)
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The desk of who takes calls; everybody else of the room begins at the first page that is theirs."""
    if not request.rights.may("hotline.register"):
        return redirect(tabs_of(request.rights, "")[0]["url"])
    tab = "log" if request.GET.get("tab") == "log" else "desk"
    return render(request, "hotline/desk.html", _context(request, tab))


def _context(request: HttpRequest, tab: str, *, typed: dict | None = None, errors: dict | None = None) -> dict[str, Any]:
    user, at = request.user, request.at
    kind = request.GET.get("kind", "")
    return {
        "tab": tab, "tabs": tabs_of(request.rights, "desk" if tab == "desk" else ""),
        "state": reading.line_state(user, at=at), "counts": reading.counts(user, at=at),
        "demands": HotlineOrder.Demand.choices, "categories": category_choices(), "urgencies": Urgency.choices,
        "handlings": HotlineOrder.Handling.choices, "slots": SLOTS, "reasons": Exclusion.Reason.choices,
        "drafts": drafts.of(user), "last": reading.last_callers(user), "client_key": secrets.token_hex(16),
        "log_kind": kind, "log": reading.call_log(kind, agent=request.user, at=at) if tab == "log" else [],
        "may_addresses": request.rights.may("grids.addresses"), "typed": typed or _draft_of(request),
        "errors": errors or {}, "district": settings.DISTRICT_CODE, "simulates": line().code == "simulator",
    }


def _draft_of(request: HttpRequest) -> dict[str, Any]:
    """The draft that the address names, for a page without script."""
    key = request.GET.get("draft", "")
    return next((one["body"] for one in drafts.of(request.user) if one["call"] == key), {}) if key else {}


@for_desk("hotline.register")
@require_safe
def look(request: HttpRequest) -> JsonResponse:
    """Everything that is proposed for what is typed, in one answer."""
    told = request.GET
    asked = suggesting.Asked(
        text=told.get("text", "")[: suggesting.MOST_TEXT], address=told.get("address", "")[:160],
        demand=told.get("demand", "")[:12], category=told.get("category", "")[:10], grid=told.get("grid", "")[:20],
        lon=_degrees(told.get("lon")), lat=_degrees(told.get("lat")), words=told.get("words", "")[:80],
    )
    return JsonResponse(suggesting.answer(asked, rights=request.rights, at=request.at))


def _degrees(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if -180 <= value <= 180 else None


@for_desk("hotline.register")
@require_POST
def save_draft(request: HttpRequest) -> JsonResponse:
    """``{call, version, body}``: kept unless a newer copy is there."""
    told = json_of(request)
    version = told.get("version")
    if not isinstance(version, int) or isinstance(version, bool):
        raise missing(version=_("版本号有误"))
    call = told.get("call")
    kept = drafts.save(
        request.user, call if isinstance(call, str) else "", told.get("body"), version=version, at=request.at
    )
    return JsonResponse({"kept": kept, "saved_at": request.at.isoformat()})


@for_desk("hotline.register")
@require_POST
def drop_draft(request: HttpRequest) -> JsonResponse:
    """``{call}``: thrown away."""
    call = json_of(request).get("call")
    drafts.drop(request.user, call if isinstance(call, str) else "")
    return JsonResponse({"dropped": True})


@for_desk("hotline.register")
@require_POST
def register(request: HttpRequest) -> HttpResponse:
    """直接答复, 提交转派, 并入, 重办: from the page's script (JSON, with an ``Idempotency-Key``) or its plain form."""
    if not is_fetch(request):
        return _plain(request)
    data = json_of(request)
    key = request.headers.get("Idempotency-Key") or str(data.get("client_key") or "")
    wanted = hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()

    def act() -> tuple[int, dict]:
        try:
            return 200, _answer(_submit(request, data), str(data.get("act")))
        except MoveRefused as refused:
            return refused.status, refused.as_dict()

    # What was refused may be sent again after mending: the act, or a mended field, makes it another request.
    owner, stamp = f"hotline:{request.user.pk}", f"{key[:80]}:{wanted[:24]}"
    with one_at_a_time(f"{owner}:{key}"):
        answer = once(owner, stamp, wanted, at=request.at, act=act)
    return JsonResponse(answer.body, status=answer.status)


def _submit(request: HttpRequest, data: dict[str, Any]) -> HotlineOrder:
    call = str(data.get("call") or "")[:60]
    if not data.get("phone"):
        on_line = PhoneCall.objects.filter(key=call, agent=request.user).select_related("caller").first()
        if on_line is not None and on_line.caller_id:
            data = {**data, "phone": on_line.caller.phone}
    sent = registering.Submitted(
        told=registering.told_from(data), act=str(data.get("act") or ""), answer=str(data.get("answer") or ""),
        reason=str(data.get("reason") or "")[:20],
        event=str(data.get("event") or "")[:40], call=call,
        chosen_grid=str(data.get("grid") or "")[:20] if data.get("chosen") else "",
    )
    return registering.submit(sent, actor=request.actor, at=request.at)


def _answer(order: HotlineOrder, act: str) -> dict[str, Any]:
    return {
        "number": order.number, "code": order.tracking_code, "state": order.get_state_display(),
        "said": registering.said(order, act), "url": reading.order_url(order),
    }


def _plain(request: HttpRequest) -> HttpResponse:
    """Without script: wrong input comes back in the form with a sentence at its field."""
    data = request.POST.dict()
    if data.get("act") == "save":
        return _keep_plain(request, data)
    try:
        order = _submit(request, data)
    except MoveRefused as refused:
        if refused.status in (403, 404):
            raise
        errors = {name: words[0] for name, words in (refused.fields or {"act": [refused.detail]}).items()}
        shown = _context(request, "desk", typed=data, errors=errors)
        return render(request, "hotline/desk.html", shown, status=refused.status)
    messages.success(request, registering.said(order, data.get("act", "")))
    return redirect(reverse("hotline:desk"))


def _keep_plain(request: HttpRequest, data: dict[str, str]) -> HttpResponse:
    key = data.get("call") or f"manual-{data.get('client_key', '')[:40]}"
    at = request.at
    drafts.save(request.user, key, data, version=int(at.timestamp()) % 2**31, at=at)
    messages.success(request, _("草稿已存到服务器"))
    return redirect(f"{reverse('hotline:desk')}?{urlencode({'draft': key})}")
