"""Terms after an agreement, by the law's counting, as clocks of the dispute; reminders are clocks of their own.

Counting (民法典 Art. 201, 203): the day of the event is not counted; a last day that is a rest day moves to the next
working day where a statute gives the term; the last day ends at 24:00. A reminder is due at 09:00 of its day, so that
it reaches somebody at work and never falls into the quiet hours.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from math import ceil

from casework.clock import loader
from casework.clock.arithmetic import ClockKind, budget_seconds
from casework.door import Passage
from disputes.models import Agreement, CallBack, Dispute, Instalment
from grids.scope import SHANGHAI

CONFIRM_DAYS = 30
"""人民调解法 Art. 33: within thirty days from the day the agreement took effect, both parties together."""
CONFIRM_REMINDERS = (10, 20, 25, 29)
CALL_BACK_DAYS = (7, 30, 90)
RED_DAY = 3
"""rules.md §5: call-backs at 7, 30 and 90 days after the agreement; with red risk on day 3 too."""
WATCH_DAYS = 90
"""彻底化解 is judged when so many days passed without recurrence, petition or 110 call (rules.md §5)."""
PAY_REMINDER_DAYS = 3
MORNING = time(9)
AFTER = ("confirm", "conf", "pay", "rpay", "call", "rcall", "watch")
"""How the stages of these clocks begin."""
LASTING = ("call", "rcall", "watch")
"""Those that run on when the dispute is closed."""


def morning_of(day: date) -> datetime:
    return datetime.combine(day, MORNING, SHANGHAI)


def end_of(day: date) -> datetime:
    """24:00 of the day."""
    return datetime.combine(day + timedelta(days=1), time(0), SHANGHAI)


def last_day_to_confirm(effective_on: date) -> date:
    """The last day for 司法确认: the thirtieth after the day of effect, or the next working day."""
    noon = datetime.combine(effective_on, time(12), SHANGHAI)
    seconds = budget_seconds(ClockKind.LD, CONFIRM_DAYS, loader.calendar("district"), start=noon)
    return (noon + timedelta(seconds=seconds - 1)).astimezone(SHANGHAI).date()


def start(passage: Passage, stage: str, due: datetime, ladder: str) -> None:
    """A clock that is due at this very moment, in whole seconds and never before it (24:00 is over then); one that would
    be over already is not started."""
    seconds = ceil((due - passage.at).total_seconds())
    if seconds > 0:
        unit = passage.case.body.unit_id if passage.case.body_id else None
        passage.clocks.start(stage, kind="C", budget_seconds=seconds, at=passage.at, ladder=ladder, unit_id=unit)


def start_confirmation(passage: Passage, agreement: Agreement) -> None:
    """The thirty days with their reminders on day 10, 20, 25 and 29."""
    start(passage, "confirm", end_of(last_day_to_confirm(agreement.effective_on)), "dispute_confirm")
    for day in CONFIRM_REMINDERS:
        start(passage, f"conf{day}", morning_of(agreement.effective_on + timedelta(days=day)), "dispute_note")


def stop_confirmation(passage: Passage) -> None:
    passage.clocks.stop_all(at=passage.at, stages=("confirm", *(f"conf{day}" for day in CONFIRM_REMINDERS)))


def start_instalment(passage: Passage, row: Instalment) -> None:
    """Due at 24:00 of its day as agreed (a contract's own date: no move to a working day), a reminder three days
    before."""
    start(passage, f"pay{row.seq}", end_of(row.due_on), "dispute_pay")
    start(passage, f"rpay{row.seq}", morning_of(row.due_on - timedelta(days=PAY_REMINDER_DAYS)), "dispute_note")


def stop_instalment(passage: Passage, row: Instalment) -> None:
    passage.clocks.stop_all(at=passage.at, stages=(f"pay{row.seq}", f"rpay{row.seq}"))


def start_follow_up(passage: Passage, agreement: Agreement) -> None:
    """Call-backs with a reminder in the morning of their day, and the ninety days of the watch."""
    dispute = passage.case
    days = sorted({*CALL_BACK_DAYS, *((RED_DAY,) if dispute.risk_colour == Dispute.Colour.RED else ())})
    for day in days:
        due_on = agreement.effective_on + timedelta(days=day)
        passage.create(CallBack(dispute=dispute, agreement=agreement, day=day, due_on=due_on))
        start(passage, f"call{day}", end_of(due_on), "dispute_call")
        start(passage, f"rcall{day}", morning_of(due_on), "dispute_note")
    start(passage, "watch", end_of(agreement.effective_on + timedelta(days=WATCH_DAYS)), "dispute_watch")


def stop_but_follow_up(passage: Passage) -> None:
    """A closed dispute keeps its call-backs and the watch."""
    for row in list(passage.clocks.live):
        if row.state != "stopped" and not row.stage.startswith(LASTING):
            passage.clocks.stop(row.stage, at=passage.at)
