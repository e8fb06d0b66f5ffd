"""A street works together with others: 分单 to its own people, 联单 by the whistle 吹哨报到 (rules.md §4, §9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from casework import numbers
from casework.actor import Actor
from casework.door import MoveRefused, Passage, missing, moving, not_found
from events.models import Event, Whistle, WhistlePart, WorkOrder
from events.reference_lists import WhistleType, load_whistle_grounds, load_whistle_types
from events.reference_rows import budget
from events.transitions.handling import where
from events.transitions.holding import hold
from events.transitions.orders import send_order, start_own, start_share, the_order
from events.workflow import OPEN_ORDER, do
from grids.models import Area, Unit
from grids.scope import SHANGHAI

CALLABLE_UNITS = (Unit.Kind.DEPARTMENT, Unit.Kind.UTILITY, Unit.Kind.ENFORCEMENT)
"""Whom a street can whistle for."""
MAX_TASK = 300


@dataclass(frozen=True, slots=True)
class Share:
    """One child order: the unit, where it is a grid's also the grid, the task, its share in percent."""

    unit: Unit
    task: str
    share_percent: int = 100
    area: Area | None = None
    handler_id: int | None = None


@dataclass(frozen=True, slots=True)
class Called:
    """One department a whistle calls for, and what it is to do there."""

    unit: Unit
    task: str
    is_lead: bool = False


def delegate(
    order: WorkOrder, *, shares: Sequence[Share], actor: Actor, at: datetime, note: str = "", hold_seconds: int = 0
) -> list[WorkOrder]:
    """分单: child orders to community, grid or station, each with the remaining time less 10 %; the order itself
    cannot be fed back before them.

    Raises ``order_state`` unless this order is accepted, ``invalid`` for a unit or grid outside the land of the
    order's unit, a grid where the event does not lie (its people could not see it), shares above 100 % together,
    a task that is missing or given twice.
    """
    with moving(order.event, do.delegate, actor=actor, at=at, note=note, **where(order)) as passage:
        parent = the_order(passage, order, states=("accepted",))
        _check_shares(passage, parent, shares)
        children = []
        for share in shares:
            child = send_order(
                passage, kind="delegate", unit=share.unit, area_id=share.area.pk if share.area else None,
                handler_id=share.handler_id, parent=parent, is_lead=False, task=share.task,
                share_percent=share.share_percent, reason=_("分单"),
            )
            start_share(passage, child)
            passage.tell("delegated", unit=share.unit.pk, order=child)
            children.append(child)
        passage.details["order"] = parent.pk
        passage.details["children"] = len(children)
        hold(passage, hold_seconds)
        passage.unit_id = parent.unit_id
    return children


def _check_shares(passage: Passage, parent: WorkOrder, shares: Sequence[Share]) -> None:
    children = [row for row in passage.rows(WorkOrder) if row.parent_id == parent.pk and row.state in OPEN_ORDER]
    if not shares:
        raise missing(shares=_("请选择分单对象"))
    places = [(row.unit_id, row.area_id) for row in children]
    places += [(share.unit.pk, share.area.pk if share.area else None) for share in shares]
    if len(set(places)) < len(places):
        raise missing(shares=_("同一对象不能重复分单"))
    if sum(row.share_percent for row in children) + sum(share.share_percent for share in shares) > 100:
        raise missing(share_percent=_("任务占比合计不能超过100%"))
    for share in shares:
        _check_share(passage.case, parent, share)


def _check_share(event: Event, parent: WorkOrder, share: Share) -> None:
    if not share.task.strip() or len(share.task) > MAX_TASK:
        raise missing(task=_("请写明分单任务(300字以内)"))
    if not 1 <= share.share_percent <= 100:
        raise missing(share_percent=_("任务占比须在1到100之间"))
    unit, area = share.unit, share.area
    if not unit.is_active or not unit.area.path.startswith(parent.unit.area.path):
        raise missing(unit=_("只能分给本单位辖区内在用的单位"))
    if unit.pk == parent.unit_id and area is None:
        raise missing(unit=_("不能分给本单位自己"))
    if area is not None and not (area.path.startswith(unit.area.path) and event.area_path.startswith(area.path)):
        raise missing(area=_("事件不在该网格,或该网格不属于所选单位"))


