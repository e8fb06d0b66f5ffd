"""调解记录: four parts, one writer at a time, every part with its version: nobody's text is overwritten.

The pen is a lease on the session: whoever writes keeps it by saving; when nothing was heard for a minute another
person may take it. A part is saved only over the version that the writer saw. The words are narrative: reading and
writing them needs the wall opened (``disputes.wall``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.actor import Actor
from casework.door import MoveRefused, forbidden, missing, moving
from disputes import wall
from disputes.models import Narrative, Session
from disputes.workflow import do
from events.search import grams

PARTS = (
    ("focus", gettext_lazy("争议焦点")), ("views", gettext_lazy("各方意见")), ("offers", gettext_lazy("已提方案")),
    ("next", gettext_lazy("下一步")),
)
NAMES = dict(PARTS)
IDLE = timedelta(seconds=60)
MAX_TEXT = 20_000
MINUTES = "disputes.mediate"


@dataclass(frozen=True, slots=True)
class Part:
    """One part as it stands; version 0 where nothing was written yet."""

    code: str
    name: str
    text: str = ""
    version: int = 0
    written_by: str = ""
    written_at: datetime | None = None


def parts_of(session: Session) -> list[Part]:
    """All four parts. Call it behind the opened wall; without, every part is empty."""
    rows = {row.section: row for row in Narrative.objects.filter(session=session)}
    return [
        Part(code, str(name), row.text, row.version, row.written_by, row.written_at) if (row := rows.get(code))
        else Part(code, str(name))
        for code, name in PARTS
    ]


def pen_holder(session: Session, *, at: datetime) -> int | None:
    """Person key of who has the pen; None when nobody has, or was silent for a minute."""
    if session.writer_id is None or session.writer_seen_at is None or at - session.writer_seen_at >= IDLE:
        return None
    return session.writer_id


def take_pen(session: Session, *, actor: Actor, at: datetime) -> Session:
    """开始记录. Raises ``pen_taken`` naming who writes, ``forbidden``, ``wrong_state``.

    One conditional UPDATE decides: of two who reach for the pen at once, one gets it.
    """
    with moving(session.dispute, do.minute, actor=actor, at=at) as passage:
        free = Q(writer=None) | Q(writer=actor.person_id) | Q(writer_seen_at=None) | Q(writer_seen_at__lte=at - IDLE)
        taken = Session.objects.filter(free, pk=session.pk, dispute=passage.case).exclude(state="called_off").update(
            writer=actor.person_id, writer_seen_at=at
        )
        if not taken:
            raise _refused(Session.objects.select_related("writer").get(pk=session.pk))
        passage.details.update(session=session.pk)
    session.writer_id, session.writer_seen_at = actor.person_id, at
    return session


def _refused(session: Session) -> MoveRefused:
    if session.writer is None:
        return MoveRefused("wrong_state", _("会期已取消"))
    name = session.writer.name
    return MoveRefused("pen_taken", _("%(name)s 正在记录,空闲60秒后可以接手") % {"name": name}, holder=name)


def save(session: Session, *, part: str, text: str, version: int, actor: Actor, at: datetime) -> Part:
    """Save one part over the version the writer saw; keeps the pen. No trail row: what is typed is no move.

    Raises ``forbidden``, ``pen_taken``, ``stale`` with nothing overwritten, ``invalid``.
    """
    if not session.dispute.is_reached_by(actor.rights, MINUTES) or not wall.may_open(session.dispute, actor):
        raise forbidden()
    if part not in NAMES or len(text) > MAX_TEXT:
        raise missing(text=_("内容不能超过%(n)s字") % {"n": MAX_TEXT})
    with transaction.atomic():
        held = Session.objects.filter(pk=session.pk, writer=actor.person_id).update(writer_seen_at=at)
        if not held:
            raise _lost(session)
        with wall.asking(person_id=actor.person_id):
            return _put(session, part, text, version, actor, at)


def _lost(session: Session) -> MoveRefused:
    found = Session.objects.select_related("writer").get(pk=session.pk)
    if found.writer is None:
        return MoveRefused("pen_lost", _("您已停止记录,请重新点“开始记录”"))
    return _refused(found)


def _put(session: Session, part: str, text: str, version: int, actor: Actor, at: datetime) -> Part:
    words = {"text": text, "written_at": at, "written_by": actor.name[:60], "grams": grams(text, most=4000)}
    if version:
        done = Narrative.objects.filter(session=session, section=part, version=version).update(
            **words, version=F("version") + 1
        )
        if not done:
            raise MoveRefused("stale", _("“%(part)s”已有新内容,请先查看再保存") % {"part": NAMES[part]})
        return Part(part, str(NAMES[part]), text, version + 1, words["written_by"], at)
    row = Narrative(dispute=session.dispute, session=session, section=part, kind=Narrative.Kind.MINUTES, **words)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise MoveRefused("stale", _("“%(part)s”已有新内容,请先查看再保存") % {"part": NAMES[part]}) from None
    return Part(part, str(NAMES[part]), text, 1, row.written_by, at)


def drop_pen(session: Session, *, actor: Actor) -> None:
    """Stop writing; somebody else may begin at once."""
    Session.objects.filter(pk=session.pk, writer=actor.person_id).update(writer=None, writer_seen_at=None)
