"""Impossible demands, and what the no-response watch has marked."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .order import HotlineOrder


class Exclusion(models.Model):
    """不合理诉求: asked with a reason, decided by somebody else, counted in public when granted."""

    class State(models.TextChoices):
        ASKED = "asked", _("待审")
        GRANTED = "granted", _("认定")
        REFUSED = "refused", _("不予认定")

    class Reason(models.TextChoices):
        AGAINST_LAW = "against_law", _("诉求违反法律法规")
        DECIDED = "decided", _("已有生效裁判或终结结论")
        NO_DUTY = "no_duty", _("超出政府职责")
        IMPOSSIBLE = "impossible", _("客观条件不具备")
        MALICIOUS = "malicious", _("重复恶意诉求")

    order = models.ForeignKey(HotlineOrder, models.PROTECT, related_name="exclusions")
    reason = models.CharField(_("理由"), max_length=12, choices=Reason.choices)
    text = models.CharField(_("说明"), max_length=400)
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(_("提出时间"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("决定时间"), null=True)
    decision = models.CharField(_("意见"), max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("不合理诉求认定")
        constraints = [
            models.UniqueConstraint(fields=["order"], condition=Q(state="asked"), name="one_open_exclusion"),
            models.CheckConstraint(
                condition=Q(state="asked") | Q(decided_at__isnull=False), name="exclusion_decided_has_moment"
            ),
        ]


class OrderFlag(models.Model):
    """One mark of the no-response watch, once per order, kind and round (rules.md §8)."""

    class Kind(models.TextChoices):
        NO_RESPONSE = "red", _("超24小时未响应")
        NO_PROGRESS = "yellow", _("超3天无进展")
        DISSATISFIED = "dissatisfied", _("两次不满意")

    order = models.ForeignKey(HotlineOrder, models.PROTECT, related_name="flags")
    kind = models.CharField(_("种类"), max_length=12, choices=Kind.choices)
    mark = models.CharField(max_length=40)
    """What it was raised for: the round, or the trail row since which nothing moved."""
    raised_at = models.DateTimeField(_("提示时间"))
    cleared_at = models.DateTimeField(_("解除时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("无响应提示")
        constraints = [models.UniqueConstraint(fields=["order", "kind", "mark"], name="one_flag_per_cause")]
        indexes = [models.Index(fields=["order"], name="flag_standing", condition=Q(cleared_at__isnull=True))]
