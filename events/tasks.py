"""What time does to events: windows close, absences are covered, pauses end. Celery ticks; PostgreSQL says what is
due. Every function takes the moment, so that tests and the demo can move it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from celery import shared_task
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from casework import notices
from casework.actor import Actor
from casework.clock.authority import database_time
from casework.door import MoveRefused
from events.cover import (
    handler_is_gone,
    is_unattended,
    next_in_chain,
    ownerless,
    patience_ends,
    waiting_orders,
)
from events.models import Event, EventDeadline, Precedent, WorkOrder
from events.notices import message_for
from events.routing import suggest_units
from events.transitions import close_window, cover, dispatch, resume, supply_info
from grids.models import Unit

BATCH = 500


def _each(rows: Iterable, act: Callable[[object], bool]) -> int:
    """Do it to each in its own transaction; somebody who was faster is no error. How many were done."""
    done = 0
    for row in rows:
        try:
            done += bool(act(row))
        except MoveRefused:
            continue
    return done


@shared_task
def close_claim_windows(at: datetime | None = None) -> int:
    """Claim windows that have ended: to the dispatcher, and straight out where a rule names a unit."""
    moment = at or database_time()

    def close(event: Event) -> bool:
        locked = close_window(event, actor=Actor.system(), at=moment)
        if locked.state == "awaiting_dispatch" and _rule_names_a_unit(locked):
            dispatch(locked, actor=Actor.system(), at=moment)
        return True

    due = Event.objects.filter(state="open_for_claim", window_ends_at__lte=moment).order_by("window_ends_at", "pk")
    return _each(list(due[:BATCH]), close)


def _rule_names_a_unit(event: Event) -> bool:
    """A routing rule or a precedent, not the duty list alone."""
    best = next(iter(suggest_units(event, limit=1)), None)
    if best is None:
        return False
    if best.rule_id is not None:
        return True
    return Precedent.objects.filter(category=event.category_id, unit=best.unit_id, is_active=True).exists()


@shared_task
def cover_absences(at: datetime | None = None) -> int:
    """A/B cover: orders unsigned too long, handlers away, units without anybody, events without a living owner."""
    moment = at or database_time()
    done = _each(list(ownerless()[:BATCH]), lambda event: bool(cover(event, actor=Actor.system(), at=moment)))
    return done + _each(list(waiting_orders()), lambda order: _cover_one(order, moment))


def _cover_one(order: WorkOrder, at: datetime) -> bool:
    if not _needs_cover(order, at):
        return False
    step = next_in_chain(order, at=at)
    system = Actor.system()
    if step is None:
        if not is_unattended(order, at=at):
            return False  # the last of the chain is there and late: the ladder's matter
        cover(order.event, order=order, actor=system, at=at, note=_("承办单位无人在岗"))
        return True
    person = User.objects.get(pk=step.person_id)
    land = order.area or (order.unit.area if order.unit.kind in (Unit.Kind.COMMUNITY, Unit.Kind.GRID) else None)
    cover(order.event, order=order, person=person, land=land, actor=system, at=at, note=_("原承办人未在岗或未及时签收"))
    return True


def _needs_cover(order: WorkOrder, at: datetime) -> bool:
    if handler_is_gone(order, at=at) or is_unattended(order, at=at):
        return True
    if order.state != "sent" or patience_ends(order, order.sent_at) > at:
        return False
    last = order.event.trail.filter(verb="cover", changes__order=order.pk).order_by("-seq").first()
    return last is None or patience_ends(order, last.at) <= at


@shared_task
def resume_suspended(at: datetime | None = None) -> int:
    """Pauses whose day has come end by themselves."""
    moment = at or database_time()
    due = Event.objects.filter(state="suspended", resume_on__lte=moment).order_by("resume_on", "pk")[:BATCH]
    return _each(list(due), lambda event: bool(resume(event, actor=Actor.system(), at=moment)))


@shared_task
def needs_info_timeouts(at: datetime | None = None) -> int:
    """The reporter sent nothing within five working days: back to triage with what is there."""
    moment = at or database_time()
    due = Event.objects.filter(state="needs_info", resume_on__lte=moment).order_by("resume_on", "pk")[:BATCH]
    words = _("补充期限已过,按现有材料研判")
    return _each(list(due), lambda event: bool(supply_info(event, actor=Actor.system(), at=moment, note=words)))


@shared_task
def evaluate_timeouts(at: datetime | None = None) -> int:
    """Five working days without an evaluation: the dispatcher is told, once per clock. The system scores nobody
    and closes nothing by itself."""
    moment = at or database_time()
    late = EventDeadline.objects.filter(
        stage="evaluate", state="running", due_at__lte=moment, case__state="evaluating"
    ).select_related("case")
    told = 0
    for clock in late[:BATCH]:
        case = clock.case
        messages = notices.for_readers(lambda case=case: filter(None, [message_for("evaluate_late", case, {}, moment)]))
        with transaction.atomic():
            key = f"evaluate_late:{clock.pk}"
            told += notices.send("evaluate_late", messages, key=key, at=moment, case_number=case.number)
    return told
