"""Alerts over HTTP: connectors send them, one or up to a thousand, and read what became of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import exceptions, serializers

from accounts.bodies import Choice, Moment, StrictSerializer, Text
from accounts.lean import Answer
from casework.actor import Actor
from casework.api import CaseView
from casework.files import store_upload
from casework.refusals import MoveRefused, missing
from events.alerts import actions, queries
from events.alerts.models import Alert
from events.api.attachments import check_form
from events.api.described import KEY, MOVE, ONE, READ, WRITE
from events.api.listing import page_size
from events.api.reporting import PlacedForm, checked_rows, refused
from events.models.catalogue import Urgency


class AlertForm(PlacedForm):
    """What ``POST /api/v1/alerts/`` takes. Sent again under the same device and number it is the same alert."""

    device = Text(required=True, max_length=40)
    external_number = Text(required=True, max_length=60)
    label = Text(required=True, max_length=40)
    text = Text(max_length=400)
    category = Text(max_length=4, allow_null=True)
    occurred_at = Moment(required=False, allow_null=True)


class ConfirmBody(StrictSerializer):
    category = Text(max_length=4, allow_null=True)
    urgency = Choice(choices=Urgency.values, required=False, allow_null=True)
    text = Text(max_length=400)
    note = Text(max_length=actions.MOST_NOTE)
    join = Text(max_length=40)


class DismissBody(StrictSerializer):
    reason = Choice(choices=Alert.Reason.values, required=True)
    note = Text(max_length=actions.MOST_NOTE)


class AlertShape(serializers.Serializer):
    """An alert and what became of it."""

    id = serializers.IntegerField()
    device = serializers.CharField()
    external_number = serializers.CharField()
    label = serializers.CharField()
    text = serializers.CharField()
    category = serializers.CharField(allow_null=True)
    area = serializers.CharField()
    lon = serializers.FloatField(allow_null=True)
    lat = serializers.FloatField(allow_null=True)
    has_picture = serializers.BooleanField()
    state = serializers.ChoiceField(choices=Alert.State.choices)
    occurred_at = serializers.DateTimeField()
    received_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.ChoiceField(choices=[("", "–"), *Alert.Reason.choices])
    event = serializers.CharField(allow_null=True, help_text="Number of the event it was confirmed as")


class AlertPage(serializers.Serializer):
    results = AlertShape(many=True)
    next = serializers.CharField(allow_null=True)


class AlertRows(serializers.ListSerializer):
    """For the document only: rows are checked one by one."""

    child = AlertForm()


class AlertAnswer(serializers.Serializer):
    index = serializers.IntegerField()
    status = serializers.IntegerField()
    alert = AlertShape(required=False)
    error = serializers.DictField(required=False)


def alert_row(alert: Alert) -> dict:
    point = alert.point
    return {
        "id": alert.pk, "device": alert.device.code, "external_number": alert.external_number, "label": alert.label,
        "text": alert.text, "category": alert.category_id or alert.device.category_id, "area": alert.device.area.code,
        "lon": point[0] if point else None, "lat": point[1] if point else None,
        "has_picture": alert.picture_id is not None, "state": alert.state, "occurred_at": alert.occurred_at,
        "received_at": alert.received_at, "decided_at": alert.decided_at, "reason": alert.reason,
        "event": alert.event.number if alert.event_id else None,
    }


def _told(sent: dict) -> actions.Told:
    return actions.Told(**{name: value for name, value in sent.items() if value is not None})


SEES = (queries.VIEW, queries.SEND)
STATE = {"type": "string", "enum": Alert.State.values}
CODE = {"type": "string", "pattern": "^[0-9A-Za-z_-]{0,40}$"}


class AlertsView(CaseView):
    """The list, and the way in."""

    takes = frozenset({"state", "device", "cursor", "page_size"})

    @extend_schema(
        operation_id="alerts_list", tags=["alerts"], responses={200: AlertPage, **READ}, parameters=[
            OpenApiParameter("state", STATE), OpenApiParameter("device", CODE),
            OpenApiParameter("cursor", {"type": "string", "pattern": "^[0-9]{1,18}$"}),
            OpenApiParameter("page_size", {"type": "integer", "minimum": 1, "maximum": 200}),
        ],
    )
    def get(self, request: HttpRequest) -> Answer:
        self.need(*SEES)
        params = request.GET
        page = queries.listed(
            _seen(self.actor), state=params.get("state", ""), device=params.get("device", "")[:40],
            before=params.get("cursor", ""), size=page_size(params.get("page_size")),
        )
        following = None
        if page.next:
            again = params.copy()
            again["cursor"] = str(page.next)
            following = request.build_absolute_uri(f"{request.path}?{again.urlencode()}")
        return 200, {"results": [alert_row(row) for row in page.rows], "next": following}

    @extend_schema(
        operation_id="alerts_send", tags=["alerts"], parameters=[KEY], request=AlertForm,
        responses={201: AlertShape, 200: AlertShape, **WRITE},
    )
    def post(self, request: HttpRequest) -> Answer:
        self.need(queries.SEND)
        told = _told(self.sent(request, AlertForm))
        alert, is_new = actions.take_in(told, actor=self.actor, at=request.at)
        return (201 if is_new else 200), alert_row(alert)


def _seen(actor: Actor) -> Any:
    """What the actor may look at, as a viewer or as the sender for that land."""
    code = queries.VIEW if actor.rights.may(queries.VIEW) else queries.SEND
    return queries.visible_to(actor.rights, code)


class AlertsBatchView(CaseView):
    """Up to a thousand, each for itself."""

    @extend_schema(
        operation_id="alerts_batch", tags=["alerts"], parameters=[KEY], request=AlertRows,
        responses={207: AlertAnswer(many=True), **WRITE},
    )
    def post(self, request: HttpRequest) -> Answer:
        self.need(queries.SEND)
        return 207, answer_many(self.body(request), actor=self.actor, at=request.at)


def answer_many(rows: Any, *, actor: Actor, at: datetime) -> list[dict]:
    """One answer per row, in order. Raises as ``checked_rows``."""
    answers, good = checked_rows(rows, AlertForm(), _told)
    done = actions.take_in_many([told for _index, told in good], actor=actor, at=at)
    for (index, _told_row), answer in zip(good, done, strict=True):
        if isinstance(answer, MoveRefused):
            answers[index] = {"index": index, **refused(answer)}
        else:
            alert, is_new = answer
            answers[index] = {"index": index, "status": 201 if is_new else 200, "alert": alert_row(alert)}
    return answers


class _OneAlertView(CaseView):
    """What hangs on one alert; 404 outside the actor's scope."""

    codes: tuple[str, ...] = ()

    def find(self, key: int) -> Alert:
        self.need(*self.codes)
        code = next(code for code in self.codes if self.actor.rights.may(code))
        return queries.one(self.actor.rights, key, code)


