"""网格通: report in four taps, do tasks with one thumb (screens.md §5.5, online)."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.clients import client_address
from casework import readlog
from casework.door import ask
from casework.files import serve
from casework.refusals import MoveRefused, missing, not_found
from disputes import visiting
from events import actions, material, queries, transitions
from events.client_keys import one_at_a_time
from events.models import Event, EventAttachment, WorkOrder
from events.reference_rows import category as category_of
from events.transitions.handling import where
from events.views.edge import for_staff
from events.workflow import do
from field import presenting
from field.forms import FeedBackForm, HelpForm, ReportForm, VerifyForm
from field.queries import (
    MOST_TASKS,
    SENT_PAGE,
    all_categories,
    favourites,
    my_checks,
    my_grids,
    my_orders,
    sent,
    task_count,
)

USE = "field.use"
MAX_PHOTOS = 9


def bottom(request: HttpRequest, current: str, tasks: int | None = None) -> list[dict[str, Any]]:
    """The five places of the bottom bar."""
    count = task_count(request.rights) if tasks is None else tasks
    places = (
        ("home", _("首页"), "home"), ("tasks", _("任务"), "task"), ("report", _("上报"), "camera"),
        ("sent", _("已发"), "upload"), ("me", _("我"), "user"),
    )
    return [
        {
            "label": label, "url": reverse(f"field:{name}"), "icon": icon, "current": name == current,
            "main": name == "report", "count": count if name == "tasks" and count else "",
        }
        for name, label, icon in places
        if name != "report" or request.rights.may("events.report")
    ]


def _tasks(request: HttpRequest) -> list[dict[str, Any]]:
    orders = my_orders(request.rights).order_by("due_at", "pk")[:MOST_TASKS]
    checks = my_checks(request.rights).order_by("due_at", "pk")[:MOST_TASKS]
    return presenting.tasks(orders, checks, at=request.at)


@for_staff(USE)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The big button, and what is due first. The report form lies folded behind the button for the camera."""
    rows = _tasks(request)
    shown = {
        "tasks": rows[:6], "total": len(rows), "late": sum(row["chip"]["state"] == "red" for row in rows),
        "where": _where(request), "bottom": bottom(request, "home", len(rows)),
        "may_report": request.rights.may("events.report"), "visits": visiting.waiting_for(request.rights, request.at),
    }
    if shown["may_report"]:
        shown.update(_form_parts(request, ReportForm(initial={"key": secrets.token_hex(16)})))
    return render(request, "field/home.html", shown)


def _where(request: HttpRequest) -> str:
    grids = my_grids(request.rights)
    if len(grids) == 1:
        return grids[0].short_name or grids[0].name
    reach = request.rights.home()
    return reach.unit_name if reach and reach.unit_name else _("%(n)s 个网格") % {"n": len(grids)} if grids else ""


@for_staff(USE)
@require_safe
def tasks(request: HttpRequest) -> HttpResponse:
    """All my open tasks by clock."""
    rows = _tasks(request)
    return render(request, "field/tasks.html", {"tasks": rows, "bottom": bottom(request, "tasks", len(rows))})


# Report -------------------------------------------------------------------------------------------


def _form_parts(request: HttpRequest, form: ReportForm) -> dict[str, Any]:
    favoured = favourites(request.rights, at=request.at)
    chosen = form["category"].value() or ""
    return {
        "form": form, "favourites": favoured, "groups": all_categories(), "grids": my_grids(request.rights),
        "chosen": chosen, "chosen_is_rare": bool(chosen) and chosen not in {row.code for row in favoured},
        "may_on_spot": request.rights.may("events.handle_on_spot"),
    }


@for_staff(USE)
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """One page: photos, category, place, a word. The same form sent again gives the same number."""
    if not request.rights.may("events.report"):
        raise MoveRefused("forbidden", _("没有这项权限"))
    if request.method != "POST":
        return _report_page(request, ReportForm(initial={"key": secrets.token_hex(16)}))
    form = ReportForm(request.POST)
    files = request.FILES.getlist("photos")
    if form.is_valid() and not files and not form.cleaned_data["text"]:
        form.add_error("text", _("请拍一张照片,或者写一句话"))
    if not form.is_valid():
        return _report_page(request, form, status=400)
    try:
        with one_at_a_time(f"m:{request.user.pk}:{form.cleaned_data['key']}"):
            event, note = _take(request, form)
    except MoveRefused as refused:
        name = next(iter(refused.fields or {}), "")
        form.add_error(name if name in form.fields else None, refused.detail)
        return _report_page(request, form, status=400)
    messages.success(request, note)
    return redirect("field:ticket", number=event.number)


def _report_page(request: HttpRequest, form: ReportForm, status: int = 200) -> HttpResponse:
    shown = {**_form_parts(request, form), "bottom": bottom(request, "report")}
    return render(request, "field/report.html", shown, status=status)


