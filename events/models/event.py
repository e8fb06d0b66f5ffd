"""The event: one matter that happened somewhere, and those who reported it."""

from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casework.models import Case, ServiceClass, StoredFile
from casework.refusals import MoveRefused
from grids.models import Unit
from grids.scope import SHANGHAI, Rights

from .catalogue import Category, Urgency

SOURCE_DIGITS = {
    "grid": 1, "hotline": 2, "citizen": 3, "police110": 4, "video": 5, "department": 6, "petition": 7,
    "leader": 8, "sensor": 9, "data_share": 0, "dispute": 0, "other": 0,
}
ELSEWHERE = {"mediation": _("矛盾调解"), "petition": _("信访"), "court": _("法院"), "police110": _("110")}
"""Where an event can be handed to (workflows.md §1.2 ``transferred``)."""
ENDED = ("closed", "merged", "rejected", "transferred")


class Event(Case):
    """What, where, who reported it through which source, how urgent, how it ended (workflows.md §1)."""

    class State(models.TextChoices):
        REPORTED = "reported", _("已上报")
        OPEN_FOR_CLAIM = "open_for_claim", _("待抢单")
        AWAITING_DISPATCH = "awaiting_dispatch", _("待派单")
        CONFERRING = "conferring", _("会商中")
        IN_PROGRESS = "in_progress", _("处置中")
        SUSPENDED = "suspended", _("挂起")
        VERIFYING = "verifying", _("待核查")
        EVALUATING = "evaluating", _("待考评")
        CLOSED = "closed", _("已办结")
        MERGED = "merged", _("已并案")
        REJECTED = "rejected", _("不予受理")
        NEEDS_INFO = "needs_info", _("待补充")
        TRANSFERRED = "transferred", _("已转出")

    class Source(models.TextChoices):
        GRID = "grid", _("网格")
        HOTLINE = "hotline", _("12345")
        CITIZEN = "citizen", _("随手拍")
        POLICE110 = "police110", _("110")
        VIDEO = "video", _("视频/AI")
        DEPARTMENT = "department", _("部门")
        PETITION = "petition", _("信访")
        LEADER = "leader", _("领导交办")
        SENSOR = "sensor", _("物联感知")
        DATA_SHARE = "data_share", _("数据共享")
        DISPUTE = "dispute", _("矛盾调解")
        OTHER = "other", _("其他")

    class Outcome(models.TextChoices):
        SOLVED = "solved", _("已解决")
        EXPLAINED = "explained", _("已解释")
        CANNOT_SOLVE = "cannot_solve", _("暂不能解决")

    class Handling(models.TextChoices):
        GENERAL = "general", _("一般事马上办")
        URGENT = "urgent", _("紧急事紧急办")
        LEGAL = "legal", _("案件类依法办")

    state = models.CharField(_("状态"), max_length=20, choices=State.choices)
    source = models.CharField(_("来源"), max_length=12, choices=Source.choices)
    external_number = models.CharField(_("外部编号"), max_length=60, null=True, blank=True)  # noqa: DJ001
    client_key = models.CharField(_("客户端键"), max_length=80, null=True, blank=True, editable=False)  # noqa: DJ001
    token = models.CharField(max_length=32, unique=True, editable=False)
    """128 random bits: the key of the public page."""
    tracking_code = models.CharField(_("查询码"), max_length=9, unique=True, editable=False)
    title = models.CharField(_("标题"), max_length=80)
    text = models.TextField(_("内容"), max_length=4000)
    address = models.CharField(_("地址"), max_length=160, blank=True)
    lon = models.FloatField(_("经度"), null=True, blank=True)
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    accuracy_m = models.PositiveIntegerField(_("定位误差(米)"), null=True, blank=True)
    is_located = models.BooleanField(_("已定位到网格"), default=False)
    district_code = models.CharField(max_length=20, blank=True, editable=False)
    street_code = models.CharField(max_length=20, blank=True, editable=False)
    community_code = models.CharField(max_length=20, blank=True, editable=False)
    grid_code = models.CharField(max_length=20, blank=True, editable=False)
    category = models.ForeignKey(  # found by event_by_category
        Category, models.PROTECT, null=True, blank=True, db_index=False, verbose_name=_("类别")
    )
    suggestion = models.JSONField(_("建议"), default=dict, blank=True)
    """``{"categories": [{"code", "share", "words"}], "urgency": {…}}`` as computed when it was reported."""
    urgency = models.CharField(_("紧急程度"), max_length=2, choices=Urgency.choices, default=Urgency.P3)
    urgency_reason = models.CharField(_("紧急依据"), max_length=120, blank=True)
    service_class = models.ForeignKey(ServiceClass, models.PROTECT, null=True, blank=True, db_index=False)
    handling = models.CharField(_("办理类别"), max_length=8, choices=Handling.choices, default=Handling.GENERAL)
    rung = models.PositiveSmallIntegerField(_("诉求层级"), default=1)
    """1 solved in the grid, 2 community and street together, 3 district (格内立项 → 共商共治 → 区级统筹)."""
    reporter_person = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("上报人")
    )
    owner_unit = models.ForeignKey(  # found by event_by_owner
        Unit, models.PROTECT, null=True, blank=True, db_index=False, related_name="owned_events",
        verbose_name=_("责任单位"),
    )
    """Who answers for it now; there always is one (the district desk before dispatch)."""
    occurred_at = models.DateTimeField(_("发生时间"), null=True, blank=True)
    reported_at = models.DateTimeField(_("上报时间"))
    dispatched_at = models.DateTimeField(_("分拨时间"), null=True, blank=True)
    handled_at = models.DateTimeField(_("处置完成"), null=True, blank=True)
    verified_at = models.DateTimeField(_("核查时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    window_ends_at = models.DateTimeField(_("抢单截止"), null=True, blank=True)
    resume_on = models.DateTimeField(_("恢复日期"), null=True, blank=True)
    handle_due_at = models.DateTimeField(_("处置到期"), null=True, blank=True)
    """The promise the district is judged by: kept after the clock stopped, for the on-time rate."""
    outcome = models.CharField(_("结果"), max_length=14, choices=Outcome.choices, blank=True)
    answer = models.TextField(_("答复"), blank=True)
    solved = models.BooleanField(_("群众确认解决"), null=True, blank=True)
    rating = models.PositiveSmallIntegerField(_("评价"), null=True, blank=True)
    flag = models.CharField(_("督办牌"), max_length=6, blank=True)
    """Colour of the gravest open supervision order: blue, yellow, red."""
    bounces = models.PositiveSmallIntegerField(_("退单次数"), default=0)
    reworks = models.PositiveSmallIntegerField(_("返工次数"), default=0)
    reopens = models.PositiveSmallIntegerField(_("重办次数"), default=0)
    repeats = models.PositiveSmallIntegerField(_("并入件数"), default=0)
    master = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_in")
    is_clue = models.BooleanField(_("三类问题线索"), default=False)
    clue_kind = models.CharField(_("线索类别"), max_length=20, blank=True)
    black_list_proposed = models.BooleanField(_("拟列黑榜"), default=False)
    followers = ArrayField(models.CharField(max_length=12), default=list, blank=True, editable=False)
    """Rooms above that hear of every new state (``casework.announcing``)."""
    grams = ArrayField(models.CharField(max_length=4), default=list, editable=False)
    """Character pairs of title, text and address for Chinese search (``events.search``)."""

    class Meta:
        verbose_name = verbose_name_plural = _("事件")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[
                    "reported", "open_for_claim", "awaiting_dispatch", "conferring", "in_progress", "suspended",
                    "verifying", "evaluating", "closed", "merged", "rejected", "needs_info", "transferred",
                ]),
                name="event_state_known",
            ),
            models.UniqueConstraint(
                fields=["source", "external_number"],
                condition=Q(external_number__isnull=False),
                name="event_once_per_external_number",
            ),
            models.UniqueConstraint(
                fields=["client_key"], condition=Q(client_key__isnull=False), name="event_once_per_client_key"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("reported_at")),
                name="event_closed_after_report",
            ),
            models.CheckConstraint(condition=~Q(master=F("id")), name="event_not_its_own_master"),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="event_by_state"),
            models.Index(fields=["state", "due_at", "-id"], name="event_by_state_due", condition=~Q(state__in=ENDED)),
            models.Index(fields=["-reported_at", "-id"], name="event_by_report"),
            models.Index(fields=["area_path"], name="event_path_prefix", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["changed_xid"], name="event_pulse"),
            models.Index(fields=["due_at", "id"], name="event_due", condition=Q(due_at__isnull=False)),
            models.Index(
                fields=["lat", "lon"],
                name="event_open_place",
                condition=Q(lat__isnull=False) & ~Q(state__in=ENDED),
            ),
            models.Index(fields=["window_ends_at"], name="event_window", condition=Q(state="open_for_claim")),
            models.Index(fields=["category", "-id"], name="event_by_category"),
            models.Index(fields=["owner_unit", "-id"], name="event_by_owner"),
            models.Index(fields=["street_code", "state", "-id"], name="event_by_street"),
            models.Index(fields=["grid_code"], name="event_open_grid", condition=~Q(state__in=ENDED)),
            GinIndex(fields=["unit_ids"], name="event_units"),
            GinIndex(fields=["grams"], name="event_grams"),
        ]

    def number_series(self, at: datetime) -> tuple[str, str]:
        """``YYYYMMDD-<last 4 of the district code>-<source digit>-<5 digits>`` (rules.md §4)."""
        head = f"{at.astimezone(SHANGHAI):%Y%m%d}-{self.district_code[-4:] or '0000'}-{SOURCE_DIGITS[self.source]}"
        return head, head + "-{n:05d}"

    def refuse_state(self, move: object) -> MoveRefused:
        """A lost claim names the winner and the moment: 已被西关街道抢单(14:31:58)."""
        if move.name == "claim" and self.state == "in_progress" and self.owner_unit_id and self.dispatched_at:
            when = f"{self.dispatched_at.astimezone(SHANGHAI):%H:%M:%S}"
            words = _("已被%(unit)s抢单(%(time)s)") % {"unit": self.owner_unit.name, "time": when}
            return MoveRefused("already_claimed", words, holder=self.owner_unit.name, state=self.state)
        return super().refuse_state(move)

    def holder_name(self) -> str | None:
        return self.owner_unit.name if self.owner_unit_id else None

    def is_visible_to(self, rights: Rights) -> bool:
        """Scope, or one's own report."""
        if rights.person_id and self.reporter_person_id == rights.person_id and rights.may("events.view"):
            return True
        return super().is_visible_to(rights)

    def followed_by(self) -> list[str]:
        return self.followers

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED


