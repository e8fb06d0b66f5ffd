"""What no single unit can settle: 返单 to the district, and the 1+N consultation 会商 that decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from casework.actor import Actor
from casework.clock.arithmetic import ClockKind, elapsed
from casework.clock.loader import calendar
from casework.door import MoveRefused, Passage, missing, moving
from events.models import Consultation, Event, WorkOrder
from events.reference_rows import ladder_for
from events.routing import fallback_unit
from events.transitions.handling import WORKED_VERBS, where
from events.transitions.orders import (
    DISTRICT,
    MAIN_KINDS,
    send_order,
    start_handling,
    start_own,
    the_order,
    withdraw_open,
)
from events.transitions.supervision import flag_wandering
from events.workflow import OPEN_ORDER, do
from grids.models import Unit
from grids.queries.stationed import officer_of
from grids.scope import rights_of

CONFER_KIND, CONFER_SECONDS = "WD", 3 * 7 * 3600
"""Three working days to confer; ours, the documents name none."""
MAX_TEXT = 400
KINDS = ("C", "WH", "WD", "CD")


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of the minutes: who does what by when. ``seconds`` of clock ``kind``, or the moment ``due``."""

    unit: Unit
    task: str
    kind: str = "C"
    seconds: int | None = None
    due: datetime | None = None
    is_lead: bool = False


def return_up(order: WorkOrder, *, actor: Actor, at: datetime, note: str, tried: str) -> Event:
    """返单: the street cannot solve it and says why, and what it tried; a district leader takes the lead. Every
    order still open is withdrawn, the promise of the event runs on.

    Raises ``order_state``, ``order_kind`` unless it is the event's main order, ``invalid``.
    """
    with moving(order.event, do.return_up, actor=actor, at=at, note=note, **where(order)) as passage:
        found = the_order(passage, order, states=tuple(OPEN_ORDER))
        if found.kind not in MAIN_KINDS:
            raise MoveRefused("order_kind", _("只有主办工单可以返单"))
        if not tried.strip():
            raise missing(tried=_("请写明已采取的措施"))
        withdraw_open(passage)
        open_consultation(passage, reason=note, tried=tried)
        passage.details["order"], passage.unit_id = found.pk, found.unit_id
    return passage.case


def open_consultation(passage: Passage, *, reason: str, tried: str = "") -> Consultation:
    """The event waits for a consultation; the district's desk answers for it until then, and the leaders hear of it."""
    row = open_table(passage, reason=reason, tried=tried)
    passage.tell("conferring")
    return row


def open_table(passage: Passage, *, reason: str, tried: str = "") -> Consultation:
    """As ``open_consultation``, with nobody told yet."""
    event = passage.case
    row = Consultation(
        event=event, state="open", reason=reason[:MAX_TEXT], tried=tried[:MAX_TEXT], opened_at=passage.at
    )
    passage.create(row)
    event.rung = DISTRICT
    back_to_desk(passage)
    passage.clocks.start(
        "confer", kind=CONFER_KIND, budget_seconds=CONFER_SECONDS, at=passage.at, unit_id=event.owner_unit_id,
        ladder=ladder_for(event.urgency),
    )
    passage.go("conferring")
    return row


def back_to_desk(passage: Passage) -> None:
    """The district desk owns the event again, and the time from now on is the desk's."""
    event = passage.case
    event.owner_unit_id = fallback_unit(event)
    promise = passage.clocks.find("handle")
    if promise is not None:
        passage.clocks.charge(promise, unit_id=event.owner_unit_id, at=passage.at)


def convene(
    event: Event,
    *,
    participants: Sequence[Unit],
    actor: Actor,
    at: datetime,
    chair: User | None = None,
    meeting_link: str = "",
    note: str = "",
) -> Consultation:
    """召集会商: a district leader in the chair (the actor, unless another is named), the units around the table.

    May be called again to change the round. Participants see the event from then on. Raises ``invalid``.
    """
    with moving(event, do.convene, actor=actor, at=at, note=note) as passage:
        row = _open_one(passage)
        chair = _checked_table(passage, participants, chair, meeting_link)
        _seat(passage, row, participants, chair, meeting_link)
        for unit in participants:
            passage.tell("convened", unit=unit.pk)
    return row


