"""What time does to the hotline: the call-back queue, the no-response watch, old drafts. Celery ticks; PostgreSQL says
what is due. Every function takes the moment and is safe to run twice."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from celery import shared_task
from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet

from casework.actor import Actor
from casework.clock.authority import database_time
from casework.door import MoveRefused
from events import transitions as event_verbs
from events.models import Event, EventTrail, Verification
from grids.scope import SHANGHAI
from hotline.limits import limits
from hotline.lines import calls
from hotline.models import CallBack, Draft, HotlineOrder, HotlineTrail, OrderFlag
from hotline.transitions import clear_flag, raise_flag
from hotline.workflow import LIVE

BATCH = 500
HOURS = (9, 14)
"""When the call-back queue is built (rules.md §8)."""


def _each(rows: Iterable, act: Callable[[object], bool]) -> int:
    done = 0
    for row in rows:
        try:
            done += bool(act(row))
        except MoveRefused:
            continue
    return done


# The call-back queue ------------------------------------------------------------------------------------


def is_sampled(number: str, percent: int, round_: int = 1) -> bool:
    """Whether the sample draws this case: by a hash of its number, so that it is the same at every run."""
    digest = hashlib.sha256(f"{number}:{round_}".encode()).digest()
    return int.from_bytes(digest[:4], "big") % 100 < percent


@shared_task
def build_call_backs(at: datetime | None = None) -> int:
    """Queue what is to be called back: every hotline order that followed an event, of events of other sources all
    complaints and P0–P2 and a third of P3, of consultations answered on the line a sample. What the sample leaves
    out is spared, so that its event does not wait for a call that never comes. How many were queued."""
    moment = at or database_time()
    _withdraw_events(moment)
    return _queue_orders(moment) + _queue_direct(moment) + _queue_events(moment)


@shared_task
def build_call_backs_at_their_hours(at: datetime | None = None) -> int:
    """The tick: builds once it is past 09:00 and once it is past 14:00; what is queued already stays as it is."""
    moment = at or database_time()
    return build_call_backs(moment) if moment.astimezone(SHANGHAI).hour in HOURS else 0


def _withdraw_events(at: datetime) -> None:
    """What was queued of events that have been asked on their own page meanwhile, or went on without."""
    waiting = CallBack.objects.filter(order=None, state="waiting")
    asked = Verification.objects.filter(event=OuterRef("event"), round=OuterRef("round"), way="call_back").exclude(
        finding="unreached"
    )
    waiting.filter(~Q(event__state="verifying") | Exists(asked)).update(state="withdrawn", done_at=at)


def _queue_orders(at: datetime) -> int:
    known = CallBack.objects.filter(order=OuterRef("pk"), round=OuterRef("round"))
    rows = HotlineOrder.objects.filter(~Exists(known), state="calling_back").order_by("pk")[:BATCH]
    return _insert(
        CallBack(order=row, round=row.round, reason=_reason_of(row), built_at=at, not_before=at) for row in rows
    )


def _reason_of(order: HotlineOrder) -> str:
    if order.demand in ("complaint", "tip_off"):
        return "complaint"
    return "urgent" if order.urgency < "P3" else "hotline"


def _queue_direct(at: datetime) -> int:
    """Of the last two days' answers on the line: who was not asked on the phone, by sample."""
    known = CallBack.objects.filter(order=OuterRef("pk"), round=OuterRef("round"))
    rows = HotlineOrder.objects.filter(
        ~Exists(known), state="closed", outcome="answered", rating=None, may_call_back=True, caller__isnull=False,
        closed_at__gte=at - timedelta(days=limits().call_back_days), closed_at__lte=at,
    ).exclude(caller__phone="").order_by("pk")[:BATCH]
    return _insert(
        CallBack(order=row, round=row.round, reason="sample", built_at=at, not_before=at)
        for row in rows if is_sampled(row.number, limits().direct_sample_percent, row.round)
    )


def _queue_events(at: datetime) -> int:
    """Events that wait for their telephone check and came in another way than by an order."""
    rows = (
        Event.objects.filter(state="verifying", reporter__isnull=False)
        .exclude(reporter__phone="")
        .exclude(hotline_orders__has_joined=False, hotline_orders__isnull=False)
        .annotate(round_=F("reworks") + F("reopens") + 1)
    )
    called = Exists(Event.objects.filter(pk=OuterRef("pk"), verifications__way="call_back",
                                         verifications__round=OuterRef("round_")))
    queued = Exists(CallBack.objects.filter(event=OuterRef("pk"), order=None, round=OuterRef("round_")))
    waiting = list(rows.filter(~called, ~queued).order_by("pk")[:BATCH])
    drawn = {row.pk: reason for row in waiting if (reason := _why_called(row))}
    spared = [row for row in waiting if row.pk not in drawn]
    _each(spared, lambda row: bool(event_verbs.spare_call_back(row, actor=Actor.system(), at=at)))
    return _insert(
        CallBack(event=row, round=row.round_, reason=drawn[row.pk], built_at=at, not_before=at)
        for row in waiting if row.pk in drawn
    )


