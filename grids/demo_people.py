"""The demo district's people: accounts, posts, leave and duty roster, with the named cast in its slots."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password

from accounts.demo_cast import CAST, DEMO_PASSWORD, CastMember
from accounts.models import Role, User
from grids.codes import unpadded
from grids.demo import roster
from grids.models import Area, DutyTurn, Leave, Post, StationTurn, Unit
from grids.names import pinyin_of
from grids.scope import SHANGHAI
from grids.stationing import officers_of, stationed_units

POSTED_FROM = date(2020, 1, 1)
"""Before anything the demo's time machine plays."""
DUTY_BEFORE_DAYS, DUTY_DAYS = 31, 77
_ROLES = {
    # function in the roster: (role code or None, rank)
    "district_director": ("district_director", "office"), "district_leader": ("district_director", "office"),
    "district_duty": ("district_dispatcher", "office"), "hotline_agent": ("hotline_agent", "office"),
    "callback_agent": ("call_back_agent", "office"), "unit_handler": ("department_handler", "office"),
    "unit_head": ("department_head", "office"), "street_leader": ("street_director", "office"),
    "street_duty": ("street_officer", "office"), "community_secretary": ("community_secretary", "office"),
    "grid_guide": ("community_secretary", "guide"), "grid_head": ("grid_head", "head"),
    "grid_worker": ("grid_worker", "worker"), "building_head": (None, "building_head"),
    "police_officer": (None, "police"), "mediator": ("mediator", "mediator"), "safety_officer": (None, "safety"),
}  # fmt: skip


def load_people(at: datetime) -> dict[str, int]:
    """Accounts with their posts, today's leave, the duty roster around ``at``; counts by table."""
    day = at.astimezone(SHANGHAI).date()
    found = roster.build_roster(day, days=4)  # leave begins today
    cast = _take_slots(found)
    users = _accounts(found, cast, at)
    _posts(found, users)
    _leaves(found, users)
    _duty(cast, users, day)
    _stationed(day)
    return {
        "people": User.objects.count(), "posts": Post.objects.count(), "leaves": Leave.objects.count(),
        "turns": DutyTurn.objects.count(),
    }  # fmt: skip


def _take_slots(found: roster.Roster) -> dict[str, str]:
    """Give cast members the staff number of the person in their slot: ``{number: username}``."""
    taken: dict[str, str] = {}
    for member in CAST:
        slot = member.slot
        if slot is None:
            continue
        holder = next(
            p.person
            for p in found.posts
            if (p.role, unpadded(p.place), p.rank) == (slot.function, slot.place, slot.cover)
            and p.employment == "full" and p.person not in taken
        )  # fmt: skip
        taken[holder] = member.username
    return taken


def _accounts(found: roster.Roster, cast: dict[str, str], at: datetime) -> dict[str, User]:
    """Insert who is missing; only the cast can sign in. One hash serves all of it, being of one printed password."""
    known = set(User.objects.values_list("username", flat=True))
    password = make_password(DEMO_PASSWORD)
    numbered = {username: number for number, username in cast.items()}
    people = {p.number: p for p in found.people}
    rows = [_member(m, people.get(numbered.get(m.username, "")), password, at) for m in CAST]
    rows += [
        User(
            username=p.number, name=p.name, pinyin=pinyin_of(p.name), phone=p.phone, badge=p.badge, is_demo=True,
            password=make_password(None),
        )
        for p in found.people
        if p.number not in cast
    ]  # fmt: skip
    User.objects.bulk_create([row for row in rows if row.username not in known], batch_size=500)
    by_name = {
        user.username: user for user in User.objects.filter(username__in=[row.username for row in rows])
    }
    return by_name | {number: by_name[username] for number, username in cast.items()}


def _member(member: CastMember, person: roster.Person | None, password: str, at: datetime) -> User:
    name = person.name if person else member.name
    return User(
        username=member.username, name=name, pinyin=pinyin_of(name), phone=person.phone if person else "",
        badge=person.badge if person else "", password=password, password_changed_at=at, is_demo=True,
        is_machine=member.is_machine,
    )  # fmt: skip


