"""What is filled in for visits: a team, a single visit, what was found, what becomes of an early sign."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from disputes import visiting
from disputes.models import DisputeType, EarlySign, Mediator, Visit, VisitTeam
from disputes.room_forms import DayField
from disputes.visiting import MOST_TEXT, Noticed
from grids.models import Area, Post

ROWS = 3
"""Early signs that one page takes; more are entered with the next visit."""


class TeamForm(forms.Form):
    """组建小组."""

    mediator = forms.TypedChoiceField(label=_("调解员"), empty_value=None)
    worker = forms.TypedChoiceField(label=_("网格员"), empty_value=None)

    def __init__(self, *args: Any, mediators: list[Mediator], posts: list[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by_mediator = {str(row.pk): row for row in mediators}
        by_post = {str(row.pk): row for row in posts}
        self.fields["mediator"].choices = [
            ("", "——"), *((key, f"{row.body.area} · {row.person.name}") for key, row in by_mediator.items())
        ]
        self.fields["worker"].choices = [("", "——"), *((key, f"{row.area} · {row.person.name}") for key, row in by_post.items())]
        self.fields["mediator"].coerce, self.fields["worker"].coerce = by_mediator.get, by_post.get


class AddForm(forms.Form):
    """增加一次巡访."""

    area = forms.TypedChoiceField(label=_("网格"), empty_value=None)
    planned_on = DayField(label=_("日期"))

    def __init__(self, *args: Any, team: VisitTeam, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by_key: dict[str, Area] = {str(area.pk): area for area in visiting.grids_of(team)}
        self.fields["area"].choices = [(key, str(area)) for key, area in by_key.items()]
        self.fields["area"].coerce = by_key.get


class RecordForm(forms.Form):
    """登记巡访: nothing found, or up to three early signs, each with its type. No names, no numbers."""

    visited_on = DayField(label=_("巡访日期"))
    found_none = forms.BooleanField(label=_("未发现苗头"), required=False)
    note = forms.CharField(label=_("说明"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, visit: Visit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.visit = visit
        for n in range(1, ROWS + 1):
            self.fields[f"type{n}"] = forms.ChoiceField(
                label=_("类型"), choices=[("", "——"), *DisputeType.choices], required=False
            )
            self.fields[f"text{n}"] = forms.CharField(
                label=_("苗头"), max_length=MOST_TEXT, required=False, widget=forms.Textarea(attrs={"rows": 2}),
                help_text=_("写事情和地点,不写姓名、电话") if n == 1 else "",
            )

    @property
    def rows(self) -> list[tuple[Any, Any]]:
        """(type, text) as bound fields."""
        return [(self[f"type{n}"], self[f"text{n}"]) for n in range(1, ROWS + 1)]

    def clean(self) -> dict[str, Any]:
        told = super().clean()
        for n in range(1, ROWS + 1):
            kind, text = told.get(f"type{n}"), (told.get(f"text{n}") or "").strip()
            if text and not kind:
                self.add_error(f"type{n}", _("请选择类型"))
            if kind and not text:
                self.add_error(f"text{n}", _("请写明苗头"))
        if not self.errors and bool(self.signs()) == bool(told.get("found_none")):
            self.add_error("found_none", _("请登记苗头,或勾选“未发现苗头”,二者选一"))
        return told

    def signs(self) -> tuple[Noticed, ...]:
        """What was noticed."""
        found = self.cleaned_data
        return tuple(
            Noticed(found[f"type{n}"], found[f"text{n}"]) for n in range(1, ROWS + 1) if (found.get(f"text{n}") or "").strip()
        )


class DecideForm(forms.Form):
    """继续关注 or 当场化解."""

    outcome = forms.ChoiceField(choices=[pair for pair in EarlySign.Outcome.choices if pair[0] in ("watch", "settled")])
    note = forms.CharField(max_length=200, required=False)
