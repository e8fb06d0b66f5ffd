"""What a rung of the hotline's own ladder does: it tells the desk. The work itself is watched by the event's clocks."""

from __future__ import annotations

from datetime import datetime

from casework import notices
from casework.clock.alarms import sounds
from casework.models import LadderRung, OutboxItem
from hotline.models import HotlineDeadline
from hotline.notices import message_for

DEADLINES = "hotline.hotlinedeadline"


@sounds(DEADLINES)
def sound(item: OutboxItem, at: datetime) -> None:
    """Carry out one rung: its actions are kinds of notices. A clock that has stopped meanwhile needs none."""
    deadline = HotlineDeadline.objects.select_related("case").filter(pk=item.payload["deadline"]).first()
    if deadline is None or deadline.state != "running":
        return
    rung = LadderRung.objects.filter(ladder=deadline.ladder, position=item.payload["rung"]).first()
    for kind in rung.actions if rung else ():
        messages = notices.for_readers(lambda kind=kind: filter(None, [message_for(kind, deadline.case, at)]))
        notices.send(kind, messages, key=f"{kind}:{item.key}", at=at, case_number=deadline.case.number)
