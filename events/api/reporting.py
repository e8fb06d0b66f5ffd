"""Reports over HTTP: one, and up to a thousand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from django.db import IntegrityError
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.settings import api_settings

from accounts.bodies import Choice, Moment, Number, StrictSerializer, Text, Whole, YesNo
from casework.actor import Actor
from casework.door import MoveRefused, missing
from events.api.shapes import columns_of, event_brief, event_row
from events.batch import Told, report_many
from events.models import Event
from events.models.catalogue import Urgency
from events.models.police import Nature
from events.placing import place_of
from events.police import PoliceTold
from events.transitions.intake import Report, check_moment, look, rush, take_in

SOURCES = (
    "grid", "hotline", "citizen", "police110", "video", "department", "petition", "leader", "sensor", "data_share",
    "other",
)
MOST_ROWS = 1000
Made = TypeVar("Made")


class ReporterForm(StrictSerializer):
    name = Text(max_length=40)
    phone = Text(max_length=20)
    secret = YesNo(required=False)


class PoliceForm(StrictSerializer):
    """The police feed's own fields: with source ``police110`` only, read by holders of ``events.view_police`` only, in no
    answer of this interface. Of the natures ``criminal security traffic case`` are refused: police business stays with
    the police."""

    receipt_number = Text(required=True, max_length=60)
    nature = Choice(choices=Nature.choices)
    kind = Text(max_length=40)
    called_at = Moment(required=False, allow_null=True)
    station = Text(max_length=60)
    caller_name = Text(max_length=40)
    caller_phone = Text(max_length=20)
    parties = Text(max_length=200)


class PlacedForm(StrictSerializer):
    """Coordinates WGS-84, both or none."""

    lon = Number(required=False, allow_null=True, min_value=-180, max_value=180)
    lat = Number(required=False, allow_null=True, min_value=-90, max_value=90)

    def validate(self, told: dict) -> dict:
        if (told.get("lon") is None) != (told.get("lat") is None):
            raise ValidationError({"lon": [_("经度和纬度须同时填写")]})
        return told


class ReportForm(PlacedForm):
    """What ``POST /api/v1/events/`` takes (api.md)."""

    source = Choice(choices=SOURCES)
    external_number = Text(max_length=60, allow_null=True)
    category = Text(max_length=4, allow_null=True)
    title = Text(max_length=80)
    text = Text(required=True, max_length=4000)
    accuracy_m = Whole(required=False, allow_null=True, min_value=0, max_value=100_000)
    address = Text(max_length=160)
    area = Text(max_length=20, allow_null=True)
    urgency = Choice(choices=Urgency.values, required=False, allow_null=True)
    reporter = ReporterForm(required=False, allow_null=True)
    occurred_at = Moment(required=False, allow_null=True)
    police = PoliceForm(required=False, allow_null=True)


class Reports(serializers.ListSerializer):
    """For the document only: rows are checked one by one, so that a bad one does not stop the others."""

    child = ReportForm()


def report_of(told: dict, *, actor: Actor, at: datetime) -> Report:
    """The report in what the form let through. Raises ``invalid`` for an area that is unknown or not the actor's,
    in the same words, and for a future that no clock explains."""
    happened = told.get("occurred_at")
    check_moment(happened, at=at)
    area = told.get("area") or None
    if area is not None:
        _check_area(area, actor)
    reporter = told.get("reporter") or {}
    police = PoliceTold(**told["police"]) if told.get("police") else None
    check_moment(police and police.called_at, at=at, field="police.called_at")
    return Report(
        source=told["source"], text=told["text"], title=told.get("title", ""), category=told.get("category") or None,
        urgency=told.get("urgency") or None, lon=told.get("lon"), lat=told.get("lat"),
        accuracy_m=told.get("accuracy_m"), address=told.get("address", ""), area=area,
        external_number=told.get("external_number") or None, occurred_at=happened,
        reporter_name=reporter.get("name", ""), reporter_phone=reporter.get("phone", ""),
        is_secret=reporter.get("secret", False), police=police,
    )


def _check_area(code: str, actor: Actor) -> None:
    """A person whose reporting is bound to land names areas on that land only."""
    paths = actor.rights.paths("events.report")
    place = place_of(code)
    if place is None or (paths and not any(place.path.startswith(path) for path in paths)):
        raise missing(area=_("没有这个区域编码"))


def _taken(told: Report, *, actor: Actor, at: datetime) -> tuple[int, Event]:
    """(201, new event) or (200, the one that is there). Raises ``number_taken`` for one the actor may not know."""
    before = look(told, at=at)
    known = before.known
    if known is None:
        try:
            return 201, take_in(told, actor=actor, at=at, before=before)
        except IntegrityError:
            known = look(told, at=at, around=False).known  # the same report by another connection, a moment before
            if known is None:
                raise
    return 200, _allowed(known, actor)


def _allowed(known: Event, actor: Actor) -> Event:
    if not known.is_visible_to(actor.rights):
        raise MoveRefused("number_taken", _("该来源的外部编号已被使用"))
    return known


def answer_one(told: dict, *, actor: Actor, at: datetime) -> tuple[int, dict]:
    """The answer to one report: 201 taken in, 200 known."""
    status, event = _taken(report_of(told, actor=actor, at=at), actor=actor, at=at)
    return status, event_brief(event, at=at)


def checked_rows(
    rows: Any, form: StrictSerializer, told: Callable[[dict], Made]
) -> tuple[list[dict | None], list[tuple[int, Made]]]:
    """Answers so far, one place a row, with what is wrong with the bad ones; and the good rows as ``told`` makes them,
    with their places. Raises ``invalid`` when the whole is not a list of at most MOST_ROWS."""
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_ROWS:
        raise missing(rows=_("请提交 1 至 %(n)s 条的列表") % {"n": MOST_ROWS})
    answers: list[dict | None] = [None] * len(rows)
    good: list[tuple[int, Made]] = []
    for index, row in enumerate(rows):
        try:
            good.append((index, told(form.run_validation(row))))
        except (ValidationError, MoveRefused) as error:
            answers[index] = {"index": index, **refused(error)}
    return answers, good


def answer_many(rows: Any, *, actor: Actor, at: datetime) -> list[dict]:
    """One answer per row, in order: good rows are stored, bad rows named. Raises as ``checked_rows``."""
    answers, good = checked_rows(rows, ReportForm(), lambda sent: report_of(sent, actor=actor, at=at))
    for (index, _report), told in zip(good, _stored([told for _index, told in good], actor, at), strict=True):
        answers[index] = {"index": index, **_row_answer(told, actor, at)}
    return answers


def _stored(reports: list[Report], actor: Actor, at: datetime) -> list[Told]:
    if not reports:
        return []
    pairs = [(told, at) for told in reports]
    try:
        return report_many(pairs, actor=actor)
    except IntegrityError:
        return report_many(pairs, actor=actor)  # what came between is known now


def _row_answer(told: Told, actor: Actor, at: datetime) -> dict:
    if told.refusal is not None:
        return refused(told.refusal)
    event = told.event
    if told.state == "known":
        try:
            _allowed(event, actor)
        except MoveRefused as refusal:
            return refused(refusal)
        return {"status": 200, "event": event_row(columns_of(event), at=at)}
    event = rush(event, at=at)
    return {"status": 201, "event": event_row(columns_of(event), at=at)}


def refused(error: Exception) -> dict:
    """``{"status", "error"}`` in the one shape of error."""
    made = api_settings.EXCEPTION_HANDLER(error, {})
    return {"status": made.status_code, "error": made.data}
