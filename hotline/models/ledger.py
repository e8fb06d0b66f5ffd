"""Trail, clocks and alarms of hotline orders: casework's abstract rows with their real foreign keys."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casework.models import AlarmRow, DeadlineRow, TrailRow

from .order import HotlineOrder


class HotlineTrail(TrailRow):
    """Trail of an order; call-backs, exclusions and reveals write here too."""

    case = models.ForeignKey(HotlineOrder, models.PROTECT, related_name="trail", verbose_name=_("热线工单"))

    class Meta(TrailRow.Meta):
        verbose_name = verbose_name_plural = _("热线轨迹")
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="hotline_trail_in_order")]


class HotlineDeadline(DeadlineRow):
    """One clock of an order: ``forward``, ``answer`` (the promise to the caller), ``call_back``."""

    case = models.ForeignKey(HotlineOrder, models.PROTECT, related_name="deadlines", verbose_name=_("热线工单"))

    class Meta:
        verbose_name = verbose_name_plural = _("热线时限")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "stage"], condition=~Q(state="stopped"), name="hotline_one_live_clock"
            ),
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True) | Q(stopped_at__gte=F("started_at")),
                name="hotline_clock_stops_after_start",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_alarm_at", "id"], name="hotline_alarm_due", condition=Q(next_alarm_at__isnull=False)
            ),
            models.Index(fields=["case", "stage"], name="hotline_clock_of_case"),
        ]


class HotlineAlarm(AlarmRow):
    """One rung of one clock, fired once."""

    deadline = models.ForeignKey(HotlineDeadline, models.PROTECT, related_name="fired")

    class Meta:
        verbose_name = verbose_name_plural = _("热线升级记录")
        constraints = [models.UniqueConstraint(fields=["deadline", "rung"], name="hotline_alarm_once")]
