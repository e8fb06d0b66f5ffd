"""Many want one room at once: one gets it; without the database's constraint many do (figures: benchmarks)."""

from __future__ import annotations

import threading
from datetime import datetime

import pytest
from django.db import connection

from casework.door import MoveRefused
from disputes import booking, transitions
from disputes.models import Dispute, Hold, Room, Session
from grids.scope import SHANGHAI
from tests.disputes import cast
from tests.disputes.cast import NOON, House
from tests.disputes.rooms_kit import at_once, codes, make_room, other_people

FRIDAY_10 = datetime(2026, 3, 6, 10, 0, tzinfo=SHANGHAI)
MANY = 8


def _all_at_once(house: House, room: Room, disputes: list[Dispute]) -> list[object]:
    actor, people = house.actor("mediator"), [house.world.people["second_mediator"].pk]
    return at_once(*(
        lambda dispute=dispute: transitions.schedule(
            dispute, actor=actor, at=NOON, starts_at=FRIDAY_10, room=room, people=people
        )
        for dispute in disputes
    ))


@pytest.mark.django_db(transaction=True)
def test_many_bookings_of_one_room_give_one_and_without_the_constraint_more(monkeypatch: pytest.MonkeyPatch) -> None:
    house = cast.make_house()
    room, disputes = make_room(house), [cast.mediating(house, **other_people(n)) for n in range(MANY)]
    answers = _all_at_once(house, room, disputes)
    assert codes(answers) == {"Session": 1, "slot_taken": MANY - 1}
    assert all("最近可约" in answer.detail for answer in answers if isinstance(answer, MoveRefused))
    assert Session.objects.count() == 1
    Hold.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE disputes_hold DROP CONSTRAINT nothing_held_twice")
    looked = threading.Barrier(MANY)  # everybody has looked before anybody writes: what a race does by chance
    monkeypatch.setattr(booking, "queue_for", lambda keys: looked.wait(30))
    try:
        _all_at_once(house, room, disputes)
        assert Session.objects.count() == 1 + MANY
    finally:
        Hold.objects.all().delete()
        constraint = next(c for c in Hold._meta.constraints if c.name == "nothing_held_twice")
        with connection.schema_editor() as editor:
            editor.add_constraint(Hold, constraint)
