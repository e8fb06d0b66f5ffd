"""Calls and seats: what a line tells, each told thing once whatever it repeats; who picks up first has the call."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from casework.refusals import MoveRefused, missing, not_found
from hotline.models import Caller, PhoneCall, Seat
from hotline.models.caller import clean_phone, phone_key

RINGS_FOR = timedelta(minutes=3)
"""A call that nobody picked up and no line ended is missed after this."""
SEEN_WITHIN = timedelta(minutes=2)


def ring(call: str, *, phone: str, at: datetime, seat: User | None = None, direction: str = "in") -> PhoneCall:
    """A call comes in (or goes out). The same call told again is the call that is there, untouched.

    Raises ``invalid`` for a call without an id or a number that is none.
    """
    key = call.strip()[:60]
    digits = clean_phone(phone)
    if not key or not key.isprintable():
        raise missing(call=_("缺少通话编号"))
    if phone and not 3 <= len(digits) <= 15:
        raise missing(phone=_("电话号码应为3至15位数字"))
    known = PhoneCall.objects.filter(key=key).first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            if direction == "out" and seat is not None:
                live_of(seat).filter(held_at__isnull=True).update(held_at=at)
                _sit(seat, Seat.Standing.TALKING, at=at)
            return PhoneCall.objects.create(
                key=key, direction=direction, caller=caller_of(digits, at=at), agent=seat if direction == "out" else None,
                rings_at=seat if direction == "in" else None, rang_at=at,
                answered_at=at if direction == "out" else None,
            )
    except IntegrityError:
        return PhoneCall.objects.get(key=key)


def caller_of(digits: str, *, at: datetime) -> Caller | None:
    """The caller's row by the keyed hash of the number; None for a hidden number."""
    if not digits:
        return None
    found, _new = Caller.objects.get_or_create(
        phone_hash=phone_key(digits), defaults={"phone": digits, "first_called_at": at, "last_called_at": at}
    )
    return found


def _locked(call: PhoneCall) -> PhoneCall:
    found = PhoneCall.objects.select_for_update(of=("self",)).select_related("agent").filter(pk=call.pk).first()
    if found is None:
        raise not_found()
    return found


def answer(call: PhoneCall, *, agent: User, at: datetime) -> PhoneCall:
    """Picked up: the first has it, the others read who. A call picked up while one is on puts that one on hold.

    Raises ``taken`` with the colleague's name, ``call_over``.
    """
    with transaction.atomic():
        row = _locked(call)
        if row.ended_at is not None:
            raise MoveRefused("call_over", _("通话已结束"))
        if row.answered_at is not None and row.agent_id != agent.pk:
            raise MoveRefused("taken", _("%(name)s已接听") % {"name": row.agent.name}, holder=row.agent.name)
        if row.answered_at is None:
            live_of(agent).exclude(pk=row.pk).filter(held_at__isnull=True).update(held_at=at)
            row.agent, row.answered_at, row.held_at = agent, at, None
            row.save(update_fields=["agent", "answered_at", "held_at"])
        _sit(agent, Seat.Standing.TALKING, at=at)
    return row


def hold(call: PhoneCall, *, agent: User, at: datetime) -> PhoneCall:
    """保持. Raises ``not_yours``, ``call_over``."""
    return _mark(call, agent, held_at=at)


def resume(call: PhoneCall, *, agent: User, at: datetime) -> PhoneCall:
    """取回; whatever else is on goes on hold. Raises ``not_yours``, ``call_over``."""
    with transaction.atomic():
        live_of(agent).exclude(pk=call.pk).filter(held_at__isnull=True).update(held_at=at)
        return _mark(call, agent, held_at=None)


def _mark(call: PhoneCall, agent: User, *, held_at: datetime | None) -> PhoneCall:
    with transaction.atomic():
        row = _locked(call)
        _refuse_foreign(row, agent)
        if row.ended_at is not None:
            raise MoveRefused("call_over", _("通话已结束"))
        row.held_at = held_at
        row.save(update_fields=["held_at"])
    return row


def _refuse_foreign(row: PhoneCall, agent: User) -> None:
    if row.agent_id != agent.pk:
        raise MoveRefused("not_yours", _("这不是您的通话"))


