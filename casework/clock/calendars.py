"""Working calendars as plain values: which seconds of which day count as working time.

Pure: no Django, no database. The row part builds a `Calendar` from its rows and hands it to
`casework.clock.arithmetic`. Source: rules.md §3 (periods, make-up days, fall-back), quality.md §2.5 and T-04
(daylight saving 1986–1991).
"""

from __future__ import annotations

import csv
import enum
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from zoneinfo import ZoneInfo

DAY_SECONDS = 86_400
ZONE_NAME = "Asia/Shanghai"
NOTICES_PATH = Path(__file__).resolve().parent.parent / "data" / "calendar" / "state_council_2007_2026.csv"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
FIRST_YEAR, LAST_YEAR = 1900, 2200


class CalendarError(ValueError):
    """A calendar, a notice file or a year the calendar cannot serve."""


@dataclass(frozen=True, slots=True)
class Period:
    """Working time within one day, in wall-clock seconds after 00:00.

    `end` is excluded and may be 24:00 (86400).
    A shift over midnight is written as two periods, one on each day.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= DAY_SECONDS:
            raise CalendarError(f"a period must begin before it ends, within 24 h: {self.start}, {self.end}")

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read "09:00-12:00"; "24:00" is allowed as the end."""
        try:
            (start_hour, start_minute), (end_hour, end_minute) = (
                [int(part) for part in side.strip().split(":")] for side in text.split("-")
            )
        except ValueError as error:
            raise CalendarError(f"period must look like 09:00-12:00: {text!r}") from error
        if not (0 <= start_minute < 60 and 0 <= end_minute < 60):
            raise CalendarError(f"period must look like 09:00-12:00: {text!r}")
        return cls(start_hour * 3600 + start_minute * 60, end_hour * 3600 + end_minute * 60)


def parse_periods(text: str) -> tuple[Period, ...]:
    """Read "09:00-12:00, 13:30-17:30"; an empty text is a day without working time."""
    return tuple(Period.parse(part) for part in text.split(",") if part.strip())


STANDARD_DAY = parse_periods("09:00-12:00, 13:30-17:30")
WHOLE_DAY = (Period(0, DAY_SECONDS),)


@dataclass(frozen=True, slots=True)
class ExceptionalDay:
    """One day that departs from the weekly pattern.

    `notice_year` is the year of the State Council notice that names the day; None marks a district's own
    exception, which says nothing about whether the year's notice has been imported. `periods` replaces the
    hours of a working day.
    """

    date: date
    is_workday: bool
    note: str = ""
    periods: tuple[Period, ...] | None = None
    notice_year: int | None = None

    def __post_init__(self) -> None:
        if self.periods is not None:
            _check_periods(self.periods)
            if self.is_workday != bool(self.periods):
                raise CalendarError(f"{self.date}: own periods belong to a working day and to no other")


class DayReason(enum.StrEnum):
    """Why a day counts or does not; the screen has the words."""

    WEEKDAY = "weekday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"  # a row takes the day off
    MAKE_UP = "make_up"  # 调休上班: a row makes a rest day a working day
    SPECIAL = "special"  # a row on a day that works anyway, e.g. with shorter hours


