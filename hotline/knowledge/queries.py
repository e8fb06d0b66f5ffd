"""Reads of the knowledge base: what a person may see, lists, the review queue, gaps, usage."""

from __future__ import annotations

import difflib
import re
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet, Sum

from casework.door import not_found
from grids.days import day_of
from grids.models import Unit
from grids.scope import Rights
from hotline.knowledge.models import (
    Article,
    ArticleFeedback,
    ArticleUse,
    ArticleVersion,
    KnowledgeGap,
)
from hotline.knowledge.workflow import MANAGE, READ, REVIEW, WRITE

DUE_DAYS = 15
USE_DAYS = 30


def own_units(rights: Rights, *permissions: str) -> Q:
    """Condition on ``unit``: those a person writes or reviews for; every one for who manages the base."""
    if rights.may(MANAGE):
        return Q(pk__isnull=False)  # an empty Q would vanish beside another
    keys = {unit for permission in permissions for unit in rights.units(permission)}
    return Q(unit__in=keys) if keys else Q(pk__in=())


def visible_to(rights: Rights, *, at: datetime) -> QuerySet[Article]:
    """Published and in date for every reader; all of a unit's own for those who write or review for it."""
    if not rights.may(READ):
        return Article.objects.none()
    current = Q(state=Article.State.PUBLISHED, due_on__gte=day_of(at))
    rows = Article.objects.filter(current | own_units(rights, WRITE, REVIEW))
    return rows.select_related("unit", "category", "published", "working")


def public_articles(*, at: datetime) -> QuerySet[Article]:
    """What a citizen may read."""
    rows = Article.objects.filter(state=Article.State.PUBLISHED, due_on__gte=day_of(at), is_public=True)
    return rows.select_related("unit", "category__parent", "published")


def one(rights: Rights, number: str, *, at: datetime) -> Article:
    """The article of this number. Raises ``not_found`` for one that the person may not see."""
    found = visible_to(rights, at=at).filter(number=number).first()
    if found is None:
        raise not_found()
    return found


def listed(
    rights: Rights, *, at: datetime, state: str = "", unit: int | None = None, major: str = "", order: str = "number"
) -> QuerySet[Article]:
    """The list page: by state, owner, major category."""
    rows = visible_to(rights, at=at)
    if state in Article.State.values:
        rows = rows.filter(state=state)
    if unit:
        rows = rows.filter(unit=unit)
    if major:
        rows = rows.filter(category__code__startswith=major)
    return rows.order_by("-answer_count", "-insert_count", "number") if order == "use" else rows.order_by("number")


def review_queue(rights: Rights) -> QuerySet[Article]:
    """Versions that wait for a reviewer's word, oldest first."""
    rows = Article.objects.filter(own_units(rights, REVIEW), working__state=ArticleVersion.State.REVIEW)
    return rows.select_related("unit", "category", "published", "working__author").order_by("working__written_at", "pk")


def due_soon(rights: Rights, *, at: datetime, days: int = DUE_DAYS) -> QuerySet[Article]:
    """Published ones whose last day is near or past, of one's own units."""
    until = day_of(at) + timedelta(days=days)
    rows = Article.objects.filter(
        own_units(rights, WRITE, REVIEW), state__in=(Article.State.PUBLISHED, Article.State.EXPIRED), due_on__lte=until
    )
    return rows.select_related("unit", "category").order_by("due_on", "pk")


def drafts(rights: Rights) -> QuerySet[Article]:
    rows = Article.objects.filter(own_units(rights, WRITE), working__state=ArticleVersion.State.DRAFT)
    return rows.select_related("unit", "working__author").order_by("-changed_at", "pk")


def open_feedback(rights: Rights) -> QuerySet[ArticleFeedback]:
    articles = Article.objects.filter(own_units(rights, WRITE, REVIEW))
    rows = ArticleFeedback.objects.filter(article__in=articles, settled_at=None)
    return rows.select_related("article__unit", "person").order_by("pk")


def gaps_for(rights: Rights, *, state: str = "open") -> QuerySet[KnowledgeGap]:
    """Gaps of one's own units, and those one has recorded."""
    if not rights.may(READ):
        return KnowledgeGap.objects.none()
    rows = KnowledgeGap.objects.filter(own_units(rights, WRITE, REVIEW) | Q(recorded_by=rights.person_id))
    if state in KnowledgeGap.State.values:
        rows = rows.filter(state=state)
    return rows.select_related("unit", "category", "article", "recorded_by").order_by("due_at", "pk")


def one_gap(rights: Rights, number: str) -> KnowledgeGap:
    found = gaps_for(rights, state="").filter(number=number).first()
    if found is None:
        raise not_found()
    return found


def writable_units(rights: Rights) -> QuerySet[Unit]:
    """Units a person may write for."""
    if not rights.may(WRITE):
        return Unit.objects.none()
    rows = Unit.objects.filter(is_active=True)
    if not rights.may(MANAGE):
        rows = rows.filter(pk__in=rights.units(WRITE))
    return rows.exclude(kind__in=(Unit.Kind.GRID,)).order_by("kind", "code")


def compare(old: str, new: str) -> list[tuple[str, str]]:
    """What changed from one wording to the next, sentence by sentence: ``[("same"|"gone"|"new", text), …]``."""
    before, after = _parts(old), _parts(new)
    found: list[tuple[str, str]] = []
    for tag, i, j, k, m in difflib.SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(("same", "".join(before[i:j])))
            continue
        found += [("gone", "".join(before[i:j]))] if i < j else []
        found += [("new", "".join(after[k:m]))] if k < m else []
    return found


def _parts(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[。;;!?!?\n])", text) if part]


def usage(*, at: datetime, days: int = USE_DAYS) -> dict[str, int]:
    """Reads, insertions and direct answers of the last ``days`` days."""
    rows = ArticleUse.objects.filter(day__gt=day_of(at) - timedelta(days=days)).values_list("kind").annotate(n=Sum("count"))
    return dict.fromkeys(ArticleUse.Kind.values, 0) | dict(rows)


def use_by_article(*, at: datetime, days: int = USE_DAYS) -> dict[int, int]:
    """How often each article was used in the last ``days`` days."""
    rows = ArticleUse.objects.filter(day__gt=day_of(at) - timedelta(days=days))
    return dict(rows.values_list("article").annotate(n=Sum("count")))


def counts(rights: Rights, *, at: datetime) -> dict[str, int]:
    """The numbers on the tabs of the knowledge pages."""
    day = day_of(at)
    current = Article.objects.filter(state=Article.State.PUBLISHED, due_on__gte=day).aggregate(n=Count("pk"))["n"]
    return {
        "current": current, "review": review_queue(rights).count(), "due": due_soon(rights, at=at).count(),
        "drafts": drafts(rights).count(), "gaps": gaps_for(rights).count(), "feedback": open_feedback(rights).count(),
    }

