"""查进度: by code, by code and digits, by token; and what the reporter may do."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework.files import serve
from casework.refusals import MoveRefused, missing
from events import actions, material, public, transitions, workflow
from events.citizen import elsewhere, kept, limits
from events.citizen.edge import for_everybody, nothing_there, too_many
from events.citizen.forms import DigitsForm, MaterialForm, RateForm, ReasonForm, TrackForm
from events.citizen.presenting import LEVEL_WORDS, details, standing
from events.models import Event


@for_everybody
@require_http_methods(["GET", "HEAD", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    """The search form; its answer is the status page, or the details with the right digits."""
    form = TrackForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "citizen/track.html", {"form": form}, status=400 if form.is_bound else 200)
    return _look_up(request, form.cleaned_data["code"], form.cleaned_data["digits"].strip())


def _look_up(request: HttpRequest, code: str, digits: str) -> HttpResponse:
    """One answer for an unknown code and for wrong digits; ten misses by address or by code lock for a while.

    A try is counted before anything is looked at and given back when it was right, so that parallel guesses
    cannot outrun the count (quality.md N-03).
    """
    wanted = [(limits.TRY_BY_ADDRESS, request.address), (limits.TRY_BY_CODE, public.clean_code(code) or code[:20])]
    if not digits:
        wanted = wanted[:1]
    verdict = limits.take(wanted, at=request.at)
    if not verdict:
        return too_many(request, verdict, _("试的次数太多了,请稍后再试"))
    event = public.by_code(code)
    is_open = public.opens_with(event, digits)
    other, other_opens = elsewhere.by_code(public.clean_code(code), digits)
    if event is None and other is not None:
        event, is_open = other.case, other_opens
    if event is None or (digits and not is_open):
        return nothing_there(request)
    for limit, subject in wanted:
        limits.give_back(limit.key(subject))
    if digits:
        return redirect("citizen:case", token=event.token)
    return redirect("citizen:status", code=event.tracking_code)


@for_everybody
@require_http_methods(["GET", "HEAD", "POST"])
def status(request: HttpRequest, code: str) -> HttpResponse:
    """What the code alone shows: state, steps, holder, times. POST with the digits opens the rest."""
    if request.method == "POST":
        form = DigitsForm(request.POST)
        if form.is_valid():
            return _look_up(request, code, form.cleaned_data["digits"].strip() or "-")
        return nothing_there(request)
    verdict = limits.take([(limits.TRY_BY_ADDRESS, request.address)], at=request.at)
    if not verdict:
        return too_many(request, verdict, _("试的次数太多了,请稍后再试"))
    event = public.by_code(code)
    other, _opens = elsewhere.by_code(public.clean_code(code))
    if event is None and other is None:
        return nothing_there(request)
    limits.give_back(limits.TRY_BY_ADDRESS.key(request.address))
    found = standing(event, at=request.at) if event is not None else other.standing(at=request.at)
    shown = {"case": found, "form": DigitsForm(), "code": found["code"]}
    return render(request, "citizen/status.html", shown)


@for_everybody
@require_safe
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """Somebody else's report, followed: the same as the code alone, without a way in."""
    key = kept.read_follow(token)
    event = public.followed(key) if key is not None else None
    if event is None:
        return nothing_there(request)
    return render(request, "citizen/status.html", {"case": standing(event, at=request.at), "is_followed": True})


@for_everybody
@require_safe
def case(request: HttpRequest, token: str) -> HttpResponse:
    """Everything the reporter may see and do."""
    event = public.by_token(token) or elsewhere.by_token(token)
    if event is None:
        return nothing_there(request)
    return _case(request, event)


def _case(request: HttpRequest, found: Event | elsewhere.Found, bound: dict | None = None, status: int = 200) -> HttpResponse:
    event = found.case if isinstance(found, elsewhere.Found) else found
    forms = {
        "rate": RateForm(), "add": MaterialForm(auto_id="add_%s"), "reopen": ReasonForm(auto_id="reopen_%s"),
        "appeal": ReasonForm(auto_id="appeal_%s"), "supply": ReasonForm(auto_id="supply_%s"), **(bound or {}),
    }
    shown = {
        "case": found.details(at=request.at) if event is not found else details(event, at=request.at), "event": event,
        "forms": forms, "levels": LEVEL_WORDS,
        "errors": next(iter(bound.values())) if bound else None,
    }
    return render(request, "citizen/case.html", shown, status=status)


