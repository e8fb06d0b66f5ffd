"""会期: booked, moved, called off, begun and ended. Room, mediators and parties are kept apart by the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError
from django.utils.translation import gettext as _

from casework.actor import Actor
from casework.door import MoveRefused, Passage, missing, moving
from disputes import booking
from disputes.after_notices import owe_reminders
from disputes.booking import Span
from disputes.models import Dispute, Hold, PanelMember, Party, Room, Session, SessionSeat
from disputes.transitions.steps import refuse_unheard
from disputes.workflow import do
from grids.models import Unit
from grids.scope import SHANGHAI

CONSTRAINT = "nothing_held_twice"
MODES = ("on_site", "online", "visit")


class SlotTaken(MoveRefused):
    """The time is taken; ``free`` are the next spans that are not. ``fields`` names what to choose anew: the time, and
    the room where it is the room that is taken."""

    def __init__(self, words: str, free: list[Span], *fields: str) -> None:
        super().__init__("slot_taken", words, fields={name: [words] for name in fields or ("starts_at",)})
        self.free = free


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: a span, where, and who. ``people`` are mediators by person key; empty: the panel."""

    span: Span
    room: Room | None = None
    mode: str = "on_site"
    people: tuple[int, ...] = ()
    units: tuple[Unit, ...] = ()
    link: str = ""
    place: str = ""


def schedule(
    dispute: Dispute, *, actor: Actor, at: datetime, starts_at: datetime, minutes: int = 60, room: Room | None = None,
    mode: str = "on_site", people: Sequence[int] = (), units: Sequence[Unit] = (), link: str = "", place: str = "",
    seen_version: int | None = None,
) -> Session:
    """约期: book room, mediators and parties for this span; all of them are told.

    Raises ``invalid`` naming the field, and ``slot_taken`` saying what is taken and which times are free next.
    """
    span = Span(starts_at, starts_at + timedelta(minutes=minutes))
    wish = Wish(span, room if mode == "on_site" else None, mode, tuple(people), tuple(units), link, place)
    _check(wish, at)
    keys: list[int] = []
    try:
        with moving(dispute, do.schedule, actor=actor, at=at, seen_version=seen_version) as passage:
            session = _write(passage, wish, keys)
            passage.details.update(session=session, start=starts_at.isoformat(), room=room.pk if room else None)
            passage.tell("session_booked", start=starts_at.isoformat())
            owe_reminders(passage, session, starts_at)
    except IntegrityError as error:
        raise _taken(error, wish, keys) from error
    return session


def _check(wish: Wish, at: datetime) -> None:
    _check_span(wish.span, at)
    if wish.mode not in MODES:
        raise missing(mode=_("请选择方式"))
    if wish.mode == "on_site":
        if wish.room is None or not wish.room.is_active:
            raise missing(room=_("请选择调解室"))
        if not booking.is_open(wish.room, wish.span):
            raise missing(starts_at=_("该时段调解室不开放"))
    if wish.mode == "visit" and not wish.place.strip():
        raise missing(place=_("请写明上门地点"))


def _check_span(span: Span, at: datetime) -> None:
    start, length = span.starts_at, span.ends_at - span.starts_at
    if start <= at:
        raise missing(starts_at=_("时间已过,请另选"))
    if start.minute % 30 or start.second or not booking.SHORTEST <= length <= booking.LONGEST or length % booking.CELL:
        raise missing(starts_at=_("会期从整点或半点开始,30分钟到4小时,以30分钟为单位"))


