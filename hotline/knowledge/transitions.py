"""The verbs that change what an article is. Each locks the row, asks right and state, writes the step, in one
transaction. The author of a wording does not publish it: four eyes on what thousands will be told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from casework import numbers
from casework.actor import Actor
from casework.door import Move, MoveRefused, forbidden, missing, not_found
from events.models import Category
from grids.models import Unit
from grids.scope import SHANGHAI, Rights
from hotline.knowledge import indexing, notices, workflow
from hotline.knowledge.models import Article, ArticleStep, ArticleVersion, KnowledgeGap

REVIEW_DAYS = 180
LONGEST_REVIEW_DAYS = 730
SPOKEN_SENTENCE = 40
"""A sentence that is read aloud is not longer."""
READABLE = ("title", "text", "spoken", "keywords", "basis", "is_public", "valid_until")


@dataclass(frozen=True, slots=True)
class Wording:
    """What an article says. ``spoken`` is read aloud: short plain sentences. ``valid_until``: the policy's own end."""

    title: str
    text: str
    spoken: str
    keywords: tuple[str, ...] = ()
    basis: str = ""
    is_public: bool = False
    valid_until: date | None = None
    note: str = ""


@dataclass
class _Passage:
    article: Article
    version: ArticleVersion | None = None
    note: str = ""
    changed: set[str] = field(default_factory=set)

    def set(self, **values: object) -> None:
        for name, value in values.items():
            setattr(self.article, name, value)
        self.changed |= set(values)


def may(rights: Rights, permission: str, unit_id: int) -> bool:
    """Whether the permission holds for this unit: by a post in it, or by managing the whole base."""
    if not rights.may(permission):
        return False
    return unit_id in rights.units(permission) or rights.may(workflow.MANAGE)


@contextmanager
def _moving(article: Article, move: Move, *, actor: Actor, at: datetime, note: str = "") -> Iterator[_Passage]:
    with transaction.atomic():
        locked = Article.objects.select_for_update(of=("self",)).select_related("published", "working").get(pk=article.pk)
        if actor.is_staff and not may(actor.rights, move.permission, locked.unit_id):
            raise forbidden()
        if locked.state not in move.sources:
            raise MoveRefused(
                "wrong_state",
                _("当前状态为“%(state)s”,不能%(verb)s") % {"state": locked.get_state_display(), "verb": move.label},
                state=locked.state,
            )
        passage = _Passage(locked, note=note)
        before = locked.state
        yield passage
        if len(move.targets) == 1:
            passage.set(state=next(iter(move.targets)))
        passage.set(changed_at=at)
        locked.save(update_fields=sorted(passage.changed))
        _note(passage, move, before, actor, at)


def _note(passage: _Passage, move: Move, before: str, actor: Actor, at: datetime) -> None:
    ArticleStep.objects.create(
        article=passage.article, verb=move.name, at=at, person_id=actor.person_id, actor_name=actor.name[:60],
        from_state=before, to_state=passage.article.state, note=passage.note[:200],
        version=passage.version.number if passage.version else 0,
    )


def create(
    wording: Wording, *, unit: Unit, actor: Actor, at: datetime, category: Category | None = None,
    review_days: int = REVIEW_DAYS,
) -> Article:
    """A new article with its first draft. Raises ``forbidden`` for a unit one does not write for, ``invalid``."""
    if actor.is_staff and not may(actor.rights, workflow.WRITE, unit.pk):
        raise forbidden()
    _check(wording, review_days, at)
    with transaction.atomic():
        article = Article.objects.create(
            number=f"ZS{numbers.take('knowledge'):06d}", unit=unit, category=category, title=wording.title,
            review_days=review_days, created_at=at, changed_at=at,
        )
        passage = _Passage(article)
        passage.version = _new_version(article, wording, actor, at)
        article.working = passage.version
        article.save(update_fields=["working"])
        _note(passage, workflow.CREATE, "", actor, at)
    return article


