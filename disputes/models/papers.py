"""Papers as issued: number, version and what was missing here; the words behind the wall."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from .dispute import Dispute, Evidence
from .narrative import Walled
from .sessions import Session


class Paper(models.Model):
    """One version of one paper. A new version keeps the number; the old one stays readable."""

    class Kind(models.TextChoices):
        APPLICATION = "application", _("人民调解申请书")
        ACCEPTANCE = "acceptance", _("受理通知书")
        RECORD = "record", _("人民调解记录")
        AGREEMENT = "agreement", _("人民调解协议书")
        PERFORMANCE = "performance", _("协议履行情况记录")
        CONFIRMATION = "confirmation", _("司法确认申请书")
        CALL_BACK = "call_back", _("人民调解回访记录")
        HAND_OVER = "hand_over", _("纠纷交接单")

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="papers", verbose_name=_("纠纷"))
    kind = models.CharField(_("文书"), max_length=12, choices=Kind.choices)
    session = models.ForeignKey(Session, models.PROTECT, null=True, blank=True, related_name="papers")
    number = models.CharField(_("文号"), max_length=40)
    version = models.PositiveSmallIntegerField(_("版本"), default=1)
    missing = ArrayField(models.CharField(max_length=40), default=list, blank=True, verbose_name=_("缺项"))
    issued_at = models.DateTimeField(_("出具时间"))
    issued_by = models.CharField(_("出具人"), max_length=60, blank=True)
    signed_scan = models.ForeignKey(
        Evidence, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("签名件")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("文书")
        ordering = ["dispute", "kind", "number", "-version"]
        constraints = [models.UniqueConstraint(fields=["number", "version"], name="one_version_of_a_number")]

    def __str__(self) -> str:
        return self.number


class PaperText(Walled):
    """The HTML of a paper as it was issued."""

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="paper_texts")
    paper = models.OneToOneField(Paper, models.CASCADE, related_name="text")
    html = models.TextField(_("内容"))

    class Meta:
        verbose_name = verbose_name_plural = _("文书内容")
