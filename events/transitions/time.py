"""Time asked for and granted: 延期, 挂起 and 恢复, another class. What has elapsed is always kept."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from casework.actor import Actor
from casework.clock.arithmetic import ClockKind, due_after, elapsed
from casework.clock.loader import calendar
from casework.door import MoveRefused, Passage, missing, moving, not_found
from events.models import Event, EventDeadline, Extension, WorkOrder
from events.reference import load_service_classes
from events.reference_lists import PauseReason, load_pause_reasons
from events.reference_rows import budget, limits, service_classes
from events.transitions.handling import where
from events.transitions.orders import open_orders, promise_class, promise_of, show_dues, the_order
from events.workflow import do

RULES_WITHOUT_AMOUNT = frozenset({"per_law", "consent"})
"""Classes whose extension the law or the parties give: the decider names the date."""


def extend(order: WorkOrder, *, actor: Actor, at: datetime, note: str) -> Extension:
    """申请延期 by the handler, before the due time, once by default (rules.md §1 rule 2).

    Raises ``order_state`` unless the order is accepted, ``no_extension`` where the class gives none, ``overdue``,
    ``extended_before``, ``no_clock``.
    """
    with moving(order.event, do.extend, actor=actor, at=at, note=note, **where(order)) as passage:
        found = the_order(passage, order, states=("accepted",))
        clock = _running_promise(passage, found)
        rule, times = extension_rule(passage.case)
        if rule == "none":
            raise MoveRefused("no_extension", _("该时限等级不能延期"))
        if clock.due_at <= at:
            raise MoveRefused("overdue", _("已超期,不能申请延期"))
        if len(_used(passage, found, clock)) >= times:
            raise MoveRefused("extended_before", _("只能延期%(n)s次") % {"n": times})
        row = Extension(
            order=found, event=passage.case, reason=note[:300], asked_by_id=actor.person_id, asked_at=at,
            old_due_at=clock.due_at,
        )
        passage.create(row)
        passage.details["order"], passage.unit_id = found.pk, found.unit_id
        passage.tell("extension_asked")
    return row


def _running_promise(passage: Passage, order: WorkOrder) -> EventDeadline:
    clock = promise_of(passage, order)
    if clock is None or clock.due_at is None:
        raise MoveRefused("no_clock", _("该工单没有计时中的处置时限"))
    return clock


def extension_rule(event: Event) -> tuple[str, int]:
    """The rule's name and how many times; the district's own rows win over the shipped file."""
    own = service_classes().get(event.service_class_id or "")
    if own is None:
        return "none", 0
    if own.extension:
        return own.extension.get("rule", "fixed"), own.extension.get("times", limits().numbers["extensions_by_default"])
    shipped = next((item for item in load_service_classes() if item.code == own.code), None)
    if shipped is not None and shipped.extension.rule in RULES_WITHOUT_AMOUNT:
        return shipped.extension.rule, shipped.extension.times
    return "none", 0


def _used(passage: Passage, order: WorkOrder, clock: EventDeadline) -> list[Extension]:
    """Extensions asked or granted on the same clock: of this order, or of all that share the event's promise."""
    rows = [row for row in passage.rows(Extension) if row.state != "refused"]
    if clock.order_id is not None:
        return [row for row in rows if row.order_id == order.pk]
    own = {row.pk for row in passage.rows(WorkOrder) if promise_of(passage, row) is not clock}
    return [row for row in rows if row.order_id not in own]


def grant_extension(
    extension: Extension, *, actor: Actor, at: datetime, note: str = "", until: datetime | None = None
) -> Extension:
    """同意延期 by the next level up, never by the one who asked. The amount is the class's; where the law or the
    parties give it, ``until`` is the new due time. Both due times stay visible.

    Raises ``decided``, ``own_work``, ``order_state`` when the order has ended meanwhile, ``no_clock``, ``invalid``.
    """
    with moving(extension.event, do.grant_extension, actor=actor, at=at, note=note) as passage:
        found = _asked(passage, extension)
        order = the_order(passage, found.order, states=("accepted",))
        clock = _running_promise(passage, order)
        seconds = _amount(passage.case, clock, until)
        new_due = passage.clocks.extend(clock, seconds=seconds, by=actor.name, reason=found.reason, at=at)
        show_dues(passage)
        _settle(passage, found, "granted", note, new_due)
    return found


def gives_length(event: Event) -> bool:
    """Whether the class itself says by how much its promise is extended."""
    own = service_classes().get(promise_class(event))
    return own is not None and own.extension is not None


def _amount(event: Event, clock: EventDeadline, until: datetime | None) -> int:
    """Seconds of the clock's own kind to add."""
    kind, book = ClockKind(clock.kind), calendar(clock.calendar_code)
    code = promise_class(event)
    given = service_classes()[code].extension
    if given is None:
        if until is None or until <= clock.due_at:
            raise missing(until=_("请填写晚于原到期的新到期时间"))
        return elapsed(kind, book, clock.due_at, until)
    seconds = given["seconds"]
    if given.get("rule") == "total":
        limit = budget(code, "handle")
        seconds = max(0, seconds - limit["seconds"])
    if given["kind"] == clock.kind:
        return seconds
    return elapsed(kind, book, clock.due_at, due_after(ClockKind(given["kind"]), book, clock.due_at, seconds))


