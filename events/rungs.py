"""三级诉求办理 (capability 50): how long a matter stayed in the grid, with community and street, with the district."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from events.models import Consultation, Event, WorkOrder
from events.transitions.holding import UNDO_SECONDS
from events.transitions.orders import DISTRICT, GRID, TOGETHER, rung_of

WORDS = {GRID: _("格内立项"), TOGETHER: _("共商共治"), DISTRICT: _("区级统筹")}


@dataclass(frozen=True, slots=True)
class Rung:
    """``spent``: plain time by the clock on the wall, pauses included; the deadlines stand in the ledger."""

    level: int
    label: Any
    entered: datetime
    spent: timedelta
    is_current: bool


def rungs_of(
    event: Event, orders: Iterable[WorkOrder], consultations: Iterable[Consultation], *, at: datetime
) -> list[Rung]:
    """The rungs a matter has stood on, lowest first. It is lifted by the first order that a higher rung gets, or by a
    consultation; an order that was undone in its first seconds lifted nothing."""
    reached = {GRID: event.reported_at}
    lifts = [(rung_of(order), order.sent_at) for order in orders if not _undone(order)]
    for level, moment in (*lifts, *((DISTRICT, one.opened_at) for one in consultations)):
        reached[level] = min(reached.get(level, moment), moment)
    steps = sorted((level, moment) for level, moment in reached.items() if level <= event.rung)
    end = event.handled_at or event.closed_at or at
    untils = [*(moment for _level, moment in steps[1:]), end]
    return [
        Rung(level, WORDS[level], moment, max(until - moment, timedelta()), level == steps[-1][0])
        for (level, moment), until in zip(steps, untils, strict=True)
    ]


def _undone(order: WorkOrder) -> bool:
    soon = order.ended_at is not None and order.ended_at - order.sent_at <= timedelta(seconds=UNDO_SECONDS)
    return order.state == "withdrawn" and soon
