"""Rows that keep promises across crashes: outbox, numbers, idempotency keys, rate counts, heartbeats."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class OutboxItem(models.Model):
    """Something owed after a commit, written in the same transaction. Payload holds ids only, no personal data."""

    topic = models.CharField(_("主题"), max_length=30)
    key = models.CharField(_("业务键"), max_length=120, unique=True)
    payload = models.JSONField(_("内容"), default=dict)
    available_at = models.DateTimeField(_("可执行时间"))
    attempts = models.PositiveSmallIntegerField(_("次数"), default=0)
    claimed_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(_("完成"), null=True)
    dead_at = models.DateTimeField(_("放弃"), null=True)
    last_error = models.TextField(_("最近错误"), blank=True)
    created_at = models.DateTimeField(_("产生"))

    class Meta:
        verbose_name = verbose_name_plural = _("待办队列")
        indexes = [
            models.Index(
                fields=["available_at", "id"],
                name="outbox_waiting",
                condition=Q(done_at__isnull=True, dead_at__isnull=True),
            ),
            models.Index(fields=["dead_at"], name="outbox_dead", condition=Q(dead_at__isnull=False)),
            models.Index(fields=["done_at"], name="outbox_done", condition=Q(done_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.key


class NumberSeries(models.Model):
    """The last number given in one series (kind, day, source). Taken under its row lock, last in the
    transaction, so numbers follow the commits and leave no gaps."""

    key = models.CharField(max_length=40, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("编号序列")


class IdempotencyKey(models.Model):
    """The first answer given to a keyed POST, kept at least 24 h per account (api.md)."""

    owner = models.CharField(max_length=60)
    key = models.CharField(max_length=128)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = _("幂等键")
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="one_answer_per_key")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_age")]


class RateCount(models.Model):
    """How often something was done in one window; counted by one atomic upsert, so parallel requests cannot
    slip past a limit (quality.md N-01)."""

    key = models.CharField(max_length=120, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = _("频次计数")


class Heartbeat(models.Model):
    """When a part of the machinery last finished a probe of its own work."""

    name = models.CharField(max_length=30, primary_key=True)
    at = models.DateTimeField()
    detail = models.JSONField(default=dict)

    class Meta:
        verbose_name = verbose_name_plural = _("心跳")
