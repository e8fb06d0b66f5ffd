"""日常巡访: a mediator and a grid worker go round together, and what they notice before it is a dispute (capability 81)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grids.models import Area

from .bodies import Mediator
from .dispute import Dispute
from .kinds import DisputeType


class VisitTeam(models.Model):
    """日常巡访小组: one mediator and one grid worker for a community."""

    area = models.ForeignKey(Area, models.PROTECT, related_name="visit_teams", verbose_name=_("社区(村)"))
    mediator = models.ForeignKey(Mediator, models.PROTECT, related_name="visit_teams", verbose_name=_("调解员"))
    worker = models.ForeignKey("accounts.User", models.PROTECT, related_name="visit_teams", verbose_name=_("网格员"))
    since = models.DateField(_("组建日期"))
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = verbose_name_plural = _("日常巡访小组")
        ordering = ["area__code", "id"]
        constraints = [
            models.UniqueConstraint(fields=["area", "mediator", "worker"], condition=Q(is_active=True), name="visit_team_once"),
        ]

    def __str__(self) -> str:
        return f"{self.area} · {self.mediator.person.name} + {self.worker.name}"


class Visit(models.Model):
    """A visit to one grid, planned for a day; made when ``visited_on`` is set."""

    team = models.ForeignKey(VisitTeam, models.PROTECT, related_name="visits", verbose_name=_("小组"))
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("网格"))
    planned_on = models.DateField(_("计划日期"))
    visited_on = models.DateField(_("巡访日期"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("登记时间"), null=True, blank=True)
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(_("说明"), max_length=200, blank=True)
    called_off_at = models.DateTimeField(_("取消时间"), null=True, blank=True)
    """With the reason in ``note``."""

    class Meta:
        verbose_name = verbose_name_plural = _("巡访")
        ordering = ["planned_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["team", "planned_on", "area"], name="visit_planned_once"),
            models.CheckConstraint(
                condition=Q(visited_on__isnull=True, recorded_at__isnull=True)
                | Q(visited_on__isnull=False, recorded_at__isnull=False, called_off_at__isnull=True),
                name="visit_made_or_not",
            ),
        ]
        indexes = [models.Index(fields=["planned_on"], name="visits_by_day")]


class EarlySign(models.Model):
    """苗头性问题: what was noticed, without names and numbers; watched, settled on the spot, or taken in as a dispute."""

    class Outcome(models.TextChoices):
        OPEN = "", _("待研判")
        WATCH = "watch", _("继续关注")
        SETTLED = "settled", _("当场化解")
        DISPUTE = "dispute", _("已立为纠纷")

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="signs", verbose_name=_("巡访"))
    type = models.CharField(_("类型"), max_length=14, choices=DisputeType.choices)
    text = models.CharField(_("苗头"), max_length=300)
    noted_at = models.DateTimeField(_("登记时间"))
    outcome = models.CharField(_("处理"), max_length=8, choices=Outcome.choices, blank=True)
    decided_at = models.DateTimeField(_("处理时间"), null=True, blank=True)
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    decision = models.CharField(_("处理说明"), max_length=200, blank=True)
    dispute = models.ForeignKey(Dispute, models.PROTECT, null=True, blank=True, related_name="early_signs")

    class Meta:
        verbose_name = verbose_name_plural = _("苗头性问题")
        ordering = ["-noted_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="dispute", dispute__isnull=False) | (~Q(outcome="dispute") & Q(dispute__isnull=True)),
                name="early_sign_names_its_dispute",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True) | Q(decided_at__gte=F("noted_at")), name="early_sign_decided_later"
            ),
        ]
        indexes = [models.Index(fields=["outcome", "-noted_at"], name="early_signs_open")]
