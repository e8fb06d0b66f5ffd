"""回访 and 评价: three questions by digits, three tries on different half-days; nobody's silence is satisfaction."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from casework.actor import Actor
from casework.door import MoveRefused, Passage, forbidden, missing, moving, together
from events import transitions as event_verbs
from events.models import Event
from events.transitions.checking import half_day_of
from grids.scope import SHANGHAI
from hotline.limits import limits
from hotline.models import CallBack, CallBackTry, HotlineOrder
from hotline.transitions.answering import check_level
from hotline.transitions.following import lead_of, settle
from hotline.transitions.supervising import back_to_desk
from hotline.workflow import ENDED, do

BAD = 2
"""Two stars and below are a bad rating (events/data/limits.json)."""


def call_back(
    order: HotlineOrder,
    *,
    actor: Actor,
    at: datetime,
    finding: str,
    was_contacted: bool | None = None,
    solved: bool | None = None,
    level: int | None = None,
    reasons: list[str] | None = None,
    note: str = "",
    again_at: datetime | None = None,
) -> HotlineOrder:
    """回访. ``reached``: needs ``solved`` and ``level`` as the caller said; ``unreached``: the next try falls on another
    half-day, the third ends it as not reached; ``rescheduled``: the caller asked for ``again_at``.

    Where the event still waits for its telephone check, the answer is that check. "Not solved" sends the matter
    back to work; a second "dissatisfied" is supervised. Raises ``invalid``, ``same_half_day``, ``not_queued``.
    """
    _check_answers(finding, was_contacted, solved, level, again_at, at)
    event = lead_of(Event.objects.select_related("master").get(pk=order.event_id)) if order.event_id else None
    cases = (order,) if event is None else (order, event)
    with together(*cases) as shared, moving(order, do.call_back, actor=actor, at=at, note=note) as passage:
        event = shared.lock([event])[0] if event is not None else None
        row = _waiting(passage)
        _dial(passage, row, finding, note)
        passage.details["finding"] = finding
        if finding == "rescheduled":
            passage.change(row, not_before=again_at)
            passage.stay()
        elif finding == "unreached":
            _not_reached(passage, row, event)
        else:
            _reached(
                passage, row, event, was_contacted=was_contacted, solved=solved, level=level,
                reasons=reasons or [], note=note,
            )
    return passage.case


def _check_answers(
    finding: str, was_contacted: bool | None, solved: bool | None, level: int | None, again_at: datetime | None,
    at: datetime,
) -> None:
    if finding not in CallBackTry.Finding.values:
        raise missing(finding=_("请选择回访结果"))
    if finding != "reached" and (solved is not None or level is not None):
        raise missing(finding=_("未接通时不能登记评价"))
    if finding == "reached":
        if solved is None:
            raise missing(solved=_("请登记是否解决"))
        if level is None:
            raise missing(level=_("请选择评价等级"))
        check_level(level)
    if finding == "rescheduled" and (again_at is None or again_at <= at):
        raise missing(again_at=_("改约时间须晚于现在"))


def _waiting(passage: Passage) -> CallBack:
    """The queued call of this round; one that the builder has not reached yet is queued now. Of what was answered on
    the line only the sample is called."""
    order = passage.case
    found = next(
        (row for row in passage.rows(CallBack) if row.round == order.round and row.state == "waiting"), None
    )
    if found is not None:
        return found
    if order.state in ENDED or any(row.round == order.round for row in passage.rows(CallBack)):
        raise MoveRefused("done_already", _("本轮回访已完成"))
    row = CallBack(order=order, round=order.round, reason="requested", built_at=passage.at, not_before=passage.at)
    passage.create(row)
    return row


def _dial(passage: Passage, row: CallBack, finding: str, note: str) -> None:
    half_day = half_day_of(passage.at)
    earlier = list(row.dialled.all()) if row.pk else []
    if finding == "unreached" and any(
        one.half_day == half_day and one.finding == "unreached" for one in earlier
    ):
        raise MoveRefused("same_half_day", _("同一半日已回访过,请换个时段再拨"))
    passage.book.create(
        CallBackTry(
            call_back=row, attempt=len(earlier) + 1, finding=finding, half_day=half_day, note=note[:200],
            at=passage.at, by_id=passage.actor.person_id,
        )
    )


def _not_reached(passage: Passage, row: CallBack, event: Event | None) -> None:
    tries = row.tries + 1
    order = passage.case
    _pass_on(passage, event, finding="unreached", note=passage.note or _("电话未接通"))
    if tries < limits().call_back_tries:
        passage.change(row, tries=tries, not_before=next_half_day(passage.at))
        passage.stay()
        return
    passage.change(
        row, tries=tries, state="unreached", done_at=passage.at, by_id=passage.actor.person_id
    )
    order.called_back_at, order.was_reached = passage.at, False
    _end(passage, event)


def _reached(
    passage: Passage, row: CallBack, event: Event | None, *, was_contacted: bool | None, solved: bool, level: int,
    reasons: list[str], note: str,
) -> None:
    order = passage.case
    passage.change(
        row, state="done", was_contacted=was_contacted, solved=solved, level=level, reasons=reasons[:8],
        text=note[:400], done_at=passage.at, by_id=passage.actor.person_id,
    )
    order.called_back_at, order.was_reached = passage.at, True
    order.solved, order.rating = solved, level
    passage.details.update(rating=level, solved=solved)
    if level <= BAD:
        order.dissatisfied += 1
    finding = "solved" if solved else "unsolved"
    was_taken = _pass_on(passage, event, finding=finding, note=note, rating=level, reasons=reasons)
    if not was_taken and not solved:
        _send_back(passage, event, level)
    if level <= BAD and order.dissatisfied >= limits().dissatisfied_times and event is not None:
        _supervise(passage, event)
    _end(passage, event)


def _end(passage: Passage, event: Event | None) -> None:
    if event is not None:
        settle(passage, event)
    elif passage.case.solved is False:  # the answer on the line did not help: the desk has it again
        back_to_desk(passage)
    else:
        passage.stay()


def _pass_on(passage: Passage, event: Event | None, *, finding: str, note: str, **more: object) -> bool:
    """Give the answer to the event's own telephone check, if that still waits; whether it took it."""
    if event is None or event.state != "verifying":
        return False
    try:
        event_verbs.call_back(
            event, actor=passage.actor, at=passage.at, finding=finding, note=note or passage.note, **more
        )
    except MoveRefused as refusal:
        if refusal.code in ("done_already", "same_half_day", "rated"):
            return False
        raise
    return True


