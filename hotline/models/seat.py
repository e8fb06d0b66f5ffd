"""The agent's seat: free, on a call, wrapping up, resting."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Seat(models.Model):
    """What an agent is doing now, and since when; one row a person. The wrap-up is measured, never enforced."""

    class Standing(models.TextChoices):
        FREE = "free", _("空闲")
        TALKING = "talking", _("通话")
        WRAPPING_UP = "wrapping_up", _("话后")
        RESTING = "resting", _("小休")
        AWAY = "away", _("离席")

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="hotline_seat", verbose_name=_("坐席")
    )
    standing = models.CharField(_("状态"), max_length=12, choices=Standing.choices, default=Standing.AWAY)
    since = models.DateTimeField(_("起始"))
    seen_at = models.DateTimeField(_("最近在线"))
    extension = models.CharField(_("分机"), max_length=20, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("坐席状态")
        constraints = [
            models.UniqueConstraint(
                fields=["extension"], condition=~models.Q(extension=""), name="one_seat_per_extension"
            )
        ]

    def __str__(self) -> str:
        return self.extension or str(self.person_id)
