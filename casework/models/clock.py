"""Calendars, service classes, ladders, and the abstract deadline.

A deadline is a row: its budget, its segments, when it is due and when the next rung of its ladder fires.
It is written by ``casework.clock.ledger`` and swept by ``casework.clock.sweep``; nothing recomputes it on save.
"""

from __future__ import annotations

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.names import named


class Calendar(models.Model):
    """A working calendar: the district's own, or that of a unit that never closes."""

    code = models.CharField(_("代码"), max_length=20, primary_key=True)
    name = models.CharField(_("名称"), max_length=40)
    version = models.PositiveIntegerField(_("版本"), default=1)

    class Meta:
        verbose_name = verbose_name_plural = _("工作日历")

    def __str__(self) -> str:
        return self.name


class WorkPeriod(models.Model):
    """One stretch of working time of a week day (0 Monday … 6 Sunday); several a day are usual."""

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="periods")
    weekday = models.PositiveSmallIntegerField(_("星期"))
    starts = models.TimeField(_("起"))
    ends = models.TimeField(_("止"))

    class Meta:
        verbose_name = verbose_name_plural = _("工作时段")
        ordering = ["weekday", "starts"]
        constraints = [models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="period_ends_after_start")]


class CalendarDay(models.Model):
    """A day that differs from its week day: a holiday, or a make-up working day 调休."""

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="days")
    date = models.DateField(_("日期"))
    is_workday = models.BooleanField(_("上班"))
    note = models.CharField(_("说明"), max_length=40, blank=True)
    notice_year = models.PositiveSmallIntegerField(_("通知年份"), null=True, blank=True)
    """Year of the State Council notice that names the day; empty for the district's own exception."""

    class Meta:
        verbose_name = verbose_name_plural = _("特殊日期")
        ordering = ["date"]
        constraints = [models.UniqueConstraint(fields=["calendar", "date"], name="one_row_per_calendar_day")]

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d} {self.note}".strip()


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), model_name="ServiceClassHistory",
    obj_field=pghistory.ObjForeignKey(related_name="history", related_query_name="history"),
)
class ServiceClass(models.Model):
    """A class of time limits (rules.md §1): budgets of sign, first contact and handling, extension, pause."""

    code = models.CharField(_("代码"), max_length=8, primary_key=True)
    name = models.CharField(_("名称"), max_length=40)
    name_en = models.CharField(_("英文名称"), max_length=60, blank=True)
    budgets = models.JSONField(_("时限"), default=dict)
    """``{"accept": {"kind": "WH", "seconds": 3600}, "contact": …, "handle": …}``; a missing stage has no limit."""
    extension = models.JSONField(_("延期"), null=True, blank=True)
    """``{"kind": "C", "seconds": 86400, "times": 1}``, or null where none is allowed."""
    may_pause = models.BooleanField(_("可挂起"), default=True)
    basis = models.CharField(_("依据"), max_length=200, blank=True)
    rank = models.PositiveSmallIntegerField(default=100)

    class Meta:
        verbose_name = verbose_name_plural = _("时限等级")
        ordering = ["rank", "code"]

    def __str__(self) -> str:
        return f"{self.code} {named(self)}"


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), model_name="LadderRungHistory",
    obj_field=pghistory.ObjForeignKey(related_name="history", related_query_name="history"),
)
class LadderRung(models.Model):
    """One rung of an escalation ladder (workflows.md §1.4)."""

    ladder = models.CharField(_("阶梯"), max_length=20, default="default")
    code = models.CharField(_("代码"), max_length=20)
    position = models.PositiveSmallIntegerField(_("次序"))
    at_percent = models.PositiveSmallIntegerField(_("预算百分比"))
    min_offset_seconds = models.PositiveIntegerField(_("超时后至少(秒)"), default=0)
    min_offset_kind = models.CharField(_("计时"), max_length=3, default="WH")
    actions = ArrayField(models.CharField(max_length=30), default=list, verbose_name=_("动作"))
    colour = models.CharField(_("颜色"), max_length=8, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("升级阶梯")
        ordering = ["ladder", "position"]
        constraints = [models.UniqueConstraint(fields=["ladder", "position"], name="one_rung_per_position")]

    def __str__(self) -> str:
        return f"{self.ladder}/{self.code}"


class DeadlineRow(models.Model):
    """One clock of one case. Subclasses add ``case`` and what else the clock belongs to (an order).

    ``segments`` is a list of ``{"kind": "run"|"pause", "from": iso, "to": iso|null, "seconds": n|null, "reason",
    "by", "unit"}``; seconds are of the clock's own kind. ``due_at`` = the open running segment's start plus what
    is left of the budget, by the calendar.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("计时中")
        PAUSED = "paused", _("已暂停")
        STOPPED = "stopped", _("已停止")

    stage = models.CharField(_("环节"), max_length=12)
    state = models.CharField(_("状态"), max_length=8, choices=State.choices)
    kind = models.CharField(_("计时"), max_length=7)
    calendar_code = models.CharField(_("日历"), max_length=20, default="district")
    service_class = models.CharField(_("时限等级"), max_length=8, blank=True)
    budget_seconds = models.PositiveBigIntegerField(_("预算(秒)"))
    started_at = models.DateTimeField(_("起算"))
    due_at = models.DateTimeField(_("到期"), null=True)
    stopped_at = models.DateTimeField(_("停止"), null=True)
    elapsed_seconds = models.PositiveBigIntegerField(_("已用(秒)"), default=0)
    """Closed running segments only; the open one is not in it."""
    segments = models.JSONField(_("计时段"), default=list)
    ladder = models.CharField(_("阶梯"), max_length=20, blank=True)
    alarms = ArrayField(models.DateTimeField(), default=list)
    """When each rung of the ladder fires, in order; while paused or stopped only those that had come by then."""
    next_rung = models.PositiveSmallIntegerField(default=0)
    """How many rungs have fired; never goes back."""
    next_alarm_at = models.DateTimeField(null=True)
    unit = models.ForeignKey("grids.Unit", models.PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.stage} {self.due_at}"


class AlarmRow(models.Model):
    """One rung fired on one deadline. Subclasses add ``deadline``; unique (deadline, rung) holds *once*."""

    rung = models.PositiveSmallIntegerField(_("级"))
    owed_at = models.DateTimeField(_("应触发"))
    fired_at = models.DateTimeField(_("已触发"))

    class Meta:
        abstract = True
