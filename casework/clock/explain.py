"""Why a deadline is when it is: the drawer 「为什么是这个时限」 and the API's clock (quality.md invariant 6)."""

from __future__ import annotations

from datetime import datetime

from casework.clock.arithmetic import (
    ClockKind,
    DayRow,
    due_over,
    elapsed,
    elapsed_over,
    explain,
    missing_years,
)
from casework.clock.calendars import Calendar
from casework.clock.loader import calendar, rungs
from casework.models import DeadlineRow

MOST_DAYS = 120
"""Days shown per segment; a longer segment shows its first and last sixty."""


def explain_deadline(row: DeadlineRow, *, at: datetime) -> dict:
    """Everything about one clock, recomputed from its segments by the calendar now in force.

    ``{"stage", "state", "kind", "calendar", "service_class", "budget_seconds", "elapsed_seconds",
    "remaining_seconds", "started_at", "due_at", "due_at_recomputed", "agrees", "unit", "segments", "rungs",
    "warnings"}``. Seconds are of the clock's own kind; ``elapsed_seconds`` includes the open segment up to ``at``;
    a negative remainder is overdue. ``agrees`` is False when the calendar has changed since the clock was aimed,
    or the row was tampered with. ``warnings`` names years without a row in the calendar, which count Monday to
    Friday.
    """
    kind, book = ClockKind(row.kind), calendar(row.calendar_code)
    running = _running(row)
    until = max(at, row.started_at) if row.stopped_at is None else row.stopped_at
    consumed = elapsed_over(kind, book, running, until)
    recomputed = _due(kind, book, row)
    end = max(until, recomputed or until)
    return {
        "stage": row.stage,
        "state": row.state,
        "kind": row.kind,
        "calendar": row.calendar_code,
        "service_class": row.service_class,
        "budget_seconds": row.budget_seconds,
        "elapsed_seconds": consumed,
        "remaining_seconds": row.budget_seconds - consumed,
        "started_at": row.started_at,
        "due_at": row.due_at,
        "due_at_recomputed": recomputed,
        "agrees": row.due_at is None or row.due_at == recomputed,
        "unit": row.unit_id,
        "segments": [_segment(kind, book, segment, until) for segment in row.segments],
        "rungs": _rungs(row),
        "warnings": [
            {"code": "calendar_missing", "year": year}
            for year in missing_years(kind, book, row.started_at, end)
        ],
    }


def _running(row: DeadlineRow) -> list[tuple[datetime, datetime | None]]:
    return [
        (datetime.fromisoformat(s["from"]), datetime.fromisoformat(s["to"]) if s["to"] else None)
        for s in row.segments
        if s["kind"] == "run"
    ]


def _due(kind: ClockKind, book: Calendar, row: DeadlineRow) -> datetime | None:
    """As the ledger aims: from the open segment's start with what the closed ones have left; where a closed one
    had used the budget up (a unit was charged anew when overdue), from the open one's start."""
    if row.state == "paused":
        return None
    segments = _running(row)
    if row.state == "stopped":
        # The ledger last aimed from the last segment's start; it was open then.
        segments[-1] = (segments[-1][0], None)
    last_start = segments[-1][0]
    spent = sum(elapsed(kind, book, start, end) for start, end in segments[:-1])
    if spent >= row.budget_seconds:
        return due_over(kind, book, [(last_start, None)], 0)
    return due_over(kind, book, segments, row.budget_seconds)


def _segment(kind: ClockKind, book: Calendar, segment: dict, until: datetime) -> dict:
    start = datetime.fromisoformat(segment["from"])
    end = datetime.fromisoformat(segment["to"]) if segment["to"] else max(until, start)
    shown = {
        "kind": segment["kind"],
        "from": start,
        "to": datetime.fromisoformat(segment["to"]) if segment["to"] else None,
        "seconds": segment["seconds"],
        "reason": segment.get("reason", ""),
        "by": segment.get("by", ""),
        "unit": segment.get("unit"),
        "days": [],
    }
    if segment["kind"] == "run":
        shown["seconds"] = elapsed(kind, book, start, end)
        shown["days"] = _days(explain(kind, book, start, end))
    return shown


def _days(rows: list[DayRow]) -> list[dict]:
    if len(rows) > MOST_DAYS:
        rows = rows[: MOST_DAYS // 2] + rows[-MOST_DAYS // 2 :]
    return [
        {
            "date": day.date,
            "is_workday": day.is_workday,
            "reason": str(day.reason),
            "note": day.note,
            "calendar_missing": day.calendar_missing,
            "spans": [{"from": first, "to": last} for first, last in day.spans],
            "seconds": day.seconds,
        }
        for day in rows
    ]


def _rungs(row: DeadlineRow) -> list[dict]:
    """Every rung of the ladder with when it is due and when it fired; ``at`` is None while no moment is known."""
    fired = {alarm.rung: alarm for alarm in row.fired.all()} if row.pk else {}
    names = rungs(row.ladder)
    count = max(len(names), len(row.alarms), max(fired, default=-1) + 1)
    shown = []
    for position in range(count):
        alarm = fired.get(position)
        planned = row.alarms[position] if position < len(row.alarms) else None
        shown.append(
            {
                "rung": position,
                "code": names[position].code if position < len(names) else "",
                "at": alarm.owed_at if alarm else planned,
                "fired": alarm is not None,
                "fired_at": alarm.fired_at if alarm else None,
            }
        )
    return shown
