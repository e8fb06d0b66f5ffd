"""The desk's work list of alerts, one alert with its decision, and the record of the devices."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.clients import client_address
from casework import files, readlog
from casework.doing import UNDO_SECONDS as OFFERED_SECONDS
from casework.edge import for_staff, next_of, refusal
from casework.refusals import MoveRefused
from events import duplicates
from events.alerts import actions, queries
from events.alerts.models import Alert
from events.counting import live
from events.forms import category_choices
from events.models.catalogue import Urgency
from events.search import grams

NEAR_M = 150
TABS = (("candidate", gettext_lazy("待确认")), ("confirmed", gettext_lazy("已确认")), ("false_alarm", gettext_lazy("误报")),
        ("", gettext_lazy("全部")))


class ConfirmForm(forms.Form):
    """What a person may set right before it becomes an event; everything is proposed."""

    category = forms.ChoiceField(label=gettext_lazy("类别"), choices=category_choices, required=False)
    urgency = forms.ChoiceField(
        label=gettext_lazy("紧急程度"), required=False, choices=[("", gettext_lazy("按类别")), *Urgency.choices]
    )
    text = forms.CharField(
        label=gettext_lazy("内容"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    join = forms.CharField(max_length=40, required=False)


class DismissForm(forms.Form):
    reason = forms.ChoiceField(label=gettext_lazy("误报原因"), choices=Alert.Reason.choices)
    note = forms.CharField(label=gettext_lazy("说明"), max_length=actions.MOST_NOTE, required=False)


def first_values(alert: Alert) -> dict[str, Any]:
    """What the form proposes for this alert."""
    return {
        "category": alert.category_id or alert.device.category_id or "", "text": alert.text or alert.label, "urgency": "",
    }


@for_staff(queries.VIEW)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """预警, newest first. ``state``, ``device`` (code), ``days`` (decided within) and ``c`` stand in the address."""
    state = request.GET.get("state", "candidate")
    device = request.GET.get("device", "")[:40]
    days = _days(request, 0)
    since = request.at - timedelta(days=days) if days else None
    seen = queries.visible_to(request.rights)
    page = queries.listed(seen, state=state, device=device, decided_after=since, before=request.GET.get("c", ""))
    kept = f"device={device}&days={days or ''}"
    return render(request, "events/alerts/list.html", {
        "rows": page.rows, "state": state, "tabs": [(code, label, code == state) for code, label in TABS],
        "waiting": queries.waiting_count(request.rights), "chosen": device, "devices": queries.devices_of(request.rights),
        "days": days, "kept": kept, "next_url": f"?state={state}&{kept}&c={page.next}" if page.next else "",
        "first_url": f"?state={state}&{kept}" if request.GET.get("c") else "", "reasons": Alert.Reason.choices,
        "may_decide": request.rights.may(queries.DECIDE), **_just_dismissed(request),
    })


def _just_dismissed(request: HttpRequest) -> dict[str, Any]:
    """The person's own dismissals that can still be taken back, and for how many seconds the page offers it."""
    since = request.at - timedelta(seconds=OFFERED_SECONDS)
    rows = queries.visible_to(request.rights, queries.DECIDE).filter(
        state=Alert.State.FALSE_ALARM, decided_by=request.user, decided_at__gt=since,
    )
    return {"undoable": [
        (row, round(OFFERED_SECONDS - (request.at - row.decided_at).total_seconds())) for row in rows.order_by("-decided_at")[:5]
    ]}


def _days(request: HttpRequest, default: int) -> int:
    return next((days for days in queries.SPANS if str(days) == request.GET.get("days")), default)


@for_staff(queries.VIEW)
@require_safe
def detail(request: HttpRequest, key: int) -> HttpResponse:
    """One alert: the picture in full, the open events around it, and both decisions."""
    return _detail(request, queries.one(request.rights, key))