def refuse_extension(extension: Extension, *, actor: Actor, at: datetime, note: str) -> Extension:
    """不同意延期, with the reason. Raises ``decided``, ``own_work``."""
    with moving(extension.event, do.refuse_extension, actor=actor, at=at, note=note) as passage:
        found = _asked(passage, extension)
        _settle(passage, found, "refused", note, None)
    return found


def _asked(passage: Passage, extension: Extension) -> Extension:
    found = next((row for row in passage.rows(Extension) if row.pk == extension.pk), None)
    if found is None:
        raise not_found()
    if found.state != "asked":
        raise MoveRefused("decided", _("该延期申请已有决定"))
    if found.asked_by_id == passage.actor.person_id:
        raise MoveRefused("own_work", _("不能审批自己提出的延期"))
    return found


def _settle(passage: Passage, found: Extension, state: str, note: str, new_due: datetime | None) -> None:
    passage.change(
        found, state=state, new_due_at=new_due, decided_by_id=passage.actor.person_id, decided_at=passage.at,
        decision=note[:200],
    )
    passage.details["order"], passage.unit_id = found.order_id, found.order.unit_id
    passage.tell(f"extension_{state}", unit=found.order.unit_id)


def suspend(
    event: Event, *, reason: str, actor: Actor, at: datetime, note: str, resume_on: datetime | None = None
) -> Event:
    """挂起 for a whitelisted reason with its maximum (rules.md §1 rule 3): every clock pauses until ``resume_on``,
    which the fixed reasons set themselves. E0, E2 and U24 never pause.

    Raises ``may_not_pause``, ``overdue``, ``suspended_before`` (once by default), ``invalid``.
    """
    with moving(event, do.suspend, actor=actor, at=at, note=note) as passage:
        cause = next((item for item in load_pause_reasons() if item.code == reason), None)
        if cause is None:
            raise missing(reason=_("请选择挂起理由"))
        _refuse_pause(passage)
        passage.case.resume_on = _resume_day(cause, at, resume_on)
        passage.clocks.pause_all(at=at, reason=cause.name, by=actor.name)
        passage.details["reason"] = reason
        passage.tell("suspended", unit=passage.case.owner_unit_id)
    return passage.case


def _refuse_pause(passage: Passage) -> None:
    event = passage.case
    kind = service_classes().get(event.service_class_id or "")
    if kind is None or not kind.may_pause:
        raise MoveRefused("may_not_pause", _("该时限等级不能挂起"))
    clock = promise_of(passage)
    if clock is not None and clock.due_at is not None and clock.due_at <= passage.at:
        raise MoveRefused("overdue", _("已超期,不能挂起"))
    if event.trail.filter(verb="suspend").count() >= limits().numbers["suspensions_by_default"]:
        raise MoveRefused("suspended_before", _("只能挂起一次"))


def _resume_day(cause: PauseReason, at: datetime, wanted: datetime | None) -> datetime:
    latest = None
    if cause.maximum is not None:
        latest = due_after(ClockKind(cause.maximum.kind), calendar("district"), at, cause.maximum.clock_seconds())
    day = wanted or latest
    if day is None:
        raise missing(resume_on=_("请填写恢复日期"))
    if day <= at or (latest is not None and day > latest):
        raise missing(resume_on=_("恢复日期须晚于现在且不超过该理由的上限"))
    return day


def resume(event: Event, *, actor: Actor, at: datetime, note: str = "") -> Event:
    """恢复: the clocks run on with what was left; by the district any time, by the system on the day.

    Raises ``too_early`` for the system before ``resume_on``.
    """
    with moving(event, do.resume, actor=actor, at=at, note=note) as passage:
        day = passage.case.resume_on
        if not actor.is_staff and day is not None and day > at:
            raise MoveRefused("too_early", _("恢复日期未到"))
        passage.clocks.resume_all(at=at)
        passage.case.resume_on = None
        show_dues(passage)
        passage.tell("resumed", unit=passage.case.owner_unit_id)
    return passage.case


def retarget(event: Event, *, service_class: str, actor: Actor, at: datetime, note: str) -> Event:
    """调整时限: another class. The live clocks of the class keep what has elapsed and what was granted, measured
    by the new kind; clocks with limits of their own (whistle, decision, share) stay.

    Raises ``invalid`` for an unknown class or the one it has.
    """
    with moving(event, do.retarget, actor=actor, at=at, note=note) as passage:
        locked = passage.case
        if service_class not in service_classes() or service_class == locked.service_class_id:
            raise missing(service_class=_("请选择另一个时限等级"))
        locked.service_class_id = service_class
        _aim_anew(passage, passage.clocks.find("handle"), promise_class(locked), "handle")
        for order in open_orders(passage):
            if order.kind == "joint" and order.whistle_id:
                continue
            for stage, name in (("sign", "accept"), ("contact", "contact")):
                _aim_anew(passage, passage.clocks.find(stage, order), service_class, name)
        show_dues(passage)
    return passage.case


def _aim_anew(passage: Passage, clock: EventDeadline | None, code: str, stage: str) -> None:
    limit = budget(code, stage)
    if clock is None or limit is None:
        return
    granted = sum(s["seconds"] for s in clock.segments if s["kind"] == "extend") if clock.kind == limit["kind"] else 0
    passage.clocks.retarget(
        clock, kind=limit["kind"], budget_seconds=limit["seconds"] + granted, service_class=code, at=passage.at,
        reason=passage.note,
    )
