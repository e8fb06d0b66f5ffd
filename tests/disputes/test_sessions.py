"""Booking of rooms, mediators and parties: what is taken stays taken, in words and in the database; minutes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from casework import outbox
from casework.door import MoveRefused
from casework.models import Channel, Delivery, Notice
from disputes import booking, minutes, transitions, wall
from disputes.booking import Span
from disputes.models import Dispute, Hold, Narrative, Room, Session
from grids.scope import SHANGHAI
from tests.disputes import cast
from tests.disputes.cast import NOON, House
from tests.disputes.rooms_kit import make_room, other_people

FRIDAY_10 = datetime(2026, 3, 6, 10, 0, tzinfo=SHANGHAI)
HALF_HOUR = timedelta(minutes=30)


@pytest.fixture
def room(house: House) -> Room:
    return make_room(house)


def booked(house: House, where: Room, dispute: Dispute | None = None, **more: object) -> Session:
    dispute = dispute or cast.mediating(house)
    told = {"starts_at": FRIDAY_10, "room": where, **more}
    return transitions.schedule(dispute, actor=house.actor("mediator"), at=NOON, **told)


def test_a_session_takes_room_mediator_and_parties(house: House, room: Room) -> None:
    session = booked(house, room)
    assert sorted(session.holds.values_list("kind", flat=True)) == [1, 2, 3, 3]
    assert sorted(session.seats.values_list("role", flat=True)) == ["mediator", "party", "party"]
    assert session.dispute.trail.filter(verb="schedule").count() == 1


def test_the_room_is_taken_and_the_next_times_are_named(house: House, room: Room) -> None:
    booked(house, room)
    second = cast.mediating(house, **other_people(1))
    with pytest.raises(MoveRefused) as refused:
        booked(house, room, second, people=[house.world.people["second_mediator"].pk], starts_at=FRIDAY_10 + HALF_HOUR)
    assert refused.value.code == "slot_taken"
    assert "调解室 03-06 10:00–11:00 已被预订" in refused.value.detail
    assert refused.value.free[0] == Span(FRIDAY_10 + timedelta(hours=1), FRIDAY_10 + timedelta(hours=2))
    assert not Session.objects.filter(dispute=second).exists()


@pytest.mark.parametrize("same", ["mediator", "party"])
def test_mediator_and_party_are_not_in_two_places(house: House, room: Room, same: str) -> None:
    booked(house, room)
    elsewhere = make_room(house, "room_b")
    second = cast.mediating(house, **({} if same == "party" else other_people(2)))
    people = [house.world.people["second_mediator"].pk] if same == "party" else ()
    with pytest.raises(MoveRefused) as refused:
        booked(house, elsewhere, second, people=people)
    assert refused.value.code == "slot_taken"
    assert ("当事人" if same == "party" else "调解员") in refused.value.detail


def test_the_next_half_hour_is_free(house: House, room: Room) -> None:
    booked(house, room)
    booked(house, room, cast.mediating(house, **other_people(3)), starts_at=FRIDAY_10 + timedelta(hours=1))
    assert Session.objects.count() == 2


def test_the_database_itself_refuses_an_overlap(house: House, room: Room) -> None:
    session = booked(house, room)
    twin = Hold(session=session, kind=1, resource=booking.room_key(room), starts_at=FRIDAY_10 + HALF_HOUR,
                ends_at=FRIDAY_10 + timedelta(hours=2))
    with pytest.raises(IntegrityError, match="nothing_held_twice"), transaction.atomic():
        twin.save()
    twin.is_released = True
    twin.save()


@pytest.mark.parametrize(("more", "field"), [
    ({"starts_at": NOON - HALF_HOUR}, "starts_at"),
    ({"starts_at": FRIDAY_10 + timedelta(minutes=10)}, "starts_at"),
    ({"minutes": 300}, "starts_at"),
    ({"starts_at": datetime(2026, 3, 7, 10, tzinfo=SHANGHAI)}, "starts_at"),
    ({"starts_at": datetime(2026, 3, 6, 17, 30, tzinfo=SHANGHAI)}, "starts_at"),
    ({"room": None}, "room"),
    ({"mode": "visit", "room": None}, "place"),
])  # fmt: skip
def test_bad_wishes_name_their_field(house: House, room: Room, more: dict, field: str) -> None:
    with pytest.raises(MoveRefused) as refused:
        booked(house, room, **more)
    assert refused.value.code == "invalid"
    assert list(refused.value.fields) == [field]
    assert not Hold.objects.exists()


def test_moving_frees_the_old_time_and_calling_off_frees_all(house: House, room: Room) -> None:
    session = booked(house, room)
    actor = house.actor("mediator")
    moved = transitions.reschedule(session, actor=actor, at=NOON, starts_at=FRIDAY_10 + 2 * HALF_HOUR)
    assert set(moved.holds.values_list("starts_at", flat=True)) == {moved.starts_at}
    again = booked(house, room, cast.mediating(house, **other_people(4)), people=[house.world.people["second_mediator"].pk])
    with pytest.raises(MoveRefused, match="slot_taken"):
        transitions.reschedule(again, actor=actor, at=NOON, starts_at=moved.starts_at)
    transitions.call_off(moved, actor=actor, at=NOON, note="当事人有事")
    transitions.reschedule(again, actor=house.actor("mediator"), at=NOON, starts_at=moved.starts_at)
    assert not moved.holds.filter(is_released=False).exists()
    with pytest.raises(MoveRefused, match="wrong_state"):
        transitions.call_off(moved, actor=actor, at=NOON)


def test_who_came_and_who_did_not_and_the_start_clock_stops(house: House, room: Room) -> None:
    session = booked(house, room)
    actor = house.actor("mediator", FRIDAY_10)
    seats = {seat.role: seat for seat in session.seats.all()}
    transitions.check_in(session, actor=actor, at=FRIDAY_10, came=[seats["mediator"].pk], absent=[seats["party"].pk])
    transitions.begin(session, actor=actor, at=FRIDAY_10)
    transitions.conclude(session, actor=actor, at=FRIDAY_10 + HALF_HOUR)
    assert session.seats.get(pk=seats["party"].pk).is_absent
    assert session.seats.get(pk=seats["mediator"].pk).came_at == FRIDAY_10
    assert session.dispute.deadlines.get(stage="start").state == "stopped"
    assert not Hold.objects.filter(is_released=False).exists()
    with pytest.raises(MoveRefused, match="invalid"):
        transitions.check_in(session, actor=actor, at=FRIDAY_10, came=[0])


def test_a_stranger_books_nothing(house: House, room: Room) -> None:
    dispute = cast.mediating(house)
    for name, code in (("stranger_mediator", "not_found"), ("officer_a", "not_found"), ("director_a", "forbidden")):
        with pytest.raises(MoveRefused) as refused:
            transitions.schedule(dispute, actor=house.actor(name), at=NOON, starts_at=FRIDAY_10, room=room)
        assert refused.value.code == code, name


def test_parties_are_told_by_text_and_reminded_a_day_and_two_hours_before(house: House, room: Room) -> None:
    Channel.objects.create(code="sms", kind=Channel.Kind.SMS, topics=["*"])
    session = booked(house, room, starts_at=datetime(2026, 3, 9, 10, tzinfo=SHANGHAI))
    outbox.do_due(at=NOON)
    texts = Delivery.objects.filter(target="13811112222")
    assert [("03-09 10:00" in row.text, "王小明" in row.text) for row in texts] == [(True, False)]
    outbox.do_due(at=session.starts_at - timedelta(hours=24))
    outbox.do_due(at=session.starts_at - timedelta(hours=2))
    outbox.do_due(at=session.starts_at)
    assert texts.all().count() == 3
    assert Notice.objects.filter(kind="session_soon", person=house.world.people["mediator"]).count() == 2


def test_a_session_that_was_moved_reminds_at_its_new_time_only(house: House, room: Room) -> None:
    session = booked(house, room, starts_at=datetime(2026, 3, 9, 10, tzinfo=SHANGHAI))
    transitions.reschedule(session, actor=house.actor("mediator"), at=NOON, starts_at=datetime(2026, 3, 10, 10, tzinfo=SHANGHAI))
    outbox.do_due(at=datetime(2026, 3, 9, 9, tzinfo=SHANGHAI))
    assert not Notice.objects.filter(kind="session_soon").exists()
    outbox.do_due(at=datetime(2026, 3, 10, 9, tzinfo=SHANGHAI))
    assert Notice.objects.filter(kind="session_soon").count() == 2


# Minutes --------------------------------------------------------------------------------------------------


def test_one_writes_another_waits_a_minute_and_nothing_is_overwritten(house: House, room: Room) -> None:
    session = booked(house, room)
    first, head = house.actor("mediator"), house.actor("body_head")
    minutes.take_pen(session, actor=first, at=NOON)
    part = minutes.save(session, part="focus", text="漏水责任", version=0, actor=first, at=NOON)
    assert part.version == 1
    soon, late = NOON + timedelta(seconds=59), NOON + timedelta(seconds=60)
    with pytest.raises(MoveRefused) as refused:
        minutes.take_pen(session, actor=head, at=soon)
    assert (refused.value.code, refused.value.holder) == ("pen_taken", "mediator")
    minutes.take_pen(session, actor=head, at=late)
    with pytest.raises(MoveRefused, match="pen_taken"):
        minutes.save(session, part="focus", text="盖掉", version=1, actor=first, at=late)
    with pytest.raises(MoveRefused, match="stale"):
        minutes.save(session, part="focus", text="没看到新版", version=0, actor=head, at=late)
    assert minutes.save(session, part="focus", text="漏水责任与赔偿", version=1, actor=head, at=late).version == 2
    with wall.asking(person_id=first.person_id):
        assert [p.text for p in minutes.parts_of(session)] == ["漏水责任与赔偿", "", "", ""]
    assert all(not part.text for part in minutes.parts_of(session))


def test_minutes_are_for_their_readers(house: House, room: Room) -> None:
    session = booked(house, room)
    with pytest.raises(MoveRefused, match="not_found"):
        minutes.take_pen(session, actor=house.actor("stranger_mediator"), at=NOON)
    with pytest.raises(MoveRefused, match="forbidden"):
        minutes.save(session, part="focus", text="x", version=0, actor=house.actor("stranger_mediator"), at=NOON)
    assert not Narrative.objects.filter(session=session).exists()
