"""What a court on site was handed of a dispute: parties, claims and evidence, or the agreement to be confirmed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from .dispute import Dispute
from .narrative import Walled


class CourtFile(Walled):
    """移交法庭材料: a snapshot with the parties' consent. Never what was said or offered in mediation: that is no
    evidence and stays with its mediators. Behind the wall; the database lets in the court's people of today besides
    the readers of the story (migration 0008)."""

    class Basis(models.TextChoices):
        SUIT = "suit", _("起诉移交")
        CONFIRMATION = "confirmation", _("司法确认申请")

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="court_files")
    unit = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+", verbose_name=_("法庭"))
    basis = models.CharField(_("事由"), max_length=12, choices=Basis.choices)
    content = models.JSONField(_("内容"), default=dict)

    class Meta:
        verbose_name = verbose_name_plural = _("移交法庭材料")
        ordering = ["written_at", "id"]
