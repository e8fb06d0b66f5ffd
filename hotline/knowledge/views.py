"""The knowledge pages: search and list, one article, writing and comparing, what waits for a reviewer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework.door import MoveRefused, missing, not_found
from casework.edge import for_staff, is_fetch, next_of, refusal
from events.reference_rows import category as category_of
from grids.days import day_of
from hotline.knowledge import actions, queries, transitions
from hotline.knowledge.forms import ArticleForm, FeedbackForm, initial_of
from hotline.knowledge.models import Article, ArticleFeedback, KnowledgeGap
from hotline.knowledge.searching import search
from hotline.knowledge.workflow import MANAGE, READ, REVIEW, WRITE

PAGE = 30
MOST_WORDS = 400
MANY = 60


def tabs(request: HttpRequest, current: str) -> dict[str, Any]:
    """What the bar above every knowledge page shows."""
    rights = request.rights
    return {
        "tab": current, "counts": queries.counts(rights, at=request.at), "may_write": rights.may(WRITE),
        "may_review": rights.may(REVIEW), "may_manage": rights.may(MANAGE), "today": day_of(request.at),
    }


def asked(request: HttpRequest, name: str = "q") -> str:
    """A search text of the address, without what no database keeps."""
    return "".join(c for c in request.GET.get(name, "") if c.isprintable() or c in "\n\t")[:MOST_WORDS].strip()


@for_staff(READ)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Search (``q``), or the list by ``state``, ``unit``, ``major``, ``order=use``."""
    words = asked(request)
    shown = tabs(request, "index")
    if words:
        hits = search(request.rights, words, at=request.at, limit=MANY)
        return render(request, "hotline/knowledge/index.html", {**shown, "q": words, "hits": hits})
    unit = request.GET.get("unit", "")
    wanted = {
        "state": request.GET.get("state", ""), "major": request.GET.get("major", "")[:2],
        "unit": int(unit) if unit.isascii() and unit.isdigit() and len(unit) < 10 else None,
        "order": request.GET.get("order", ""),
    }
    rows = queries.listed(request.rights, at=request.at, **wanted)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    kept = "".join(f"{name}={value}&" for name, value in wanted.items() if value)
    return render(request, "hotline/knowledge/index.html", {
        **shown, "page": page, "kept": kept, "wanted": wanted, "states": Article.State.choices, "units": _owners(request),
        "majors": _majors(request), "used": queries.use_by_article(at=request.at), "usage": queries.usage(at=request.at),
    })


def _owners(request: HttpRequest) -> list[tuple[int, str]]:
    rows = queries.visible_to(request.rights, at=request.at).order_by("unit__code")
    return list(rows.values_list("unit", "unit__name").distinct())


def _majors(request: HttpRequest) -> list[Any]:
    codes = queries.visible_to(request.rights, at=request.at).exclude(category=None).values_list("category", flat=True)
    found = (category_of(code) for code in sorted({code[:2] for code in codes.order_by()}))
    return [row for row in found if row is not None]


@for_staff(READ)
@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """A fragment for the agent's desk: what fits ``q`` (words or the whole text typed so far), nearest to ``category``;
    ``limit`` up to 12. Nothing found offers to record a gap."""
    words = asked(request)
    limit = request.GET.get("limit", "")
    size = min(int(limit), 12) if limit.isascii() and limit.isdigit() and len(limit) < 4 else 6
    code = request.GET.get("category", "")[:4]
    hits = search(request.rights, words, at=request.at, limit=max(size, 1), category=code)
    return render(request, "hotline/knowledge/_suggest.html", {"q": words, "hits": hits, "category": code})


