"""Work orders inside an open door: made with their clocks, accepted, ended. No verb of its own.

The promise of the event is one clock (stage ``handle``, no order): it starts with the first dispatch and keeps
what has elapsed through every bounce. Delegated, joint and decided orders have handle clocks of their own.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from casework.clock.arithmetic import ClockKind, elapsed
from casework.clock.ledger import open_segment
from casework.clock.loader import calendar
from casework.door import MoveRefused, Passage, missing, not_found
from events.models import Event, EventDeadline, WorkOrder
from events.models.orders import Whistle
from events.reference_rows import budget, ladder_for, limits, service_classes
from events.workflow import OPEN_ORDER
from grids.models import Unit

MAIN_KINDS = ("claim", "dispatch")
GRID, TOGETHER, DISTRICT = 1, 2, 3
"""诉求层级 (capability 50): 格内立项, 共商共治 of community and street, 区级统筹."""
RUNG_OF_UNIT = {"grid": GRID, "community": TOGETHER, "street_office": TOGETHER}
LEGAL_CLASS = "L60"
BY_LAW = frozenset({"V13", "V15", "L60", "M30"})
"""Classes whose time is a procedure by law already; 案件类 keeps it."""


def send_order(
    passage: Passage,
    *,
    kind: str,
    unit: Unit,
    area_id: int | None = None,
    handler_id: int | None = None,
    parent: WorkOrder | None = None,
    is_lead: bool = True,
    task: str = "",
    share_percent: int = 100,
    reason: str = "",
    rule_id: int | None = None,
    whistle: Whistle | None = None,
    consultation: object | None = None,
    answer: tuple[str, int] | None = None,
) -> WorkOrder:
    """Make an order of this kind for the unit and start its sign and contact clocks.

    ``answer``: (kind, seconds) within which this one is to be signed instead of the class's limit (a whistle has
    its own, rules.md §9); such an order has no contact clock, the street talks to the reporter. Raises ``invalid``
    for a court or a mediating body, which no order goes to.
    """
    if not unit.takes_orders:
        raise missing(unit=_("该单位不承办工单"))
    event, at = passage.case, passage.at
    order = WorkOrder(
        event=event, kind=kind, state="sent", unit=unit, area_id=area_id, handler_id=handler_id, parent=parent,
        is_lead=is_lead, task=task[:400], share_percent=share_percent, reason=reason[:300], rule_id=rule_id,
        whistle=whistle, consultation=consultation, sent_at=at,
    )
    passage.create(order)
    event.rung = max(event.rung, rung_of(order))
    if unit.pk not in event.unit_ids:
        event.unit_ids = [*event.unit_ids, unit.pk]
    if answer is not None:
        start_own(passage, order, kind=answer[0], seconds=answer[1], stage="sign")
    else:
        for stage, name in (("sign", "accept"), ("contact", "contact")):
            _start_from_class(passage, order, stage, name)
    passage.details["order"] = order
    passage.unit_id = unit.pk
    return order


def rung_of(order: WorkOrder) -> int:
    """How high an order lifts the event: solved in the grid itself 1, community or street 2, whoever else 3."""
    return GRID if order.kind == "self" else RUNG_OF_UNIT.get(order.unit.kind, DISTRICT)


def _start_from_class(passage: Passage, order: WorkOrder, stage: str, name: str) -> None:
    event = passage.case
    limit = budget(event.service_class_id, name)
    if limit is not None:
        passage.clocks.start(
            stage, kind=limit["kind"], budget_seconds=limit["seconds"], at=passage.at, order=order,
            unit_id=order.unit_id, service_class=event.service_class_id or "", ladder=ladder_for(event.urgency),
            calendar_code=calendar_for(order.unit),
        )


def calendar_for(unit: Unit) -> str:
    """The working calendar of a unit: its own if it never closes, else the district's."""
    return "round_the_clock" if unit.round_the_clock else "district"


def promise_class(event: Event) -> str:
    """The class the promise is counted by. 案件类依法办 (workflows.md §2) leaves the service clock for the legal
    one: sixty calendar days (L60), unless its own class is a procedure by law already."""
    code = event.service_class_id or ""
    return LEGAL_CLASS if event.handling == Event.Handling.LEGAL and code not in BY_LAW else code


def start_handling(passage: Passage, order: WorkOrder) -> None:
    """The event's promise: started once; at a later dispatch it goes on and is charged to the new unit."""
    event = passage.case
    event.owner_unit_id = order.unit_id
    was_dispatched = event.dispatched_at is not None
    event.dispatched_at = event.dispatched_at or passage.at
    passage.clocks.stop_all(at=passage.at, stages=("triage", "claim", "dispatch", "confer"))
    row = passage.clocks.find("handle")
    if row is None:
        limit = _what_is_left(event) if was_dispatched else budget(promise_class(event), "handle")
        if limit is None:
            return
        row = passage.clocks.start(
            "handle", kind=limit["kind"], budget_seconds=limit["seconds"], at=passage.at, unit_id=order.unit_id,
            service_class=promise_class(event), ladder=ladder_for(event.urgency),
            calendar_code=calendar_for(order.unit),
        )
    else:
        passage.clocks.charge(row, unit_id=order.unit_id, at=passage.at)
    event.handle_due_at = row.due_at
    order.due_at = row.due_at


