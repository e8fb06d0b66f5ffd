"""The races of the rooms: many bookings of one mediator's hour, twenty of one room, and the control."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.db import connection

from benchmarks.ledger import Figure
from casework.actor import Actor
from casework.door import MoveRefused
from disputes import booking, transitions
from disputes.models import Dispute, Hold, Room, Session
from disputes.telling import PartyTold
from tests.disputes import cast
from tests.disputes.cast import NOON, House
from tests.disputes.rooms_kit import make_room

COMMAND = "./start figures disputes --only rooms"
AT = NOON + timedelta(days=1)
CONNECTIONS = 40


def disputes(count: int, first: int) -> list[Dispute]:
    """Booked by citizens, with parties that are in no other."""
    found = []
    for n in range(first, first + count):
        one, other = PartyTold(name=f"甲{n}", phone=f"1370{n:07d}"), PartyTold(name=f"乙{n}", side="respondent")
        found.append(transitions.book(cast.told(parties=(one, other)), actor=Actor.citizen(), at=NOON))
    return found


def race(house: House, rows: list[Dispute], rooms: list[Room]) -> Counter[str]:
    """Everybody wants the same hour of one mediator; how each ended, by code."""
    people = [house.world.people["second_mediator"].pk]

    def book(n: int) -> str:
        try:
            transitions.schedule(
                rows[n], actor=Actor.citizen(), at=NOON, starts_at=AT, room=rooms[n % len(rooms)], people=people
            )
        except MoveRefused as refused:
            return refused.code if "最近可约" in refused.detail else "without a way on"
        except Exception as error:
            return type(error).__name__
        finally:
            connection.close()
        return "booked"

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        return Counter(pool.map(book, range(len(rows))))


def measure() -> Iterator[Figure]:
    """Needs a migrated database of its own."""
    house = cast.make_house()
    rooms = [make_room(house, f"r{n}") for n in range(5)]
    yield from _judged("mediator_hour", "300 bookings of one mediator's hour", race(house, disputes(300, 0), rooms), 299)
    Hold.objects.all().delete()
    twenty = disputes(20, 1000)
    yield from _judged("room", "20 bookings of one room", race(house, twenty, rooms[:1]), 19)
    Hold.objects.all().delete()
    before = Session.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE disputes_hold DROP CONSTRAINT nothing_held_twice")
    queue, booking.queue_for = booking.queue_for, lambda keys: None
    try:
        race(house, disputes(20, 2000), rooms[:1])
    finally:
        booking.queue_for = queue
    yield Figure("rooms.control", "control without the constraint: sessions of one room and hour",
                 Session.objects.count() - before, "sessions", ">= 2", COMMAND)


def _judged(name: str, what: str, ends: Counter[str], losers: int) -> Iterator[Figure]:
    yield Figure(f"rooms.{name}", f"{what}: booked", ends["booked"], "sessions", "== 1", COMMAND, str(dict(ends)))
    yield Figure(f"rooms.{name}_told", f"{what}: told why and when else", ends["slot_taken"], "refusals", f"== {losers}", COMMAND)