def whistle(
    event: Event,
    *,
    kind: str,
    ground: str,
    parts: Sequence[Called],
    actor: Actor,
    at: datetime,
    note: str,
    street: Unit | None = None,
) -> Whistle:
    """吹哨: a street asks its leader to call departments to the spot; nothing is sent before the approval.

    ``kind`` and ``ground`` are codes of the whistle list; exactly one part leads. Raises ``invalid`` naming what
    is missing, ``no_jurisdiction``, ``whistle_open`` while another one waits for approval, ``called_already`` for
    a department that still works on an earlier one.
    """
    with moving(event, do.whistle, actor=actor, at=at, note=note) as passage:
        street = street or own_street(actor, passage.case, "events.whistle")
        if street is None or not passage.case.area_path.startswith(street.area.path):
            raise MoveRefused("no_jurisdiction", _("不在本街道辖区"))
        _check_whistle(passage, kind, ground, parts)
        row = Whistle(
            number=_number("CS", at), event=passage.case, kind=kind, ground=ground, text=note[:400], state="asked",
            street=street, asked_by_id=actor.person_id, asked_at=at,
        )
        passage.create(row)
        for part in parts:
            passage.create(_part(passage, row, part))
        passage.unit_id = street.pk
        passage.details["whistle"] = row.number
        passage.tell("whistle_asked", unit=street.pk)
    return row


def _part(passage: Passage, row: Whistle, part: Called) -> WhistlePart:
    return WhistlePart(whistle=row, unit=part.unit, is_lead=part.is_lead, task=part.task)


def _number(prefix: str, at: datetime) -> str:
    """``CS20260305-0001``: one series a day (rules.md §4)."""
    series = f"{prefix}{at.astimezone(SHANGHAI):%Y%m%d}"
    return f"{series}-{numbers.take(series):04d}"


def own_street(actor: Actor, event: Event, permission: str) -> Unit | None:
    """The actor's own street office on whose land the event lies."""
    units = Unit.objects.filter(pk__in=actor.rights.units(permission), is_active=True).select_related("area")
    return next((unit for unit in units if event.area_path.startswith(unit.area.path)), None)


def _check_whistle(passage: Passage, kind: str, ground: str, parts: Sequence[Called]) -> None:
    if kind not in {item.code for item in load_whistle_types()}:
        raise missing(kind=_("请选择哨种"))
    if ground not in {item.code for item in load_whistle_grounds()}:
        raise missing(ground=_("请选择吹哨事由"))
    if any(row.state == "asked" for row in passage.rows(Whistle)):
        raise MoveRefused("whistle_open", _("本事件已有待批的吹哨"))
    if sum(part.is_lead for part in parts) != 1:
        raise missing(parts=_("须有且只有一个主办单位"))
    if len({part.unit.pk for part in parts}) < len(parts):
        raise missing(parts=_("同一单位不能重复"))
    busy = {row.unit_id for row in passage.rows(WorkOrder) if row.kind == "joint" and row.state in OPEN_ORDER}
    for part in parts:
        _check_part(part, busy)


def _check_part(part: Called, busy: set[int]) -> None:
    if not part.task.strip() or len(part.task) > MAX_TASK:
        raise missing(task=_("请写明%(unit)s的分工(300字以内)") % {"unit": part.unit.name})
    if not part.unit.is_active or part.unit.kind not in CALLABLE_UNITS:
        raise missing(unit=_("只能吹哨在用的部门、企业或执法队伍"))
    if part.unit.pk in busy:
        raise MoveRefused("called_already", _("%(unit)s的联单尚未办结") % {"unit": part.unit.name})


