"""What each verb takes over HTTP: declared fields only, strict types (quality.md W-10)."""

from __future__ import annotations

from rest_framework import serializers

from accounts.bodies import Choice, StrictSerializer, Text, Whole, YesNo
from casework.verb_api import VerbBody
from disputes.guidance import REASONS
from disputes.models import Dispute, DisputeType, Nature, Offer, Party, Procedure, Proxy, Referral
from disputes.packets import REASONS as RISE_REASONS
from disputes.transitions.passing import MAX_TEXT as MAX_TRANSFER

NOTE, LONG = 2000, 20_000
KEY = {"min_value": 1, "max_value": 2**62}


class Money(serializers.DecimalField):
    """An amount in yuan as a JSON string or number with two decimals."""

    def __init__(self, **more: object) -> None:
        super().__init__(max_digits=14, decimal_places=2, min_value=0, required=False, **more)


class Day(serializers.DateField):
    """A civil day, ``2026-03-05``."""

    def __init__(self, **more: object) -> None:
        super().__init__(required=False, input_formats=["%Y-%m-%d"], **more)

    def to_internal_value(self, value: object) -> object:
        if not isinstance(value, str):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(value)


def codes(known: object, *, required: bool = False) -> serializers.ListField:
    """A list of known codes."""
    return serializers.ListField(child=Choice(choices=list(known)), required=required, max_length=20)


class PartyBody(StrictSerializer):
    name = Text(required=True, max_length=80)
    side = Choice(choices=Party.Side.values, required=False)
    kind = Choice(choices=Party.Kind.values, required=False)
    phone = Text(max_length=20)
    address = Text(max_length=160)
    id_number = Text(max_length=30)
    is_minor = YesNo(required=False)
    guardian_name = Text(max_length=40)
    guardian_phone = Text(max_length=20)
    guardian_relation = Text(max_length=20)
    speaker_kind = Choice(choices=[value for value in Party.Speaker.values if value], required=False)
    speaker_name = Text(max_length=40)
    speaker_phone = Text(max_length=20)
    people = Whole(required=False, min_value=1, max_value=9999)
    consents = YesNo(required=False)


class ClaimBody(StrictSerializer):
    text = Text(required=True, max_length=400)
    amount = Money()
    party = Whole(required=False, min_value=0, max_value=11, help_text="Place in the list of parties")


class ProxyBody(StrictSerializer):
    """Who asks on behalf of the first party, and how that person consented."""

    name = Text(required=True, max_length=80)
    phone = Text(required=True, max_length=20)
    relation = Choice(choices=Proxy.Relation.values)
    way = Choice(choices=Proxy.Way.values)
    agreed_on = Day()


class RegisterBody(StrictSerializer):
    facts = Text(required=True, max_length=LONG)
    parties = serializers.ListField(child=PartyBody(), min_length=1, max_length=12)
    claims = serializers.ListField(child=ClaimBody(), required=False, max_length=12)
    source = Choice(choices=[one for one in Dispute.Source.values if one not in ("event", "booking")], required=False)
    type = Choice(choices=DisputeType.values, required=False)
    nature = Choice(choices=Nature.values, required=False)
    complexity = Choice(choices=Dispute.Complexity.values, required=False)
    language = Text(max_length=20)
    area = Text(max_length=20)
    address = Text(max_length=160)
    lon = serializers.FloatField(required=False)
    lat = serializers.FloatField(required=False)
    amount = Money()
    flags = serializers.ListField(child=Text(max_length=20), required=False, max_length=20)
    is_cross_street = YesNo(required=False)
    involves_departments = YesNo(required=False)
    origin_number = Text(max_length=60)
    proxy = ProxyBody(required=False)


class ConfirmProxyBody(VerbBody):
    """``proof``: key of a piece of evidence that shows the mandate."""

    proof = Whole(required=False, **KEY)
    note = Text(max_length=NOTE)


class Noted(VerbBody):
    note = Text(required=True, max_length=NOTE)


class MaybeNoted(VerbBody):
    note = Text(max_length=NOTE)


