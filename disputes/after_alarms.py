"""What the clocks after an agreement do when they fire (``disputes.alarms`` carries them out)."""

from __future__ import annotations

from casework.actor import Actor
from disputes import alarms
from disputes.after_notices import instalment_of
from disputes.alarms import Act, Alarm, notice
from disputes.transitions.following import judge
from disputes.transitions.settling import breach, remind


def _note(alarm: Alarm) -> None:
    """A reminder's moment, or the end of the thirty days: told once, its clock stops."""
    remind(alarm.deadline.case, stage=alarm.deadline.stage, actor=Actor.system(), at=alarm.at)


def _late(alarm: Alarm) -> None:
    row = instalment_of(alarm.deadline.case, alarm.deadline.stage)
    if row is not None:
        breach(row, actor=Actor.system(), at=alarm.at)


def _judge(alarm: Alarm) -> None:
    judge(alarm.deadline.case, actor=Actor.system(), at=alarm.at)


ACTIONS: dict[str, Act] = {
    "note": _note, "late": _late, "judge": _judge, "missed_call": notice("dispute_missed_call"),
}


def register() -> None:
    """Called from the room's ``ready``."""
    alarms.ACTIONS.update(ACTIONS)
