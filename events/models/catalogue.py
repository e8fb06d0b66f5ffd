"""Reference data of events: the taxonomy, routing rules, precedents, canned texts."""

from __future__ import annotations

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.names import named
from casework.models import ServiceClass
from grids.models import Area, Unit


class Urgency(models.TextChoices):
    """rules.md §2."""

    P0 = "P0", _("突发事件")
    P1 = "P1", _("重要紧急事务")
    P2 = "P2", _("重要事务")
    P3 = "P3", _("一般事务")


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), model_name="CategoryHistory",
    obj_field=pghistory.ObjForeignKey(related_name="history", related_query_name="history"),
)
class Category(models.Model):
    """A major (two digits) or minor (four digits) category of rules.md §11."""

    class OwnerKind(models.TextChoices):
        UNIT = "unit", _("单位")
        STREET = "street", _("街道")
        COMMUNITY = "community", _("社区")

    code = models.CharField(_("代码"), max_length=4, primary_key=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="minors")
    name = models.CharField(_("名称"), max_length=40)
    name_en = models.CharField(_("英文名称"), max_length=60)
    urgency = models.CharField(_("紧急程度"), max_length=2, choices=Urgency.choices, default=Urgency.P3)
    service_class = models.ForeignKey(ServiceClass, models.PROTECT, null=True, blank=True)
    owner_kind = models.CharField(_("默认承办"), max_length=10, choices=OwnerKind.choices, default=OwnerKind.UNIT)
    owner_text = models.CharField(_("承办说明"), max_length=60, blank=True)
    risk_family = models.CharField(_("风险类别"), max_length=20, blank=True)
    situation = models.CharField(_("四情"), max_length=4, blank=True)
    is_sensitive = models.BooleanField(_("敏感"), default=False)
    needs_photo = models.BooleanField(_("办结须有照片"), default=False)
    auto_plan = models.CharField(_("联动预案"), max_length=40, blank=True)
    dup_radius_m = models.PositiveSmallIntegerField(_("查重半径(米)"), default=50)
    reopen_days = models.PositiveSmallIntegerField(_("可重办天数"), default=15)
    keywords = ArrayField(models.CharField(max_length=20), default=list, blank=True, verbose_name=_("关键词"))
    may_be_anonymous = models.BooleanField(_("可匿名"), default=True)
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = verbose_name_plural = _("事项类别")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {named(self)}"


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), model_name="RoutingRuleHistory",
    obj_field=pghistory.ObjForeignKey(related_name="history", related_query_name="history"),
)
class RoutingRule(models.Model):
    """Category × place → unit, with its reason. The most specific rule wins, then the lowest priority number."""

    name = models.CharField(_("名称"), max_length=80)
    category = models.ForeignKey(Category, models.CASCADE, related_name="rules", verbose_name=_("类别"))
    area = models.ForeignKey(Area, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("区域"))
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="rules", verbose_name=_("单位"))
    owner_kind = models.CharField(_("属地承办"), max_length=10, choices=Category.OwnerKind.choices, default="unit")
    clause = models.CharField(_("职责条款"), max_length=200, blank=True)
    priority = models.PositiveSmallIntegerField(_("优先"), default=100)
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = verbose_name_plural = _("派单规则")
        ordering = ["priority", "id"]

    def __str__(self) -> str:
        return self.name


class Precedent(models.Model):
    """A ruling of the return-order court, kept as case law: next time the same kind goes to this unit."""

    category = models.ForeignKey(Category, models.CASCADE, related_name="precedents")
    area = models.ForeignKey(Area, models.CASCADE, null=True, blank=True, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="precedents", verbose_name=_("裁定承办"))
    declined_by = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("退单单位"))
    decline = models.OneToOneField("events.Decline", models.CASCADE, related_name="precedent")
    text = models.CharField(_("裁定要旨"), max_length=300)
    decided_at = models.DateTimeField(_("裁定时间"))
    is_active = models.BooleanField(_("有效"), default=True)

    class Meta:
        verbose_name = verbose_name_plural = _("裁定判例")
        ordering = ["-decided_at"]


class CannedText(models.Model):
    """常用语: a sentence offered when a verb is done; own or shared."""

    verb = models.CharField(_("动作"), max_length=30, blank=True)
    text = models.CharField(_("内容"), max_length=300)
    person = models.ForeignKey("accounts.User", models.CASCADE, null=True, blank=True, related_name="+")
    used = models.PositiveIntegerField(_("使用次数"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("常用语")
        ordering = ["-used", "id"]
