"""催办并追加, 督办, 定级, 重办, and the marks of the no-response watch."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from casework.actor import Actor
from casework.door import MoveRefused, Passage, missing, moving, together
from events import transitions as event_verbs
from events.models import Event, SupervisionOrder
from events.reference_rows import service_classes
from events.search import grams
from events.transitions.intake import MAX_TEXT
from hotline.limits import limits
from hotline.models import HotlineOrder, OrderFlag
from hotline.transitions.following import settle
from hotline.transitions.forwarding import event_of, tell_event
from hotline.transitions.intake import answer_budget
from hotline.workflow import do


def urge(order: HotlineOrder, *, actor: Actor, at: datetime, note: str) -> HotlineOrder:
    """催办并追加: the caller rings again; what is new joins the order, or the event and whoever holds it is told."""
    event = event_of(order, do.urge, actor=actor, at=at) if order.event_id is not None else None
    cases = (order,) if event is None else (order, event)
    with together(*cases) as shared, moving(order, do.urge, actor=actor, at=at, note=note) as passage:
        event = shared.lock([event])[0] if event is not None else None
        if event is None:
            _append(passage, note)
        elif not event.is_ended:
            words = _("12345来电催办并追加:%(text)s") % {"text": note[:1500]}
            event_verbs.repeat(event, actor=actor, at=at, note=words)
            tell_event(passage, event)
    return passage.case


def _append(passage: Passage, note: str) -> None:
    order = passage.case
    text = f"{order.text}\n{_('追加')}:{note.strip()}"
    if len(text) > MAX_TEXT or "\x00" in text:
        raise missing(note=_("内容不能超过%(n)s字") % {"n": MAX_TEXT})
    order.text = text
    order.grams = grams(order.title, order.text, order.address)


def supervise(
    order: HotlineOrder, *, actor: Actor, at: datetime, note: str, colour: str = "", way: str = "notice",
    reply_by: datetime | None = None, alarm_key: str | None = None,
) -> SupervisionOrder:
    """督办: a supervision order on the event, which has its own number, reply clock and strike-off.

    Raises as ``events.transitions.urge``; ``wrong_state`` when the event has ended.
    """
    event = event_of(order, do.supervise, actor=actor, at=at, note=note)
    with together(order, event), moving(order, do.supervise, actor=actor, at=at, note=note) as passage:
        row = event_verbs.urge(
            event, actor=actor, at=at, note=note, colour=colour, way=way, reply_by=reply_by, alarm_key=alarm_key
        )
        passage.details.update(supervision=row.number, colour=row.colour)
        tell_event(passage, event)
    return row


def classify(
    order: HotlineOrder, *, actor: Actor, at: datetime, note: str, demand: str | None = None,
    handling: str | None = None, service_class: str | None = None, is_same_day: bool | None = None,
    seen_version: int | None = None,
) -> HotlineOrder:
    """定级: another demand, handling class or service class with a reason. The promise changes its target, what has
    elapsed stays. 案件类 leaves the service clock for one of the legal classes.

    Raises ``invalid``, also where a case under legal procedure is given a service class.
    """
    with moving(order, do.classify, actor=actor, at=at, note=note, seen_version=seen_version) as passage:
        locked = passage.case
        before = (locked.demand, locked.handling, locked.service_class_id, locked.is_same_day)
        _check_classes(locked, demand, handling, service_class)
        locked.demand = demand or locked.demand
        locked.handling = handling or locked.handling
        locked.service_class_id = service_class or _class_for(locked)
        if is_same_day is not None:
            locked.is_same_day = is_same_day
        if locked.handling == "legal":
            locked.is_same_day = False
        if (locked.demand, locked.handling, locked.service_class_id, locked.is_same_day) == before:
            raise missing(service_class=_("没有变更"))
        _retarget(passage)
    return passage.case


def _check_classes(order: HotlineOrder, demand: str | None, handling: str | None, service_class: str | None) -> None:
    for name, value, known in (
        ("demand", demand, HotlineOrder.Demand.values), ("handling", handling, HotlineOrder.Handling.values),
        ("service_class", service_class, tuple(service_classes())),
    ):
        if value is not None and value not in known:
            raise missing(**{name: _("请从列表中选择")})
    if (handling or order.handling) == "legal" and service_class and service_class not in limits().legal_classes:
        raise missing(service_class=_("案件类须选择法定时限等级"))


def _class_for(order: HotlineOrder) -> str:
    legal = limits().legal_classes
    if order.handling == "legal":
        return order.service_class_id if order.service_class_id in legal else legal[0]
    if order.service_class_id in legal and order.demand != "tip_off":
        return limits().classes[order.demand]
    return order.service_class_id or limits().classes[order.demand]


def _retarget(passage: Passage) -> None:
    order = passage.case
    row = passage.clocks.find("answer")
    if row is None:
        return
    kind, seconds = answer_budget(order, row.started_at)
    passage.clocks.retarget(
        row, kind=kind, budget_seconds=seconds, service_class=order.service_class_id or "", at=passage.at,
        reason=passage.note[:200],
    )
    order.promised_at = row.due_at or order.promised_at


def reopen(order: HotlineOrder, *, actor: Actor, at: datetime, note: str) -> HotlineOrder:
    """重办 of a closed order: its event is opened again under the same number; one that was answered on the line or
    excluded goes back to the desk. A new round begins.

    Raises ``too_late`` for the caller after 15 days, ``still_open`` when the event has not ended.
    """
    event = event_of(order, do.reopen, actor=actor, at=at) if order.event_id is not None else None
    cases = (order,) if event is None else (order, event)
    with together(*cases) as shared, moving(order, do.reopen, actor=actor, at=at, note=note) as passage:
        event = shared.lock([event])[0] if event is not None else None
        locked = passage.case
        late = locked.closed_at is not None and at > locked.closed_at + timedelta(days=limits().reopen_days)
        if not actor.is_staff and late:
            raise MoveRefused("too_late", _("已超过可重办期限"))
        if event is None:
            back_to_desk(passage)
        else:
            _open_event(event, actor=actor, at=at, note=note)
            settle(passage, event)
            tell_event(passage, event)
    return passage.case


def back_to_desk(passage: Passage) -> None:
    """What was answered on the line is open again, for whoever sits at the desk."""
    order = passage.case
    order.round += 1
    order.answered_at = order.called_back_at = order.closed_at = None
    order.was_reached = order.solved = order.rating = None
    order.outcome, order.is_excluded = "", False
    passage.clocks.start(
        "forward", kind="C", budget_seconds=limits().forward_minutes * 60, at=passage.at, ladder=""
    )
    kind, seconds = answer_budget(order, passage.at)
    row = passage.clocks.start(
        "answer", kind=kind, budget_seconds=seconds, at=passage.at, service_class=order.service_class_id or "",
        ladder="hotline",
    )
    order.promised_at = row.due_at
    passage.go("registered")


def _open_event(event: Event, *, actor: Actor, at: datetime, note: str) -> None:
    if event.state == "closed":
        event_verbs.reopen(event, actor=actor, at=at, note=note)
    elif event.state == "rejected":  # the caller's right, whoever types it
        event_verbs.appeal(event, actor=Actor.citizen(), at=at, note=note)
    else:
        raise MoveRefused("still_open", _("关联事件尚未结束,请催办"), state=event.state, holder=event.holder_name())


def raise_flag(
    order: HotlineOrder, *, actor: Actor, at: datetime, kind: str, mark: str
) -> OrderFlag:
    """无响应提示, once per order, kind and cause. Raises ``done_already``."""
    with moving(order, do.raise_flag, actor=actor, at=at) as passage:
        if kind not in OrderFlag.Kind.values:
            raise missing(kind=_("请从列表中选择"))
        if any(row.kind == kind and row.mark == mark for row in passage.rows(OrderFlag)):
            raise MoveRefused("done_already", _("已提示"))
        row = OrderFlag(order=passage.case, kind=kind, mark=mark[:40], raised_at=at)
        passage.create(row)
        passage.details.update(flag=kind)
        _show_gravest(passage)
        passage.tell(f"hotline_{kind}")
    return row


def clear_flag(order: HotlineOrder, *, actor: Actor, at: datetime, kind: str) -> HotlineOrder:
    """解除提示: somebody has responded, or the matter moves again. Raises ``not_found`` when none stands."""
    with moving(order, do.clear_flag, actor=actor, at=at) as passage:
        standing = [row for row in passage.rows(OrderFlag) if row.kind == kind and row.cleared_at is None]
        if not standing:
            raise MoveRefused("done_already", _("没有该提示"))
        for row in standing:
            passage.change(row, cleared_at=at)
        passage.details.update(cleared=kind)
        _show_gravest(passage)
    return passage.case


GRAVITY = ("", "yellow", "dissatisfied", "red")


def _show_gravest(passage: Passage) -> None:
    standing = [row.kind for row in passage.rows(OrderFlag) if row.cleared_at is None]
    passage.case.flag = max(standing, key=GRAVITY.index, default="")
