"""Statutory terms, counted as their laws count (rules.md §5).

The day of the start is not counted (民法典 Art. 201; 民事诉讼法 Art. 85); a term of days ends at 24:00 of its last day;
where the rule says so a last day that is a day off moves to the next working day (民法典 Art. 203; 民事诉讼法 Art. 85);
terms of working days count working days of the calendar only, make-up days 调休 included (劳动人事争议仲裁办案规则 for 3, 5 and
10 days; 行政复议法 for up to 10 days). A term counted back from a hearing ends at the start of the day before which it
must be done. Dates come from papers, so a term may have run out before it is entered: its rungs then fire at once.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from casework.clock.calendars import Calendar
from casework.clock.loader import calendar
from casework.door import Passage
from disputes import rules
from disputes.models import Procedure
from disputes.models.catalogue import LegalTerm
from grids.scope import SHANGHAI

LADDER = "dispute_law"
_ONE = timedelta(days=1)


def last_day(row: LegalTerm, start: date, book: Calendar, *, extended: bool = False) -> date:
    """The last day of a term from the day ``start``; for a term counted back, the last day on which it can be done."""
    amount = row.amount + (row.extension if extended else 0)
    step = -_ONE if row.is_before else _ONE
    day = _working_days(start, amount, step, book) if row.unit == "WD" else start + amount * step
    if row.moves_to_workday and not row.is_before:
        while not book.is_workday(day):
            day += _ONE
    return day


def _working_days(day: date, amount: int, step: timedelta, book: Calendar) -> date:
    while amount:
        day += step
        amount -= book.is_workday(day)
    return day


def bounds(row: LegalTerm, start: date, *, extended: bool = False) -> tuple[datetime, datetime]:
    """When the term's clock starts and when it has run out (24:00 of the last day), as moments."""
    last = last_day(row, start, calendar("district"), extended=extended)
    end = midnight(last + _ONE)
    return (min(midnight(start), end - _ONE) if not row.is_before else end - timedelta(days=row.amount)), end


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def start_term(passage: Passage, code: str, start: date, *, extended: bool = False) -> None:
    """Start one statutory clock of the dispute; one that runs already is set to its extended end."""
    row = rules.term(code)
    if row is None:
        return
    begins, ends = bounds(row, start, extended=extended)
    seconds = int((ends - begins).total_seconds())
    known = passage.clocks.find(code)
    if known is None:
        passage.clocks.start(code, kind="LD", budget_seconds=seconds, at=begins, ladder=LADDER)
    elif seconds > known.budget_seconds:
        passage.clocks.extend(known, seconds=seconds - known.budget_seconds, by=passage.actor.name, reason=row.basis,
                              at=passage.at)


def follow(passage: Passage, procedure: Procedure) -> None:
    """Start and stop the terms of a procedure by the dates that are known of it."""
    for row in rules.terms(procedure.kind):
        start = getattr(procedure, row.starts_from)
        done = (row.stops_at and getattr(procedure, row.stops_at)) or procedure.closed_on
        if start is None:
            continue
        if done:
            passage.clocks.stop(row.code, at=passage.at)
        else:
            start_term(passage, row.code, start, extended=procedure.is_extended and bool(row.extension))


def stop_all(passage: Passage, kind: str) -> None:
    """The procedure has ended: none of its terms runs on."""
    for row in rules.terms(kind):
        passage.clocks.stop(row.code, at=passage.at)