@for_everybody
@require_safe
def photo(request: HttpRequest, token: str, key: int) -> HttpResponse:
    """A photo or paper of the reporter's own case."""
    event = public.by_token(token)
    found = public.photo_of(event, key) if event is not None else None
    if found is None:
        raise Http404
    return serve(found.file)


Act = Callable[[HttpRequest, Event], tuple[object, str]]


def _add(request: HttpRequest, event: Event) -> tuple[object, str]:
    form = MaterialForm(request.POST, auto_id="add_%s")
    files = request.FILES.getlist("photos")
    if not form.is_valid():
        return form, ""
    note = form.cleaned_data["note"]
    if not note and not files:
        form.add_error("note", _("请写一句话,或者选一张照片"))
        return form, ""
    if len(files) > kept.MAX_PHOTOS:
        raise missing(photos=_("最多 %(n)s 张照片") % {"n": kept.MAX_PHOTOS})
    stored = material.store_for(event, workflow.do.attach, files, actor=request.actor, at=request.at)
    with transaction.atomic():
        if stored:
            material.attach_all(event, stored, purpose="report", actor=request.actor, at=request.at)
        if note:
            actions.comment(event, note=note, actor=request.actor, at=request.at)
    return None, _("已收到您补充的材料")


def _nudge(request: HttpRequest, event: Event) -> tuple[object, str]:
    transitions.nudge(event, actor=request.actor, at=request.at)
    return None, _("已提醒承办单位,明天可再次催办")


def _rate(request: HttpRequest, event: Event) -> tuple[object, str]:
    form = RateForm(request.POST)
    if not form.is_valid():
        return form, ""
    data = form.cleaned_data
    solved = data["solved"] if isinstance(data["solved"], bool) else None
    transitions.rate(
        event, actor=request.actor, at=request.at, level=data["level"], solved=solved, reasons=data["reasons"],
        text=data["note"],
    )
    return None, _("谢谢您的评价")


def _with_reason(name: str, verb: Callable[..., Event], words: str) -> Act:
    def act(request: HttpRequest, event: Event) -> tuple[object, str]:
        form = ReasonForm(request.POST, auto_id=f"{name}_%s")
        if not form.is_valid():
            return form, ""
        verb(event, actor=request.actor, at=request.at, note=form.cleaned_data["note"])
        return None, words

    return act


ACTS: dict[str, Act] = {
    "add": _add,
    "nudge": _nudge,
    "rate": _rate,
    "reopen": _with_reason("reopen", transitions.reopen, _("已申请重办,会重新派给承办单位")),
    "appeal": _with_reason("appeal", transitions.appeal, _("已收到您的申诉,值班员会重新研判")),
    "supply": _with_reason("supply", transitions.supply_info, _("已收到,我们接着办")),
}


def _act_elsewhere(request: HttpRequest, found: elsewhere.Found, act: str) -> tuple[object, str]:
    """The same forms for a case of another room; its own verb decides."""
    form = RateForm(request.POST) if act == "rate" else ReasonForm(request.POST, auto_id=f"{act}_%s")
    if not form.is_valid():
        return form, ""
    data = form.cleaned_data
    if act == "rate":
        data = {**data, "solved": data["solved"] if isinstance(data["solved"], bool) else None}
    found.room.acts[act](found.case, actor=request.actor, at=request.at, **data)
    return None, _("谢谢您的评价") if act == "rate" else _("已申请重办,会重新派给承办单位")


@for_everybody
@require_POST
def do(request: HttpRequest, token: str, act: str) -> HttpResponse:
    """One of the reporter's verbs."""
    event = public.by_token(token)
    found = elsewhere.by_token(token) if event is None else None
    if event is None and (found is None or act not in found.room.acts):
        return nothing_there(request)
    wanted = [(limits.ACT_BY_ADDRESS, request.address), (limits.ACT_BY_CASE, token)]
    verdict = limits.take(wanted, at=request.at)
    if not verdict:
        return too_many(request, verdict)
    try:
        form, words = ACTS[act](request, event) if found is None else _act_elsewhere(request, found, act)
    except MoveRefused as refused:
        messages.warning(request, refused.detail)
        return redirect("citizen:case", token=token)
    if form is not None:
        return _case(request, event or found, bound={act: form}, status=400)
    messages.success(request, words)
    return redirect("citizen:case", token=token)