def summon(
    event: Event,
    *,
    participants: Sequence[Unit],
    actor: Actor,
    at: datetime,
    meeting_link: str = "",
    note: str = "",
) -> Consultation:
    """召集派驻: the officers of these units who sit in the centre now come to one table at once, the actor in the chair;
    for a unit whose officer is not there its own people are told.

    What waits for a unit goes into consultation; what is being handled goes on, its orders and clocks untouched, and the
    table stands beside it until 会商决定. Raises ``invalid`` as ``convene``.
    """
    with moving(event, do.summon, actor=actor, at=at, note=note) as passage:
        chair = _checked_table(passage, participants, None, meeting_link)
        row = _table_of(passage, note.strip() or _("即时召集派驻单位"))
        if row.pk is None:
            passage.write()  # who sits there is written by the key of the table
        _seat(passage, row, participants, chair, meeting_link)
        seated = {unit.pk: officer_of(unit.pk, at=at) for unit in participants}
        for key, officer in seated.items():
            if officer is None:
                passage.tell("summoned_unit", unit=key)
            else:
                passage.tell("summoned", unit=key, person=officer)
        passage.details["seated"] = [key for key, officer in seated.items() if officer is not None]
    return row


def _table_of(passage: Passage, reason: str) -> Consultation:
    """The consultation that is open, or a new one as the state wants it."""
    event = passage.case
    found = [row for row in passage.rows(Consultation) if row.state == "open"]
    if event.state in ("conferring", "in_progress"):
        passage.stay()
        if found:
            return found[-1]
    if event.state == "in_progress":
        row = Consultation(event=event, state="open", reason=reason[:MAX_TEXT], opened_at=passage.at)
        return passage.create(row)
    passage.clocks.stop_all(at=passage.at, stages=("claim", "dispatch"))
    event.window_ends_at = None
    return open_table(passage, reason=reason)


def _checked_table(
    passage: Passage, participants: Sequence[Unit], chair: User | None, meeting_link: str
) -> User:
    chair = chair or passage.actor.user
    if chair is None or not rights_of(chair, at=passage.at).may("events.confer"):
        raise missing(chair=_("主持人须为区级领导"))
    if not participants or any(not unit.is_active for unit in participants):
        raise missing(participants=_("请选择参加会商的在用单位"))
    if meeting_link and not meeting_link.startswith("https://"):
        raise missing(meeting_link=_("视频会议链接须以 https:// 开头"))
    return chair


def _seat(passage: Passage, row: Consultation, participants: Sequence[Unit], chair: User, meeting_link: str) -> None:
    """Chair, link and units of the table; the units see the event from now on."""
    passage.change(row, chair=chair, meeting_link=meeting_link[:200])
    row.participants.set(participants)
    keys = [unit.pk for unit in participants]
    passage.case.unit_ids = [*passage.case.unit_ids, *(k for k in keys if k not in passage.case.unit_ids)]
    passage.details["participants"] = keys


def _open_one(passage: Passage) -> Consultation:
    found = [row for row in passage.rows(Consultation) if row.state == "open"]
    if not found:
        raise MoveRefused("not_convened", _("没有进行中的会商"))
    return found[-1]


def confer(
    event: Event,
    *,
    actor: Actor,
    at: datetime,
    note: str,
    decisions: Sequence[Decision] = (),
    outcome: str = "",
    answer: str = "",
) -> Event:
    """会商决定: ``note`` are the minutes. Either every decision becomes a work order with its own deadline, or the
    leader approves that the matter ends as ``explained`` or ``cannot_solve`` with an answer to the reporter.

    At a table beside an event that is being handled the decisions become joint orders next to those that run, and
    minutes alone are enough.

    Raises ``not_convened``, ``invalid``, ``own_work`` for a leader who handled or returned the event himself.
    """
    with moving(event, do.confer, actor=actor, at=at, note=note) as passage:
        row = _open_one(passage)
        if row.chair_id is None:
            raise MoveRefused("not_convened", _("请先召集会商"))
        if passage.case.state == "in_progress":
            _settle_beside(passage, row, decisions, outcome)
            return passage.case
        if not decisions:
            _refuse_own_approval(passage)
            _check_end(outcome, answer)
        checked = _checked(decisions, passage.case, at)
        passage.change(row, state="decided", minutes=note, decided_at=at)
        passage.clocks.stop("confer", at=at)
        if decisions:
            _send_decisions(passage, row, checked)
            passage.go("in_progress")
        else:
            _end(passage, outcome, answer)
    return passage.case


