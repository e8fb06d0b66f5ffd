"""Calendars as values: the shipped notices, make-up days, local exceptions, refused files."""

import pickle
from datetime import date, timedelta

import pytest

from casework.clock.calendars import (
    NOTICES_PATH,
    ROUND_THE_CLOCK,
    STANDARD_DAY,
    Calendar,
    CalendarError,
    DayReason,
    ExceptionalDay,
    Period,
    default_calendar,
    load_notices,
    parse_periods,
)

HEADER = "date,name,is_workday,announced_year\n"


def days(start, end):
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    return {first + timedelta(days=count) for count in range((last - first).days + 1)}


def test_the_notices_of_twenty_years_are_shipped():
    notices = load_notices(NOTICES_PATH)
    assert len(notices) == 678
    calendar = default_calendar()
    assert calendar.years_covered == frozenset(range(2007, 2027))
    # Two days of December 2006 stand in the notice of 2007; the year 2006 is not covered by them.
    assert calendar.is_workday(date(2006, 12, 30))
    assert calendar.lacks_year(2006)
    assert calendar.missing_years(date(2026, 12, 31), date(2028, 1, 1)) == (2027, 2028)


def test_the_arrangement_of_2026_is_that_of_the_rules():
    # rules.md §3
    off = set().union(
        days("2026-01-01", "2026-01-03"),
        days("2026-02-15", "2026-02-23"),
        days("2026-04-04", "2026-04-06"),
        days("2026-05-01", "2026-05-05"),
        days("2026-06-19", "2026-06-21"),
        days("2026-09-25", "2026-09-27"),
        days("2026-10-01", "2026-10-07"),
    )
    working = {date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9)}
    working |= {date(2026, 9, 20), date(2026, 10, 10)}
    calendar = default_calendar()
    for day in days("2026-01-01", "2026-12-31"):
        expected = day in working or (day.weekday() < 5 and day not in off)
        assert calendar.is_workday(day) is expected, day
    assert all(calendar.reason_for(day) is DayReason.MAKE_UP for day in working)
    assert all(calendar.periods_on(day) == STANDARD_DAY for day in working)


def test_a_make_up_day_has_the_hours_of_a_normal_day_and_an_exception_may_have_its_own():
    normal, short = parse_periods("08:00-12:00, 14:00-18:00"), parse_periods("09:00-11:00")
    calendar = Calendar(
        code="district",
        workday_periods=normal,
        weekly=(normal,) * 4 + (short, (), ()),
        exceptional_days=(
            ExceptionalDay(date(2026, 3, 14), is_workday=True),  # Saturday
            ExceptionalDay(date(2026, 3, 13), is_workday=True),  # Friday, short as ever
            ExceptionalDay(date(2026, 3, 16), is_workday=True, periods=short),  # Monday, own hours
            ExceptionalDay(date(2026, 3, 17), is_workday=False, note="停电检修"),
        ),
    )
    assert calendar.periods_on(date(2026, 3, 14)) == normal
    assert calendar.periods_on(date(2026, 3, 13)) == short
    assert calendar.periods_on(date(2026, 3, 16)) == short
    assert calendar.periods_on(date(2026, 3, 17)) == ()
    assert calendar.reason_for(date(2026, 3, 16)) is DayReason.SPECIAL
    assert calendar.workday_seconds == 8 * 3600
    # A district's own days do not stand in for the notice of the year.
    assert calendar.lacks_year(2026)


def test_the_round_the_clock_calendar_misses_no_year():
    assert ROUND_THE_CLOCK.missing_years(date(1990, 1, 1), date(2050, 1, 1)) == ()
    assert ROUND_THE_CLOCK.year_table(2024).total == 366 * 86_400
    assert ROUND_THE_CLOCK.workday_seconds == 86_400


def test_calendars_are_values():
    twin = Calendar(code="cn-standard", exceptional_days=tuple(reversed(load_notices(NOTICES_PATH))))
    assert twin == default_calendar()
    assert hash(twin) == hash(default_calendar())
    assert pickle.loads(pickle.dumps(twin)) == twin


@pytest.mark.parametrize(
    "text",
    ["9-12", "09:00", "12:00-09:00", "09:00-24:01", "09:60-10:00", "nine-ten", "13:00-14:00, 09:00-10:00"],
)
def test_hours_that_make_no_sense_are_refused(text):
    with pytest.raises(CalendarError):
        Calendar(code="wrong", workday_periods=parse_periods(text))


@pytest.mark.parametrize(
    "build",
    [
        lambda: Calendar(code="wrong", weekly=((),) * 7),
        lambda: Calendar(code="wrong", weekly=(STANDARD_DAY,) * 6),
        lambda: Calendar(code="wrong", workday_periods=()),
        lambda: Calendar(code="wrong", workday_periods=(Period(0, 100), Period(99, 200))),
        lambda: Calendar(code="wrong", exceptional_days=(ExceptionalDay(date(2026, 1, 1), False),) * 2),
        lambda: ExceptionalDay(date(2026, 1, 1), is_workday=False, periods=STANDARD_DAY),
        lambda: ExceptionalDay(date(2026, 1, 1), is_workday=True, periods=()),
        lambda: default_calendar().year_table(9999),
    ],
)
def test_calendars_that_make_no_sense_are_refused(build):
    with pytest.raises(CalendarError):
        build()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("day,off\n2026-01-01,1\n", "header"),
        (HEADER + "2026-01-01,元旦,0,2026\n2026-01-01,元旦,1,2026\n", "line 3.*twice"),
        (HEADER + "2026-02-29,元旦,0,2026\n", "line 2"),
        (HEADER + "2026-01-01,元旦,休,2026\n", "line 2"),
        (HEADER + "2026-01-01,元旦\n", "line 2"),
        (HEADER + "2026-01-01,元旦,0,\n", "line 2"),
    ],
)
def test_a_bad_notice_file_is_refused_with_its_line(tmp_path, content, message):
    path = tmp_path / "notices.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CalendarError, match=message):
        load_notices(path)


def test_a_notice_file_saved_by_a_spreadsheet_is_read(tmp_path):
    path = tmp_path / "notices.csv"
    path.write_text(HEADER + "2027-01-01,元旦,0,2027\n", encoding="utf-8-sig", newline="\r\n")
    assert load_notices(path) == (ExceptionalDay(date(2027, 1, 1), False, "元旦", None, 2027),)
