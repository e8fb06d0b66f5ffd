"""派驻: who of which stationed unit sits in the district centre in which shift, entered for a week at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from grids.days import day_of
from grids.models import DutyTurn, Post, StationTurn, Unit
from grids.refusals import Doer, GridRefused, bad, refuse_right
from grids.staff import STAFF, in_force

Place = tuple[int, date, str]
"""Unit key, day, shift."""


def stationed_units() -> list[Unit]:
    """Units in force that keep an officer in the centre, by code."""
    return list(Unit.objects.filter(is_stationed=True, is_active=True).select_related("area").order_by("code"))


def officers_of(units: list[Unit], *, at: datetime) -> dict[int, list[User]]:
    """Active people with a post in force at each of these units, A posts first: who can be sent."""
    day = day_of(at)
    posts = Post.objects.filter(in_force(day), unit__in=units, person__is_active=True, person__is_machine=False)
    found: dict[int, dict[int, User]] = {unit.pk: {} for unit in units}
    for post in posts.select_related("person").order_by("cover", "id"):
        found[post.unit_id].setdefault(post.person_id, post.person)
    return {key: list(people.values()) for key, people in found.items()}


def set_week(first: date, wanted: Mapping[Place, int | None], *, actor: Doer, at: datetime) -> int:
    """Write what differs of one week's roster; how many turns. ``wanted``: officer's key by place, None for nobody;
    places left out stay as they are.

    Refusals: forbidden, not_found (a unit outside the actor's land), invalid (a unit that is not stationed, a day outside
    the week, a shift that has passed, somebody without a post at the unit, one person at two desks). All or nothing.
    """
    units = {unit.pk: unit for unit in stationed_units()}
    _require(actor, [units[key] for key in {place[0] for place in wanted} if key in units])
    with transaction.atomic():
        days = (first, first + timedelta(days=6))
        known = {
            (turn.unit_id, turn.day, turn.shift): turn
            for turn in StationTurn.objects.select_for_update().filter(day__range=days)
        }
        changes = {
            place: person for place, person in wanted.items()
            if person != (known[place].person_id if place in known else None)
        }
        _check(changes, units, days, at)
        _refuse_two_desks({place: turn.person_id for place, turn in known.items()} | changes)
        StationTurn.objects.filter(pk__in=[known[place].pk for place in changes if place in known]).delete()
        StationTurn.objects.bulk_create(
            StationTurn(unit_id=unit, day=day, shift=shift, person_id=person)
            for (unit, day, shift), person in changes.items() if person is not None
        )
    return len(changes)


def _require(actor: Doer, units: list[Unit]) -> None:
    if actor.lane == "system":
        return
    if actor.lane != "person" or not actor.rights.may(STAFF):
        raise refuse_right(actor, "set_week", "", GridRefused("forbidden", _("没有这项权限")))
    for unit in units:
        if not actor.rights.covers(STAFF, area_path=unit.area.path):
            raise refuse_right(actor, "set_week", unit.code, GridRefused("not_found", _("没有找到")))


def _check(changes: Mapping[Place, int | None], units: dict[int, Unit], days: tuple[date, date], at: datetime) -> None:
    today = day_of(at)
    officers = officers_of(list(units.values()), at=at) if changes else {}
    for (unit, day, shift), person in changes.items():
        if unit not in units:
            raise bad(unit=_("该单位没有派驻中心"))
        if not days[0] <= day <= days[1] or shift not in DutyTurn.Shift.values:
            raise bad(day=_("不在这一周的班次里"))
        if day < today:
            raise bad(day=_("%(day)s 已经过去,不能再改") % {"day": f"{day:%m-%d}"})
        if person is not None and person not in {one.pk for one in officers[unit]}:
            raise bad(person=_("%(unit)s没有这个人") % {"unit": units[unit].name})


def _refuse_two_desks(roster: Mapping[Place, int | None]) -> None:
    seen: dict[tuple[date, str, int], int] = {}
    for (unit, day, shift), person in roster.items():
        if person is None:
            continue
        if seen.setdefault((day, shift, person), unit) != unit:
            words = {"day": f"{day:%m-%d}", "shift": DutyTurn.Shift(shift).label}
            raise bad(person=_("%(day)s %(shift)s有人同时排在两个单位") % words)
