"""The desk's filters: read from the address, kept in every link, refused in words when wrong."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from html import escape
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.safestring import SafeString
from django.utils.translation import get_language
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


def _unit_filter() -> list:
    codes = loader.keep("unit_codes", lambda: dict(Unit.objects.values_list("pk", "code")))
    return [("", _("单位")), *((codes[pk], name) for pk, name, _letters in unit_choices() if pk in codes)]


class FilterForm(forms.Form):
    """One line of filters; every field is optional."""

    urgency = forms.ChoiceField(label=_("紧急"), required=False, choices=[("", _("紧急")), *Urgency.choices])
    source = forms.ChoiceField(label=_("来源"), required=False, choices=[("", _("来源")), *Event.Source.choices])
    area = forms.ChoiceField(label=_("区域"), required=False)
    category = forms.ChoiceField(label=_("类别"), required=False, choices=_category_filter)
    unit = forms.ChoiceField(label=_("单位"), required=False, choices=_unit_filter)
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
        self.fields["area"].choices = lambda: [("", _("区域")), *area_choices(rights)]

    @property
    def chips(self) -> list[dict]:
        """What is set, in words, each with the name of its parameter."""
        self.is_valid()
        found = []
        for name, value in self.cleaned_data.items():
            if value:
                words = dict(_flat(self.fields[name])).get(str(value), value)
                found.append({"name": name, "label": self.fields[name].label, "words": words})
        return found


class FilterLine:
    """The line of filters over an address. Most addresses set none: those are read and drawn without a form."""

    def __init__(self, data: QueryDict, *, rights: Rights) -> None:
        self._data, self._rights = data, rights

    @cached_property
    def form(self) -> FilterForm | None:
        """None while nothing is set."""
        is_set = any(self._data.get(name) for name in FilterForm.base_fields)
        return FilterForm(self._data, rights=self._rights) if is_set else None

    @cached_property
    def wanted(self) -> Filters:
        return wanted_of(self.form) if self.form else Filters()

    @property
    def chips(self) -> list[dict]:
        return self.form.chips if self.form else []

    @property
    def selects(self) -> SafeString:
        """The drop-down lists; their entries are kept for a few seconds."""
        return SafeString("".join(map(self._select, SELECTS)))

    @cached_property
    def _lists(self) -> dict[str, str]:
        paths = "|".join(self._rights.paths("events.view"))
        return loader.keep(f"desk_filters:{get_language()}:{paths}", lambda: _drawn(self._rights))

    def _select(self, name: str) -> str:
        drawn, chosen = self._lists[name], self._data.get(name)
        if not chosen:
            return drawn
        entry = f'<option value="{escape(chosen)}"'
        if entry in drawn:
            return drawn.replace(entry, f"{entry} selected", 1)
        return drawn.replace("<select ", '<select aria-invalid="true" ', 1)

    @property
    def since(self) -> SafeString:
        return self._date("since")

    @property
    def until(self) -> SafeString:
        return self._date("until")

    def _date(self, name: str) -> SafeString:
        if self.form:
            return self.form[name].as_widget()
        return SafeString(f'<input type="date" name="{name}" id="filter-{name}">')

    @property
    def q(self) -> str:
        return self._data.get("q", "")


SELECTS = ("urgency", "source", "area", "category", "unit", "clock", "flag")


def _drawn(rights: Rights) -> dict[str, str]:
    """The drop-down lists with their labels, nothing chosen, in the present language."""
    fields = FilterForm(QueryDict(), rights=rights).fields
    return {name: _drawn_list(name, fields[name]) for name in SELECTS}


def _drawn_list(name: str, field: forms.ChoiceField) -> str:
    entries = []
    for value, label in field.choices:
        if isinstance(label, list | tuple):
            inner = "".join(_entry(*pair) for pair in label)
            entries.append(f'<optgroup label="{escape(str(value))}">{inner}</optgroup>')
        else:
            entries.append(_entry(value, label))
    head = f'<label class="desk__filter"><span>{escape(str(field.label))}</span><select name="{name}" id="filter-{name}">'
    return f"{head}{''.join(entries)}</select></label>"


def _entry(value: Any, label: Any) -> str:
    return f'<option value="{escape(str(value))}">{escape(str(label))}</option>'


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
    left_out = {"c", "from", *names, *values}
    kept = [(name, value) for name, given in request.GET.lists() if name not in left_out for value in given]
    return urlencode([*kept, *values.items()])
