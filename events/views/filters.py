"""The desk's filters: read from the address, kept in every link, refused in words when wrong."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.names import named
from casework.clock import loader
from events.forms import category_choices, unit_choices
from events.models import Event
from events.models.catalogue import Urgency
from events.queries import Filters
from events.reference_rows import categories
from grids.models import Area, Unit
from grids.scope import SHANGHAI, Rights


def area_choices(rights: Rights) -> list[tuple[str, str]]:
    """Streets and communities a person may see, by code; streets only where they see the whole district."""

    def read() -> list[tuple[str, str, str, str]]:
        rows = Area.objects.filter(level_id__in=("street", "community"), abolished_on__isnull=True)
        return list(rows.order_by("path").values_list("code", "name", "path", "level_id"))

    paths = rights.paths("events.view")
    rows = loader.keep("desk_areas", read)
    return [
        (code, name if level == "street" else f"  {name}") for code, name, path, level in rows
        if not paths or any(path.startswith(root) or root.startswith(path) for root in paths)
    ]


def _category_filter() -> list:
    majors = [(row.code, named(row)) for row in sorted(categories().values(), key=lambda c: c.code) if not row.parent_id]
    return [("", _("类别")), (_("大类"), majors), *category_choices()[1:]]


class FilterForm(forms.Form):
    """One line of filters; every field is optional."""

    urgency = forms.ChoiceField(label=_("紧急"), required=False, choices=[("", _("紧急")), *Urgency.choices])
    source = forms.ChoiceField(label=_("来源"), required=False, choices=[("", _("来源")), *Event.Source.choices])
    area = forms.ChoiceField(label=_("区域"), required=False)
    category = forms.ChoiceField(label=_("类别"), required=False, choices=_category_filter)
    unit = forms.ChoiceField(label=_("单位"), required=False)
    clock = forms.ChoiceField(
        label=_("时限"), required=False,
        choices=[("", _("时限")), ("over", _("已超期")), ("in", _("未超期"))],
    )
    flag = forms.ChoiceField(
        label=_("督办牌"), required=False,
        choices=[("", _("督办牌")), ("blue", _("蓝牌")), ("yellow", _("黄牌")), ("red", _("红牌"))],
    )
    since = forms.DateField(label=_("自"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("至"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    q = forms.CharField(required=False, max_length=80, label=_("搜索"))

    def __init__(self, data: QueryDict, *, rights: Rights) -> None:
        super().__init__(data, auto_id="filter-%s")
        self.fields["area"].choices = [("", _("区域")), *area_choices(rights)]
        names = loader.keep("unit_codes", lambda: dict(Unit.objects.values_list("pk", "code")))
        self.fields["unit"].choices = [("", _("单位")), *((names[pk], name) for pk, name, _l in unit_choices() if pk in names)]

    @property
    def chips(self) -> list[dict]:
        """What is set, in words, each with the name of its parameter."""
        found = []
        for name, value in self.cleaned_data.items():
            if value:
                words = dict(_flat(self.fields[name])).get(str(value), value)
                found.append({"name": name, "label": self.fields[name].label, "words": words})
        return found


def _flat(field: forms.Field) -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for value, label in getattr(field, "choices", ()):
        rows.extend(label) if isinstance(label, list | tuple) else rows.append((str(value), str(label).strip()))
    return rows


def wanted_of(form: FilterForm) -> Filters:
    """Filters of a form; fields that are wrong are left out (the form shows them)."""
    form.is_valid()
    data = form.cleaned_data
    one_of = {name: (data[name],) if data.get(name) else () for name in ("urgency", "source")}
    return Filters(
        area=data.get("area", ""), category=data.get("category", ""), unit=data.get("unit", ""),
        flag=data.get("flag", ""), q=data.get("q", ""),
        overdue={"over": True, "in": False}.get(data.get("clock", "")),
        reported_after=_morning(data.get("since")), reported_before=_morning(data.get("until"), 1), **one_of,
    )


def _morning(day: Any, later: int = 0) -> datetime | None:
    if day is None:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) + timedelta(days=later)


def query_without(request: HttpRequest, *names: str, **values: str) -> str:
    """The present address's parameters without some and with others."""
    query = request.GET.copy()
    for name in ("c", "from", *names):
        query.pop(name, None)
    for name, value in values.items():
        query[name] = value
    return query.urlencode()
