"""Units that handle cases, what they are responsible for, and other registers of the land."""

from __future__ import annotations

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.names import named

from .areas import Area


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), model_name="UnitHistory",
    obj_field=pghistory.ObjForeignKey(related_name="history", related_query_name="history"),
)
class Unit(models.Model):
    """Whoever answers for a case: a department, a utility, a street office, a community; a body that mediates, a court."""

    class Kind(models.TextChoices):
        DISTRICT_CENTRE = "district_centre", _("区指挥中心")
        DEPARTMENT = "department", _("部门")
        UTILITY = "utility", _("公用企业")
        ENFORCEMENT = "enforcement", _("执法队伍")
        STREET = "street_office", _("街道(镇)")
        COMMUNITY = "community", _("社区(村)")
        GRID = "grid", _("网格")
        MEDIATION = "mediation", _("调解组织")
        COURT = "court", _("法院")

    code = models.CharField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    name_en = models.CharField(_("英文名称"), max_length=80, blank=True)
    pinyin = models.CharField(_("拼音"), max_length=160, blank=True)
    kind = models.CharField(_("种类"), max_length=20, choices=Kind.choices)
    area = models.ForeignKey(Area, models.PROTECT, related_name="units", verbose_name=_("管辖区域"))
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    phone = models.CharField(_("值班电话"), max_length=30, blank=True)
    liaison = models.CharField(_("联络员"), max_length=40, blank=True)
    is_stationed = models.BooleanField(_("派驻中心"), default=False)
    is_active = models.BooleanField(_("启用"), default=True)
    round_the_clock = models.BooleanField(_("全天候单位"), default=False)

    class Meta:
        verbose_name = verbose_name_plural = _("单位")
        ordering = ["code"]

    def __str__(self) -> str:
        return named(self)

    @property
    def takes_orders(self) -> bool:
        """Whether this kind can be given a work order: its work is not another procedure's."""
        return self.kind not in WITHOUT_ORDERS


WITHOUT_ORDERS = (Unit.Kind.MEDIATION, Unit.Kind.COURT)
"""Kinds that have disputes or files, never a work order of an event."""


class DutyClause(models.Model):
    """One line of a unit's duty list 职责清单: this category (major or minor code) is theirs, on this basis."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="duties", verbose_name=_("单位"))
    category_code = models.CharField(_("事项代码"), max_length=4, db_index=True)
    clause = models.CharField(_("条款"), max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = _("职责清单")
        constraints = [models.UniqueConstraint(fields=["unit", "category_code"], name="one_clause_per_category")]


class PartyBranch(models.Model):
    """A Party organisation on the land: community committee, grid branch, building group."""

    class Kind(models.TextChoices):
        COMMITTEE = "committee", _("党委")
        BRANCH = "branch", _("网格支部")
        GROUP = "group", _("楼栋小组")

    name = models.CharField(_("名称"), max_length=80)
    kind = models.CharField(_("种类"), max_length=10, choices=Kind.choices)
    area = models.ForeignKey(Area, models.PROTECT, related_name="party_branches", verbose_name=_("所在区域"))
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    members = models.PositiveIntegerField(_("党员数"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("党组织")

    def __str__(self) -> str:
        return self.name


class PublicPlace(models.Model):
    """A named road, compound or landmark: what people say when they mean a place."""

    name = models.CharField(_("名称"), max_length=80, db_index=True)
    pinyin = models.CharField(_("拼音"), max_length=200, blank=True)
    kind = models.CharField(_("种类"), max_length=20)
    lon = models.FloatField(_("经度"))
    lat = models.FloatField(_("纬度"))
    line = models.JSONField(_("走向"), null=True, blank=True)
    grid = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="places")

    class Meta:
        verbose_name = verbose_name_plural = _("地名")

    def __str__(self) -> str:
        return self.name
