"""The telephone beside the form: the desk's poll, picking up, holding, hanging up, seats, the caller and the log."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.clients import client_address
from casework import rates, readlog
from casework.edge import is_fetch
from casework.refusals import MoveRefused, missing, not_found
from hotline.actions import REVEAL_SECONDS, REVEALS
from hotline.desk import reading
from hotline.lines import calls
from hotline.lines.base import line
from hotline.models import PhoneCall, Seat
from hotline.models.caller import clean_phone
from hotline.views.edge import for_desk, json_of


@for_desk("hotline.register")
@require_safe
def state(request: HttpRequest) -> JsonResponse:
    """What the desk asks every few seconds. It never touches the form."""
    return JsonResponse(reading.line_state(request.user, at=request.at))


@for_desk("hotline.register")
@require_POST
def act(request: HttpRequest, name: str) -> HttpResponse:
    """接听, 保持, 取回, 挂断 of a call; 话后完成; a seat's state; 全部已读."""
    told = json_of(request) if is_fetch(request) else request.POST.dict()
    known = {
        "answer": _answer, "hold": _hold, "resume": _resume, "end": _end, "wrap": _wrap, "sit": _sit, "dial": _dial,
        "read": _read,
    }
    if name not in known:
        raise Http404
    more = known[name](request, told) or {}
    if is_fetch(request):
        return JsonResponse(more | reading.line_state(request.user, at=request.at))
    return redirect(reverse("hotline:desk") + (f"?call={told.get('call', '')}" if name == "answer" else ""))


def _call(told: dict) -> PhoneCall:
    found = PhoneCall.objects.filter(key=str(told.get("call", ""))[:60]).select_related("agent").first()
    if found is None:
        raise not_found()
    return found


def _own_line() -> None:
    if not line().answers_here:
        raise MoveRefused("on_the_telephone", _("请在话机上操作"))


def _answer(request: HttpRequest, told: dict) -> None:
    _own_line()
    calls.answer(_call(told), agent=request.user, at=request.at)


def _hold(request: HttpRequest, told: dict) -> None:
    _own_line()
    calls.hold(_call(told), agent=request.user, at=request.at)


def _resume(request: HttpRequest, told: dict) -> None:
    _own_line()
    calls.resume(_call(told), agent=request.user, at=request.at)


def _end(request: HttpRequest, told: dict) -> None:
    call = _call(told)
    if call.direction == PhoneCall.Direction.IN:  # what the desk dialled itself, the desk ends: no line names its key
        _own_line()
    calls.end(call, agent=request.user, at=request.at)


def _wrap(request: HttpRequest, told: dict) -> None:
    calls.wrap_up(request.user, at=request.at)


def _sit(request: HttpRequest, told: dict) -> None:
    standing = str(told.get("standing", ""))
    if standing == Seat.Standing.TALKING:
        raise missing(standing=_("请从列表中选择"))
    if standing == Seat.Standing.FREE:
        calls.wrap_up(request.user, at=request.at)
    else:
        calls.sit(request.user, standing, at=request.at)


def _dial(request: HttpRequest, told: dict) -> dict:
    """Call out: a number typed by the agent, or the caller of an earlier call (``of``)."""
    phone = clean_phone(str(told.get("phone", ""))) or calls.number_to_dial(str(told.get("of", "")), agent=request.user)
    if not phone:
        raise missing(phone=_("请填写电话号码"))
    key = f"out-{request.user.pk}-{int(request.at.timestamp() * 1000)}"
    calls.ring(key, phone=phone, seat=request.user, direction="out", at=request.at)
    return {"dialled": key, "url": line().dial_url(phone)}


def _read(request: HttpRequest, told: dict) -> dict:
    return {"read": calls.read_missed(at=request.at)}


# --- who calls -----------------------------------------------------------------------------------------------


@for_desk("hotline.register")
@require_POST
def caller(request: HttpRequest) -> HttpResponse:
    """The caller card, as a piece of page: of a call on the agent's line (``call``), or of a number typed (``phone``).
    Looking it up is noted before it is shown."""
    told = json_of(request)
    call = PhoneCall.objects.filter(key=str(told.get("call", ""))[:60], agent=request.user).select_related("caller").first()
    found = call.caller if call is not None else reading.caller_named(str(told.get("phone", ""))[:30])
    card = reading.card(found, rights=request.rights, at=request.at, on_line=call is not None)
    if card is not None:
        readlog.record(
            request.actor, "search", kind="hotline_caller", at=request.at, object_key=f"caller:{found.pk}",
            fields=["phone", "name"], count=len(card["history"]), reason="" if call else _("按号码查询"),
            address=client_address(request),
        )
    return render(request, "hotline/_caller.html", {"card": card, "call": call, "asked": bool(call or told.get("phone"))})


@for_desk("hotline.reveal")
@require_POST
def reveal(request: HttpRequest) -> JsonResponse:
    """The number in the clear, of a call on the agent's own line, with a reason; a row of the read log comes first."""
    told = json_of(request)
    reason = str(told.get("reason", "")).strip()
    if not reason:
        raise missing(reason=_("请填写查看事由"))
    if not rates.allow(f"reveal:{request.user.pk}", limit=REVEALS, window_seconds=REVEAL_SECONDS, at=request.at):
        raise MoveRefused("too_many", _("查看过于频繁,请稍后再试"))
    call = PhoneCall.objects.filter(key=str(told.get("call", ""))[:60], agent=request.user).select_related("caller").first()
    if call is None or call.caller_id is None:
        raise not_found()
    readlog.record(
        request.actor, "reveal", kind="hotline_caller", at=request.at, object_key=f"caller:{call.caller_id}",
        fields=["phone", "name"], reason=reason[:120], address=client_address(request),
    )
    return JsonResponse({"phone": call.caller.phone, "name": call.caller.name})


# --- the simulator -------------------------------------------------------------------------------------------


SCENES = (
    ("10064730101", gettext_lazy("常来电的居民")), ("10064730102", gettext_lazy("新来电人")),
    ("04733050001", gettext_lazy("固定电话")), ("", gettext_lazy("号码未显示")),
)


@for_desk("hotline.register")
@require_http_methods(["GET", "HEAD", "POST"])
def simulator(request: HttpRequest) -> HttpResponse:
    """模拟来电: rings the desk as a real call does, hangs up from the caller's side. Only where the line is simulated."""
    if settings.HOTLINE_LINE != "simulator":
        raise Http404
    if request.method == "POST":
        words = _simulate(request)
        messages.success(request, words)
        return redirect(reverse("hotline:simulator"))
    live = PhoneCall.objects.filter(ended_at__isnull=True, rang_at__gte=request.at - calls.RINGS_FOR * 20)
    rows = [reading.call_shown(row) for row in live.select_related("caller").order_by("-rang_at")[:20]]
    return render(request, "hotline/simulator.html", {"rows": rows, "scenes": SCENES})


def _simulate(request: HttpRequest) -> str:
    if request.POST.get("act") == "end":
        call = _call(request.POST.dict())
        calls.end(call, at=request.at)
        return _("来电人已挂断")
    phone = request.POST.get("phone", "").strip()
    key = f"sim-{int(request.at.timestamp() * 1000)}-{request.user.pk}"
    calls.ring(key, phone=phone, at=request.at)
    return _("正在振铃,请到坐席页面接听")
