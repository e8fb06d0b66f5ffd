"""Clock arithmetic: how much time has run, when a budget is used up, and why.

Every budget is a whole number of seconds of the clock's own time, working seconds or natural seconds. That
is what makes pausing, resuming, extending, children's shares and traffic lights exact: consumed + remaining
= budget, always.

| kind | amount is in | runs in | budget of amount n |
| --- | --- | --- | --- |
| C 自然小时 | hours | natural time | n × 3,600 |
| WH 工作小时 | hours | working time | n × 3,600 |
| WD 工作日 | working days | working time | n × the hours of the normal working day (7 h) |
| CD 自然日 | days | natural time | n × 86,400 |
| DAY_END 当日 | days | natural time | from the start to 24:00 of the n-th civil day, today the first |
| LD 法定日 | days | natural time | from the start to 24:00 of the last day by the law's counting |

Why WD runs in working time and is not the law's counting of whole days: rules.md §3 lets a WD clock that is
set going outside working hours begin at the next working moment, which means nothing for a term that leaves
out its first day; a percentage of the budget (traffic light, ladder, children's 10 %) needs a measure; and
the result is never later than the law's. From Monday 10:00, 5 WD end on the next Monday at 10:00. By the
same rules.md §1, CD is n × 24 h. A make-up day 调休 is a working day like any other.

LD is for terms a statute gives to a person (30 days for 司法确认), where one hour too few would take a right
away: the day of the start is not counted, a last day that is a day off moves to the next working day, and
the last day ends at 24:00 (民法典 Art. 201 and 203).

Whole seconds only: every instant is cut to its second, so neighbouring segments add up without a remainder.
Results are in UTC. A due moment is the *first* instant at which the budget is used up (12:00, not 13:30);
work done at that instant is in time. The years served are 1900 to 2200; anything else is a ValueError.
"""

from __future__ import annotations

import enum
import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from casework.clock.calendars import FIRST_YEAR, LAST_YEAR, Calendar, DayReason

# A century in seconds: refuses a slip of units before it fills memory with year tables.
MAX_BUDGET_SECONDS = 100 * 366 * 86_400

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ONE_DAY = timedelta(days=1)
_LEAP_SECOND = re.compile(r"(?<=\d:\d\d:)60(?=\D|$)")

Segment = tuple[datetime, datetime | None]


class ClockKind(enum.StrEnum):
    """The ways a deadline counts; see the table at the top of this module."""

    C = "C"
    WH = "WH"
    WD = "WD"
    CD = "CD"
    DAY_END = "DAY_END"
    LD = "LD"

    @property
    def runs_in_working_time(self) -> bool:
        return self in (ClockKind.WH, ClockKind.WD)

    @property
    def reads_calendar(self) -> bool:
        """Whether a year without holiday rows can change the result."""
        return self.runs_in_working_time or self is ClockKind.LD


@dataclass(frozen=True, slots=True)
class DayRow:
    """One civil day of an explanation; `spans` are the counted stretches (UTC), `seconds` their sum.

    `note` is the calendar's own word for the day (国庆节); `calendar_missing` asks for the warning of
    rules.md §3.
    """

    date: date
    is_workday: bool
    reason: DayReason
    note: str
    calendar_missing: bool
    spans: tuple[tuple[datetime, datetime], ...]
    seconds: int


def parse_moment(text: str, *, zone: ZoneInfo | None = None) -> datetime:
    """Read an ISO 8601 date and time into UTC; a leap second `23:59:60` becomes the next 00:00:00.

    A text without an offset is refused with ValueError unless `zone` says whose wall clock it shows. An
    hour repeated at the end of daylight saving is read as the earlier one.
    """
    cleaned, leap_seconds = _LEAP_SECOND.subn("59", text.strip(), count=1)
    moment = datetime.fromisoformat(cleaned)
    if moment.tzinfo is None and zone is not None:
        moment = moment.replace(tzinfo=zone)
    return _moment(_second(moment) + leap_seconds)


def is_working(calendar: Calendar, at: datetime) -> bool:
    """Whether the instant lies in a working period; 12:00 itself no longer belongs to 09:00–12:00."""
    second = _second(at)
    return calendar.year_table(_year(calendar, second)).next_working(second) == second


