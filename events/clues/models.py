"""Clues, the clusters they open, and what the district has set about both."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models.catalogue import Category
from events.models.event import Event
from events.models.quality import SupervisionOrder
from grids.models import Area, Unit


class ClueRule(models.Model):
    """The bounds of the search: one row, edited in the admin."""

    weeks = models.PositiveSmallIntegerField(_("回看周数"), default=6, validators=[MinValueValidator(1), MaxValueValidator(26)])
    radius_m = models.PositiveIntegerField(
        _("半径(米)"), default=1200, validators=[MinValueValidator(100), MaxValueValidator(5000)]
    )
    least_members = models.PositiveSmallIntegerField(_("最少件数"), default=6, validators=[MinValueValidator(3)])
    least_sources = models.PositiveSmallIntegerField(_("最少来源数"), default=3, validators=[MinValueValidator(2)])
    threshold = models.FloatField(_("立线分值"), default=30.0, validators=[MinValueValidator(1)])
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = verbose_name_plural = _("线索聚合规则")

    def __str__(self) -> str:
        return str(_("线索聚合规则"))


class ClueElement(models.Model):
    """Words that mean the same thing, told by different people in different words."""

    code = models.SlugField(_("代码"), max_length=20, primary_key=True)
    name = models.CharField(_("名称"), max_length=20)
    name_en = models.CharField(_("英文名称"), max_length=40)
    words = ArrayField(models.CharField(max_length=12), verbose_name=_("词语"))
    weight = models.FloatField(_("严重程度"), default=1.0, validators=[MinValueValidator(0.5), MaxValueValidator(2)])
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = verbose_name_plural = _("线索要素")
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name


class Clue(models.Model):
    """线索: a light report of something noticed. No ticket: nobody owns it and no clock runs."""

    source = models.CharField(_("来源"), max_length=12, choices=Event.Source.choices)
    external_number = models.CharField(_("外部编号"), max_length=60, null=True, blank=True)  # noqa: DJ001
    text = models.CharField(_("内容"), max_length=1000)
    address = models.CharField(_("地址"), max_length=160, blank=True)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("区域"))
    lon = models.FloatField(_("经度"))
    lat = models.FloatField(_("纬度"))
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("类别")
    )
    occurred_at = models.DateTimeField(_("发生时间"))
    entered_at = models.DateTimeField(_("登记时间"))
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("登记人")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("线索")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_number"], condition=Q(external_number__isnull=False),
                name="clue_once_per_number",
            )
        ]
        indexes = [models.Index(fields=["-occurred_at"], name="clue_by_time")]


class ClueCluster(models.Model):
    """聚合线索: what was found, how it was weighed, and what a person made of it."""

    class State(models.TextChoices):
        OPEN = "open", _("待研判")
        CONFIRMED = "confirmed", _("专项督导")
        FINISHED = "finished", _("专项办结")
        DISMISSED = "dismissed", _("已排除")

    number = models.CharField(_("编号"), max_length=24, unique=True)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.OPEN)
    title = models.CharField(_("标题"), max_length=80)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("区域"))
    """The smallest area that holds every member: whoever sees it sees all of it."""
    lon = models.FloatField(_("经度"))
    lat = models.FloatField(_("纬度"))
    first_at = models.DateTimeField(_("最早"))
    last_at = models.DateTimeField(_("最近"))
    found_at = models.DateTimeField(_("发现时间"))
    weighed_at = models.DateTimeField(_("计分时间"))
    score = models.FloatField(_("分值"))
    factors = models.JSONField(_("分值构成"), default=dict)
    elements = models.JSONField(_("集中要素"), default=dict)
    """Code → [count, what the district's rate lets expect there]."""
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("研判时间"), null=True)
    reason = models.CharField(_("理由"), max_length=200, blank=True)
    lead_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name=_("牵头单位"))
    requirement = models.CharField(_("督导要求"), max_length=300, blank=True)
    reply_by = models.DateTimeField(_("回复期限"), null=True)
    event = models.ForeignKey(Event, models.PROTECT, null=True, related_name="+", verbose_name=_("专项事件"))
    finished_at = models.DateTimeField(_("办结时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("聚合线索")
        indexes = [models.Index(fields=["state", "-score"], name="cluster_by_score")]

    def __str__(self) -> str:
        return self.number


class ClueMember(models.Model):
    """An event or a clue inside a cluster. Taken out by hand it stays out."""

    cluster = models.ForeignKey(ClueCluster, models.CASCADE, related_name="members")
    event = models.ForeignKey(Event, models.CASCADE, null=True, related_name="+")
    clue = models.ForeignKey(Clue, models.CASCADE, null=True, related_name="+")
    added_at = models.DateTimeField(_("加入时间"))
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(_("移出时间"), null=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    supervision = models.ForeignKey(SupervisionOrder, models.SET_NULL, null=True, related_name="+")
    """The supervision order that the special action brought it."""

    class Meta:
        verbose_name = verbose_name_plural = _("线索成员")
        constraints = [
            models.UniqueConstraint(fields=["cluster", "event"], name="event_once_in_cluster"),
            models.UniqueConstraint(fields=["cluster", "clue"], name="clue_once_in_cluster"),
            models.CheckConstraint(
                condition=Q(event__isnull=False, clue__isnull=True) | Q(event__isnull=True, clue__isnull=False),
                name="member_is_one_thing",
            ),
        ]


class ClueOutcome(models.Model):
    """What a special action came to, counted: sites, cases, people, officials."""

    class Kind(models.TextChoices):
        SITES = "sites", _("取缔点位")
        CASES = "cases", _("立案")
        SUSPECTS = "suspects", _("查处人员")
        OFFICIALS = "officials", _("问责公职人员")
        HAZARDS = "hazards", _("整改隐患")

    cluster = models.ForeignKey(ClueCluster, models.CASCADE, related_name="outcomes")
    kind = models.CharField(_("成效"), max_length=10, choices=Kind.choices)
    count = models.PositiveIntegerField(_("数量"))
    note = models.CharField(_("说明"), max_length=200, blank=True)
    at = models.DateTimeField(_("时间"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = _("专项成效")
