"""Reports come in: from a grid worker, the hotline, a citizen, another platform, a file."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from casework.actor import Actor
from casework.door import Batch, MoveRefused, Passage, missing, moving, opening
from casework.making import new_row
from events import duplicates, placing, police, suggesting
from events.before import Before
from events.before import look as look_before
from events.models import Event, EventReporter
from events.models.event import SOURCE_DIGITS
from events.reference_rows import category as category_of
from events.reference_rows import ladder_for, limit_seconds
from events.search import grams
from events.workflow import do

CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0 O 1 I L, so that a code can be read out over the telephone."""
MAX_TEXT = 4000
AHEAD = timedelta(minutes=10)
"""How far the clock of a client or a device may run fast."""
NEIGHBOURS = 8
"""How many of the likeliest neighbours are weighed for a cluster."""


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody tells. Coordinates WGS-84 degrees; ``area`` an official code; times aware."""

    source: str
    text: str
    title: str = ""
    category: str | None = None
    urgency: str | None = None
    lon: float | None = None
    lat: float | None = None
    accuracy_m: int | None = None
    address: str = ""
    area: str | None = None
    external_number: str | None = None
    client_key: str | None = None
    occurred_at: datetime | None = None
    reporter_name: str = ""
    reporter_phone: str = ""
    is_secret: bool = False
    wants_notice: bool = True
    number: str = ""
    tracking_code: str = ""
    token: str = ""
    """The identity of a case it was told as before: one case keeps one code through every desk (一案一码)."""
    follower: str = ""
    """The room above that hears of every new state of the event."""
    police: police.PoliceTold | None = None
    """What the feed of 110 says for itself; only with that source."""
    extra: dict = field(default_factory=dict)


def report(told: Report, *, actor: Actor, at: datetime) -> Event:
    """上报: take in a report; number, place, suggestions, triage clock.

    The same (source, external number) or client key sent again gives the event that is there, untouched.
    An emergency (P0) with a category is dispatched at once by rule. Raises ``invalid``, ``forbidden``.
    """
    before = look(told, at=at)
    return before.known or take_in(told, actor=actor, at=at, before=before)


def look(told: Report, *, at: datetime, around: bool = True) -> Before:
    """What is known before this report: the event it was already taken in as, neighbours, earlier reports."""
    point = (told.lon, told.lat) if around and told.lon is not None and told.lat is not None else None
    return look_before(
        source=told.source, external_number=told.external_number, client_key=told.client_key,
        phone=told.reporter_phone, category=told.category, point=point, at=at,
    )


def take_in(told: Report, *, actor: Actor, at: datetime, before: Before) -> Event:
    """A report that is not known yet; the event as its first moves left it. Raises as ``report``, and
    IntegrityError when another connection took the same one in meanwhile."""
    event = prepare(told, actor=actor, at=at, before=before)
    with opening(event, do.report, actor=actor, at=at, alone=True) as passage:
        settle_report(passage, told)
    return rush(event, at=at)


def take_in_with(shared: Batch, told: Report, *, actor: Actor, at: datetime) -> Event:
    """As ``take_in``, within an open batch: the event is there (with its key) when this returns, and goes or stays
    with everything else of the batch."""
    event = prepare(told, actor=actor, at=at, before=look(told, at=at))
    with opening(event, do.report, actor=actor, at=at) as passage:
        settle_report(passage, told)
    shared.write()
    return rush(event, at=at)


def prepare(told: Report, *, actor: Actor, at: datetime, before: Before, place: tuple | None = None) -> Event:
    """An unsaved event from a report. ``place``: already found by a batch. Raises ``invalid`` with a sentence a field."""
    text = _checked_text(told)
    category = checked_category(told.category)
    if told.urgency and told.urgency not in suggesting.LEVELS:
        raise missing(urgency=_("没有这个紧急程度"))
    found, is_located = place or placing.find(lon=told.lon, lat=told.lat, area=told.area)
    title = (told.title or text)[:80].strip().splitlines()[0]
    event = new_row(
        Event, id=before.key, source=told.source, external_number=told.external_number or None,
        client_key=told.client_key or None, number=told.number, token=told.token or secrets.token_hex(16),
        tracking_code=told.tracking_code or tracking_code(), followers=[told.follower] if told.follower else [],
        title=title, text=text, address=told.address[:160], lon=told.lon, lat=told.lat, accuracy_m=told.accuracy_m,
        reported_at=at, occurred_at=told.occurred_at,
        reporter_person_id=actor.person_id if actor.is_staff else None,
    )
    placing.put(event, found, is_located=is_located)
    event.owner_unit_id = placing.desk_of(found.district_code)
    event.grams = grams(title, text, told.address)
    near = []
    if before.near:
        near = duplicates.weigh(before.near, lon=told.lon, lat=told.lat, grams=event.grams, category=told.category)
    _classify(event, told, category, near[:NEIGHBOURS], at, before.is_third)
    return event


def check_moment(happened: datetime | None, *, at: datetime, field: str = "occurred_at") -> None:
    """Raises ``invalid`` for a moment so far ahead that no clock explains it."""
    if happened is not None and happened > at + AHEAD:
        raise missing(**{field: _("发生时间不能晚于现在")})


def _checked_text(told: Report) -> str:
    text = (told.text or "").strip()
    if not text:
        raise missing(text=_("请写明发生了什么"))
    if len(text) > MAX_TEXT:
        raise missing(text=_("内容不能超过%(n)s字") % {"n": MAX_TEXT})
    if told.source not in SOURCE_DIGITS:
        raise missing(source=_("没有这个来源"))
    police.check(told.police, source=told.source)
    if any("\x00" in value for value in (text, told.title, told.address)):
        raise missing(text=_("内容含有无法保存的字符,请删除后重试"))
    return text


def checked_category(code: str | None) -> object | None:
    """The minor category in force of this code; None for none told. Raises ``invalid``."""
    if not code:
        return None
    found = category_of(code)
    if found is None or found.parent_id is None or not found.is_active:
        raise missing(category=_("没有这个事项类别"))
    return found


def _classify(
    event: Event,
    told: Report,
    category: object | None,
    near: list[dict],
    at: datetime,
    again: bool,
) -> None:
    words = f"{event.title} {event.text}"
    ideas = [] if category else suggesting.suggest_categories(words)
    event.suggestion = {"categories": ideas, "near": [row["id"] for row in near[:5]]}
    owners = suggesting.suggest_owners(event.text, title=event.title)
    if owners:
        event.suggestion["units"] = owners
    base = "P3"
    if category is not None:
        event.category_id, event.service_class_id = category.code, category.service_class_id
        base = category.urgency
    event.urgency = told.urgency or base
    reasons = []
    danger = suggesting.danger_words(words)
    if danger:
        reasons.append(_("含危险词:%(words)s") % {"words": "、".join(danger)})
    cluster = duplicates.cluster_size(near, at=at) + 1
    if cluster >= duplicates.CLUSTER_REPORTS:
        reasons.append(_("24小时内50米范围%(n)s件同类") % {"n": cluster})
    if again:
        reasons.append(_("同一人第三次反映"))
    if reasons and not told.urgency:
        event.urgency = suggesting.raise_urgency(base)
        event.urgency_reason = ";".join(reasons)[:120]


def settle_report(passage: Passage, told: Report) -> None:
    """What every report leaves besides its row: the reporter apart, the triage clock, a notice to the desk."""
    event = passage.case
    if told.reporter_name or told.reporter_phone:
        passage.book.create(
            new_row(
                EventReporter, event=event, name=told.reporter_name[:40], phone=told.reporter_phone[:20],
                is_secret=told.is_secret, wants_notice=told.wants_notice,
            )
        )
    if told.police is not None:
        passage.book.create(police.row_of(event, told.police))
    kind, seconds = limit_seconds("dispatch")
    passage.clocks.start(
        "triage", kind=kind, budget_seconds=300 if event.urgency == "P0" else seconds, at=passage.at,
        unit_id=event.owner_unit_id, ladder=ladder_for(event.urgency),
    )
    passage.tell("reported", urgency=event.urgency)


def rush(event: Event, *, at: datetime) -> Event:
    """P0 and P1 with a category are triaged and dispatched at once by rule; no rule, and they wait at the desk.
    Gives the event as it is then."""
    from events.transitions.dispatching import triage

    if event.urgency not in ("P0", "P1") or event.category_id is None:
        return event
    try:
        return triage(event, actor=Actor.system(), at=at)
    except MoveRefused:
        return event  # somebody was faster: it is theirs


def tracking_code() -> str:
    """``XXXX-XXXX`` from 31 letters: 8.5 × 10^11 codes; the page behind it asks for more before it tells more."""
    drawn, letters = secrets.randbelow(len(CODE_LETTERS) ** 8), ""
    for _n in range(8):
        drawn, place = divmod(drawn, len(CODE_LETTERS))
        letters += CODE_LETTERS[place]
    return f"{letters[:4]}-{letters[4:]}"


def handle_on_spot(
    event: Event, *, actor: Actor, at: datetime, note: str, outcome: str = "solved", unit_id: int | None = None
) -> Event:
    """自办: small things solved in the grid; report and feedback in one act. The order is of kind ``self``.

    Raises ``invalid`` without a word of what was done, ``forbidden``, ``wrong_state``.
    """
    from events.transitions.handling import finish_handling
    from events.transitions.orders import send_order
    from grids.models import Unit

    with moving(event, do.handle_on_spot, actor=actor, at=at, note=note) as passage:
        if not note.strip():
            raise missing(note=_("请写明怎样处置的"))
        locked = passage.case
        unit = Unit.objects.filter(pk=unit_id or _own_unit(locked)).first()
        if unit is None:
            raise missing(unit=_("没有可承办的社区或街道"))
        order = send_order(
            passage, kind="self", unit=unit, area_id=locked.area_id, handler_id=actor.person_id, reason=_("网格自办")
        )
        order.state, order.accepted_at, order.done_at, order.ended_at = "done", at, at, at
        order.outcome, order.feedback = outcome, note
        passage.clocks.stop("triage", at=at)
        passage.clocks.stop_all(at=at, order=order)
        locked.dispatched_at, locked.rung = at, 1
        locked.owner_unit_id = unit.pk
        finish_handling(passage)
    return passage.case


def _own_unit(event: Event) -> int | None:
    from events.routing import local_unit

    found = local_unit(event, "community") or local_unit(event, "street")
    return found[0] if found else placing.desk_of(event.district_code)
