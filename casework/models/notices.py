"""Notices to people, and their way through outside channels."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Notice(models.Model):
    """A line in one person's bell. One person, one matter, one line: ``key`` is unique per person."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    key = models.CharField(max_length=120)
    kind = models.CharField(_("种类"), max_length=30)
    urgency = models.CharField(_("紧急程度"), max_length=2, blank=True)
    title = models.CharField(_("标题"), max_length=120)
    text = models.CharField(_("内容"), max_length=400, blank=True)
    url = models.CharField(_("链接"), max_length=200, blank=True)
    case_number = models.CharField(_("编号"), max_length=32, blank=True)
    created_at = models.DateTimeField(_("时间"))
    show_at = models.DateTimeField(_("显示时间"))
    """Later than ``created_at`` when quiet hours hold it back."""
    read_at = models.DateTimeField(_("已读"), null=True, blank=True)
    acknowledged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = _("通知")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="one_notice_per_person_and_key")]
        indexes = [
            models.Index(fields=["person", "-id"], name="notice_bell"),
            models.Index(fields=["person", "show_at"], name="notice_unread", condition=Q(read_at__isnull=True)),
            models.Index(
                fields=["case_number"], name="notice_rings",
                condition=Q(acknowledged_by__isnull=True, urgency__in=("P0", "P1")),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Channel(models.Model):
    """An outside way to people: mail relay, signed webhook, WeCom or DingTalk robot, file for the demo."""

    class Kind(models.TextChoices):
        MAIL = "mail", _("邮件")
        WEBHOOK = "webhook", _("签名回调")
        WECOM = "wecom", _("企业微信")
        DINGTALK = "dingtalk", _("钉钉")
        SMS = "sms", _("短信")
        FILE = "file", _("文件(演示)")

    code = models.CharField(_("代码"), max_length=20, primary_key=True)
    kind = models.CharField(_("种类"), max_length=10, choices=Kind.choices)
    target = models.CharField(_("目标"), max_length=300, blank=True)
    secret = models.CharField(_("密钥"), max_length=120, blank=True)
    topics = models.JSONField(_("通知种类"), default=list, blank=True)
    per_minute = models.PositiveSmallIntegerField(_("每分钟上限"), default=20)
    is_active = models.BooleanField(_("启用"), default=True)
    failures = models.PositiveSmallIntegerField(_("连续失败"), default=0)
    open_until = models.DateTimeField(_("熔断至"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("通知通道")

    def __str__(self) -> str:
        return self.code


class Delivery(models.Model):
    """One message through one channel: queued, sent, failed, with tries and the reason."""

    class State(models.TextChoices):
        QUEUED = "queued", _("排队")
        SENT = "sent", _("已送")
        FAILED = "failed", _("失败")

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="deliveries")
    key = models.CharField(max_length=140, unique=True)
    target = models.CharField(_("目标"), max_length=300, blank=True)
    title = models.CharField(_("标题"), max_length=120)
    text = models.CharField(_("内容"), max_length=1000, blank=True)
    state = models.CharField(_("状态"), max_length=6, choices=State.choices, default=State.QUEUED)
    tries = models.PositiveSmallIntegerField(_("次数"), default=0)
    reason = models.CharField(_("原因"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("产生"))
    sent_at = models.DateTimeField(_("送出"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("送达记录")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["channel", "target"], name="delivery_queued", condition=Q(state="queued")),
        ]
