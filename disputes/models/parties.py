"""Who quarrels. Names and telephones are P2, identity numbers and guardianship P3 (quality.md §5.1)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from .dispute import Dispute


class Party(models.Model):
    """One party: a natural person, a company or another organisation, with whoever speaks for it.

    The identity number is kept encrypted, its HMAC beside it finds the same person again; neither leaves the
    server. A minor is spoken for by the guardian.
    """

    class Side(models.TextChoices):
        APPLICANT = "applicant", _("申请人")
        RESPONDENT = "respondent", _("被申请人")
        THIRD = "third", _("第三人")

    class Kind(models.TextChoices):
        NATURAL = "natural", _("自然人")
        LEGAL = "legal", _("法人")
        OTHER = "other", _("其他组织")

    class Speaker(models.TextChoices):
        NONE = "", _("本人")
        LAWYER = "lawyer", _("律师")
        AGENT = "agent", _("委托代理人")
        OFFICER = "officer", _("法定代表人或负责人")
        DELEGATE = "delegate", _("推选代表")

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="parties")
    side = models.CharField(_("地位"), max_length=10, choices=Side.choices)
    kind = models.CharField(_("种类"), max_length=8, choices=Kind.choices, default=Kind.NATURAL)
    name = models.CharField(_("姓名或名称"), max_length=80)
    phone = models.CharField(_("电话"), max_length=20, blank=True)
    address = models.CharField(_("住址"), max_length=160, blank=True)
    id_sealed = models.TextField(_("证件号码(密文)"), blank=True, editable=False)
    id_hash = models.CharField(max_length=64, blank=True, editable=False, db_index=True)
    is_minor = models.BooleanField(_("未成年人"), default=False)
    guardian_name = models.CharField(_("监护人"), max_length=40, blank=True)
    guardian_phone = models.CharField(_("监护人电话"), max_length=20, blank=True)
    guardian_relation = models.CharField(_("监护关系"), max_length=20, blank=True)
    speaker_kind = models.CharField(_("代理"), max_length=8, choices=Speaker.choices, blank=True)
    speaker_name = models.CharField(_("代理人"), max_length=40, blank=True)
    speaker_phone = models.CharField(_("代理人电话"), max_length=20, blank=True)
    people = models.PositiveIntegerField(_("人数"), default=1)
    """How many persons stand behind this party (twelve workers, one row with delegates)."""
    consented_at = models.DateTimeField(_("同意调解"), null=True, blank=True)
    refused_at = models.DateTimeField(_("不愿调解"), null=True, blank=True)
    left_at = models.DateTimeField(_("退出"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("当事人")
        ordering = ["dispute", "id"]
        indexes = [models.Index(fields=["phone"], name="party_by_phone", condition=~models.Q(phone=""))]

    def __str__(self) -> str:
        return f"{self.get_side_display()} {self.pk}"
