"""What a grid should be: the size bounds of rules and local standards, by kind of land."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .areas import Area


class SizeBound(models.Model):
    """Households a basic grid should have: 300–500 in town (source 001), about 50 in the country (source 004)."""

    terrain = models.CharField(_("城乡"), max_length=6, choices=Area.Terrain.choices, primary_key=True)
    min_households = models.PositiveIntegerField(_("户数下限"))
    max_households = models.PositiveIntegerField(_("户数上限"))
    max_population = models.PositiveIntegerField(_("人口上限"), null=True, blank=True)
    """Asked only where the households are not known (300–500 户 *或* 1000 人)."""

    class Meta:
        verbose_name = verbose_name_plural = _("网格规模标准")
        constraints = [
            models.CheckConstraint(
                condition=Q(max_households__gte=F("min_households")), name="size_bound_has_room"
            )
        ]

    def __str__(self) -> str:
        return self.get_terrain_display()


class DutyAssessment(models.Model):
    """自评: what an area's centre says of its own duty sheet on a day. Added, never changed; the newest one counts."""

    class Mark(models.TextChoices):
        DONE = "done", _("已落实")
        PARTLY = "partly", _("部分落实")
        NOT = "not", _("未落实")

    area = models.ForeignKey("grids.Area", models.PROTECT, related_name="assessments", verbose_name=_("区域"))
    marks = models.JSONField(_("逐条自评"))
    """``[{"duty", "mark", "note"}]`` with the duties in the words of that day."""
    summary = models.CharField(_("总体说明"), max_length=300, blank=True)
    at = models.DateTimeField(_("时间"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("自评人"))

    class Meta:
        verbose_name = verbose_name_plural = _("职能自评")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["area", "-at"], name="assessment_newest")]
