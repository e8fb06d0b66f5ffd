"""代办: somebody asks for mediation on behalf of a resident, with the record of that resident's consent (capability 138)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from .dispute import Dispute, Evidence
from .parties import Party


class Proxy(models.Model):
    """Who asked for whom, how and when the person represented consented, and what that person said at the first
    contact. Until it is confirmed there is no mediation: nobody is mediated against their will."""

    class Relation(models.TextChoices):
        KIN = "kin", _("亲属")
        CADRE = "cadre", _("社区(村)干部代办")
        GRID = "grid", _("网格员代办")
        NEIGHBOUR = "neighbour", _("邻里或同事")
        CARER = "carer", _("照护人员")
        OTHER = "other", _("其他")

    class Way(models.TextChoices):
        WRITTEN = "written", _("书面委托")
        SPOKEN = "spoken", _("当面口头同意")
        PHONE = "phone", _("电话同意")

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="proxies", verbose_name=_("纠纷"))
    party = models.OneToOneField(Party, models.CASCADE, related_name="proxy", verbose_name=_("本人"))
    name = models.CharField(_("代办人"), max_length=80)
    phone = models.CharField(_("代办人电话"), max_length=20)
    relation = models.CharField(_("与本人关系"), max_length=10, choices=Relation.choices)
    way = models.CharField(_("同意方式"), max_length=8, choices=Way.choices)
    agreed_on = models.DateField(_("同意日期"))
    proof = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("委托书扫描件"))
    asked_at = models.DateTimeField(_("代办时间"))
    confirmed_at = models.DateTimeField(_("本人确认"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("本人撤回"), null=True, blank=True)
    answered_by = models.CharField(_("核实人"), max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("代办申请")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(confirmed_at__isnull=True) | models.Q(withdrawn_at__isnull=True), name="proxy_one_answer"
            ),
        ]
