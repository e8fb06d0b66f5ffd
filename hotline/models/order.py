"""The hotline order: one call's matter, from 受理 to 办结."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.models import Case, ServiceClass
from events.models import Category, Event
from events.models.catalogue import Urgency
from events.models.event import SOURCE_DIGITS
from grids.scope import SHANGHAI, Rights

from .caller import Caller

CALL_BACK_STATES = ("calling_back", "called_back")


class HotlineOrder(Case):
    """What a caller told the 12345 desk (workflows.md §2). What is not answered on the line becomes an event or
    joins one, and the order follows it; number and codes are the event's own (一案一码)."""

    class State(models.TextChoices):
        REGISTERED = "registered", _("已受理")
        DISPATCHING = "dispatching", _("派单中")
        NEEDS_INFO = "needs_info", _("待补充")
        HANDLING = "handling", _("办理中")
        ANSWERING = "answering", _("待答复")
        CALLING_BACK = "calling_back", _("待回访")
        CALLED_BACK = "called_back", _("已回访")
        CLOSED = "closed", _("已办结")

    class Demand(models.TextChoices):
        CONSULT = "consult", _("咨询")
        HELP = "help", _("求助")
        COMPLAINT = "complaint", _("投诉")
        TIP_OFF = "tip_off", _("举报")
        SUGGESTION = "suggestion", _("建议")
        PRAISE = "praise", _("表扬")

    class Outcome(models.TextChoices):
        ANSWERED = "answered", _("直接答复")
        SOLVED = "solved", _("已解决")
        EXPLAINED = "explained", _("已解释")
        CANNOT_SOLVE = "cannot_solve", _("暂不能解决")
        REJECTED = "rejected", _("不予受理")
        EXCLUDED = "excluded", _("认定为不合理诉求")

    class Channel(models.TextChoices):
        PHONE = "phone", _("电话")
        WEB = "web", _("网站")
        WECHAT = "wechat", _("微信")
        APP = "app", _("客户端")
        LETTER = "letter", _("来信来访")
        PLATFORM = "platform", _("上级平台")

    Handling = Event.Handling

    state = models.CharField(_("状态"), max_length=20, choices=State.choices)
    demand = models.CharField(_("诉求类型"), max_length=12, choices=Demand.choices)
    channel = models.CharField(_("渠道"), max_length=10, choices=Channel.choices, default=Channel.PHONE)
    external_number = models.CharField(_("外部编号"), max_length=60, null=True, blank=True)  # noqa: DJ001
    client_key = models.CharField(_("客户端键"), max_length=80, null=True, blank=True, editable=False)  # noqa: DJ001
    token = models.CharField(max_length=32, unique=True, editable=False)
    tracking_code = models.CharField(_("查询码"), max_length=9, unique=True, editable=False)
    caller = models.ForeignKey(
        Caller, models.PROTECT, null=True, blank=True, related_name="orders", verbose_name=_("来电人")
    )
    is_secret = models.BooleanField(_("要求保密"), default=False)
    may_call_back = models.BooleanField(_("可回访"), default=True)
    call_back_slot = models.CharField(_("回访时段"), max_length=20, blank=True)
    title = models.CharField(_("标题"), max_length=80)
    text = models.TextField(_("内容"), max_length=4000)
    address = models.CharField(_("地址"), max_length=160, blank=True)
    lon = models.FloatField(_("经度"), null=True, blank=True)
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    is_located = models.BooleanField(_("已定位到网格"), default=False)
    district_code = models.CharField(max_length=20, blank=True, editable=False)
    street_code = models.CharField(max_length=20, blank=True, editable=False)
    community_code = models.CharField(max_length=20, blank=True, editable=False)
    grid_code = models.CharField(max_length=20, blank=True, editable=False)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("类别")
    )
    urgency = models.CharField(_("紧急程度"), max_length=2, choices=Urgency.choices, default=Urgency.P3)
    handling = models.CharField(
        _("办理类别"), max_length=8, choices=Event.Handling.choices, default=Event.Handling.GENERAL
    )
    service_class = models.ForeignKey(ServiceClass, models.PROTECT, null=True, blank=True, related_name="+")
    is_same_day = models.BooleanField(_("当日办结"), default=False)
    """Due by 24:00 of the day of the call (water, power, gas, heat, flooding, exam registration)."""
    event = models.ForeignKey(
        Event, models.PROTECT, null=True, blank=True, related_name="hotline_orders", verbose_name=_("关联事件")
    )
    has_joined = models.BooleanField(_("并入在办事件"), default=False)
    """The event was open already: this caller is one of several."""
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("坐席")
    )
    registered_at = models.DateTimeField(_("受理时间"))
    forwarded_at = models.DateTimeField(_("转派时间"), null=True, blank=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)
    called_back_at = models.DateTimeField(_("回访完成"), null=True, blank=True)
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    promised_at = models.DateTimeField(_("承诺答复时间"), null=True, blank=True)
    """Due time of the answer as promised; kept after the clock stopped."""
    round = models.PositiveSmallIntegerField(_("轮次"), default=1)
    """1 for the first handling, +1 whenever it goes back to work."""
    answer = models.TextField(_("答复"), max_length=4000, blank=True)
    outcome = models.CharField(_("结果"), max_length=14, choices=Outcome.choices, blank=True)
    was_reached = models.BooleanField(_("回访接通"), null=True, blank=True)
    solved = models.BooleanField(_("来电人确认解决"), null=True, blank=True)
    rating = models.PositiveSmallIntegerField(_("评价"), null=True, blank=True)
    """5 非常满意 … 1 非常不满意, as the caller said; never pre-set."""
    dissatisfied = models.PositiveSmallIntegerField(_("不满意次数"), default=0)
    is_excluded = models.BooleanField(_("不合理诉求(已认定)"), default=False)
    flag = models.CharField(_("提示"), max_length=12, blank=True)
    """Gravest mark of the no-response watch that stands: ``red``, ``yellow``, ``dissatisfied``."""
    grams = ArrayField(models.CharField(max_length=4), default=list, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = _("热线工单")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[
                    "registered", "dispatching", "needs_info", "handling", "answering", "calling_back",
                    "called_back", "closed",
                ]),
                name="hotline_state_known",
            ),
            models.UniqueConstraint(
                fields=["channel", "external_number"], condition=Q(external_number__isnull=False),
                name="hotline_once_per_external_number",
            ),
            models.UniqueConstraint(
                fields=["client_key"], condition=Q(client_key__isnull=False), name="hotline_once_per_client_key"
            ),
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | (Q(rating__gte=1) & Q(rating__lte=5)),
                name="hotline_rating_of_five_levels",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="hotline_by_state"),
            models.Index(fields=["due_at", "id"], name="hotline_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["caller", "-id"], name="hotline_by_caller"),
            models.Index(fields=["agent", "-id"], name="hotline_by_agent"),
            models.Index(fields=["changed_xid"], name="hotline_pulse"),
            models.Index(fields=["registered_at"], name="hotline_by_day"),
            models.Index(
                fields=["lat", "lon"], name="hotline_place", condition=Q(lat__isnull=False)
            ),
            GinIndex(fields=["unit_ids"], name="hotline_units"),
            GinIndex(fields=["grams"], name="hotline_grams"),
        ]

    @classmethod
    def companion_name(cls) -> str:
        return "order"

    def number_series(self, at: datetime) -> tuple[str, str]:
        """The series of events of source ``hotline``: order and event share one number."""
        head = f"{at.astimezone(SHANGHAI):%Y%m%d}-{self.district_code[-4:] or '0000'}-{SOURCE_DIGITS['hotline']}"
        return head, head + "-{n:05d}"

    def holder_name(self) -> str | None:
        return self.event.holder_name() if self.event_id else (self.agent.name if self.agent_id else None)

    def is_visible_to(self, rights: Rights) -> bool:
        """By land or unit; one's own calls; for who calls back, what waits for a call."""
        if rights.person_id and self.agent_id == rights.person_id and rights.may("hotline.register"):
            return True
        calls = self.state in CALL_BACK_STATES or self.call_backs.filter(state="waiting").exists()
        if calls and rights.covers("hotline.call_back", area_path=self.area_path):
            return True
        return super().is_visible_to(rights)

    def is_reached_by(self, rights: Rights, permission: str) -> bool:
        """On the land or by a unit; one's own call wherever it lies."""
        if rights.person_id and self.agent_id == rights.person_id and rights.may(permission):
            return rights.may("hotline.register")
        return super().is_reached_by(rights, permission)

    @property
    def opened_event(self) -> bool:
        """Whether the event it follows was opened from this call."""
        return self.event_id is not None and not self.has_joined
