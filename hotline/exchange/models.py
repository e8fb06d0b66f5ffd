"""The platforms that orders are exchanged with, and every record that went over the line."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hotline.models.order import HotlineOrder


class Partner(models.Model):
    """An existing 12345 platform. ``mapping`` says which of its fields is which of ours (``mapping.check``)."""

    class Shares(models.TextChoices):
        RECEIVED = "received", _("只回传从该平台接收的工单")
        ALL = "all", _("推送全部热线工单")
        NOTHING = "nothing", _("不推送")

    code = models.SlugField(_("代码"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    is_active = models.BooleanField(_("启用"), default=False)
    pull_url = models.CharField(_("拉取地址"), max_length=300, blank=True)
    push_url = models.CharField(_("推送地址"), max_length=300, blank=True)
    key_id = models.CharField(_("应用标识"), max_length=60, blank=True)
    secret = models.CharField(_("签名密钥"), max_length=120, blank=True)
    every_seconds = models.PositiveIntegerField(_("拉取间隔(秒)"), default=300)
    shares = models.CharField(_("推送范围"), max_length=8, choices=Shares.choices, default=Shares.RECEIVED)
    mapping = models.JSONField(_("字段对照"), default=dict)
    cursor = models.CharField(_("游标"), max_length=200, blank=True)
    shared_since = models.DateTimeField(_("推送起点"), null=True, blank=True)
    pulled_at = models.DateTimeField(_("最近拉取"), null=True, blank=True)
    pushed_at = models.DateTimeField(_("最近推送"), null=True, blank=True)
    failures = models.PositiveSmallIntegerField(_("连续失败"), default=0)
    last_error = models.CharField(_("最近错误"), max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("对接平台")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class ExchangeMessage(models.Model):
    """One record as it came or as it went. The same record again is the same row: nothing is taken in or sent twice.

    ``body`` is kept whole only while it may have to be replayed; when it is done, what names a person is cut out.
    """

    class Direction(models.TextChoices):
        IN = "in", _("接收")
        OUT = "out", _("推送")

    class State(models.TextChoices):
        WAITING = "waiting", _("待处理")
        DONE = "done", _("完成")
        DEAD = "dead", _("失败待处理")
        DROPPED = "dropped", _("不再处理")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="messages")
    direction = models.CharField(_("方向"), max_length=3, choices=Direction.choices)
    external_number = models.CharField(_("外部编号"), max_length=60, blank=True)
    fingerprint = models.CharField(max_length=64)
    """sha256 of the record; for what goes out of order and version."""
    order = models.ForeignKey(HotlineOrder, models.PROTECT, null=True, related_name="exchanged")
    version = models.PositiveIntegerField(default=0)
    body = models.JSONField(default=dict)
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(_("次数"), default=0)
    round = models.PositiveSmallIntegerField(default=1)
    """+1 with every replay by hand."""
    reason = models.CharField(_("原因"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("产生"))
    done_at = models.DateTimeField(_("完成时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("交换记录")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "direction", "external_number", "fingerprint"], name="one_message_per_record"
            )
        ]
        indexes = [
            models.Index(fields=["partner", "state"], name="exchange_dead", condition=Q(state="dead")),
            models.Index(fields=["order", "-version"], name="exchange_order", condition=Q(direction="out")),
        ]
