"""An event finds its owner: triage, claim 抢单, the end of the window, dispatch 派单 and its undo."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from casework.actor import Actor
from casework.clock.arithmetic import ClockKind, due_after
from casework.clock.loader import calendar
from casework.door import MoveRefused, Passage, missing, moving
from events.models import Event, WorkOrder
from events.reference_rows import category as category_of
from events.reference_rows import ladder_for, limit_seconds, limits, service_classes
from events.routing import fallback_unit, suggest_units
from events.suggesting import LEVELS
from events.transitions.holding import UNDO_SECONDS, drop_held, hold
from events.transitions.orders import (
    DISTRICT,
    GRID,
    end_order,
    needed_class,
    rung_of,
    send_order,
    start_handling,
)
from events.transitions.supervision import flag_wandering
from events.workflow import OPEN_ORDER, do
from grids.models import Unit

WINDOWS = {"P1": "claim_window_p1", "P2": "claim_window_p2", "P3": "claim_window_p3"}


def triage(
    event: Event,
    *,
    actor: Actor,
    at: datetime,
    category: str | None = None,
    urgency: str | None = None,
    service_class: str | None = None,
    handling: str | None = None,
    open_window: bool | None = None,
    note: str = "",
    seen_version: int | None = None,
) -> Event:
    """研判: settle category, urgency and class, then open the claim window or send it out by rule.

    P2 and P3 open the window; P0 never; P1 is dispatched at once unless ``open_window`` is true. Without a unit
    to send to it waits in ``awaiting_dispatch``. Raises ``invalid`` for an unknown code or a missing category.
    """
    with moving(event, do.triage, actor=actor, at=at, note=note, seen_version=seen_version) as passage:
        _set_kind(passage.case, category, urgency, service_class, handling)
        needed_class(passage.case)
        passage.clocks.stop("triage", at=at)
        if _opens_window(passage.case, open_window):
            _open_window(passage)
            return passage.case
        chosen = _by_rule(passage.case) if passage.case.urgency in ("P0", "P1") else None
        if chosen is None:
            wait_for_dispatch(passage)
        else:
            unit, reason, rule_id = chosen
            order = send_order(passage, kind="dispatch", unit=unit, reason=reason, rule_id=rule_id)
            start_handling(passage, order)
            passage.go("in_progress")
            passage.tell("dispatched", unit=unit.pk, order=order)
    return passage.case


def _set_kind(
    event: Event, category: str | None, urgency: str | None, service_class: str | None, handling: str | None
) -> None:
    if category:
        found = category_of(category)
        if found is None or found.parent_id is None:
            raise missing(category=_("没有这个事项类别"))
        event.category_id, event.service_class_id = found.code, found.service_class_id
        # an urgency that was raised for its words or place stays raised
        event.urgency = min(event.urgency, found.urgency) if event.urgency_reason else found.urgency
    known = {
        "urgency": (urgency, LEVELS, _("没有这个紧急程度")),
        "service_class": (service_class, service_classes(), _("没有这个时限等级")),
        "handling": (handling, Event.Handling.values, _("没有这个办理类别")),
    }
    for name, (value, choices, words) in known.items():
        if value and value not in choices:
            raise missing(**{name: words})
    event.urgency = urgency or event.urgency
    event.service_class_id = service_class or event.service_class_id
    event.handling = handling or event.handling


def _opens_window(event: Event, wanted: bool | None) -> bool:
    if event.urgency == "P0":
        return False
    if event.urgency == "P1":
        return bool(wanted)
    return wanted is not False


def _open_window(passage: Passage) -> None:
    event = passage.case
    kind, seconds = limit_seconds(WINDOWS[event.urgency])
    event.window_ends_at = due_after(ClockKind(kind), calendar("district"), passage.at, seconds)
    passage.clocks.start(
        "claim", kind=kind, budget_seconds=seconds, at=passage.at, unit_id=event.owner_unit_id, ladder=""
    )
    passage.go("open_for_claim")
    passage.tell("open_for_claim")


def wait_for_dispatch(passage: Passage) -> None:
    """To the dispatcher's queue, with the dispatch clock."""
    event = passage.case
    kind, seconds = limit_seconds("dispatch")
    passage.clocks.start(
        "dispatch", kind=kind, budget_seconds=seconds, at=passage.at, unit_id=event.owner_unit_id,
        ladder=ladder_for(event.urgency),
    )
    event.window_ends_at = None
    passage.go("awaiting_dispatch")
    passage.tell("awaiting_dispatch")


def _by_rule(event: Event) -> tuple[Unit, str, int | None] | None:
    for idea in suggest_units(event, limit=1):
        unit = Unit.objects.filter(pk=idea.unit_id, is_active=True).first()
        if unit is not None:
            return unit, idea.reason, idea.rule_id
    return None


