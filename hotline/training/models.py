"""Classroom training of agents and who was there."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grids.days import week_of


class TrainingSession(models.Model):
    """One lesson: a day, a topic, a trainer, the articles it was about. The quiz of its week belongs to it."""

    class Kind(models.TextChoices):
        INDUCTION = "induction", _("岗前培训")
        WEEKLY = "weekly", _("每周一训")
        TOPICAL = "topical", _("专题培训")

    number = models.CharField(_("编号"), max_length=8, unique=True)
    kind = models.CharField(_("种类"), max_length=9, choices=Kind.choices, default=Kind.WEEKLY)
    held_on = models.DateField(_("培训日期"))
    minutes = models.PositiveSmallIntegerField(_("时长(分钟)"), default=60)
    topic = models.CharField(_("主题"), max_length=80)
    trainer = models.CharField(_("主讲人"), max_length=60)
    place = models.CharField(_("地点"), max_length=80, blank=True)
    content = models.TextField(_("内容"), max_length=1000, blank=True)
    articles = models.ManyToManyField("hotline.Article", blank=True, related_name="+", verbose_name=_("所讲条目"))
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    recorded_at = models.DateTimeField(_("登记时间"))
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("修改人"))
    changed_at = models.DateTimeField(_("最近变动"))

    class Meta:
        verbose_name = verbose_name_plural = _("培训记录")
        ordering = ["-held_on", "-pk"]
        constraints = [models.CheckConstraint(condition=Q(minutes__range=(5, 600)), name="lesson_of_sensible_length")]

    def __str__(self) -> str:
        return f"{self.number} {self.topic}"

    @property
    def week(self) -> str:
        """``2026-W10``: the week whose quiz belongs to the lesson."""
        return week_of(self.held_on)


class TrainingAttendance(models.Model):
    """Whether one agent was there. Seen by who keeps the log and by that agent."""

    class Standing(models.TextChoices):
        PRESENT = "present", _("到课")
        LATE = "late", _("迟到")
        LEAVE = "leave", _("请假")
        ABSENT = "absent", _("缺课")

    session = models.ForeignKey(TrainingSession, models.CASCADE, related_name="attendance")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="training_attendance")
    standing = models.CharField(_("到课情况"), max_length=7, choices=Standing.choices)

    class Meta:
        verbose_name = verbose_name_plural = _("培训到课")
        constraints = [models.UniqueConstraint(fields=["session", "person"], name="one_attendance_per_lesson")]


THERE = (TrainingAttendance.Standing.PRESENT, TrainingAttendance.Standing.LATE)
