"""One event as the cast sees it when somebody asks: what is to be done next, by whom, when?"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import models

from casework.clock.arithmetic import ClockKind, due_after
from casework.clock.loader import calendar
from events.models import Decline, Event, Verification, WorkOrder
from events.reference_rows import budget
from events.transitions.orders import calendar_for
from events.workflow import OPEN_ORDER
from governance.demo.fate import Fate
from governance.demo.stage import Stage

Rows = Callable[[type[models.Model]], list]
LEAST = timedelta(seconds=15)
LATE_IN_EARNEST = 4 * 3600
"""Promises up to this long (seconds) are broken in earnest in the hurried district too; longer ones would leave
matters open for days."""


class Step(NamedTuple):
    """Something that will be done at a moment; ``act`` calls one verb."""

    at: datetime
    name: str
    act: Callable[[datetime], object]


@dataclass(slots=True)
class Scene:
    """``rows`` gives companion rows of the case, oldest first, as the batch has them or read anew."""

    case: Event
    rows: Rows
    fate: Fate
    stage: Stage
    refused: set[str] = field(default_factory=set)
    """Steps that were refused before: not tried again."""

    def rng(self, *about: object) -> random.Random:
        """One draw per question and round of handling."""
        return self.fate.rng(*about, self.case.reworks, self.case.reopens)

    @property
    def is_grave(self) -> bool:
        return self.case.urgency in ("P0", "P1")

    @property
    def runs_at_night(self) -> bool:
        limit = budget(self.case.service_class_id, "handle")
        return limit is not None and limit["kind"] == "C"

    @property
    def promised_seconds(self) -> int:
        """The time allowed for handling, of its own kind; a week without a class."""
        limit = budget(self.case.service_class_id, "handle")
        return limit["seconds"] if limit else 7 * 86_400

    @property
    def orders(self) -> list[WorkOrder]:
        return self.rows(WorkOrder)

    @property
    def main(self) -> WorkOrder | None:
        """The order that answers for the event: the newest claimed or dispatched one still open."""
        found = [o for o in self.orders if o.kind in ("claim", "dispatch") and o.state in OPEN_ORDER and o.is_lead]
        return found[-1] if found else None

    @property
    def pending_decline(self) -> Decline | None:
        return next((row for row in self.rows(Decline) if row.ruling == "pending"), None)

    def checks(self, way: str) -> list[Verification]:
        number = self.case.reworks + self.case.reopens + 1
        return [row for row in self.rows(Verification) if row.way == way and row.round == number]

    def later(self, base: datetime, low: float, high: float, *about: object, office: bool = False,
              unit_id: int | None = None) -> datetime:
        """A moment ``low`` … ``high`` seconds after ``base``, more often early; of working time for an office, unless
        the unit never closes or its promise runs at night as well."""
        if unit_id and (self.stage.units[unit_id].round_the_clock or self.runs_at_night):
            office = False
        share = self.rng(*about).betavariate(1.3, 2.6)
        seconds = (low + (high - low) * share) * self.fate.hurry
        if office and self.fate.hurry == 1.0 and not self.is_grave:
            return self.not_before(due_after(ClockKind.WH, calendar("district"), base, int(seconds)))
        return self.not_before(base + timedelta(seconds=seconds))

    def _calendar(self, unit_id: int | None) -> str:
        return calendar_for(self.stage.units[unit_id]) if unit_id else "district"

    def not_before(self, moment: datetime) -> datetime:
        """The trail of a case runs forward."""
        return max(moment, self.case.changed_at + LEAST)

    def handled_by(self, started: datetime, *about: object, unit_id: int | None = None) -> datetime:
        """When the work will be done: the share of the promise that fate gives it, by the calendar of the unit."""
        limit = budget(self.case.service_class_id, "handle") or {"kind": "C", "seconds": 7 * 86400}
        share = self.fate.pace * self.rng(*about).uniform(0.85, 1.0) if self.fate.pace < 1 else self.fate.pace
        is_late = self.fate.pace >= 1 and limit["seconds"] <= LATE_IN_EARNEST
        seconds = int(limit["seconds"] * share * (1.0 if is_late else min(1.0, self.fate.hurry * 4)))
        if self.fate.hurry < 1 and self.fate.pace < 1:
            seconds = min(seconds, int(5400 * self.fate.hurry / 0.1))
        return self.not_before(due_after(ClockKind(limit["kind"]), calendar(self._calendar(unit_id)), started, max(seconds, 120)))


def first(*steps: Step | None) -> Step | None:
    """The earliest of these."""
    return min((s for s in steps if s is not None), key=lambda s: s.at, default=None)