def revise(
    article: Article, wording: Wording, *, actor: Actor, at: datetime, category: Category | None = None,
    review_days: int | None = None,
) -> Article:
    """Write the draft, or begin one beside the version in force. Raises ``wrong_state`` while it is being reviewed."""
    _check(wording, review_days or article.review_days, at)
    with _moving(article, workflow.REVISE, actor=actor, at=at, note=wording.note) as passage:
        locked, version = passage.article, passage.article.working
        if version is not None and version.state == ArticleVersion.State.REVIEW:
            raise MoveRefused("wrong_state", _("新版本正在审核,请先退回再修改"), state=version.state)
        if version is None:
            passage.version = _new_version(locked, wording, actor, at)
            passage.set(working=passage.version)
        else:
            passage.version = version
            _write(version, wording, actor, at)
        passage.set(category=category, review_days=review_days or locked.review_days)
        if locked.published is None:
            passage.set(title=wording.title)
    return passage.article


def submit(article: Article, *, actor: Actor, at: datetime) -> Article:
    """Hand the draft to the reviewer. Raises ``wrong_state`` without a draft."""
    with _moving(article, workflow.SUBMIT, actor=actor, at=at) as passage:
        version = _in_work(passage, ArticleVersion.State.DRAFT, _("没有可提交的草稿"))
        _set_version(version, state=ArticleVersion.State.REVIEW)
        if passage.article.published is None:
            passage.set(state=Article.State.REVIEW)
        notices.owe(passage.article, "knowledge.review", at=at, mark=f"{version.pk}:{at.timestamp():.0f}")
    return passage.article


def publish(article: Article, *, actor: Actor, at: datetime, note: str = "") -> Article:
    """Put the reviewed version in force and index it. Raises ``own_work`` for its author, ``wrong_state``."""
    with _moving(article, workflow.PUBLISH, actor=actor, at=at, note=note) as passage:
        locked = passage.article
        version = _in_work(passage, ArticleVersion.State.REVIEW, _("没有待审核的版本"))
        if actor.is_staff and version.author_id == actor.person_id:
            raise MoveRefused("own_work", _("编写人不能审核自己的内容,请由其他负责人发布"))
        day = at.astimezone(SHANGHAI).date()
        if version.valid_until is not None and version.valid_until < day:
            raise missing(valid_until=_("政策截止日期已过,请退回修改"))
        before = locked.published
        if before is not None:
            _set_version(before, state=ArticleVersion.State.SUPERSEDED)
        _set_version(
            version, state=ArticleVersion.State.PUBLISHED, number=(before.number if before else 0) + 1,
            reviewer_id=actor.person_id, published_at=at, reply=note[:200],
        )
        passage.set(
            published=version, working=None, title=version.title, is_public=version.is_public,
            due_on=_due(day, locked.review_days, version.valid_until),
        )
        indexing.index(locked, version)
        _settle_gaps(locked, actor, at)
    return passage.article


def send_back(article: Article, *, actor: Actor, at: datetime, note: str) -> Article:
    """Return the version in review to its author, with the reason. Raises ``invalid`` without one."""
    if not note.strip():
        raise missing(note=_("请写明退回的理由"))
    with _moving(article, workflow.SEND_BACK, actor=actor, at=at, note=note) as passage:
        version = _in_work(passage, ArticleVersion.State.REVIEW, _("没有待审核的版本"))
        _set_version(version, state=ArticleVersion.State.DRAFT, reply=note[:200])
        if passage.article.published is None:
            passage.set(state=Article.State.DRAFT)
        notices.owe(
            passage.article, "knowledge.back", at=at, mark=f"{version.pk}:{at.timestamp():.0f}", person=version.author_id
        )
    return passage.article


def confirm(article: Article, *, actor: Actor, at: datetime, note: str = "") -> Article:
    """The reviewer has read the version in force: it holds for another cycle; an expired one comes back."""
    with _moving(article, workflow.CONFIRM, actor=actor, at=at, note=note) as passage:
        locked = passage.article
        passage.version = locked.published
        day = at.astimezone(SHANGHAI).date()
        if locked.published.valid_until is not None and locked.published.valid_until < day:
            raise MoveRefused("wrong_state", _("政策截止日期已过,请修改后重新发布"), state=locked.state)
        passage.set(due_on=_due(day, locked.review_days, locked.published.valid_until))
        indexing.index(locked, locked.published)
    return passage.article