def _write(passage: Passage, wish: Wish, keys: list[int]) -> Session:
    dispute = passage.case
    parties = [row for row in passage.rows(Party) if row.left_at is None]
    people = wish.people or tuple(_panel(passage))
    if wish.room is not None and len(parties) + len(people) + len(wish.units) > wish.room.capacity:
        raise missing(room=_("人数超过调解室容量(%(n)s 人)") % {"n": wish.room.capacity})
    held = _resources(wish.room, people, parties)
    keys += [key for _kind, key in held]
    clashes = booking.holds(keys, wish.span)
    if clashes:
        raise refusal(clashes, wish, keys)
    booking.queue_for(keys)
    last = max((row.seq for row in passage.rows(Session)), default=0)
    session = passage.create(Session(
        dispute=dispute, seq=last + 1, mode=wish.mode, room=wish.room, starts_at=wish.span.starts_at,
        ends_at=wish.span.ends_at, link=wish.link[:300], place=wish.place[:160], booked_at=passage.at,
        booked_by=passage.actor.name[:60],
    ))
    for party in parties:
        passage.book.create(SessionSeat(session=session, role="party", party=party))
    for person in people:
        passage.book.create(SessionSeat(session=session, role="mediator", person_id=person, answer="coming"))
    for unit in wish.units:
        passage.book.create(SessionSeat(session=session, role="guest", unit=unit))
    for kind, key in held:
        passage.book.create(Hold(
            session=session, kind=kind, resource=key, starts_at=wish.span.starts_at, ends_at=wish.span.ends_at
        ))
    return session


def _panel(passage: Passage) -> list[int]:
    """Persons who mediate it now; whoever books, where nobody is named yet and a person does it."""
    seats = PanelMember.objects.filter(dispute=passage.case, until=None).exclude(role="helper")
    people = list(seats.values_list("mediator__person_id", flat=True))
    return people or ([passage.actor.person_id] if passage.actor.is_staff and passage.actor.person_id else [])


def _resources(room: Room | None, people: Sequence[int], parties: Sequence[Party]) -> list[tuple[int, int]]:
    """(kind, key) of everything the session takes, each once."""
    found = {(int(Hold.Kind.PERSON), booking.person_key(key)) for key in people}
    found |= {(int(Hold.Kind.PARTY), booking.party_key(party)) for party in parties}
    if room is not None:
        found.add((int(Hold.Kind.ROOM), booking.room_key(room)))
    return sorted(found)


def refusal(clashes: Sequence[Hold], wish: Wish, keys: Sequence[int], *, but: int | None = None) -> SlotTaken:
    """已被占用, with the next free times."""
    length = wish.span.ends_at - wish.span.starts_at
    free = booking.next_free(wish.room, keys, after=wish.span.starts_at, length=length, but=but)
    words = booking.clash_words(clashes) if clashes else _("该时段刚刚被占用")
    if free:
        words += ";" + _("最近可约:%(times)s") % {"times": "、".join(span.words() for span in free)}
    by_room = bool(clashes) and clashes[0].kind == Hold.Kind.ROOM
    return SlotTaken(words, free, *(("starts_at", "room") if by_room else ("starts_at",)))


def _taken(error: IntegrityError, wish: Wish, keys: list[int], *, but: int | None = None) -> Exception:
    """The constraint's answer in words; any other breach stays what it is."""
    if CONSTRAINT not in str(error):
        return error
    return refusal(booking.holds(keys, wish.span, but=but), wish, keys, but=but)


def reschedule(
    session: Session, *, actor: Actor, at: datetime, starts_at: datetime, minutes: int | None = None,
    room: Room | None = None, note: str = "", seen_version: int | None = None,
) -> Session:
    """改期: another time, and another room if one is named; everybody is told anew. Raises as ``schedule``, and
    ``wrong_state`` for a session that has begun."""
    length = timedelta(minutes=minutes) if minutes else session.ends_at - session.starts_at
    where = (room or session.room) if session.mode == "on_site" else None
    wish = Wish(Span(starts_at, starts_at + length), where, session.mode, link=session.link, place=session.place)
    _check(wish, at)
    keys: list[int] = []
    try:
        with moving(session.dispute, do.reschedule, actor=actor, at=at, note=note, seen_version=seen_version) as passage:
            row = _open_row(passage, session, ("booked",))
            _move_holds(passage, row, wish, keys)
            passage.details.update(session=row.pk, start=[row.starts_at.isoformat(), starts_at.isoformat()])
            passage.change(
                row, starts_at=wish.span.starts_at, ends_at=wish.span.ends_at, room=wish.room, moves=row.moves + 1
            )
            passage.tell("session_moved", start=starts_at.isoformat())
            owe_reminders(passage, row, starts_at)
    except IntegrityError as error:
        raise _taken(error, wish, keys, but=session.pk) from error
    return row