def next_working_moment(calendar: Calendar, at: datetime) -> datetime:
    """The instant itself if it is working time, else the start of the next working period."""
    second = _second(at)
    year = _year(calendar, second)
    while (found := calendar.year_table(year).next_working(second)) is None:
        year += 1
    return _moment(found)


def working_seconds_between(calendar: Calendar, start: datetime, end: datetime) -> int:
    """Working seconds in [start, end). Negative, and equal in size, when `end` lies before `start`."""
    begin, finish = _second(start), _second(end)
    if finish < begin:
        return -working_seconds_between(calendar, end, start)
    first, last = _year(calendar, begin), _year(calendar, finish)
    whole_years = sum(calendar.year_table(year).total for year in range(first, last))
    return whole_years + calendar.year_table(last).before(finish) - calendar.year_table(first).before(begin)


def add_working_seconds(calendar: Calendar, start: datetime, seconds: int) -> datetime:
    """The first instant at which `seconds` working seconds have passed; 0 gives `start` itself."""
    _check_budget(seconds)
    begin = _second(start)
    if seconds == 0:
        return _moment(begin)
    year = _year(calendar, begin)
    table = calendar.year_table(year)
    wanted = seconds + table.before(begin)
    while wanted > table.total:
        wanted -= table.total
        year += 1
        table = calendar.year_table(year)
    return _moment(table.reach(wanted))


def elapsed(kind: ClockKind, calendar: Calendar, start: datetime, end: datetime) -> int:
    """Seconds of the kind's own time in [start, end); negative when `end` lies before `start`."""
    if kind.runs_in_working_time:
        return working_seconds_between(calendar, start, end)
    return _second(end) - _second(start)


def due_after(kind: ClockKind, calendar: Calendar, start: datetime, budget_seconds: int) -> datetime:
    """The first instant at which a clock running from `start` without a pause has used up its budget."""
    if kind.runs_in_working_time:
        return add_working_seconds(calendar, start, budget_seconds)
    _check_budget(budget_seconds)
    return _moment(_second(start) + budget_seconds)


def budget_seconds(
    kind: ClockKind,
    amount: int | Decimal | Fraction,
    calendar: Calendar,
    *,
    start: datetime | None = None,
) -> int:
    """Turn an amount of a rule (2 WH, 5 WD, 72 C) into seconds of the kind's own time.

    Parts of an hour or day are given as Decimal or Fraction (5 minutes = Fraction(5, 60)) and cut to whole
    seconds; a float is refused. DAY_END and LD depend on the day they begin: they need `start` and a whole
    number of days from 1.
    """
    if isinstance(amount, bool) or not isinstance(amount, int | Decimal | Fraction):
        raise ValueError(f"an amount is an int, a Decimal or a Fraction, not {amount!r}")
    if kind in (ClockKind.DAY_END, ClockKind.LD):
        return _seconds_to_day_end(kind, amount, calendar, start)
    unit = {ClockKind.CD: 86_400, ClockKind.WD: calendar.workday_seconds}.get(kind, 3600)
    seconds = int(Fraction(amount) * unit)
    _check_budget(seconds)
    return seconds


def elapsed_over(kind: ClockKind, calendar: Calendar, segments: Iterable[Segment], until: datetime) -> int:
    """Time consumed by a ledger's running segments up to `until`; an end of None means still running.

    Segments that begin after `until` count nothing. Paused time is what lies between segments.
    """
    limit = _second(until)
    total = 0
    for start, end in segments:
        if _second(start) < limit:
            stop = until if end is None or _second(end) > limit else end
            total += elapsed(kind, calendar, start, stop)
    return total


def due_over(
    kind: ClockKind, calendar: Calendar, segments: Iterable[Segment], budget: int
) -> datetime | None:
    """When a ledger's running segments, in order of time, use up `budget`, which includes any extensions.

    None while the clock is paused with time left: such a clock has no due moment until it is resumed.
    """
    _check_budget(budget)
    left = budget
    for start, end in segments:
        due = due_after(kind, calendar, start, left)
        if end is None or due <= end:
            return due
        left -= elapsed(kind, calendar, start, end)
    return None


