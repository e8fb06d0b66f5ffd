"""The call-back queue 回访: what is to be asked, every try, what the caller said."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models import Event

from .order import HotlineOrder


class CallBack(models.Model):
    """One matter to be called back in one round: of an order, or of an event that came in another way.

    The answers stay empty until the caller gives them: nothing is pre-set, and a person not reached has said nothing.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("待回访")
        DONE = "done", _("已回访")
        UNREACHED = "unreached", _("三次未接通")
        WITHDRAWN = "withdrawn", _("已撤销")

    class Reason(models.TextChoices):
        HOTLINE = "hotline", _("热线工单")
        COMPLAINT = "complaint", _("投诉类")
        URGENT = "urgent", _("重要及以上")
        SAMPLE = "sample", _("抽样")
        REQUESTED = "requested", _("指定回访")

    order = models.ForeignKey(
        HotlineOrder, models.PROTECT, null=True, blank=True, related_name="call_backs", verbose_name=_("热线工单")
    )
    event = models.ForeignKey(
        Event, models.PROTECT, null=True, blank=True, related_name="call_backs", verbose_name=_("事件")
    )
    round = models.PositiveSmallIntegerField(_("轮次"), default=1)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.CharField(_("抽取依据"), max_length=10, choices=Reason.choices)
    built_at = models.DateTimeField(_("生成时间"))
    not_before = models.DateTimeField(_("可拨时间"))
    """Next half-day after a try that was not answered, or the time the caller asked for."""
    tries = models.PositiveSmallIntegerField(_("已拨次数"), default=0)
    was_contacted = models.BooleanField(_("是否联系过"), null=True, blank=True)
    solved = models.BooleanField(_("是否解决"), null=True, blank=True)
    level = models.PositiveSmallIntegerField(_("评价"), null=True, blank=True)
    reasons = models.JSONField(_("原因"), default=list, blank=True)
    text = models.CharField(_("意见"), max_length=400, blank=True)
    done_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = _("回访")
        constraints = [
            models.UniqueConstraint(
                fields=["order", "round"], condition=Q(order__isnull=False), name="one_call_back_per_order_round"
            ),
            models.UniqueConstraint(
                fields=["event", "round"], condition=Q(order__isnull=True), name="one_call_back_per_event_round"
            ),
            models.CheckConstraint(
                condition=Q(order__isnull=False) | Q(event__isnull=False), name="call_back_of_something"
            ),
            models.CheckConstraint(
                condition=Q(state="done") | Q(level__isnull=True, solved__isnull=True),
                name="call_back_says_nothing_before_it_is_done",
            ),
        ]
        indexes = [
            models.Index(fields=["not_before", "id"], name="call_back_queue", condition=Q(state="waiting")),
        ]


class CallBackTry(models.Model):
    """One dialling. Two tries of one call-back never fall on the same half-day."""

    class Finding(models.TextChoices):
        REACHED = "reached", _("接通")
        UNREACHED = "unreached", _("未接通")
        RESCHEDULED = "rescheduled", _("改约")

    call_back = models.ForeignKey(CallBack, models.PROTECT, related_name="dialled")
    attempt = models.PositiveSmallIntegerField(_("次数"))
    finding = models.CharField(_("结果"), max_length=12, choices=Finding.choices)
    half_day = models.CharField(_("半日"), max_length=13)
    """``2026-11-21am`` by the district's wall clock."""
    note = models.CharField(_("说明"), max_length=200, blank=True)
    at = models.DateTimeField(_("时间"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = _("回访记录")
        constraints = [
            models.UniqueConstraint(
                fields=["call_back", "half_day"], condition=Q(finding="unreached"), name="one_failed_try_per_half_day"
            )
        ]
