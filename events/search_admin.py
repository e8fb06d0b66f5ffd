"""Admin pages of what watches: devices that send alerts, and the rule and elements of the clue search."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.admin_base import RULES, CodedAdmin, RuleAdmin
from events.models import ClueElement, ClueRule, Device
from grids.models import Area


class DeviceForm(forms.ModelForm):
    """The area by its official code, the category by its own; a point is whole or absent."""

    area = forms.ModelChoiceField(
        Area.objects.all(), to_field_name="code", widget=forms.TextInput, label=gettext_lazy("区域代码")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.area_id:
            self.initial["area"] = self.instance.area.code

    def clean(self) -> dict[str, Any]:
        told = super().clean()
        if (told.get("lon") is None) != (told.get("lat") is None):
            self.add_error("lon", _("经度和纬度须同时填写"))
        return told


@admin.register(Device)
class DeviceAdmin(CodedAdmin):
    """Devices that may send alerts. One that is gone is put out of service: its record stays."""

    change_codes = frozenset({"settings.technical"})
    form = DeviceForm
    list_display = ("code", "name", "kind", "area", "category", "is_active")
    list_filter = ("kind", "is_active")
    list_select_related = ("area", "category")
    search_fields = ("code", "name", "address", "area__code")
    ordering = ("code",)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(ClueRule)
class ClueRuleAdmin(RuleAdmin):
    """One row: changed, never added or deleted."""

    change_codes = RULES
    list_display = ("__str__", "weeks", "radius_m", "least_members", "least_sources", "threshold", "is_active")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(ClueElement)
class ClueElementAdmin(RuleAdmin):
    change_codes = RULES
    list_display = ("code", "name", "name_en", "weight", "is_active")
    list_filter = ("is_active",)
    search_fields = ("code", "name", "name_en")