def _detail(
    request: HttpRequest, alert: Alert, *, confirm: ConfirmForm | None = None, dismiss: DismissForm | None = None,
    status: int = 200,
) -> HttpResponse:
    may = request.rights.covers(queries.DECIDE, area_path=alert.device.area.path)
    return render(request, "events/alerts/one.html", {
        "alert": alert, "confirm_form": confirm or ConfirmForm(initial=first_values(alert)),
        "dismiss_form": dismiss or DismissForm(), "near": _near(request, alert),
        "may_decide": may and alert.state == Alert.State.CANDIDATE, "undone": alert.undone.select_related("decided_by"),
        **_just_dismissed(request),
    }, status=status)


def _near(request: HttpRequest, alert: Alert) -> list[dict]:
    """Open events of the person's scope that this may be."""
    if alert.point is None or not request.rights.may("events.view"):
        return []
    lon, lat = alert.point
    return duplicates.nearby(
        lon=lon, lat=lat, at=request.at, grams=grams(alert.label, alert.text), radius_m=NEAR_M, limit=5,
        category=alert.category_id or alert.device.category_id, among=live(request.rights),
    )


@for_staff(queries.VIEW)
@require_safe
def picture(request: HttpRequest, key: int) -> HttpResponse:
    """The picture; noted, since pictures show people."""
    alert = queries.one(request.rights, key)
    if alert.picture is None:
        raise Http404
    readlog.record(
        request.actor, "open", kind="alert", at=request.at, object_key=str(alert.pk), fields=["picture"],
        address=client_address(request),
    )
    return files.serve(alert.picture)


@for_staff(queries.DECIDE)
@require_POST
def confirm(request: HttpRequest, key: int) -> HttpResponse:
    """确认: an event, or one more report of the event named by ``join``."""
    alert = queries.one(request.rights, key)
    form = ConfirmForm({**first_values(alert), **request.POST.dict()})
    if not form.is_valid():
        return _detail(request, alert, confirm=form, status=400)
    try:
        done = actions.confirm(alert, actor=request.actor, at=request.at, **form.cleaned_data)
    except MoveRefused as refused:
        return refusal(request, refused, back=reverse("events:alert", args=[key]))
    messages.success(request, _("已确认,事件 %(number)s") % {"number": done.event.number})
    return redirect(next_of(request, reverse("events:alerts")))


@for_staff(queries.DECIDE)
@require_POST
def dismiss(request: HttpRequest, key: int) -> HttpResponse:
    """误报, with its reason."""
    alert = queries.one(request.rights, key)
    form = DismissForm(request.POST)
    if not form.is_valid():
        return _detail(request, alert, dismiss=form, status=400)
    try:
        actions.dismiss(alert, actor=request.actor, at=request.at, **form.cleaned_data)
    except MoveRefused as refused:
        return refusal(request, refused, back=reverse("events:alert", args=[key]))
    return redirect(next_of(request, reverse("events:alerts")))  # the page says it, with the way back


@for_staff(queries.DECIDE)
@require_POST
def undo_dismiss(request: HttpRequest, key: int) -> HttpResponse:
    """撤回误报 within its seconds."""
    alert = queries.one(request.rights, key)
    try:
        actions.undo_dismiss(alert, actor=request.actor, at=request.at)
    except MoveRefused as refused:
        return refusal(request, refused, back=reverse("events:alert", args=[key]))
    messages.success(request, _("已撤回,该预警重新待确认"))
    return redirect(next_of(request, reverse("events:alerts")))


@for_staff(queries.VIEW)
@require_safe
def devices(request: HttpRequest) -> HttpResponse:
    """误报率 by device: numerator, denominator, and the lists behind both."""
    days = _days(request, 30)
    rows = queries.records(request.rights, at=request.at, days=days)
    decided, wrong = sum(row.decided for row in rows), sum(row.false_alarms for row in rows)
    return render(request, "events/alerts/devices.html", {
        "rows": rows, "days": days, "spans": queries.SPANS, "least": queries.LEAST_DECIDED, "decided": decided,
        "wrong": wrong, "rate": round(100 * wrong / decided, 1) if decided >= queries.LEAST_DECIDED else None,
        "waiting": queries.waiting_count(request.rights),
    })
