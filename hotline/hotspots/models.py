"""Hot topics as they were found: which orders tell the same matter."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class HotTopic(models.Model):
    """A matter several calls tell. Its heat is counted from the members when it is asked for."""

    begun_at = models.DateTimeField(_("首次反映"))
    found_at = models.DateTimeField(_("发现时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("热点")


class HotTopicMember(models.Model):
    """An order belongs to one topic; it never moves to another by itself."""

    topic = models.ForeignKey(HotTopic, models.CASCADE, related_name="members", verbose_name=_("热点"))
    order = models.OneToOneField(
        "hotline.HotlineOrder", models.CASCADE, related_name="hot_topic", verbose_name=_("热线工单")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("热点工单")
