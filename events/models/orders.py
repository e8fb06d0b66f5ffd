"""Work orders and what surrounds them: whistles, consultations, declines with rulings, extensions."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grids.models import Area, Unit

from .event import Event


class Whistle(models.Model):
    """吹哨: a street calls departments to the spot (rules.md §9)."""

    class State(models.TextChoices):
        ASKED = "asked", _("待批")
        BLOWN = "blown", _("已吹哨")
        REFUSED = "refused", _("未批准")
        ANSWERED = "answered", _("已评哨")

    number = models.CharField(_("编号"), max_length=32, unique=True)
    event = models.ForeignKey(Event, models.PROTECT, related_name="whistles")
    kind = models.CharField(_("哨种"), max_length=12)
    """``emergency`` 应急哨, ``enforcement`` 执法哨, ``coordination`` 协同哨."""
    ground = models.CharField(_("事由"), max_length=40)
    text = models.CharField(_("说明"), max_length=400)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.ASKED)
    street = models.ForeignKey(Unit, models.PROTECT, related_name="whistles", verbose_name=_("吹哨街道"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("提出时间"))
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(_("批准时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("吹哨")

    def __str__(self) -> str:
        return self.number


class Consultation(models.Model):
    """1+N 会商: a district leader and the units around one table; each decision becomes a work order."""

    class State(models.TextChoices):
        OPEN = "open", _("进行中")
        DECIDED = "decided", _("已决定")

    event = models.ForeignKey(Event, models.PROTECT, related_name="consultations")
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.OPEN)
    reason = models.CharField(_("事由"), max_length=400)
    tried = models.CharField(_("已采取措施"), max_length=400, blank=True)
    chair = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    participants = models.ManyToManyField(Unit, related_name="+", blank=True, verbose_name=_("参加单位"))
    minutes = models.TextField(_("纪要"), blank=True)
    meeting_link = models.CharField(_("视频会议"), max_length=200, blank=True)
    opened_at = models.DateTimeField(_("发起时间"))
    decided_at = models.DateTimeField(_("决定时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("会商")

    @property
    def standing(self) -> str:
        """Its state in words. A table beside a handling that nobody closed ends with the handling, without minutes."""
        if self.state == self.State.OPEN and self.event.state not in ("conferring", "in_progress"):
            return gettext("已散会,未作决定")
        return self.get_state_display()


class WorkOrder(models.Model):
    """One unit's duty in an event. Ends with exactly one feedback and one evaluation (一单一反馈一考评)."""

    class Kind(models.TextChoices):
        CLAIM = "claim", _("抢单")
        DISPATCH = "dispatch", _("派单")
        DELEGATE = "delegate", _("分单")
        JOINT = "joint", _("联单")
        SELF = "self", _("自办")

    class State(models.TextChoices):
        SENT = "sent", _("待签收")
        ACCEPTED = "accepted", _("办理中")
        DONE = "done", _("已反馈")
        DECLINED = "declined", _("已退单")
        WITHDRAWN = "withdrawn", _("已撤回")

    event = models.ForeignKey(Event, models.PROTECT, related_name="orders")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    kind = models.CharField(_("单种"), max_length=10, choices=Kind.choices)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.SENT)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="orders", verbose_name=_("承办单位"))
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("网格"))
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="orders",
        verbose_name=_("承办人"),
    )
    is_lead = models.BooleanField(_("主办"), default=True)
    task = models.CharField(_("任务"), max_length=400, blank=True)
    share_percent = models.PositiveSmallIntegerField(_("任务占比"), default=100)
    reason = models.CharField(_("派单依据"), max_length=300, blank=True)
    rule = models.ForeignKey("events.RoutingRule", models.SET_NULL, null=True, related_name="orders")
    whistle = models.ForeignKey(Whistle, models.PROTECT, null=True, related_name="orders")
    consultation = models.ForeignKey(Consultation, models.PROTECT, null=True, related_name="decisions")
    sent_at = models.DateTimeField(_("派出时间"))
    accepted_at = models.DateTimeField(_("签收时间"), null=True)
    contacted_at = models.DateTimeField(_("首次联系"), null=True)
    done_at = models.DateTimeField(_("反馈时间"), null=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True)
    due_at = models.DateTimeField(_("处置到期"), null=True)
    outcome = models.CharField(_("结果"), max_length=14, choices=Event.Outcome.choices, blank=True)
    feedback = models.TextField(_("反馈"), blank=True)
    reworks = models.PositiveSmallIntegerField(_("返工次数"), default=0)
    score = models.PositiveSmallIntegerField(_("考评"), null=True)
    """1–5, given by the dispatcher when the event is evaluated."""
    score_text = models.CharField(_("考评意见"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("工单")
        constraints = [
            models.UniqueConstraint(
                fields=["event"],
                condition=Q(kind="claim") & Q(state__in=["sent", "accepted"]),
                name="one_live_claim_per_event",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | (Q(done_at__isnull=False) & ~Q(feedback="")),
                name="done_order_has_feedback",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "state"], name="order_by_unit"),
            models.Index(fields=["handler", "state"], name="order_by_handler"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id}/{self.pk} {self.kind}"


class WhistlePart(models.Model):
    """One department's answer to a whistle: arrival as confirmed by the street, and the street's rating."""

    whistle = models.ForeignKey(Whistle, models.PROTECT, related_name="parts")
    order = models.OneToOneField(WorkOrder, models.PROTECT, null=True, related_name="part")
    """Made when the whistle is approved."""
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="whistle_parts")
    is_lead = models.BooleanField(_("主办"), default=False)
    task = models.CharField(_("分工"), max_length=300)
    reported_in_at = models.DateTimeField(_("报到时间"), null=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    confirmed_at = models.DateTimeField(_("街道确认到场"), null=True)
    rebuttal = models.CharField(_("反哨"), max_length=300, blank=True)
    attendance = models.PositiveSmallIntegerField(_("到场评分"), null=True)
    attitude = models.PositiveSmallIntegerField(_("态度评分"), null=True)
    effect = models.PositiveSmallIntegerField(_("实效评分"), null=True)
    comment = models.CharField(_("评哨意见"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("报到")


class Decline(models.Model):
    """退单: what the unit says, and the ruling on it. ``pending`` holds until ruled on."""

    class Ruling(models.TextChoices):
        PENDING = "pending", _("待裁决")
        FOUNDED = "founded", _("退单成立")
        UNFOUNDED = "unfounded", _("退单不成立")

    order = models.OneToOneField(WorkOrder, models.PROTECT, related_name="decline")
    event = models.ForeignKey(Event, models.PROTECT, related_name="declines")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="declines")
    reason = models.CharField(_("退单理由"), max_length=20)
    clause = models.CharField(_("职责条款"), max_length=200)
    proposed_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name=_("建议单位"))
    text = models.CharField(_("说明"), max_length=400, blank=True)
    declined_at = models.DateTimeField(_("退单时间"))
    cost_seconds = models.PositiveIntegerField(_("耗时(秒)"), default=0)
    ruling = models.CharField(_("裁决"), max_length=10, choices=Ruling.choices, default=Ruling.PENDING)
    ruled_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name=_("裁定承办"))
    ruled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ruled_at = models.DateTimeField(_("裁决时间"), null=True)
    ruling_text = models.CharField(_("裁决意见"), max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("退单裁决")
        constraints = [models.UniqueConstraint(fields=["event", "unit"], name="one_decline_per_unit")]


class Extension(models.Model):
    """延期: asked by the handler before the due time, decided by the next level up; both dates stay visible."""

    class State(models.TextChoices):
        ASKED = "asked", _("待批")
        GRANTED = "granted", _("同意")
        REFUSED = "refused", _("不同意")

    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="extensions")
    event = models.ForeignKey(Event, models.PROTECT, related_name="extensions")
    reason = models.CharField(_("理由"), max_length=300)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("申请时间"))
    old_due_at = models.DateTimeField(_("原到期"))
    new_due_at = models.DateTimeField(_("新到期"), null=True)
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.ASKED)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("决定时间"), null=True)
    decision = models.CharField(_("意见"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("延期申请")
        constraints = [
            models.UniqueConstraint(fields=["order"], condition=Q(state="asked"), name="one_open_extension")
        ]
