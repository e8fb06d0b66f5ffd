"""A unit does its work: accept 签收, first contact, feed back 反馈; the whistle list's verbs stand in ``joint``."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from casework.actor import Actor
from casework.door import MoveRefused, Passage, missing, moving
from events.models import Event, EventAttachment, WorkOrder
from events.reference_rows import category as category_of
from events.reference_rows import ladder_for, limit_seconds, limits
from events.transitions.orders import MAIN_KINDS, end_order, open_orders, refuse_open_children, the_order
from events.workflow import do

MAX_FEEDBACK = 4000
WORKED_VERBS = ("claim", "accept", "feed_back", "handle_on_spot", "report_in", "contact")
"""Whoever did one of these has handled the event and may not check it."""


def accept(order: WorkOrder, *, actor: Actor, at: datetime, note: str = "") -> WorkOrder:
    """签收: stops the sign clock; the handle clock has been running since dispatch.

    Raises ``order_state`` unless the order is ``sent``; ``forbidden`` for another unit's person.
    """
    with moving(order.event, do.accept, actor=actor, at=at, note=note, **where(order)) as passage:
        found = the_order(passage, order, states=("sent",))
        passage.clocks.stop("sign", at=at, order=found)
        passage.change(found, state="accepted", accepted_at=at, handler_id=actor.person_id or found.handler_id)
        _name_order(passage, found)
    return found


def contact(order: WorkOrder, *, actor: Actor, at: datetime, note: str = "") -> WorkOrder:
    """首次联系: the unit has spoken to the reporter; stops the contact clock. Raises ``contacted``."""
    with moving(order.event, do.contact, actor=actor, at=at, note=note, **where(order)) as passage:
        found = the_order(passage, order, states=("sent", "accepted"))
        if found.contacted_at is not None:
            raise MoveRefused("contacted", _("已登记首次联系"))
        passage.clocks.stop("contact", at=at, order=found)
        passage.change(found, contacted_at=at)
        _name_order(passage, found)
    return found


def feed_back(
    order: WorkOrder, *, actor: Actor, at: datetime, note: str, outcome: str = "solved", seen_version: int | None = None
) -> WorkOrder:
    """反馈: what was done and with what outcome; exactly one per order. The last open order sends the event to
    verification.

    Raises ``order_state`` unless accepted, ``children_open``, ``needs_photo`` where the category asks for
    evidence, ``invalid``.
    """
    with moving(
        order.event, do.feed_back, actor=actor, at=at, note=note, seen_version=seen_version, **where(order)
    ) as passage:
        found = the_order(passage, order, states=("accepted",))
        refuse_open_children(passage, found)
        _check_feedback(passage, found, note, outcome)
        end_order(
            passage, found, "done", done_at=at, feedback=note, outcome=outcome,
            contacted_at=found.contacted_at or at,
        )
        _name_order(passage, found)
        if open_orders(passage):
            passage.stay()
        else:
            finish_handling(passage)
    return found


def _check_feedback(passage: Passage, order: WorkOrder, note: str, outcome: str) -> None:
    if outcome not in Event.Outcome.values:
        raise missing(outcome=_("没有这个结果"))
    if len(note) > MAX_FEEDBACK:
        raise missing(note=_("内容不能超过%(n)s字") % {"n": MAX_FEEDBACK})
    kind = category_of(passage.case.category_id or "")
    if kind is None or not kind.needs_photo or outcome != "solved" or not passage.actor.is_staff:
        return
    kept = passage.rows(EventAttachment)
    if not any(row.purpose == "feedback" and row.added_at >= order.sent_at for row in kept):
        raise MoveRefused("needs_photo", _("该类事项办结须上传处置照片或材料"))


def finish_handling(passage: Passage) -> None:
    """Every order is done: the promise is met or missed; two-way verification begins."""
    event, at = passage.case, passage.at
    handled = passage.clocks.stop("handle", at=at)
    if handled is not None:
        event.handle_due_at = event.handle_due_at or _due_of(handled)
    passage.clocks.stop_all(at=at, stages=("rectify", "confer"))
    event.handled_at = at
    event.outcome = _worst_outcome(passage)
    for stage in ("verify", "call_back"):
        kind, seconds = limit_seconds(stage)
        if stage == "call_back":
            kind, seconds = kind, seconds + limit_seconds("verify")[1]
        passage.clocks.start(
            stage, kind=kind, budget_seconds=seconds, at=at, unit_id=event.owner_unit_id,
            ladder=ladder_for(event.urgency),
        )
    passage.go("verifying")
    passage.tell("handled")


def _due_of(row: object) -> datetime | None:
    return row.due_at


def _worst_outcome(passage: Passage) -> str:
    """The weakest outcome among the orders that were done: cannot_solve, then explained, then solved."""
    found = {row.outcome for row in passage.rows(WorkOrder) if row.state == "done" and row.outcome}
    return next((name for name in ("cannot_solve", "explained", "solved") if name in found), "solved")


def send_to_rework(passage: Passage, *, stage: str = "handle") -> WorkOrder | None:
    """返工: the lead order opens again with what is left of the promise, at least a fifth of the budget. The main
    order comes before joint ones, the first receiver leads 首接负责."""
    event, at = passage.case, passage.at
    done = [row for row in passage.rows(WorkOrder) if row.state == "done"]
    if not done:
        return None
    leads = [row for row in reversed(done) if row.is_lead and row.parent_id is None]
    lead = next((row for row in leads if row.kind in MAIN_KINDS), leads[0] if leads else done[-1])
    passage.clocks.stop_all(at=at, stages=("verify", "call_back", "evaluate"))
    passage.change(
        lead, state="accepted", ended_at=None, done_at=None, reworks=lead.reworks + 1
    )
    event.reworks += 1
    event.owner_unit_id = lead.unit_id
    event.handled_at = event.verified_at = event.closed_at = None
    event.outcome = ""
    _restart_promise(passage, lead, stage)
    passage.details["order"] = lead
    passage.unit_id = lead.unit_id
    passage.tell("rework", unit=lead.unit_id)
    return lead


def _restart_promise(passage: Passage, lead: WorkOrder, stage: str) -> None:
    event = passage.case
    last = (
        event.deadlines.filter(stage="handle", order__isnull=True).order_by("-pk").first() if event.pk else None
    )
    if last is None:
        kind, budget = limit_seconds("verify")
    else:
        kind, budget = last.kind, last.budget_seconds
    used = last.elapsed_seconds if last else 0
    least = budget * limits().numbers["rework_minimum_percent"] // 100
    row = passage.clocks.start(
        stage, kind=kind, budget_seconds=max(budget - used, least, 3600), at=passage.at, unit_id=lead.unit_id,
        service_class=event.service_class_id or "", ladder=ladder_for(event.urgency),
        calendar_code=last.calendar_code if last else "district",
    )
    passage.change(lead, due_at=row.due_at)


def where(order: WorkOrder) -> dict:
    """Where a permission on this order must hold: its unit, or the land it was delegated to."""
    place = {"unit_ids": (order.unit_id,)}
    if order.area_id is not None:
        place["area_path"] = order.area.path
    return place


def _name_order(passage: Passage, order: WorkOrder) -> None:
    passage.details["order"] = order.pk
    passage.unit_id = order.unit_id
