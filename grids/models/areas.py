"""The tree of the land: district → (sub-area) → street → community → grid → building.

The parent chain and the materialised ``path`` are the truth; django-mptt's left/right numbers serve the
admin's tree view only and never decide a right. All writes go through ``grids.tree``.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from mptt.models import MPTTModel, TreeForeignKey

from accounts.names import named


class Level(models.Model):
    """A kind of node and its place in the order; a registry, so that 片区 can stand between street and
    community without a change of code."""

    code = models.CharField(_("代码"), max_length=20, primary_key=True)
    name = models.CharField(_("名称"), max_length=20)
    name_en = models.CharField(_("英文名称"), max_length=30)
    rank = models.PositiveSmallIntegerField(_("次序"), unique=True)
    duties = models.JSONField(_("职能清单"), default=list, blank=True)
    """The duty sheet of a centre of this level (三级联动), a list of sentences."""

    class Meta:
        verbose_name = verbose_name_plural = _("层级")
        ordering = ["rank"]

    def __str__(self) -> str:
        return named(self)


class Area(MPTTModel):
    """One piece of land with an official code (GB/T 2260, GB/T 10114, statistical code, grid code)."""

    class GridType(models.TextChoices):
        BASIC = "basic", _("基础网格")
        SPECIAL = "special", _("专属网格")
        STREET_FRONT = "street_front", _("街面网格")

    class Terrain(models.TextChoices):
        URBAN = "urban", _("城区")
        RURAL = "rural", _("农区")

    code = models.CharField(_("编码"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    short_name = models.CharField(_("简称"), max_length=40, blank=True)
    pinyin = models.CharField(_("拼音"), max_length=200, blank=True)
    level = models.ForeignKey(Level, models.PROTECT, related_name="areas", verbose_name=_("层级"))
    parent = TreeForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级")
    )
    path = models.CharField(_("路径"), max_length=160, editable=False)
    """Codes from the root down, each followed by ``/``: ``15/1503/150302/150302002/``."""
    unit_type = models.CharField(_("单位类型"), max_length=30, blank=True)
    grid_type = models.CharField(_("网格类型"), max_length=12, choices=GridType.choices, blank=True)
    special_kind = models.CharField(_("专属类别"), max_length=30, blank=True)
    terrain = models.CharField(_("城乡"), max_length=6, choices=Terrain.choices, blank=True)
    responsible_unit = models.ForeignKey(
        "grids.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("责任单位")
    )
    households = models.PositiveIntegerField(_("户数"), null=True, blank=True)
    population = models.PositiveIntegerField(_("人口"), null=True, blank=True)
    centre_name = models.CharField(_("治理中心名称"), max_length=80, blank=True)
    opening_hours = models.CharField(_("开放时间"), max_length=80, blank=True)
    boundary = models.JSONField(_("边界"), null=True, blank=True)
    """GeoJSON Polygon or MultiPolygon, WGS-84 ``lon, lat`` in degrees."""
    lon = models.FloatField(_("经度"), null=True, blank=True)
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    is_made_up = models.BooleanField(_("虚构边界"), default=False)
    abolished_on = models.DateField(_("撤销日期"), null=True, blank=True)
    source = models.CharField(_("数据来源"), max_length=80, blank=True)
    team_template = models.ForeignKey(
        "grids.TeamTemplate", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("团队模式")
    )
    """The pattern of its grids' teams; empty: that of the area above, at last the district's usual one."""
    load_cap = models.PositiveSmallIntegerField(_("在办上限"), default=12)

    class MPTTMeta:
        order_insertion_by = ["code"]
        level_attr = "depth"

    class Meta:
        verbose_name = verbose_name_plural = _("区域")
        constraints = [
            models.CheckConstraint(
                condition=~Q(level_id="grid") | Q(parent__isnull=False), name="grid_has_a_community"
            ),
        ]
        indexes = [
            models.Index(fields=["path"], name="area_path_prefix", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["parent", "code"], name="area_children"),
        ]

    def __str__(self) -> str:
        return self.short_name or self.name


class AreaLineage(models.Model):
    """What became of a code: renamed, abolished, moved, split, merged, with the day and the source."""

    class Kind(models.TextChoices):
        ADDED = "added", _("新设")
        RENAMED = "renamed", _("更名")
        ABOLISHED = "abolished", _("撤销")
        RESTORED = "restored", _("恢复")
        MOVED = "moved", _("改隶")
        SPLIT = "split", _("拆分")
        MERGED = "merged", _("合并")

    area = models.ForeignKey(Area, models.PROTECT, related_name="lineage", verbose_name=_("区域"))
    successor = models.ForeignKey(
        Area, models.PROTECT, null=True, blank=True, related_name="predecessors", verbose_name=_("后继")
    )
    kind = models.CharField(_("变更"), max_length=10, choices=Kind.choices)
    on = models.DateField(_("日期"))
    old = models.CharField(_("原值"), max_length=120, blank=True)
    new = models.CharField(_("新值"), max_length=120, blank=True)
    source = models.CharField(_("依据"), max_length=120, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("区划沿革")
        ordering = ["on", "id"]


class BoundaryVersion(models.Model):
    """A counter per level; the point → grid index of every process is rebuilt when it has moved on."""

    level = models.OneToOneField(Level, models.CASCADE, primary_key=True, related_name="boundary_version")
    version = models.PositiveBigIntegerField(default=1)

    class Meta:
        verbose_name = verbose_name_plural = _("边界版本")


class Building(models.Model):
    """A footprint inside a grid with its height: the 2.5-D layer of the map, and where a 楼栋长 serves."""

    grid = models.ForeignKey(Area, models.PROTECT, related_name="buildings", verbose_name=_("网格"))
    code = models.CharField(_("编码"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    footprint = models.JSONField(_("轮廓"), null=True, blank=True)
    height_m = models.FloatField(_("高度(米)"), default=0)
    households = models.PositiveIntegerField(_("户数"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("楼栋")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class LegacyGrid(models.Model):
    """A line department's former grid, merged into an all-purpose grid 全科网格 (多网合一)."""

    line = models.CharField(_("条线"), max_length=20)
    code = models.CharField(_("原编码"), max_length=40)
    name = models.CharField(_("原名称"), max_length=80)
    grid = models.ForeignKey(Area, models.PROTECT, related_name="legacy_grids", verbose_name=_("全科网格"))

    class Meta:
        verbose_name = verbose_name_plural = _("原条线网格")
        # A former grid may have been cut up: one row per all-purpose grid it went into.
        constraints = [
            models.UniqueConstraint(fields=["line", "code", "grid"], name="one_legacy_grid_per_heir")
        ]
