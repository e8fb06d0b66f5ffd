"""What is done to a dispute without changing its state: parties, claims, words, evidence, corrections, clear values."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from casework import rates, readlog, sealing
from casework.actor import Actor
from casework.door import MoveRefused, Passage, missing, moving, not_found
from casework.models import StoredFile
from disputes import grading, rules
from disputes.models import Claim, Dispute, Evidence, Party
from disputes.telling import ClaimTold, PartyTold, check_claim, check_facts, check_party, party_row
from disputes.transitions.risk import tell_jointly
from disputes.transitions.steps import say, story
from disputes.workflow import do
from events import placing

REVEALABLE = ("name", "phone", "address", "id_number", "guardian_name", "guardian_phone")
REVEALS, REVEAL_SECONDS = 30, 600
"""Thirty revelations in ten minutes stop (quality.md §5.3)."""
WRITABLE = ("facts", "statement", "minutes", "note")
MAX_PARTIES = 12


def add_party(dispute: Dispute, *, party: PartyTold, actor: Actor, at: datetime) -> Dispute:
    """增加当事人; a minor seals the dispute. Raises ``invalid``, ``too_many_parties``."""
    with moving(dispute, do.add_party, actor=actor, at=at) as passage:
        check_party(party)
        locked = passage.case
        if len(passage.rows(Party)) >= MAX_PARTIES:
            raise MoveRefused("too_many_parties", _("当事人过多,请推选代表"))
        passage.create(party_row(locked, party, at=at))
        locked.people_count += max(1, party.people)
        _after_parties(passage, has_minor=party.is_minor)
        passage.details["side"] = party.side
    return passage.case


def _after_parties(passage: Passage, *, has_minor: bool) -> None:
    locked = passage.case
    before = set(grading.red_flags(locked))
    if has_minor:
        locked.is_sealed = True
        locked.risk_flags = sorted({*locked.risk_flags, "vulnerable"})
    grading.grade(locked)
    tell_jointly(passage, [code for code in grading.red_flags(locked) if code not in before])


def amend_party(
    dispute: Dispute, *, row: Party, party: PartyTold, actor: Actor, at: datetime, consents: bool | None = None
) -> Dispute:
    """更正当事人: an empty identity number keeps the one that is there. Names of what changed stand in the trail,
    never the values. Raises ``invalid``."""
    with moving(dispute, do.amend_party, actor=actor, at=at) as passage:
        check_party(party)
        locked = passage.case
        known = next((one for one in passage.rows(Party) if one.pk == row.pk), None)
        if known is None:
            raise missing(party=_("没有这位当事人"))
        fresh = party_row(locked, party, at=at)
        values = _changes(known, fresh, keep_number=not party.id_number.strip())
        if consents is not None:
            values["consented_at"] = at if consents else None
        if not values:
            raise missing(name=_("没有需要更正的内容"))
        locked.people_count += values.get("people", known.people) - known.people
        passage.change(known, **values)
        _after_parties(passage, has_minor=party.is_minor)
        passage.details["fields"] = sorted(values)
    return passage.case


AMENDED = (
    "side", "kind", "name", "phone", "address", "is_minor", "guardian_name", "guardian_phone", "guardian_relation",
    "speaker_kind", "speaker_name", "speaker_phone", "people",
)


def _changes(known: Party, fresh: Party, *, keep_number: bool) -> dict[str, Any]:
    values = {name: getattr(fresh, name) for name in AMENDED if getattr(fresh, name) != getattr(known, name)}
    if not keep_number and fresh.id_hash != known.id_hash:
        values.update(id_sealed=fresh.id_sealed, id_hash=fresh.id_hash)
    return values


def claim(
    dispute: Dispute, *, text: str, actor: Actor, at: datetime, amount: Decimal | None = None,
    party: Party | None = None,
) -> Dispute:
    """增加诉求. Raises ``invalid``."""
    with moving(dispute, do.claim, actor=actor, at=at) as passage:
        check_claim(ClaimTold(text=text, amount=amount))
        if party is not None and party.dispute_id != passage.case.pk:
            raise missing(party=_("没有这位当事人"))
        passage.create(Claim(dispute=passage.case, party=party, text=text.strip(), amount=amount, written_at=at,
                             written_by=actor.name[:60]))
    return passage.case


def write(
    dispute: Dispute, *, text: str, actor: Actor, at: datetime, kind: str = "statement", party: Party | None = None
) -> Dispute:
    """写入记录: a party's statement, further facts, a working note. Raises ``invalid``."""
    with moving(dispute, do.write, actor=actor, at=at) as passage:
        check_facts(text)
        if kind not in WRITABLE:
            raise missing(kind=_("没有这个选项"))
        if party is not None and party.dispute_id != passage.case.pk:
            raise missing(party=_("没有这位当事人"))
        story(passage, kind, text, party=party)
    return passage.case


