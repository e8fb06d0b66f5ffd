"""What runs outside or beside mediation: arbitration, rulings, courts, petitions; joint notices; referrals."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .dispute import Dispute


class Procedure(models.Model):
    """An external procedure with its filing number and dates. Dates of a statute are civil days; its terms are
    clocks of the dispute (``disputes/data/legal.json``)."""

    class Kind(models.TextChoices):
        LABOUR_ARBITRATION = "labour_arb", _("劳动仲裁")
        COMMERCIAL_ARBITRATION = "comm_arb", _("商事仲裁")
        ADMINISTRATIVE_RULING = "adm_ruling", _("行政裁决")
        RECONSIDERATION = "reconsider", _("行政复议")
        COURT = "court", _("民事诉讼")
        ENFORCEMENT = "enforcement", _("强制执行")
        PETITION = "petition", _("信访")
        POLICE = "police", _("公安机关调解或处理")

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="procedures")
    kind = models.CharField(_("程序"), max_length=12, choices=Kind.choices)
    authority = models.CharField(_("办理机关"), max_length=80, blank=True)
    filing_number = models.CharField(_("案号或登记号"), max_length=60, blank=True)
    applied_on = models.DateField(_("申请或起诉"), null=True, blank=True)
    filed_on = models.DateField(_("立案或受理"), null=True, blank=True)
    served_on = models.DateField(_("送达"), null=True, blank=True)
    heard_on = models.DateField(_("开庭或听证"), null=True, blank=True)
    decided_on = models.DateField(_("裁决或判决"), null=True, blank=True)
    closed_on = models.DateField(_("终结"), null=True, blank=True)
    is_extended = models.BooleanField(_("已延长"), default=False)
    on_site = models.BooleanField(_("中心内办理"), default=False)
    """Court on site: filed, served and closed at the centre (capability 76)."""
    unit = models.ForeignKey(
        "grids.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("驻中心法庭")
    )
    """The court's people at the centre who have it in hand."""
    result = models.CharField(_("结果"), max_length=200, blank=True)
    opened_at = models.DateTimeField(_("登记时间"))
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("外部程序")
        ordering = ["opened_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["dispute", "kind"], condition=Q(ended_at__isnull=True), name="dispute_one_live_procedure"
            ),
        ]


class JointNotice(models.Model):
    """联合告知: red flags were told to these units at once; when each acknowledged."""

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="joint_notices")
    unit = models.ForeignKey("grids.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    target = models.CharField(_("告知对象"), max_length=20)
    """``police``, ``street``, ``district``, ``department``; ``unit`` where one is registered."""
    flags = models.JSONField(_("标识"), default=list)
    is_urgent = models.BooleanField(_("110"), default=False)
    told_at = models.DateTimeField(_("告知时间"))
    acknowledged_at = models.DateTimeField(_("回执时间"), null=True, blank=True)
    acknowledged_by = models.CharField(_("回执人"), max_length=60, blank=True)
    answer = models.CharField(_("回执"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("联合告知")
        ordering = ["told_at", "id"]


class Referral(models.Model):
    """A party was sent on to a service: legal aid, psychological help (within 1 working day, rules.md §5), with the
    place in the register where it is one of these."""

    class Kind(models.TextChoices):
        LEGAL_AID = "legal_aid", _("法律援助")
        PSYCHOLOGICAL = "psychological", _("心理疏导")
        SHELTER = "shelter", _("临时救助")
        NOTARY = "notary", _("公证")
        APPRAISAL = "appraisal", _("司法鉴定")
        OTHER = "other", _("其他")

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="referrals")
    party = models.ForeignKey("disputes.Party", models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(_("服务"), max_length=14, choices=Kind.choices)
    service = models.ForeignKey(
        "disputes.LegalService", models.PROTECT, null=True, blank=True, related_name="referrals", verbose_name=_("服务机构")
    )
    provider = models.CharField(_("承接单位"), max_length=80)
    """The service's name as it was then, or one that is not in the register."""
    is_confidential = models.BooleanField(_("保密"), default=False)
    asked_at = models.DateTimeField(_("转介时间"))
    done_at = models.DateTimeField(_("承接时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("服务转介")
        ordering = ["asked_at", "id"]
