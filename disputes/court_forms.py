"""What the court's people at the centre fill in: filing, service, closure, the ruling on an agreement."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.verb_forms import VerbForm, note_field
from disputes.room_forms import DayField
from grids.scope import SHANGHAI


class CourtForm(VerbForm):
    """Days begin at today."""

    TODAY: tuple[str, ...] = ()

    def prepare(self) -> None:
        for name in self.TODAY:
            self.fields[name].initial = self.at.astimezone(SHANGHAI).date()


class FileForm(CourtForm):
    filing_number = forms.CharField(label=_("案号"), max_length=60, help_text=_("如(2026)内0302民初15号"))
    filed_on = DayField(label=_("立案日期"), required=False)
    note = note_field(_("告知调解组织"), required=False)
    TODAY = ("filed_on",)


class ServeForm(CourtForm):
    served_on = DayField(label=_("送达日期"), required=False)
    heard_on = DayField(label=_("开庭日期"), required=False)
    note = note_field(_("告知调解组织"), required=False)
    TODAY = ("served_on",)


class EndForm(CourtForm):
    result = forms.CharField(label=_("结果(判决、调解、撤诉要点)"), max_length=200)
    closed_on = DayField(label=_("结案日期"), required=False)
    note = note_field(_("告知调解组织"), required=False)
    TODAY = ("closed_on",)


class AllowForm(CourtForm):
    number = forms.CharField(label=_("案号"), max_length=60, required=False)
    decided_on = DayField(label=_("裁定日期"), required=False)
    TODAY = ("decided_on",)


class TurnDownForm(CourtForm):
    note = note_field(_("不予确认的理由"))
    decided_on = DayField(label=_("裁定日期"), required=False)
    TODAY = ("decided_on",)