@dataclass(frozen=True)
class Calendar:
    """Which seconds are working time. Immutable and comparable; year tables are built on first use and kept.

    An instant works exactly when its wall-clock time in `timezone` lies in a period of its civil date, so an
    hour repeated or skipped by daylight saving counts twice or not at all.

    `weekly` holds seven tuples, Monday first. `workday_periods` are the hours of a normal working day: their
    sum is one WD, and a make-up day 调休 on a weekday without hours of its own uses them. `follows_notices`
    is False for a calendar that holidays do not touch; such a calendar never misses a year.
    """

    code: str
    timezone: str = ZONE_NAME
    workday_periods: tuple[Period, ...] = STANDARD_DAY
    weekly: tuple[tuple[Period, ...], ...] = (STANDARD_DAY,) * 5 + ((), ())
    exceptional_days: tuple[ExceptionalDay, ...] = field(default=(), repr=False)
    follows_notices: bool = True
    years_covered: frozenset[int] = field(init=False, compare=False)
    _by_date: dict[date, ExceptionalDay] = field(init=False, repr=False, compare=False)
    _years: dict[int, _YearTable] = field(init=False, repr=False, compare=False)
    _zone: ZoneInfo = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.weekly) != 7 or not any(self.weekly) or not self.workday_periods:
            raise CalendarError("a calendar has seven weekdays, hours on one at least, and a normal day")
        for periods in (self.workday_periods, *self.weekly):
            _check_periods(periods)
        days = tuple(sorted(self.exceptional_days, key=lambda day: day.date))
        by_date = {day.date: day for day in days}
        if len(by_date) != len(days):
            raise CalendarError("a date may have only one exceptional day in one calendar")
        covered = frozenset(day.notice_year for day in days if day.notice_year is not None)
        # object.__setattr__ is how a frozen dataclass fills fields that follow from the others.
        for name, value in (
            ("exceptional_days", days),
            ("years_covered", covered),
            ("_by_date", by_date),
            ("_years", {}),
            ("_zone", ZoneInfo(self.timezone)),
        ):
            object.__setattr__(self, name, value)

    @property
    def zone(self) -> ZoneInfo:
        return self._zone

    @property
    def workday_seconds(self) -> int:
        """Working seconds of a normal working day, the value of one WD (25,200 = 7 h by default)."""
        return sum(period.end - period.start for period in self.workday_periods)

    def exception_on(self, day: date) -> ExceptionalDay | None:
        return self._by_date.get(day)

    def periods_on(self, day: date) -> tuple[Period, ...]:
        """Working periods of a civil date; empty on a day off."""
        usual = self.weekly[day.weekday()]
        exception = self._by_date.get(day)
        if exception is None:
            return usual
        if not exception.is_workday:
            return ()
        return exception.periods or usual or self.workday_periods

    def is_workday(self, day: date) -> bool:
        return bool(self.periods_on(day))

    def reason_for(self, day: date) -> DayReason:
        usual = bool(self.weekly[day.weekday()])
        exception = self._by_date.get(day)
        if exception is None:
            return DayReason.WEEKDAY if usual else DayReason.WEEKEND
        if not exception.is_workday:
            return DayReason.HOLIDAY
        return DayReason.SPECIAL if usual else DayReason.MAKE_UP

    def lacks_year(self, year: int) -> bool:
        """True when the year counts as Monday to Friday only because no notice of that year is known."""
        return self.follows_notices and year not in self.years_covered

    def missing_years(self, start: date, end: date) -> tuple[int, ...]:
        """Years without a notice between two civil dates, both included; the screen warns (rules.md §3)."""
        return tuple(year for year in range(start.year, end.year + 1) if self.lacks_year(year))

    def year_table(self, year: int) -> _YearTable:
        """The working spans of a civil year. Two threads may build the same table; both builds are equal."""
        table = self._years.get(year)
        if table is None:
            table = self._years[year] = _YearTable(self, year)
        return table


class _YearTable:
    """Working spans of one civil year in epoch seconds, with running sums: a question is one bisection."""

    __slots__ = ("ends", "starts", "sums", "total")

    def __init__(self, calendar: Calendar, year: int) -> None:
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise CalendarError(f"the calendar serves the years {FIRST_YEAR} to {LAST_YEAR}, not {year}")
        spans = sorted(_spans_of_year(calendar, year))
        self.starts = [start for start, _ in spans]
        self.ends = [end for _, end in spans]
        self.sums = list(accumulate(end - start for start, end in spans))
        self.total = self.sums[-1] if spans else 0

    def before(self, second: int) -> int:
        """Working seconds of this year that lie before the given epoch second."""
        index = bisect_right(self.starts, second) - 1
        if index < 0:
            return 0
        return self.sums[index] - max(0, self.ends[index] - second)

    def reach(self, worked: int) -> int:
        """The first epoch second at which `worked` (1 … total) working seconds of this year have passed."""
        index = bisect_left(self.sums, worked)
        return self.ends[index] - (self.sums[index] - worked)

    def next_working(self, second: int) -> int | None:
        """The given second if it is working, else the next that is, else None when the year has no more."""
        index = bisect_right(self.ends, second)
        return max(second, self.starts[index]) if index < len(self.starts) else None