class AlertPictureView(_OneAlertView):
    """The picture as multipart ``file``; encoded anew, without its metadata."""

    codes = (queries.SEND,)

    @extend_schema(
        operation_id="alerts_picture", tags=["alerts"], parameters=[KEY],
        request={"multipart/form-data": inline_serializer("AlertPicture", {"file": serializers.FileField()})},
        responses={201: AlertShape, 200: AlertShape, **MOVE},
    )
    def post(self, request: HttpRequest, key: int) -> Answer:
        alert = self.find(key)
        check_form(request)
        unknown = set(request.POST) | (set(request.FILES) - {"file"})
        if unknown:
            raise exceptions.ValidationError({name[:60]: [_("没有这个字段")] for name in unknown})
        sent = request.FILES.getlist("file")
        if len(sent) != 1:
            raise missing(file=_("请选择一个文件"))
        stored = store_upload(sent[0], by=self.actor.user, at=request.at)
        alert, is_new = actions.add_picture(alert, file=stored, at=request.at)
        return (201 if is_new else 200), alert_row(alert)

    def answer(self, request: HttpRequest, handler: object, kwargs: dict) -> Answer:
        if request.method == "POST":
            check_form(request)
        return super().answer(request, handler, kwargs)


class AlertView(_OneAlertView):
    codes = SEES

    @extend_schema(operation_id="alerts_one", tags=["alerts"], responses={200: AlertShape, **ONE})
    def get(self, request: HttpRequest, key: int) -> Answer:
        return 200, alert_row(self.find(key))


class AlertConfirmView(_OneAlertView):
    codes = (queries.VIEW,)

    @extend_schema(
        operation_id="alerts_confirm", tags=["alerts"], parameters=[KEY], request=ConfirmBody,
        responses={200: AlertShape, **MOVE},
    )
    def post(self, request: HttpRequest, key: int) -> Answer:
        alert, sent = self.find(key), self.sent(request, ConfirmBody)
        return 200, alert_row(actions.confirm(alert, actor=self.actor, at=request.at, **sent))


class AlertUndoView(_OneAlertView):
    """Takes a dismissal back within seconds; only whoever made it."""

    codes = (queries.VIEW,)

    @extend_schema(
        operation_id="alerts_undo_dismiss", tags=["alerts"], parameters=[KEY], request=StrictSerializer,
        responses={200: AlertShape, **MOVE},
    )
    def post(self, request: HttpRequest, key: int) -> Answer:
        alert = self.find(key)
        self.sent(request, StrictSerializer)
        return 200, alert_row(actions.undo_dismiss(alert, actor=self.actor, at=request.at))


class AlertDismissView(_OneAlertView):
    codes = (queries.VIEW,)

    @extend_schema(
        operation_id="alerts_dismiss", tags=["alerts"], parameters=[KEY], request=DismissBody,
        responses={200: AlertShape, **MOVE},
    )
    def post(self, request: HttpRequest, key: int) -> Answer:
        alert, sent = self.find(key), self.sent(request, DismissBody)
        return 200, alert_row(actions.dismiss(alert, actor=self.actor, at=request.at, **sent))
