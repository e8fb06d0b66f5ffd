"""Briefings and every version of them that was published."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from hotline.briefings.workflow import MOVES


class Briefing(models.Model):
    """One paper about one period. ``body`` is what is read and edited; ``figures`` are the numbers it stands on, frozen
    at ``as_of`` with the orders behind them."""

    class Kind(models.TextChoices):
        DAY = "day", _("日分析")
        WEEK = "week", _("周总结")
        MONTH = "month", _("月通报")

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        CHECKING = "checking", _("核稿")
        SIGNED = "signed", _("已签发")
        PUBLISHED = "published", _("已发布")

    number = models.CharField(_("编号"), max_length=20, unique=True)
    kind = models.CharField(_("种类"), max_length=5, choices=Kind.choices)
    first = models.DateField(_("起"))
    last = models.DateField(_("止"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.DRAFT)
    title = models.CharField(_("标题"), max_length=80)
    body = models.JSONField(_("正文"), default=list)
    """``[{"key", "title", "text"}]``; ``{name}`` in a text stands for a figure."""
    figures = models.JSONField(_("数据"), default=dict)
    """``{name: {"value", "formula", "keys": [order keys] or null}}``."""
    charts = models.JSONField(_("图表"), default=list)
    """``[{"key", "section", "kind", "title", "head", "whole", "rows": [{"label", "figure", "n"}]}]``."""
    as_of = models.DateTimeField(_("数据截至"))
    version = models.PositiveSmallIntegerField(_("版本"), default=0)
    """Counts what was published."""
    edit = models.PositiveIntegerField(default=0)
    """Counts the saves: a page sends what it saw."""
    is_by_hand = models.BooleanField(_("已人工修改"), default=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(_("签发时间"), null=True, blank=True)
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True)
    created_at = models.DateTimeField(_("起草时间"))
    changed_at = models.DateTimeField(_("最近变动"))

    class Meta:
        verbose_name = verbose_name_plural = _("热线简报")
        ordering = ["-first", "kind"]
        constraints = [models.UniqueConstraint(fields=["kind", "first"], name="one_briefing_per_period")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class BriefingVersion(models.Model):
    """A briefing as it was published. Never changed."""

    briefing = models.ForeignKey(Briefing, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("版本"))
    title = models.CharField(_("标题"), max_length=80)
    body = models.JSONField(_("正文"))
    figures = models.JSONField(_("数据"))
    charts = models.JSONField(_("图表"), default=list)
    as_of = models.DateTimeField(_("数据截至"))
    author_name = models.CharField(_("编写"), max_length=60)
    signer_name = models.CharField(_("签发"), max_length=60)
    published_at = models.DateTimeField(_("发布时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("简报版本")
        ordering = ["briefing", "-number"]
        constraints = [models.UniqueConstraint(fields=["briefing", "number"], name="one_briefing_version")]


class BriefingStep(models.Model):
    """Who did what to a briefing. Added, never changed."""

    briefing = models.ForeignKey(Briefing, models.PROTECT, related_name="steps")
    verb = models.CharField(_("动作"), max_length=20)
    at = models.DateTimeField(_("时间"))
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(_("经办"), max_length=60)
    to_state = models.CharField(max_length=10)
    note = models.CharField(_("说明"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("简报变动")
        ordering = ["briefing", "pk"]

    @property
    def label(self) -> str:
        """The verb in words."""
        return str(MOVES[self.verb].label) if self.verb in MOVES else self.verb
