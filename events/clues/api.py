"""Clues over HTTP: other systems tell what they noticed, one or up to a thousand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from accounts.bodies import Choice, Moment, Number, StrictSerializer, Text
from accounts.lean import Answer
from casework.actor import Actor
from casework.api import CaseView
from casework.refusals import MoveRefused
from events.api.described import KEY, WRITE
from events.api.reporting import SOURCES, checked_rows, refused
from events.clues import actions, queries
from events.clues.models import Clue


class ClueForm(StrictSerializer):
    """What ``POST /api/v1/clues/`` takes. Sent again under the same source and number it is the same clue."""

    source = Choice(choices=SOURCES, required=True)
    text = Text(required=True, max_length=actions.MOST_TEXT)
    lon = Number(required=True, min_value=-180, max_value=180)
    lat = Number(required=True, min_value=-90, max_value=90)
    address = Text(max_length=160)
    category = Text(max_length=4, allow_null=True)
    external_number = Text(max_length=60, allow_null=True)
    occurred_at = Moment(required=False, allow_null=True)


class ClueShape(serializers.Serializer):
    id = serializers.IntegerField()
    source = serializers.CharField()
    external_number = serializers.CharField(allow_null=True)
    area = serializers.CharField()
    occurred_at = serializers.DateTimeField()
    entered_at = serializers.DateTimeField()


class ClueRows(serializers.ListSerializer):
    """For the document only: rows are checked one by one."""

    child = ClueForm()


class ClueAnswer(serializers.Serializer):
    index = serializers.IntegerField()
    status = serializers.IntegerField()
    clue = ClueShape(required=False)
    error = serializers.DictField(required=False)


def clue_row(clue: Clue) -> dict:
    """The receipt; the words do not come back."""
    return {
        "id": clue.pk, "source": clue.source, "external_number": clue.external_number, "area": clue.area.code,
        "occurred_at": clue.occurred_at, "entered_at": clue.entered_at,
    }


def _told(sent: dict) -> actions.Told:
    return actions.Told(**{name: value for name, value in sent.items() if value is not None})


class CluesView(CaseView):
    """The way in."""

    @extend_schema(
        operation_id="clues_enter", tags=["clues"], parameters=[KEY], request=ClueForm,
        responses={201: ClueShape, 200: ClueShape, **WRITE},
    )
    def post(self, request: HttpRequest) -> Answer:
        self.need(queries.ENTER)
        clue, is_new = actions.enter(_told(self.sent(request, ClueForm)), actor=self.actor, at=request.at)
        return (201 if is_new else 200), clue_row(clue)


class CluesBatchView(CaseView):
    """Up to a thousand, each for itself."""

    @extend_schema(
        operation_id="clues_batch", tags=["clues"], parameters=[KEY], request=ClueRows,
        responses={207: ClueAnswer(many=True), **WRITE},
    )
    def post(self, request: HttpRequest) -> Answer:
        self.need(queries.ENTER)
        return 207, answer_many(self.body(request), actor=self.actor, at=request.at)


def answer_many(rows: Any, *, actor: Actor, at: datetime) -> list[dict]:
    """One answer per row, in order. Raises as ``checked_rows``."""
    answers, good = checked_rows(rows, ClueForm(), _told)
    for index, told in good:
        try:
            clue, is_new = actions.enter(told, actor=actor, at=at)
            answers[index] = {"index": index, "status": 201 if is_new else 200, "clue": clue_row(clue)}
        except MoveRefused as error:
            answers[index] = {"index": index, **refused(error)}
    return answers