class AcceptBody(MaybeNoted):
    complexity = Choice(choices=Dispute.Complexity.values, required=False)


class GuideBody(MaybeNoted):
    channel = Choice(choices=Dispute.Channel.values)
    reasons = codes(REASONS)


class RouteBody(MaybeNoted):
    body = Text(max_length=40, help_text="Code of a mediation body; empty: the rules choose")


class SignBody(VerbBody):
    mediator = Whole(required=False, **KEY)


class AssignBody(MaybeNoted):
    mediator = Whole(**KEY)
    role = Choice(choices=("lead", "panel"), required=False)


class InviteBody(MaybeNoted):
    units = serializers.ListField(child=Text(required=True, max_length=40), min_length=1, max_length=12)


class OfferBody(VerbBody):
    text = Text(required=True, max_length=400)
    amount = Money()
    party = Whole(required=False, **KEY)


class AnswerOfferBody(MaybeNoted):
    offer = serializers.UUIDField()
    answer = Choice(choices=[value for value in Offer.Answer.values if value])


class RiseBody(VerbBody):
    summary = Text(required=True, max_length=NOTE)
    next_step = Text(required=True, max_length=NOTE)
    reason = Choice(choices=RISE_REASONS, required=False)
    body = Text(max_length=40)


class RefuseBody(MaybeNoted):
    party = Whole(required=False, **KEY)


class ExtendBody(MaybeNoted):
    days = Whole(min_value=1, max_value=30)
    agreed = YesNo()


class TrackBody(MaybeNoted):
    authority = Text(max_length=80)
    filing_number = Text(max_length=60)
    applied_on, filed_on, served_on, heard_on, decided_on = Day(), Day(), Day(), Day(), Day()
    is_extended = YesNo(required=False)


class OutsideBody(MaybeNoted):
    kind = Choice(choices=Procedure.Kind.values)
    authority = Text(max_length=80)
    filing_number = Text(max_length=60)
    applied_on, filed_on = Day(), Day()
    on_site = YesNo(required=False)


class LitigateBody(OutsideBody):
    """``unit``: code of the court on site that takes it; ``hands_file``: the parties agreed to hand over claims and
    evidence."""

    unit = Text(max_length=40)
    hands_file = YesNo(required=False)


class EndOutsideBody(MaybeNoted):
    result = Text(required=True, max_length=200)
    closed_on = Day()


class TransferBody(MaybeNoted):
    text = Text(required=True, max_length=MAX_TRANSFER)
    tells_applicant = YesNo(required=False)


class RiskBody(MaybeNoted):
    flags = serializers.ListField(child=Text(max_length=20), max_length=20)
    complexity = Choice(choices=Dispute.Complexity.values, required=False)


class NotifyBody(MaybeNoted):
    targets = codes(("police", "street", "district"))


class AcknowledgeBody(VerbBody):
    notice = Whole(**KEY)
    note = Text(max_length=200)


class ReferBody(VerbBody):
    kind = Choice(choices=Referral.Kind.values)
    service = Text(max_length=40, help_text="Code of a place in the register of legal services")
    provider = Text(max_length=80)
    party = Whole(required=False, **KEY)


class TakeUpBody(VerbBody):
    kind = Choice(choices=Referral.Kind.values, required=False)


class AddPartyBody(VerbBody):
    party = PartyBody()


class ClaimMoreBody(VerbBody):
    text = Text(required=True, max_length=400)
    amount = Money()
    party = Whole(required=False, **KEY)


class WriteBody(VerbBody):
    text = Text(required=True, max_length=LONG)
    kind = Choice(choices=("facts", "statement", "note"), required=False)
    party = Whole(required=False, **KEY)


class CorrectBody(MaybeNoted):
    type = Choice(choices=DisputeType.values, required=False)
    nature = Choice(choices=Nature.values, required=False)
    complexity = Choice(choices=Dispute.Complexity.values, required=False)
    language = Text(max_length=20)
    address = Text(max_length=160)
    area = Text(max_length=20)
    amount = Money()
    is_cross_street = YesNo(required=False)
    involves_departments = YesNo(required=False)
