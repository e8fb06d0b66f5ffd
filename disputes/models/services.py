"""Public legal services of the district: where people are sent on to, and where anybody may go (capability 85)."""

from __future__ import annotations

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.names import named
from grids.models import Area


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), model_name="LegalServiceHistory",
    obj_field=pghistory.ObjForeignKey(related_name="history", related_query_name="history"),
)
class LegalService(models.Model):
    """One place with its telephone and hours. Public knowledge (P0): no person's name stands here."""

    class Kind(models.TextChoices):
        CENTRE = "centre", _("公共法律服务中心")
        STATION = "station", _("公共法律服务站")
        ROOM = "room", _("公共法律服务室")
        JUDGE = "judge", _("法官工作站")
        PROCURATOR = "procurator", _("检察驿站")
        LEGAL_AID = "legal_aid", _("法律援助机构")
        JUSTICE = "justice", _("司法所")
        NOTARY = "notary", _("公证机构")
        APPRAISAL = "appraisal", _("司法鉴定机构")
        COUNSELLING = "counselling", _("心理服务站")
        SHELTER = "shelter", _("救助管理站")

    code = models.CharField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    name_en = models.CharField(_("英文名称"), max_length=120, blank=True)
    kind = models.CharField(_("种类"), max_length=12, choices=Kind.choices)
    area = models.ForeignKey(Area, models.PROTECT, related_name="legal_services", verbose_name=_("服务区域"))
    address = models.CharField(_("地址"), max_length=160, blank=True)
    phone = models.CharField(_("联系电话"), max_length=30, blank=True)
    opening_hours = models.CharField(_("开放时间"), max_length=80, blank=True)
    note = models.CharField(_("办理事项"), max_length=200, blank=True)
    lon = models.FloatField(_("经度"), null=True, blank=True)
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    is_active = models.BooleanField(_("启用"), default=True)
    is_made_up = models.BooleanField(_("演示虚构"), default=False)

    class Meta:
        verbose_name = verbose_name_plural = _("公共法律服务")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(lon__isnull=True, lat__isnull=True) | Q(lon__isnull=False, lat__isnull=False),
                name="service_place_is_whole",
            ),
        ]
        indexes = [models.Index(fields=["kind", "area"], name="service_by_kind")]

    def __str__(self) -> str:
        return named(self)
