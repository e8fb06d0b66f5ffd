"""日常巡访: the week's plan with what was found, at the desk and on the phone."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework.refusals import MoveRefused
from disputes import visiting
from disputes.models import EarlySign, Visit, VisitTeam
from disputes.views.edge import for_disputes
from disputes.visit_forms import AddForm, DecideForm, RecordForm, TeamForm
from disputes.visiting import OVERSEE, VISIT
from grids.days import day_asked, day_of, monday_of

MOST_SIGNS = 60


def _monday(request: HttpRequest) -> date:
    """The week asked for, else this one."""
    return monday_of(day_asked(request.GET.get("week", "") or request.POST.get("week", ""), at=request.at))


def _state(visit: Visit, now: date) -> dict[str, str]:
    if visit.called_off_at:
        return {"tone": "pause", "label": _("已取消")}
    if visit.visited_on:
        return {"tone": "done", "label": _("已巡访")}
    if visit.planned_on < now:
        return {"tone": "urgent", "label": _("未按计划巡访")}
    return {"tone": "run", "label": _("待巡访")}


def _rows(visits: list[Visit], request: HttpRequest) -> list[dict[str, Any]]:
    now = day_of(request.at)
    return [
        {
            "visit": visit, "state": _state(visit, now), "signs": list(visit.signs.all()),
            "may_record": visiting.is_member(request.rights, visit.team) and not visit.visited_on and not visit.called_off_at
            and visit.planned_on <= now,
        }
        for visit in visits
    ]


@for_disputes(VISIT, OVERSEE)
@require_safe
def browse(request: HttpRequest) -> HttpResponse:
    """``?week=`` any day of it: teams with their visits, early signs that wait."""
    monday, rights = _monday(request), request.rights
    teams = list(visiting.teams_of(rights))
    rows = _rows(list(visiting.visits_in(rights, monday)), request)
    by_team: dict[int, list[dict]] = {}
    for row in rows:
        by_team.setdefault(row["visit"].team_id, []).append(row)
    mediators, posts = visiting.candidates(rights, request.at) if rights.may(OVERSEE) else ([], [])
    now = day_of(request.at)
    return render(request, "disputes/visits.html", {
        "teams": [
            {
                "team": team, "rows": by_team.get(team.pk, []), "is_mine": visiting.is_member(rights, team),
                "may_end": visiting.oversees(rights, team),
                "add": AddForm(team=team, initial={"planned_on": max(now, monday)}), "may_plan": monday + visiting.WEEK > now,
            }
            for team in sorted(teams, key=lambda team: not visiting.is_member(rights, team))
        ],
        "counts": _counts(rows), "signs": list(visiting.signs_open(rights)[:MOST_SIGNS]),
        "monday": monday, "sunday": monday + visiting.WEEK - visiting.WEEK / 7, "before": monday - visiting.WEEK,
        "after": monday + visiting.WEEK, "this_week": monday_of(now),
        "team_form": TeamForm(mediators=mediators, posts=posts) if mediators and posts else None,
        "may_register": rights.may("disputes.register"),
    })


def _counts(rows: list[dict[str, Any]]) -> list[tuple[str, int, str]]:
    tones = [row["state"]["tone"] for row in rows]
    return [
        (_("计划"), len(rows) - tones.count("pause"), ""), (_("已巡访"), tones.count("done"), ""),
        (_("未按计划"), tones.count("urgent"), "urgent" if "urgent" in tones else ""),
        (_("本周苗头"), sum(len(row["signs"]) for row in rows), ""),
    ]


def _back(request: HttpRequest) -> HttpResponse:
    """To where the person came from: the phone, or the week of the desk."""
    if request.POST.get("face") == "phone":
        return redirect("disputes:phone_visits")
    return redirect(f"{reverse('disputes:visits')}?week={_monday(request):%Y-%m-%d}")


def _said(request: HttpRequest, refused: MoveRefused) -> None:
    messages.error(request, refused.detail)


@for_disputes(OVERSEE)
@require_POST
def make_team(request: HttpRequest) -> HttpResponse:
    """组建小组."""
    mediators, posts = visiting.candidates(request.rights, request.at)
    form = TeamForm(request.POST, mediators=mediators, posts=posts)
    if not form.is_valid():
        messages.error(request, _("请选择调解员和网格员"))
        return _back(request)
    told = form.cleaned_data
    try:
        team = visiting.make_team(told["mediator"], told["worker"], actor=request.actor, at=request.at)
        messages.success(request, _("已组建:%(team)s") % {"team": team})
    except MoveRefused as refused:
        _said(request, refused)
    return _back(request)


@for_disputes(OVERSEE)
@require_POST
def end_team(request: HttpRequest, key: int) -> HttpResponse:
    """解散小组."""
    team = visiting.team_of(request.rights, key)
    visiting.end_team(team, actor=request.actor, at=request.at)
    messages.success(request, _("已解散:%(team)s") % {"team": team})
    return _back(request)


@for_disputes(VISIT, OVERSEE)
@require_POST
def plan(request: HttpRequest, key: int) -> HttpResponse:
    """排出一周, or with ``area`` and ``planned_on`` one visit more."""
    team = visiting.team_of(request.rights, key)
    try:
        if "area" in request.POST:
            _add(request, team)
        else:
            made = visiting.plan_week(team, _monday(request), actor=request.actor, at=request.at)
            messages.success(request, _("已排出 %(n)s 次巡访") % {"n": len(made)})
    except MoveRefused as refused:
        _said(request, refused)
    return _back(request)


def _add(request: HttpRequest, team: VisitTeam) -> None:
    form = AddForm(request.POST, team=team)
    if not form.is_valid():
        messages.error(request, _("请选择网格和日期"))
        return
    told = form.cleaned_data
    visiting.add_visit(team, told["area"], told["planned_on"], actor=request.actor, at=request.at)
    messages.success(request, _("已增加一次巡访"))


@for_disputes(VISIT, OVERSEE)
@require_POST
def call_off(request: HttpRequest, key: int) -> HttpResponse:
    visit = visiting.visit_of(request.rights, key)
    try:
        visiting.call_off(visit, note=request.POST.get("note", "")[:200], actor=request.actor, at=request.at)
        messages.success(request, _("已取消"))
    except MoveRefused as refused:
        _said(request, refused)
    return _back(request)


@for_disputes(VISIT, OVERSEE)
@require_POST
def decide(request: HttpRequest, key: int) -> HttpResponse:
    """继续关注, 当场化解."""
    sign, form = visiting.sign_of(request.rights, key), DecideForm(request.POST)
    try:
        if not form.is_valid():
            messages.error(request, _("请选择处理方式"))
            return _back(request)
        visiting.decide(sign, **form.cleaned_data, actor=request.actor, at=request.at)
        messages.success(request, _("已登记"))
    except MoveRefused as refused:
        _said(request, refused)
    return _back(request)


def _record(request: HttpRequest, key: int, template: str, home: str) -> HttpResponse:
    visit = visiting.visit_of(request.rights, key)
    form = RecordForm(request.POST or None, visit=visit, initial={"visited_on": day_of(request.at)})
    bad = False
    if request.method == "POST":
        if form.is_valid():
            told = form.cleaned_data
            try:
                visiting.record(
                    visit, actor=request.actor, at=request.at, visited_on=told["visited_on"], signs=form.signs(),
                    note=told["note"],
                )
            except MoveRefused as refused:
                if refused.code == "forbidden":
                    raise
                for name, words in (refused.fields or {None: [refused.detail]}).items():
                    form.add_error(f"{name}1" if name in ("text", "type") else name if name in form.fields else None, words)
            else:
                messages.success(request, _("已登记巡访,苗头 %(n)s 条") % {"n": len(form.signs())})
                return redirect(home)
        bad = True
    return render(request, template, {
        "visit": visit, "form": form, "state": _state(visit, day_of(request.at)), "signs": visit.signs.all(),
        "may_record": visiting.is_member(request.rights, visit.team) and not visit.visited_on and not visit.called_off_at,
        "may_off": not visit.visited_on and not visit.called_off_at, "may_register": request.rights.may("disputes.register"),
    }, status=400 if bad else 200)  # fmt: skip


@for_disputes(VISIT, OVERSEE)
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, key: int) -> HttpResponse:
    """One visit: what is planned, what was found; its record."""
    return _record(request, key, "disputes/visit.html", "disputes:visits")


# The phone -----------------------------------------------------------------------------------------


@for_disputes(VISIT)
@require_safe
def phone(request: HttpRequest) -> HttpResponse:
    """The grid worker's half: this week's visits, and early signs that are watched."""
    now = day_of(request.at)
    mine = [
        row for row in _rows(list(visiting.visits_in(request.rights, monday_of(now))), request)
        if visiting.is_member(request.rights, row["visit"].team)
    ]
    signs = [
        one for one in visiting.signs_open(request.rights)[:MOST_SIGNS]
        if visiting.is_member(request.rights, one.visit.team)
    ]
    return render(request, "disputes/phone_visits.html", {"rows": mine, "signs": signs})


@for_disputes(VISIT)
@require_http_methods(["GET", "HEAD", "POST"])
def phone_one(request: HttpRequest, key: int) -> HttpResponse:
    """The record on the phone."""
    return _record(request, key, "disputes/phone_visit.html", "disputes:phone_visits")


def sign_asked(request: HttpRequest) -> EarlySign | None:
    """The early sign that is being taken in as a dispute (``?sign=``). Raises ``not_found``."""
    key = request.GET.get("sign") or request.POST.get("sign") or ""
    return visiting.sign_of(request.rights, int(key)) if key.isdigit() and len(key) < 18 else None
