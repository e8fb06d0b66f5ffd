"""Admin pages of the address register: buildings, places, further names. Every change renews the index of names."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.forms import ModelForm, ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.addresses.index import bump
from grids.addresses.sounds import letters
from grids.addresses.text import normalise
from grids.admin_base import LandAdmin
from grids.models import AddressAlias, Building, PublicPlace
from grids.names import pinyin_of


class RegisterAdmin(LandAdmin):
    """Saving and deleting renew the index."""

    def save_model(self, request: HttpRequest, obj: Model, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        bump()

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        super().delete_model(request, obj)
        bump()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        super().delete_queryset(request, queryset)
        bump()


@admin.register(Building)
class BuildingAdmin(RegisterAdmin):
    land = "grid__path"
    list_display = ("code", "name", "grid", "height_m", "households")
    search_fields = ("code", "name", "grid__code")
    list_select_related = ("grid",)
    raw_id_fields = ("grid",)


@admin.register(PublicPlace)
class PublicPlaceAdmin(RegisterAdmin):
    """Places without a grid (a road through several) belong to nobody's part; whoever manages land sees them."""

    land = ""
    list_display = ("name", "kind", "grid", "lon", "lat")
    list_filter = ("kind",)
    search_fields = ("name", "pinyin")
    list_select_related = ("grid",)
    raw_id_fields = ("grid",)

    def save_model(self, request: HttpRequest, obj: PublicPlace, form: ModelForm, change: bool) -> None:
        obj.pinyin = obj.pinyin or pinyin_of(obj.name)
        super().save_model(request, obj, form, change)


class AliasForm(ModelForm):
    """A name of two characters at least that leads somewhere."""

    def clean(self) -> dict[str, Any]:
        told = super().clean()
        if not any(told.get(name) for name in ("area", "place", "building", "grid")):
            raise ValidationError(_("请指明它是哪个区域、地名、楼栋或网格的名称"))
        if len(normalise(told.get("name") or "")) < 2:
            raise ValidationError({"name": _("名称至少要有两个字")})
        return told


@admin.register(AddressAlias)
class AddressAliasAdmin(RegisterAdmin):
    """Further names, those learned from corrections among them; a wrong lesson is switched off here."""

    codes = ("grids.manage", "grids.addresses")
    land = ""
    form = AliasForm
    list_display = ("name", "meaning", "origin", "uses", "is_active", "taught_by", "taught_at")
    list_filter = ("origin", "is_active")
    search_fields = ("name", "normal", "pinyin")
    list_select_related = ("area", "place", "building", "grid", "taught_by")
    raw_id_fields = ("area", "place", "building", "grid")
    fields = ("name", "area", "place", "building", "grid", "lon", "lat", "is_active")

    @admin.display(description=_("所指"))
    def meaning(self, row: AddressAlias) -> str:
        return str(row.place or row.building or row.area or row.grid)

    def save_model(self, request: HttpRequest, obj: AddressAlias, form: ModelForm, change: bool) -> None:
        obj.normal = normalise(obj.name)[:80]
        obj.pinyin = " ".join(letters(obj.normal))[:200]
        if not change:
            obj.taught_by_id, obj.taught_at = request.user.pk, getattr(request, "at", None) or timezone.now()
        super().save_model(request, obj, form, change)