def approve_whistle(
    whistle: Whistle, *, actor: Actor, at: datetime, note: str = "", hold_seconds: int = 0
) -> Whistle:
    """批准吹哨 by the street's leader, who is not the one who asked: each department gets its ``joint`` order with
    the answer, report-in and handle clocks of rules.md §9.

    Raises ``own_work``, ``whistle_state``.
    """
    with moving(whistle.event, do.approve_whistle, actor=actor, at=at, note=note) as passage:
        found = _asked(passage, whistle)
        kind = next(item for item in load_whistle_types() if item.code == found.kind)
        for part in _parts(found):
            order = send_order(
                passage, kind="joint", unit=part.unit, is_lead=part.is_lead, task=part.task, whistle=found,
                reason=_("吹哨 %(number)s") % {"number": found.number},
                answer=(kind.answer.kind, kind.answer.clock_seconds()),
            )
            start_own(
                passage, order, kind=kind.on_scene.kind, seconds=kind.on_scene.clock_seconds(), stage="report_in"
            )
            close_kind, seconds = _close_limit(kind, passage.case)
            start_own(passage, order, kind=close_kind, seconds=seconds)
            part.order = order
            passage.change(part, order=order)
            passage.tell("whistled", unit=part.unit_id, order=order)
        _decide(passage, found, "blown")
        hold(passage, hold_seconds)
    return found


def refuse_whistle(whistle: Whistle, *, actor: Actor, at: datetime, note: str) -> Whistle:
    """不批准吹哨, with the reason. Raises ``own_work``, ``whistle_state``."""
    with moving(whistle.event, do.refuse_whistle, actor=actor, at=at, note=note) as passage:
        found = _asked(passage, whistle)
        _decide(passage, found, "refused")
        passage.tell("whistle_refused", unit=found.street_id)
    return found


def _decide(passage: Passage, found: Whistle, state: str) -> None:
    passage.change(found, state=state, approved_by_id=passage.actor.person_id, approved_at=passage.at)
    passage.unit_id = found.street_id
    passage.details["whistle"] = found.number
    passage.details.pop("order", None)


def _asked(passage: Passage, whistle: Whistle) -> Whistle:
    found = _found(passage, Whistle, whistle.pk)
    if found.state != "asked":
        raise MoveRefused("whistle_state", _("该吹哨%(state)s") % {"state": found.get_state_display()}, state=found.state)
    if found.asked_by_id == passage.actor.person_id:
        raise MoveRefused("own_work", _("不能审批自己提出的吹哨"))
    return found


def _found(passage: Passage, model: type, key: int | None) -> object:
    row = next((row for row in passage.rows(model) if row.pk == key), None)
    if row is None:
        raise not_found()
    return row


def _parts(whistle: Whistle) -> list[WhistlePart]:
    """Locked by the event's row, like everything else of the case."""
    return list(whistle.parts.select_related("unit").order_by("pk"))


def _close_limit(kind: WhistleType, event: Event) -> tuple[str, int]:
    """The type's own limit; an emergency whistle closes with E0 or E2, whichever the event has (else E2)."""
    if kind.close is not None:
        return kind.close.kind, kind.close.clock_seconds()
    code = event.service_class_id if event.service_class_id in kind.close_classes else kind.close_classes[-1]
    limit = budget(code, "handle")
    return limit["kind"], limit["seconds"]


def report_in(part: WhistlePart, *, lon: float, lat: float, actor: Actor, at: datetime, note: str = "") -> WhistlePart:
    """报到: the department is on the spot; time and place are recorded, its report-in clock stops. An order not yet
    signed is signed with it. The street confirms the arrival apart.

    Raises ``order_state``, ``reported_in`` the second time, ``invalid`` without a point, ``not_found`` before the
    whistle is approved.
    """
    with _at_part(part, do.report_in, actor, at, note) as passage:
        found, order = _part_and_order(passage, part)
        if found.reported_in_at is not None:
            raise MoveRefused("reported_in", _("已报到"))
        if lon is None or lat is None or not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise missing(lon=_("报到须记录现场位置"))
        if order.state == "sent":
            passage.change(order, state="accepted", accepted_at=at, handler_id=actor.person_id)
            passage.clocks.stop("sign", at=at, order=order)
        passage.clocks.stop("report_in", at=at, order=order)
        passage.change(found, reported_in_at=at, lon=lon, lat=lat)
        passage.tell("reported_in", unit=found.whistle.street_id)
    return found


