"""Supervision orders 督办 in blue, yellow and red, reminders 催办, striking off 销号, clues and the black list."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework import numbers
from casework.actor import Actor
from casework.clock.arithmetic import ClockKind, due_after, elapsed
from casework.clock.loader import calendar
from casework.door import MoveRefused, Passage, missing, moving, not_found
from events.models import Event, SupervisionOrder, WorkOrder
from events.reference_rows import limits
from events.transitions.holding import hold
from events.transitions.orders import MAIN_KINDS, promise_of, remaining_seconds
from events.workflow import do
from grids.scope import SHANGHAI

GRAVITY = ("", "blue", "yellow", "red")
REPLY_LIMITS = {"blue": ("WD", 7 * 3600), "yellow": ("WH", 4 * 3600), "red": ("WH", 2 * 3600)}
"""Reply-by when the issuer names none; ours, the documents ask for one without a number."""
YELLOW_LEFT_PERCENT = 10
"""黄 at 90 % elapsed (rules.md §8); 蓝 before."""
CLUE_KINDS = {
    "inaction": gettext_lazy("不作为慢作为"),
    "shirking": gettext_lazy("推诿扯皮"),
    "falsehood": gettext_lazy("弄虚作假"),
}
"""三类问题; the sources give the number, the three are ours and can be changed."""
CHECKED_STATES = frozenset({"evaluating", "closed", "merged", "rejected", "transferred"})


def urge(
    event: Event,
    *,
    actor: Actor,
    at: datetime,
    note: str,
    order: WorkOrder | None = None,
    unit_id: int | None = None,
    colour: str = "",
    way: str = "notice",
    reply_by: datetime | None = None,
    alarm_key: str | None = None,
    hold_seconds: int = 0,
) -> SupervisionOrder:
    """督办: a numbered supervision order to the unit of ``order`` (or ``unit_id``, or the event's owner), with its
    own reply clock. ``colour`` by rule when not given: red overdue, yellow nearly due or sent back, blue else.

    Raises ``invalid``, ``done_already`` for an ``alarm_key`` that has given one before, ``not_found`` for an
    order of another event.
    """
    with moving(event, do.urge, actor=actor, at=at, note=note) as passage:
        known = passage.rows(SupervisionOrder)
        if alarm_key is not None and any(row.alarm_key == alarm_key for row in known):
            raise MoveRefused("done_already", _("该次超期已督办"))
        _check_urge(colour, way, reply_by, at)
        about = _one_order(passage, order)
        row = issue(
            passage, text=note, colour=colour or colour_by_rule(passage, about), order=about, unit_id=unit_id,
            way=way, reply_by=reply_by, alarm_key=alarm_key,
        )
        hold(passage, hold_seconds)
        return row


def _check_urge(colour: str, way: str, reply_by: datetime | None, at: datetime) -> None:
    if colour and colour not in SupervisionOrder.Colour.values:
        raise missing(colour=_("请选择督办颜色"))
    if way not in SupervisionOrder.Way.values:
        raise missing(way=_("请选择督办方式"))
    if reply_by is not None and reply_by <= at:
        raise missing(reply_by=_("回复期限须晚于现在"))


def _one_order(passage: Passage, order: WorkOrder | None) -> WorkOrder | None:
    if order is None:
        return None
    found = next((row for row in passage.rows(WorkOrder) if row.pk == order.pk), None)
    if found is None:
        raise not_found()
    return found


def colour_by_rule(passage: Passage, order: WorkOrder | None = None) -> str:
    """红 overdue, 黄 from 90 % of the budget or after bad work, 蓝 before."""
    event = passage.case
    clock, left = promise_of(passage, order), remaining_seconds(passage, order)
    overdue = event.due_at is not None and event.due_at < passage.at
    if overdue or (left is not None and left[1] == 0):
        return "red"
    nearly = left is not None and 100 * left[1] <= YELLOW_LEFT_PERCENT * clock.budget_seconds
    is_poor = event.reworks or event.reopens or (event.rating or 5) <= limits().numbers["bad_rating_at_most"]
    return "yellow" if nearly or is_poor else "blue"


def issue(
    passage: Passage,
    *,
    text: str,
    colour: str,
    order: WorkOrder | None = None,
    unit_id: int | None = None,
    way: str = "notice",
    reply_by: datetime | None = None,
    alarm_key: str | None = None,
) -> SupervisionOrder:
    """Write the supervision order, its reply clock and the event's flag inside an open door."""
    event, at = passage.case, passage.at
    unit = unit_id or (order.unit_id if order is not None else None) or event.owner_unit_id
    kind, seconds = REPLY_LIMITS[colour]
    if reply_by is not None:
        kind, seconds = "C", elapsed(ClockKind.C, calendar("district"), at, reply_by)
    row = SupervisionOrder(
        number=_number(at), event=event, order=order, unit_id=unit, colour=colour, way=way, text=text[:400],
        issued_by_id=passage.actor.person_id, issued_at=at, alarm_key=alarm_key,
        reply_due_at=reply_by or due_after(ClockKind(kind), calendar("district"), at, seconds),
    )
    passage.create(row)
    if unit is not None and unit not in event.unit_ids:
        event.unit_ids = [*event.unit_ids, unit]  # whoever is to answer must see it
    passage.clocks.start(
        "reply", kind=kind, budget_seconds=max(60, seconds), at=at, order=order, unit_id=unit, ladder=""
    )
    settle_flag(passage)
    passage.details.update(supervision=row.number, colour=colour)
    passage.unit_id = unit
    passage.tell("urged", unit=unit, colour=colour)
    return row


def _number(at: datetime) -> str:
    """``DB20260305-0001``: one series a day (rules.md §4)."""
    series = f"DB{at.astimezone(SHANGHAI):%Y%m%d}"
    return f"{series}-{numbers.take(series):04d}"


def settle_flag(passage: Passage) -> None:
    """The event's flag is the colour of its gravest open supervision order."""
    open_rows = [row.colour for row in passage.rows(SupervisionOrder) if row.struck_off_at is None]
    passage.case.flag = max(open_rows, key=GRAVITY.index, default="")


def flag_wandering(passage: Passage) -> None:
    """More than three transfers from unit to unit raise a red flag, once (rules.md §4 退单)."""
    sent = [row for row in passage.rows(WorkOrder) if row.kind in MAIN_KINDS and row.state != "withdrawn"]
    key = f"wandering:{passage.case.pk}"
    if len(sent) - 1 <= limits().numbers["transfers_before_red_flag"]:
        return
    if any(row.alarm_key == key for row in passage.rows(SupervisionOrder)):
        return
    unit = passage.unit_id
    issue(passage, text=_("流转超过三次,请限期办理"), colour="red", alarm_key=key)
    passage.unit_id = unit


def nudge(event: Event, *, actor: Actor, at: datetime, note: str = "") -> Event:
    """催办: a reminder to whoever holds it now; the reporter may send one a day (Shanghai days).

    Raises ``nudged_today``.
    """
    with moving(event, do.nudge, actor=actor, at=at, note=note) as passage:
        if actor.lane == "citizen":
            start = at.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
            today = passage.case.trail.filter(verb="nudge", lane="citizen", at__gte=start).count()
            if today >= limits().numbers["citizen_urges_per_day"]:
                raise MoveRefused("nudged_today", _("今天已催办过,请明天再试"))
        passage.tell("nudged", unit=passage.case.owner_unit_id)
    return passage.case


def answer_urge(supervision: SupervisionOrder, *, actor: Actor, at: datetime, note: str) -> SupervisionOrder:
    """答复督办 by the unit it was issued to; its reply clock stops unless another order shares it.

    Raises ``answered``, ``not_found``.
    """
    units = (supervision.unit_id,) if supervision.unit_id else ()
    with moving(supervision.event, do.answer_urge, actor=actor, at=at, note=note, unit_ids=units) as passage:
        found = _found(passage, supervision)
        if found.replied_at is not None:
            raise MoveRefused("answered", _("该督办单已答复"))
        passage.change(found, replied_at=at, reply=note[:400])
        stop_reply(passage, found)
        passage.details["supervision"], passage.unit_id = found.number, found.unit_id
        passage.tell("urge_answered")
    return found


def stop_reply(passage: Passage, found: SupervisionOrder) -> None:
    """Its reply clock stops, unless another order still waits on the same one."""
    waiting = [
        row for row in passage.rows(SupervisionOrder)
        if row.order_id == found.order_id and row.replied_at is None and row.struck_off_at is None
    ]
    if not waiting:
        passage.clocks.stop("reply", at=passage.at, order=_one_order(passage, found.order))


def strike_off(supervision: SupervisionOrder, *, actor: Actor, at: datetime, note: str = "") -> SupervisionOrder:
    """销号: only once the result is verified (or the event has ended) and the unit has answered.

    Raises ``not_verified``, ``unanswered``, ``struck_off``, ``not_found``.
    """
    with moving(supervision.event, do.strike_off, actor=actor, at=at, note=note) as passage:
        found = _found(passage, supervision)
        if found.struck_off_at is not None:
            raise MoveRefused("struck_off", _("该督办单已销号"))
        if passage.case.state not in CHECKED_STATES:
            raise MoveRefused("not_verified", _("核查通过后才能销号"), state=passage.case.state)
        if found.replied_at is None:
            raise MoveRefused("unanswered", _("责任单位尚未答复督办"))
        passage.change(found, struck_off_at=at)
        settle_flag(passage)
        passage.details["supervision"], passage.unit_id = found.number, found.unit_id
    return found


def _found(passage: Passage, supervision: SupervisionOrder) -> SupervisionOrder:
    row = next((row for row in passage.rows(SupervisionOrder) if row.pk == supervision.pk), None)
    if row is None:
        raise not_found()
    return row


def mark_clue(event: Event, *, actor: Actor, at: datetime, kind: str, note: str = "") -> Event:
    """标记线索: one of the three kinds of problem; discipline inspection sees the event from then on.

    Raises ``invalid`` for another kind, ``done_already``.
    """
    with moving(event, do.mark_clue, actor=actor, at=at, note=note) as passage:
        if kind not in CLUE_KINDS:
            raise missing(kind=_("请选择三类问题之一"))
        if passage.case.is_clue:
            raise MoveRefused("done_already", _("已标记为线索"))
        passage.case.is_clue, passage.case.clue_kind = True, kind
        passage.tell("clue")
    return passage.case


def propose_blacklist(event: Event, *, actor: Actor, at: datetime, note: str = "") -> Event:
    """拟列黑榜: proposes the responsible unit; whether it is listed is decided elsewhere. Raises ``done_already``."""
    with moving(event, do.propose_blacklist, actor=actor, at=at, note=note) as passage:
        if passage.case.black_list_proposed:
            raise MoveRefused("done_already", _("已提名黑榜"))
        passage.case.black_list_proposed = True
        passage.unit_id = passage.case.owner_unit_id
        passage.tell("blacklist")
    return passage.case
