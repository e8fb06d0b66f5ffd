"""What a rung of the ladder does when it has fired (workflows.md §1.4): remind, tell, supervise, propose.

The sweep owes one outbox row per rung; here its actions are carried out in the transaction that marks it done, so
each happens once whatever is killed or repeated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from casework import notices
from casework.actor import Actor
from casework.clock.alarms import sounds
from casework.door import MoveRefused
from casework.models import LadderRung, OutboxItem
from events.models import EventDeadline, SupervisionOrder
from events.notices import message_for
from events.reference_rows import limits
from events.transitions.supervision import mark_clue, propose_blacklist, urge
from events.workflow import LIVE

YELLOW_PERCENT = 90


@dataclass(frozen=True, slots=True)
class Alarm:
    """One fired rung with what its actions need."""

    deadline: EventDeadline
    rung: LadderRung
    item: OutboxItem
    at: datetime


Act = Callable[[Alarm], None]


def _notice(kind: str) -> Act:
    def act(alarm: Alarm) -> None:
        event, deadline = alarm.deadline.case, alarm.deadline
        payload = {"unit": deadline.unit_id or event.owner_unit_id, "order": deadline.order_id}
        messages = notices.for_readers(lambda: filter(None, [message_for(kind, event, payload, alarm.at)]))
        notices.send(kind, messages, key=f"{kind}:{alarm.item.key}", at=alarm.at, case_number=event.number)

    return act


def _supervise(alarm: Alarm) -> None:
    """One supervision order per rung of a clock, to the unit whose time it was."""
    deadline, order = alarm.deadline, alarm.deadline.order
    is_open = order is not None and order.state in ("sent", "accepted")
    urge(
        deadline.case, actor=Actor.system(), at=alarm.at, order=order if is_open else None,
        unit_id=deadline.unit_id, colour=_colour(alarm), alarm_key=alarm.item.key[:60],
        note=_("%(stage)s时限已超过,请立即办理并答复") % {"stage": stage_name(deadline.stage)},
    )


def _colour(alarm: Alarm) -> str:
    """Overdue red, near due blue, a rung between them yellow (rules.md §8)."""
    due = alarm.deadline.due_at
    if due is not None and due <= alarm.at:
        return "red"
    return "yellow" if alarm.rung.at_percent >= YELLOW_PERCENT else "blue"


def stage_name(stage: str) -> str:
    """A clock's stage in words."""
    return {
        "triage": _("研判"), "claim": _("抢单"), "dispatch": _("派单"), "sign": _("签收"), "contact": _("首次联系"),
        "handle": _("处置"), "report_in": _("报到"), "verify": _("核查"), "call_back": _("回访"),
        "evaluate": _("考评"), "confer": _("会商"), "ruling": _("裁决"), "reply": _("督办答复"), "rectify": _("整改"),
    }.get(stage, stage)


def _blacklist(alarm: Alarm) -> None:
    propose_blacklist(
        alarm.deadline.case, actor=Actor.system(), at=alarm.at,
        note=_("%(stage)s超期一倍") % {"stage": stage_name(alarm.deadline.stage)},
    )


def clue_kind(alarm: Alarm) -> str:
    """Which of the three kinds of problem this is; empty for none.

    A supervision order left unanswered past its date is inaction, three declines are shirking, a result that the
    check found untrue is falsehood (rules.md §8; the three kinds are ours).
    """
    event = alarm.deadline.case
    unanswered = SupervisionOrder.objects.filter(event=event, replied_at=None, reply_due_at__lt=alarm.at)
    if unanswered.exists():
        return "inaction"
    if event.bounces >= limits().numbers["declines_force_confer"]:
        return "shirking"
    return "falsehood" if event.reworks else ""


def _clue(alarm: Alarm) -> None:
    kind = clue_kind(alarm)
    if kind:
        mark_clue(alarm.deadline.case, actor=Actor.system(), at=alarm.at, kind=kind, note=_("超期一倍"))


ACTIONS: dict[str, Act] = {
    "remind_handler": _notice("remind_handler"),
    "tell_head": _notice("tell_head"),
    "tell_street": _notice("tell_street"),
    "supervision_order": _supervise,
    "tell_duty_desk": _notice("tell_duty_desk"),
    "tell_leader": _notice("tell_leader"),
    "propose_blacklist": _blacklist,
    "discipline_clue": _clue,
}


@sounds("events.eventdeadline")
def sound(item: OutboxItem, at: datetime) -> None:
    """Carry out one rung. A clock that has stopped or pauses meanwhile needs no alarm; the alarm row stays as the
    record that the rung fired. An action that was done before (or is no longer legal) is passed over."""
    deadline = EventDeadline.objects.select_related("case", "order").filter(pk=item.payload["deadline"]).first()
    if deadline is None or deadline.state != "running" or deadline.case.state not in LIVE:
        return
    rung = LadderRung.objects.filter(ladder=deadline.ladder, position=item.payload["rung"]).first()
    if rung is None:
        return
    for name in rung.actions:
        try:
            ACTIONS[name](Alarm(deadline, rung, item, at))
        except MoveRefused as refusal:
            if refusal.code not in ("done_already", "wrong_state", "not_found"):
                raise
