"""What is told of a dispute when it comes in: parties, claims, facts; and what such a tale must hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from casework import sealing
from casework.door import missing
from disputes import rules
from disputes.models import Dispute, Party, Proxy

MAX_TEXT = 20_000
MAX_PARTIES = 12
MAX_CLAIM = 400
MAX_AMOUNT = Decimal("99999999999")


@dataclass(frozen=True, slots=True)
class PartyTold:
    """One party as told at the desk. ``id_number`` is sealed before it is kept."""

    name: str
    side: str = "applicant"
    kind: str = "natural"
    phone: str = ""
    address: str = ""
    id_number: str = ""
    is_minor: bool = False
    guardian_name: str = ""
    guardian_phone: str = ""
    guardian_relation: str = ""
    speaker_kind: str = ""
    speaker_name: str = ""
    speaker_phone: str = ""
    people: int = 1
    consents: bool = False


@dataclass(frozen=True, slots=True)
class ClaimTold:
    """What the party at this place in the list asks for; ``party`` None: everybody."""

    text: str
    amount: Decimal | None = None
    party: int | None = 0


@dataclass(frozen=True, slots=True)
class ProxyTold:
    """Who asks on behalf of the first party, and how and when that party consented."""

    name: str
    phone: str
    relation: str
    way: str
    agreed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a dispute. Coordinates WGS-84; ``area`` an official code; ``flags`` codes of risk flags."""

    facts: str
    parties: Sequence[PartyTold]
    source: str = "walk_in"
    type: str = "other"
    claims: Sequence[ClaimTold] = ()
    nature: str = "people"
    complexity: str = "simple"
    language: str = "普通话"
    area: str | None = None
    address: str = ""
    lon: float | None = None
    lat: float | None = None
    amount: Decimal | None = None
    flags: Sequence[str] = ()
    is_cross_street: bool = False
    involves_departments: bool = False
    origin_number: str = ""
    tracking_code: str = ""
    proxy: ProxyTold | None = None
    extra: Sequence[tuple[str, str]] = ()
    """Further pieces of narrative, (kind, text): what an import brings."""


def check(told: Told) -> None:
    """Raises ``invalid`` naming the field."""
    check_facts(told.facts)
    if not told.parties or not told.parties[0].name.strip():
        raise missing(parties=_("请填写申请人"))
    if len(told.parties) > MAX_PARTIES:
        raise missing(parties=_("当事人不能超过%(n)s方,人数多的请推选代表") % {"n": MAX_PARTIES})
    _check_choices(told)
    if told.proxy is not None:
        check_proxy(told.proxy)
    for party in told.parties:
        check_party(party)
    for claim in told.claims:
        check_claim(claim)


def check_proxy(told: ProxyTold) -> None:
    """Raises ``invalid`` naming what is missing of a request on behalf of somebody else."""
    wanted = {
        "proxy_name": (told.name.strip(), _("请填写代办人姓名")), "proxy_phone": (told.phone.strip(), _("请填写代办人电话")),
        "proxy_relation": (told.relation in Proxy.Relation.values, _("请选择与本人的关系")),
        "proxy_way": (told.way in Proxy.Way.values, _("请选择本人怎样同意的")),
        "proxy_agreed_on": (told.agreed_on is not None, _("请填写本人同意的日期")),
    }
    absent = {name: words for name, (there, words) in wanted.items() if not there}
    if absent:
        raise missing(**absent)
    if "\x00" in told.name + told.phone:
        raise missing(proxy_name=_("内容含有无法保存的字符,请删除后重试"))


def check_facts(facts: str) -> None:
    """Raises ``invalid`` for no facts, or more than can be kept."""
    if not facts.strip():
        raise missing(facts=_("请写明发生了什么"))
    if len(facts) > MAX_TEXT or "\x00" in facts:
        raise missing(facts=_("内容过长或含有无法保存的字符"))


def _check_choices(told: Told) -> None:
    for name, value, known in (
        ("type", told.type, Dispute._meta.get_field("type").choices),
        ("source", told.source, Dispute.Source.choices),
        ("nature", told.nature, Dispute._meta.get_field("nature").choices),
        ("complexity", told.complexity, Dispute.Complexity.choices),
    ):
        if value not in dict(known):
            raise missing(**{name: _("没有这个选项")})
    if not set(told.flags) <= set(rules.flags()):
        raise missing(flags=_("没有这个风险标识"))


def check_party(told: PartyTold) -> None:
    """Raises ``invalid`` for a party that cannot be: without a name, a minor without a guardian."""
    if not told.name.strip():
        raise missing(name=_("请填写当事人姓名或名称"))
    if told.side not in Party.Side.values or told.kind not in Party.Kind.values:
        raise missing(side=_("没有这个选项"))
    if told.speaker_kind not in Party.Speaker.values:
        raise missing(speaker_kind=_("没有这个选项"))
    if told.is_minor and not told.guardian_name.strip():
        raise missing(guardian_name=_("未成年人须由监护人代理,请填写监护人"))
    if any("\x00" in value for value in (told.name, told.phone, told.address, told.speaker_name)):
        raise missing(name=_("内容含有无法保存的字符,请删除后重试"))


def check_claim(told: ClaimTold) -> None:
    """Raises ``invalid`` for an empty or endless claim, or an amount that cannot be."""
    if not told.text.strip() or len(told.text) > MAX_CLAIM or "\x00" in told.text:
        raise missing(claim=_("请写明诉求,不超过%(n)s字") % {"n": MAX_CLAIM})
    if told.amount is not None and not 0 <= told.amount <= MAX_AMOUNT:
        raise missing(amount=_("金额超出范围"))


def party_row(dispute: Dispute, told: PartyTold, *, at: datetime) -> Party:
    """An unsaved party of the dispute."""
    return Party(
        dispute=dispute, side=told.side, kind=told.kind, name=told.name.strip()[:80], phone=told.phone[:20],
        address=told.address[:160], id_sealed=sealing.seal(told.id_number.strip()),
        id_hash=sealing.fingerprint(told.id_number), is_minor=told.is_minor, guardian_name=told.guardian_name[:40],
        guardian_phone=told.guardian_phone[:20], guardian_relation=told.guardian_relation[:20],
        speaker_kind=told.speaker_kind, speaker_name=told.speaker_name[:40], speaker_phone=told.speaker_phone[:20],
        people=max(1, told.people), consented_at=at if told.consents else None,
    )


def proxy_row(dispute: Dispute, party: Party, told: ProxyTold, *, at: datetime) -> Proxy:
    """An unsaved record of who asked for this party."""
    return Proxy(
        dispute=dispute, party=party, name=told.name.strip()[:80], phone=told.phone.strip()[:20], relation=told.relation,
        way=told.way, agreed_on=told.agreed_on, asked_at=at,
    )


def amount_of(told: Told) -> Decimal | None:
    """The money at stake: as told, or the sum of the claims."""
    if told.amount is not None:
        return told.amount
    amounts = [claim.amount for claim in told.claims if claim.amount]
    return sum(amounts, Decimal(0)) if amounts else None
