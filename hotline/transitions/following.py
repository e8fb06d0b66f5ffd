"""The order follows its event: one function says where it stands, announcements and verbs ask it alike.

Nothing stands twice: outcome, work and the check on the spot are the event's; answer and call-back are the order's.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from casework.actor import Actor
from casework.door import MoveRefused, Passage, moving
from events.models import Event, Verification
from hotline.limits import limits
from hotline.models import CallBack, HotlineOrder
from hotline.workflow import AFTER_WORK, ENDED, do

LONGEST_LINE = 50
ON_THE_WAY = {
    "reported": "dispatching", "open_for_claim": "dispatching", "awaiting_dispatch": "dispatching",
    "conferring": "dispatching", "needs_info": "needs_info", "in_progress": "handling", "suspended": "handling",
    "transferred": "handling",
}
"""Where the order stands while the event is on its way."""
STANDING_STILL = frozenset({"suspended", "needs_info", "transferred"})
"""While the event's clock pauses, the promise to the caller pauses too."""


def lead_of(event: Event) -> Event:
    """The event itself, or the one it was merged into, as the database has it now."""
    seen = 0
    while event.master_id is not None and event.state == "merged" and seen < LONGEST_LINE:
        event, seen = event.master, seen + 1
    return event


def place_of(order: HotlineOrder, event: Event) -> str:
    """The state in which an order stands that follows this event."""
    on_the_way = ON_THE_WAY.get(event.state)
    if on_the_way is not None:
        return on_the_way
    if order.answered_at is None:
        return "answering"
    if needs_call(order) and order.called_back_at is None:
        return "calling_back"
    return "closed" if event.state in ("closed", "rejected") else "called_back"


def needs_call(order: HotlineOrder) -> bool:
    """Whether there is somebody to call, who did not ask to be left alone."""
    return order.may_call_back and order.caller_id is not None and bool(order.caller.phone)


def settle(passage: Passage, event: Event) -> None:
    """Bring the order to where its event is: state, round, clocks, units, outcome. For use in an open door."""
    order = passage.case
    event = lead_of(event)
    number = event.reworks + event.reopens + 1
    was_redone = not order.has_joined and number > order.round  # sent back and handled again before it was heard
    if (event.state in ON_THE_WAY or was_redone) and order.state in AFTER_WORK | ENDED:
        _back_to_work(passage)
    if was_redone:
        order.round = max(order.round, number)
    order.unit_ids = sorted({*order.unit_ids, *event.unit_ids})
    if event.state not in ON_THE_WAY:
        order.outcome = "rejected" if event.state == "rejected" else event.outcome or order.outcome
        _take_over_the_call(passage, event)
    state = place_of(order, event)
    passage.go(state)
    if state != "calling_back" and order.state == "calling_back":
        _withdraw_calls(passage)
    _move_clocks(passage, event, state)
    if state == "closed" and order.state != "closed":
        order.closed_at = passage.at
        passage.tell("hotline_closed")
    if state == "answering" and order.state != "answering":
        passage.tell("hotline_to_answer")


def _back_to_work(passage: Passage) -> None:
    """The check or the caller sent it back: a new round, its answer and call-back still to come."""
    order = passage.case
    order.round += 1
    order.answered_at = order.called_back_at = order.closed_at = None
    order.was_reached = order.solved = order.rating = None
    order.outcome = ""
    _withdraw_calls(passage)


def _withdraw_calls(passage: Passage) -> None:
    """Nobody is to be dialled any more: asked elsewhere, or not the time for it."""
    for row in passage.rows(CallBack):
        if row.state == "waiting":
            passage.change(row, state="withdrawn", done_at=passage.at)


def _take_over_the_call(passage: Passage, event: Event) -> None:
    """Somebody has called from the event's own page, or the reporter has rated on the public one: it counts here."""
    order = passage.case
    if order.has_joined or order.called_back_at is not None:
        return
    order.rating = event.rating if event.rating is not None else order.rating
    number = event.reworks + event.reopens + 1
    calls = list(Verification.objects.filter(event=event, way="call_back", round=number).order_by("pk"))
    reached = next((row for row in calls if row.finding not in ("unreached", "spared")), None)
    tries = [row for row in calls if row.finding == "unreached"]
    if reached is None and len(tries) < limits().call_back_tries:
        return
    order.called_back_at, order.was_reached = calls[-1].at, reached is not None
    if reached is not None:
        order.solved = reached.finding == "solved"


def _move_clocks(passage: Passage, event: Event, state: str) -> None:
    clocks, at = passage.clocks, passage.at
    clocks.stop("forward", at=at)
    if state in ("dispatching", "needs_info", "handling"):
        clocks.stop("call_back", at=at)
        _promise_runs(passage)
        if event.state in STANDING_STILL:
            clocks.pause_all(at=at, reason=event.get_state_display(), by=_("随事件"))
        else:
            clocks.resume_all(at=at)
        return
    clocks.resume_all(at=at)
    if state == "answering":
        _promise_runs(passage)
    if state in ("calling_back", "called_back", "closed"):
        clocks.stop("answer", at=at)
    if state == "calling_back":
        clocks.start(
            "call_back", kind="WD", budget_seconds=limits().call_back_days * 7 * 3600, at=at, ladder="hotline"
        )
    elif state in ("called_back", "closed"):
        clocks.stop("call_back", at=at)


def _promise_runs(passage: Passage) -> None:
    """After an answer that did not hold the promise runs on with what was left, at least a fifth of it."""
    order = passage.case
    if passage.clocks.find("answer") is not None or order.pk is None:
        return
    last = order.deadlines.filter(stage="answer").order_by("-pk").first()
    if last is None:
        return
    row = passage.clocks.start(
        "answer", kind=last.kind, at=passage.at, service_class=last.service_class, unit_id=last.unit_id,
        budget_seconds=max(last.budget_seconds - last.elapsed_seconds, last.budget_seconds // 5, 3600),
        ladder="hotline",
    )
    order.promised_at = row.due_at


def follow(order: HotlineOrder, *, actor: Actor, at: datetime) -> HotlineOrder:
    """随办: take over where the event is now. Raises ``up_to_date`` when there is nothing new."""
    with moving(order, do.follow, actor=actor, at=at) as passage:
        locked = passage.case
        event = lead_of(Event.objects.select_related("master").get(pk=locked.event_id))
        before = _seen(locked)
        settle(passage, event)
        passage.details["event_state"] = event.state
        if passage._target == locked.state and _seen(locked) == before:
            raise MoveRefused("up_to_date", _("已与事件一致"))
    return passage.case


def _seen(order: HotlineOrder) -> list:
    names = ("unit_ids", "outcome", "rating", "solved", "was_reached", "called_back_at", "round")
    return [getattr(order, name) for name in names]
