"""What is done with articles and gaps without moving an article: uses, feedback, questions nobody could answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from casework import numbers
from casework.actor import Actor
from casework.clock import loader
from casework.clock.arithmetic import ClockKind, budget_seconds, due_after
from casework.door import MoveRefused, forbidden, missing
from events.models import Category
from events.search import grams
from grids.days import day_of
from grids.models import DutyClause, Unit
from hotline.knowledge import notices, transitions, workflow
from hotline.knowledge.asking import pairs_of
from hotline.knowledge.models import Article, ArticleFeedback, ArticleUse, KnowledgeGap

GAP_DAYS = 3
"""Working days in which the owner fills a gap."""
ALIKE = 0.6
"""Share of common character pairs from which two questions are the same."""
COLUMNS = {"read": "read_count", "insert": "insert_count", "answer": "answer_count"}


def count_use(article: Article, kind: str, *, at: datetime) -> None:
    """Add one use (``read``, ``insert`` or ``answer``) to the day and to the article."""
    if kind not in COLUMNS:
        raise missing(kind=_("未知的使用方式"))
    with transaction.atomic():
        row, _is_new = ArticleUse.objects.get_or_create(article=article, day=day_of(at), kind=kind)
        ArticleUse.objects.filter(pk=row.pk).update(count=F("count") + 1)
        Article.objects.filter(pk=article.pk).update(**{COLUMNS[kind]: F(COLUMNS[kind]) + 1})


def give_feedback(article: Article, *, kind: str, actor: Actor, at: datetime, text: str = "") -> ArticleFeedback:
    """过期反馈: tell the owner what is wrong with the version in force. The same person's open word is not doubled."""
    if kind not in ArticleFeedback.Kind.values:
        raise missing(kind=_("请选择问题"))
    if article.published is None:
        raise MoveRefused("wrong_state", _("尚未发布,不能反馈"), state=article.state)
    with transaction.atomic():
        known = ArticleFeedback.objects.filter(article=article, person=actor.user, settled_at=None, kind=kind).first()
        if known is not None:
            return known
        row = ArticleFeedback.objects.create(
            article=article, version=article.published.number, kind=kind, text=text[:200], person=actor.user, at=at
        )
        notices.owe(article, "knowledge.feedback", at=at, mark=str(row.pk))
    return row


def settle_feedback(row: ArticleFeedback, *, actor: Actor, at: datetime, reply: str) -> ArticleFeedback:
    """The owner's answer to feedback. Raises ``forbidden``, ``invalid`` without words, ``wrong_state`` twice."""
    if not reply.strip():
        raise missing(reply=_("请写明处理结果"))
    if not transitions.may(actor.rights, workflow.WRITE, row.article.unit_id) and not transitions.may(
        actor.rights, workflow.REVIEW, row.article.unit_id
    ):
        raise forbidden()
    done = ArticleFeedback.objects.filter(pk=row.pk, settled_at=None).update(
        reply=reply[:200], settled_by=actor.user, settled_at=at
    )
    if not done:
        raise MoveRefused("wrong_state", _("这条反馈已经处理"))
    row.refresh_from_db()
    return row


def owner_of(category: Category | None) -> Unit | None:
    """The unit whose duty list names the category, minor before major; the centre where none does."""
    for code in (category.code, category.code[:2]) if category else ():
        clause = DutyClause.objects.filter(category_code=code, unit__is_active=True).select_related("unit").first()
        if clause is not None:
            return clause.unit
    return Unit.objects.filter(kind=Unit.Kind.DISTRICT_CENTRE, is_active=True).order_by("code").first()


def record_gap(
    question: str, *, actor: Actor, at: datetime, category: Category | None = None, unit: Unit | None = None
) -> KnowledgeGap:
    """「没有找到,记为缺口」: push the question to the unit that ought to know. The same question again counts one more
    on the open gap. Raises ``invalid`` for an empty question or where no unit can be named."""
    words = " ".join(question.split())[:200]
    if len(words) < 2:
        raise missing(question=_("请写明没有找到的问题"))
    owner = unit or owner_of(category)
    if owner is None:
        raise missing(unit=_("没有单位可归口,请先建立指挥中心单位"))
    with transaction.atomic():
        pairs = pairs_of(words) or grams(words)
        for known in KnowledgeGap.objects.select_for_update().filter(state="open", grams__overlap=pairs or ["-"]):
            if _alike(pairs, pairs_of(known.question) or known.grams):
                known.times += 1
                known.save(update_fields=["times"])
                return known
        gap = KnowledgeGap.objects.create(
            number=f"QK{numbers.take('knowledge_gap'):06d}", question=words, grams=pairs, category=category, unit=owner,
            recorded_by=actor.user, recorded_at=at, due_at=gap_due(at),
        )
        notices.owe_gap(gap, "gap.open", at=at)
    return gap


def gap_due(at: datetime) -> datetime:
    calendar = loader.calendar("district")
    return due_after(ClockKind.WD, calendar, at, budget_seconds(ClockKind.WD, Decimal(GAP_DAYS), calendar))


def _alike(one: list[str], other: list[str]) -> bool:
    both = set(one) & set(other)
    return len(both) >= ALIKE * len(set(one) | set(other))


def send_gap_to(gap: KnowledgeGap, *, unit: Unit, actor: Actor, at: datetime) -> KnowledgeGap:
    """Another unit ought to answer: the clock begins anew for it."""
    with _open_gap(gap, actor) as row:
        row.unit, row.due_at = unit, gap_due(at)
        row.save(update_fields=["unit", "due_at"])
        notices.owe_gap(row, "gap.open", at=at, mark=f"{unit.pk}:{at.timestamp():.0f}")
    return row


def answer_gap(gap: KnowledgeGap, *, article: Article, actor: Actor, at: datetime) -> KnowledgeGap:
    """Name the article that answers it: at once where it is in force, else when it is published."""
    with _open_gap(gap, actor) as row:
        row.article = article
        if article.is_current(day_of(at)):
            row.state, row.settled_by, row.settled_at = KnowledgeGap.State.ANSWERED, actor.user, at
        row.save(update_fields=["article", "state", "settled_by", "settled_at"])
        if row.state != KnowledgeGap.State.OPEN:
            notices.owe_gap(row, "gap.answered", at=at)
    return row


def dismiss_gap(gap: KnowledgeGap, *, actor: Actor, at: datetime, reply: str) -> KnowledgeGap:
    """No article will be made of it; the reason goes to who asked. Raises ``invalid`` without one."""
    if not reply.strip():
        raise missing(reply=_("请写明不予补充的理由"))
    with _open_gap(gap, actor) as row:
        row.state, row.reply = KnowledgeGap.State.DISMISSED, reply[:200]
        row.settled_by, row.settled_at = actor.user, at
        row.save(update_fields=["state", "reply", "settled_by", "settled_at"])
        notices.owe_gap(row, "gap.dismissed", at=at)
    return row


@contextmanager
def _open_gap(gap: KnowledgeGap, actor: Actor) -> Iterator[KnowledgeGap]:
    """The gap's row under its lock, for who writes for its unit, while it is open."""
    with transaction.atomic():
        row = KnowledgeGap.objects.select_for_update(of=("self",)).select_related("unit").get(pk=gap.pk)
        if actor.is_staff and not transitions.may(actor.rights, workflow.WRITE, row.unit_id):
            raise forbidden()
        if row.state != KnowledgeGap.State.OPEN:
            raise MoveRefused("wrong_state", _("这条缺口已经处理"), state=row.state)
        yield row