@for_staff(READ)
@require_safe
def article(request: HttpRequest, number: str) -> HttpResponse:
    """One article: what to read aloud, the full answer, versions, who last confirmed it."""
    found = queries.one(request.rights, number, at=request.at)
    is_current = found.is_current(day_of(request.at))
    if is_current:
        actions.count_use(found, "read", at=request.at)
    may_write, may_review = (transitions.may(request.rights, code, found.unit_id) for code in (WRITE, REVIEW))
    mine = may_write or may_review
    version = found.published or found.working
    return render(request, "hotline/knowledge/article.html", {
        **tabs(request, ""), "article": found, "version": version, "is_current": is_current, "writes": may_write,
        "reviews": may_review, "sentences": transitions.sentences(version.spoken), "feedback_form": FeedbackForm(),
        "steps": found.steps.select_related("person").order_by("-pk")[:20] if mine else (),
        "versions": found.versions.filter(number__gt=0).select_related("author", "reviewer"),
        "feedback": found.feedback.filter(settled_at=None).select_related("person") if mine else (),
        "own_work": found.working and found.working.author_id == request.user.pk,
    })


@for_staff(READ)
@require_safe
def versions(request: HttpRequest, number: str) -> HttpResponse:
    """Two versions side by side: ``from`` and ``to`` are version numbers; ``to=work`` is the one in work."""
    found = queries.one(request.rights, number, at=request.at)
    rows = {str(row.number): row for row in found.versions.filter(number__gt=0)}
    if found.working is not None and any(transitions.may(request.rights, code, found.unit_id) for code in (WRITE, REVIEW)):
        rows["work"] = found.working
    names = list(rows)  # newest first, the one in work last
    newest = "work" if "work" in rows else names[0]
    older = [name for name in names if name != newest]
    to = request.GET.get("to") if request.GET.get("to") in rows else newest
    since = request.GET.get("from") if request.GET.get("from") in rows else (older[0] if older else to)
    old, new = rows[since], rows[to]
    fields = [(_("标题"), old.title, new.title), (_("口播内容"), old.spoken, new.spoken), (_("答复内容"), old.text, new.text),
              (_("关键词"), "、".join(old.keywords), "、".join(new.keywords)), (_("依据"), old.basis, new.basis)]
    return render(request, "hotline/knowledge/versions.html", {
        **tabs(request, ""), "article": found, "rows": rows, "since": since, "to": to, "old": old, "new": new,
        "fields": [(label, queries.compare(before, after), before != after) for label, before, after in fields],
    })


