"""The training pages: the log and the own record, one lesson with its roll, writing a lesson down."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from casework.door import MoveRefused, not_found
from casework.edge import for_staff
from grids.scope import SHANGHAI
from hotline.knowledge.views import tabs
from hotline.knowledge.workflow import READ
from hotline.training import actions, queries
from hotline.training.forms import LessonForm, initial_of
from hotline.training.models import TrainingAttendance, TrainingSession
from hotline.training.queries import TRAIN

PAGE = 30


@for_staff(READ)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The own record; for who keeps the log every lesson by ``kind``, and one agent's attendance with ``person``."""
    shown: dict[str, Any] = {**tabs(request, "training"), "mine": queries.record_of(request.user)}
    shown["keeps"] = request.rights.may(TRAIN)
    if shown["keeps"]:
        kind = request.GET.get("kind", "")
        rows = queries.log(request.rights)
        rows = rows.filter(kind=kind) if kind in TrainingSession.Kind.values else rows
        agents = queries.agents(request.rights)
        shown |= {
            "page": Paginator(rows, PAGE).get_page(request.GET.get("page")), "kind": kind,
            "kinds": TrainingSession.Kind.choices, "agents": agents, "kept": f"kind={kind}&" if kind else "",
        }
        asked = request.GET.get("person", "")
        if asked:
            is_key = asked.isascii() and asked.isdigit() and len(asked) < 10
            shown["agent"] = agents.filter(pk=int(asked)).first() if is_key else None
            if shown["agent"] is None:
                raise not_found()
            shown["record"] = queries.record_of(shown["agent"])
    return render(request, "hotline/training/index.html", shown)


@for_staff(TRAIN)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Write a lesson down; then its roll is called."""
    form = LessonForm(request.POST or None, initial={"held_on": request.at.astimezone(SHANGHAI).date()})
    return _edit(request, form, None)


@for_staff(TRAIN)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, number: str) -> HttpResponse:
    """Correct a lesson."""
    session = queries.one(request.rights, number)
    return _edit(request, LessonForm(request.POST or None, initial=initial_of(session)), session)


def _edit(request: HttpRequest, form: LessonForm, session: TrainingSession | None) -> HttpResponse:
    status = 200
    if request.method == "POST":
        if form.is_valid():
            told = {"actor": request.actor, "at": request.at}
            try:
                done = actions.change(session, form.lesson, **told) if session else actions.record(form.lesson, **told)
                messages.success(request, _("已保存"))
                return redirect("hotline:lesson", done.number)
            except MoveRefused as refused:
                if not refused.fields:
                    raise
                for name, words in refused.fields.items():
                    form.add_error(name, words)
        status = 400
    return render(request, "hotline/training/edit.html", {
        **tabs(request, "training"), "form": form, "session": session,
    }, status=status)


@for_staff(TRAIN)
@require_http_methods(["GET", "HEAD", "POST"])
def lesson(request: HttpRequest, number: str) -> HttpResponse:
    """One lesson with its roll; POST sets who was there."""
    session = queries.one(request.rights, number)
    error = ""
    if request.method == "POST":
        try:
            actions.call_roll(
                session, _standings(request), actor=request.actor, at=request.at, rest=request.POST.get("rest", "")
            )
            messages.success(request, _("到课情况已保存"))
            return redirect("hotline:lesson", number)
        except MoveRefused as refused:
            if refused.status in (403, 404):
                raise
            error = next(iter(refused.fields.values()))[0] if refused.fields else refused.detail
    return render(request, "hotline/training/lesson.html", {
        **tabs(request, "training"), "session": session, "error": error, "roll": queries.roll_of(session),
        "standings": TrainingAttendance.Standing.choices, "articles": session.articles.order_by("number"),
        "quiz": queries.quiz_of(session),
    }, status=400 if error else 200)


def _standings(request: HttpRequest) -> dict[int, str]:
    """``p<key>`` = standing; an empty choice leaves it unset."""
    return {
        int(name[1:]): value for name, value in request.POST.items()
        if value and name[:1] == "p" and name[1:].isascii() and name[1:].isdigit() and len(name) < 11
    }