def _spans_of_year(calendar: Calendar, year: int) -> Iterator[tuple[int, int]]:
    stretches = _offset_stretches(calendar.zone, year)
    first, following = date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()
    for ordinal in range(first, following):
        midnight = (ordinal - _EPOCH_ORDINAL) * DAY_SECONDS
        for period in calendar.periods_on(date.fromordinal(ordinal)):
            for begin, finish, offset in stretches:
                start = max(begin, midnight + period.start - offset)
                end = min(finish, midnight + period.end - offset)
                if start < end:
                    yield start, end


def _offset_stretches(zone: ZoneInfo, year: int) -> list[tuple[int, int, int]]:
    """Stretches (begin, end, seconds ahead of UTC) of constant offset that together cover the civil year."""
    begin = (date(year, 1, 1).toordinal() - _EPOCH_ORDINAL - 2) * DAY_SECONDS
    finish = (date(year + 1, 1, 1).toordinal() - _EPOCH_ORDINAL + 2) * DAY_SECONDS
    stretches = []
    offset = _offset_at(zone, begin)
    for probe in range(begin + DAY_SECONDS, finish + 1, DAY_SECONDS):
        changed = _offset_at(zone, probe)
        if changed != offset:
            turn = _find_turn(zone, probe - DAY_SECONDS, probe)
            stretches.append((begin, turn, offset))
            begin, offset = turn, changed
    stretches.append((begin, finish, offset))
    return stretches


def _find_turn(zone: ZoneInfo, low: int, high: int) -> int:
    """The first second with the offset of `high`, which differs from that of `low`."""
    before = _offset_at(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset_at(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high


def _offset_at(zone: ZoneInfo, second: int) -> int:
    offset = (_EPOCH + timedelta(seconds=second)).astimezone(zone).utcoffset()
    return int(offset.total_seconds())


def _check_periods(periods: Iterable[Period]) -> None:
    finish = 0
    for period in periods:
        if period.start < finish:
            raise CalendarError("periods of a day must be in order and must not overlap")
        finish = period.end


def load_notices(path: Path | str) -> tuple[ExceptionalDay, ...]:
    """Read holiday and make-up days from a CSV file: date, name, is_workday (0/1), announced_year.

    All or nothing: the first bad row raises CalendarError with its line number, so does a date named twice.
    """
    days: dict[date, ExceptionalDay] = {}
    with open(path, encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, restval="")
        wanted = {"date", "name", "is_workday", "announced_year"}
        if not wanted <= set(reader.fieldnames or ()):
            raise CalendarError(f"{path}: the header must name {', '.join(sorted(wanted))}")
        for row in reader:
            try:
                day = _read_notice(row)
            except (KeyError, TypeError, ValueError) as error:
                raise CalendarError(f"{path}, line {reader.line_num}: {error}") from error
            if day.date in days:
                raise CalendarError(f"{path}, line {reader.line_num}: {day.date} is named twice")
            days[day.date] = day
    return tuple(days.values())


def _read_notice(row: dict[str, str]) -> ExceptionalDay:
    return ExceptionalDay(
        date=date.fromisoformat(row["date"].strip()),
        is_workday={"0": False, "1": True}[row["is_workday"].strip()],
        note=row["name"].strip(),
        notice_year=int(row["announced_year"]),
    )


@lru_cache(maxsize=1)
def default_calendar() -> Calendar:
    """Monday–Friday 09:00–12:00, 13:30–17:30 with the shipped notices of 2007–2026 (rules.md §3)."""
    return Calendar(code="cn-standard", exceptional_days=load_notices(NOTICES_PATH))


ROUND_THE_CLOCK = Calendar(
    code="round-the-clock", workday_periods=WHOLE_DAY, weekly=(WHOLE_DAY,) * 7, follows_notices=False
)