def _what_is_left(event: Event) -> dict | None:
    """Of a promise whose clock was stopped before (handled once, then merged and split off, or reopened without
    a feedback): its remainder, at least a fifth of the budget (rules.md §4), never the whole anew."""
    last = event.deadlines.filter(stage="handle", order__isnull=True).order_by("-pk").first()
    if last is None:
        return budget(promise_class(event), "handle")
    least = last.budget_seconds * limits().numbers["rework_minimum_percent"] // 100
    return {"kind": last.kind, "seconds": max(last.budget_seconds - last.elapsed_seconds, least)}


def promise_of(passage: Passage, order: WorkOrder | None = None) -> EventDeadline | None:
    """The clock this order is handled under: its own, else the event's promise or rectification."""
    own = passage.clocks.find("handle", order) if order is not None else None
    return own or passage.clocks.find("handle") or passage.clocks.find("rectify")


def show_dues(passage: Passage) -> None:
    """Copy the due times of running handle clocks to where lists read them, after clocks were aimed anew."""
    shared = promise_of(passage)
    if shared is not None and shared.stage == "handle" and shared.due_at is not None:
        passage.case.handle_due_at = shared.due_at
    for order in open_orders(passage):
        row = promise_of(passage, order)
        if row is not None and row.due_at is not None and row.due_at != order.due_at:
            passage.change(order, due_at=row.due_at)


def remaining_seconds(passage: Passage, order: WorkOrder | None = None) -> tuple[str, int] | None:
    """(kind, seconds) left of the promise (of this order, where it has a clock of its own) at this moment; zero
    when overdue, None without one."""
    row = promise_of(passage, order)
    if row is None:
        return None
    used = row.elapsed_seconds
    segment = open_segment(row)
    if row.state == "running" and segment is not None:
        start = datetime.fromisoformat(segment["from"])
        used += max(0, elapsed(ClockKind(row.kind), calendar(row.calendar_code), start, passage.at))
    return row.kind, max(0, row.budget_seconds - used)


def start_share(passage: Passage, order: WorkOrder) -> None:
    """A child's own clock: the parent's remaining time less the buffer of rules.md §1 (10 %)."""
    left = remaining_seconds(passage, order.parent)
    if left is None:
        return
    kind, seconds = left
    seconds = seconds * (100 - limits().numbers["child_time_buffer_percent"]) // 100
    start_own(passage, order, kind=kind, seconds=seconds)


def start_own(passage: Passage, order: WorkOrder, *, kind: str, seconds: int, stage: str = "handle") -> None:
    """A handle (or report-in) clock of this order alone."""
    event = passage.case
    row = passage.clocks.start(
        stage, kind=kind, budget_seconds=max(seconds, 60), at=passage.at, order=order, unit_id=order.unit_id,
        service_class=event.service_class_id or "", ladder=ladder_for(event.urgency),
        calendar_code=calendar_for(order.unit),
    )
    if stage == "handle":
        passage.change(order, due_at=row.due_at)


def open_orders(passage: Passage) -> list[WorkOrder]:
    """Orders still to be done."""
    return [order for order in passage.rows(WorkOrder) if order.state in OPEN_ORDER]


def the_order(passage: Passage, order: WorkOrder, *, states: frozenset[str] | tuple[str, ...]) -> WorkOrder:
    """The order as it stands in the open door. Raises ``not_found`` and ``order_state``."""
    found = next((row for row in passage.rows(WorkOrder) if row.pk == order.pk), None)
    if found is None:
        raise not_found()
    if found.state not in states:
        raise MoveRefused(
            "order_state", _("工单状态为“%(state)s”,不能这样操作") % {"state": found.get_state_display()},
            state=found.state,
        )
    return found


def end_order(passage: Passage, order: WorkOrder, state: str, **values: object) -> None:
    """End an order in this state and stop its own clocks."""
    passage.change(order, state=state, ended_at=passage.at, **values)
    passage.clocks.stop_all(at=passage.at, order=order)


def withdraw_open(passage: Passage) -> None:
    """Withdraw whatever is still open (merge, transfer, consultation that closes)."""
    for order in open_orders(passage):
        end_order(passage, order, "withdrawn")


def refuse_open_children(passage: Passage, order: WorkOrder) -> None:
    """A parent cannot feed back before its children have."""
    waiting = [
        child for child in passage.rows(WorkOrder) if child.parent_id == order.pk and child.state in OPEN_ORDER
    ]
    if waiting:
        raise MoveRefused("children_open", _("还有%(n)s张分单未反馈") % {"n": len(waiting)})


def needed_class(event: Event) -> None:
    """A case cannot be sent out without category and class. Raises ``invalid``."""
    if event.category_id is None:
        raise missing(category=_("请先选择事项类别"))
    if event.service_class_id not in service_classes():
        raise missing(service_class=_("请先选择时限等级"))
