"""Forms of the clue pages."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.names import named
from casework.clock import loader
from events.clues import actions, queries
from events.clues.models import ClueOutcome
from events.forms import category_choices
from events.models import Event
from events.views.reporting import AreaSelect, land_choices
from grids.models import Unit
from grids.scope import SHANGHAI, Rights

REPLY_DAYS = 15
NO_CLUES = ("dispute",)
"""Disputes have their own room; nothing of them is told here."""


class EnterForm(forms.Form):
    """线索: source, words, moment, place; a category if one is known."""

    source = forms.ChoiceField(label=_("来源"), choices=[(c, w) for c, w in Event.Source.choices if c not in NO_CLUES])
    text = forms.CharField(label=_("发生了什么"), max_length=actions.MOST_TEXT, widget=forms.Textarea(attrs={"rows": 4}))
    address = forms.CharField(label=_("地址"), max_length=160, required=False)
    area = forms.ChoiceField(label=_("网格"), required=False, widget=AreaSelect)
    lon = forms.FloatField(label=_("经度"), required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(label=_("纬度"), required=False, min_value=-90, max_value=90)
    occurred_at = forms.DateTimeField(
        label=_("发生时间"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    category = forms.ChoiceField(label=_("类别"), choices=category_choices, required=False)
    external_number = forms.CharField(label=_("外部编号"), max_length=60, required=False)

    def __init__(self, *args: Any, rights: Rights, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = [("", "——"), *land_choices(rights, queries.ENTER)[1:]]
        for name in ("lon", "lat"):
            self.fields[name].widget.attrs["step"] = "any"


def unit_choices() -> list[tuple[str, str]]:
    """Units that may lead a special action."""

    def read() -> list[Unit]:
        kinds = ("department", "enforcement", "utility", "district_centre", "street_office")
        return list(Unit.objects.filter(is_active=True, kind__in=kinds).order_by("kind", "code"))

    return [("", "——"), *((row.code, named(row)) for row in loader.keep("lead_units", read))]


class ConfirmForm(forms.Form):
    """专项督导: what it is, who leads, what is asked, by when."""

    category = forms.ChoiceField(label=_("专项类别"), choices=category_choices)
    unit = forms.ChoiceField(label=_("牵头单位"), choices=unit_choices)
    requirement = forms.CharField(label=_("督导要求"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    reply_by = forms.DateField(label=_("回复期限"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reply_by"].initial = (at + timedelta(days=REPLY_DAYS)).astimezone(SHANGHAI).date().isoformat()

    def clean_reply_by(self) -> datetime:
        """The end of that day in the district."""
        return datetime.combine(self.cleaned_data["reply_by"], time(23, 59), SHANGHAI)

    def clean_unit(self) -> Unit:
        found = Unit.objects.filter(code=self.cleaned_data["unit"], is_active=True).first()
        if found is None:
            raise forms.ValidationError(_("请选择单位"))
        return found


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("理由"), max_length=actions.MOST_REASON)


class OutcomeForm(forms.Form):
    kind = forms.ChoiceField(label=_("成效"), choices=ClueOutcome.Kind.choices)
    count = forms.IntegerField(label=_("数量"), min_value=1, max_value=actions.MOST_COUNT)
    note = forms.CharField(label=_("说明"), max_length=actions.MOST_REASON, required=False)


class AddForm(forms.Form):
    number = forms.CharField(label=_("事件编号"), max_length=40, required=False)
    key = forms.IntegerField(min_value=1, max_value=2**62, required=False)


class RemoveForm(forms.Form):
    key = forms.IntegerField(min_value=1, max_value=2**62)
