"""Bodies of the verbs of sessions and of what follows an agreement (declared fields only, strict types)."""

from __future__ import annotations

from rest_framework import serializers

from accounts.bodies import Choice, StrictSerializer, Text, Whole, YesNo
from casework.verb_api import VerbBody
from disputes.api.verb_forms import KEY, LONG, NOTE, Day, MaybeNoted, Money, Noted, codes
from disputes.models import CallBack, Session
from disputes.transitions.settling import CHECKS, MAX_INSTALMENTS

SEQ = {"min_value": 1, "max_value": 32_767}
MINUTES = {"min_value": 30, "max_value": 240}


class Moment(serializers.DateTimeField):
    """A moment with its offset, ``2026-03-06T10:00:00+08:00``."""

    def to_internal_value(self, value: object) -> object:
        if not isinstance(value, str) or not (value.endswith("Z") or "+" in value[10:] or "-" in value[10:]):
            self.fail("invalid", format="YYYY-MM-DDThh:mm+hh:mm")
        return super().to_internal_value(value)


def keys(*, required: bool = False) -> serializers.ListField:
    """A list of row keys."""
    return serializers.ListField(child=Whole(**KEY), required=required, max_length=40)


class StepBody(StrictSerializer):
    """One step of the performance."""

    due_on = Day()
    amount = Money()

    def validate(self, attrs: dict) -> dict:
        if "due_on" not in attrs:
            raise serializers.ValidationError({"due_on": self.fields["due_on"].error_messages["required"]})
        return attrs


class ScheduleBody(VerbBody):
    starts_at = Moment()
    minutes = Whole(required=False, **MINUTES)
    mode = Choice(choices=Session.Mode.values, required=False)
    room = Text(max_length=40, help_text="Code of the room; needed on site")
    people = serializers.ListField(
        child=Whole(**KEY), required=False, max_length=12, help_text="Mediators; empty: the panel"
    )
    units = serializers.ListField(child=Text(required=True, max_length=40), required=False, max_length=12)
    link = serializers.URLField(required=False, max_length=300)
    place = Text(max_length=160)


class SessionBody(VerbBody):
    """``session``: its number within the dispute."""

    session = Whole(**SEQ)


class SessionNoteBody(SessionBody):
    note = Text(max_length=200)


class CallOffBody(SessionBody):
    note = Text(required=True, max_length=200)


class RescheduleBody(SessionNoteBody):
    starts_at = Moment()
    minutes = Whole(required=False, **MINUTES)
    room = Text(max_length=40)


class CheckInBody(SessionBody):
    came = keys()
    absent = keys()


class AgreeBody(VerbBody):
    terms = Text(required=True, max_length=LONG)
    facts = Text(max_length=LONG)
    issues = Text(max_length=NOTE)
    duties = Text(max_length=NOTE)
    way = Text(max_length=200)
    term = Text(max_length=200)
    effective_on = Day()
    checks = codes(CHECKS)
    plan = serializers.ListField(child=StepBody(), required=False, max_length=MAX_INSTALMENTS)
    oral = YesNo(required=False)


class OralBody(VerbBody):
    terms = Text(required=True, max_length=LONG)


class PlanBody(MaybeNoted):
    steps = serializers.ListField(child=StepBody(), min_length=1, max_length=MAX_INSTALMENTS)


class PerformBody(MaybeNoted):
    """``instalment``: its number in the plan of the agreement in force; ``proof``: key of a piece of evidence."""

    instalment = Whole(**SEQ)
    proof = Whole(required=False, **KEY)


class BreachBody(MaybeNoted):
    instalment = Whole(**SEQ)
    enforcement = YesNo(required=False)


class ApplyConfirmBody(VerbBody):
    court = Text(required=True, max_length=80)
    unit = Text(max_length=40, help_text="Code of the court on site")
    together = YesNo(required=False)
    applied_on = Day()
    number = Text(max_length=60)


class ConfirmBody(VerbBody):
    decided_on = Day()
    number = Text(max_length=60)


class DenyConfirmBody(MaybeNoted):
    decided_on = Day()


class CourtFileBody(MaybeNoted):
    filing_number = Text(required=True, max_length=60)
    filed_on = Day()


class CourtServeBody(MaybeNoted):
    served_on, heard_on = Day(), Day()


class CourtEndBody(MaybeNoted):
    result = Text(required=True, max_length=200)
    closed_on = Day()


class CourtDenyBody(Noted):
    decided_on = Day()


class CallBackBody(MaybeNoted):
    """``day``: 3, 7, 30 or 90 after the agreement in force."""

    day = Whole(min_value=1, max_value=365)
    finding = Choice(choices=[value for value in CallBack.Finding.values if value])
    satisfied = Whole(required=False, min_value=1, max_value=5)
