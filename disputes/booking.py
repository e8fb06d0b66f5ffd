"""What a session takes up, and when it is free: rooms by their opening hours, mediators, parties."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.utils.translation import gettext as _

from casework.clock import loader
from disputes.models import Hold, MediationBody, Party, Room
from grids.scope import SHANGHAI

CELL = timedelta(minutes=30)
"""Sessions begin and end on the half hour (screens.md §5.4)."""
SHORTEST, LONGEST = timedelta(minutes=30), timedelta(hours=4)
LOOK_AHEAD_DAYS = 14
KIND_BITS = 56


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when."""

    starts_at: datetime
    ends_at: datetime

    def meets(self, other: Span) -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def words(self) -> str:
        start, end = self.starts_at.astimezone(SHANGHAI), self.ends_at.astimezone(SHANGHAI)
        return f"{start:%m-%d %H:%M}–{end:%H:%M}"


def room_key(room: Room) -> int:
    return (Hold.Kind.ROOM << KIND_BITS) | room.pk


def person_key(person_id: int) -> int:
    return (Hold.Kind.PERSON << KIND_BITS) | person_id


def party_key(party: Party) -> int:
    """The same human in two disputes has one key: by identity number, else telephone, else the row."""
    mark = party.id_hash or (party.phone and f"tel:{party.phone}") or f"row:{party.pk}"
    digest = hashlib.sha256(mark.encode()).digest()
    return (Hold.Kind.PARTY << KIND_BITS) | int.from_bytes(digest[:6], "big")


def queue_for(keys: Iterable[int]) -> None:
    """Take the turn for these resources, in order of their numbers, until the transaction ends. Two bookings of one
    hour then meet one after the other: the constraint answers at once, instead of both waiting for each other."""
    with connection.cursor() as cursor:  # OFFSET 0: sorted before the locks are taken, one after the other
        cursor.execute(
            "SELECT pg_advisory_xact_lock(key) FROM (SELECT unnest(%s::bigint[]) AS key ORDER BY 1 OFFSET 0) AS keys",
            [sorted(set(keys))],
        )


def holds(keys: Iterable[int], span: Span, *, but: int | None = None) -> list[Hold]:
    """What is taken of these resources within the span; ``but`` leaves a session's own holds out."""
    rows = Hold.objects.filter(
        resource__in=list(keys), is_released=False, starts_at__lt=span.ends_at, ends_at__gt=span.starts_at
    )
    if but is not None:
        rows = rows.exclude(session=but)
    return list(rows.select_related("session__room").order_by("starts_at"))


def is_open(room: Room, span: Span) -> bool:
    """Whether the room's hours hold the whole span, on a working day unless the room opens on rest days too."""
    start, end = span.starts_at.astimezone(SHANGHAI), span.ends_at.astimezone(SHANGHAI)
    if start.date() != end.date() or start.time() < room.opens or end.time() > room.closes:
        return False
    return room.open_on_weekends or loader.calendar("district").is_workday(start.date())


def cells_of(room: Room, day: date) -> list[Span]:
    """The half hours of a room on a day, none on a closed one."""
    found = []
    moment = datetime.combine(day, room.opens, SHANGHAI)
    last = datetime.combine(day, room.closes, SHANGHAI)
    while moment + CELL <= last:
        found.append(Span(moment, moment + CELL))
        moment += CELL
    return found if found and is_open(room, found[0]) else []


def next_free(
    room: Room | None, keys: Sequence[int], *, after: datetime, length: timedelta, most: int = 3, but: int | None = None
) -> list[Span]:
    """The next spans of this length in which the room is open and none of the resources is taken."""
    window = Span(after, after + timedelta(days=LOOK_AHEAD_DAYS))
    taken = [Span(row.starts_at, row.ends_at) for row in holds(keys, window, but=but)]
    found: list[Span] = []
    for span in _candidates(room, window, length):
        if not any(span.meets(other) for other in taken):
            found.append(span)
            if len(found) == most:
                break
    return found


def _candidates(room: Room | None, window: Span, length: timedelta) -> Iterable[Span]:
    """Spans of this length on the half hour within working days, or the room's own hours."""
    like = room or Room(opens=_time(9), closes=_time(18))
    day = window.starts_at.astimezone(SHANGHAI).date()
    while day <= window.ends_at.astimezone(SHANGHAI).date():
        for cell in cells_of(like, day):
            span = Span(cell.starts_at, cell.starts_at + length)
            if span.starts_at > window.starts_at and is_open(like, span):
                yield span
        day += timedelta(days=1)


def _time(hour: int) -> object:
    from datetime import time

    return time(hour)


@dataclass(frozen=True, slots=True)
class Opening:
    """A time at a body that a citizen may choose, with the room and the mediator it would take."""

    span: Span
    room: Room
    person_id: int


def openings(body: MediationBody, *, after: datetime, length: timedelta, most: int = 12) -> list[Opening]:
    """Times at which a room of the body and one of its mediators are free together."""
    rooms = list(body.rooms.filter(is_active=True))
    people = list(body.mediators.filter(is_active=True, person__is_active=True).values_list("person_id", flat=True))
    if not rooms or not people:
        return []
    keys = [*map(room_key, rooms), *map(person_key, people)]
    window = Span(after, after + timedelta(days=LOOK_AHEAD_DAYS))
    taken: dict[int, list[Span]] = {}
    for row in holds(keys, window):
        taken.setdefault(row.resource, []).append(Span(row.starts_at, row.ends_at))
    found: dict[datetime, Opening] = {}
    for room in rooms:
        for span in _candidates(room, window, length):
            if span.starts_at in found or _meets_any(span, taken.get(room_key(room), ())):
                continue
            person = next((key for key in people if not _meets_any(span, taken.get(person_key(key), ()))), None)
            if person is not None:
                found[span.starts_at] = Opening(span, room, person)
    return [found[start] for start in sorted(found)][:most]


def _meets_any(span: Span, others: Iterable[Span]) -> bool:
    return any(span.meets(other) for other in others)


def clash_words(clashes: Sequence[Hold]) -> str:
    """Why not: what is taken, and from when to when. A party is named by no name."""
    row = clashes[0]
    when = Span(row.starts_at, row.ends_at).words()
    if row.kind == Hold.Kind.ROOM:
        return _("%(room)s %(when)s 已被预订") % {"room": row.session.room or "", "when": when}
    if row.kind == Hold.Kind.PERSON:
        return _("调解员 %(when)s 已有会期") % {"when": when}
    return _("当事人 %(when)s 已有会期") % {"when": when}
