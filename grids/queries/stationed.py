"""Stationed officers: who sits in the centre now, and the week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from accounts.models import User
from grids.days import day_of
from grids.models import DutyTurn, StationTurn, Unit
from grids.queries.people import absent_people, shift_at
from grids.scope import NOBODY, Rights
from grids.stationing import stationed_units


@dataclass(frozen=True, slots=True)
class Seat:
    """A stationed unit's place in the centre now: ``officer`` is None when nobody is rostered or the one who is has
    gone on leave (``away`` names him)."""

    unit: Unit
    officer: User | None
    away: str = ""
    phone: str = ""


def seats(*, at: datetime, rights: Rights = NOBODY) -> list[Seat]:
    """Every stationed unit with who sits for it now, those with somebody first. The officer's telephone number is in
    clear where the reader's scope covers the unit."""
    from grids.queries.land import VIEW, masked_phone

    day, shift = shift_at(at)
    turns = {
        turn.unit_id: turn for turn in StationTurn.objects.filter(day=day, shift=shift).select_related("person")
    }
    gone = absent_people((turn.person_id for turn in turns.values()), at=at)
    found = []
    for unit in stationed_units():
        turn = turns.get(unit.pk)
        if turn is None or turn.person_id in gone or not turn.person.is_active:
            found.append(Seat(unit, None, turn.person.name if turn else ""))
            continue
        clear = rights.covers(VIEW, area_path=unit.area.path, unit_ids=[unit.pk])
        found.append(Seat(unit, turn.person, "", turn.person.phone if clear else masked_phone(turn.person.phone)))
    return sorted(found, key=lambda seat: seat.officer is None)


def officer_of(unit_id: int | None, *, at: datetime) -> int | None:
    """Key of the officer who sits for this unit at this moment."""
    day, shift = shift_at(at)
    found = StationTurn.objects.filter(unit=unit_id, day=day, shift=shift, person__is_active=True).first()
    if found is None or absent_people([found.person_id], at=at):
        return None
    return found.person_id


@dataclass(frozen=True, slots=True)
class WeekCell:
    """One day of a unit's week: officer by shift."""

    day: date
    is_today: bool
    is_past: bool
    turns: list[tuple[str, str, User | None]]
    """(shift, its name, officer)."""


def station_week(first: date, *, at: datetime) -> list[tuple[Unit, list[WeekCell]]]:
    """The week of every stationed unit from its Monday; two queries."""
    today = day_of(at)
    days = [first + timedelta(days=n) for n in range(7)]
    rows = StationTurn.objects.filter(day__range=(days[0], days[-1])).select_related("person")
    known = {(turn.unit_id, turn.day, turn.shift): turn.person for turn in rows}
    return [
        (unit, [
            WeekCell(day, day == today, day < today, [
                (shift, str(label), known.get((unit.pk, day, shift))) for shift, label in DutyTurn.Shift.choices
            ])
            for day in days
        ])
        for unit in stationed_units()
    ]