@for_staff(WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Write a new article; ``gap`` names the question it is to answer."""
    units = queries.writable_units(request.rights)
    gap = _gap_of(request)
    start = {"unit": units.filter(pk=request.actor.unit_id).first()}
    if gap is not None:
        start |= {"title": gap.question[:80], "category": gap.category, "unit": gap.unit}
    form = ArticleForm(request.POST or None, units=units, is_new=True, initial=start)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        made = transitions.create(
            form.wording(), unit=told["unit"], actor=request.actor, at=request.at, category=told["category"],
            review_days=told["review_days"],
        )
        if gap is not None:
            actions.answer_gap(gap, article=made, actor=request.actor, at=request.at)
        return _saved(request, made)
    status = 400 if request.method == "POST" else 200
    return render(request, "hotline/knowledge/edit.html", {**tabs(request, ""), "form": form, "gap": gap}, status=status)


def _gap_of(request: HttpRequest) -> KnowledgeGap | None:
    number = request.POST.get("gap") or request.GET.get("gap") or ""
    if not number:
        return None
    gap = queries.one_gap(request.rights, number[:8])
    if not transitions.may(request.rights, WRITE, gap.unit_id):
        raise PermissionDenied
    return gap


@for_staff(WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, number: str) -> HttpResponse:
    """Write the draft beside the version in force; ``submit`` hands it to the reviewer in the same act."""
    found = queries.one(request.rights, number, at=request.at)
    if not transitions.may(request.rights, WRITE, found.unit_id):
        raise PermissionDenied
    start = initial_of(found.working or found.published) | {"category": found.category, "review_days": found.review_days}
    form = ArticleForm(request.POST or None, units=None, is_new=False, initial=start)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        made = transitions.revise(
            found, form.wording(), actor=request.actor, at=request.at, category=told["category"],
            review_days=told["review_days"],
        )
        return _saved(request, made)
    status = 400 if request.method == "POST" else 200
    return render(
        request, "hotline/knowledge/edit.html", {**tabs(request, ""), "form": form, "article": found}, status=status
    )


def _saved(request: HttpRequest, made: Article) -> HttpResponse:
    if request.POST.get("submit"):
        transitions.submit(made, actor=request.actor, at=request.at)
        messages.success(request, _("已提交审核"))
    else:
        messages.success(request, _("草稿已保存"))
    return redirect("hotline:article", made.number)


def _say(act: Any, *names: str) -> Any:
    return lambda found, request: act(
        found, actor=request.actor, at=request.at, **{name: request.POST.get(name, "")[:200] for name in names}
    )


VERBS = {
    "submit": (_say(transitions.submit), WRITE),
    "publish": (_say(transitions.publish, "note"), REVIEW),
    "send_back": (_say(transitions.send_back, "note"), REVIEW),
    "confirm": (_say(transitions.confirm, "note"), REVIEW),
    "withdraw": (_say(transitions.withdraw, "note"), REVIEW),
}


@for_staff(READ)
@require_POST
def move(request: HttpRequest, number: str) -> HttpResponse:
    """One verb of an article: ``verb`` is submit, publish, send_back, confirm or withdraw."""
    found = queries.one(request.rights, number, at=request.at)
    act, permission = VERBS.get(request.POST.get("verb", ""), (None, ""))
    if act is None:
        raise missing(verb=_("未知的操作"))
    if not transitions.may(request.rights, permission, found.unit_id):
        raise PermissionDenied
    back = next_of(request, reverse("hotline:article", args=[number]))
    try:
        act(found, request)
    except MoveRefused as refused:
        return refusal(request, refused, back=back)
    messages.success(request, _("已完成"))
    return redirect(back)


@for_staff(READ)
@require_POST
def used(request: HttpRequest, number: str) -> HttpResponse:
    """The desk says that the article was put into a text (``insert``) or read as the answer (``answer``)."""
    found = queries.one(request.rights, number, at=request.at)
    actions.count_use(found, request.POST.get("kind", ""), at=request.at)
    return JsonResponse({"said": _("已记录"), "number": found.number})


@for_staff(READ)
@require_POST
def feedback(request: HttpRequest, number: str) -> HttpResponse:
    """过期反馈."""
    found = queries.one(request.rights, number, at=request.at)
    form = FeedbackForm(request.POST)
    if not form.is_valid():
        raise missing(**{name: str(words[0]) for name, words in form.errors.items()})
    actions.give_feedback(found, actor=request.actor, at=request.at, **form.cleaned_data)
    if is_fetch(request):
        return JsonResponse({"said": _("已告知归口单位"), "number": found.number})
    messages.success(request, _("已告知归口单位"))
    return redirect(next_of(request, reverse("hotline:article", args=[number])))


@for_staff(WRITE)
@require_POST
def settle(request: HttpRequest, key: int) -> HttpResponse:
    """The owner's answer to one feedback."""
    row = ArticleFeedback.objects.filter(pk=key, article__in=queries.visible_to(request.rights, at=request.at)).first()
    if row is None:
        raise not_found()
    if not any(transitions.may(request.rights, code, row.article.unit_id) for code in (WRITE, REVIEW)):
        raise PermissionDenied
    back = next_of(request, reverse("hotline:article", args=[row.article.number]))
    try:
        actions.settle_feedback(row, actor=request.actor, at=request.at, reply=request.POST.get("reply", ""))
    except MoveRefused as refused:
        return refusal(request, refused, back=back)
    messages.success(request, _("已处理"))
    return redirect(back)


@for_staff(f"{READ}")
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """What waits: versions to review, articles near their end, own drafts, feedback."""
    if not (request.rights.may(WRITE) or request.rights.may(REVIEW)):
        raise PermissionDenied
    return render(request, "hotline/knowledge/queue.html", {
        **tabs(request, "queue"), "review": queries.review_queue(request.rights)[:MANY],
        "due": queries.due_soon(request.rights, at=request.at)[:MANY], "drafts": queries.drafts(request.rights)[:MANY],
        "feedback": queries.open_feedback(request.rights)[:MANY],
    })
