"""What a grid should be: the size bounds of rules and local standards, by kind of land."""

from __future__ import annotations

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
