"""Versions of trained suggestions. The weights lie in a file beside the uploads; the row holds its hash."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class TrainedModel(models.Model):
    """One training of one task with what was measured; at most one per task serves."""

    task = models.CharField(_("用途"), max_length=40)
    version = models.PositiveIntegerField(_("版本"))
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField(_("字节"))
    texts = models.PositiveIntegerField(_("训练文本"))
    labels = models.PositiveSmallIntegerField(_("类数"))
    quality = models.JSONField(_("测得质量"), default=dict)
    facts = models.JSONField(_("训练情况"), default=dict)
    is_active = models.BooleanField(_("在用"), default=False)
    trained_at = models.DateTimeField(_("训练时间"))
    trained_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("训练人"),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("建议模型")
        ordering = ("task", "-version")
        constraints = [
            models.UniqueConstraint(fields=["task", "version"], name="one_model_per_version"),
            models.UniqueConstraint(fields=["task"], condition=Q(is_active=True), name="one_model_serves"),
        ]

    def __str__(self) -> str:
        return f"{self.task} v{self.version}"
