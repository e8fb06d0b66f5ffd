"""The return-order court: 退单 within its window, ruled upon within a working day, each ruling case law."""

from __future__ import annotations

from datetime import datetime
from itertools import dropwhile, takewhile

from django.utils.translation import gettext as _

from casework.actor import Actor
from casework.clock.arithmetic import ClockKind, due_after, elapsed
from casework.clock.loader import calendar
from casework.door import MoveRefused, Passage, missing, moving, not_found
from events.models import Decline, Event, Precedent, WorkOrder
from events.reference_lists import load_decline_reasons
from events.reference_rows import limit_seconds, limits
from events.routing import fallback_unit
from events.transitions.conferring import back_to_desk, open_consultation
from events.transitions.dispatching import wait_for_dispatch
from events.transitions.handling import where
from events.transitions.orders import (
    calendar_for,
    end_order,
    open_orders,
    send_order,
    start_handling,
    the_order,
    withdraw_open,
)
from events.transitions.supervision import flag_wandering
from events.workflow import do
from grids.models import Area, Unit

MAX_CLAUSE, MAX_NOTE = 200, 400


def decline(
    order: WorkOrder,
    *,
    reason: str,
    clause: str,
    proposed_unit: Unit | None,
    actor: Actor,
    at: datetime,
    note: str,
) -> Decline:
    """退单: unsigned and within its window (2 working hours of arrival; P0 and P1 15 minutes), with a reason code,
    the clause of the duty list and the unit thought responsible. The time it cost is charged, not given back;
    the third decline of one event forces a consultation.

    Raises ``order_state``, ``order_kind``, ``too_late``, ``declined_before`` (once per unit), ``ruling_final``
    for a unit that a ruling or a consultation has named, ``invalid``.
    """
    with moving(order.event, do.decline, actor=actor, at=at, note=note, **where(order)) as passage:
        found = the_order(passage, order, states=("sent",))
        _check_order(passage, found)
        _check_words(found, reason, clause, proposed_unit)
        cost = _cost(passage, found)
        row = Decline(
            order=found, event=passage.case, unit=found.unit, reason=reason, clause=clause[:MAX_CLAUSE],
            proposed_unit=proposed_unit, text=note[:MAX_NOTE], declined_at=at, cost_seconds=cost,
        )
        passage.create(row)
        end_order(passage, found, "declined")
        kind, seconds = limit_seconds("decline_ruling")
        passage.clocks.start(
            "ruling", kind=kind, budget_seconds=seconds, at=at, order=found,
            unit_id=passage.case.owner_unit_id, ladder="default",
        )
        passage.case.bounces += 1
        _move_on(passage, note)
        passage.details.update(order=found.pk, reason=reason, cost_seconds=cost)
        passage.unit_id = found.unit_id
        passage.tell("declined", unit=found.unit_id)
    return row


def window_ends(order: WorkOrder, event: Event) -> datetime:
    """Until when the unit may decline this order."""
    kind, seconds = limit_seconds("decline_window_p1" if event.urgency in ("P0", "P1") else "decline_window")
    return due_after(ClockKind(kind), calendar(calendar_for(order.unit)), order.sent_at, seconds)


def _check_order(passage: Passage, order: WorkOrder) -> None:
    if order.kind != "dispatch":
        raise MoveRefused("order_kind", _("只有派单可以退单;联单请用反哨"))
    rows = passage.rows(Decline)
    if order.consultation_id or any(row.ruled_unit_id == order.unit_id for row in rows):
        raise MoveRefused("ruling_final", _("裁决或会商已确定由本单位承办,不能退单"))
    if any(row.unit_id == order.unit_id for row in rows):
        raise MoveRefused("declined_before", _("%(unit)s已退过此单") % {"unit": order.unit.name})
    if passage.at > window_ends(order, passage.case):
        raise MoveRefused("too_late", _("已超过退单时限"))


def _check_words(order: WorkOrder, reason: str, clause: str, proposed: Unit | None) -> None:
    known = next((item for item in load_decline_reasons() if item.code == reason), None)
    if known is None:
        raise missing(reason=_("请选择退单理由"))
    if known.needs_clause and not clause.strip():
        raise missing(clause=_("请引用职责清单条款"))
    if known.needs_unit and proposed is None:
        raise missing(proposed_unit=_("请填写建议承办单位"))
    if proposed is not None and (proposed.pk == order.unit_id or not proposed.is_active or not proposed.takes_orders):
        raise missing(proposed_unit=_("建议单位须为其他在用单位"))


def _cost(passage: Passage, order: WorkOrder) -> int:
    """Seconds of the promise's own time that this stop has used."""
    promise = passage.clocks.find("handle")
    if promise is None:
        return 0
    return elapsed(ClockKind(promise.kind), calendar(promise.calendar_code), order.sent_at, passage.at)


