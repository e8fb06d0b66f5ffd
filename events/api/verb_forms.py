"""What each verb takes, each with its own small form: declared fields only, strict types (quality.md W-10)."""

from __future__ import annotations

from rest_framework import serializers

from accounts.bodies import Choice, Moment, Number, StrictSerializer, Text, Whole, YesNo
from casework.verb_api import NoteBody, OptionalNoteBody, VerbBody
from events.models import Event, SupervisionOrder
from events.models.catalogue import Urgency
from events.reference_lists import (
    load_decline_reasons,
    load_pause_reasons,
    load_whistle_grounds,
    load_whistle_types,
)
from events.transitions.bonds import TARGETS
from events.transitions.conferring import KINDS

NOTE, LONG = 400, 4000
FINDINGS = ("solved", "partial", "unsolved")
MOST = 30


def _note(*, required: bool = True, most: int = NOTE) -> Text:
    return Text(required=required, max_length=most)


def _unit(*, required: bool = False) -> Text:
    return Text(required=required, max_length=40, help_text="Code of a unit")


def _order() -> Whole:
    return Whole(required=False, min_value=1, max_value=2**62, help_text="Which order, where several fit")


def _reasons() -> serializers.ListField:
    return serializers.ListField(child=Text(max_length=40), required=False, max_length=8)


class TriageForm(OptionalNoteBody):
    category = Text(max_length=4)
    urgency = Choice(choices=Urgency.values, required=False)
    service_class = Text(max_length=8)
    handling = Choice(choices=Event.Handling.values, required=False)
    open_window = YesNo(required=False)


class OnSpotForm(NoteBody):
    outcome = Choice(choices=Event.Outcome.values, required=False)


class ClaimForm(VerbBody):
    unit = _unit()


class DispatchForm(OptionalNoteBody):
    unit = _unit()
    task = Text(max_length=NOTE)


class ShareForm(StrictSerializer):
    unit = _unit(required=True)
    area = Text(max_length=20, help_text="Code of a grid")
    task = Text(required=True, max_length=300)
    share_percent = Whole(required=False, min_value=1, max_value=100)


class DelegateForm(OptionalNoteBody):
    order = _order()
    shares = serializers.ListField(child=ShareForm(), min_length=1, max_length=MOST)


class PartForm(StrictSerializer):
    unit = _unit(required=True)
    task = Text(required=True, max_length=300)
    is_lead = YesNo(required=False)


class WhistleForm(NoteBody):
    kind = Choice(choices=[row.code for row in load_whistle_types()])
    ground = Choice(choices=[row.code for row in load_whistle_grounds()])
    parts = serializers.ListField(child=PartForm(), min_length=1, max_length=MOST)


class ReturnUpForm(NoteBody):
    order = _order()
    tried = Text(required=True, max_length=NOTE)


class ConveneForm(OptionalNoteBody):
    participants = serializers.ListField(child=_unit(required=True), min_length=1, max_length=MOST)
    meeting_link = Text(max_length=200)


class DecisionForm(StrictSerializer):
    unit = _unit(required=True)
    task = Text(required=True, max_length=300)
    kind = Choice(choices=KINDS, required=False)
    seconds = Whole(required=False, min_value=60, max_value=366 * 86_400)
    due = Moment(required=False)
    is_lead = YesNo(required=False)


class ConferForm(VerbBody):
    note = _note(most=LONG)
    decisions = serializers.ListField(child=DecisionForm(), required=False, max_length=MOST)
    outcome = Choice(choices=Event.Outcome.values, required=False)
    answer = Text(max_length=LONG)


class SuspendForm(NoteBody):
    reason = Choice(choices=[row.code for row in load_pause_reasons()])
    resume_on = Moment(required=False)


class RetargetForm(NoteBody):
    service_class = Text(required=True, max_length=8)


class UrgeForm(NoteBody):
    order = _order()
    unit = _unit()
    colour = Choice(choices=SupervisionOrder.Colour.values, required=False)
    way = Choice(choices=SupervisionOrder.Way.values, required=False)
    reply_by = Moment(required=False)


class AnswerUrgeForm(NoteBody):
    supervision = Text(max_length=32, help_text="Number of the supervision order; the newest that fits without it")


class StrikeOffForm(OptionalNoteBody):
    supervision = Text(max_length=32)


class VerifyForm(NoteBody):
    finding = Choice(choices=FINDINGS)


class CallBackForm(OptionalNoteBody):
    finding = Choice(choices=(*FINDINGS, "unreached"))
    rating = Whole(required=False, min_value=1, max_value=5)
    reasons = _reasons()


class RateForm(VerbBody):
    level = Whole(min_value=1, max_value=5)
    solved = YesNo(required=False)
    reasons = _reasons()
    text = Text(max_length=NOTE)


class EvaluateForm(VerbBody):
    note = _note(required=False, most=200)
    answer = Text(max_length=LONG)
    scores = serializers.DictField(
        child=Whole(min_value=1, max_value=5), help_text="Order id → 1 to 5, one for every order that was done"
    )


class MergeForm(NoteBody):
    master = Text(required=True, max_length=32, help_text="Number of the event it joins")


class TransferForm(NoteBody):
    kind = Choice(choices=list(TARGETS))
    basis = Text(required=True, max_length=200)
    number = Text(max_length=60)


class NoteNumberForm(StrictSerializer):
    kind = Choice(choices=list(TARGETS))
    number = Text(required=True, max_length=60)


class EndElsewhereForm(NoteBody):
    kind = Choice(choices=list(TARGETS))


class WhistleChoiceForm(OptionalNoteBody):
    whistle = Text(max_length=32, help_text="Number of the whistle; the one that waits without it")


class WhistleRefusalForm(NoteBody):
    whistle = Text(max_length=32)


class RuleDeclineForm(NoteBody):
    founded = YesNo()
    unit = _unit()
    order = _order()


# On an order --------------------------------------------------------------------------------------------


class DeclineForm(NoteBody):
    reason = Choice(choices=[row.code for row in load_decline_reasons()])
    clause = Text(required=True, max_length=200)
    proposed_unit = _unit()


class FeedBackForm(VerbBody):
    note = _note(most=LONG)
    outcome = Choice(choices=Event.Outcome.values, required=False)


class ReportInForm(OptionalNoteBody):
    lon = Number(min_value=-180, max_value=180)
    lat = Number(min_value=-90, max_value=90)


class RateOrderForm(OptionalNoteBody):
    attendance = Whole(min_value=1, max_value=5)
    attitude = Whole(min_value=1, max_value=5)
    effect = Whole(min_value=1, max_value=5)


class GrantForm(OptionalNoteBody):
    until = Moment(required=False)
