"""Three kinds of problem 三类问题 handed to discipline inspection in parallel, and their strike-off ledger 销号."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casework.models import AlarmRow, Case, DeadlineRow, TrailRow
from events.models import Event
from grids.models import Unit
from grids.scope import SHANGHAI, Rights

from .order import HotlineOrder

VIEWS = ("hotline.inspect", "hotline.hand_over")


class Referral(Case):
    """One clue on its own line (双向移交, 双线推进): the matter goes on as before, inspection looks at the process.

    ``record`` is the copy made at the hand-over: steps, times, units and clocks, without any person. The trail
    of this case is inspection's own append-only log.
    """

    class State(models.TextChoices):
        HANDED_OVER = "handed_over", _("已移送")
        RECEIVED = "received", _("已接收")
        CONCLUDED = "concluded", _("已有结果")
        RETURNED = "returned", _("已退回")
        STRUCK_OFF = "struck_off", _("已销号")

    class Kind(models.TextChoices):
        INACTION = "inaction", _("不作为慢作为")
        SHIRKING = "shirking", _("推诿扯皮")
        FALSEHOOD = "falsehood", _("弄虚作假")

    class Outcome(models.TextChoices):
        TALK = "talk", _("约谈")
        RECTIFY = "rectify", _("限期整改")
        PROPOSAL = "proposal", _("建议书")
        INSPECTION = "inspection", _("巡察")
        ASSESSMENT = "assessment", _("纳入考核")
        UNFOUNDED = "unfounded", _("查无问题")

    state = models.CharField(_("状态"), max_length=20, choices=State.choices)
    order = models.ForeignKey(
        HotlineOrder, models.PROTECT, null=True, blank=True, related_name="referrals", verbose_name=_("热线工单")
    )
    event = models.ForeignKey(
        Event, models.PROTECT, null=True, blank=True, related_name="referrals", verbose_name=_("事件")
    )
    case_number = models.CharField(_("案件编号"), max_length=32)
    kind = models.CharField(_("三类问题"), max_length=10, choices=Kind.choices)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="referrals", verbose_name=_("涉及单位")
    )
    reason = models.CharField(_("移送事由"), max_length=400)
    record = models.JSONField(_("过程记录"), default=dict)
    handed_over_at = models.DateTimeField(_("移送时间"))
    outcome = models.CharField(_("处理结果"), max_length=12, choices=Outcome.choices, blank=True)
    conclusion = models.CharField(_("结论"), max_length=400, blank=True)
    concluded_at = models.DateTimeField(_("结论时间"), null=True, blank=True)
    rectify_by = models.DateTimeField(_("整改期限"), null=True, blank=True)
    struck_off_at = models.DateTimeField(_("销号时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("三类问题移送")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["handed_over", "received", "concluded", "returned", "struck_off"]),
                name="referral_state_known",
            ),
            models.CheckConstraint(
                condition=Q(order__isnull=False) | Q(event__isnull=False), name="referral_of_something"
            ),
            models.UniqueConstraint(
                fields=["case_number", "kind"], condition=~Q(state__in=["returned", "struck_off"]),
                name="one_open_referral_per_case_and_kind",
            ),
        ]

    def number_series(self, at: datetime) -> tuple[str, str]:
        """``JJ20260305-0001``: one series a day."""
        head = f"JJ{at.astimezone(SHANGHAI):%Y%m%d}"
        return head, head + "-{n:04d}"

    def is_visible_to(self, rights: Rights) -> bool:
        """To inspection, and to the desk that hands over; to nobody else."""
        return any(rights.covers(code, area_path=self.area_path, unit_ids=self.unit_ids) for code in VIEWS)


class ReferralTrail(TrailRow):
    """Inspection's own log."""

    case = models.ForeignKey(Referral, models.PROTECT, related_name="trail", verbose_name=_("移送"))

    class Meta(TrailRow.Meta):
        verbose_name = verbose_name_plural = _("监督日志")
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="referral_trail_in_order")]


class ReferralDeadline(DeadlineRow):
    """Clocks of inspection: ``receive``, ``conclude``, ``rectify``."""

    case = models.ForeignKey(Referral, models.PROTECT, related_name="deadlines", verbose_name=_("移送"))

    class Meta:
        verbose_name = verbose_name_plural = _("监督时限")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "stage"], condition=~Q(state="stopped"), name="referral_one_live_clock"
            ),
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True) | Q(stopped_at__gte=F("started_at")),
                name="referral_clock_stops_after_start",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_alarm_at", "id"], name="referral_alarm_due", condition=Q(next_alarm_at__isnull=False)
            )
        ]


class ReferralAlarm(AlarmRow):
    """One rung of one clock, fired once."""

    deadline = models.ForeignKey(ReferralDeadline, models.PROTECT, related_name="fired")

    class Meta:
        verbose_name = verbose_name_plural = _("监督升级记录")
        constraints = [models.UniqueConstraint(fields=["deadline", "rung"], name="referral_alarm_once")]