def _move_on(passage: Passage, note: str) -> None:
    """Three declines force a consultation; else, with other main work live, that goes on; else the dispatcher."""
    if passage.case.bounces >= limits().numbers["declines_force_confer"]:
        withdraw_open(passage)
        open_consultation(passage, reason=note)
        return
    others = [row for row in open_orders(passage) if row.parent_id is None]
    if others:
        lead = next((row for row in others if row.is_lead), others[0])
        passage.case.owner_unit_id = lead.unit_id
        promise = passage.clocks.find("handle")
        if promise is not None:
            passage.clocks.charge(promise, unit_id=lead.unit_id, at=passage.at)
        passage.go("in_progress")
        return
    back_to_desk(passage)
    wait_for_dispatch(passage)


def rule_decline(
    decline: Decline, *, founded: bool, actor: Actor, at: datetime, note: str, unit: Unit | None = None
) -> Decline:
    """退单裁决: founded names the responsible unit (``unit``, else the one proposed), unfounded sends it back to
    the unit that declined and charges it with the time lost at the desk. Final, and a precedent from then on.
    An event that waits for dispatch goes to the ruled unit at once.

    Raises ``ruled``, ``own_work`` for the person who declined, ``invalid``, ``not_found``.
    """
    with moving(decline.event, do.rule_decline, actor=actor, at=at, note=note) as passage:
        found = _pending(passage, decline)
        ruled = _ruled_unit(found, founded, unit)
        order = next(row for row in passage.rows(WorkOrder) if row.pk == found.order_id)
        passage.change(
            found, ruling="founded" if founded else "unfounded", ruled_unit=ruled, ruled_by_id=actor.person_id,
            ruled_at=at, ruling_text=note[:300],
        )
        passage.clocks.stop("ruling", at=at, order=order)
        if not founded:
            _charge_lost_time(passage, found)
        _keep_as_precedent(passage, found, ruled, note)
        if passage.case.state == "awaiting_dispatch":
            _send_as_ruled(passage, ruled, note)
        else:
            passage.stay()
        passage.details.update(decline=found.pk, ruling=found.ruling, ruled_unit=ruled.pk)
        passage.unit_id = found.unit_id
        passage.tell("ruled", unit=found.unit_id)
    return found


def _pending(passage: Passage, decline: Decline) -> Decline:
    found = next((row for row in passage.rows(Decline) if row.pk == decline.pk), None)
    if found is None:
        raise not_found()
    if found.ruling != "pending":
        raise MoveRefused("ruled", _("该退单已裁决,裁决为终局"))
    person = passage.actor.person_id
    if person and passage.case.trail.filter(verb="decline", person_id=person, changes__order=found.order_id).exists():
        raise MoveRefused("own_work", _("不能裁决自己提出的退单"))
    return found


def _ruled_unit(found: Decline, founded: bool, unit: Unit | None) -> Unit:
    if not founded:
        if unit is not None and unit.pk != found.unit_id:
            raise missing(unit=_("退单不成立时由退单单位承办"))
        return found.unit
    ruled = unit or found.proposed_unit
    if ruled is None or ruled.pk == found.unit_id or not ruled.is_active or not ruled.takes_orders:
        raise missing(unit=_("退单成立时须指定其他在用单位承办"))
    return ruled


def _charge_lost_time(passage: Passage, found: Decline) -> None:
    """From the decline until somebody else had it, the desk's running segments become the declining unit's."""
    promise = passage.clocks.find("handle")
    desk = fallback_unit(passage.case)
    if promise is None:
        return
    lost = [s for s in promise.segments if s["kind"] == "run" and datetime.fromisoformat(s["from"]) >= found.declined_at]
    after_own = dropwhile(lambda s: s["unit"] == found.unit_id, lost)  # its own last instant may share the moment
    for segment in takewhile(lambda s: s["unit"] == desk, after_own):
        segment["unit"] = found.unit_id
        passage.change(promise, segments=promise.segments)


def _keep_as_precedent(passage: Passage, found: Decline, ruled: Unit, note: str) -> None:
    """For the whole district; a ruling about jurisdiction only for the street it was about."""
    event = passage.case
    if event.category_id is None:
        return
    street = Area.objects.filter(code=event.street_code).first() if found.reason == "not_our_area" else None
    passage.create(
        Precedent(
            category_id=event.category_id, area=street, unit=ruled, declined_by_id=found.unit_id, decline=found,
            text=note[:300], decided_at=passage.at,
        )
    )


def _send_as_ruled(passage: Passage, ruled: Unit, note: str) -> None:
    order = send_order(
        passage, kind="dispatch", unit=ruled, reason=_("退单裁决:%(text)s") % {"text": note[:200]}
    )
    start_handling(passage, order)
    passage.go("in_progress")
    passage.tell("dispatched", unit=ruled.pk, order=order)
    flag_wandering(passage)
