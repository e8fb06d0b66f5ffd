"""Rebuildable counts. The wall reads these; nothing in the product depends on them.

A database trigger on the events table writes what changed as deltas in the same transaction as the move; a
job folds deltas into tallies. A reading adds both in one statement, so it equals a recount at any instant.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

NUMBERS = (
    "reported", "cohort_closed", "closed", "solved", "explained", "unsolvable", "due", "on_time", "rated",
    "satisfied", "rate1", "rate2", "rate3", "rate4", "rate5", "asked_solved", "said_solved", "once", "reworked",
    "present",
)
"""The counted columns, in this order in every statement."""


class Tally(models.Model):
    """Counts of one area on one day in one slice.

    ``dim`` is ``all``, ``source``, ``category`` (minor code), ``unit`` (id) or ``state``; ``value`` the slice. Days
    are civil days of Asia/Shanghai: of the report for ``reported``/``cohort_closed``, of the closing for
    ``closed`` … ``reworked``, of the due time for ``due``/``on_time``. ``state`` rows stand on 0001-01-01 and count
    what is in that state now (``present``).
    """

    area_code = models.CharField(max_length=20)
    dim = models.CharField(max_length=10)
    value = models.CharField(max_length=20)
    day = models.DateField()
    reported = models.IntegerField(default=0)
    cohort_closed = models.IntegerField(default=0)
    closed = models.IntegerField(default=0)
    solved = models.IntegerField(default=0)
    explained = models.IntegerField(default=0)
    unsolvable = models.IntegerField(default=0)
    due = models.IntegerField(default=0)
    on_time = models.IntegerField(default=0)
    rated = models.IntegerField(default=0)
    satisfied = models.IntegerField(default=0)
    rate1 = models.IntegerField(default=0)
    rate2 = models.IntegerField(default=0)
    rate3 = models.IntegerField(default=0)
    rate4 = models.IntegerField(default=0)
    rate5 = models.IntegerField(default=0)
    asked_solved = models.IntegerField(default=0)
    said_solved = models.IntegerField(default=0)
    once = models.IntegerField(default=0)
    reworked = models.IntegerField(default=0)
    present = models.IntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("统计")
        constraints = [
            models.UniqueConstraint(fields=["area_code", "dim", "day", "value"], name="one_tally_per_slice")
        ]


class TallyDelta(models.Model):
    """One event as it was (sign −1) or as it is (sign +1); written by the trigger, eaten by the fold."""

    sign = models.SmallIntegerField()
    district_code = models.CharField(max_length=20)
    street_code = models.CharField(max_length=20)
    community_code = models.CharField(max_length=20)
    grid_code = models.CharField(max_length=20)
    unit_id = models.BigIntegerField(null=True)
    category_id = models.CharField(max_length=4, blank=True)
    source = models.CharField(max_length=12)
    state = models.CharField(max_length=20)
    outcome = models.CharField(max_length=14, blank=True)
    reported_on = models.DateField()
    closed_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    was_on_time = models.BooleanField(default=False)
    rating = models.SmallIntegerField(null=True)
    solved = models.BooleanField(null=True)
    was_reworked = models.BooleanField(default=False)

    class Meta:
        verbose_name = verbose_name_plural = _("统计增量")


class Recurrence(models.Model):
    """A closed matter that came again: the same category within 50 m and 30 days (signature.md 4)."""

    closed = models.OneToOneField("events.Event", models.CASCADE, related_name="+", verbose_name=_("已办结事件"))
    again = models.ForeignKey("events.Event", models.CASCADE, related_name="+", verbose_name=_("再次发生"))
    area_path = models.CharField(max_length=160)
    closed_on = models.DateField(_("办结日"))
    after = models.DurationField(_("间隔"))
    """From the closing to the next report."""
    renewed_at = models.DateTimeField(_("计算时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("复发")
        indexes = [models.Index(fields=["closed_on", "area_path"], name="recurrence_by_day")]