def _settle_beside(passage: Passage, row: Consultation, decisions: Sequence[Decision], outcome: str) -> None:
    """The end of a table beside the handling: the event stays where it is."""
    if outcome:
        raise missing(outcome=_("正在处置的事件不能由会商办结"))
    checked = _checked(decisions, passage.case, passage.at)
    passage.change(row, state="decided", minutes=passage.note, decided_at=passage.at)
    for item, kind, seconds in checked:
        order = send_order(
            passage, kind="joint", unit=item.unit, is_lead=False, task=item.task, reason=_("会商决定"), consultation=row
        )
        start_own(passage, order, kind=kind, seconds=seconds)
        passage.tell("dispatched", unit=item.unit.pk, order=order)
    passage.details["decisions"] = len(checked)
    passage.stay()


def _refuse_own_approval(passage: Passage) -> None:
    person = passage.actor.person_id
    verbs = (*WORKED_VERBS, "return_up")
    if person and passage.case.trail.filter(person_id=person, verb__in=verbs).exists():
        raise MoveRefused("own_work", _("不能批准自己经办的事件办结"))


def _check_end(outcome: str, answer: str) -> None:
    if outcome not in ("explained", "cannot_solve"):
        raise missing(decisions=_("请填写会商决定,或选择“已解释”“暂不能解决”"))
    if not answer.strip():
        raise missing(answer=_("请填写给群众的答复"))


def _checked(decisions: Sequence[Decision], event: Event, at: datetime) -> list[tuple[Decision, str, int]]:
    """Each decision with the kind and seconds of its clock."""
    if decisions and sum(item.is_lead for item in decisions) > 1:
        raise missing(decisions=_("只能有一个主办单位"))
    if len({item.unit.pk for item in decisions}) < len(decisions):
        raise missing(decisions=_("同一单位的决定请合并为一条"))
    return [_checked_one(item, at) for item in decisions]


def _checked_one(item: Decision, at: datetime) -> tuple[Decision, str, int]:
    if not item.unit.is_active:
        raise missing(unit=_("该单位已停用"))
    if not item.task.strip() or len(item.task) > MAX_TEXT:
        raise missing(task=_("请写明决定事项(400字以内)"))
    if item.due is not None:
        if item.due <= at:
            raise missing(due=_("完成时限须晚于现在"))
        return item, "C", elapsed(ClockKind.C, calendar("district"), at, item.due)
    if item.kind not in KINDS or not item.seconds or item.seconds <= 0:
        raise missing(seconds=_("请填写完成时限"))
    return item, item.kind, item.seconds


def _send_decisions(passage: Passage, row: Consultation, checked: list[tuple[Decision, str, int]]) -> None:
    lead = next((item for item, _kind, _seconds in checked if item.is_lead), checked[0][0])
    first = None
    for item, kind, seconds in checked:
        is_lead = item is lead
        order = send_order(
            passage, kind="dispatch" if is_lead else "joint", unit=item.unit, is_lead=is_lead, task=item.task,
            reason=_("会商决定"), consultation=row,
        )
        if is_lead:
            first = order
            start_handling(passage, order)
        start_own(passage, order, kind=kind, seconds=seconds)
        passage.tell("dispatched", unit=item.unit.pk, order=order)
    passage.details["order"], passage.unit_id = first, first.unit_id
    passage.details["decisions"] = len(checked)
    flag_wandering(passage)


def _end(passage: Passage, outcome: str, answer: str) -> None:
    """Closed by approval: it stays visible as what it is, and the reporter may still have it done again."""
    event, at = passage.case, passage.at
    passage.clocks.stop_all(at=at)
    event.outcome, event.answer = outcome, answer
    event.closed_at = at
    passage.details["approved"] = outcome
    passage.go("closed")
    passage.tell("closed")