def _take(request: HttpRequest, form: ReportForm) -> tuple[Event, str]:
    data = form.cleaned_data
    told = _told(request, data)
    known = transitions.intake.look(told, at=request.at, around=False).known
    if known is not None:
        return known, _("已上报,编号 %(number)s") % {"number": known.number}
    _check_photos(request)
    before = material.store_all(request.FILES.getlist("photos"), actor=request.actor, at=request.at)
    after = material.store_all(request.FILES.getlist("photos_after"), actor=request.actor, at=request.at)
    with transaction.atomic():
        event = transitions.report(told, actor=request.actor, at=request.at)
        for files, purpose in ((before, "report"), (after, "feedback")):
            if files:
                material.attach_all(event, files, purpose=purpose, actor=request.actor, at=request.at)
    words = _("已上报,编号 %(number)s") % {"number": event.number}
    if not data["on_spot"]:
        return event, words
    try:
        transitions.handle_on_spot(event, actor=request.actor, at=request.at, note=data["done"])
    except MoveRefused as refused:
        return event, f"{words}。{refused.detail}"
    return event, _("已上报并登记当场解决,编号 %(number)s") % {"number": event.number}


def _told(request: HttpRequest, data: dict[str, Any]) -> transitions.Report:
    kind = category_of(data["category"])
    words = data["text"] or _("%(kind)s(见照片)") % {"kind": kind.name if kind else data["category"]}
    return transitions.Report(
        source="grid", text=words, category=data["category"], lon=data["lon"], lat=data["lat"],
        accuracy_m=round(data["accuracy"]) if data["accuracy"] is not None and data["lon"] is not None else None,
        address=data["address"], area=data["grid"] or _own_place(request),
        client_key=f"m:{request.user.pk}:{data['key']}",
    )


def _own_place(request: HttpRequest) -> str | None:
    """A worker of one grid who gives no place means that grid; a community's person the community."""
    reach = request.rights.home()
    return reach.area_path.rstrip("/").rsplit("/", 1)[-1] if reach and reach.area_path else None


def _check_photos(request: HttpRequest) -> None:
    if sum(len(request.FILES.getlist(name)) for name in request.FILES) > MAX_PHOTOS:
        raise missing(photos=_("最多 %(n)s 张照片") % {"n": MAX_PHOTOS})


# One case -----------------------------------------------------------------------------------------


def _found(request: HttpRequest, number: str) -> Event:
    return queries.one(request.rights, number)


def _orders(event: Event) -> list[WorkOrder]:
    return list(event.orders.select_related("unit", "area", "event").order_by("pk"))


@for_staff(USE)
@require_safe
def ticket(request: HttpRequest, number: str) -> HttpResponse:
    """A case with what this person can do now."""
    return _ticket(request, _found(request, number))


def _ticket(request: HttpRequest, event: Event, bound: dict | None = None, status: int = 200) -> HttpResponse:
    forms = {
        "feed_back": FeedBackForm(auto_id="f_%s", initial={"version": event.version}),
        "verify": VerifyForm(auto_id="v_%s"), "help": HelpForm(auto_id="h_%s"), **(bound or {}),
    }
    shown = {
        "event": event, "ticket": presenting.ticket(event, _orders(event), request.rights, at=request.at),
        "forms": forms, "errors": next(iter(bound.values())) if bound else None,
        "may_verify": my_checks(request.rights).filter(pk=event.pk).exists(),
        "may_comment": request.rights.may("events.comment"), "bottom": bottom(request, ""),
    }
    return render(request, "field/ticket.html", shown, status=status)


def _order(request: HttpRequest, number: str, key: int) -> WorkOrder:
    event = _found(request, number)
    found = next((order for order in _orders(event) if order.pk == key), None)
    if found is None or not presenting.is_mine(found, request.rights):
        raise not_found()
    return found


