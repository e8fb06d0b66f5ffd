"""Plays many lives at once: each event at its own moment, everything through the door, few statements a round.

A round locks all events that are still at it, lets each take as many steps as need nothing read anew, and writes.
Between rounds the sweep fires what was owed before an event's next step, at the moment it was owed, and the alarm
is carried out: so on time, overdue and escalated are as true as if the year had passed.

Notices of a past nobody waits for are not told: their outbox rows are left out, the trail has everything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.db.models import F, prefetch_related_objects

from casework import outbox
from casework.actor import Actor
from casework.clock.sweep import sweep_deadlines
from casework.door import Batch, MoveRefused, batch, opening
from casework.models import LadderRung, OutboxItem
from events.models import (
    Consultation,
    Decline,
    Event,
    EventAlarm,
    EventAttachment,
    EventDeadline,
    EventLink,
    Extension,
    Rating,
    SupervisionOrder,
    Verification,
    Whistle,
    WhistlePart,
    WorkOrder,
)
from events.placing import Place
from events.transitions import Report
from events.transitions.intake import look, prepare, settle_report
from events.workflow import do
from governance.demo.fate import Fate
from governance.demo.scene import Scene, Step
from governance.demo.stage import Stage
from governance.demo.steps import next_step

COMPANIONS = (
    WorkOrder, Decline, Verification, Rating, SupervisionOrder, EventAttachment, Extension, Whistle, Consultation,
    EventLink,
)  # fmt: skip
READ_ANEW = (WorkOrder, Decline, Whistle, Extension, SupervisionOrder, Consultation, EventAttachment)
"""Rows that later steps name by key or ask the database for: once one is made, the round is over for the event."""
RESTARTS = {
    "feed_back": {"verify", "call_back"}, "verify": {"handle"}, "call_back": {"handle"}, "rate": {"handle", "rectify"},
    "reopen": {"handle"}, "decline": {"dispatch", "confer"}, "return_up": {"confer"},
}  # fmt: skip
"""Stages whose clock a step may start anew: the stop of the one before must be written first (one live clock a
stage)."""
ALONE = frozenset({"report_in", "confirm_arrival", "rate_whistle", "convene"})
"""Steps on rows that hang on a companion: read from the database each time."""
ONLY_TELL = frozenset({"remind_handler", "tell_head", "tell_street", "tell_duty_desk", "tell_leader"})
PATIENCE = 2
"""Refusals of one event after which it is left alone."""


@dataclass(frozen=True, slots=True)
class Told:
    """A report on its way in: who takes it in, when, where, and what will become of it."""

    report: Report
    at: datetime
    actor: Actor
    place: Place
    fate: Fate
    near: tuple[int, ...] = ()
    """Keys of open events that it doubles."""


@dataclass
class Life:
    """An event being played."""

    fate: Fate
    refused: set[str] = field(default_factory=set)
    refusals: int = 0


class Player:
    """``until``: nothing happens after it. ``tells_from``: from then on notices are owed like on any day."""

    def __init__(self, stage: Stage, *, until: datetime, tells_from: datetime | None = None) -> None:
        self.stage = stage
        self.until = until
        self.tells_from = tells_from or until
        self.lives: dict[int, Life] = {}
        self._parts: dict[int, list[WhistlePart]] = {}
        self.moves: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()

    # Reports --------------------------------------------------------------------------------------------

    def report(self, told: Sequence[Told]) -> list[Event | None]:
        """Take these in; None for one that was refused."""
        answers: list[Event | None] = []
        with batch() as shared:
            for one in told:
                answers.append(self._take_in(one))
            self._hush(shared)
        for one, event in zip(told, answers, strict=True):
            if event is not None:
                self.lives[event.pk] = Life(one.fate)
        return answers

    def _take_in(self, one: Told) -> Event | None:
        try:
            before = look(one.report, at=one.at, around=False)
            event = prepare(one.report, actor=one.actor, at=one.at, before=before, place=(one.place, True))
            if one.near:
                event.suggestion["near"] = list(one.near)
            with opening(event, do.report, actor=one.actor, at=one.at) as passage:
                settle_report(passage, one.report)
        except MoveRefused as refusal:
            self.refused[f"report:{refusal.code}"] += 1
            return None
        self.moves["report"] += 1
        return event

    # Rounds ---------------------------------------------------------------------------------------------

    def play(self) -> None:
        """Until every life has ended or reached ``until``."""
        active = set(self.lives)
        while active:
            owed = self._round(active)
            self._fire(owed)

    def _round(self, active: set[int]) -> list[tuple[datetime, int]]:
        """One round; takes those that have come to rest out of ``active``, gives back the alarms owed."""
        owed: list[tuple[datetime, int]] = []
        with batch() as shared:
            events = shared.lock([Event(pk=key) for key in sorted(active)], *COMPANIONS)
            self._read_along(shared, events)
            for event in events:
                alarm, goes_on = self._advance(shared, event)
                if alarm is not None:
                    owed.append((alarm, event.pk))
                elif not goes_on:
                    active.discard(event.pk)
            self._hush(shared)
        return owed

    def _read_along(self, shared: Batch, events: list[Event]) -> None:
        """What verbs and steps would else read one by one."""
        prefetch_related_objects(events, "reporter")
        blown: dict[int, Whistle] = {}
        orders: dict[int, WorkOrder] = {}
        for event in events:
            folder = shared.folders[Event, event.pk]
            blown.update((row.pk, row) for row in folder.rows(Whistle))
            for order in folder.rows(WorkOrder):
                order.unit = self.stage.units[order.unit_id]
                orders[order.pk] = order
        self._parts.clear()
        if not blown:
            return
        for part in WhistlePart.objects.filter(whistle__in=blown, order__isnull=False).order_by("pk"):
            part.whistle, part.order = blown[part.whistle_id], orders[part.order_id]
            self._parts.setdefault(part.whistle.event_id, []).append(part)

    def _advance(self, shared: Batch, event: Event) -> tuple[datetime | None, bool]:
        """Take steps until something must be written or fired first: the moment of an alarm that is owed, and
        whether there is more to be done in the next round."""
        life = self.lives[event.pk]
        folder = shared.folders[Event, event.pk]
        while True:
            step = next_step(self._scene(folder, life))
            is_over = step is None or step.at > self.until
            due = min((c.next_alarm_at for c in folder.clocks.live if c.next_alarm_at is not None), default=None)
            if due is not None and due <= (self.until if is_over else step.at) and event.state != "merged":
                return due, True
            if is_over:
                return None, False
            if _must_write_first(folder, step):
                return None, True
            if not self._take(step, life):
                return None, False
            if step.name in ALONE or _has_fresh(folder):
                return None, True

    def _scene(self, folder: object, life: Life) -> Scene:
        def rows(model: type) -> list:
            if model is EventDeadline:
                return folder.clocks.live
            if model is WhistlePart:
                return self._parts.get(folder.case.pk, [])
            return folder.rows(model)

        return Scene(folder.case, rows, life.fate, self.stage, life.refused)

    def _take(self, step: Step, life: Life) -> bool:
        try:
            step.act(step.at)
        except MoveRefused as refusal:
            self.refused[f"{step.name}:{refusal.code}"] += 1
            life.refused.add(step.name)
            life.refusals += 1
            return life.refusals < PATIENCE
        self.moves[step.name] += 1
        return True

    # Alarms and notices -----------------------------------------------------------------------------------

    def _fire(self, owed: Sequence[tuple[datetime, int]]) -> None:
        """Fire what was owed, each at its moment, and carry it out. A reminder of the past is only recorded."""
        fired = 0
        for moment, key in sorted(owed):
            fired += sweep_deadlines(EventDeadline, EventAlarm, at=moment, cases=[key])
        self.moves["alarm"] += fired
        if not fired:
            return
        keys = [key for _moment, key in owed]
        found = OutboxItem.objects.filter(topic="alarm", done_at=None, dead_at=None, payload__case__in=keys)
        rows = list(found.order_by("created_at", "id").values_list("id", "created_at", "payload"))
        ladders = dict(
            EventDeadline.objects.filter(pk__in={row[2]["deadline"] for row in rows}).values_list("id", "ladder")
        )
        quiet = []
        for item_id, moment, payload in rows:
            if moment < self.tells_from and (ladders[payload["deadline"]], payload["rung"]) not in self._graver:
                quiet.append(item_id)
            else:
                outbox.do_item(item_id, at=moment)
        OutboxItem.objects.filter(pk__in=quiet).update(done_at=F("created_at"))
        OutboxItem.objects.filter(
            topic="notice", done_at=None, payload__case__in=keys, created_at__lt=self.tells_from
        ).delete()

    @cached_property
    def _graver(self) -> set[tuple[str, int]]:
        """Rungs that do more than tell somebody."""
        rows = LadderRung.objects.values_list("ladder", "position", "actions")
        return {(ladder, position) for ladder, position, actions in rows if not ONLY_TELL.issuperset(actions)}

    def _hush(self, shared: Batch) -> None:
        shared.book.outbox[:] = [item for item in shared.book.outbox if item.created_at >= self.tells_from]


def _must_write_first(folder: object, step: Step) -> bool:
    stages = RESTARTS.get(step.name, ())
    return any(row.pk and row.state == "stopped" and row.stage in stages for row in folder.clocks.live)


def _has_fresh(folder: object) -> bool:
    return any(row.pk is None for model in READ_ANEW for row in folder.rows(model))
