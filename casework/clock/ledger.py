"""The clock ledger: deadlines of one case, started, stopped, paused, extended and retargeted by the verbs.

What has run stays: editing, transferring or a new service class never restart a clock. Every change is a
segment in the row and a line in the trail.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.db import models

from casework.clock.arithmetic import ClockKind, due_after, elapsed
from casework.clock.loader import calendar, rungs
from casework.making import new_row

if TYPE_CHECKING:
    from casework.book import Book
    from casework.models import Case, DeadlineRow


class Clocks:
    """The live clocks of one locked case. ``log`` is what the trail row will say about them."""

    def __init__(self, case: Case, model: type[DeadlineRow], live: list[DeadlineRow], book: Book) -> None:
        self.case = case
        self.model = model
        self.live = live
        self.book = book
        self.log: list[dict] = []

    def start(
        self,
        stage: str,
        *,
        kind: str,
        budget_seconds: int,
        at: datetime,
        order: models.Model | None = None,
        unit_id: int | None = None,
        service_class: str = "",
        ladder: str = "default",
        calendar_code: str = "district",
    ) -> DeadlineRow:
        """Start a clock of ``budget_seconds`` of its own kind's time; a live one of the same stage and order is
        returned unchanged instead (a clock never restarts)."""
        known = self.find(stage, order)
        if known is not None:
            return known
        row = new_row(
            self.model,
            case=self.case,
            stage=stage,
            state="running",
            kind=kind,
            calendar_code=calendar_code,
            service_class=service_class,
            budget_seconds=budget_seconds,
            started_at=at,
            ladder=ladder,
            unit_id=unit_id,
            segments=[_segment("run", at, unit=unit_id)],
        )
        if order is not None:
            row.order = order
        _aim(row)
        self.book.deadlines.append(row)
        self.live.append(row)
        self._note("start", row, budget=budget_seconds)
        return row

    def find(self, stage: str, order: models.Model | None = None) -> DeadlineRow | None:
        """The live clock of this stage (of this order)."""
        for row in self.live:
            if row.stage == stage and row.state != "stopped" and self._belongs(row, order):
                return row
        return None

    def of_order(self, order: models.Model) -> list[DeadlineRow]:
        return [row for row in self.live if row.state != "stopped" and self._belongs(row, order)]

    @staticmethod
    def _belongs(row: DeadlineRow, order: models.Model | None) -> bool:
        if order is None:
            return getattr(row, "order_id", None) is None and getattr(row, "order", None) is None
        if order.pk is None:
            return row.order_id is None and row.order is order
        return row.order_id == order.pk

    def stop(self, stage: str, *, at: datetime, order: models.Model | None = None) -> DeadlineRow | None:
        """Stop the clock for good; None when none is live."""
        row = self.find(stage, order)
        if row is not None:
            self._stop(row, at)
        return row

    def stop_all(
        self, *, at: datetime, order: models.Model | None = None, stages: Iterable[str] = ()
    ) -> None:
        """Stop every live clock, or those of one order, or of these stages."""
        wanted = set(stages)
        for row in [r for r in self.live if r.state != "stopped"]:
            if order is not None and not self._belongs(row, order):
                continue
            if not wanted or row.stage in wanted:
                self._stop(row, at)

    def pause_all(self, *, at: datetime, reason: str, by: str) -> None:
        """Pause every running clock with the reason and the approver."""
        for row in [r for r in self.live if r.state == "running"]:
            _close_segment(row, at)
            row.segments.append(_segment("pause", at, reason=reason, by=by))
            row.state = "paused"
            row.due_at = None
            _keep_owed(row, at)
            self._save(row)
            self._note("pause", row, reason=reason)

    def resume_all(self, *, at: datetime) -> None:
        """Run on with what is left of each budget."""
        for row in [r for r in self.live if r.state == "paused"]:
            row.segments[-1]["to"] = _iso(at)
            row.segments.append(_segment("run", at, unit=row.unit_id))
            row.state = "running"
            _aim(row, at)
            self._save(row)
            self._note("resume", row)

    def extend(self, row: DeadlineRow, *, seconds: int, by: str, reason: str, at: datetime) -> datetime:
        """Give the budget ``seconds`` more of its own kind; the new due time."""
        row.budget_seconds += seconds
        row.segments.append(
            {
                "kind": "extend",
                "from": _iso(at),
                "to": _iso(at),
                "seconds": seconds,
                "reason": reason,
                "by": by,
            }
        )
        _aim(row, at)
        self._save(row)
        self._note("extend", row, seconds=seconds)
        return row.due_at

    def retarget(
        self,
        row: DeadlineRow,
        *,
        kind: str,
        budget_seconds: int,
        service_class: str,
        at: datetime,
        reason: str,
    ) -> None:
        """Another class for a live clock: what has elapsed is kept, measured by the new kind over the same
        segments."""
        row.segments.append(
            {
                "kind": "retarget",
                "from": _iso(at),
                "to": _iso(at),
                "seconds": 0,
                "reason": reason,
                "by": f"{row.service_class}→{service_class}",
            }
        )
        row.kind, row.budget_seconds, row.service_class = kind, budget_seconds, service_class
        _recount(row)
        if row.state == "running":
            _aim(row, at)
        self._save(row)
        self._note("retarget", row, budget=budget_seconds)

    def charge(self, row: DeadlineRow, *, unit_id: int | None, at: datetime) -> None:
        """From ``at`` on the time is this unit's: closes the open segment and opens one in the unit's name."""
        if row.state == "running" and row.segments and row.segments[-1].get("unit") != unit_id:
            _close_segment(row, at)
            row.segments.append(_segment("run", at, unit=unit_id))
            row.unit_id = unit_id
            _aim(row, at)
            self._save(row)

    def settle(self) -> None:
        """Write the earliest running due time onto the case."""
        running = [r for r in self.live if r.state == "running" and r.due_at is not None]
        first = min(running, key=lambda r: r.due_at, default=None)
        self.case.due_at = first.due_at if first else None
        self.case.due_stage = first.stage if first else ""
        self.case.due_started_at = first.started_at if first else None

    def _stop(self, row: DeadlineRow, at: datetime) -> None:
        if row.state == "running":
            _close_segment(row, at)
        else:
            row.segments[-1]["to"] = _iso(at)
        row.state, row.stopped_at = "stopped", max(at, row.started_at)
        _keep_owed(row, at)
        self._save(row)
        self._note("stop", row)

    def _save(self, row: DeadlineRow) -> None:
        self.book.change(
            row,
            "state",
            "kind",
            "budget_seconds",
            "due_at",
            "stopped_at",
            "elapsed_seconds",
            "segments",
            "alarms",
            "next_alarm_at",
            "service_class",
            "unit_id",
        )

    def _note(self, act: str, row: DeadlineRow, **more: object) -> None:
        entry = {"act": act, "stage": row.stage, **more}
        if row.due_at is not None:
            entry["due"] = _iso(row.due_at)
        self.log.append(entry)


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _segment(kind: str, at: datetime, *, unit: int | None = None, reason: str = "", by: str = "") -> dict:
    return {
        "kind": kind,
        "from": _iso(at),
        "to": None,
        "seconds": None,
        "unit": unit,
        "reason": reason,
        "by": by,
    }


def open_segment(row: DeadlineRow) -> dict | None:
    """The segment that is running or pausing now (extensions and retargets stand between, closed)."""
    return next((s for s in reversed(row.segments) if s["kind"] in ("run", "pause")), None)


def _close_segment(row: DeadlineRow, at: datetime) -> None:
    segment = open_segment(row)
    start = datetime.fromisoformat(segment["from"])
    end = max(at, start)
    segment["to"] = _iso(end)
    segment["seconds"] = elapsed(ClockKind(row.kind), calendar(row.calendar_code), start, end)
    row.elapsed_seconds += segment["seconds"]


def _recount(row: DeadlineRow) -> None:
    """Closed running segments measured anew by the row's present kind."""
    kind, book = ClockKind(row.kind), calendar(row.calendar_code)
    total = 0
    for segment in row.segments:
        if segment["kind"] == "run" and segment["to"]:
            span = (datetime.fromisoformat(segment["from"]), datetime.fromisoformat(segment["to"]))
            segment["seconds"] = elapsed(kind, book, *span)
            total += segment["seconds"]
    row.elapsed_seconds = total


