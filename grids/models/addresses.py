"""What people say when they mean a place, beside its registered name, and what nobody could place yet.

The register itself is the gazetteer that is there already (areas, ``PublicPlace``, ``Building``): here stand only
further names of its entries, names learned from corrections, and the list of addresses that found no grid.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .areas import Area, Building
from .units import PublicPlace


class AddressAlias(models.Model):
    """Another name: 老名、俗称、异写 of an area, place or building; or a name that only leads to a grid.

    Written by ``grids.addresses.register`` only. Flat and room are cut off before a name is kept: a name leads to a
    house, never to a household.
    """

    class Origin(models.TextChoices):
        REGISTERED = "registered", _("登记")
        IMPORTED = "imported", _("导入")
        LEARNED = "learned", _("纠正学得")

    name = models.CharField(_("名称"), max_length=80)
    normal = models.CharField(max_length=80, db_index=True, editable=False)
    """As ``grids.addresses.text`` normalises it: what is compared."""
    pinyin = models.CharField(_("拼音"), max_length=200, blank=True, editable=False)
    area = models.ForeignKey(
        Area, models.CASCADE, null=True, blank=True, related_name="aliases", verbose_name=_("区域")
    )
    place = models.ForeignKey(
        PublicPlace, models.CASCADE, null=True, blank=True, related_name="aliases", verbose_name=_("地名")
    )
    building = models.ForeignKey(
        Building, models.CASCADE, null=True, blank=True, related_name="aliases", verbose_name=_("楼栋")
    )
    grid = models.ForeignKey(
        Area, models.CASCADE, null=True, blank=True, related_name="address_names", verbose_name=_("网格")
    )
    lon = models.FloatField(_("经度"), null=True, blank=True)
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    origin = models.CharField(_("来源"), max_length=10, choices=Origin.choices, default=Origin.REGISTERED)
    uses = models.PositiveIntegerField(_("采用次数"), default=1)
    """How often people chose it: of two learned grids for one name the oftener chosen wins."""
    taught_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("登记人")
    )
    taught_at = models.DateTimeField(_("登记时间"))
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = verbose_name_plural = _("地址别名")
        constraints = [
            models.CheckConstraint(
                condition=Q(area__isnull=False) | Q(place__isnull=False) | Q(building__isnull=False)
                | Q(grid__isnull=False),
                name="alias_leads_somewhere",
            ),
            models.UniqueConstraint(
                fields=["normal", "grid"], condition=Q(origin="learned"), name="one_lesson_per_name_and_grid"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class UnresolvedAddress(models.Model):
    """An address that nobody could place: it waits here until somebody does, with the cases that wait for it."""

    class Standing(models.TextChoices):
        OPEN = "open", _("待定位")
        RESOLVED = "resolved", _("已定位")
        DISMISSED = "dismissed", _("无法定位")

    text = models.CharField(_("地址"), max_length=160)
    normal = models.CharField(max_length=160, unique=True, editable=False)
    seen = models.PositiveIntegerField(_("出现次数"), default=1)
    first_at = models.DateTimeField(_("首次出现"))
    last_at = models.DateTimeField(_("最近出现"))
    subjects = ArrayField(models.CharField(max_length=80), default=list, verbose_name=_("来自"))
    """``kind:number`` of the cases that named it, newest last, at most 50; the rooms above know what they mean."""
    standing = models.CharField(_("状态"), max_length=10, choices=Standing.choices, default=Standing.OPEN)
    grid = models.ForeignKey(Area, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("网格"))
    note = models.CharField(_("说明"), max_length=120, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("处理人")
    )
    settled_at = models.DateTimeField(_("处理时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("未定位地址")
        indexes = [models.Index(fields=["standing", "-last_at", "-id"], name="unresolved_by_standing")]

    def __str__(self) -> str:
        return self.text


class AddressVersion(models.Model):
    """One row, a counter: every process rebuilds its index of names when it has moved on."""

    version = models.PositiveBigIntegerField(default=1)

    class Meta:
        verbose_name = verbose_name_plural = _("地址库版本")
