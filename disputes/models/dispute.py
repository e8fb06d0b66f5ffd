"""The dispute: one quarrel that is taken in, guided, routed, mediated, and settled or left to another procedure."""

from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from casework.models import Case, StoredFile
from disputes import reach
from grids.scope import SHANGHAI, Rights

from .bodies import MediationBody, Mediator
from .kinds import DisputeType, Nature, Tier

STATES = (
    "booked", "accepted", "guided", "routed", "mediating", "agreed", "confirmed", "failed", "arbitrating",
    "litigating", "closed",
)
ENDED = ("closed",)


class Dispute(Case):
    """Who quarrels stands with the parties, what about in the narrative: here is what everybody in scope may know.

    There is no title on purpose: a list names type and place, never the story (quality.md §5.2).
    """

    class State(models.TextChoices):
        BOOKED = "booked", _("已预约")
        ACCEPTED = "accepted", _("已受理")
        GUIDED = "guided", _("已引导")
        ROUTED = "routed", _("已分流")
        MEDIATING = "mediating", _("调解中")
        AGREED = "agreed", _("达成协议")
        CONFIRMED = "confirmed", _("司法确认")
        FAILED = "failed", _("调解不成")
        ARBITRATING = "arbitrating", _("仲裁等程序中")
        LITIGATING = "litigating", _("诉讼中")
        CLOSED = "closed", _("结案")

    class Source(models.TextChoices):
        BOOKING = "booking", _("网上预约")
        WALK_IN = "walk_in", _("来访登记")
        GRID = "grid", _("网格")
        EVENT = "event", _("事件流转")
        HOTLINE = "hotline", _("12345")
        POLICE110 = "police110", _("110")
        COURT = "court", _("法院委派委托")
        PETITION = "petition", _("信访")
        DEPARTMENT = "department", _("部门移送")
        IMPORT = "import", _("导入")

    class Complexity(models.TextChoices):
        SIMPLE = "simple", _("简单")
        COMPLEX = "complex", _("复杂")
        KNOTTY = "knotty", _("疑难")

    class Colour(models.TextChoices):
        BLUE = "blue", _("蓝")
        YELLOW = "yellow", _("黄")
        ORANGE = "orange", _("橙")
        RED = "red", _("红")

    class Channel(models.TextChoices):
        MEDIATION = "mediation", _("调解")
        ARBITRATION = "arbitration", _("仲裁")
        ADMINISTRATIVE = "administrative", _("行政裁决或复议")
        COURT = "court", _("诉讼")
        PETITION = "petition", _("信访")

    class Outcome(models.TextChoices):
        PERFORMED = "performed", _("协议已履行")
        RECONCILED = "reconciled", _("口头和解")
        WITHDRAWN = "withdrawn", _("当事人撤回")
        REFUSED = "refused", _("一方不愿调解")
        FAILED = "failed", _("调解不成")
        ARBITRATION = "arbitration", _("仲裁结案")
        ADMINISTRATIVE = "administrative", _("行政程序结案")
        COURT = "court", _("诉讼结案")
        PETITION = "petition", _("转信访办结")
        CRIMINAL = "criminal", _("转案件")
        NOT_ACCEPTED = "not_accepted", _("不予受理")
        TRANSFERRED = "transferred", _("转事件办理")

    state = models.CharField(_("状态"), max_length=20, choices=State.choices)
    source = models.CharField(_("来源"), max_length=12, choices=Source.choices)
    origin_number = models.CharField(_("来源编号"), max_length=60, blank=True)
    """Number of the event or hotline order it came from, or of the file in a platform outside."""
    tracking_code = models.CharField(_("查询码"), max_length=9, unique=True, editable=False)
    """一案一码: that of the event where it came from one, so the citizen keeps the code."""
    token = models.CharField(max_length=32, unique=True, editable=False)
    type = models.CharField(_("纠纷类型"), max_length=14, choices=DisputeType.choices, default=DisputeType.OTHER)
    nature = models.CharField(_("调解性质"), max_length=14, choices=Nature.choices, default=Nature.PEOPLE)
    complexity = models.CharField(_("复杂程度"), max_length=8, choices=Complexity.choices, default=Complexity.SIMPLE)
    language = models.CharField(_("语言"), max_length=20, default="普通话")
    people_count = models.PositiveIntegerField(_("涉及人数"), default=2)
    amount = models.DecimalField(_("涉案金额(元)"), max_digits=14, decimal_places=2, null=True, blank=True)
    is_cross_street = models.BooleanField(_("跨街道"), default=False)
    involves_departments = models.BooleanField(_("涉及部门"), default=False)
    risk_flags = ArrayField(models.CharField(max_length=20), default=list, blank=True, verbose_name=_("风险标识"))
    """Codes of ``disputes/data/risk.json`` (rules.md §5)."""
    risk_score = models.PositiveSmallIntegerField(_("风险分"), default=0)
    risk_colour = models.CharField(_("风险色"), max_length=6, choices=Colour.choices, default=Colour.BLUE)
    proxy_open = models.BooleanField(_("待本人确认"), default=False)
    """Asked for by somebody else, and the person represented has not yet been heard (``Proxy``)."""
    is_sealed = models.BooleanField(_("涉密"), default=False)
    """Family and minor cases: the whole case behind a reason prompt; lists say 涉密纠纷."""
    address = models.CharField(_("发生地"), max_length=160, blank=True)
    lon = models.FloatField(_("经度"), null=True, blank=True)
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    is_located = models.BooleanField(_("已定位到网格"), default=False)
    district_code = models.CharField(max_length=20, blank=True, editable=False)
    street_code = models.CharField(max_length=20, blank=True, editable=False)
    community_code = models.CharField(max_length=20, blank=True, editable=False)
    grid_code = models.CharField(max_length=20, blank=True, editable=False)
    tier = models.CharField(_("层级"), max_length=8, choices=Tier.choices, default=Tier.FIRST)
    body = models.ForeignKey(
        MediationBody, models.PROTECT, null=True, blank=True, related_name="disputes", verbose_name=_("调解组织")
    )
    mediator = models.ForeignKey(
        Mediator, models.PROTECT, null=True, blank=True, related_name="disputes", verbose_name=_("主持调解员")
    )
    member_ids = ArrayField(models.BigIntegerField(), default=list, editable=False)
    """Persons who mediate or mediated it: the *assigned* half of scope, and the readers of the narrative."""
    channel = models.CharField(_("引导渠道"), max_length=14, choices=Channel.choices, blank=True)
    guidance = models.JSONField(_("引导理由"), default=dict, blank=True)
    """``{"reasons": [code, …], "text": …}``: why this channel, and what the parties were told."""
    reported_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("登记人")
    )
    registered_at = models.DateTimeField(_("登记时间"))
    accepted_at = models.DateTimeField(_("受理时间"), null=True, blank=True)
    guided_at = models.DateTimeField(_("引导时间"), null=True, blank=True)
    routed_at = models.DateTimeField(_("分流时间"), null=True, blank=True)
    mediating_at = models.DateTimeField(_("调解开始"), null=True, blank=True)
    arbitrating_at = models.DateTimeField(_("仲裁等程序开始"), null=True, blank=True)
    litigating_at = models.DateTimeField(_("诉讼开始"), null=True, blank=True)
    agreed_at = models.DateTimeField(_("达成协议"), null=True, blank=True)
    agreed_tier = models.CharField(_("达成层级"), max_length=8, choices=Tier.choices, blank=True)
    confirmed_at = models.DateTimeField(_("司法确认"), null=True, blank=True)
    closed_at = models.DateTimeField(_("结案时间"), null=True, blank=True)
    outcome = models.CharField(_("结果"), max_length=14, choices=Outcome.choices, blank=True)
    is_oral = models.BooleanField(_("口头协议"), default=False)
    refused_at = models.DateTimeField(_("一方不愿"), null=True, blank=True)
    """Set when a party refused: mediation has ended and does not rise (nobody is mediated against their will)."""
    rises = models.PositiveSmallIntegerField(_("上报次数"), default=0)
    declines = models.PositiveSmallIntegerField(_("退回次数"), default=0)
    is_thorough = models.BooleanField(_("彻底化解"), null=True, blank=True)
    """Performed, and no recurrence, petition or 110 call within 90 days; None: not judged yet (rules.md §5)."""
    recurs_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="recurrences", verbose_name=_("复发自")
    )

    event = models.ForeignKey(
        "events.Event", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("转出事件")
    )
    """Where it went when what was asked for was an authority's to do (流转); the same code."""

    class Meta:
        verbose_name = verbose_name_plural = _("矛盾纠纷")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="dispute_state_known"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("registered_at")),
                name="dispute_closed_after_start",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) | (~Q(state="closed") & Q(closed_at__isnull=True)),
                name="dispute_closed_has_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("routed", "mediating")) | Q(body__isnull=False), name="dispute_routed_has_body"
            ),
            models.UniqueConstraint(
                fields=["source", "origin_number"],
                condition=~Q(origin_number="") & Q(source__in=("import", "event", "hotline")),
                name="dispute_once_per_origin",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="dispute_by_state"),
            models.Index(fields=["-registered_at", "-id"], name="dispute_by_start"),
            models.Index(fields=["area_path"], name="dispute_path_prefix", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["changed_xid"], name="dispute_pulse"),
            models.Index(fields=["due_at", "id"], name="dispute_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["body", "state"], name="dispute_by_body"),
            models.Index(fields=["mediator", "state"], name="dispute_by_mediator"),
            models.Index(fields=["tier", "state"], name="dispute_by_tier"),
            models.Index(fields=["street_code", "state", "-id"], name="dispute_by_street"),
            GinIndex(fields=["unit_ids"], name="dispute_units"),
            GinIndex(fields=["member_ids"], name="dispute_members"),
        ]

    def number_series(self, at: datetime) -> tuple[str, str]:
        """``MTYYYYMMDD-nnnn``, one series a day (rules.md §4, screens.md §5.4)."""
        head = f"MT{at.astimezone(SHANGHAI):%Y%m%d}"
        return head, head + "-{n:04d}"

    def holder_name(self) -> str | None:
        return self.body.name if self.body_id else None

    def is_visible_to(self, rights: Rights) -> bool:
        return reach.sees(rights, self)

    def is_reached_by(self, rights: Rights, permission: str) -> bool:
        return reach.reaches(rights, permission, self)

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED

    @property
    def label(self) -> str:
        """What a list says of it: type only, or 涉密纠纷."""
        if self.is_sealed:
            return _now("涉密纠纷")
        return _now("%(type)s纠纷") % {"type": self.get_type_display()}