def _done(request: HttpRequest, number: str, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("field:ticket", number=number)


def _refused(request: HttpRequest, number: str, refused: MoveRefused) -> HttpResponse:
    if refused.status in (403, 404) and refused.code != "own_work":
        raise refused
    messages.warning(request, refused.detail)
    return redirect("field:ticket", number=number)


@for_staff(USE)
@require_POST
def accept(request: HttpRequest, number: str, key: int) -> HttpResponse:
    """签收."""
    order = _order(request, number, key)
    try:
        transitions.accept(order, actor=request.actor, at=request.at)
    except MoveRefused as refused:
        return _refused(request, number, refused)
    return _done(request, number, _("已签收"))


@for_staff(USE)
@require_POST
def contact(request: HttpRequest, number: str, key: int) -> HttpResponse:
    """首次联系."""
    order = _order(request, number, key)
    try:
        transitions.contact(order, actor=request.actor, at=request.at)
    except MoveRefused as refused:
        return _refused(request, number, refused)
    return _done(request, number, _("已登记首次联系"))


def _attach(request: HttpRequest, event: Event, purpose: str) -> None:
    files = request.FILES.getlist("photos")
    if files:
        _check_photos(request)
        stored = material.store_for(event, do.attach, files, actor=request.actor, at=request.at)
        material.attach_all(event, stored, purpose=purpose, actor=request.actor, at=request.at)


@for_staff(USE)
@require_POST
def feed_back(request: HttpRequest, number: str, key: int) -> HttpResponse:
    """反馈 with photos. Photo and feedback stand or fall together."""
    order = _order(request, number, key)
    form = FeedBackForm(request.POST, auto_id="f_%s")
    if not form.is_valid():
        return _ticket(request, order.event, {"feed_back": form}, status=400)
    seen = form.cleaned_data["version"]
    if seen is not None and seen != order.event.version:
        seen_words = _("事件已有新变动,请查看后再操作")
        form.add_error(None, seen_words)
        return _ticket(request, order.event, {"feed_back": form}, status=409)
    try:
        ask(order.event, do.feed_back, actor=request.actor, **where(order))
        with transaction.atomic():
            _attach(request, order.event, "feedback")
            transitions.feed_back(
                order, actor=request.actor, at=request.at, note=form.cleaned_data["note"],
                outcome=form.cleaned_data["outcome"],
            )
    except MoveRefused as refused:
        if refused.code in ("needs_photo", "invalid") or refused.code.startswith("file"):
            form.add_error(None, refused.detail)
            return _ticket(request, _found(request, number), {"feed_back": form}, status=400)
        return _refused(request, number, refused)
    return _done(request, number, _("已反馈"))


@for_staff(USE)
@require_POST
def verify(request: HttpRequest, number: str) -> HttpResponse:
    """现场核查: 已解决, 部分, 未解决, with a word and photos."""
    event = _found(request, number)
    form = VerifyForm(request.POST, auto_id="v_%s")
    if not form.is_valid():
        return _ticket(request, event, {"verify": form}, status=400)
    try:
        with transaction.atomic():
            transitions.verify(
                event, actor=request.actor, at=request.at, finding=form.cleaned_data["finding"],
                note=form.cleaned_data["note"],
            )
            _attach(request, event, "verify")
    except MoveRefused as refused:
        if refused.code.startswith("file"):
            form.add_error(None, refused.detail)
            return _ticket(request, event, {"verify": form}, status=400)
        return _refused(request, number, refused)
    return _done(request, number, _("核查已登记"))


@for_staff(USE)
@require_POST
def ask_help(request: HttpRequest, number: str) -> HttpResponse:
    """需协助: a word that everybody on the case sees."""
    event = _found(request, number)
    form = HelpForm(request.POST, auto_id="h_%s")
    if not form.is_valid():
        return _ticket(request, event, {"help": form}, status=400)
    words = _("需协助:%(text)s") % {"text": form.cleaned_data["note"]}
    try:
        actions.comment(event, note=words, actor=request.actor, at=request.at)
    except MoveRefused as refused:
        return _refused(request, number, refused)
    return _done(request, number, _("已发出协助请求"))


@for_staff(USE)
@require_safe
def photo(request: HttpRequest, number: str, key: int) -> HttpResponse:
    """A file of a case; its reading is logged."""
    event = _found(request, number)
    found = EventAttachment.objects.filter(event=event, pk=key).select_related("file").first()
    if found is None:
        raise not_found()
    readlog.record(
        request.actor, "download", kind="event_file", at=request.at, object_key=f"{event.number}/{found.pk}",
        address=client_address(request),
    )
    return serve(found.file)


# Mine ---------------------------------------------------------------------------------------------


@for_staff(USE)
@require_safe
def my_sent(request: HttpRequest) -> HttpResponse:
    """What I have reported and how far it is."""
    before = request.GET.get("before", "")
    rows = sent(request.rights, before=int(before) if before.isdigit() and len(before) < 18 else None)
    more = rows[SENT_PAGE - 1].pk if len(rows) > SENT_PAGE else None
    shown = {
        "rows": [{"event": row, "tone": presenting.STATE_TONES.get(row.state, "pause")} for row in rows[:SENT_PAGE]],
        "next": f"?before={more}" if more else "", "bottom": bottom(request, "sent"),
    }
    return render(request, "field/sent.html", shown)


@for_staff(USE)
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """My posts, letters, language, help, sign out."""
    posts = request.user.posts.filter(pk__in=[reach.post_id for reach in request.rights.reaches])
    shown = {"posts": posts.select_related("role", "area", "unit"), "bottom": bottom(request, "me")}
    return render(request, "field/me.html", shown)
