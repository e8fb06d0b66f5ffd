"""The verbs of a briefing: draft → check → sign → publish, and back to a new draft. Four eyes: who wrote it does not
sign it. The row is row, the step written, in one transaction."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from casework.actor import Actor
from casework.door import Move, MoveRefused, forbidden, missing
from grids.scope import SHANGHAI
from hotline.briefings import drafting, periods
from hotline.briefings.models import Briefing, BriefingStep, BriefingVersion
from hotline.briefings.workflow import DRAFT, EDIT, PUBLISH, REVISE, SEND_BACK, SIGN_OFF, SUBMIT, WRITE

LONGEST_SECTION = 4000
TOKEN = re.compile(r"\{([a-z0-9_]{1,40})\}")
LETTERS = {"day": "D", "week": "W", "month": "M"}


@contextmanager
def _moving(briefing: Briefing, move: Move, *, actor: Actor, at: datetime, note: str = "") -> Iterator[Briefing]:
    with transaction.atomic():
        row = Briefing.objects.select_for_update().get(pk=briefing.pk)
        if actor.is_staff and not actor.rights.may(move.permission):
            raise forbidden()
        if row.state not in move.sources:
            words = _("当前状态为“%(state)s”,不能%(verb)s") % {"state": row.get_state_display(), "verb": move.label}
            raise MoveRefused("wrong_state", words, state=row.state)
        yield row
        if move.targets:
            row.state = next(iter(move.targets))
        row.changed_at = at
        row.save()
        _step(row, move.name, actor, at, note)


def _step(briefing: Briefing, verb: str, actor: Actor, at: datetime, note: str = "") -> None:
    BriefingStep.objects.create(
        briefing=briefing, verb=verb, at=at, person_id=actor.person_id, actor_name=actor.name[:60],
        to_state=briefing.state, note=note[:200],
    )


def generate(kind: str, day: date, *, actor: Actor, at: datetime, anew: bool = False) -> Briefing:
    """The briefing of the period that holds ``day``: drafted now, or the one that is there. ``anew`` drafts a draft
    again from the data of now, dropping what was edited. Raises ``invalid`` for a period that has not begun or lies
    more than ten years back, ``wrong_state`` for redrafting what is beyond the draft."""
    if actor.is_staff and not actor.rights.may(WRITE):
        raise forbidden()
    period = _period(kind, day, at)
    known = Briefing.objects.filter(kind=period.kind, first=period.first).first()
    if known is not None and not anew:
        return known
    title, body, figures, charts = drafting.draft(period, at=at)
    values = {
        "title": title, "body": body, "figures": figures, "charts": charts, "as_of": at, "author_id": actor.person_id,
        "is_by_hand": False,
    }
    if known is not None:
        with _moving(known, DRAFT, actor=actor, at=at) as row:
            _set(row, **values)
            row.edit += 1
        return row
    with transaction.atomic():
        number = f"RX-{LETTERS[period.kind]}-{period.first:%Y%m%d}"
        made, is_new = Briefing.objects.get_or_create(
            kind=period.kind, first=period.first,
            defaults={**values, "number": number, "last": period.last, "created_at": at, "changed_at": at},
        )
        if is_new:
            _step(made, "draft", actor, at)
    return made


def _period(kind: str, day: date, at: datetime) -> periods.Period:
    today = at.astimezone(SHANGHAI).date()
    if kind not in LETTERS:
        raise missing(kind=_("请选择日、周或月"))
    if day > today or day.year < today.year - periods.MOST_YEARS:
        raise missing(day=_("日期应在今天以前十年以内"))
    return periods.containing(kind, day)


def edit(
    briefing: Briefing, *, title: str, texts: Mapping[str, str], actor: Actor, at: datetime, seen_edit: int | None = None
) -> Briefing:
    """Change title and sections (by key). A ``{name}`` must be one of the briefing's figures: numbers are not typed.

    Raises ``stale`` when somebody saved in between, ``invalid``.
    """
    with _moving(briefing, EDIT, actor=actor, at=at) as row:
        if seen_edit is not None and seen_edit != row.edit:
            raise MoveRefused("stale", _("有人刚改过这份简报,请核对后再保存"), state=row.state)
        if not title.strip():
            raise missing(title=_("请填写标题"))
        body = [{**section, "text": _checked(section, texts, row)} for section in row.body]
        _set(row, title=title.strip()[:80], body=body, is_by_hand=True, author_id=actor.person_id)
        row.edit += 1
    return row


def _checked(section: dict, texts: Mapping[str, str], briefing: Briefing) -> str:
    text = texts.get(section["key"], section["text"]).replace("\r\n", "\n").strip()
    if len(text) > LONGEST_SECTION or "\x00" in text:
        raise missing(**{section["key"]: _("“%(title)s”过长或含有不能保存的字符") % {"title": section["title"]}})
    unknown = [name for name in TOKEN.findall(text) if name not in briefing.figures]
    if unknown:
        words = _("“%(title)s”中没有这个数据:{%(name)s}") % {"title": section["title"], "name": unknown[0]}
        raise missing(**{section["key"]: words})
    return text


def submit(briefing: Briefing, *, actor: Actor, at: datetime) -> Briefing:
    """送核."""
    with _moving(briefing, SUBMIT, actor=actor, at=at) as row:
        pass
    return row


def send_back(briefing: Briefing, *, actor: Actor, at: datetime, note: str) -> Briefing:
    """Back to the draft with the reason. Raises ``invalid`` without one."""
    if not note.strip():
        raise missing(note=_("请写明退回的理由"))
    with _moving(briefing, SEND_BACK, actor=actor, at=at, note=note) as row:
        _set(row, signed_by_id=None, signed_at=None)
    return row


def sign(briefing: Briefing, *, actor: Actor, at: datetime, note: str = "") -> Briefing:
    """签发, by somebody else than its writer. Raises ``own_work``."""
    with _moving(briefing, SIGN_OFF, actor=actor, at=at, note=note) as row:
        if actor.is_staff and row.author_id == actor.person_id:
            raise MoveRefused("own_work", _("编写人不能签发自己的简报"))
        _set(row, signed_by_id=actor.person_id, signed_at=at)
    return row


def publish(briefing: Briefing, *, actor: Actor, at: datetime) -> Briefing:
    """发布: readers see it from now on; the version is kept as it is."""
    with _moving(briefing, PUBLISH, actor=actor, at=at) as row:
        row.version += 1
        row.published_at = at
        BriefingVersion.objects.create(
            briefing=row, number=row.version, title=row.title, body=row.body, figures=row.figures,
            charts=row.charts,
            as_of=row.as_of, author_name=row.author.name if row.author else _("系统"),
            signer_name=row.signed_by.name if row.signed_by else _("系统"), published_at=at,
        )
    return row


def revise(briefing: Briefing, *, actor: Actor, at: datetime, note: str) -> Briefing:
    """Open a published briefing for another version; readers keep the last one. Raises ``invalid`` without a reason."""
    if not note.strip():
        raise missing(note=_("请写明修订的理由"))
    with _moving(briefing, REVISE, actor=actor, at=at, note=note) as row:
        _set(row, signed_by_id=None, signed_at=None)
    return row


def _set(briefing: Briefing, **values: object) -> None:
    for name, value in values.items():
        setattr(briefing, name, value)
