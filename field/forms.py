"""Forms of the worker's phone. Required of a report: a category, and one photo or one sentence; nothing else."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from events.citizen.forms import WordsField
from events.models import Event, Verification
from events.placing import place_of
from events.transitions.checking import UNASKED

OUTCOMES = Event.Outcome.choices
FINDINGS = [(value, label) for value, label in Verification.Finding.choices if value not in UNASKED]


class ReportForm(forms.Form):
    """拍照上报. ``grid``: chosen from the person's own where the position is missing or poor."""

    category = forms.CharField(label=_("类别"), max_length=4, error_messages={"required": _("请选择类别")})
    text = WordsField(label=_("说明"), rows=2, max_length=4000, required=False)
    address = WordsField(label=_("地点说明"), max_length=160, required=False, widget=forms.TextInput())
    lon = forms.FloatField(required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90)
    accuracy = forms.FloatField(required=False, min_value=0, max_value=100_000)
    grid = forms.CharField(label=_("网格"), max_length=20, required=False)
    on_spot = forms.BooleanField(label=_("我已当场解决"), required=False)
    done = WordsField(label=_("怎样解决的"), rows=2, max_length=4000, required=False)
    key = forms.RegexField(r"^[0-9a-f]{32}$", error_messages={"invalid": _("页面停留太久,请重新打开")})

    def clean_grid(self) -> str:
        code = self.cleaned_data["grid"]
        if code and place_of(code) is None:
            raise forms.ValidationError(_("没有这个网格"))
        return code

    def clean(self) -> dict:
        data = super().clean()
        if (data.get("lon") is None) != (data.get("lat") is None):
            data["lon"] = data["lat"] = None
        if data.get("on_spot") and not data.get("done") and "done" not in self.errors:
            self.add_error("done", _("请写一句怎样解决的"))
        return data


class FeedBackForm(forms.Form):
    """反馈: what was done, and how it ended."""

    note = WordsField(label=_("做了什么"), max_length=4000, error_messages={"required": _("请写明做了什么")})
    outcome = forms.ChoiceField(label=_("结果"), choices=OUTCOMES, widget=forms.RadioSelect)
    version = forms.IntegerField(required=False)


class VerifyForm(forms.Form):
    """现场核查; nothing is pre-set."""

    finding = forms.ChoiceField(
        label=_("现场看到"), choices=FINDINGS, widget=forms.RadioSelect,
        error_messages={"required": _("请选择核查结论")},
    )
    note = WordsField(label=_("看到什么"), rows=2, max_length=400, error_messages={"required": _("请写一句看到的情况")})


class HelpForm(forms.Form):
    """需协助."""

    note = WordsField(label=_("需要什么协助"), rows=2, max_length=1000, error_messages={"required": _("请写明需要什么")})