def confirm_arrival(part: WhistlePart, *, actor: Actor, at: datetime, note: str = "") -> WhistlePart:
    """确认到场 by the street, never by the department itself. Raises ``own_work``, ``not_reported_in``,
    ``confirmed``."""
    with moving(part.whistle.event, do.confirm_arrival, actor=actor, at=at, note=note) as passage:
        found = _street_part(passage, part)
        if found.reported_in_at is None:
            raise MoveRefused("not_reported_in", _("该单位尚未报到"))
        if found.confirmed_at is not None:
            raise MoveRefused("confirmed", _("已确认到场"))
        passage.change(found, confirmed_at=at)
    return found


def rebut(part: WhistlePart, *, actor: Actor, at: datetime, note: str) -> WhistlePart:
    """反哨: the department says, once, why the whistle is not for it; its clocks run on until the street answers.

    Raises ``rebutted`` the second time, ``reported_in`` once it has come, ``order_state``.
    """
    with _at_part(part, do.rebut, actor, at, note) as passage:
        found, _order = _part_and_order(passage, part)
        if found.rebuttal:
            raise MoveRefused("rebutted", _("每个单位只能反哨一次"))
        if found.reported_in_at is not None:
            raise MoveRefused("reported_in", _("已报到,不能反哨"))
        passage.change(found, rebuttal=note[:300])
        passage.tell("rebutted", unit=found.whistle.street_id)
    return found


def rate_whistle(
    part: WhistlePart,
    *,
    attendance: int,
    attitude: int,
    effect: int,
    actor: Actor,
    at: datetime,
    note: str = "",
) -> WhistlePart:
    """评哨: the street rates one department's attendance, attitude and effect, 1–5 each, once. The whistle is
    answered when all its departments are rated.

    Raises ``invalid``, ``own_work``, ``rated``, ``too_early`` while the department may still come in time.
    """
    with moving(part.whistle.event, do.rate_whistle, actor=actor, at=at, note=note) as passage:
        found = _street_part(passage, part)
        if found.attendance is not None:
            raise MoveRefused("rated", _("已评哨"))
        _refuse_early(passage, found)
        scores = {"attendance": attendance, "attitude": attitude, "effect": effect}
        for name, value in scores.items():
            if not isinstance(value, int) or not 1 <= value <= 5:
                raise missing(**{name: _("请评1到5分")})
        passage.change(found, comment=note[:200], **scores)
        passage.details["scores"] = scores
        blown = found.whistle
        if all(row.pk == found.pk or row.attendance is not None for row in _parts(blown)):
            passage.change(blown, state="answered")
        passage.tell("whistle_rated", unit=found.unit_id)
    return found


def _refuse_early(passage: Passage, part: WhistlePart) -> None:
    """Before it has come, and while it may still come in time, there is nothing to rate."""
    order = part.order
    clock = passage.clocks.find("report_in", order)
    may_come = order.state in OPEN_ORDER and part.reported_in_at is None
    if may_come and clock is not None and (clock.due_at is None or clock.due_at > passage.at):
        raise MoveRefused("too_early", _("报到时限未到,尚不能评哨"))


def _at_part(part: WhistlePart, move: object, actor: Actor, at: datetime, note: str) -> object:
    """The door for a department's own act: its permission must hold for its unit."""
    return moving(part.whistle.event, move, actor=actor, at=at, note=note, unit_ids=(part.unit_id,))


def _part_and_order(passage: Passage, part: WhistlePart) -> tuple[WhistlePart, WorkOrder]:
    found = _one_part(passage, part)
    order = the_order(passage, found.order, states=tuple(OPEN_ORDER))
    passage.details["order"], passage.unit_id = order.pk, found.unit_id
    return found, order


def _street_part(passage: Passage, part: WhistlePart) -> WhistlePart:
    found = _one_part(passage, part)
    if found.unit_id in passage.actor.rights.units("events.report_in"):
        raise MoveRefused("own_work", _("到场由街道确认和评价,不能由本单位自己确认"))
    passage.details["order"], passage.unit_id = found.order_id, found.whistle.street_id
    return found


def _one_part(passage: Passage, part: WhistlePart) -> WhistlePart:
    """The part as it stands under the event's lock, with the order row of this passage."""
    blown = _found(passage, Whistle, part.whistle_id)
    found = next((row for row in _parts(blown) if row.pk == part.pk), None)
    if found is None or found.order_id is None:
        raise not_found()
    found.whistle = blown
    found.order = _found(passage, WorkOrder, found.order_id)
    return found
