"""What is done to an event without changing its state: 跟进, 材料, 更正, 关注, 查看明文."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _

from casework import rates, readlog
from casework.actor import Actor
from casework.door import MoveRefused, Passage, forbidden, missing, moving, not_found
from casework.models import StoredFile
from events import placing, police
from events.models import Event, EventAttachment, EventReporter, EventWatch
from events.search import grams
from events.transitions.intake import MAX_TEXT
from events.workflow import do
from grids.queries import chain_of

MAX_COMMENT = 2000
REVEALABLE = ("name", "phone")
REVEALS, REVEAL_SECONDS = 30, 600
"""Thirty revelations in ten minutes stop (quality.md §5.3)."""


def comment(
    event: Event, *, actor: Actor, at: datetime, note: str, is_public: bool = False, to: int | None = None
) -> Event:
    """跟进: internal, unless ``is_public`` puts it on the reporter's page; what a citizen writes always is.

    ``to``: a person who answers for the place, from the grid worker up (``addressees``); told at once by the bell, and
    the trail is the log of what was said to whom. Raises ``invalid`` when empty, longer than 2,000 characters, or
    addressed to anybody else.
    """
    is_public = is_public or actor.lane == "citizen"
    named = addressees(event, at=at).get(to, "") if to and actor.is_staff else ""
    words = f"@{named} {note}" if named and note.strip() else note
    with moving(event, replace(do.comment, is_public=is_public), actor=actor, at=at, note=words) as passage:
        if len(note) > MAX_COMMENT:
            raise missing(note=_("内容不能超过%(n)s字") % {"n": MAX_COMMENT})
        if to and not named:
            raise missing(to=_("只能发给本网格、社区、街道和值班的人"))
        if to:
            passage.tell("message", person=to)
        if actor.lane == "citizen":
            passage.tell("commented")
    return passage.case


def addressees(event: Event, *, at: datetime) -> dict[int, str]:
    """Who answers for the place of an event now, nearest first: key → name."""
    return {link.person_id: link.name for link in chain_of(event.area, at=at)}


def attach(
    event: Event, *, file: StoredFile, actor: Actor, at: datetime, purpose: str = "other", note: str = ""
) -> EventAttachment:
    """添加材料: a file that ``casework.files`` has checked and kept. A citizen adds to the report only.

    Raises ``invalid``, ``attached`` for the same file twice.
    """
    with moving(event, do.attach, actor=actor, at=at, note=note) as passage:
        purpose = "report" if actor.lane == "citizen" else purpose
        if purpose not in EventAttachment.Purpose.values:
            raise missing(purpose=_("请选择材料用途"))
        if any(row.file_id == file.pk for row in passage.rows(EventAttachment)):
            raise MoveRefused("attached", _("该材料已添加"))
        row = EventAttachment(
            event=passage.case, file=file, purpose=purpose, added_at=at,
            added_by="" if actor.lane == "citizen" else actor.name[:60],
        )
        passage.create(row)
        passage.details.update(file=file.pk, purpose=purpose)
    return row


def correct(
    event: Event,
    *,
    actor: Actor,
    at: datetime,
    note: str,
    title: str | None = None,
    text: str | None = None,
    address: str | None = None,
    lon: float | None = None,
    lat: float | None = None,
    area: str | None = None,
    seen_version: int | None = None,
) -> Event:
    """更正内容: words, address or place; old and new stand in the trail; no clock is touched. A point (WGS-84) or
    an area code gives an unlocated event its place.

    Raises ``invalid`` when nothing changes, for an empty text, an unknown area or a half-given point.
    """
    with moving(event, do.correct, actor=actor, at=at, note=note, seen_version=seen_version) as passage:
        locked = passage.case
        before = _content(locked)
        _correct_words(locked, {"title": title, "text": text, "address": address})
        if lon is not None or lat is not None or area:
            found, is_located = placing.find(lon=lon, lat=lat, area=area)
            placing.put(locked, found, is_located=is_located)
            locked.lon, locked.lat = (lon, lat) if lon is not None else (locked.lon, locked.lat)
        if _content(locked) == before:
            raise missing(text=_("没有需要更正的内容"))
        locked.grams = grams(locked.title, locked.text, locked.address)
    return passage.case


def _correct_words(event: Event, words: dict[str, str | None]) -> None:
    longest = {"title": 80, "text": MAX_TEXT, "address": 160}
    for name, value in words.items():
        if value is None:
            continue
        value = value.strip()
        if (not value and name != "address") or len(value) > longest[name] or "\x00" in value:
            raise missing(**{name: _("内容为空、过长或含有无法保存的字符")})
        setattr(event, name, value)


def _content(event: Event) -> list:
    names = ("title", "text", "address", "lon", "lat", "area_id", "is_located")
    return [getattr(event, name) for name in names]


def watch(event: Event, *, actor: Actor, at: datetime) -> None:
    """我关注: told of the end and of what happens. Raises ``not_found`` outside what the person may see."""
    _refuse_unseen(event, actor)
    EventWatch.objects.get_or_create(event=event, person_id=actor.person_id)


def unwatch(event: Event, *, actor: Actor, at: datetime) -> None:
    """No longer watched. Raises ``not_found``."""
    _refuse_unseen(event, actor)
    EventWatch.objects.filter(event=event, person_id=actor.person_id).delete()


def _refuse_unseen(event: Event, actor: Actor) -> None:
    if actor.person_id is None or not event.is_visible_to(actor.rights):
        raise not_found()


def reveal(
    event: Event, *, field: str, reason: str, actor: Actor, at: datetime, address: str = ""
) -> str:
    """查看明文 of the reporter's ``name`` or ``phone``, or of one of the masked fields of 110 (``police.REVEALABLE``): a row
    in the read log before the value leaves, and one in the trail. ``address`` is where the request came from.

    The fields of 110 ask for ``events.view_police`` beside the right to unmask, on the same reach.

    A reporter who asked for secrecy is shown to the district's own posts only, never to a unit that handles the
    event. Raises ``invalid`` without a reason, ``forbidden``, ``secret_reporter``, ``too_many`` (30 in ten
    minutes), ``not_found`` when there is nothing to show. Refusals for the person are logged too.
    """
    if field not in (*REVEALABLE, *police.REVEALABLE):
        raise missing(field=_("没有这个字段"))
    if not reason.strip():
        raise missing(reason=_("请填写查看事由"))
    if not rates.allow(f"reveal:{actor.person_id}", limit=REVEALS, window_seconds=REVEAL_SECONDS, at=at):
        raise MoveRefused("too_many", _("查看过于频繁,请稍后再试"))
    log = {"kind": "event", "at": at, "object_key": event.number, "fields": (field,), "reason": reason[:120],
           "address": address}  # fmt: skip
    try:
        with moving(event, do.reveal, actor=actor, at=at, note=reason) as passage:
            value = _value(passage, field)
            readlog.record(actor, "reveal", **log)
            passage.details["field"] = field
    except MoveRefused as refusal:
        if refusal.code in ("forbidden", "secret_reporter"):
            readlog.record(actor, "refused", allowed=False, **log)
        raise
    return value


def _value(passage: Passage, field: str) -> str:
    event, rights = passage.case, passage.actor.rights
    needed = {"events.reveal", police.VIEW} if field in police.REVEALABLE else {"events.reveal"}
    reaches = [
        reach for reach in rights.reaches
        if reach.may_unmask and needed <= reach.permissions
        and ((reach.area_path and event.area_path.startswith(reach.area_path)) or reach.unit_id in event.unit_ids)
    ]
    if not reaches:
        raise forbidden()
    if field in police.REVEALABLE:
        return _of_police(event, field)
    reporter = EventReporter.objects.filter(event=event).first()
    if reporter is None or not getattr(reporter, field):
        raise not_found()
    if reporter.is_secret and not any(_is_district(reach.area_path, event) for reach in reaches):
        raise MoveRefused("secret_reporter", _("反映人要求保密,承办单位不能查看"))
    return getattr(reporter, field)


def _of_police(event: Event, field: str) -> str:
    value = getattr(police.record_of(event), field, "")
    if not value:
        raise not_found()
    return value


def _is_district(path: str | None, event: Event) -> bool:
    return bool(path) and path.rstrip("/").split("/")[-1] == event.district_code
