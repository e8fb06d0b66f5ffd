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


class Dismissal(models.Model):
    """忽略: somebody has looked at a warning and put it away, with a reason and for so long (screens.md §5.1).

    It comes back at ``until``, when it has grown beyond ``value``, or when somebody lifts it. Rows stay: they are the
    record of who put what away.
    """

    class Reason(models.TextChoices):
        HANDLED = "handled", _("已安排处置")
        KNOWN = "known", _("已知情,持续关注")
        FALSE_ALARM = "false_alarm", _("误报或重复")
        OTHER = "other", _("其他(须说明)")

    area = models.ForeignKey("grids.Area", models.PROTECT, related_name="+", verbose_name=_("区域"))
    key = models.CharField(_("预警"), max_length=40)
    title = models.CharField(_("内容"), max_length=80)
    value = models.PositiveIntegerField(_("当时件数"))
    reason = models.CharField(_("原因"), max_length=12, choices=Reason.choices)
    note = models.CharField(_("说明"), max_length=120, blank=True)
    person = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("忽略人"))
    at = models.DateTimeField(_("时间"))
    until = models.DateTimeField(_("恢复时间"))
    lifted_at = models.DateTimeField(_("提前恢复"), null=True)
    lifted_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("恢复人")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("预警忽略记录")
        indexes = [models.Index(fields=["area", "until"], name="dismissal_in_force")]


class Kiosk(models.Model):
    """An unattended wall: a browser that starts with a token instead of a sign-in (screens.md §5.1 Kiosk).

    The token is shown once and kept as a hash. It opens the wall as ``person``, who may do nothing but look at
    numbers. Revoking ends its session at once.
    """

    name = models.CharField(_("名称"), max_length=60, unique=True)
    area = models.ForeignKey(
        "grids.Area", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("区域"),
        help_text=_("留空则为该账号的最大区域"),
    )
    person = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name=_("大屏账号"),
        help_text=_("只能是仅有“查看大屏与看板”权限的账号"),
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    session_key = models.CharField(max_length=40, blank=True, editable=False)
    issued_by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name=_("签发人"), editable=False
    )
    issued_at = models.DateTimeField(_("签发时间"), editable=False)
    started_at = models.DateTimeField(_("最近启动"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("吊销时间"), null=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = _("大屏终端")

    def __str__(self) -> str:
        return self.name
