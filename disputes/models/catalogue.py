"""The rules of mediation as rows an administrator may edit: tiers, risk, statutory terms (rules.md §5)."""

from __future__ import annotations

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.names import named

from .kinds import Tier


def _link() -> pghistory.ObjForeignKey:
    return pghistory.ObjForeignKey(related_name="history", related_query_name="history")


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), model_name="TierRuleHistory", obj_field=_link(),
)
class TierRule(models.Model):
    """One tier: its days, and what sends a dispute straight to it."""

    code = models.CharField(_("层级"), max_length=8, choices=Tier.choices, primary_key=True)
    rank = models.PositiveSmallIntegerField(_("次序"), unique=True)
    days = models.PositiveSmallIntegerField(_("时限(自然日)"))
    level = models.CharField(_("区域层级"), max_length=10)
    """Level of the area whose bodies mediate: community, street, district."""
    straight = ArrayField(models.CharField(max_length=16), default=list, blank=True, verbose_name=_("直接进入条件"))
    """Codes of ``disputes.grading.CONDITIONS``: a dispute that meets one may skip the tiers below."""
    basis = models.CharField(_("依据"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("层级规则")
        ordering = ["rank"]

    def __str__(self) -> str:
        return self.get_code_display()


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), model_name="RiskFlagHistory", obj_field=_link(),
)
class RiskFlag(models.Model):
    """One sign of risk: its points, the words that suggest it, and whether it is a 民转刑 red flag."""

    code = models.CharField(_("代码"), max_length=20, primary_key=True)
    name = models.CharField(_("名称"), max_length=40)
    name_en = models.CharField(_("英文名称"), max_length=80, blank=True)
    points = models.PositiveSmallIntegerField(_("分值"), default=0)
    is_red_flag = models.BooleanField(_("民转刑红旗"), default=False)
    is_computed = models.BooleanField(_("自动判定"), default=False)
    """Set by the dispute's own figures (persons, money, rises), not by hand."""
    targets = ArrayField(models.CharField(max_length=12), default=list, blank=True, verbose_name=_("告知对象"))
    words = ArrayField(models.CharField(max_length=12), default=list, blank=True, verbose_name=_("提示词"))
    rank = models.PositiveSmallIntegerField(_("次序"), default=100)

    class Meta:
        verbose_name = verbose_name_plural = _("风险标识")
        ordering = ["rank", "code"]

    def __str__(self) -> str:
        return named(self)


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), model_name="LegalTermHistory", obj_field=_link(),
)
class LegalTerm(models.Model):
    """One statutory term of an external procedure, counted as its law says."""

    class Unit(models.TextChoices):
        DAY = "D", _("自然日")
        WORKDAY = "WD", _("工作日")

    code = models.CharField(_("代码"), max_length=12, primary_key=True)
    name = models.CharField(_("名称"), max_length=60)
    name_en = models.CharField(_("英文名称"), max_length=100, blank=True)
    procedure = models.CharField(_("程序"), max_length=12)
    """A ``Procedure.Kind``; ``mediation`` for terms of the mediation itself."""
    starts_from = models.CharField(_("起算日"), max_length=12)
    """The date it runs from: ``applied_on``, ``filed_on``, ``served_on``, ``heard_on``, ``decided_on``."""
    stops_at = models.CharField(_("止于"), max_length=12, blank=True)
    """The date whose entry ends it."""
    amount = models.PositiveSmallIntegerField(_("期限"))
    extension = models.PositiveSmallIntegerField(_("可延长"), default=0)
    unit = models.CharField(_("单位"), max_length=2, choices=Unit.choices, default=Unit.DAY)
    is_before = models.BooleanField(_("倒计"), default=False)
    """Counted back from the date: notice five days before the hearing."""
    moves_to_workday = models.BooleanField(_("末日顺延至工作日"), default=False)
    basis = models.CharField(_("依据"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("法定期限")
        ordering = ["procedure", "code"]

    def __str__(self) -> str:
        return named(self)
