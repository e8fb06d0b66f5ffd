"""Who is told of sessions and of what follows an agreement. Staff by the bell, parties by text message where they
left a telephone and the district has such a channel. No line names a party or tells the story."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework import notices, outbox
from casework.door import Passage
from casework.models import Channel, Delivery, OutboxItem
from casework.quiet import heard_at
from disputes import notices as room_notices
from disputes.aftercare import CONFIRM_DAYS
from disputes.models import Dispute, Instalment, Party, Session
from disputes.notices import Line, head, mediators
from grids.scope import SHANGHAI

BEFORE_HOURS = (24, 2)
"""A session is told of again a day and two hours before (screens.md §8.1)."""
KINDS: dict[str, Line] = {
    "session_booked": Line(gettext_lazy("已约调解会期"), (mediators,)),
    "session_moved": Line(gettext_lazy("调解会期改期"), (mediators,)),
    "session_off": Line(gettext_lazy("调解会期取消"), (mediators,)),
    "session_soon": Line(gettext_lazy("调解会期将开始"), (mediators,)),
    "dispute_agreed": Line(gettext_lazy("已达成调解协议"), (head,)),
    "dispute_confirmed": Line(gettext_lazy("法院已司法确认"), (mediators, head)),
    "dispute_unconfirmed": Line(gettext_lazy("法院不予确认,请变更协议或引导诉讼"), (mediators, head)),
    "dispute_late": Line(gettext_lazy("协议逾期未履行,请催促"), (mediators, head)),
    "dispute_reminder": Line(gettext_lazy("协议后续提醒"), (mediators,)),
    "dispute_trouble": Line(gettext_lazy("回访发现反复苗头"), (mediators, head)),
    "dispute_missed_call": Line(gettext_lazy("回访逾期"), (mediators, head)),
}
TO_PARTIES = {
    "session_booked": gettext_lazy("您的调解已约在%(when)s,%(where)s。调解自愿、免费、保密,如需改期请联系调解组织或拨打12345。"),
    "session_moved": gettext_lazy("您的调解改到%(when)s,%(where)s。"),
    "session_off": gettext_lazy("您原定%(when)s的调解已取消,调解组织会与您另约。"),
    "session_soon": gettext_lazy("提醒:您的调解在%(when)s,%(where)s。"),
}


def reminder_words(stage: str) -> str:
    """What a reminder's clock is about."""
    if stage == "confirm":
        return _("申请司法确认的%(n)s日已过;如对履行有争议,可以向人民法院起诉") % {"n": CONFIRM_DAYS}
    if stage.startswith("conf"):
        return _("协议生效第%(n)s天,双方可共同申请司法确认,最迟第%(m)s天") % {"n": stage[4:], "m": CONFIRM_DAYS}
    if stage.startswith("rpay"):
        return _("第%(n)s期履行3天后到期") % {"n": stage[4:]}
    return _("今天应作第%(n)s日回访") % {"n": stage[5:]}


def tell(dispute: Dispute, item: OutboxItem) -> list[notices.Message]:
    """The bell lines of a kind; session kinds go to the parties' telephones too."""
    kind = item.payload["kind"]
    message = room_notices.message_for(kind, dispute, item.payload, item.created_at)
    if kind in TO_PARTIES:
        text_parties(dispute, kind, datetime.fromisoformat(item.payload["start"]), key=item.key, at=item.created_at)
    if message is None:
        return []
    if kind == "dispute_reminder":
        words = f"{message.text} · {reminder_words(item.payload['stage'])}"
        message = notices.Message(message.person_ids, message.title, words, message.url)
    return [message]


def text_parties(dispute: Dispute, kind: str, start: datetime, *, key: str, at: datetime) -> int:
    """Owe a text message to every party with a telephone; how many. Without such a channel nothing is owed."""
    channels = Channel.objects.filter(kind=Channel.Kind.SMS, is_active=True)
    session = Session.objects.filter(dispute=dispute, starts_at=start).select_related("room__body").first()
    words = str(TO_PARTIES[kind]) % {
        "when": f"{start.astimezone(SHANGHAI):%m-%d %H:%M}", "where": place_words(session) if session else "",
    }
    told = 0
    for channel in channels:
        for party in Party.objects.filter(dispute=dispute, left_at=None).exclude(phone=""):
            delivery, is_new = Delivery.objects.get_or_create(
                key=f"{key}:{channel.code}:p{party.pk}"[:140],
                defaults={
                    "channel": channel, "target": party.phone, "title": str(KINDS[kind].title), "text": words,
                    "created_at": at,
                },
            )
            if is_new:
                outbox.owe("deliver", f"deliver:{delivery.pk}", {"delivery": delivery.pk}, at=at,
                           available_at=heard_at(at, ""))
                told += 1
    return told


def place_words(session: Session) -> str:
    """Where: the room and its body, the address of a visit, or online."""
    if session.room is not None:
        return f"{session.room.body.name}{session.room.name}"
    return session.place or session.get_mode_display()


def owe_reminders(passage: Passage, session: Session, start: datetime) -> None:
    """A line a day and two hours before; a session that was moved or called off meanwhile says nothing."""
    for hours in BEFORE_HOURS:
        moment = start - timedelta(hours=hours)
        if moment > passage.at:
            passage.book.owe(
                "session_soon", f"session_soon:{{session}}:{start:%Y%m%d%H%M}:{hours}",
                {"session": session, "start": start.isoformat()}, at=passage.at, available_at=moment,
            )


@outbox.handles("session_soon")
def soon(item: OutboxItem, at: datetime) -> None:
    """Carry out one reminder, if the session still stands at that time."""
    session = Session.objects.select_related("dispute").filter(pk=item.payload["session"]).first()
    start = datetime.fromisoformat(item.payload["start"])
    if session is None or session.state != "booked" or session.starts_at != start:
        return
    dispute = session.dispute
    messages = notices.for_readers(lambda: filter(None, [room_notices.message_for("session_soon", dispute, {}, at)]))
    notices.send("session_soon", messages, key=item.key, at=at, case_number=dispute.number)
    text_parties(session.dispute, "session_soon", start, key=item.key, at=at)


def instalment_of(dispute: Dispute, stage: str) -> Instalment | None:
    return Instalment.objects.filter(dispute=dispute, seq=int(stage[3:])).order_by("-id").first()


def register() -> None:
    """Called from the room's ``ready``."""
    room_notices.KINDS.update(KINDS)
    for kind in KINDS:
        notices.register_notice(kind, tell)
