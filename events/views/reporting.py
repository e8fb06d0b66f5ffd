"""The staff's report form: what a colleague tells, with proposals while typing."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from casework.clock import loader
from casework.refusals import MoveRefused
from events import duplicates, placing, suggesting, transitions
from events.counting import live
from events.forms import category_choices, initials
from events.models import Event
from events.models.catalogue import Urgency
from events.reference_rows import categories
from events.search import grams
from events.views.edge import for_staff
from grids.models import Area
from grids.scope import Rights

STAFF_SOURCES = ("grid", "hotline", "police110", "video", "department", "petition", "leader", "other")
LOOK_METRES = 250


class AreaSelect(forms.Select):
    """Areas with the letters they are found by."""

    def create_option(self, name: str, value: Any, label: Any, *args: Any, **kwargs: Any) -> dict:
        option = super().create_option(name, value, label, *args, **kwargs)
        option["attrs"]["data-letters"] = f"{initials(str(label).strip())} {value}"
        return option


def land_choices(rights: Rights, permission: str = "events.report") -> list[tuple[str, str]]:
    """District, streets, communities and grids where the person may do this, in the order of the tree."""

    def read() -> list[tuple[str, str, str, str]]:
        rows = Area.objects.filter(level_id__in=("street", "community", "grid"), abolished_on__isnull=True)
        return list(rows.order_by("path").values_list("code", "name", "path", "level_id"))

    deep = {"street": "", "community": " ", "grid": "  "}
    paths = rights.paths(permission)
    return [("", _("全区(待定位)"))] + [
        (code, deep[level] + name) for code, name, path, level in loader.keep("land_choices", read)
        if not paths or any(path.startswith(root) for root in paths)
    ]


class ReportForm(forms.Form):
    """上报 by staff: a text and a source are enough; the rest is proposed."""

    source = forms.ChoiceField(
        label=gettext_lazy("来源"), choices=[(c, w) for c, w in Event.Source.choices if c in STAFF_SOURCES]
    )
    text = forms.CharField(
        label=gettext_lazy("发生了什么"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5})
    )
    title = forms.CharField(label=gettext_lazy("标题"), max_length=80, required=False)
    category = forms.ChoiceField(label=gettext_lazy("类别"), choices=category_choices, required=False)
    urgency = forms.ChoiceField(
        label=gettext_lazy("紧急程度"), required=False, choices=[("", gettext_lazy("按类别")), *Urgency.choices]
    )
    address = forms.CharField(label=gettext_lazy("地址"), max_length=160, required=False)
    area = forms.ChoiceField(label=gettext_lazy("网格"), required=False, widget=AreaSelect)
    lon = forms.FloatField(label=gettext_lazy("经度"), required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(label=gettext_lazy("纬度"), required=False, min_value=-90, max_value=90)
    external_number = forms.CharField(label=gettext_lazy("外部编号"), max_length=60, required=False)
    reporter_name = forms.CharField(label=gettext_lazy("反映人"), max_length=40, required=False)
    reporter_phone = forms.CharField(label=gettext_lazy("电话"), max_length=20, required=False)
    is_secret = forms.BooleanField(label=gettext_lazy("要求保密"), required=False)
    client_key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=80)

    def __init__(self, *args: Any, rights: Rights, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = land_choices(rights)
        self.fields["client_key"].initial = secrets.token_hex(16)
        self.fields["lon"].widget.attrs["step"] = self.fields["lat"].widget.attrs["step"] = "any"


@for_staff("events.report")
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """The form, and the report itself; sent twice it is the same event."""
    form = ReportForm(request.POST or None, rights=request.rights)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        told = transitions.Report(**{
            name: (value or None) if name in ("category", "urgency", "area", "external_number", "client_key") else value
            for name, value in data.items()
        })
        try:
            event = transitions.report(told, actor=request.actor, at=request.at)
        except MoveRefused as refused:
            for name, words in (refused.fields or {None: [refused.detail]}).items():
                form.add_error(name if name in form.fields else None, words)
        else:
            messages.success(request, _("已上报 %(number)s,查询码 %(code)s") % {
                "number": event.number, "code": event.tracking_code,
            })
            if event.is_visible_to(request.rights):
                return redirect(reverse("events:detail", args=[event.number]))
            return redirect(reverse("events:report"))
    status = 400 if form.errors else 200
    return render(request, "events/report.html", {"form": form}, status=status)


@for_staff("events.report")
@require_safe
def look(request: HttpRequest) -> HttpResponse:
    """While typing: likely categories with their words, urgency, grid of the point, open reports nearby."""
    text = request.GET.get("text", "")[:4000]
    known = categories()
    ideas = [
        {**idea, "name": known[idea["code"]].name} for idea in suggesting.suggest_categories(text) if idea["code"] in known
    ]
    answer: dict[str, Any] = {"categories": ideas, "danger": suggesting.danger_words(text), "near": [], "place": ""}
    point = _point(request)
    if point is not None:
        place, located = placing.find(lon=point[0], lat=point[1], area=None)
        answer["place"] = place.name if located else ""
        answer["area"] = place.code if located else ""
        answer["near"] = _near(request, point, text)
    return JsonResponse(answer)


def _point(request: HttpRequest) -> tuple[float, float] | None:
    try:
        lon, lat = float(request.GET.get("lon", "")), float(request.GET.get("lat", ""))
    except ValueError:
        return None
    return (lon, lat) if -180 <= lon <= 180 and -90 <= lat <= 90 else None


def _near(request: HttpRequest, point: tuple[float, float], text: str) -> list[dict]:
    rows = duplicates.nearby(
        lon=point[0], lat=point[1], at=request.at, grams=grams(text), category=request.GET.get("category") or None,
        radius_m=LOOK_METRES, limit=5, among=live(request.rights),
    )
    return [
        {"number": row["number"], "title": row["title"], "metres": row["distance_m"],
         "url": reverse("events:detail", args=[row["number"]])}
        for row in rows
    ]
