"""What the feed of the police command centre (110) says about a matter that it hands over: kept apart, seen by few."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .event import Event


class Nature(models.TextChoices):
    """警情性质, as the feed tells it."""

    HELP = "help", _("群众求助")
    DISPUTE = "dispute", _("民间纠纷")
    NOISE = "noise", _("噪声扰民")
    FACILITY = "facility", _("公共设施")
    COMPLAINT = "complaint", _("非警务投诉")
    OTHER = "other", _("其他非警务")
    CRIMINAL = "criminal", _("刑事警情")
    SECURITY = "security", _("治安警情")
    TRAFFIC = "traffic", _("交通事故")
    CASE = "case", _("在办案件")


POLICE_NATURES = (Nature.CRIMINAL, Nature.SECURITY, Nature.TRAFFIC, Nature.CASE)
"""Police business: stays with the police, is refused here and can lie in no row."""


class PoliceRecord(models.Model):
    """110 警情 behind an event of source 110. No list, export, search or notice ever joins it."""

    event = models.OneToOneField(Event, models.CASCADE, related_name="police")
    receipt_number = models.CharField(_("接警单编号"), max_length=60)
    kind = models.CharField(_("报警类别"), max_length=40, blank=True)
    nature = models.CharField(_("警情性质"), max_length=10, choices=Nature.choices)
    called_at = models.DateTimeField(_("报警时间"), null=True, blank=True)
    station = models.CharField(_("处警单位"), max_length=60, blank=True)
    caller_name = models.CharField(_("报警人"), max_length=40, blank=True)
    caller_phone = models.CharField(_("报警电话"), max_length=20, blank=True)
    parties = models.CharField(_("当事人"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("110警情")
        constraints = [
            models.CheckConstraint(condition=~Q(nature__in=POLICE_NATURES), name="police_record_is_no_police_business"),
        ]