def _move_holds(passage: Passage, row: Session, wish: Wish, keys: list[int]) -> None:
    held = list(Hold.objects.filter(session=row, is_released=False))
    for hold in held:
        if hold.kind == Hold.Kind.ROOM and wish.room is not None:
            hold.resource = booking.room_key(wish.room)
    keys += [hold.resource for hold in held]
    clashes = booking.holds(keys, wish.span, but=row.pk)
    if clashes:
        raise refusal(clashes, wish, keys, but=row.pk)
    booking.queue_for(keys)
    for hold in held:
        passage.change(hold, resource=hold.resource, starts_at=wish.span.starts_at, ends_at=wish.span.ends_at)


def _open_row(passage: Passage, session: Session, states: Sequence[str]) -> Session:
    """The session under the dispute's lock, in one of these states."""
    row = next(row for row in passage.rows(Session) if row.pk == session.pk)
    if row.state not in states:
        raise MoveRefused("wrong_state", _("会期%(state)s,不能再改") % {"state": row.get_state_display()}, state=row.state)
    return row


def call_off(
    session: Session, *, actor: Actor, at: datetime, note: str = "", seen_version: int | None = None
) -> Session:
    """取消会期: what it took up is free again, everybody is told. Raises ``wrong_state`` once it has begun."""
    with moving(session.dispute, do.call_off, actor=actor, at=at, note=note, seen_version=seen_version) as passage:
        row = _open_row(passage, session, ("booked",))
        passage.change(row, state="called_off", called_off_at=at)
        _release(passage, row)
        passage.details.update(session=row.pk)
        passage.tell("session_off", start=row.starts_at.isoformat())
    return row


def _release(passage: Passage, row: Session) -> None:
    for hold in Hold.objects.filter(session=row, is_released=False):
        passage.change(hold, is_released=True)


def check_in(
    session: Session, *, actor: Actor, at: datetime, came: Sequence[int] = (), absent: Sequence[int] = (),
    seen_version: int | None = None,
) -> Session:
    """签到: who came and who did not, by the keys of their seats. Raises ``invalid`` for a stranger's seat."""
    with moving(session.dispute, do.check_in, actor=actor, at=at, seen_version=seen_version) as passage:
        row = _open_row(passage, session, ("booked", "begun", "held"))
        seats = {seat.pk: seat for seat in row.seats.all()}
        if not {*came, *absent} <= set(seats):
            raise missing(came=_("名单里没有这个人"))
        for key in came:
            passage.change(seats[key], came_at=seats[key].came_at or at, is_absent=False)
        for key in absent:
            passage.change(seats[key], came_at=None, is_absent=True)
        passage.details.update(session=row.pk, came=len(came), absent=len(absent))
    return row


def begin(session: Session, *, actor: Actor, at: datetime, seen_version: int | None = None) -> Session:
    """开始调解: the first session stops the start clock (rules.md §5: ordinary 3, complex 7 days)."""
    with moving(session.dispute, do.begin, actor=actor, at=at, seen_version=seen_version) as passage:
        refuse_unheard(passage.case)
        row = _open_row(passage, session, ("booked",))
        passage.change(row, state="begun", begun_at=at)
        passage.clocks.stop("start", at=at)
        passage.details.update(session=row.pk)
    return row


def conclude(
    session: Session, *, actor: Actor, at: datetime, note: str = "", seen_version: int | None = None
) -> Session:
    """会期结束: the room and the people are free again. Raises ``not_begun`` for one whose time has not come: it is
    begun early, moved or called off instead."""
    with moving(session.dispute, do.conclude, actor=actor, at=at, note=note, seen_version=seen_version) as passage:
        refuse_unheard(passage.case)
        row = _open_row(passage, session, ("booked", "begun"))
        if row.state == "booked" and at < row.starts_at:
            when = f"{row.starts_at.astimezone(SHANGHAI):%m-%d %H:%M}"
            words = _("会期定在%(when)s,尚未开始;提前进行的请先开始调解,不开的请改期或取消")
            raise MoveRefused("not_begun", words % {"when": when})
        passage.change(row, state="held", begun_at=row.begun_at or at, ended_at=at, writer=None, writer_seen_at=None)
        passage.clocks.stop("start", at=at)
        _release(passage, row)
        passage.details.update(session=row.pk)
    return row
