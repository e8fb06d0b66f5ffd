"""常用筛选: views of the desk that people keep for themselves or share with their land or unit (screens.md §5.2)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from grids.models import Unit


class SavedView(models.Model):
    """A named address of the desk. It holds filters, never cases: what it shows is narrowed to whoever opens it."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    name = models.CharField(_("名称"), max_length=20)
    query = models.CharField(_("筛选条件"), max_length=600)
    is_shared = models.BooleanField(_("共享"), default=False)
    area_path = models.CharField(max_length=160, blank=True)
    """Shared: with everybody whose land lies inside this; empty when shared with a unit."""
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, related_name="+")
    made_at = models.DateTimeField(_("保存时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("常用筛选")
        constraints = [models.UniqueConstraint(fields=["person", "name"], name="one_saved_view_per_name")]
        indexes = [models.Index(fields=["is_shared"], name="saved_view_shared", condition=models.Q(is_shared=True))]
