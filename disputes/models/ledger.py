"""Trail, clocks and alarms of disputes: casework's abstract rows with their real foreign keys."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casework.models import AlarmRow, DeadlineRow, TrailRow

from .dispute import Dispute


class DisputeTrail(TrailRow):
    """Trail of a dispute. Notes of moves that touch the story hold no story: that stands behind the wall."""

    case = models.ForeignKey(Dispute, models.PROTECT, related_name="trail", verbose_name=_("纠纷"))

    class Meta(TrailRow.Meta):
        verbose_name = verbose_name_plural = _("办理轨迹")
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="dispute_trail_in_order")]


class DisputeDeadline(DeadlineRow):
    """One clock of a dispute: screening, guidance, signing, start, tier, total, statutory terms, aftercare."""

    case = models.ForeignKey(Dispute, models.PROTECT, related_name="deadlines", verbose_name=_("纠纷"))

    class Meta:
        verbose_name = verbose_name_plural = _("时限")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "stage"], condition=~Q(state="stopped"), name="dispute_one_live_clock"
            ),
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True) | Q(stopped_at__gte=F("started_at")),
                name="dispute_clock_stops_after_start",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_alarm_at", "id"], name="dispute_alarm_due", condition=Q(next_alarm_at__isnull=False)
            ),
            models.Index(fields=["case", "stage"], name="dispute_clock_of_case"),
            models.Index(fields=["due_at"], name="dispute_clock_running", condition=Q(state="running")),
        ]


class DisputeAlarm(AlarmRow):
    """One rung of one clock, fired once."""

    deadline = models.ForeignKey(DisputeDeadline, models.PROTECT, related_name="fired")

    class Meta:
        verbose_name = verbose_name_plural = _("升级记录")
        constraints = [models.UniqueConstraint(fields=["deadline", "rung"], name="dispute_alarm_once")]
