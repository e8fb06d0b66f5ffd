"""After the agreement: what was agreed, the plan of performance, confirmation by the court, call-backs."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .dispute import Dispute, Evidence
from .narrative import Walled


class Agreement(models.Model):
    """An agreement of a dispute: written or oral. Its words stand behind the wall (``AgreementText``)."""

    class Form(models.TextChoices):
        WRITTEN = "written", _("书面协议")
        ORAL = "oral", _("口头协议")

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="agreements", verbose_name=_("纠纷"))
    form = models.CharField(_("形式"), max_length=7, choices=Form.choices, default=Form.WRITTEN)
    effective_on = models.DateField(_("生效日期"))
    """Written: signatures of the parties and the mediator and the committee's seal are all there; oral: the day it
    was reached (人民调解法 Art. 29, 30)."""
    checks = models.JSONField(_("核对"), default=dict)
    """``{"identities": true, "facts": true, "terms": true, "signatures": true, "seal": true, "date": true}``."""
    amount = models.DecimalField(_("给付金额(元)"), max_digits=14, decimal_places=2, null=True, blank=True)
    recorded_at = models.DateTimeField(_("登记时间"))
    recorded_by = models.CharField(_("登记人"), max_length=60, blank=True)
    performed_at = models.DateTimeField(_("履行完毕"), null=True, blank=True)
    ended_at = models.DateTimeField(_("失效"), null=True, blank=True)
    """Set when the dispute is mediated anew."""

    class Meta:
        verbose_name = verbose_name_plural = _("调解协议")
        ordering = ["dispute", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["dispute"], condition=Q(ended_at__isnull=True), name="one_agreement_in_force"
            )
        ]


class AgreementText(Walled):
    """What the agreement says, in the parts that the law asks for (人民调解法 Art. 29)."""

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="agreement_texts")
    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="texts")
    facts = models.TextField(_("主要事实"), blank=True)
    issues = models.TextField(_("争议事项"), blank=True)
    duties = models.TextField(_("各方责任"), blank=True)
    terms = models.TextField(_("协议内容"))
    way = models.CharField(_("履行方式"), max_length=200, blank=True)
    term = models.CharField(_("履行期限"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("协议内容")


class Instalment(models.Model):
    """One step of the performance: due on a day, a sum or a deed."""

    class State(models.TextChoices):
        DUE = "due", _("待履行")
        DONE = "done", _("已履行")
        LATE = "late", _("逾期")
        WAIVED = "waived", _("免除")

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="instalments")
    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="instalments")
    seq = models.PositiveSmallIntegerField(_("期次"))
    due_on = models.DateField(_("到期日"))
    amount = models.DecimalField(_("金额(元)"), max_digits=14, decimal_places=2, null=True, blank=True)
    state = models.CharField(_("状态"), max_length=6, choices=State.choices, default=State.DUE)
    done_at = models.DateTimeField(_("履行时间"), null=True, blank=True)
    proof = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="+")
    urges = models.PositiveSmallIntegerField(_("催促次数"), default=0)
    urged_at = models.DateTimeField(_("最近催促"), null=True, blank=True)
    enforcement_at = models.DateTimeField(_("告知申请执行"), null=True, blank=True)
    """When the creditor was helped to apply for enforcement."""

    class Meta:
        verbose_name = verbose_name_plural = _("履行计划")
        ordering = ["agreement", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "seq"], name="instalments_in_order"),
            models.CheckConstraint(condition=Q(amount__isnull=True) | Q(amount__gt=0), name="instalment_of_something"),
        ]


class Confirmation(models.Model):
    """司法确认: both parties together ask the court within 30 days from effect (人民调解法 Art. 33)."""

    class Result(models.TextChoices):
        OPEN = "", _("审查中")
        CONFIRMED = "confirmed", _("已确认")
        REFUSED = "refused", _("不予确认")

    agreement = models.OneToOneField(Agreement, models.CASCADE, related_name="confirmation")
    court = models.CharField(_("受理法院"), max_length=80)
    unit = models.ForeignKey(
        "grids.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("驻中心法庭")
    )
    applied_on = models.DateField(_("申请日期"))
    number = models.CharField(_("案号"), max_length=60, blank=True)
    decided_on = models.DateField(_("裁定日期"), null=True, blank=True)
    result = models.CharField(_("结果"), max_length=9, choices=Result.choices, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("司法确认")
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_on__isnull=True) | Q(decided_on__gte=F("applied_on")), name="court_decides_later"
            )
        ]


class CallBack(models.Model):
    """回访: at day 7, 30 and 90 after the agreement, with red risk at day 3 too (rules.md §5)."""

    class Finding(models.TextChoices):
        OPEN = "", _("待回访")
        KEPT = "kept", _("履行良好")
        TROUBLE = "trouble", _("有反复苗头")
        BROKEN = "broken", _("未履行")
        UNREACHED = "unreached", _("未联系上")

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="call_backs")
    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="call_backs")
    day = models.PositiveSmallIntegerField(_("第几日"))
    due_on = models.DateField(_("应回访日"))
    tries = models.PositiveSmallIntegerField(_("联系次数"), default=0)
    done_at = models.DateTimeField(_("回访时间"), null=True, blank=True)
    done_by = models.CharField(_("回访人"), max_length=60, blank=True)
    finding = models.CharField(_("情况"), max_length=9, choices=Finding.choices, blank=True)
    satisfied = models.PositiveSmallIntegerField(_("满意度"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("回访")
        ordering = ["due_on", "id"]
        constraints = [models.UniqueConstraint(fields=["agreement", "day"], name="one_call_back_per_day")]
        indexes = [models.Index(fields=["due_on"], name="call_backs_due", condition=Q(done_at__isnull=True))]
