"""Reports that cannot go on as they are: 不予受理 with its appeal, 待补充 with its pause."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from casework.actor import Actor
from casework.clock.arithmetic import ClockKind, due_after, elapsed
from casework.clock.loader import calendar
from casework.door import MoveRefused, Passage, moving
from events.models import Event
from events.reference_rows import ladder_for, limit_seconds
from events.workflow import do


def reject(event: Event, *, actor: Actor, at: datetime, note: str) -> Event:
    """不予受理, with a reason that the reporter reads, and a way to appeal."""
    with moving(event, do.reject, actor=actor, at=at, note=note) as passage:
        passage.clocks.stop_all(at=at)
        passage.case.answer = note
        passage.case.resume_on = None
        passage.tell("rejected")
    return passage.case


def appeal(event: Event, *, actor: Actor, at: datetime, note: str) -> Event:
    """申诉 by the reporter within five working days, once; the dispatcher may take it up again any time.

    Raises ``too_late``, ``appealed``.
    """
    with moving(event, do.appeal, actor=actor, at=at, note=note) as passage:
        if not actor.is_staff:
            _refuse_appeal(passage)
        locked = passage.case
        locked.answer = ""
        kind, seconds = limit_seconds("dispatch")
        passage.clocks.start(
            "triage", kind=kind, budget_seconds=seconds, at=at, unit_id=locked.owner_unit_id,
            ladder=ladder_for(locked.urgency),
        )
        passage.tell("appealed")
    return passage.case


def _refuse_appeal(passage: Passage) -> None:
    trail = passage.case.trail
    if trail.filter(verb="appeal", lane="citizen").exists():
        raise MoveRefused("appealed", _("已申诉过一次"))
    rejected = trail.filter(verb="reject").order_by("-seq").first()
    kind, seconds = limit_seconds("appeal")
    if rejected and passage.at > due_after(ClockKind(kind), calendar("district"), rejected.at, seconds):
        raise MoveRefused("too_late", _("已超过申诉期限"))


def ask_info(event: Event, *, actor: Actor, at: datetime, note: str) -> Event:
    """请补充: the reporter is asked for more; the clocks pause, at most five working days in all (rules.md §4).

    Raises ``no_pause_left`` once these are used up.
    """
    with moving(event, do.ask_info, actor=actor, at=at, note=note) as passage:
        kind, seconds = limit_seconds("needs_info_pause")
        left = seconds - _paused_before(passage, kind)
        if left <= 0:
            raise MoveRefused("no_pause_left", _("待补充合计已满5个工作日,请研判或不予受理"))
        passage.case.resume_on = due_after(ClockKind(kind), calendar("district"), at, left)
        passage.clocks.pause_all(at=at, reason=_("待补充"), by=actor.name)
        passage.tell("info_asked")
    return passage.case


def _paused_before(passage: Passage, kind: str) -> int:
    """Working seconds of the pauses so far, read off the live triage clock."""
    triage = passage.clocks.find("triage")
    pauses = [s for s in triage.segments if s["kind"] == "pause" and s["to"]] if triage is not None else []
    return sum(
        elapsed(
            ClockKind(kind), calendar("district"), datetime.fromisoformat(s["from"]), datetime.fromisoformat(s["to"])
        )
        for s in pauses
    )


def supply_info(event: Event, *, actor: Actor, at: datetime, note: str) -> Event:
    """补充材料: the answer stands in the trail, the clocks run on. The system ends the wait when it is over.

    Raises ``too_early`` for the system before then.
    """
    with moving(event, do.supply_info, actor=actor, at=at, note=note) as passage:
        until = passage.case.resume_on
        if actor.lane == "system" and until is not None and until > at:
            raise MoveRefused("too_early", _("补充期限未到"))
        passage.clocks.resume_all(at=at)
        passage.case.resume_on = None
        passage.tell("info_supplied")
    return passage.case
