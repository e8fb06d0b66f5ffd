"""Who read whose data, and why (quality.md §5.4). Never the value itself."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ReadLog(models.Model):
    """One reading of personal data: an opened case, an unmasked field, a search, an export."""

    at = models.DateTimeField(_("时间"))
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    roles = models.JSONField(_("当时角色"), default=list)
    act = models.CharField(_("行为"), max_length=20)
    kind = models.CharField(_("对象"), max_length=30)
    object_key = models.CharField(_("对象编号"), max_length=60, blank=True)
    fields = models.JSONField(_("字段"), default=list)
    reason = models.CharField(_("事由"), max_length=120, blank=True)
    count = models.PositiveIntegerField(_("条数"), default=1)
    address = models.CharField(_("来源地址"), max_length=60, blank=True)
    allowed = models.BooleanField(_("允许"), default=True)

    class Meta:
        verbose_name = verbose_name_plural = _("查阅记录")
        ordering = ["-id"]
        indexes = [models.Index(fields=["person", "at"], name="readlog_person")]