def _keep_owed(row: DeadlineRow, at: datetime) -> None:
    """Of the planned rungs those whose moment has come: they stay as they were, and fire with the next sweep
    whatever became of the clock since."""
    row.alarms = [moment for moment in row.alarms if moment <= at]
    row.next_alarm_at = row.alarms[row.next_rung] if row.next_rung < len(row.alarms) else None


def _aim(row: DeadlineRow, at: datetime | None = None) -> None:
    """Due time and rungs of a running clock, from its open segment and what is left of the budget. Rungs owed
    by ``at`` under the old plan stay owed."""
    segment = open_segment(row)
    start = datetime.fromisoformat(segment["from"])
    kind, book = ClockKind(row.kind), calendar(row.calendar_code)
    row.due_at = due_after(kind, book, start, max(0, row.budget_seconds - row.elapsed_seconds))
    alarms: list[datetime] = []
    for rung in rungs(row.ladder):
        seconds = row.budget_seconds * rung.at_percent // 100
        moment = due_after(kind, book, start, max(0, seconds - row.elapsed_seconds))
        if rung.min_offset_seconds:
            moment = max(moment, due_after(rung.min_offset_kind, book, row.due_at, rung.min_offset_seconds))
        alarms.append(max([moment, *alarms[-1:]]))
    owed = [] if at is None else [moment for moment in row.alarms if moment <= at]
    row.alarms = owed + [max([moment, *owed[-1:]]) for moment in alarms[len(owed) :]]
    row.next_alarm_at = row.alarms[row.next_rung] if row.next_rung < len(row.alarms) else None
