"""Whose turn it is: the duty roster of the centres, and who of the stationed units sits there, by day and shift."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .areas import Area
from .units import Unit


class DutyTurn(models.Model):
    """One person's turn at a centre. A night turn belongs to the day it begins on."""

    class Shift(models.TextChoices):
        DAY = "day", _("白班")
        NIGHT = "night", _("夜班")

    class Kind(models.TextChoices):
        LEADER = "leader", _("带班领导")
        CHIEF = "chief", _("值班长")
        AGENT = "agent", _("坐席")
        STREET = "street", _("街道值班")

    day = models.DateField(_("日期"))
    shift = models.CharField(_("班次"), max_length=5, choices=Shift.choices, default=Shift.DAY)
    kind = models.CharField(_("岗位"), max_length=6, choices=Kind.choices)
    area = models.ForeignKey(Area, models.PROTECT, related_name="duty_turns", verbose_name=_("中心所在区域"))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="duty_turns", verbose_name=_("人员")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("值班表")
        ordering = ["day", "shift", "kind", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "shift", "kind", "area", "person"], name="one_turn_per_person_and_shift"
            )
        ]
        indexes = [models.Index(fields=["area", "day"], name="duty_by_area_day")]


class StationTurn(models.Model):
    """An officer of a stationed unit (派驻) sits in the district centre in this shift. A night turn belongs to the day it
    begins on; one officer a unit and shift."""

    Shift = DutyTurn.Shift

    day = models.DateField(_("日期"))
    shift = models.CharField(_("班次"), max_length=5, choices=DutyTurn.Shift.choices, default=DutyTurn.Shift.DAY)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="station_turns", verbose_name=_("派驻单位"))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="station_turns", verbose_name=_("派驻人员")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("派驻排班")
        ordering = ["day", "shift", "unit"]
        constraints = [
            models.UniqueConstraint(fields=["day", "shift", "unit"], name="one_officer_per_unit_and_shift"),
            models.UniqueConstraint(fields=["day", "shift", "person"], name="officer_sits_once_a_shift"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.get_shift_display()} {self.unit}"
