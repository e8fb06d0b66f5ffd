"""The briefing pages: list, paper, editing, print, the orders behind a number."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework.door import MoveRefused, missing, not_found
from casework.edge import for_staff, refusal
from grids.scope import SHANGHAI
from hotline.briefings import charts, queries, transitions
from hotline.briefings.models import Briefing
from hotline.briefings.workflow import READ, SIGN, WRITE

PAGE = 30
CHARTS_ONLY = ("trend", "replies", "levels")
"""Charts whose numbers no sentence holds: they would drown the others in the editor's list."""


@for_staff(READ)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Briefings by ``kind``, newest first; a writer drafts one for any past period."""
    kind = request.GET.get("kind", "")
    rows = queries.visible_to(request.rights)
    if kind in Briefing.Kind.values:
        rows = rows.filter(kind=kind)
    return render(request, "hotline/briefings/index.html", {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")), "kind": kind, "kinds": Briefing.Kind.choices,
        "may_write": request.rights.may(WRITE), "kept": f"kind={kind}&" if kind in Briefing.Kind.values else "",
    })


@for_staff(WRITE)
@require_POST
def draft(request: HttpRequest) -> HttpResponse:
    """Draft the briefing of ``kind`` that holds ``day``, or open the one that is there; ``anew`` drafts it again."""
    try:
        day = date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        return refusal(request, missing(day=_("请选择日期")), back=reverse("hotline:briefings"))
    try:
        made = transitions.generate(
            request.POST.get("kind", ""), day, actor=request.actor, at=request.at, anew=bool(request.POST.get("anew"))
        )
    except MoveRefused as refused:
        return refusal(request, refused, back=reverse("hotline:briefings"))
    return redirect("hotline:briefing", made.number)


def _paper(request: HttpRequest, number: str) -> dict[str, Any]:
    briefing = queries.one(request.rights, number)
    asked = request.GET.get("version", "")
    version = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else None
    shown = queries.shown(briefing, request.rights, version=version)
    notes: dict[str, int] = {}
    drawn = charts.drawn(shown.charts, shown.figures)
    sections = [
        {**section, "paragraphs": queries.paragraphs(section["text"], shown.figures, notes),
         "charts": drawn.get(section["key"], ())}
        for section in shown.body
    ]
    return {
        "briefing": briefing, "shown": shown, "sections": sections, "notes": list(notes), "asked": version,
        "may_write": request.rights.may(WRITE), "may_sign": request.rights.may(SIGN),
    }


@for_staff(READ)
@require_safe
def paper(request: HttpRequest, number: str) -> HttpResponse:
    """One briefing; ``version`` shows an earlier one."""
    context = _paper(request, number)
    briefing = context["briefing"]
    writes = context["may_write"] or context["may_sign"]
    return render(request, "hotline/briefings/paper.html", {
        **context, "steps": briefing.steps.order_by("-pk")[:20] if writes else (),
        "versions": briefing.versions.all(), "own_work": briefing.author_id == request.user.pk,
        "is_over": briefing.last < request.at.astimezone(SHANGHAI).date(),
    })


@for_staff(READ)
@require_safe
def printed(request: HttpRequest, number: str) -> HttpResponse:
    """The paper in the layout of official documents, ready to print."""
    return render(request, "hotline/briefings/print.html", _paper(request, number))


@for_staff(WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, number: str) -> HttpResponse:
    """Change the text; the figures stay named."""
    briefing = queries.one(request.rights, number)
    values = {section["key"]: section["text"] for section in briefing.body}
    shown: dict[str, Any] = {"briefing": briefing, "title": briefing.title, "edit": briefing.edit, "errors": {}}
    status = 200
    if request.method == "POST":
        values |= {key: request.POST[key] for key in values if key in request.POST}
        shown["title"] = request.POST.get("title", "")
        try:
            seen = request.POST.get("edit", "")
            transitions.edit(
                briefing, title=shown["title"], texts=values, actor=request.actor, at=request.at,
                seen_edit=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else None,
            )
            messages.success(request, _("已保存"))
            return redirect("hotline:briefing", number)
        except MoveRefused as refused:
            if refused.status in (403, 404):
                raise
            shown["errors"] = refused.fields or {"": [refused.detail]}
            status = refused.status
    shown["sections"] = [
        {**section, "text": values[section["key"]], "error": shown["errors"].get(section["key"], [""])[0]}
        for section in briefing.body
    ]
    shown["first_error"] = next(iter(shown["errors"].values()), [""])[0]
    in_charts = {row["figure"] for one in briefing.charts for row in one["rows"] if one["key"] in CHARTS_ONLY}
    shown["figures"] = sorted((name, row) for name, row in briefing.figures.items() if name not in in_charts)
    return render(request, "hotline/briefings/edit.html", shown, status=status)


VERBS = {
    "submit": (transitions.submit, WRITE, False), "send_back": (transitions.send_back, WRITE, True),
    "sign": (transitions.sign, SIGN, True), "publish": (transitions.publish, WRITE, False),
    "revise": (transitions.revise, WRITE, True),
}


@for_staff(READ)
@require_POST
def move(request: HttpRequest, number: str) -> HttpResponse:
    """``verb``: submit, send_back, sign, publish or revise."""
    briefing = queries.one(request.rights, number)
    act, permission, has_note = VERBS.get(request.POST.get("verb", ""), (None, "", False))
    if act is None:
        raise missing(verb=_("未知的操作"))
    if not request.rights.may(permission):
        raise PermissionDenied
    back = reverse("hotline:briefing", args=[number])
    note = {"note": request.POST.get("note", "")[:200]} if has_note else {}
    try:
        act(briefing, actor=request.actor, at=request.at, **note)
    except MoveRefused as refused:
        return refusal(request, refused, back=back)
    messages.success(request, _("已完成"))
    return redirect(back)


@for_staff(READ)
@require_safe
def figure(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """The orders that a number counted when it was drafted, as far as the reader may see them."""
    context = _paper(request, number)
    row = context["shown"].figures.get(name)
    if row is None:
        raise not_found()
    rows = queries.orders_behind(row, request.rights)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "hotline/briefings/figure.html", {
        **context, "figure": row, "page": page, "counted": len(row["keys"] or ()),
        "kept": f"version={context['asked']}&" if context["asked"] else "",
    })