def _why_called(event: Event) -> str:
    if event.urgency < "P3":
        return "urgent"
    if event.source == "hotline":
        return "hotline"
    if event.service_class_id in ("D5", "V13"):
        return "complaint"
    return "sample" if is_sampled(event.number, limits().p3_sample_percent, event.round_) else ""


def _insert(rows: Iterable[CallBack]) -> int:
    """One row per case and round, whoever else builds at the same moment."""
    fresh = list(rows)
    with transaction.atomic():
        before = CallBack.objects.aggregate(top=Max("pk"))["top"] or 0
        CallBack.objects.bulk_create(fresh, ignore_conflicts=True)
        return CallBack.objects.filter(pk__gt=before).count() if fresh else 0


# The no-response watch ----------------------------------------------------------------------------------


@shared_task
def watch_responses(at: datetime | None = None) -> int:
    """Every ten minutes: red when nobody has responded within 24 hours, yellow when nothing has moved for three days,
    a mark when the caller was dissatisfied twice; each once per cause, and lifted when its cause is gone."""
    moment = at or database_time()
    raised = 0
    for kind, rows, mark in _causes(moment):
        standing = OrderFlag.objects.filter(order=OuterRef("pk"), kind=kind, cleared_at=None)
        fresh = rows.filter(~Exists(standing)).order_by("pk")[:BATCH]
        raised += _each(
            list(fresh), lambda row, kind=kind, mark=mark: bool(
                raise_flag(row, actor=Actor.system(), at=moment, kind=kind, mark=mark(row))
            )
        )
    _lift(moment)
    return raised


Mark = Callable[[HotlineOrder], str]


def _causes(at: datetime) -> tuple[tuple[str, QuerySet[HotlineOrder], Mark], ...]:
    live = HotlineOrder.objects.filter(state__in=LIVE)
    day, three = at - timedelta(hours=limits().no_response_hours), at - timedelta(days=limits().no_progress_days)
    return (
        ("red", live.filter(_unanswered(), registered_at__lt=day), lambda row: f"round {row.round}"),
        ("yellow", live.filter(_unmoved(three)), lambda row: f"{row.event_id or 0}:{row.version}"),
        ("dissatisfied", HotlineOrder.objects.filter(dissatisfied__gte=limits().dissatisfied_times, state__in=LIVE),
         lambda row: f"count {row.dissatisfied}"),
    )


def _unanswered() -> Q:
    """Neither the desk nor a unit has taken it up: still to be forwarded, or dispatched to nobody who signed."""
    return Q(state="registered") | Q(
        state__in=("dispatching", "needs_info", "handling"), event__orders__isnull=True
    ) | Q(state="handling") & ~Exists(
        Event.objects.filter(pk=OuterRef("event"), orders__accepted_at__isnull=False)
    )


def _unmoved(since: datetime) -> Q:
    """Nobody has done anything to the order or its event since; what waits for a pause to end is not stuck."""
    return ~_touched(since) & ~Q(event__state__in=("suspended", "transferred"))


def _touched(since: datetime | F | OuterRef) -> Q:
    """Somebody, not the system, has left a row in either trail since."""
    ours = HotlineTrail.objects.filter(case=OuterRef("pk"), at__gt=since).exclude(lane="system")
    theirs = EventTrail.objects.filter(case=OuterRef("event"), at__gt=since).exclude(lane="system")
    return Q(Exists(ours)) | Q(Exists(theirs))


def _lift(at: datetime) -> None:
    """Take marks away whose cause is gone."""
    red = HotlineOrder.objects.filter(flags__kind="red", flags__cleared_at=None).exclude(
        pk__in=HotlineOrder.objects.filter(_unanswered(), state__in=LIVE).values("pk")
    )
    moved = HotlineOrder.objects.filter(flags__kind="yellow", flags__cleared_at=None).filter(
        _touched(OuterRef("flags__raised_at")) | Q(state="closed")
    )
    for kind, rows in (("red", red), ("yellow", moved)):
        _each(
            list(rows.distinct().order_by("pk")[:BATCH]),
            lambda row, kind=kind: bool(clear_flag(row, actor=Actor.system(), at=at, kind=kind)),
        )


@shared_task
def refer_clues(at: datetime | None = None) -> int:
    """Events that the ladder or a supervisor has marked as a clue go to inspection in parallel, once."""
    from hotline.transitions.discipline import refer_event

    moment = at or database_time()
    rows = Event.objects.filter(is_clue=True, referrals__isnull=True).exclude(clue_kind="").order_by("pk")[:BATCH]
    return _each(list(rows), lambda row: bool(refer_event(row, actor=Actor.system(), at=moment)))


@shared_task
def drop_old_drafts(at: datetime | None = None) -> int:
    """Drafts that nobody has touched for a week: they hold what a caller said."""
    moment = at or database_time()
    return Draft.objects.filter(saved_at__lt=moment - timedelta(days=limits().keep_draft_days)).delete()[0]


@shared_task
def close_forgotten_calls(at: datetime | None = None) -> int:
    """Calls that rang and that no line ended are missed calls."""
    return calls.close_forgotten(at=at or database_time())
