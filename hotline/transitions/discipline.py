"""三类问题: handed over in parallel with a record of the process, worked on in its own log, struck off one by one."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from casework.actor import Actor
from casework.door import MoveRefused, Passage, batch, missing, moving, opening
from events.cover import posts_with
from events.models import Event
from hotline.limits import limits
from hotline.models import HotlineOrder, Referral
from hotline.recording import record_of
from hotline.transitions.following import lead_of
from hotline.workflow import do, on_referral

REASONS = 400
DAY = 7 * 3600


def hand_over(
    order: HotlineOrder, *, actor: Actor, at: datetime, kind: str, note: str, unit_id: int | None = None
) -> Referral:
    """移送纪检: the order and its event go on as before; inspection gets a copy of steps, times, units and clocks,
    without any person. ``unit_id``: the unit it is about, else whoever is responsible for the event now.

    Raises ``invalid`` for another kind, ``handed_over`` while one of this kind is open.
    """
    with batch() as shared:
        shared.lock([order])
        with moving(order, do.hand_over, actor=actor, at=at, note=note) as passage:
            locked = passage.case
            event = lead_of(locked.event) if locked.event_id else None
            referral = _open(locked, event, actor=actor, at=at, kind=kind, note=note, unit_id=unit_id)
            passage.details["kind"] = kind
    return referral


def refer_event(event: Event, *, actor: Actor, at: datetime) -> Referral:
    """A clue that the ladder or a supervisor marked on an event, with or without a call behind it. Raises
    ``invalid``, ``handed_over``."""
    note = _("事件标记为三类问题线索")
    order = HotlineOrder.objects.filter(event=event, has_joined=False).first()
    if order is not None:
        return hand_over(order, actor=actor, at=at, kind=event.clue_kind, note=note)
    with transaction.atomic():
        Event.objects.select_for_update().get(pk=event.pk)
        return _open(None, event, actor=actor, at=at, kind=event.clue_kind, note=note)


def _open(
    order: HotlineOrder | None, event: Event | None, *, actor: Actor, at: datetime, kind: str, note: str,
    unit_id: int | None = None,
) -> Referral:
    case = order if order is not None else event
    if kind not in Referral.Kind.values:
        raise missing(kind=_("请选择三类问题之一"))
    open_ones = Referral.objects.filter(case_number=case.number, kind=kind)
    if open_ones.exclude(state__in=("returned", "struck_off")).exists():
        raise MoveRefused("handed_over", _("该类问题已移送"))
    referral = Referral(
        order=order, event=event, case_number=case.number, kind=kind, reason=note[:REASONS],
        unit_id=unit_id or (event.owner_unit_id if event else None), handed_over_at=at, area_id=case.area_id,
        area_path=_district_path(case), unit_ids=sorted(_inspectors(at)), record=record_of(order, event, at=at),
    )
    with opening(referral, on_referral.refer, actor=actor, at=at, note=note[:REASONS]) as passage:
        passage.clocks.start("receive", kind="WD", budget_seconds=limits().receive_days * DAY, at=at, ladder="")
        passage.tell("referral_handed_over")
    return referral


def _district_path(case: HotlineOrder | Event) -> str:
    """The district's path: inspection of a street does not exist, and the clue is the district's."""
    before, _sep, _after = case.area_path.partition(f"{case.district_code}/")
    return f"{before}{case.district_code}/"


def _inspectors(at: datetime) -> set[int]:
    return set(posts_with("hotline.inspect", at=at).exclude(unit=None).values_list("unit_id", flat=True))


def receive(referral: Referral, *, actor: Actor, at: datetime, note: str = "") -> Referral:
    """接收: inspection takes it on; the clock of the conclusion runs."""
    with moving(referral, on_referral.receive, actor=actor, at=at, note=note) as passage:
        passage.clocks.stop("receive", at=at)
        _start_conclusion(passage)
    return passage.case


def _start_conclusion(passage: Passage) -> None:
    passage.clocks.start(
        "conclude", kind="CD", budget_seconds=limits().conclude_days * 86_400, at=passage.at, ladder=""
    )


def give_back(referral: Referral, *, actor: Actor, at: datetime, note: str) -> Referral:
    """退回: no matter for inspection; the desk that handed it over is told why (双向移交)."""
    with moving(referral, on_referral.give_back, actor=actor, at=at, note=note) as passage:
        passage.clocks.stop_all(at=at)
        passage.tell("referral_returned")
    return passage.case


def conclude(
    referral: Referral, *, actor: Actor, at: datetime, outcome: str, note: str, rectify_by: datetime | None = None
) -> Referral:
    """登记结果: 约谈, 限期整改 (with its date), 建议书, 巡察, 纳入考核, or nothing found. Raises ``invalid``."""
    with moving(referral, on_referral.conclude, actor=actor, at=at, note=note) as passage:
        locked = passage.case
        if outcome not in Referral.Outcome.values:
            raise missing(outcome=_("请选择处理结果"))
        if outcome == "rectify" and (rectify_by is None or rectify_by <= at):
            raise missing(rectify_by=_("请填写晚于现在的整改期限"))
        locked.outcome, locked.conclusion, locked.concluded_at = outcome, note[:400], at
        passage.clocks.stop("conclude", at=at)
        if outcome == "rectify":
            locked.rectify_by = rectify_by
            seconds = int((rectify_by - at).total_seconds())
            passage.clocks.start("rectify", kind="C", budget_seconds=max(60, seconds), at=at, ladder="")
        passage.tell("referral_concluded")
    return passage.case


def strike_off(referral: Referral, *, actor: Actor, at: datetime, note: str) -> Referral:
    """销号, one by one, with what shows that it is done."""
    with moving(referral, on_referral.strike_off, actor=actor, at=at, note=note) as passage:
        passage.case.struck_off_at = at
        passage.clocks.stop_all(at=at)
        passage.tell("referral_struck_off")
    return passage.case


def reopen_referral(referral: Referral, *, actor: Actor, at: datetime, note: str) -> Referral:
    """重启 what was struck off or given back. Raises ``handed_over`` when another of its kind is open."""
    with moving(referral, on_referral.reopen_referral, actor=actor, at=at, note=note) as passage:
        locked = passage.case
        others = Referral.objects.filter(case_number=locked.case_number, kind=locked.kind).exclude(pk=locked.pk)
        if others.exclude(state__in=("returned", "struck_off")).exists():
            raise MoveRefused("handed_over", _("该类问题已移送"))
        locked.struck_off_at = locked.concluded_at = locked.rectify_by = None
        locked.outcome, locked.conclusion = "", ""
        _start_conclusion(passage)
    return passage.case


def comment(referral: Referral, *, actor: Actor, at: datetime, note: str) -> Referral:
    """记录: a line of inspection's own log; nothing else changes."""
    with moving(referral, on_referral.comment, actor=actor, at=at, note=note) as passage:
        if len(note) > 2000 or "\x00" in note:
            raise missing(note=_("内容不能超过%(n)s字") % {"n": 2000})
    return passage.case
