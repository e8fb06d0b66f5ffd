"""流转 to an event: what the parties want is an authority's to do, not theirs to agree on."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from casework.actor import Actor
from casework.door import MoveRefused, missing, moving, together
from disputes.models import Dispute, Party
from disputes.transitions.steps import end, say
from disputes.workflow import do
from events import transitions as event_verbs
from events.models import Event
from events.transitions import Report

MAX_TEXT = 2000


def transfer(
    dispute: Dispute, *, actor: Actor, at: datetime, text: str, tells_applicant: bool = True, note: str = "",
    seen_version: int | None = None,
) -> Dispute:
    """流转为事件: mediation ends here and an event with the same code goes on, in the same transaction. A dispute that
    came from an event gives that one back: its number, its history and its running clock go on.

    ``text`` is what the authority is told: read by everybody who sees the event, so nothing of the story goes along
    by itself; name and number of the first applicant only where told so, never from a sealed case or of a minor.
    What ``text`` says of an event given back stands in its trail. Raises ``invalid``, ``event_there`` for a dispute
    taken up again beside its event.
    """
    source = _source_of(dispute)
    cases = (dispute, source) if source is not None else (dispute,)
    with together(*cases) as shared, moving(dispute, do.transfer, actor=actor, at=at, seen_version=seen_version) as passage:
        locked = passage.case
        _check(text)
        if locked.event_id and source is None:
            raise MoveRefused("event_there", _("已流转为事件%(number)s,请在该事件上办理") % {"number": locked.event.number})
        say(passage, note)
        if source is not None:
            words = _("矛盾调解(%(number)s)转回办理:%(text)s") % {"number": locked.number, "text": text}
            event = event_verbs.take_back(source, actor=Actor.system(), at=at, note=words)
        else:
            told = _report_of(locked, text, passage.rows(Party) if tells_applicant else [])
            event = event_verbs.take_in_with(shared, told, actor=Actor.system(), at=at)
        locked.event_id = event.pk
        passage.details["event"] = event.number
        end(passage, Dispute.Outcome.TRANSFERRED)
    return passage.case


def _check(text: str) -> None:
    if not text.strip():
        raise missing(text=_("请写明需要办理的事项"))
    if len(text) > MAX_TEXT:
        raise missing(text=_("内容不能超过%(n)s字") % {"n": MAX_TEXT})


def event_of(dispute: Dispute) -> Event | None:
    """The event that this dispute is one case with: the one it went to, else the one it came from."""
    if dispute.event_id:
        return dispute.event
    if dispute.source != Dispute.Source.EVENT:
        return None
    return Event.objects.filter(number=dispute.origin_number).first()


def _source_of(dispute: Dispute) -> Event | None:
    """The event that waits for this dispute."""
    event = event_of(dispute)
    return event if event is not None and event.state == "transferred" else None


def _report_of(dispute: Dispute, text: str, parties: list[Party]) -> Report:
    first = next((row for row in parties if row.side == Party.Side.APPLICANT and row.left_at is None), None)
    named = first if first is not None and not (first.is_minor or dispute.is_sealed) else None
    return Report(
        source="dispute", text=text, lon=dispute.lon, lat=dispute.lat, address=dispute.address,
        area=dispute.area_path.rstrip("/").split("/")[-1], external_number=dispute.number,
        tracking_code=dispute.tracking_code, reporter_name=named.name if named else "",
        reporter_phone=named.phone if named else "", is_secret=dispute.is_sealed,
    )
