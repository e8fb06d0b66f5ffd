"""Who mediates and where: bodies, their mediators, their rooms."""

from __future__ import annotations

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.names import named
from grids.models import Area, Unit

from .kinds import Nature, Tier


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), model_name="MediationBodyHistory",
    obj_field=pghistory.ObjForeignKey(related_name="history", related_query_name="history"),
)
class MediationBody(models.Model):
    """An organisation that mediates: a committee of a street or community, one of the eight specialised bodies, a
    squad 法治小分队, a branded studio 品牌调解室, a station of one speciality."""

    class Kind(models.TextChoices):
        COMMITTEE = "committee", _("人民调解委员会")
        SPECIALISED = "specialised", _("专项组织")
        STATION = "station", _("调解站")
        STUDIO = "studio", _("品牌调解室")
        SQUAD = "squad", _("法治小分队")
        CENTRE = "centre", _("区联调中心")

    code = models.CharField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    name_en = models.CharField(_("英文名称"), max_length=120, blank=True)
    kind = models.CharField(_("种类"), max_length=12, choices=Kind.choices)
    nature = models.CharField(_("调解性质"), max_length=14, choices=Nature.choices, default=Nature.PEOPLE)
    tier = models.CharField(_("层级"), max_length=8, choices=Tier.choices, default=Tier.FIRST)
    area = models.ForeignKey(Area, models.PROTECT, related_name="mediation_bodies", verbose_name=_("服务区域"))
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="mediation_bodies", verbose_name=_("所属单位")
    )
    """The unit by which its head's scope reaches its cases; a community's committee has the community's."""
    guided_by = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("指导部门")
    )
    leader = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="led_bodies", verbose_name=_("负责人")
    )
    specialities = ArrayField(models.CharField(max_length=14), default=list, blank=True, verbose_name=_("专长"))
    """Codes of ``SPECIALITIES``; empty: every type."""
    profile = models.TextField(_("简介"), max_length=2000, blank=True)
    profile_en = models.TextField(_("英文简介"), max_length=4000, blank=True)
    address = models.CharField(_("地址"), max_length=160, blank=True)
    opening_hours = models.CharField(_("开放时间"), max_length=80, blank=True)
    phone = models.CharField(_("联系电话"), max_length=30, blank=True)
    lon = models.FloatField(_("经度"), null=True, blank=True)
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    founded_on = models.DateField(_("成立日期"), null=True, blank=True)
    load_cap = models.PositiveSmallIntegerField(_("在办上限"), default=30)
    is_active = models.BooleanField(_("启用"), default=True)
    is_made_up = models.BooleanField(_("演示虚构"), default=False)

    class Meta:
        verbose_name = verbose_name_plural = _("调解组织")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(load_cap__gte=1), name="body_can_take_a_case"),
            models.CheckConstraint(
                condition=Q(lon__isnull=True, lat__isnull=True) | Q(lon__isnull=False, lat__isnull=False),
                name="body_place_is_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["area", "kind"], name="body_by_area"),
            GinIndex(fields=["specialities"], name="body_specialities"),
        ]

    def __str__(self) -> str:
        return named(self)

    def takes(self, dispute_type: str) -> bool:
        """Whether disputes of this type are its business."""
        return not self.specialities or dispute_type in self.specialities


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), model_name="MediatorHistory",
    obj_field=pghistory.ObjForeignKey(related_name="history", related_query_name="history"),
)
class Mediator(models.Model):
    """A person mediates for a body. One person may serve several bodies; a grid worker may be one (77)."""

    person = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="mediator_of", verbose_name=_("人员")
    )
    body = models.ForeignKey(MediationBody, models.PROTECT, related_name="mediators", verbose_name=_("调解组织"))
    is_full_time = models.BooleanField(_("专职"), default=False)
    natures = ArrayField(
        models.CharField(max_length=14), default=list, blank=True, verbose_name=_("可任调解性质")
    )
    """Codes of ``Nature``; a mixed panel has mediators of several."""
    languages = ArrayField(models.CharField(max_length=20), default=list, blank=True, verbose_name=_("语言"))
    """As people name them: 普通话, 蒙古语, 手语."""
    specialities = ArrayField(models.CharField(max_length=14), default=list, blank=True, verbose_name=_("专长"))
    interests = ArrayField(models.CharField(max_length=80), default=list, blank=True, verbose_name=_("应回避的利害关系"))
    """Names of persons and organisations in whose disputes this person does not mediate."""
    certificate = models.CharField(_("证书编号"), max_length=40, blank=True)
    profile = models.CharField(_("简介"), max_length=400, blank=True)
    is_active = models.BooleanField(_("在任"), default=True)

    class Meta:
        verbose_name = verbose_name_plural = _("调解员")
        ordering = ["body", "-is_full_time", "id"]
        constraints = [models.UniqueConstraint(fields=["person", "body"], name="once_per_body")]

    def __str__(self) -> str:
        return self.person.name

    def has_interest_in(self, names: list[str]) -> str:
        """The name among these because of which this person must stand back; empty when there is none."""
        known = {name.strip() for name in self.interests}
        return next((name for name in names if name.strip() in known or name.strip() == self.person.name), "")


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), model_name="RoomHistory",
    obj_field=pghistory.ObjForeignKey(related_name="history", related_query_name="history"),
)
class Room(models.Model):
    """A room where sessions are held, open at these hours on working days."""

    body = models.ForeignKey(MediationBody, models.PROTECT, related_name="rooms", verbose_name=_("调解组织"))
    code = models.CharField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    name_en = models.CharField(_("英文名称"), max_length=80, blank=True)
    capacity = models.PositiveSmallIntegerField(_("容纳人数"), default=8)
    equipment = ArrayField(models.CharField(max_length=30), default=list, blank=True, verbose_name=_("设备"))
    place = models.CharField(_("位置"), max_length=160, blank=True)
    opens = models.TimeField(_("开放"))
    closes = models.TimeField(_("关闭"))
    open_on_weekends = models.BooleanField(_("休息日开放"), default=False)
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = verbose_name_plural = _("调解室")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="room_closes_after_opening"),
            models.CheckConstraint(condition=Q(capacity__gte=2), name="room_holds_two"),
        ]

    def __str__(self) -> str:
        return named(self)
