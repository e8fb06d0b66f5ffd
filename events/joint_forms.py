"""Forms of the verbs that bring several units together: 分单, 吹哨, 报到, 评哨, 召集派驻."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from accounts.names import named
from events.forms import UnitField, UnitsField, UnseenForm, note_field
from events.reference_lists import load_whistle_grounds, load_whistle_types
from events.routing import suggest_units
from events.transitions.joint import CALLABLE_UNITS, Called, Share
from grids.models import Area, Unit
from grids.models.units import WITHOUT_ORDERS
from grids.queries.stationed import Seat, seats

PARTS = 4
"""Departments one whistle form can call; more are called by a second whistle."""


class DelegateForm(UnseenForm):
    """分单: a table of the street's own people and communities, each with its task and share."""

    note = note_field(required=False)

    def prepare(self) -> None:
        self.nodes = self._nodes()
        even = 100
        for index, (key, label, _unit, _area) in enumerate(self.nodes):
            self.fields[f"pick_{key}"] = forms.BooleanField(label=label, required=False, initial=index == 0)
            self.fields[f"task_{key}"] = forms.CharField(
                label=_("任务"), max_length=300, required=False, initial=str(_("到场核实处置并反馈"))
            )
            self.fields[f"share_{key}"] = forms.IntegerField(
                label=_("占比"), min_value=1, max_value=100, required=False, initial=even
            )
        self.order_fields([name for name in self.fields if name != "note"] + ["note"])

    def _nodes(self) -> list[tuple[str, str, Unit, Area | None]]:
        own = self.order.unit
        units = list(
            Unit.objects.filter(is_active=True, area__path__startswith=own.area.path)
            .exclude(pk=own.pk).exclude(kind__in=WITHOUT_ORDERS).select_related("area").order_by("code")[:30]
        )
        home = next((unit for unit in units if self.case.community_code == unit.area.code), None)
        units.sort(key=lambda unit: unit is not home)
        found = []
        if self.case.grid_code and home is not None:
            found.append(("grid", f"{self.case.area} · {home.name}", home, self.case.area))
        return found + [(str(unit.pk), unit.name, unit, None) for unit in units]

    @property
    def rows(self) -> list[dict]:
        """The table of the panel."""
        return [
            {"pick": self[f"pick_{key}"], "task": self[f"task_{key}"], "share": self[f"share_{key}"], "label": label}
            for key, label, _unit, _area in self.nodes
        ]

    def arguments(self) -> dict[str, Any]:
        data = self.cleaned_data
        chosen = [node for node in self.nodes if data.get(f"pick_{node[0]}")]
        shares = [
            Share(
                unit=unit, area=area, task=data.get(f"task_{key}") or "",
                share_percent=100 // len(chosen) if len(chosen) > 1 and data.get(f"share_{key}") == 100
                else data.get(f"share_{key}") or 1,
            )
            for key, _label, unit, area in chosen
        ]
        return {"shares": shares, "note": data.get("note", "")}


class WhistleForm(UnseenForm):
    """联单(吹哨): type, ground, a lead and assistants, each with its own task."""

    kind = forms.ChoiceField(
        label=_("哨种"), widget=forms.RadioSelect, initial="coordination",
        choices=lambda: [(row.code, named(row)) for row in load_whistle_types()],
    )
    ground = forms.ChoiceField(
        label=_("事由"), initial="no_power", choices=lambda: [(row.code, named(row)) for row in load_whistle_grounds()]
    )
    note = note_field(_("情况说明"))

    def prepare(self) -> None:
        units = Unit.objects.filter(is_active=True, kind__in=CALLABLE_UNITS).order_by("code")
        choices = [("", "——"), *units.values_list("pk", "name")]
        for n in range(1, PARTS + 1):
            self.fields[f"unit_{n}"] = UnitField(
                label=_("主办单位") if n == 1 else _("协办单位"), required=n == 1
            )
            self.fields[f"unit_{n}"].choices = choices
            self.fields[f"task_{n}"] = forms.CharField(
                label=_("分工"), max_length=300, required=False, initial=str(_("到场联合处置"))
            )
        self.fields["note"].initial = str(_("超出街道职权,请牵头单位会同协同单位到现场联合处置。"))
        self.order_fields(["kind", "ground", *(f"{x}_{n}" for n in range(1, PARTS + 1) for x in ("unit", "task"))])

    def arguments(self) -> dict[str, Any]:
        data = self.cleaned_data
        parts = [
            Called(unit=data[f"unit_{n}"], task=data.get(f"task_{n}") or "", is_lead=n == 1)
            for n in range(1, PARTS + 1) if data.get(f"unit_{n}")
        ]
        return {"kind": data["kind"], "ground": data["ground"], "parts": parts, "note": data["note"]}


