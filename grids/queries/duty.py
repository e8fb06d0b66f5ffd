"""The duty board of a day and of a month; A and B posts of the centres."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from grids.models import Area, DutyTurn
from grids.queries.people import absent_people, turn_now
from grids.scope import NOBODY, SHANGHAI, Rights

OUTLINE = ("area__boundary",)
"""Hundreds of turns at a handful of places: nobody draws them here, and outlines are most of what is read."""


@dataclass(frozen=True, slots=True)
class DutyDay:
    """One day of the month's board with its turns by kind; ``is_today``, ``in_month`` for the face."""

    day: date
    turns: list[DutyTurn]
    is_today: bool
    in_month: bool


def duty_board(root: Area, *, at: datetime, rights: Rights = NOBODY) -> list[dict]:
    """Who is on duty now on this land: ``{turn, person, phone, is_away}``, leaders first, then by place.

    The telephone number is in clear where the reader's scope covers the place.
    """
    from grids.queries.land import VIEW, masked_phone

    rows = DutyTurn.objects.filter(turn_now(at), area__path__startswith=root.path).select_related(
        "person", "area"
    ).defer(*OUTLINE)
    order = list(DutyTurn.Kind.values)
    turns = sorted(rows, key=lambda t: (order.index(t.kind), t.area.code, t.pk))
    away = absent_people((t.person_id for t in turns), at=at)
    return [
        {
            "turn": turn,
            "person": turn.person,
            "phone": turn.person.phone
            if rights.covers(VIEW, area_path=turn.area.path)
            else masked_phone(turn.person.phone),
            "is_away": turn.person_id in away or not turn.person.is_active,
        }
        for turn in turns
    ]


def duty_month(root: Area, *, year: int, month: int, at: datetime) -> list[list[DutyDay]]:
    """The month as weeks of seven days from Monday, each with the turns of this land; one query."""
    weeks = calendar.Calendar(firstweekday=0).monthdatescalendar(year, month)
    first, last = weeks[0][0], weeks[-1][-1]
    found: dict[date, list[DutyTurn]] = {}
    rows = DutyTurn.objects.filter(area__path__startswith=root.path, day__range=(first, last))
    for turn in rows.select_related("person", "area").defer(*OUTLINE).order_by("day", "shift", "kind", "area__code", "id"):
        found.setdefault(turn.day, []).append(turn)
    today = at.astimezone(SHANGHAI).date()
    return [
        [DutyDay(day, found.get(day, []), day == today, day.month == month) for day in week] for week in weeks
    ]


def month_before_and_after(year: int, month: int) -> tuple[date, date]:
    """First days of the neighbouring months."""
    first = date(year, month, 1)
    return (first - timedelta(days=1)).replace(day=1), (first + timedelta(days=32)).replace(day=1)


GAP_DAYS = 7


def duty_gaps(root: Area, *, at: datetime) -> list[dict]:
    """Turns nobody has in the next seven days, in advance: ``{day, area, kind, shift}``.

    The district needs a leader by day and a chief by day and night, each street somebody by day; asked only of
    centres that keep a roster at all.
    """
    today = at.astimezone(SHANGHAI).date()
    days = [today + timedelta(days=n) for n in range(GAP_DAYS)]
    kept = DutyTurn.objects.filter(area__path__startswith=root.path)
    centres = Area.objects.filter(pk__in=kept.values("area_id").distinct()).order_by("code")
    taken = set(kept.filter(day__range=(days[0], days[-1])).values_list("day", "area_id", "kind", "shift"))
    needed = {
        "district": (("leader", "day"), ("chief", "day"), ("chief", "night")),
        "street": (("street", "day"),),
    }
    return [
        {"day": day, "area": area, "kind": DutyTurn.Kind(kind).label, "shift": DutyTurn.Shift(shift).label}
        for day in days
        for area in centres
        for kind, shift in needed.get(area.level_id, ())
        if (day, area.pk, kind, shift) not in taken
    ]
