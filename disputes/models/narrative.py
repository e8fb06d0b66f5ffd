"""The story itself: facts, claims, statements, offers, minutes, packets. Behind row-level security.

These tables answer only to a connection that has said who asks (``disputes.wall``), and then only to the mediators
of that dispute and the head of its body: a forgotten filter returns nothing. Keys are UUIDs, so that an insert need
not read its own row back.
"""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from .dispute import Dispute
from .kinds import Tier
from .parties import Party


class Walled(models.Model):
    """A row behind the wall."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    written_at = models.DateTimeField(_("时间"))
    written_by = models.CharField(_("记录人"), max_length=60, blank=True)

    class Meta:
        abstract = True


class Narrative(Walled):
    """One piece of text of a dispute."""

    class Kind(models.TextChoices):
        FACTS = "facts", _("纠纷事实")
        STATEMENT = "statement", _("当事人陈述")
        MINUTES = "minutes", _("调解记录")
        PROCESS = "process", _("调解过程")
        RESULT = "result", _("调解结果")
        BASIS = "basis", _("法律依据")
        GIST = "gist", _("案件要点")
        NOTE = "note", _("工作记录")
        HELP = "help", _("协助记录")
        SOURCE = "source", _("导入原文")

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="narratives")
    kind = models.CharField(_("种类"), max_length=10, choices=Kind.choices)
    party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="+")
    session = models.ForeignKey("disputes.Session", models.PROTECT, null=True, blank=True, related_name="minutes")
    section = models.CharField(_("部分"), max_length=10, blank=True)
    """Of minutes: focus, views, offers, next (``disputes.minutes``); each part has a version of its own."""
    text = models.TextField(_("内容"))
    version = models.PositiveIntegerField(_("版本"), default=1)
    grams = ArrayField(models.CharField(max_length=4), default=list, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = _("调解内容")
        ordering = ["written_at", "id"]
        indexes = [
            models.Index(fields=["dispute", "kind"], name="narrative_of_dispute"),
            GinIndex(fields=["grams"], name="narrative_grams"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "section"], condition=models.Q(session__isnull=False), name="minutes_once_per_part"
            )
        ]


class Claim(Walled):
    """诉求: what a party asks for."""

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="claims")
    party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="claims")
    text = models.CharField(_("诉求"), max_length=400)
    amount = models.DecimalField(_("金额(元)"), max_digits=14, decimal_places=2, null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("撤回"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("诉求")
        ordering = ["written_at", "id"]


class Offer(Walled):
    """已提方案: what was put on the table, by whom, and what the other side said."""

    class Answer(models.TextChoices):
        OPEN = "", _("未答复")
        ACCEPTED = "accepted", _("接受")
        REFUSED = "refused", _("不接受")
        COUNTERED = "countered", _("提出新方案")

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="offers")
    party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="offers")
    """Who offers; empty: the mediator proposes."""
    tier = models.CharField(_("层级"), max_length=8, choices=Tier.choices)
    text = models.CharField(_("方案"), max_length=400)
    amount = models.DecimalField(_("金额(元)"), max_digits=14, decimal_places=2, null=True, blank=True)
    answer = models.CharField(_("答复"), max_length=10, choices=Answer.choices, blank=True)
    answer_text = models.CharField(_("答复说明"), max_length=400, blank=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("方案")
        ordering = ["written_at", "id"]


class Packet(Walled):
    """交接包: the snapshot handed to the next tier, so that the parties never retell (signature.md 8)."""

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="packets")
    from_tier = models.CharField(_("原层级"), max_length=8, choices=Tier.choices)
    to_tier = models.CharField(_("新层级"), max_length=8, choices=Tier.choices)
    reason = models.CharField(_("上报原因"), max_length=14)
    summary = models.TextField(_("未成原因"), blank=True)
    next_step = models.TextField(_("下一步建议"), blank=True)
    content = models.JSONField(_("内容"), default=dict)
    """Parties, claims, facts, records, offers, evidence as they stood (``disputes.packets``)."""

    class Meta:
        verbose_name = verbose_name_plural = _("交接包")
        ordering = ["written_at", "id"]