def claim(
    event: Event, *, unit: Unit | None = None, actor: Actor, at: datetime, seen_version: int | None = None
) -> Event:
    """抢单: the first street with jurisdiction owns it.

    ``unit`` defaults to the actor's own street. Raises ``already_claimed`` with the holder, ``no_jurisdiction``,
    ``too_many_claims`` (20 unfinished), ``wrong_state`` once the window has ended.
    """
    with moving(event, do.claim, actor=actor, at=at, seen_version=seen_version) as passage:
        locked = passage.case
        if locked.window_ends_at is not None and locked.window_ends_at <= at:
            raise MoveRefused("window_over", _("抢单时间已过,等待派单"), state=locked.state)
        unit = unit or _own_street(actor, locked)
        if unit is None or unit.area is None or not locked.area_path.startswith(unit.area.path):
            raise MoveRefused("no_jurisdiction", _("不在本街道辖区"))
        held = WorkOrder.objects.filter(unit=unit, kind="claim", state__in=OPEN_ORDER).count()
        if held >= limits().numbers["claimed_unfinished_per_unit"]:
            raise MoveRefused("too_many_claims", _("本单位未办结的抢单已达%(n)s件") % {"n": held})
        order = send_order(passage, kind="claim", unit=unit, handler_id=actor.person_id, reason=_("抢单"))
        order.state, order.accepted_at = "accepted", at
        passage.clocks.stop("sign", at=at, order=order)
        locked.window_ends_at = None
        start_handling(passage, order)
        passage.tell("claimed", unit=unit.pk)
    return passage.case


def _own_street(actor: Actor, event: Event) -> Unit | None:
    ids = actor.rights.units("events.claim")
    units = Unit.objects.filter(pk__in=ids, is_active=True).select_related("area")
    return next((unit for unit in units if event.area_path.startswith(unit.area.path)), None)


def close_window(event: Event, *, actor: Actor, at: datetime) -> Event:
    """The claim window has ended without a claim: to the dispatcher, or out by rule where one names a unit.

    Raises ``too_early`` before the end of the window.
    """
    with moving(event, do.close_window, actor=actor, at=at) as passage:
        if passage.case.window_ends_at is not None and passage.case.window_ends_at > at:
            raise MoveRefused("too_early", _("抢单时间未到"))
        passage.clocks.stop("claim", at=at)
        wait_for_dispatch(passage)
    return passage.case


def dispatch(
    event: Event,
    *,
    actor: Actor,
    at: datetime,
    unit: Unit | None = None,
    note: str = "",
    task: str = "",
    hold_seconds: int = 0,
    seen_version: int | None = None,
) -> Event:
    """派单: the dispatcher (or, without ``unit``, the best rule) chooses the unit; the reason is stored and shown.

    A choice other than the first suggestion needs a ``note``. ``hold_seconds`` keeps the notice back so that
    it can be undone. Raises ``invalid``, ``declined_before`` for a unit that has already declined this event.
    """
    with moving(event, do.dispatch, actor=actor, at=at, note=note, seen_version=seen_version) as passage:
        locked = passage.case
        needed_class(locked)
        refused = frozenset(row.unit_id for row in passage.rows(_decline_model()) if row.ruling != "unfounded")
        ideas = suggest_units(locked, without=refused)
        unit, reason, rule_id = _choose(locked, unit, ideas, note, actor)
        if unit.pk in refused:
            raise MoveRefused("declined_before", _("%(unit)s已退过此单") % {"unit": unit.name})
        order = send_order(passage, kind="dispatch", unit=unit, reason=reason, rule_id=rule_id, task=task)
        start_handling(passage, order)
        passage.tell("dispatched", unit=unit.pk, order=order)
        hold(passage, hold_seconds)
        flag_wandering(passage)
    return passage.case


def _decline_model() -> type:
    from events.models import Decline

    return Decline


def _choose(
    event: Event, unit: Unit | None, ideas: list, note: str, actor: Actor
) -> tuple[Unit, str, int | None]:
    first = ideas[0] if ideas else None
    if unit is None:
        if first is not None:
            return Unit.objects.get(pk=first.unit_id), first.reason, first.rule_id
        desk = fallback_unit(event)
        if desk is None:
            raise missing(unit=_("没有匹配的派单规则,请选择单位"))
        return Unit.objects.get(pk=desk), _("无规则匹配,区值班台兜底"), None
    if not unit.is_active:
        raise missing(unit=_("该单位已停用"))
    for idea in ideas:
        if idea.unit_id == unit.pk:
            return unit, idea.reason, idea.rule_id
    if actor.is_staff and first is not None and not note.strip():
        raise missing(note=_("与建议单位不同,请说明理由"))
    return unit, note.strip() or _("人工派单"), None


def undo_dispatch(event: Event, *, actor: Actor, at: datetime) -> Event:
    """撤回 within ten seconds, by whoever dispatched, before anybody signed; the held notice is never sent.

    Raises ``too_late``, ``not_yours``.
    """
    with moving(event, do.undo_dispatch, actor=actor, at=at) as passage:
        last = passage.rows(WorkOrder)[-1]
        sent = event.trail.filter(verb__in=("dispatch", "triage")).order_by("-seq").first()
        if last.kind != "dispatch" or last.state != "sent" or (at - last.sent_at).total_seconds() > UNDO_SECONDS:
            raise MoveRefused("too_late", _("已超过撤回时间"))
        if sent is None or sent.person_id != actor.person_id:
            raise MoveRefused("not_yours", _("只能撤回自己派出的单"))
        end_order(passage, last, "withdrawn")
        drop_held(passage.case, sent.seq, at=at)
        passage.case.owner_unit_id = _desk(passage.case)
        kept = [rung_of(row) for row in passage.rows(WorkOrder) if row.state != "withdrawn"]
        conferred = DISTRICT if passage.case.consultations.exists() else GRID
        passage.case.rung = max([conferred, *kept])
        wait_for_dispatch(passage)
    return passage.case


def _desk(event: Event) -> int | None:
    return fallback_unit(event)
