"""What a rung of a dispute's clock does when it has fired: remind, tell above, rise to the next tier, end the waiting.

Aftercare adds its own actions to ``ACTIONS`` (``disputes.aftercare``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from casework import notices
from casework.actor import Actor
from casework.clock.alarms import sounds
from casework.door import MoveRefused
from casework.models import LadderRung, OutboxItem
from disputes import rules
from disputes.aftercare import LASTING
from disputes.models import DisputeDeadline
from disputes.notices import message_for
from disputes.transitions import close, fail, rise
from disputes.workflow import LIVE


@dataclass(frozen=True, slots=True)
class Alarm:
    """One fired rung with what its actions need."""

    deadline: DisputeDeadline
    rung: LadderRung
    item: OutboxItem
    at: datetime


Act = Callable[[Alarm], None]
PASSED_OVER = ("done_already", "wrong_state", "not_found", "party_refused", "top_tier")


def notice(kind: str) -> Act:
    """An action that tells one kind of notice."""

    def act(alarm: Alarm) -> None:
        dispute = alarm.deadline.case
        payload = {"unit": alarm.deadline.unit_id}
        messages = notices.for_readers(lambda: filter(None, [message_for(kind, dispute, payload, alarm.at)]))
        notices.send(kind, messages, key=f"{kind}:{alarm.item.key}", at=alarm.at, case_number=dispute.number)

    return act


def _rise(alarm: Alarm) -> None:
    """The tier's days are over: to the next tier with a packet; from the top, or where no body is above, not
    settled."""
    dispute = alarm.deadline.case
    try:
        rise(dispute, actor=Actor.system(), at=alarm.at, reason="time_out")
    except MoveRefused as refusal:
        if refusal.code not in ("top_tier", "invalid"):
            raise
        fail(dispute, actor=Actor.system(), at=alarm.at)


def _leave(alarm: Alarm) -> None:
    """The waiting after a failure is over: what may still rise does, the rest is closed with advice."""
    dispute = alarm.deadline.case
    if dispute.state == "failed" and dispute.refused_at is None and rules.next_tier(dispute.tier):
        try:
            rise(dispute, actor=Actor.system(), at=alarm.at, reason="failed")
            return
        except MoveRefused as refusal:
            if refusal.code != "invalid":
                raise
    close(dispute, actor=Actor.system(), at=alarm.at)


ACTIONS: dict[str, Act] = {
    "remind_duty": notice("dispute_remind_duty"),
    "remind_mediator": notice("dispute_remind_mediator"),
    "tell_above": notice("dispute_tell_above"),
    "tell_district": notice("dispute_tell_district"),
    "rise": _rise,
    "leave": _leave,
}


@sounds("disputes.disputedeadline")
def sound(item: OutboxItem, at: datetime) -> None:
    """Carry out one rung. A clock that has stopped meanwhile needs no alarm; the alarm row stays as the record that
    the rung fired. An action that is no longer legal is passed over."""
    deadline = DisputeDeadline.objects.select_related("case__body", "case__mediator").filter(
        pk=item.payload["deadline"]
    ).first()
    if deadline is None or deadline.state != "running" or not _matters(deadline):
        return
    rung = LadderRung.objects.filter(ladder=deadline.ladder, position=item.payload["rung"]).first()
    if rung is None:
        return
    for name in rung.actions:
        try:
            ACTIONS[name](Alarm(deadline, rung, item, at))
        except MoveRefused as refusal:
            if refusal.code not in PASSED_OVER:
                raise


def _matters(deadline: DisputeDeadline) -> bool:
    """A closed case has its call-backs and the terms of the law left, nothing else."""
    return deadline.case.state in LIVE or deadline.stage.startswith(LASTING)
