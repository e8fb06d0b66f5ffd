"""Admin pages of disputes: rules, bodies, mediators and rooms are edited; a case and its clocks are only looked at.

Nothing of the story is registered here: it has no admin page, whoever asks (quality.md §5.2).
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin_history import TrackedAdmin
from accounts.models import User
from casework.admin_base import RULES, CodedAdmin, ReadOnlyAdmin, RuleAdmin
from disputes.forms import CONDITION_WORDS
from disputes.grading import CONDITIONS
from disputes.models import (
    SPECIALITIES,
    Dispute,
    DisputeDeadline,
    LegalService,
    LegalTerm,
    MediationBody,
    Mediator,
    Nature,
    RiskFlag,
    Room,
    TierRule,
)
from disputes.presenting import TARGET_WORDS
from disputes.queries import visible_to
from grids.models import Area
from grids.scope import Rights, rights_of

VIEW = frozenset({"disputes.view"})
BODIES, ROOMS = "disputes.bodies", "disputes.rooms"
TARGETS = tuple((code, TARGET_WORDS[code]) for code in ("police", "street", "district"))


def _rights(request: HttpRequest) -> Rights:
    return rights_of(request.user, at=request.at)


class SeveralField(forms.TypedMultipleChoiceField):
    """Codes of a list, kept as an array: boxes to tick instead of words between commas."""

    def __init__(self, choices: Any, **kwargs: Any) -> None:
        super().__init__(choices=choices, required=False, widget=forms.CheckboxSelectMultiple, **kwargs)


# Rules ---------------------------------------------------------------------------------------------


class TierRuleForm(forms.ModelForm):
    """Days of a tier, and what opens it at once."""

    straight = SeveralField([(code, CONDITION_WORDS[code]) for code in CONDITIONS], label=gettext_lazy("直接进入条件"))

    def clean_days(self) -> int:
        days = self.cleaned_data["days"]
        if days < 1:
            raise ValidationError(_("时限至少1天"))
        return days


@admin.register(TierRule)
class TierRuleAdmin(TrackedAdmin, RuleAdmin):
    """The three tiers: their days may change, the tiers themselves stay. Clocks that run keep their days."""

    change_codes = RULES
    form = TierRuleForm
    fields = ("code", "rank", "days", "level", "straight", "basis")
    readonly_fields = ("code", "rank", "level")
    list_display = ("code", "days", "opened_by", "basis")

    @admin.display(description=gettext_lazy("直接进入条件"))
    def opened_by(self, row: TierRule) -> str:
        return "、".join(str(CONDITION_WORDS.get(code, code)) for code in row.straight) or "—"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class RiskFlagForm(forms.ModelForm):
    """Whom a red flag is told to."""

    targets = SeveralField(TARGETS, label=gettext_lazy("告知对象"))

    def clean(self) -> dict[str, Any]:
        told = super().clean()
        if told.get("is_red_flag") and not told.get("targets"):
            self.add_error("targets", _("红旗须有告知对象"))
        return told


@admin.register(RiskFlag)
class RiskFlagAdmin(TrackedAdmin, RuleAdmin):
    """Points and words of each sign. Its code is what cases name: it stays, and so does the row."""

    change_codes = RULES
    form = RiskFlagForm
    list_display = ("name", "code", "points", "is_red_flag", "is_computed", "rank")
    list_filter = ("is_red_flag", "is_computed")
    search_fields = ("code", "name", "name_en")

    def get_readonly_fields(self, request: HttpRequest, obj: RiskFlag | None = None) -> tuple[str, ...]:
        return ("code", "is_computed") if obj else ("is_computed",)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(LegalTerm)
class LegalTermAdmin(TrackedAdmin, RuleAdmin):
    """Days of the law: number, extension, unit and source may follow a change of the law; what starts and ends a term
    is how the room counts it, and stays."""

    change_codes = RULES
    readonly_fields = ("code", "procedure", "starts_from", "stops_at", "is_before")
    list_display = ("name", "code", "procedure", "amount", "unit", "extension", "moves_to_workday", "basis")
    list_filter = ("procedure", "unit")
    search_fields = ("code", "name", "name_en", "basis")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


# Bodies and their people ---------------------------------------------------------------------------


class BodyRowAdmin(TrackedAdmin, CodedAdmin):
    """The district's keeper of rules edits all; the head of a body its own. Nothing is deleted: cases name it."""

    body = "pk"
    """Lookup of the body a row belongs to."""

    def own(self, request: HttpRequest) -> QuerySet[MediationBody]:
        """Bodies whose rows the person edits."""
        rights = _rights(request)
        if RULES & rights.permissions:
            return MediationBody.objects.all()
        units: set[int] = set()
        for code in self.change_codes - RULES:
            units |= set(rights.units(code))
        return MediationBody.objects.filter(unit__in=units)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).filter(**{f"{self.body}__in": self.own(request).values("pk")})

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.related_model is MediationBody:
            kwargs["queryset"] = self.own(request)
        if db_field.related_model is User:
            kwargs["queryset"] = User.objects.filter(is_active=True, is_machine=False).order_by("name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class BodyForm(forms.ModelForm):
    """The area by its official code: a list of all areas would be endless."""

    area = forms.ModelChoiceField(
        Area.objects.all(), to_field_name="code", widget=forms.TextInput, label=gettext_lazy("服务区域(编码)")
    )
    specialities = SeveralField(SPECIALITIES, label=gettext_lazy("专长"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.area_id and "area" in self.fields:
            self.initial["area"] = self.instance.area.code


@admin.register(MediationBody)
class MediationBodyAdmin(BodyRowAdmin):
    """What its head may not move: code, tier, place and unit decide whose cases come here."""

    change_codes = RULES | {BODIES}
    form = BodyForm
    list_display = ("name", "kind", "tier", "area", "unit", "leader", "load_cap", "is_active")
    list_filter = ("kind", "tier", "nature", "is_active")
    list_select_related = ("area", "unit", "leader")
    search_fields = ("code", "name", "name_en", "area__name")
    autocomplete_fields = ()
    raw_id_fields = ("leader",)

    def get_readonly_fields(self, request: HttpRequest, obj: MediationBody | None = None) -> tuple[str, ...]:
        if RULES & _rights(request).permissions:
            return ("code",) if obj else ()
        return ("code", "kind", "nature", "tier", "unit", "guided_by", "leader", "is_active", "is_made_up")

    def get_form(self, request: HttpRequest, obj: MediationBody | None = None, change: bool = False, **kwargs: Any) -> Any:
        """A head keeps the area as it is: it is not in the form at all."""
        if RULES & _rights(request).permissions:
            return super().get_form(request, obj, change, **kwargs)
        made = super().get_form(request, obj, change, **kwargs)
        made.base_fields.pop("area", None)
        return made

    def get_fields(self, request: HttpRequest, obj: MediationBody | None = None) -> Any:
        shown = super().get_fields(request, obj)
        whole = RULES & _rights(request).permissions
        return shown if whole else [name for name in shown if name != "area"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request, RULES)


class MediatorForm(forms.ModelForm):
    natures = SeveralField(Nature.choices, label=gettext_lazy("可任调解性质"))
    specialities = SeveralField(SPECIALITIES, label=gettext_lazy("专长"))


@admin.register(Mediator)
class MediatorAdmin(BodyRowAdmin):
    body = "body"
    change_codes = RULES | {BODIES}
    form = MediatorForm
    list_display = ("person", "body", "is_full_time", "certificate", "is_active")
    list_filter = ("is_full_time", "is_active", "body__kind")
    list_select_related = ("person", "body")
    search_fields = ("person__name", "person__username", "body__name", "certificate")

    def get_readonly_fields(self, request: HttpRequest, obj: Mediator | None = None) -> tuple[str, ...]:
        return ("person", "body") if obj else ()


@admin.register(Room)
class RoomAdmin(BodyRowAdmin):
    body = "body"
    change_codes = RULES | {ROOMS}
    list_display = ("name", "body", "capacity", "opens", "closes", "open_on_weekends", "is_active")
    list_filter = ("is_active", "open_on_weekends")
    list_select_related = ("body",)
    search_fields = ("code", "name", "name_en", "body__name")

    def get_readonly_fields(self, request: HttpRequest, obj: Room | None = None) -> tuple[str, ...]:
        return ("code", "body") if obj else ()


class ServiceForm(forms.ModelForm):
    """The area by its official code."""

    area = forms.ModelChoiceField(
        Area.objects.all(), to_field_name="code", widget=forms.TextInput, label=gettext_lazy("服务区域(编码)")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.area_id and "area" in self.fields:
            self.initial["area"] = self.instance.area.code


@admin.register(LegalService)
class LegalServiceAdmin(TrackedAdmin, CodedAdmin):
    """The register of public legal services. Nothing is deleted: referrals name it; a closed place is switched off."""

    change_codes = RULES
    form = ServiceForm
    list_display = ("name", "kind", "area", "phone", "opening_hours", "is_active")
    list_filter = ("kind", "is_active", "is_made_up")
    list_select_related = ("area",)
    search_fields = ("code", "name", "name_en", "address", "area__name")

    def get_readonly_fields(self, request: HttpRequest, obj: LegalService | None = None) -> tuple[str, ...]:
        return ("code",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


# Cases: looked at, never written -------------------------------------------------------------------


class DisputeRowAdmin(ReadOnlyAdmin):
    """Rows of disputes that the reader may know of."""

    view_codes = VIEW
    show_full_result_count = False
    actions = None


@admin.register(Dispute)
class DisputeAdmin(DisputeRowAdmin):
    """State, type, place and clock; no party, no word of the story. A sealed one shows no type."""

    fields = (
        "number", "label", "state", "version", "tier", "body", "area", "source", "complexity", "risk_colour",
        "registered_at", "accepted_at", "guided_at", "routed_at", "mediating_at", "agreed_at", "confirmed_at", "closed_at",
        "due_at", "due_stage", "outcome", "rises", "declines", "is_thorough", "is_sealed",
    )
    readonly_fields = ("label",)
    list_display = ("number", "label", "state", "tier", "body", "risk_colour", "due_at", "registered_at")
    list_filter = ("state", "tier", "risk_colour", "outcome", "is_sealed")
    list_select_related = ("body", "area")
    search_fields = ("number__startswith",)
    ordering = ("-id",)

    @admin.display(description=gettext_lazy("纠纷"))
    def label(self, row: Dispute) -> str:
        return row.label

    def get_queryset(self, request: HttpRequest) -> QuerySet[Dispute]:
        return visible_to(_rights(request)).order_by("-id")


@admin.register(DisputeDeadline)
class DisputeDeadlineAdmin(DisputeRowAdmin):
    list_display = ("case", "stage", "state", "kind", "budget_seconds", "started_at", "due_at", "stopped_at")
    list_filter = ("state", "kind")
    list_select_related = ("case",)
    search_fields = ("case__number",)
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[DisputeDeadline]:
        return super().get_queryset(request).filter(Q(case__in=visible_to(_rights(request))))
