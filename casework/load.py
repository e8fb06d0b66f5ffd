"""Reference data of this room: the district's working calendar out of the State Council's notices."""

from __future__ import annotations

from datetime import time

from django.db import transaction

from casework.clock import loader
from casework.clock.calendars import NOTICES_PATH, load_notices
from casework.models import Calendar, CalendarDay, WorkPeriod

DISTRICT = "district"
PERIODS = ((time(9), time(12)), (time(13, 30), time(17, 30)))


def load_calendar() -> dict[str, int]:
    """Make the calendar ``district`` with the standard week and the shipped notices; how many rows are new.

    Idempotent, and never overwrites: a day or period that the district has set itself stays.
    """
    with transaction.atomic():
        calendar, is_new = Calendar.objects.get_or_create(code=DISTRICT, defaults={"name": "区工作日历"})
        periods = _load_periods(calendar) if is_new or not calendar.periods.exists() else 0
        known = set(CalendarDay.objects.filter(calendar=calendar).values_list("date", flat=True))
        days = CalendarDay.objects.bulk_create(
            CalendarDay(
                calendar=calendar,
                date=day.date,
                is_workday=day.is_workday,
                note=day.note[:40],
                notice_year=day.notice_year,
            )
            for day in load_notices(NOTICES_PATH)
            if day.date not in known
        )
    loader.forget()
    return {"periods": periods, "days": len(days)}


def _load_periods(calendar: Calendar) -> int:
    rows = [
        WorkPeriod(calendar=calendar, weekday=weekday, starts=starts, ends=ends)
        for weekday in range(5)
        for starts, ends in PERIODS
    ]
    return len(WorkPeriod.objects.bulk_create(rows))


def load_reference() -> dict[str, int]:
    """Everything this room brings."""
    return load_calendar()
