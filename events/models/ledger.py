"""Trail, clocks and alarms of events: casework's abstract rows with their real foreign keys."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casework.models import AlarmRow, DeadlineRow, TrailRow

from .event import Event
from .orders import WorkOrder


class EventTrail(TrailRow):
    """Trail of an event; its orders, whistles, rulings and ratings write here too."""

    case = models.ForeignKey(Event, models.PROTECT, db_index=False, related_name="trail", verbose_name=_("事件"))

    class Meta(TrailRow.Meta):
        verbose_name = verbose_name_plural = _("办理轨迹")
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="event_trail_in_order")]


class EventDeadline(DeadlineRow):
    """One clock of an event, or of one of its orders."""

    case = models.ForeignKey(  # found by event_clock_of_case
        Event, models.PROTECT, db_index=False, related_name="deadlines", verbose_name=_("事件")
    )
    order = models.ForeignKey(WorkOrder, models.PROTECT, null=True, blank=True, related_name="deadlines")

    class Meta:
        verbose_name = verbose_name_plural = _("时限")
        constraints = [
            models.UniqueConstraint(
                fields=["order", "stage"],
                condition=~Q(state="stopped") & Q(order__isnull=False),
                name="event_one_live_clock_per_order",
            ),
            models.UniqueConstraint(
                fields=["case", "stage"],
                condition=~Q(state="stopped") & Q(order__isnull=True),
                name="event_one_live_clock_per_case",
            ),
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True) | Q(stopped_at__gte=F("started_at")),
                name="event_clock_stops_after_start",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_alarm_at", "id"],
                name="event_alarm_due",
                condition=Q(next_alarm_at__isnull=False),
            ),
            models.Index(fields=["case", "stage"], name="event_clock_of_case"),
            models.Index(fields=["due_at"], name="event_clock_running", condition=Q(state="running")),
        ]


class EventAlarm(AlarmRow):
    """One rung of one clock, fired once."""

    deadline = models.ForeignKey(EventDeadline, models.PROTECT, related_name="fired")

    class Meta:
        verbose_name = verbose_name_plural = _("升级记录")
        constraints = [models.UniqueConstraint(fields=["deadline", "rung"], name="event_alarm_once")]
