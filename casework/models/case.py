"""The abstract case and its trail. Every kind of case has its own tables with real foreign keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.refusals import MoveRefused
from grids.scope import Rights


class Case(models.Model):
    """A matter that moves through states. Only the door (``casework.door``) writes the columns below."""

    number = models.CharField(_("编号"), max_length=32, unique=True)
    state = models.CharField(_("状态"), max_length=20, db_index=False)
    version = models.PositiveIntegerField(_("版本"), default=0, editable=False)
    """Counts the moves and actions; a page sends the version it saw."""
    trail_head = models.CharField(max_length=64, default="", editable=False)
    """Hash of the newest trail row: the next row chains onto it."""
    changed_xid = models.BigIntegerField(default=0, editable=False)
    """Transaction that last wrote the row (set by a trigger); what the pulse asks for."""
    changed_at = models.DateTimeField(_("最近变动"), editable=False)
    area = models.ForeignKey("grids.Area", models.PROTECT, related_name="+", verbose_name=_("区域"))
    area_path = models.CharField(_("区域路径"), max_length=160, editable=False)
    unit_ids = ArrayField(models.BigIntegerField(), default=list, editable=False)
    """Units that have or had a part in the case: the other half of scope."""
    due_at = models.DateTimeField(_("当前到期"), null=True, blank=True)
    """Earliest due time of its running clocks: what lists sort and colour by."""
    due_stage = models.CharField(max_length=12, blank=True)
    due_started_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.number

    def refuse_state(self, move: object) -> MoveRefused:
        """The refusal of a move that does not start from the present state, naming who has it now."""
        words = _("当前状态为“%(state)s”,不能%(verb)s") % {
            "state": self.get_state_display(), "verb": move.label,
        }
        return MoveRefused("wrong_state", words, state=self.state, holder=self.holder_name())

    def holder_name(self) -> str | None:
        """Who answers for the case now, in words."""
        return None

    def number_series(self, at: datetime) -> tuple[str, str]:
        """The series this case is numbered in, and the format of its number with ``{n}``."""
        raise NotImplementedError

    def followed_by(self) -> Sequence[str]:
        """Rooms above that are to hear of every new state (``casework.announcing``)."""
        return ()

    @classmethod
    def companion_name(cls) -> str:
        """The foreign key by which companion rows name this case."""
        return cls._meta.model_name

    @classmethod
    def trail_model(cls) -> type[TrailRow]:
        return cls._meta.get_field("trail").related_model

    @classmethod
    def deadline_model(cls) -> type[models.Model]:
        return cls._meta.get_field("deadlines").related_model

    def is_visible_to(self, rights: Rights) -> bool:
        """Whether a person with these rights may know of the case at all (else: 404)."""
        code = f"{self._meta.app_label}.view"
        return rights.covers(code, area_path=self.area_path, unit_ids=self.unit_ids)

    def is_reached_by(self, rights: Rights, permission: str) -> bool:
        """Whether this kind of act is the person's *on this case* (else: 403)."""
        return rights.covers(permission, area_path=self.area_path, unit_ids=self.unit_ids)


class TrailRow(models.Model):
    """One thing that was done, chained to the row before it. Inserted by the door, never changed or deleted
    (a database trigger refuses). Subclasses add ``case``."""

    class Lane(models.TextChoices):
        PERSON = "person", _("人工")
        SYSTEM = "system", _("系统")
        PLATFORM = "platform", _("外部平台")
        CITIZEN = "citizen", _("群众")

    seq = models.PositiveIntegerField(_("序号"))
    verb = models.CharField(_("动作"), max_length=30)
    at = models.DateTimeField(_("时间"))
    lane = models.CharField(_("来源"), max_length=10, choices=Lane.choices)
    person = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("人员")
    )
    actor_name = models.CharField(_("经办"), max_length=60)
    unit = models.ForeignKey("grids.Unit", models.PROTECT, null=True, related_name="+", verbose_name=_("单位"))
    from_state = models.CharField(_("原状态"), max_length=20, blank=True)
    to_state = models.CharField(_("新状态"), max_length=20)
    note = models.TextField(_("说明"), blank=True)
    is_public = models.BooleanField(_("群众可见"), default=False)
    changes = models.JSONField(_("变动"), default=dict)
    """``{"field": [old, new], …}`` plus ``"order": id`` and ``"clock": […]`` where they apply."""
    hash = models.CharField(max_length=64)

    class Meta:
        abstract = True
        ordering = ["case_id", "seq"]

    def __str__(self) -> str:
        return f"{self.seq} {self.verb}"
