"""Clock arithmetic: fixed examples, properties, 10,000 cases against the minute oracle (T-01, T-04)."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import clock_oracle
from casework.clock.arithmetic import (
    MAX_BUDGET_SECONDS,
    ClockKind,
    add_working_seconds,
    budget_seconds,
    due_after,
    due_over,
    elapsed,
    elapsed_over,
    explain,
    is_working,
    missing_years,
    next_working_moment,
    parse_moment,
    working_seconds_between,
)
from casework.clock.calendars import ROUND_THE_CLOCK, DayReason, default_calendar

BEIJING = ZoneInfo("Asia/Shanghai")
STANDARD = default_calendar()
HOUR = 3600
C, WH, WD, CD, DAY_END, LD = (ClockKind(code) for code in ("C", "WH", "WD", "CD", "DAY_END", "LD"))


def at(text):
    return parse_moment(text, zone=BEIJING)


def due(kind, amount, start, calendar=STANDARD):
    budget = budget_seconds(kind, amount, calendar, start=at(start))
    return f"{due_after(kind, calendar, at(start), budget).astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"


# Against the oracle


def test_ten_thousand_cases_equal_the_minute_oracle():
    assert clock_oracle.compare(10_000, clock_oracle.SEED) == 0


def test_five_thousand_pause_histories_equal_the_minute_oracle():
    assert clock_oracle.compare_histories(5_000, clock_oracle.SEED) == 0


def test_the_oracle_notices_dropped_make_up_days():
    assert clock_oracle.compare(1_000, clock_oracle.SEED, make_up_days=False) > 0


def test_the_oracle_notices_forgotten_pauses():
    assert clock_oracle.compare_histories(200, clock_oracle.SEED, keep_pauses=False) > 0


# Fixed examples, worked out by hand


@pytest.mark.parametrize(
    ("kind", "amount", "start", "expected"),
    [
        # National Day 2026: Sunday 9/20 and Saturday 10/10 work, 9/25–27 and 10/1–7 are off.
        (WD, 5, "2026-09-18 16:00", "2026-09-24 16:00:00"),
        (WD, 11, "2026-09-18 16:00", "2026-10-10 16:00:00"),
        (WD, 3, "2026-09-30 15:00", "2026-10-10 15:00:00"),
        (WH, 4, "2026-09-30 15:00", "2026-10-08 10:30:00"),
        (CD, 7, "2026-09-30 15:00", "2026-10-07 15:00:00"),
        # Saturday 22:00, no heating: natural hours do not wait for Monday.
        (C, 24, "2026-01-10 22:00", "2026-01-11 22:00:00"),
        (C, Fraction(30, 60), "2026-01-10 22:00", "2026-01-10 22:30:00"),
        (DAY_END, 1, "2026-01-10 22:00", "2026-01-11 00:00:00"),
        (DAY_END, 1, "2026-01-10 00:00", "2026-01-11 00:00:00"),
        (DAY_END, 2, "2026-01-10 23:59:59", "2026-01-12 00:00:00"),
        # Outside working time WH and WD begin at the next working moment.
        (WH, 2, "2026-01-10 22:00", "2026-01-12 11:00:00"),
        (WD, 1, "2026-01-10 22:00", "2026-01-12 17:30:00"),
        (WH, Fraction(30, 60), "2026-01-12 12:30", "2026-01-12 14:00:00"),
        (WH, Decimal("0.5"), "2026-01-12 17:30", "2026-01-13 09:30:00"),
        # The first instant at which the budget is used up: noon, not the end of the lunch break.
        (WH, 3, "2026-01-12 09:00", "2026-01-12 12:00:00"),
        (WD, 1, "2026-01-12 09:00", "2026-01-12 17:30:00"),
        (WH, 0, "2026-01-10 22:00", "2026-01-10 22:00:00"),
        # Leap day.
        (WD, 1, "2024-02-28 10:00", "2024-02-29 10:00:00"),
        (WD, 2, "2024-02-28 10:00", "2024-03-01 10:00:00"),
        (CD, 1, "2024-02-28 10:00", "2024-02-29 10:00:00"),
        (CD, 1, "2023-02-28 10:00", "2023-03-01 10:00:00"),
        # No notice of 2027 yet: 1 January counts as the Friday it is.
        (WH, 2, "2026-12-31 16:30", "2027-01-01 10:00:00"),
        # Law's counting: start day left out, day off moved on, 24:00; a make-up Saturday is a last day.
        (LD, 30, "2026-09-01 15:00", "2026-10-09 00:00:00"),
        (LD, 30, "2026-09-10 09:00", "2026-10-11 00:00:00"),
        (LD, 1, "2026-01-09 17:00", "2026-01-13 00:00:00"),
    ],
)
def test_due_times_worked_out_by_hand(kind, amount, start, expected):
    assert due(kind, amount, start) == expected


def test_a_round_the_clock_unit_counts_every_hour():
    assert due(WH, 8, "2026-10-01 20:00", ROUND_THE_CLOCK) == "2026-10-02 04:00:00"
    assert due(WD, 1, "2026-10-01 20:00", ROUND_THE_CLOCK) == "2026-10-02 20:00:00"


def test_working_moments():
    assert is_working(STANDARD, at("2026-10-10 09:00"))  # make-up Saturday
    assert not is_working(STANDARD, at("2026-10-10 12:00"))
    assert not is_working(STANDARD, at("2026-10-01 10:00"))  # holiday Thursday
    assert next_working_moment(STANDARD, at("2026-09-30 17:30")) == at("2026-10-08 09:00")
    assert next_working_moment(STANDARD, at("2026-10-08 09:00")) == at("2026-10-08 09:00")
    assert next_working_moment(STANDARD, at("2025-12-31 20:00")) == at("2026-01-04 09:00")  # make-up Sunday


def test_a_history_of_pauses_and_an_extension():
    # 2 WD = 14 h. Monday 09:00–11:00 runs (2 h), paused to Wednesday 15:00, runs from there.
    segments = [(at("2026-03-02 09:00"), at("2026-03-02 11:00")), (at("2026-03-04 15:00"), None)]
    budget = budget_seconds(WD, 2, STANDARD)
    assert due_over(WD, STANDARD, segments, budget) == at("2026-03-06 11:30")
    assert due_over(WD, STANDARD, segments, budget + 7 * HOUR) == at("2026-03-09 11:30")
    assert elapsed_over(WD, STANDARD, segments, at("2026-03-03 10:00")) == 2 * HOUR
    assert elapsed_over(WD, STANDARD, segments, at("2026-03-04 16:00")) == 3 * HOUR
    assert due_over(WD, STANDARD, segments[:1], budget) is None
    assert due_over(WD, STANDARD, segments[:1], 2 * HOUR) == at("2026-03-02 11:00")


# Explanation


def test_the_drawer_explains_a_deadline_across_national_day():
    start, end = at("2026-09-18 16:00"), at("2026-10-10 16:00")
    rows = {row.date: row for row in explain(WD, STANDARD, start, end)}
    assert len(rows) == 23
    assert sum(row.seconds for row in rows.values()) == 77 * HOUR
    sunday = rows[date(2026, 9, 20)]
    assert (sunday.is_workday, sunday.reason, sunday.note) == (True, DayReason.MAKE_UP, "国庆节")
    assert sunday.spans == (
        (at("2026-09-20 09:00"), at("2026-09-20 12:00")),
        (at("2026-09-20 13:30"), at("2026-09-20 17:30")),
    )
    holiday = rows[date(2026, 10, 1)]
    assert (holiday.is_workday, holiday.reason, holiday.spans) == (False, DayReason.HOLIDAY, ())
    assert rows[date(2026, 9, 19)].reason is DayReason.WEEKEND
    assert rows[date(2026, 9, 21)].reason is DayReason.WEEKDAY
    assert rows[date(2026, 9, 18)].spans == ((at("2026-09-18 16:00"), at("2026-09-18 17:30")),)
    assert not any(row.calendar_missing for row in rows.values())


def test_natural_hours_are_explained_from_midnight_to_midnight():
    rows = explain(C, STANDARD, at("2026-01-10 22:00"), at("2026-01-12 00:00"))
    assert [row.seconds for row in rows] == [2 * HOUR, 24 * HOUR]
    assert rows[0].spans == ((at("2026-01-10 22:00"), at("2026-01-11 00:00")),)


def test_a_year_without_rows_is_counted_and_named():
    start, end = at("2026-12-31 16:30"), at("2027-01-01 10:00")
    assert missing_years(WH, STANDARD, start, end) == (2027,)
    assert missing_years(LD, STANDARD, start, end) == (2027,)
    assert missing_years(C, STANDARD, start, end) == ()
    assert missing_years(WH, ROUND_THE_CLOCK, start, end) == ()
    assert missing_years(WH, STANDARD, start, at("2027-01-01 00:00")) == ()
    assert [row.calendar_missing for row in explain(WH, STANDARD, start, end)] == [False, True]


# Awkward moments (T-04)


def test_daylight_saving_of_1986():
    # On 4 May 1986 the clock went from 02:00 to 03:00, on 14 September from 02:00 back to 01:00.
    assert due(C, 24, "1986-05-03 12:00") == "1986-05-04 13:00:00"
    assert due(C, 24, "1986-09-13 12:00") == "1986-09-14 11:00:00"
    assert budget_seconds(DAY_END, 1, STANDARD, start=at("1986-05-04 00:00")) == 23 * HOUR
    assert budget_seconds(DAY_END, 1, STANDARD, start=at("1986-09-14 00:00")) == 25 * HOUR
    assert due(WH, 2, "1986-05-02 16:00") == "1986-05-05 09:30:00"
    night = clock_oracle.build_calendar("night watch")
    assert working_seconds_between(night, at("1986-05-04 00:00"), at("1986-05-05 00:00")) == 11.5 * HOUR
    assert working_seconds_between(night, at("1986-09-14 00:00"), at("1986-09-15 00:00")) == 13.5 * HOUR
    assert working_seconds_between(STANDARD, at("1986-05-05 00:00"), at("1986-05-06 00:00")) == 7 * HOUR


def test_wall_clocks_of_one_zone_are_not_subtracted():
    # Python itself answers 24 h here, because both ends carry the same zone object.
    start = datetime(1986, 5, 3, 12, tzinfo=BEIJING)
    end = datetime(1986, 5, 4, 12, tzinfo=BEIJING)
    assert end - start == timedelta(hours=24)
    assert elapsed(C, STANDARD, start, end) == 23 * HOUR


def test_both_passes_of_a_repeated_hour_are_told_apart():
    first = datetime(1986, 9, 14, 1, 30, tzinfo=BEIJING)
    assert elapsed(C, STANDARD, first, first.replace(fold=1)) == HOUR


def awkward_texts():
    """More than 300 local times: around leap days, year ends, turns of the clock, and with a second 60."""
    days = [f"{year}-02-29" for year in range(1988, 2029, 4)]
    days += [f"{year}-{day}" for year in range(2006, 2029) for day in ("12-31", "01-01")]
    days += ["1986-05-04", "1987-04-12", "1988-04-17", "1989-04-16", "1990-04-15", "1991-04-14"]
    days += ["1986-09-14", "1987-09-13", "1988-09-11", "1989-09-17", "1990-09-16", "1991-09-15"]
    times = ("00:00:00", "01:30:00", "02:30:00", "12:00:00", "23:59:59", "23:59:60")
    return [f"{day} {time}" for day in days for time in times]


def test_awkward_moments_raise_nothing_and_keep_the_sums():
    texts = awkward_texts()
    assert len(texts) >= 300
    for text in texts:
        start = at(text)
        for kind, amount in ((C, 24), (WH, 2), (WD, 3), (CD, 7), (DAY_END, 1), (LD, 15)):
            budget = budget_seconds(kind, amount, STANDARD, start=start)
            end = due_after(kind, STANDARD, start, budget)
            assert elapsed(kind, STANDARD, start, end) == budget, (text, kind)
            assert sum(row.seconds for row in explain(kind, STANDARD, start, end)) == budget, (text, kind)
            uncovered = {
                start.astimezone(BEIJING).year,
                (end - timedelta(seconds=1)).astimezone(BEIJING).year,
            }
            uncovered -= set(range(2007, 2027))
            assert set(missing_years(kind, STANDARD, start, end)) == (
                uncovered if kind.reads_calendar else set()
            )


def test_a_leap_second_is_the_next_midnight():
    assert parse_moment("2016-12-31T23:59:60Z") == datetime(2017, 1, 1, tzinfo=UTC)
    assert parse_moment("2026-06-30 23:59:60+08:00") == at("2026-07-01 00:00:00")
    with pytest.raises(ValueError, match="second must be in"):
        parse_moment("2026-06-30 23:59:61+08:00")
    with pytest.raises(ValueError, match="minute must be in"):
        parse_moment("2026-06-30 23:60:00+08:00")


NAIVE = datetime(2026, 1, 12, 10)
AWARE = datetime(2026, 1, 12, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "call",
    [
        lambda: is_working(STANDARD, NAIVE),
        lambda: next_working_moment(STANDARD, NAIVE),
        lambda: working_seconds_between(STANDARD, NAIVE, AWARE),
        lambda: working_seconds_between(STANDARD, AWARE, NAIVE),
        lambda: add_working_seconds(STANDARD, NAIVE, 60),
        lambda: elapsed(C, STANDARD, NAIVE, AWARE),
        lambda: elapsed(C, STANDARD, AWARE, NAIVE),
        lambda: due_after(C, STANDARD, NAIVE, 60),
        lambda: due_after(WH, STANDARD, NAIVE, 60),
        lambda: budget_seconds(DAY_END, 1, STANDARD, start=NAIVE),
        lambda: elapsed_over(C, STANDARD, [(NAIVE, None)], AWARE),
        lambda: due_over(C, STANDARD, [(NAIVE, None)], 60),
        lambda: missing_years(WH, STANDARD, NAIVE, AWARE),
        lambda: explain(C, STANDARD, NAIVE, AWARE),
        lambda: parse_moment("2026-01-12 10:00"),
    ],
)
def test_naive_input_is_refused(call):
    with pytest.raises(ValueError, match="naive"):
        call()


@pytest.mark.parametrize("seconds", [-1, 1.5, True, MAX_BUDGET_SECONDS + 1, 10**30])
def test_an_impossible_budget_is_refused(seconds):
    for kind in (C, WH):
        with pytest.raises(ValueError, match="budget"):
            due_after(kind, STANDARD, AWARE, seconds)


@pytest.mark.parametrize(
    ("kind", "amount"),
    [
        (WH, 0.1),
        (C, True),
        (WD, -1),
        (DAY_END, 0),
        (LD, 0),
        (LD, Decimal("1.5")),
        (DAY_END, 10**9),
        (CD, 10**9),
    ],
)
def test_an_impossible_amount_is_refused(kind, amount):
    with pytest.raises(ValueError, match=r"amount|budget|whole number"):
        budget_seconds(kind, amount, STANDARD, start=AWARE)


def test_day_kinds_need_their_start():
    for kind in (DAY_END, LD):
        with pytest.raises(ValueError, match="start"):
            budget_seconds(kind, 1, STANDARD)


@pytest.mark.parametrize("year", [1, 1899, 2201, 9999])
def test_years_out_of_reach_are_refused(year):
    with pytest.raises(ValueError, match="years"):
        due_after(WH, STANDARD, datetime(year, 6, 1, tzinfo=UTC), HOUR)
    with pytest.raises(ValueError, match="years"):
        elapsed(C, STANDARD, datetime(year, 6, 1, tzinfo=UTC), AWARE)


# Properties

MOMENTS = st.datetimes(
    datetime(1985, 1, 1),
    datetime(2030, 1, 1),
    timezones=st.sampled_from([UTC, BEIJING, timezone(timedelta(hours=-7))]),
)
CALENDARS = st.sampled_from([clock_oracle.build_calendar(name) for name in clock_oracle.PATTERNS])
KINDS = st.sampled_from([C, WH])
BUDGETS = st.integers(0, 60 * 86_400)
PROPERTY = settings(max_examples=300, derandomize=True, deadline=None)


@PROPERTY
@given(CALENDARS, KINDS, MOMENTS, BUDGETS)
def test_the_due_moment_is_the_first_that_uses_up_the_budget(calendar, kind, start, budget):
    end = due_after(kind, calendar, start, budget)
    assert elapsed(kind, calendar, start, end) == budget
    if budget:
        assert elapsed(kind, calendar, start, end - timedelta(seconds=1)) == budget - 1


@PROPERTY
@given(CALENDARS, KINDS, MOMENTS, MOMENTS, MOMENTS)
def test_neighbouring_segments_add_up(calendar, kind, first, second, third):
    parts = elapsed(kind, calendar, first, second) + elapsed(kind, calendar, second, third)
    assert parts == elapsed(kind, calendar, first, third)
    assert elapsed(kind, calendar, second, first) == -elapsed(kind, calendar, first, second)


@PROPERTY
@given(CALENDARS, KINDS, MOMENTS, MOMENTS, BUDGETS, BUDGETS)
def test_later_starts_and_larger_budgets_are_never_due_earlier(calendar, kind, one, other, small, large):
    early, late = sorted((one, other))
    less, more = sorted((small, large))
    assert due_after(kind, calendar, early, less) <= due_after(kind, calendar, late, less)
    assert due_after(kind, calendar, early, less) <= due_after(kind, calendar, early, more)


@PROPERTY
@given(CALENDARS, KINDS, MOMENTS, st.lists(st.integers(1, 9 * 86_400), max_size=9), BUDGETS)
def test_a_history_consumes_the_sum_of_its_segments(calendar, kind, start, lengths, budget):
    edges = [start.astimezone(UTC)]
    for length in lengths:
        edges.append(edges[-1] + timedelta(seconds=length))
    closed = list(zip(edges[0::2], edges[1::2], strict=False))
    segments = [*closed, (edges[-1], None)] if len(edges) % 2 else closed
    end = due_over(kind, calendar, segments, budget)
    consumed = sum(elapsed(kind, calendar, begin, finish) for begin, finish in closed)
    if end is None:
        assert segments == closed
        assert consumed < budget
    else:
        assert elapsed_over(kind, calendar, segments, end) == budget
    assert elapsed_over(kind, calendar, closed, edges[-1]) == consumed


@PROPERTY
@given(CALENDARS, KINDS, MOMENTS, st.integers(0, 20 * 86_400))
def test_the_rows_of_an_explanation_sum_to_the_elapsed_time(calendar, kind, start, length):
    end = start.astimezone(UTC) + timedelta(seconds=length)
    rows = explain(kind, calendar, start, end)
    assert sum(row.seconds for row in rows) == elapsed(kind, calendar, start, end)
    for row in rows:
        assert row.seconds == sum((last - first).total_seconds() for first, last in row.spans)
        assert all(first.astimezone(BEIJING).date() == row.date for first, _ in row.spans)


@PROPERTY
@given(CALENDARS, MOMENTS)
def test_the_next_working_moment_is_working_and_nothing_works_before_it(calendar, moment):
    found = next_working_moment(calendar, moment)
    assert is_working(calendar, found)
    assert working_seconds_between(calendar, moment, found) == 0
    if is_working(calendar, moment):
        assert found == moment.astimezone(UTC).replace(microsecond=0)


def test_the_pure_part_imports_no_django():
    probe = "import sys, casework.clock.arithmetic; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0
