"""Sessions 会期: when and where the parties sit together, who is asked to come, and what each takes up meanwhile."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .bodies import Room
from .dispute import Dispute


class Session(models.Model):
    """One meeting of a dispute. What is said there is the narrative; here is time, place and the writer's turn."""

    class Mode(models.TextChoices):
        ON_SITE = "on_site", pgettext_lazy("session", "到场")
        ONLINE = "online", _("线上")
        VISIT = "visit", _("上门")

    class State(models.TextChoices):
        BOOKED = "booked", _("已约")
        BEGUN = "begun", _("进行中")
        HELD = "held", _("已结束")
        CALLED_OFF = "called_off", _("已取消")

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="sessions", verbose_name=_("纠纷"))
    seq = models.PositiveSmallIntegerField(_("次数"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.BOOKED)
    mode = models.CharField(_("方式"), max_length=8, choices=Mode.choices, default=Mode.ON_SITE)
    room = models.ForeignKey(
        Room, models.PROTECT, null=True, blank=True, related_name="sessions", verbose_name=_("调解室")
    )
    starts_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("结束"))
    link = models.URLField(_("线上链接"), max_length=300, blank=True)
    place = models.CharField(_("地点"), max_length=160, blank=True)
    """Where a visit goes to; a room has its own."""
    booked_at = models.DateTimeField(_("预订时间"))
    booked_by = models.CharField(_("预订人"), max_length=60, blank=True)
    begun_at = models.DateTimeField(_("实际开始"), null=True, blank=True)
    ended_at = models.DateTimeField(_("实际结束"), null=True, blank=True)
    called_off_at = models.DateTimeField(_("取消时间"), null=True, blank=True)
    moves = models.PositiveSmallIntegerField(_("改期次数"), default=0)
    writer = models.ForeignKey("accounts.User", models.SET_NULL, null=True, blank=True, related_name="+")
    """Who has the pen; another may take it when nothing was heard for a minute."""
    writer_seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("会期")
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_start"),
            models.CheckConstraint(condition=~Q(mode="on_site") | Q(room__isnull=False), name="session_on_site_has_room"),
            models.UniqueConstraint(fields=["dispute", "seq"], name="session_in_order"),
        ]
        indexes = [
            models.Index(fields=["room", "starts_at"], name="session_of_room"),
            models.Index(fields=["starts_at"], name="session_by_start", condition=Q(state__in=("booked", "begun"))),
        ]

    def __str__(self) -> str:
        return f"{self.dispute_id}/{self.seq}"

    @property
    def is_open(self) -> bool:
        return self.state in ("booked", "begun")


class SessionSeat(models.Model):
    """Somebody who is asked to come: a party, a mediator, a unit that was invited. Answer, and whether they came."""

    class Role(models.TextChoices):
        PARTY = "party", _("当事人")
        MEDIATOR = "mediator", _("调解员")
        GUEST = "guest", _("受邀单位")

    class Answer(models.TextChoices):
        OPEN = "", _("未答复")
        COMING = "coming", _("参加")
        ABSENT = "absent", _("不参加")

    session = models.ForeignKey(Session, models.CASCADE, related_name="seats")
    role = models.CharField(_("角色"), max_length=8, choices=Role.choices)
    party = models.ForeignKey("disputes.Party", models.PROTECT, null=True, blank=True, related_name="+")
    person = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    unit = models.ForeignKey("grids.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    answer = models.CharField(_("答复"), max_length=8, choices=Answer.choices, blank=True)
    came_at = models.DateTimeField(_("签到"), null=True, blank=True)
    is_absent = models.BooleanField(_("缺席"), default=False)

    class Meta:
        verbose_name = verbose_name_plural = _("参会人")
        ordering = ["session", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(party__isnull=False) | Q(person__isnull=False) | Q(unit__isnull=False),
                name="seat_is_somebody",
            )
        ]


class Hold(models.Model):
    """占用: one row for everything a session takes up — its room, each mediator, each party — from when to when.

    One constraint keeps all three apart: a resource is a number, and no two rows of one number may overlap. The
    range over the number stands in for an equality that GiST lacks without btree_gist (stack.md §1b).
    """

    class Kind(models.IntegerChoices):
        ROOM = 1, _("调解室")
        PERSON = 2, _("调解员")
        PARTY = 3, _("当事人")

    session = models.ForeignKey(Session, models.CASCADE, related_name="holds")
    kind = models.PositiveSmallIntegerField(_("种类"), choices=Kind.choices)
    resource = models.BigIntegerField(_("资源"))
    """Kind in the top byte, below it the room's or person's key, or a digest of who the party is."""
    starts_at = models.DateTimeField(_("起"))
    ends_at = models.DateTimeField(_("止"))
    is_released = models.BooleanField(_("已释放"), default=False)

    class Meta:
        verbose_name = verbose_name_plural = _("占用")
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="hold_ends_after_start"),
            ExclusionConstraint(
                name="nothing_held_twice",
                expressions=[
                    (Func(F("resource"), F("resource"), Value("[]"), function="int8range"), "&&"),
                    (Func(F("starts_at"), F("ends_at"), Value("[)"), function="tstzrange"), "&&"),
                ],
                condition=Q(is_released=False),
            ),
        ]
        indexes = [models.Index(fields=["resource", "starts_at"], name="hold_of_resource", condition=Q(is_released=False))]