def attach(
    dispute: Dispute, *, file: StoredFile, actor: Actor, at: datetime, purpose: str = "evidence",
    party: Party | None = None,
) -> Evidence:
    """添加证据: a file that ``casework.files`` has checked and kept. Raises ``invalid``, ``attached``."""
    with moving(dispute, do.attach, actor=actor, at=at) as passage:
        if purpose not in Evidence.Purpose.values:
            raise missing(purpose=_("请选择材料用途"))
        if any(row.file_id == file.pk for row in passage.rows(Evidence)):
            raise MoveRefused("attached", _("该材料已添加"))
        row = Evidence(dispute=passage.case, file=file, party=party, purpose=purpose, added_at=at,
                       added_by="" if actor.lane == "citizen" else actor.name[:60])
        passage.create(row)
        passage.details.update(file=file.pk, purpose=purpose)
    return row


CORRECTED = ("type", "nature", "complexity", "language", "address", "is_cross_street", "involves_departments", "amount")


def correct(
    dispute: Dispute, *, actor: Actor, at: datetime, note: str = "", area: str | None = None,
    lon: float | None = None, lat: float | None = None, seen_version: int | None = None, **values: Any
) -> Dispute:
    """更正内容: type, complexity, language, money, place; the risk follows. Raises ``invalid`` for an unknown choice or
    when nothing changes."""
    with moving(dispute, do.correct, actor=actor, at=at, seen_version=seen_version) as passage:
        locked = passage.case
        before = [getattr(locked, name) for name in (*CORRECTED, "area_id", "lon", "lat")]
        for name, value in values.items():
            _correct_one(locked, name, value)
        if area or lon is not None or lat is not None:
            found, is_located = placing.find(lon=lon, lat=lat, area=area)
            placing.put(locked, found, is_located=is_located)
            locked.lon, locked.lat = (lon, lat) if lon is not None else (locked.lon, locked.lat)
        if before == [getattr(locked, name) for name in (*CORRECTED, "area_id", "lon", "lat")]:
            raise missing(type=_("没有需要更正的内容"))
        locked.is_sealed = locked.is_sealed or locked.type in rules.file()["sealed_types"]
        grading.grade(locked)
        say(passage, note)
    return passage.case


def _correct_one(dispute: Dispute, name: str, value: Any) -> None:
    if name not in CORRECTED:
        raise missing(**{name: _("没有这个选项")})
    choices = dict(Dispute._meta.get_field(name).choices or ())
    if choices and value not in choices:
        raise missing(**{name: _("没有这个选项")})
    setattr(dispute, name, value)


def reveal(
    dispute: Dispute, *, party: Party, field: str, reason: str, actor: Actor, at: datetime, address: str = ""
) -> str:
    """查看明文 of one value of one party: a row in the read log before the value leaves, and one in the trail.

    Raises ``invalid`` without a reason, ``forbidden``, ``too_many``, ``not_found`` when there is nothing to show.
    Refusals for the person are logged too.
    """
    if field not in REVEALABLE:
        raise missing(field=_("没有这个字段"))
    if not reason.strip():
        raise missing(reason=_("请填写查看事由"))
    if not rates.allow(f"reveal:{actor.person_id}", limit=REVEALS, window_seconds=REVEAL_SECONDS, at=at):
        raise MoveRefused("too_many", _("查看过于频繁,请稍后再试"))
    log = {"kind": "dispute", "at": at, "object_key": dispute.number, "fields": (f"{party.pk}.{field}",),
           "reason": reason[:120], "address": address}  # fmt: skip
    try:
        with moving(dispute, do.reveal, actor=actor, at=at) as passage:
            value = _value(passage, party, field)
            readlog.record(actor, "reveal", **log)
            passage.details.update(field=field, party=party.pk)
    except MoveRefused as refusal:
        if refusal.code == "forbidden":
            readlog.record(actor, "refused", allowed=False, **log)
        raise
    return value


def _value(passage: Passage, party: Party, field: str) -> str:
    row = next((row for row in passage.rows(Party) if row.pk == party.pk), None)
    if row is None:
        raise not_found()
    value = sealing.unseal(row.id_sealed) if field == "id_number" else getattr(row, field)
    if not value:
        raise not_found()
    return value


def link(dispute: Dispute, *, number: str, actor: Actor, at: datetime) -> Dispute:
    """登记关联: this dispute recurs from an earlier one of this number, which then was not settled for good.

    Raises ``invalid`` for an unknown number or itself.
    """
    with moving(dispute, do.link, actor=actor, at=at) as passage:
        earlier = Dispute.objects.filter(number=number.strip()).first()
        if earlier is None or earlier.pk == passage.case.pk or not _knows(actor, earlier):
            raise missing(number=_("没有这个编号的纠纷"))
        passage.case.recurs_from = earlier
        passage.details["earlier"] = earlier.number
    return passage.case


def _knows(actor: Actor, dispute: Dispute) -> bool:
    return not actor.is_staff or dispute.is_visible_to(actor.rights)