def missing_years(kind: ClockKind, calendar: Calendar, start: datetime, end: datetime) -> tuple[int, ...]:
    """Years between the two instants counted as Monday to Friday for want of rows; warn of each on screen."""
    if not kind.reads_calendar:
        return ()
    first = _local_date(calendar, _second(start))
    # A term that ends at 24:00 on 31 December has not read the year that begins there.
    last = _local_date(calendar, max(_second(start), _second(end) - 1))
    return calendar.missing_years(first, last)


def explain(kind: ClockKind, calendar: Calendar, start: datetime, end: datetime) -> list[DayRow]:
    """One row per civil day from `start` to `end`, for the drawer 「为什么是这个时限」.

    The seconds of the rows sum to `elapsed` of the same four arguments.
    """
    begin, finish = _second(start), _second(end)
    if finish < begin:
        raise ValueError("an explanation needs an end that is not before its start")
    day = _local_date(calendar, begin)
    last = _local_date(calendar, max(begin, finish - 1))
    rows = []
    while day <= last:
        rows.append(_explain_day(kind, calendar, day, begin, finish))
        day += _ONE_DAY
    return rows


def _explain_day(kind: ClockKind, calendar: Calendar, day: date, begin: int, finish: int) -> DayRow:
    low = max(begin, _midnight(calendar, day))
    high = min(finish, _midnight(calendar, day + _ONE_DAY))
    spans = _working_spans(calendar, day.year, low, high) if kind.runs_in_working_time else [(low, high)]
    exception = calendar.exception_on(day)
    return DayRow(
        date=day,
        is_workday=calendar.is_workday(day),
        reason=calendar.reason_for(day),
        note=exception.note if exception else "",
        calendar_missing=kind.reads_calendar and calendar.lacks_year(day.year),
        spans=tuple((_moment(first), _moment(last)) for first, last in spans if first < last),
        seconds=sum(last - first for first, last in spans),
    )


def _working_spans(calendar: Calendar, year: int, low: int, high: int) -> list[tuple[int, int]]:
    table = calendar.year_table(year)
    spans = []
    index = bisect_right(table.ends, low)
    while index < len(table.starts) and table.starts[index] < high:
        spans.append((max(low, table.starts[index]), min(high, table.ends[index])))
        index += 1
    return spans


def _seconds_to_day_end(
    kind: ClockKind, days: int | Decimal | Fraction, calendar: Calendar, start: datetime | None
) -> int:
    if start is None or not isinstance(days, int) or days < 1:
        raise ValueError(f"{kind} needs the moment of its start and a whole number of days from 1")
    _check_budget(days * 86_400)
    begin = _second(start)
    today = _local_date(calendar, begin)
    if kind is ClockKind.DAY_END:
        last = today + timedelta(days=days - 1)
    else:
        last = today + timedelta(days=days)
        while not calendar.is_workday(last):
            last += _ONE_DAY
    return _midnight(calendar, last + _ONE_DAY) - begin


def _check_budget(seconds: int) -> None:
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        raise ValueError(f"a budget is a whole number of seconds, not {seconds!r}")
    if not 0 <= seconds <= MAX_BUDGET_SECONDS:
        raise ValueError(f"a budget lies between 0 and {MAX_BUDGET_SECONDS} seconds, not {seconds}")


def _second(at: datetime) -> int:
    """Epoch second of an aware instant, cut downwards.

    By way of UTC, because Python subtracts two datetimes of one zone as wall clocks, wrong across a DST turn.
    """
    if at.utcoffset() is None:
        raise ValueError(f"a clock needs an aware datetime, not the naive {at!r}")
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError(f"a clock serves the years {FIRST_YEAR} to {LAST_YEAR}, not {at.year}")
    gap = at.astimezone(UTC) - _EPOCH
    return gap.days * 86_400 + gap.seconds


def _moment(second: int) -> datetime:
    return _EPOCH + timedelta(seconds=second)


def _local_date(calendar: Calendar, second: int) -> date:
    return _moment(second).astimezone(calendar.zone).date()


def _year(calendar: Calendar, second: int) -> int:
    return _local_date(calendar, second).year


def _midnight(calendar: Calendar, day: date) -> int:
    return _second(datetime(day.year, day.month, day.day, tzinfo=calendar.zone))
