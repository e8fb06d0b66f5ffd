"""Checks on the result: two-way verification, call-back, rating, supervision."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grids.models import Unit

from .event import Event
from .orders import WorkOrder


class Verification(models.Model):
    """One half of 双向核查: on the spot by a grid worker, or a call back to the reporter."""

    class Way(models.TextChoices):
        SITE = "site", _("现场核查")
        CALL_BACK = "call_back", _("电话回访")

    class Finding(models.TextChoices):
        SOLVED = "solved", _("已解决")
        PARTIAL = "partial", _("部分解决")
        UNSOLVED = "unsolved", _("未解决")
        UNREACHED = "unreached", _("未接通")
        SPARED = "spared", _("未抽中")

    event = models.ForeignKey(Event, models.PROTECT, related_name="verifications")
    way = models.CharField(_("方式"), max_length=10, choices=Way.choices)
    round = models.PositiveSmallIntegerField(_("轮次"), default=1)
    """1 for the first handling, +1 for each rework."""
    attempt = models.PositiveSmallIntegerField(_("次数"), default=1)
    finding = models.CharField(_("结论"), max_length=10, choices=Finding.choices)
    text = models.CharField(_("说明"), max_length=400, blank=True)
    at = models.DateTimeField(_("时间"))
    half_day = models.CharField(_("半日"), max_length=13, blank=True)
    """``2026-11-21am``: three calls must fall on different half-days."""
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = _("核查")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "round"], condition=Q(way="site"), name="one_site_check_per_round"
            )
        ]


class Rating(models.Model):
    """What the reporter says: solved or not, five levels, reasons. One per closing, never pre-set."""

    event = models.ForeignKey(Event, models.PROTECT, related_name="ratings")
    round = models.PositiveSmallIntegerField(_("轮次"), default=1)
    level = models.PositiveSmallIntegerField(_("评价"))
    """5 非常满意, 4 满意, 3 基本满意, 2 不满意, 1 非常不满意."""
    solved = models.BooleanField(_("是否解决"), null=True)
    reasons = models.JSONField(_("原因"), default=list)
    text = models.CharField(_("意见"), max_length=400, blank=True)
    way = models.CharField(_("方式"), max_length=10, default="page")
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("群众评价")
        constraints = [
            models.UniqueConstraint(fields=["event", "round"], name="one_rating_per_round"),
            models.CheckConstraint(condition=Q(level__gte=1) & Q(level__lte=5), name="rating_of_five_levels"),
        ]


class SupervisionOrder(models.Model):
    """督办单 in blue, yellow or red, with its own reply deadline."""

    class Colour(models.TextChoices):
        BLUE = "blue", _("蓝牌")
        YELLOW = "yellow", _("黄牌")
        RED = "red", _("红牌")

    class Way(models.TextChoices):
        NOTICE = "notice", _("督办通知")
        ON_SITE = "on_site", _("现场督办")
        CONSULTATION = "consultation", _("会商研判")

    number = models.CharField(_("编号"), max_length=32, unique=True)
    event = models.ForeignKey(Event, models.PROTECT, related_name="supervisions")
    order = models.ForeignKey(WorkOrder, models.PROTECT, null=True, blank=True, related_name="supervisions")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="supervisions")
    colour = models.CharField(_("颜色"), max_length=6, choices=Colour.choices)
    way = models.CharField(_("方式"), max_length=12, choices=Way.choices, default=Way.NOTICE)
    text = models.CharField(_("要求"), max_length=400)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField(_("发出时间"))
    alarm_key = models.CharField(max_length=60, null=True, unique=True)  # noqa: DJ001
    """Set when a rung of the ladder gave it: the rung can give it once only."""
    reply_due_at = models.DateTimeField(_("回复期限"), null=True)
    replied_at = models.DateTimeField(_("回复时间"), null=True)
    reply = models.CharField(_("回复"), max_length=400, blank=True)
    struck_off_at = models.DateTimeField(_("销号时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("督办单")
        indexes = [models.Index(fields=["event"], name="supervision_open", condition=Q(struck_off_at__isnull=True))]