class PanelMember(models.Model):
    """A mediator of one dispute at one tier. The lower tier's mediators stay as helpers after a rise."""

    class Role(models.TextChoices):
        LEAD = "lead", _("主持")
        PANEL = "panel", _("参与")
        HELPER = "helper", _("协助")

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="panel")
    mediator = models.ForeignKey(Mediator, models.PROTECT, related_name="panels", verbose_name=_("调解员"))
    tier = models.CharField(_("层级"), max_length=8, choices=Tier.choices)
    role = models.CharField(_("角色"), max_length=6, choices=Role.choices)
    since = models.DateTimeField(_("起"))
    until = models.DateTimeField(_("止"), null=True, blank=True)
    reason = models.CharField(_("更换理由"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("调解员名单")
        constraints = [
            models.UniqueConstraint(
                fields=["dispute"], condition=Q(role="lead", until__isnull=True), name="dispute_one_lead"
            ),
            models.UniqueConstraint(
                fields=["dispute", "mediator"], condition=Q(until__isnull=True), name="dispute_mediator_once"
            ),
        ]


class JoinedUnit(models.Model):
    """A department or station invited to take part; its people then see the case, never the narrative."""

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="joined")
    unit = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+", verbose_name=_("单位"))
    since = models.DateTimeField(_("邀请时间"))
    reason = models.CharField(_("事由"), max_length=200, blank=True)
    answer = models.CharField(_("答复"), max_length=200, blank=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("参与单位")
        constraints = [models.UniqueConstraint(fields=["dispute", "unit"], name="dispute_unit_once")]


class Evidence(models.Model):
    """A checked file in the case: what a party brought, a signed scan. Seen by those who read the narrative."""

    class Purpose(models.TextChoices):
        EVIDENCE = "evidence", _("证据")
        SIGNED = "signed", _("签名件")
        PERFORMANCE = "performance", _("履行凭证")
        OTHER = "other", _("其他")

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="evidence")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    party = models.ForeignKey("disputes.Party", models.PROTECT, null=True, blank=True, related_name="+")
    purpose = models.CharField(_("用途"), max_length=12, choices=Purpose.choices, default=Purpose.EVIDENCE)
    added_at = models.DateTimeField(_("时间"))
    added_by = models.CharField(_("添加人"), max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("证据材料")
        constraints = [models.UniqueConstraint(fields=["dispute", "file"], name="dispute_file_once")]
