"""Who has a ticket open: a hint to colleagues, not a lock. Rows older than thirty seconds mean nothing."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .event import Event


class EventPresence(models.Model):
    """One person at one ticket. Without foreign-key constraints: a heartbeat must not wait for the door's lock."""

    class Doing(models.TextChoices):
        VIEWING = "viewing", _("正在查看")
        TYPING = "typing", _("正在填写")

    event = models.ForeignKey(Event, models.DO_NOTHING, db_constraint=False, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, db_constraint=False, related_name="+")
    doing = models.CharField(max_length=8, choices=Doing.choices, default=Doing.VIEWING)
    seen_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = _("正在查看")
        constraints = [models.UniqueConstraint(fields=["event", "person"], name="one_presence_per_person")]
        indexes = [models.Index(fields=["seen_at"], name="presence_age")]