class EventReporter(models.Model):
    """Who reported it and how to reach them, kept apart from the event: a handler's page never joins it."""

    event = models.OneToOneField(Event, models.CASCADE, related_name="reporter")
    name = models.CharField(_("姓名"), max_length=40, blank=True)
    phone = models.CharField(_("电话"), max_length=20, blank=True)
    is_secret = models.BooleanField(_("要求保密"), default=False)
    wants_notice = models.BooleanField(_("接收通知"), default=True)

    class Meta:
        verbose_name = verbose_name_plural = _("反映人")
        indexes = [models.Index(fields=["phone"], name="reporter_by_phone", condition=~Q(phone=""))]


class EventAttachment(models.Model):
    """A checked file on an event: photo of the report, evidence of the handling, minutes of a consultation."""

    class Purpose(models.TextChoices):
        REPORT = "report", _("上报")
        FEEDBACK = "feedback", _("反馈")
        VERIFY = "verify", _("核查")
        OTHER = "other", _("其他")

    event = models.ForeignKey(Event, models.CASCADE, related_name="attachments")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    purpose = models.CharField(_("用途"), max_length=10, choices=Purpose.choices, default=Purpose.REPORT)
    added_at = models.DateTimeField(_("时间"))
    added_by = models.CharField(_("添加人"), max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("附件")
        constraints = [models.UniqueConstraint(fields=["event", "file"], name="one_row_per_event_file")]


class EventLink(models.Model):
    """A bond to another procedure: dispute, petition, court, 110. Number and history go along."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="links")
    kind = models.CharField(_("去向"), max_length=20)
    number = models.CharField(_("对方编号"), max_length=60, blank=True)
    basis = models.CharField(_("依据"), max_length=200, blank=True)
    linked_at = models.DateTimeField(_("时间"))
    returned_at = models.DateTimeField(_("转回时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("流转关联")

    @property
    def label(self) -> str:
        """Where it went, in words."""
        return str(ELSEWHERE.get(self.kind, self.kind))


class EventWatch(models.Model):
    """我关注: a person follows an event."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="watches")
    person = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = _("关注")
        constraints = [models.UniqueConstraint(fields=["event", "person"], name="one_watch_per_person")]
