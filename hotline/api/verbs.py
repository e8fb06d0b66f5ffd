"""The verbs of an order over HTTP: body → arguments → the one function of ``hotline.transitions``. No rule here."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.bodies import Choice, Moment, Number, StrictSerializer, Text, Whole, YesNo
from casework.api_shapes import named_unit
from casework.door import ask
from casework.refusals import missing
from casework.verb_api import ApiVerb, Asked, NoteBody, OptionalNoteBody, VerbBody, plain
from events.models import SupervisionOrder
from events.models.catalogue import Urgency
from events.queries import visible_to as visible_events
from hotline import actions, transitions
from hotline.models import CallBackTry, Exclusion, HotlineOrder, Referral
from hotline.workflow import do

LONG = 4000


class CallerBody(StrictSerializer):
    name = Text(required=False, max_length=40)
    phone = Text(required=False, max_length=20)
    secret = YesNo(required=False)
    call_back = YesNo(required=False)
    slot = Text(required=False, max_length=20)


class CallForm(StrictSerializer):
    """A call as it is taken in. ``forward`` sends it on in the same transaction."""

    demand = Choice(choices=HotlineOrder.Demand.values)
    text = Text(required=True, max_length=LONG)
    title = Text(required=False, max_length=80)
    address = Text(required=False, max_length=160)
    area = Text(required=False, max_length=40)
    lon = Number(required=False, min_value=-180, max_value=180)
    lat = Number(required=False, min_value=-90, max_value=90)
    category = Text(required=False, max_length=4)
    urgency = Choice(choices=Urgency.values, required=False)
    handling = Choice(choices=HotlineOrder.Handling.values, required=False)
    service_class = Text(required=False, max_length=8)
    same_day = YesNo(required=False)
    channel = Choice(choices=HotlineOrder.Channel.values, required=False)
    external_number = Text(required=False, max_length=60)
    client_key = Text(required=False, max_length=80)
    caller = CallerBody(required=False)


class AnswerForm(VerbBody):
    note = Text(required=True, max_length=LONG)


class DirectForm(AnswerForm):
    level = Whole(required=False, min_value=1, max_value=5)


class JoinForm(OptionalNoteBody):
    event = Text(max_length=32, help_text="Number of an open event")


class CallBackForm(OptionalNoteBody):
    finding = Choice(choices=CallBackTry.Finding.values)
    was_contacted = YesNo(required=False)
    solved = YesNo(required=False)
    level = Whole(required=False, min_value=1, max_value=5)
    reasons = serializers.ListField(child=Text(max_length=40), required=False, max_length=8)
    again_at = Moment(required=False)


class SuperviseForm(NoteBody):
    colour = Choice(choices=SupervisionOrder.Colour.values, required=False)
    way = Choice(choices=SupervisionOrder.Way.values, required=False)
    reply_by = Moment(required=False)


class ClassifyForm(NoteBody):
    demand = Choice(choices=HotlineOrder.Demand.values, required=False)
    handling = Choice(choices=HotlineOrder.Handling.values, required=False)
    service_class = Text(required=False, max_length=8)
    is_same_day = YesNo(required=False)


class ExclusionForm(NoteBody):
    reason = Choice(choices=Exclusion.Reason.values)


class HandOverForm(NoteBody):
    kind = Choice(choices=Referral.Kind.values)
    unit = Text(required=False, max_length=40, help_text="Code of a unit")


class CorrectForm(NoteBody):
    text = Text(required=False, max_length=LONG)
    address = Text(required=False, max_length=160)
    area = Text(required=False, max_length=40)
    lon = Number(required=False, min_value=-180, max_value=180)
    lat = Number(required=False, min_value=-90, max_value=90)
    category = Text(required=False, max_length=4)


def _plain(*names: str, sees: bool = False) -> Any:
    return plain(transitions, *names, sees=sees)


def _join(asked: Asked) -> HotlineOrder:
    ask(asked.case, do.join, actor=asked.actor)
    event = visible_events(asked.actor.rights).filter(number=asked.sent["event"]).first()
    if event is None:
        raise missing(event=_("没有找到这个事件"))
    return transitions.join(asked.case, event=event, **asked.taken("note"), **asked.who)


def _call_back(asked: Asked) -> HotlineOrder:
    names = ("finding", "was_contacted", "solved", "level", "reasons", "note", "again_at")
    return transitions.call_back(asked.case, **asked.taken(*names), **asked.who)


def _hand_over(asked: Asked) -> Referral:
    unit = named_unit(asked.sent.get("unit"))
    more = {} if unit is None else {"unit_id": unit.pk}
    return transitions.hand_over(asked.case, **asked.taken("kind", "note"), **more, **asked.who)


ORDER_VERBS: dict[str, ApiVerb] = {
    "answer_directly": ApiVerb(DirectForm, _plain("note", "level")),
    "forward": ApiVerb(OptionalNoteBody, _plain("note")),
    "join": ApiVerb(JoinForm, _join),
    "supply_info": ApiVerb(NoteBody, _plain("note")),
    "answer": ApiVerb(AnswerForm, _plain("note")),
    "call_back": ApiVerb(CallBackForm, _call_back),
    "urge": ApiVerb(NoteBody, _plain("note")),
    "supervise": ApiVerb(SuperviseForm, _plain("note", "colour", "way", "reply_by")),
    "classify": ApiVerb(
        ClassifyForm, _plain("note", "demand", "handling", "service_class", "is_same_day", sees=True), sees=True
    ),
    "reopen": ApiVerb(NoteBody, _plain("note")),
    "ask_exclusion": ApiVerb(ExclusionForm, _plain("reason", "note")),
    "grant_exclusion": ApiVerb(NoteBody, _plain("note")),
    "refuse_exclusion": ApiVerb(NoteBody, _plain("note")),
    "hand_over": ApiVerb(HandOverForm, _hand_over),
    "correct": ApiVerb(
        CorrectForm, _plain("note", "text", "address", "area", "lon", "lat", "category", sees=True), sees=True
    ),
    "comment": ApiVerb(NoteBody, plain(actions, "note")),
}
