"""Forms of the admin: an area is changed through the verbs of the tree, a post through those of the staff."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grids import places
from grids.boundaries import parse_geometry
from grids.models import Area, Level, Post
from grids.widgets import GeoJSONField, GeoJSONWidget

PLAIN = (
    "special_kind", "terrain", "responsible_unit", "households", "population", "centre_name", "opening_hours",
    "team_template", "load_cap",
)  # fmt: skip
"""Columns that neither the tree nor the map depends on."""


def _area_by_code(code: str) -> Area | None:
    code = code.strip()
    if not code:
        return None
    found = Area.objects.filter(code=code).first() if code.isprintable() else None
    if found is None:
        raise forms.ValidationError(_("没有这个区域编码"), "unknown_area")
    return found


class NewAreaForm(forms.ModelForm):
    """A new area: below which, of what level, called what; the code follows unless given."""

    above = forms.CharField(label=_("上级编码"), max_length=20)
    level = forms.ModelChoiceField(Level.objects.all(), label=_("层级"))
    code = forms.CharField(label=_("编码"), max_length=20, required=False, help_text=_("留空则自动编号"))

    class Meta:
        model = Area
        fields = ("name", "grid_type", *PLAIN)

    def clean_above(self) -> Area | None:
        return _area_by_code(self.cleaned_data["above"])


class AreaForm(forms.ModelForm):
    """An existing area. Its place is changed by ``move_to`` alone; its boundary is checked before it is kept."""

    move_to = forms.CharField(
        label=_("改隶到"),
        max_length=20,
        required=False,
        help_text=_("填写新上级的编码;下级随之移动,编码不变"),
    )
    boundary = GeoJSONField(label=_("边界"), required=False)

    class Meta:
        model = Area
        fields = ("name", *PLAIN)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "boundary" not in self.fields:
            return
        area = self.instance
        around = area.parent.code if area.parent_id else area.code
        self.fields["boundary"].widget = GeoJSONWidget(
            neighbours=reverse("grids:area_map", args=[around]), code=area.code
        )
        self.initial["boundary"] = area.boundary

    def clean_move_to(self) -> Area | None:
        return _area_by_code(self.cleaned_data["move_to"])

    def clean_boundary(self) -> dict | None:
        told = self.cleaned_data["boundary"]
        if told is None or told == self.instance.boundary:
            return told
        found = places.overlap_of(self.instance, parse_geometry(told))
        if found and found[0][1] > places.OVERLAP_REFUSED_M2:
            code, size = found[0]
            raise forms.ValidationError(
                _("与 %(code)s 重叠 %(size)s 平方米"), "overlap", {"code": code, "size": f"{size:,.0f}"}
            )
        return told


class NewPostForm(forms.ModelForm):
    """An appointment; who may give what to whom is asked by the verb."""

    class Meta:
        model = Post
        fields = ("person", "role", "area", "unit", "rank", "cover", "employment", "valid_from", "valid_to")

    def clean(self) -> dict:
        told = super().clean()
        if not told.get("area") and not told.get("unit") and not self.errors.keys() & {"area", "unit"}:
            self.add_error("area", _("请选择区域或单位"))
        return told