def _posts(found: roster.Roster, users: dict[str, User]) -> None:
    areas = {a.code: a.pk for a in Area.objects.only("code")}
    units = {u.code: u.pk for u in Unit.objects.only("code")}
    roles = {r.code: r.pk for r in Role.objects.only("code")}
    duties = [f"{d['name']}:{d['text']}" for d in read_organisation()["seven_duties"]]
    rows = []
    for told in found.posts:
        role, rank = _ROLES[told.role]
        place = unpadded(told.place)
        rows.append(
            Post(
                person=users[told.person], role_id=roles.get(role), rank=rank, cover=told.rank,
                employment=told.employment, valid_from=POSTED_FROM, area_id=None if told.in_unit else areas[place],
                unit_id=units[place] if told.in_unit else units.get(_unit_of(place)),
                duties=duties if rank == "worker" else [],
            )
        )  # fmt: skip
    rows += [
        Post(
            person=users[m.username], role_id=roles[m.role], valid_from=POSTED_FROM, area_id=areas.get(m.area),
            unit_id=units.get(m.unit),
        )
        for m in CAST
        if m.slot is None and m.unit in ("", *units)  # a room's own unit comes with the room, and the post with it
    ]  # fmt: skip
    key = ("person_id", "role_id", "area_id", "unit_id", "rank", "cover", "employment")
    there = keyed(Post.objects.only(*key), *key)
    fresh = [row for row in rows if not keyed([row], *key) & there]
    Post.objects.bulk_create(fresh, batch_size=500)


def _unit_of(place: str) -> str:
    """The unit that goes with a post on land: the centre, the street's office, the community; none for a grid."""
    return {6: "centre", 9: f"street_{place}", 12: f"community_{place}"}.get(len(place), "")


def read_organisation() -> dict[str, Any]:
    """Team templates, former lines, duties, whistle list of the demo district."""
    return json.loads((roster.DATA / "organisation.json").read_text(encoding="utf-8"))


def _leaves(found: roster.Roster, users: dict[str, User]) -> None:
    """Today's absences; nobody of the cast, and nobody twice for the same days."""
    stay = {member.username for member in CAST}
    away = set(Leave.objects.values_list("person_id", "starts_at"))
    rows = []
    for told in found.leaves:
        user, starts = users[told.person], midnight(told.first)
        if user.username in stay or (user.pk, starts) in away:
            continue
        rows.append(
            Leave(
                person=user,
                starts_at=starts,
                ends_at=midnight(told.last + timedelta(days=1)),
                reason=told.reason,
            )
        )
    Leave.objects.bulk_create(rows)


def _duty(cast: dict[str, str], users: dict[str, User], day: date) -> None:
    """Turns from a month back for eleven weeks; days that have a roster already keep it."""
    start = day - timedelta(days=DUTY_BEFORE_DAYS)
    listed = set(DutyTurn.objects.filter(day__gte=start).values_list("day", flat=True))
    areas = {a.code: a.pk for a in Area.objects.filter(level_id__in=("district", "street")).only("code")}
    turns = roster.build_roster(start, days=DUTY_DAYS).duty
    rows = [
        DutyTurn(
            day=turn.day, shift=turn.shift, kind=turn.kind, area_id=areas[unpadded(turn.place)],
            person=users[turn.person],
        )
        for turn in turns
        if turn.day not in listed
    ]  # fmt: skip
    DutyTurn.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


ALWAYS_SEATED = ("police", "emergency", "enforcement")
"""Stationed units that keep an officer in the centre by night as well; the others sit there by day, Monday to Saturday."""


def _stationed(day: date) -> None:
    """Officers of the stationed units in turn, over the same days; what is there stays."""
    start = day - timedelta(days=DUTY_BEFORE_DAYS)
    units = stationed_units()
    officers = officers_of(units, at=midnight(day))
    rows = []
    for unit in units:
        people = officers[unit.pk]
        shifts = ("day", "night") if unit.code in ALWAYS_SEATED else ("day",)
        for n in range(DUTY_DAYS if people else 0):
            on = start + timedelta(days=n)
            rows += [
                StationTurn(day=on, shift=shift, unit=unit, person=people[(n + place) % len(people)])
                for place, shift in enumerate(shifts) if unit.code in ALWAYS_SEATED or on.weekday() < 6
            ]
    StationTurn.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


def midnight(day: date) -> datetime:
    """Beginning of a day in Shanghai."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def keyed(rows: Iterable[Post], *columns: str) -> set[tuple]:
    """The values of these columns of each row, for telling what is there already."""
    return {tuple(getattr(row, column) for column in columns) for row in rows}