def end(call: PhoneCall, *, at: datetime, agent: User | None = None) -> PhoneCall:
    """Hung up by either side. Told again it stays as it was. The agent's last call leads to the wrap-up 话后.

    Raises ``not_yours`` when ``agent`` is given and it is another's.
    """
    with transaction.atomic():
        row = _locked(call)
        if agent is not None:
            _refuse_foreign(row, agent)
        if row.ended_at is not None:
            return row
        row.ended_at, row.held_at = max(at, row.rang_at), None
        row.save(update_fields=["ended_at", "held_at"])
        if row.agent_id and row.answered_at and not live_of(row.agent).exists():
            _sit(row.agent, Seat.Standing.WRAPPING_UP, at=at)
    return row


def live_of(agent: User) -> QuerySet[PhoneCall]:
    """The agent's calls that are on, held ones too."""
    return PhoneCall.objects.filter(agent=agent, answered_at__isnull=False, ended_at__isnull=True)


def wrap_up(agent: User, *, at: datetime) -> Seat:
    """话后完成: the calls of this wrap-up are done with, the seat is free."""
    PhoneCall.objects.filter(
        agent=agent, ended_at__isnull=False, answered_at__isnull=False, wrapped_up_at__isnull=True
    ).update(wrapped_up_at=at)
    return sit(agent, Seat.Standing.FREE, at=at)


def sit(agent: User, standing: str, *, at: datetime) -> Seat:
    """The agent says what they are doing. Raises ``invalid``; ``on_call`` while a call is on."""
    if standing not in Seat.Standing.values:
        raise missing(standing=_("请从列表中选择"))
    if standing != Seat.Standing.TALKING and live_of(agent).exists():
        raise MoveRefused("on_call", _("通话尚未结束"))
    return _sit(agent, standing, at=at)


def _sit(agent: User, standing: str, *, at: datetime) -> Seat:
    seat, _new = Seat.objects.get_or_create(person=agent, defaults={"since": at, "seen_at": at, "standing": standing})
    if seat.standing != standing:
        seat.standing, seat.since = standing, at
    seat.seen_at = at
    seat.save(update_fields=["standing", "since", "seen_at"])
    return seat


def seen(agent: User, *, at: datetime) -> Seat:
    """The desk is open: the first sight of the shift makes the seat free."""
    seat = Seat.objects.filter(pk=agent.pk).first()
    if seat is None or seat.standing == Seat.Standing.AWAY or at - seat.seen_at > timedelta(hours=8):
        return _sit(agent, Seat.Standing.FREE, at=at)
    if at - seat.seen_at > timedelta(seconds=30):
        Seat.objects.filter(pk=agent.pk).update(seen_at=at)
    return seat


def ringing(agent: User | None, *, at: datetime) -> QuerySet[PhoneCall]:
    """Calls that ring: at this seat or at all seats, oldest first; all of them without an agent."""
    rows = PhoneCall.objects.filter(
        direction="in", answered_at__isnull=True, ended_at__isnull=True, rang_at__gte=at - RINGS_FOR
    ).select_related("caller").order_by("rang_at")
    return rows if agent is None else rows.filter(rings_at__isnull=True) | rows.filter(rings_at=agent)


def close_forgotten(*, at: datetime) -> int:
    """Calls that a line began and never ended: those nobody picked up are missed. How many."""
    old = PhoneCall.objects.filter(answered_at__isnull=True, ended_at__isnull=True, rang_at__lt=at - RINGS_FOR)
    return old.update(ended_at=at)


def number_to_dial(call: str, *, agent: User) -> str:
    """The number of the caller of an earlier call: one of the agent's own, or one that nobody picked up. Empty else."""
    own = Q(agent=agent) | Q(agent__isnull=True, direction="in", ended_at__isnull=False)
    found = PhoneCall.objects.filter(own, key=call[:60]).select_related("caller").first()
    return found.caller.phone if found is not None and found.caller_id else ""


def read_missed(*, at: datetime) -> int:
    """全部标记已读: the missed calls so far. How many."""
    rows = PhoneCall.objects.filter(direction="in", answered_at__isnull=True, read_at__isnull=True)
    return rows.filter(ended_at__isnull=False).update(read_at=at)