def _send_back(passage: Passage, event: Event | None, level: int) -> None:
    """"Not solved" of a caller whose event has passed its own check: rectify while it is evaluated, reopen when
    it is closed."""
    if event is None:
        return
    words = passage.note or _("回访反映未解决")
    try:
        if event.state == "evaluating":
            event_verbs.rate(event, actor=Actor.citizen(), at=passage.at, level=min(level, BAD), solved=False, text=words)
        elif event.state == "closed":
            event_verbs.reopen(event, actor=passage.actor, at=passage.at, note=words)
    except MoveRefused as refusal:
        if refusal.code not in ("rated", "nothing_to_redo", "too_late"):
            raise


def _supervise(passage: Passage, event: Event) -> None:
    """两次不满意转督办, once per order and count."""
    order = passage.case
    if event.is_ended:
        return
    try:
        event_verbs.urge(
            event, actor=Actor.system(), at=passage.at, note=_("回访两次不满意,请限期整改并答复"), colour="yellow",
            alarm_key=f"dissatisfied:{order.pk}:{order.dissatisfied}",
        )
    except MoveRefused as refusal:
        if refusal.code != "done_already":
            raise


def next_half_day(at: datetime) -> datetime:
    """Start of the next half-day in which people are called: 09:00 or 14:00 by the district's clock."""
    local = at.astimezone(SHANGHAI)
    if local.hour < 12:
        return local.replace(hour=14, minute=0, second=0, microsecond=0)
    return (local + timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)


def rate(
    order: HotlineOrder, *, actor: Actor, at: datetime, level: int, solved: bool | None = None, text: str = ""
) -> HotlineOrder:
    """评价 by the caller through the public page or a message, once per round. Where an event is followed the rating
    is the event's (its page asks for it) and arrives here by itself.

    Raises ``rated``, ``invalid``, ``rate_the_event``.
    """
    with moving(order, do.rate, actor=actor, at=at, note=text) as passage:
        check_level(level)
        locked = passage.case
        if level is None:
            raise missing(level=_("请选择评价等级"))
        if locked.opened_event:
            raise MoveRefused("rate_the_event", _("请在事件上评价"))
        if locked.rating is not None:
            raise MoveRefused("rated", _("本次办理已评价"))
        locked.rating, locked.solved = level, solved
        locked.dissatisfied += level <= BAD
        passage.details["rating"] = level
    return passage.case


# Events that came in another way ----------------------------------------------------------------------


def call_back_event(
    row: CallBack,
    *,
    actor: Actor,
    at: datetime,
    finding: str,
    was_contacted: bool | None = None,
    solved: bool | None = None,
    level: int | None = None,
    reasons: list[str] | None = None,
    note: str = "",
    again_at: datetime | None = None,
) -> CallBack:
    """The same script for an event of another source: its own ``call_back`` decides, this row keeps the queue.

    Raises as ``call_back``, and whatever the event's verb refuses.
    """
    if not actor.rights.may("hotline.call_back"):
        raise forbidden()
    _check_answers(finding, was_contacted, solved, level, again_at, at)
    with transaction.atomic():
        found = CallBack.objects.select_for_update(of=("self",)).select_related("event").get(pk=row.pk)
        if found.state != "waiting":
            raise MoveRefused("done_already", _("本轮回访已完成"))
        found.not_before = again_at or found.not_before
        if finding != "rescheduled":
            event_verbs.call_back(
                found.event, actor=actor, at=at, note=note, rating=level, reasons=reasons or [],
                finding={True: "solved", False: "unsolved", None: "unreached"}[solved],
            )
            _count(found, finding, at)
        CallBackTry.objects.create(
            call_back=found, attempt=found.dialled.count() + 1, finding=finding, half_day=half_day_of(at),
            note=note[:200], at=at, by_id=actor.person_id,
        )
        found.was_contacted, found.solved, found.level = was_contacted, solved, level
        found.reasons, found.text = (reasons or [])[:8], note[:400]
        found.by_id = actor.person_id if found.state != "waiting" else None
        found.save()
    return found


def _count(row: CallBack, finding: str, at: datetime) -> None:
    if finding == "reached":
        row.state, row.done_at = "done", at
        return
    row.tries += 1
    if row.tries >= limits().call_back_tries:
        row.state, row.done_at = "unreached", at
    else:
        row.not_before = next_half_day(at)
