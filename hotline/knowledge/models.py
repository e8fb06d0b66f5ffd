"""Articles of the knowledge base, their versions, what was asked and not found, and the training quiz."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models import Category
from grids.models import Unit


class Article(models.Model):
    """One question that citizens ask and the department's answer to it.

    ``published`` is what agents and citizens read; ``working`` is the version being written or reviewed beside it.
    The state is written by ``transitions`` alone, under the row's lock.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        REVIEW = "review", _("待审核")
        PUBLISHED = "published", _("已发布")
        EXPIRED = "expired", _("已过期")
        WITHDRAWN = "withdrawn", _("已停用")

    number = models.CharField(_("编号"), max_length=8, unique=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="articles", verbose_name=_("归口单位"))
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="articles", verbose_name=_("类别")
    )
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.DRAFT)
    title = models.CharField(_("标题"), max_length=80)
    """Of the published version, or of the first draft."""
    is_public = models.BooleanField(_("群众可见"), default=False)
    review_days = models.PositiveSmallIntegerField(_("复审周期(天)"), default=180)
    due_on = models.DateField(_("有效至"), null=True, blank=True)
    """Last day on which it may be used: the review cycle, or the policy's own end if that comes first."""
    published = models.ForeignKey("ArticleVersion", models.PROTECT, null=True, related_name="+")
    working = models.ForeignKey("ArticleVersion", models.PROTECT, null=True, related_name="+")
    read_count = models.PositiveIntegerField(_("阅读"), default=0)
    insert_count = models.PositiveIntegerField(_("引用"), default=0)
    answer_count = models.PositiveIntegerField(_("直接答复"), default=0)
    created_at = models.DateTimeField(_("建立时间"))
    changed_at = models.DateTimeField(_("最近变动"))

    class Meta:
        verbose_name = verbose_name_plural = _("知识条目")
        ordering = ["number"]
        indexes = [
            models.Index(fields=["due_on"], name="article_due", condition=Q(state="published")),
            models.Index(fields=["unit", "state"], name="article_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def is_current(self, day: date) -> bool:
        """Whether it may be read to a caller on this day."""
        return self.state == self.State.PUBLISHED and self.due_on is not None and self.due_on >= day


class ArticleVersion(models.Model):
    """One wording. Numbered when published; a published one is never changed again."""

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        REVIEW = "review", _("待审核")
        PUBLISHED = "published", _("已发布")
        SUPERSEDED = "superseded", _("历史版本")

    article = models.ForeignKey(Article, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField(_("版本"), default=0)
    """0 until published."""
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.DRAFT)
    title = models.CharField(_("标题"), max_length=80)
    text = models.TextField(_("答复内容"))
    spoken = models.CharField(_("口播内容"), max_length=300)
    keywords = ArrayField(models.CharField(max_length=20), default=list, blank=True, verbose_name=_("关键词"))
    basis = models.CharField(_("依据"), max_length=200, blank=True)
    is_public = models.BooleanField(_("群众可见"), default=False)
    valid_until = models.DateField(_("政策截止"), null=True, blank=True)
    note = models.CharField(_("修改说明"), max_length=200, blank=True)
    reply = models.CharField(_("审核意见"), max_length=200, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField(_("编写时间"))
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("知识版本")
        ordering = ["article", "-number", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="one_version_number", condition=Q(number__gt=0)),
            models.UniqueConstraint(
                fields=["article"], name="one_version_in_work", condition=Q(state__in=("draft", "review"))
            ),
            models.UniqueConstraint(fields=["article"], name="one_version_in_force", condition=Q(state="published")),
        ]


class ArticleStep(models.Model):
    """Who did what to an article and when. Added, never changed."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="steps")
    verb = models.CharField(_("动作"), max_length=20)
    at = models.DateTimeField(_("时间"))
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(_("经办"), max_length=60)
    from_state = models.CharField(max_length=10, blank=True)
    to_state = models.CharField(max_length=10)
    version = models.PositiveSmallIntegerField(_("版本"), default=0)
    note = models.CharField(_("说明"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("知识变动")
        ordering = ["article", "pk"]

    @property
    def label(self) -> str:
        """The verb in words."""
        from hotline.knowledge.workflow import MOVES

        return str(MOVES[self.verb].label) if self.verb in MOVES else self.verb


class ArticleGram(models.Model):
    """A character pair of a published wording with its weight in it: what search asks."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="+")
    gram = models.CharField(max_length=2)
    weight = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gram", "article"], name="one_weight_per_gram")]


class ArticleUse(models.Model):
    """How often an article was used on a day. Counts only: who looked something up is nobody's business."""

    class Kind(models.TextChoices):
        READ = "read", _("阅读")
        INSERT = "insert", _("引用")
        ANSWER = "answer", _("直接答复")

    article = models.ForeignKey(Article, models.CASCADE, related_name="uses")
    day = models.DateField()
    kind = models.CharField(max_length=6, choices=Kind.choices)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("知识使用")
        constraints = [models.UniqueConstraint(fields=["article", "day", "kind"], name="one_use_count_per_day")]
        indexes = [models.Index(fields=["day"], name="article_use_day")]


class ArticleFeedback(models.Model):
    """过期反馈: somebody who used an article says what is wrong with it; the owner settles it."""

    class Kind(models.TextChoices):
        OUTDATED = "outdated", _("已过期")
        WRONG = "wrong", _("有错误")
        UNCLEAR = "unclear", _("说不清")

    article = models.ForeignKey(Article, models.CASCADE, related_name="feedback")
    version = models.PositiveSmallIntegerField(_("版本"))
    kind = models.CharField(_("问题"), max_length=8, choices=Kind.choices)
    text = models.CharField(_("说明"), max_length=200, blank=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("时间"))
    reply = models.CharField(_("答复"), max_length=200, blank=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(_("处理时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("知识反馈")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["article"], name="article_feedback_open", condition=Q(settled_at__isnull=True)),
        ]


class KnowledgeGap(models.Model):
    """A question that the knowledge base could not answer, pushed to the unit that ought to know, with a due time."""

    class State(models.TextChoices):
        OPEN = "open", _("待补充")
        ANSWERED = "answered", _("已补充")
        DISMISSED = "dismissed", _("不予补充")

    number = models.CharField(_("编号"), max_length=8, unique=True)
    question = models.CharField(_("问题"), max_length=200)
    grams = ArrayField(models.CharField(max_length=2), default=list, editable=False)
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, verbose_name=_("类别"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="knowledge_gaps", verbose_name=_("归口单位"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.OPEN)
    times = models.PositiveIntegerField(_("提出次数"), default=1)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("记录时间"))
    due_at = models.DateTimeField(_("补充期限"))
    article = models.ForeignKey(Article, models.PROTECT, null=True, blank=True, related_name="gaps")
    reply = models.CharField(_("说明"), max_length=200, blank=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(_("处理时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("知识缺口")
        ordering = ["due_at", "pk"]
        indexes = [models.Index(fields=["due_at"], name="gap_open", condition=Q(state="open"))]

    def __str__(self) -> str:
        return self.number


class QuizAttempt(models.Model):
    """One person's go at the weekly quiz, with the questions as they were put. Seen by that person only; editors
    see how often a question was missed, not by whom."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="quiz_attempts")
    week = models.CharField(_("周"), max_length=8)
    started_at = models.DateTimeField(_("开始"))
    finished_at = models.DateTimeField(_("完成"), null=True, blank=True)
    asked = models.JSONField(default=list)
    """``[{"article": number, "version": n, "text", "options": […], "right": i, "chosen": i or null}]``."""
    right_count = models.PositiveSmallIntegerField(_("答对"), default=0)
    total = models.PositiveSmallIntegerField(_("题数"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("训练测验")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["week"], name="quiz_week")]