class SummonForm(UnseenForm):
    """召集派驻: the stationed units, those whose officer sits in the centre now first and ticked where the matter is
    theirs; any other unit besides."""

    stationed = forms.TypedMultipleChoiceField(
        label=_("派驻单位"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("在岗的派驻人员立即收到通知;本班无人的,通知其单位值班"),
    )
    others = UnitsField(label=_("另请单位"), required=False)
    meeting_link = forms.CharField(label=_("视频会议链接"), max_length=200, required=False)
    note = note_field(_("事由"), required=False)

    def prepare(self) -> None:
        self.seats = seats(at=self.at)
        self.fields["stationed"].choices = [(seat.unit.pk, _seat_words(seat)) for seat in self.seats]
        theirs = {idea.unit_id for idea in suggest_units(self.case, limit=5)} | {self.case.owner_unit_id}
        self.fields["stationed"].initial = [seat.unit.pk for seat in self.seats if seat.officer and seat.unit.pk in theirs]

    def clean(self) -> dict:
        data = super().clean()
        if not self.errors and not data.get("stationed") and not data.get("others"):
            self.add_error("stationed", _("请选择要召集的单位"))
        return data

    def arguments(self) -> dict[str, Any]:
        data = self.cleaned_data
        by_key = {seat.unit.pk: seat.unit for seat in self.seats}
        units = {key: by_key[key] for key in data["stationed"]} | {unit.pk: unit for unit in data["others"]}
        return {
            "participants": list(units.values()), "meeting_link": data.get("meeting_link", ""), "note": data.get("note", ""),
        }


def _seat_words(seat: Seat) -> str:
    name = named(seat.unit)
    if seat.officer is not None:
        return translated("%(unit)s · %(officer)s 在岗") % {"unit": name, "officer": seat.officer.name}
    if not seat.unit.phone:
        return translated("%(unit)s · 本班无人") % {"unit": name}
    return translated("%(unit)s · 本班无人,值班电话 %(phone)s") % {"unit": name, "phone": seat.unit.phone}


class ReportInForm(UnseenForm):
    """报到: where one stands; the device fills it in, or the person takes the place of the event."""

    lon = forms.FloatField(label=_("经度"), min_value=-180, max_value=180)
    lat = forms.FloatField(label=_("纬度"), min_value=-90, max_value=90)
    note = note_field(required=False)

    def prepare(self) -> None:
        self.fields["lon"].initial, self.fields["lat"].initial = self.case.lon, self.case.lat


class RateWhistleForm(UnseenForm):
    """评哨: three aspects, one to five."""

    note = note_field(_("评哨意见"), required=False, most=200)

    def prepare(self) -> None:
        marks = [(n, str(n)) for n in (5, 4, 3, 2, 1)]
        for name, label in (("attendance", _("到场")), ("attitude", _("态度")), ("effect", _("实效"))):
            self.fields[name] = forms.TypedChoiceField(
                label=label, coerce=int, choices=marks, widget=forms.RadioSelect
            )
        self.order_fields(["attendance", "attitude", "effect", "note"])
