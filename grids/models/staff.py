"""Who stands where: posts, leave, and the team each grid should have."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .areas import Area, Level
from .units import Unit


class Post(models.Model):
    """A person holds a role in an area or a unit, as A or B, from a day to a day."""

    class Rank(models.TextChoices):
        GUIDE = "guide", _("网格指导员")
        HEAD = "head", _("网格长")
        WORKER = "worker", _("网格员")
        BUILDING_HEAD = "building_head", _("楼栋长")
        POLICE = "police", _("警务员")
        MEDIATOR = "mediator", _("调解员")
        SAFETY = "safety", _("安全员")
        STREET_CHIEF = "street_chief", _("街长")
        OFFICE = "office", _("机关岗位")

    class Cover(models.TextChoices):
        A = "A", _("A岗")
        B = "B", _("B岗")

    class Employment(models.TextChoices):
        FULL = "full", _("专职")
        PART = "part", _("兼职")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="posts", verbose_name=_("人员")
    )
    role = models.ForeignKey(
        "accounts.Role", models.PROTECT, null=True, blank=True, related_name="posts", verbose_name=_("角色")
    )
    """Without a role the post gives no right: an attached police officer, a 楼栋长 without an account's work."""
    area = models.ForeignKey(
        Area, models.PROTECT, null=True, blank=True, related_name="posts", verbose_name=_("区域")
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="posts", verbose_name=_("单位")
    )
    rank = models.CharField(_("岗位"), max_length=14, choices=Rank.choices, default=Rank.OFFICE)
    cover = models.CharField(_("AB岗"), max_length=1, choices=Cover.choices, default=Cover.A)
    employment = models.CharField(_("专兼职"), max_length=4, choices=Employment.choices, default=Employment.FULL)
    duties = models.JSONField(_("职责清单"), default=list, blank=True)
    valid_from = models.DateField(_("起"))
    valid_to = models.DateField(_("止"), null=True, blank=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = _("岗位")
        constraints = [
            models.CheckConstraint(
                condition=Q(area__isnull=False) | Q(unit__isnull=False), name="post_has_a_place"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="post_ends_after_start"
            ),
        ]
        indexes = [models.Index(fields=["area", "rank"], name="post_by_area")]

    def __str__(self) -> str:
        return f"{self.person} · {self.role or self.get_rank_display()} · {self.area or self.unit}"


class Leave(models.Model):
    """Days (or hours) a person is away; the B post covers meanwhile."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="leaves", verbose_name=_("人员")
    )
    starts_at = models.DateTimeField(_("起"))
    ends_at = models.DateTimeField(_("止"))
    reason = models.CharField(_("事由"), max_length=60)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = _("请假")
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="leave_ends_after_start")
        ]


class TeamTemplate(models.Model):
    """A pattern of team such as 4+N, 1+N+X: which roles a grid of this kind must have."""

    name = models.CharField(_("名称"), max_length=40, unique=True)
    level = models.ForeignKey(Level, models.PROTECT, verbose_name=_("层级"))
    is_default = models.BooleanField(_("默认"), default=False)

    class Meta:
        verbose_name = verbose_name_plural = _("团队模板")

    def __str__(self) -> str:
        return self.name


class TeamRole(models.Model):
    """One place in a team template; any of ``ranks`` fills it."""

    template = models.ForeignKey(TeamTemplate, models.CASCADE, related_name="roles")
    name = models.CharField(_("名称"), max_length=40)
    ranks = ArrayField(models.CharField(max_length=14), default=list, verbose_name=_("岗位"))
    is_required = models.BooleanField(_("必备"), default=True)

    class Meta:
        verbose_name = verbose_name_plural = _("团队成员")

    def __str__(self) -> str:
        return self.name


class VolunteerTeam(models.Model):
    """One of the N teams of a grid, or of a community for all its grids (4+N)."""

    area = models.ForeignKey(Area, models.PROTECT, related_name="volunteer_teams", verbose_name=_("网格或社区"))
    role = models.ForeignKey(TeamRole, models.PROTECT, related_name="teams", verbose_name=_("队伍种类"))
    """What it counts for in the pattern; one that the pattern does not require as a post."""
    name = models.CharField(_("队名"), max_length=60)
    task = models.CharField(_("职责"), max_length=200, blank=True)
    founded_on = models.DateField(_("成立日期"), null=True, blank=True)
    is_active = models.BooleanField(_("在用"), default=True)

    class Meta:
        verbose_name = verbose_name_plural = _("志愿队伍")
        ordering = ["area", "role", "name"]
        constraints = [models.UniqueConstraint(fields=["area", "role", "name"], name="one_team_of_a_name")]

    def __str__(self) -> str:
        return self.name


class VolunteerMember(models.Model):
    """Somebody who serves in a team, from a day to a day; not an account, and no right follows."""

    team = models.ForeignKey(VolunteerTeam, models.CASCADE, related_name="members", verbose_name=_("志愿队伍"))
    name = models.CharField(_("姓名"), max_length=40)
    phone = models.CharField(_("手机"), max_length=20, blank=True)
    is_leader = models.BooleanField(_("队长"), default=False)
    joined_on = models.DateField(_("加入日期"))
    left_on = models.DateField(_("退出日期"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("队员")
        ordering = ["-is_leader", "name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(left_on__gte=F("joined_on")), name="member_leaves_after_joining"
            ),
        ]

    def __str__(self) -> str:
        return self.name