def withdraw(article: Article, *, actor: Actor, at: datetime, note: str) -> Article:
    """Take it out of use at once; the versions stay. Raises ``invalid`` without a reason."""
    if not note.strip():
        raise missing(note=_("请写明停用的理由"))
    with _moving(article, workflow.WITHDRAW, actor=actor, at=at, note=note) as passage:
        passage.version = passage.article.published
        indexing.drop(passage.article)
    return passage.article


def expire(article: Article, *, at: datetime) -> Article:
    """What the daily job does to an article whose last day has passed; hidden it was from that day's end on."""
    with _moving(article, workflow.EXPIRE, actor=Actor.system(), at=at) as passage:
        if passage.article.is_current(at.astimezone(SHANGHAI).date()):
            raise MoveRefused("wrong_state", _("尚未到期"), state=passage.article.state)
        passage.version = passage.article.published
        indexing.drop(passage.article)
    return passage.article


# Parts -----------------------------------------------------------------------------------------------


def _due(day: date, review_days: int, valid_until: date | None) -> date:
    cycle = day + timedelta(days=review_days)
    return min(cycle, valid_until) if valid_until else cycle


def _in_work(passage: _Passage, state: str, words: str) -> ArticleVersion:
    version = passage.article.working
    if version is None or version.state != state:
        raise MoveRefused("wrong_state", words, state=passage.article.state)
    passage.version = version
    return version


def _set_version(version: ArticleVersion, **values: object) -> None:
    for name, value in values.items():
        setattr(version, name, value)
    version.save(update_fields=list(values))


def _new_version(article: Article, wording: Wording, actor: Actor, at: datetime) -> ArticleVersion:
    version = ArticleVersion(article=article)
    _write(version, wording, actor, at)
    return version


def _write(version: ArticleVersion, wording: Wording, actor: Actor, at: datetime) -> None:
    for name in READABLE:
        setattr(version, name, getattr(wording, name))
    version.keywords = list(wording.keywords)
    version.note, version.author_id, version.written_at = wording.note[:200], actor.person_id, at
    version.save()


def _check(wording: Wording, review_days: int, at: datetime) -> None:
    wrong = {}
    if not wording.title.strip():
        wrong["title"] = _("请填写标题")
    if not wording.text.strip():
        wrong["text"] = _("请填写答复内容")
    if not wording.spoken.strip():
        wrong["spoken"] = _("请填写口播内容:坐席照着念的短句")
    elif max(map(len, sentences(wording.spoken))) > SPOKEN_SENTENCE:
        wrong["spoken"] = _("口播内容每句不超过%(n)s字,请拆成短句") % {"n": SPOKEN_SENTENCE}
    if not 1 <= review_days <= LONGEST_REVIEW_DAYS:
        wrong["review_days"] = _("复审周期为1至%(n)s天") % {"n": LONGEST_REVIEW_DAYS}
    if wording.valid_until and wording.valid_until < at.astimezone(SHANGHAI).date():
        wrong["valid_until"] = _("政策截止日期不能早于今天")
    if wrong:
        raise missing(**wrong)


def sentences(text: str) -> list[str]:
    """The sentences of a text that is read aloud, without their marks."""
    for mark in "。!?;;!?\n":
        text = text.replace(mark, "。")
    return [part.strip() for part in text.split("。") if part.strip()] or [""]


def _settle_gaps(article: Article, actor: Actor, at: datetime) -> None:
    """Questions that waited for this article are answered by its publication; who asked is told."""
    for gap in KnowledgeGap.objects.select_for_update().filter(article=article, state=KnowledgeGap.State.OPEN):
        gap.state, gap.settled_by_id, gap.settled_at = KnowledgeGap.State.ANSWERED, actor.person_id, at
        gap.save(update_fields=["state", "settled_by_id", "settled_at"])
        notices.owe_gap(gap, "gap.answered", at=at)


def article_of(number: str) -> Article:
    """By number. Raises ``not_found``."""
    found = Article.objects.filter(number=number).first()
    if found is None:
        raise not_found()
    return found
