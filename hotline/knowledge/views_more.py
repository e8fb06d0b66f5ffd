"""Gaps, the weekly quiz, and what citizens read of the knowledge base."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework.door import MoveRefused, missing
from casework.edge import for_staff, is_fetch, next_of, refusal
from events.reference_rows import category as category_of
from grids.days import day_of, week_of
from grids.models import Unit
from hotline.knowledge import actions, queries, quiz, transitions
from hotline.knowledge.forms import GapForm
from hotline.knowledge.models import KnowledgeGap
from hotline.knowledge.searching import search
from hotline.knowledge.transitions import sentences
from hotline.knowledge.views import asked, tabs
from hotline.knowledge.workflow import READ, WRITE

PAGE = 30


@for_staff(READ)
@require_safe
def gaps(request: HttpRequest) -> HttpResponse:
    """Questions that wait for the owner, by ``state``; ``number`` marks one."""
    state = request.GET.get("state", "open")
    rows = queries.gaps_for(request.rights, state=state if state in KnowledgeGap.State.values else "")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    for row in page:
        row.is_theirs = row.state == "open" and transitions.may(request.rights, WRITE, row.unit_id)
    return render(request, "hotline/knowledge/gaps.html", {
        **tabs(request, "gaps"), "page": page, "state": state, "states": KnowledgeGap.State.choices,
        "marked": request.GET.get("number", ""), "form": GapForm(), "units": _units(request),
    })


def _units(request: HttpRequest) -> list[Unit]:
    if not request.rights.may(WRITE):
        return []
    kinds = (Unit.Kind.GRID, Unit.Kind.COMMUNITY)
    return list(Unit.objects.filter(is_active=True).exclude(kind__in=kinds).order_by("kind", "code"))


@for_staff(READ)
@require_POST
def record_gap(request: HttpRequest) -> HttpResponse:
    """「没有找到,记为缺口」: ``question``, optionally ``category`` (code) and ``unit`` (code)."""
    form = GapForm(request.POST)
    if not form.is_valid():
        raise missing(**{name: str(words[0]) for name, words in form.errors.items()})
    gap = actions.record_gap(actor=request.actor, at=request.at, **form.cleaned_data)
    words = _("已记为缺口 %(number)s,推送给%(unit)s") % {"number": gap.number, "unit": gap.unit.name}
    if is_fetch(request):
        return JsonResponse({"said": words, "number": gap.number})
    messages.success(request, words)
    return redirect(next_of(request, reverse("hotline:gaps")))


@for_staff(WRITE)
@require_POST
def settle_gap(request: HttpRequest, number: str) -> HttpResponse:
    """``verb``: answer (with ``article``), dismiss (with ``reply``) or send (with ``unit``)."""
    gap = queries.one_gap(request.rights, number)
    if not transitions.may(request.rights, WRITE, gap.unit_id):
        raise PermissionDenied
    back = next_of(request, reverse("hotline:gaps"))
    try:
        _settle(request, gap)
    except MoveRefused as refused:
        return refusal(request, refused, back=back)
    messages.success(request, _("已处理"))
    return redirect(back)


def _settle(request: HttpRequest, gap: KnowledgeGap) -> None:
    told = {"actor": request.actor, "at": request.at}
    verb = request.POST.get("verb", "")
    if verb == "answer":
        number = request.POST.get("article", "").strip()
        article = queries.visible_to(request.rights, at=request.at).filter(number=number).first()
        if article is None:
            raise missing(article=_("没有这个编号的知识条目"))
        actions.answer_gap(gap, article=article, **told)
    elif verb == "dismiss":
        actions.dismiss_gap(gap, reply=request.POST.get("reply", ""), **told)
    elif verb == "send":
        unit = Unit.objects.filter(code=request.POST.get("unit", "")[:40], is_active=True).first()
        if unit is None:
            raise missing(unit=_("请选择单位"))
        actions.send_gap_to(gap, unit=unit, **told)
    else:
        raise missing(verb=_("未知的操作"))


@for_staff(READ)
@require_http_methods(["GET", "HEAD", "POST"])
def training(request: HttpRequest) -> HttpResponse:
    """The weekly quiz: one's own attempts, what is missed often; POST begins or resumes one."""
    if request.method == "POST":
        attempt = quiz.begin(request.user, at=request.at)
        return redirect("hotline:quiz", attempt.pk)
    return render(request, "hotline/knowledge/training.html", {
        **tabs(request, "quiz"), "week": week_of(day_of(request.at)), "attempts": quiz.attempts_of(request.user),
        "missed": quiz.often_missed(at=request.at), "people": quiz.taking_part(at=request.at),
    })


@for_staff(READ)
@require_http_methods(["GET", "HEAD", "POST"])
def attempt(request: HttpRequest, key: int) -> HttpResponse:
    """One's own attempt: the questions, or after it the answers with their articles."""
    found = quiz.attempt_of(request.user, key)
    errors: dict[str, list[str]] = {}
    status = 200
    chosen = _chosen(request)
    if request.method == "POST":
        try:
            found = quiz.finish(found, chosen, at=request.at)
            return redirect("hotline:quiz", found.pk)
        except MoveRefused as refused:
            errors, status = refused.fields or {"": [refused.detail]}, refused.status
    rows = [
        {**question, "n": n, "pick": chosen.get(n), "is_right": question["chosen"] == question["right"],
         "error": errors.get(f"q{n}", [""])[0]}
        for n, question in enumerate(found.asked)
    ]
    return render(request, "hotline/knowledge/quiz.html", {
        **tabs(request, "quiz"), "attempt": found, "questions": rows, "error": next(iter(errors.values()), [""])[0],
    }, status=status)


def _chosen(request: HttpRequest) -> dict[int, int]:
    found = {}
    for name, value in request.POST.items():
        if name.startswith("q") and name[1:].isdecimal() and value.isascii() and value.isdecimal() and len(value) < 3:
            found[int(name[1:4])] = int(value)
    return found


# For citizens ----------------------------------------------------------------------------------------


@require_safe
def public_index(request: HttpRequest) -> HttpResponse:
    """What citizens may look up: search (``q``) and the list by major category."""
    words = asked(request)
    if words:
        hits = search(None, words, at=request.at, limit=20, is_public=True)
        return render(request, "hotline/knowledge/public_index.html", {"q": words, "hits": hits})
    groups: dict[str, list] = {}
    for article in queries.public_articles(at=request.at).order_by("category", "number")[:300]:
        major = category_of((article.category_id or "")[:2])
        groups.setdefault(major.name if major else _("其他"), []).append(article)
    return render(request, "hotline/knowledge/public_index.html", {"groups": groups})


@require_safe
def public_article(request: HttpRequest, number: str) -> HttpResponse:
    """One article for citizens; 404 for one that is not public or not in date."""
    found = queries.public_articles(at=request.at).filter(number=number).first()
    if found is None:
        raise Http404
    actions.count_use(found, "read", at=request.at)
    return render(request, "hotline/knowledge/public_article.html", {
        "article": found, "version": found.published, "sentences": sentences(found.published.spoken),
    })
