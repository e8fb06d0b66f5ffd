"""Everything that hangs on one order, each table read once, for its page and its verbs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from casework import presenting
from events.models import Event
from grids.scope import Rights
from hotline.models import CallBack, Exclusion, HotlineDeadline, HotlineOrder, OrderFlag, Referral
from hotline.transitions.following import lead_of
from hotline.workflow import MOVES, REFERRAL_MOVES, step_of

STATE_WORDS = dict(HotlineOrder.State.choices)
REFERRAL_WORDS = dict(Referral.State.choices)
URGENT_VERBS = frozenset({"supervise", "hand_over", "raise_flag", "reopen"})


@dataclass
class Dossier:
    """One order with its companions. Every property is one query at most, asked once."""

    order: HotlineOrder
    rights: Rights
    at: datetime

    @property
    def case(self) -> HotlineOrder:
        return self.order

    @cached_property
    def trail(self) -> list[dict]:
        return presenting.trail_of(self.order, MOVES, STATE_WORDS, step_of=step_of, urgent=URGENT_VERBS)

    @cached_property
    def clocks(self) -> list[HotlineDeadline]:
        return list(self.order.deadlines.prefetch_related("fired").order_by("pk"))

    @cached_property
    def event(self) -> Event | None:
        """The event it follows, through mergers."""
        return lead_of(self.order.event) if self.order.event_id else None

    @cached_property
    def call_backs(self) -> list[CallBack]:
        return list(self.order.call_backs.prefetch_related("dialled").order_by("pk"))

    @cached_property
    def exclusions(self) -> list[Exclusion]:
        return list(self.order.exclusions.select_related("asked_by", "decided_by").order_by("pk"))

    @cached_property
    def flags(self) -> list[OrderFlag]:
        return list(self.order.flags.filter(cleared_at=None).order_by("pk"))


@dataclass
class ReferralDossier:
    """One referral with its log."""

    referral: Referral
    rights: Rights
    at: datetime

    @property
    def case(self) -> Referral:
        return self.referral

    @cached_property
    def trail(self) -> list[dict]:
        return presenting.trail_of(self.referral, REFERRAL_MOVES, REFERRAL_WORDS)

    @cached_property
    def clocks(self) -> list:
        return list(self.referral.deadlines.prefetch_related("fired").order_by("pk"))
