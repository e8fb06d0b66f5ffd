"""Admin pages of events: reference data is edited; cases, clocks and trails are only looked at, inside one's land."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin_history import TrackedAdmin
from accounts.clients import client_address
from casework import readlog
from casework.actor import Actor
from casework.admin_base import RULES, CodedAdmin, ReadOnlyAdmin, RuleAdmin
from events import search_admin  # noqa: F401 (registers itself)
from events.masking import mask_name, mask_phone
from events.models import (
    CannedText,
    Category,
    Consultation,
    Decline,
    Event,
    EventDeadline,
    EventReporter,
    EventTrail,
    Precedent,
    Rating,
    RoutingRule,
    SupervisionOrder,
    Verification,
    Whistle,
    WorkOrder,
)
from events.queries import visible_to
from grids.models import Area
from grids.scope import Rights, rights_of

VIEW = frozenset({"events.view"})
TRAIL = frozenset({"casework.view_trail"})


def _rights(request: HttpRequest) -> Rights:
    return rights_of(request.user, at=getattr(request, "at", None) or timezone.now())


# Reference data ------------------------------------------------------------------------------------


class CategoryForm(forms.ModelForm):
    """A major has two digits; a minor four, beginning with its major's, and a class of time limits."""

    def clean(self) -> dict[str, Any]:
        told = super().clean()
        code = self.instance.pk or told.get("code", "")
        parent = told.get("parent")
        if parent is None and not (len(code) == 2 and code.isdecimal()):
            self.add_error("parent", _("大类代码为两位数字;小类须选所属大类"))
        if parent is not None:
            if parent.parent_id or not (len(code) == 4 and code.isdecimal() and code.startswith(parent.code)):
                self.add_error("parent", _("小类代码为四位数字,以大类代码开头"))
            if not told.get("service_class"):
                self.add_error("service_class", _("请先选择时限等级"))
        return told


class MajorFilter(admin.SimpleListFilter):
    """The minors of one major, with it."""

    title = gettext_lazy("大类")
    parameter_name = "major"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [(row.code, str(row)) for row in Category.objects.filter(parent=None)]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(code__startswith=self.value()) if self.value() else queryset


@admin.register(Category)
class CategoryAdmin(TrackedAdmin, RuleAdmin):
    """Majors with their minors below them. A category is switched off, not deleted: cases name it."""

    change_codes = RULES
    form = CategoryForm
    list_display = ("indented", "urgency", "service_class", "owner_kind", "owner_text", "needs_photo", "is_active")
    list_filter = (MajorFilter, "urgency", "service_class", "owner_kind", "is_sensitive", "needs_photo", "is_active")
    list_select_related = ("service_class",)
    search_fields = ("code", "name", "name_en", "owner_text")
    ordering = ("code",)
    list_per_page = 200

    @admin.display(description=gettext_lazy("名称"), ordering="code")
    def indented(self, row: Category) -> str:
        return ("\u3000" if row.parent_id else "") + str(row)

    def get_readonly_fields(self, request: HttpRequest, obj: Category | None = None) -> tuple[str, ...]:
        return ("code",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "parent":
            kwargs["queryset"] = Category.objects.filter(parent=None)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        word = search_term.strip()
        return (found | queryset.filter(keywords__contains=[word]) if word else found), may_repeat


class RoutingRuleForm(forms.ModelForm):
    """The area by its official code: a list of all areas would be endless."""

    area = forms.ModelChoiceField(
        Area.objects.all(), to_field_name="code", required=False, widget=forms.TextInput,
        label=gettext_lazy("区域代码"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.area_id:
            self.initial["area"] = self.instance.area.code

    def clean(self) -> dict[str, Any]:
        told = super().clean()
        if told.get("owner_kind") == "unit" and told.get("unit") is None:
            self.add_error("unit", _("请选择单位"))
        return told


@admin.register(RoutingRule)
class RoutingRuleAdmin(TrackedAdmin, RuleAdmin):
    change_codes = RULES
    form = RoutingRuleForm
    list_display = ("name", "category", "area", "unit", "owner_kind", "priority", "is_active")
    list_filter = ("is_active", "owner_kind", "unit__kind")
    list_select_related = ("category", "area", "unit")
    search_fields = ("name", "category__code", "category__name", "unit__name", "clause", "area__code")


@admin.register(Precedent)
class PrecedentAdmin(RuleAdmin):
    """Made by rulings only; its words may be mended, and it may be set out of force."""

    change_codes = RULES
    fields = ("category", "area", "unit", "declined_by", "decided_at", "text", "is_active")
    readonly_fields = ("category", "area", "unit", "declined_by", "decided_at")
    list_display = ("text", "category", "area", "unit", "declined_by", "decided_at", "is_active")
    list_filter = ("is_active", "unit")
    list_select_related = ("category", "area", "unit", "declined_by")
    search_fields = ("text", "category__name", "unit__name")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(CannedText)
class CannedTextAdmin(CodedAdmin):
    """The shared ones; what a person has kept for themselves is theirs."""

    change_codes = RULES
    fields = ("verb", "text", "used")
    readonly_fields = ("used",)
    list_display = ("text", "verb", "used")
    list_filter = ("verb",)
    search_fields = ("text",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[CannedText]:
        return super().get_queryset(request).filter(person=None)


# Cases: looked at, never written -------------------------------------------------------------------


class CaseRowAdmin(ReadOnlyAdmin):
    """Rows of events inside the reader's own land. ``event``: lookup of the event they belong to."""

    view_codes = VIEW
    event: ClassVar[str] = "event"
    show_full_result_count = False
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).filter(**{f"{self.event}__in": visible_to(_rights(request))})


class ClockLines(admin.TabularInline):
    """The clocks of an event."""

    model = EventDeadline
    extra = 0
    fields = ("stage", "order", "state", "service_class", "kind", "started_at", "due_at", "stopped_at", "elapsed_seconds")
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(Event)
class EventAdmin(CaseRowAdmin):
    """State and clocks. The reporter is masked, and reading it is written into the read log as on the ticket."""

    fields = (
        "number", "state", "version", "source", "title", "text", "address", "area", "category", "urgency",
        "urgency_reason", "service_class", "handling", "rung", "owner_unit", "masked_reporter", "reported_at",
        "dispatched_at", "handled_at", "verified_at", "closed_at", "due_at", "due_stage", "handle_due_at", "outcome",
        "answer", "solved", "rating", "flag", "bounces", "reworks", "reopens", "repeats", "master", "is_clue",
    )  # fmt: skip
    readonly_fields = ("masked_reporter",)
    list_display = ("number", "title", "state", "urgency", "category", "owner_unit", "due_at", "reported_at")
    list_filter = ("state", "urgency", "source", "flag", "handling", "rung")
    list_select_related = ("category", "owner_unit")
    search_fields = ("number__startswith", "title")
    ordering = ("-id",)
    inlines = (ClockLines,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        return visible_to(_rights(request)).order_by("-id")

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().change_view(request, object_id, *args, **kwargs)
        event = getattr(response, "context_data", {}).get("original")
        if event is not None and response.context_data["request_shows_reporter"]:
            readlog.record(
                Actor.person(request.user, at=request.at), "open", kind="event", at=request.at,
                object_key=event.number, fields=["name", "phone"], address=client_address(request),
            )
        return response

    def render_change_form(self, request: HttpRequest, context: dict, **kwargs: Any) -> HttpResponse:
        context["request_shows_reporter"] = self._needs_reporter(request)
        return super().render_change_form(request, context, **kwargs)

    @staticmethod
    def _needs_reporter(request: HttpRequest) -> bool:
        return any(reach.may_unmask or reach.field_level >= 2 for reach in _rights(request).reaches)

    def get_fields(self, request: HttpRequest, obj: Event | None = None) -> tuple[str, ...]:
        shown = self._needs_reporter(request)
        return tuple(name for name in self.fields if shown or name != "masked_reporter")

    @admin.display(description=gettext_lazy("反映人"))
    def masked_reporter(self, event: Event) -> str:
        found = EventReporter.objects.filter(event=event).first()
        return f"{mask_name(found.name)} {mask_phone(found.phone)}".strip() if found else "—"


@admin.register(WorkOrder)
class WorkOrderAdmin(CaseRowAdmin):
    list_display = ("event", "kind", "state", "unit", "handler", "is_lead", "sent_at", "accepted_at", "due_at", "done_at")
    list_filter = ("kind", "state", "is_lead")
    list_select_related = ("event", "unit", "handler")
    search_fields = ("event__number", "unit__name")
    ordering = ("-id",)


@admin.register(EventDeadline)
class EventDeadlineAdmin(CaseRowAdmin):
    event = "case"
    list_display = ("case", "stage", "state", "kind", "service_class", "budget_seconds", "started_at", "due_at", "stopped_at")
    list_filter = ("stage", "state", "kind")
    list_select_related = ("case",)
    search_fields = ("case__number",)
    ordering = ("-id",)


@admin.register(EventTrail)
class EventTrailAdmin(CaseRowAdmin):
    view_codes = TRAIL
    event = "case"
    list_display = ("case", "seq", "verb", "at", "lane", "actor_name", "from_state", "to_state")
    list_filter = ("lane", "verb")
    list_select_related = ("case",)
    search_fields = ("case__number", "actor_name")
    ordering = ("-id",)


@admin.register(SupervisionOrder)
class SupervisionAdmin(CaseRowAdmin):
    list_display = ("number", "event", "colour", "way", "unit", "issued_at", "reply_due_at", "replied_at", "struck_off_at")
    list_filter = ("colour", "way")
    list_select_related = ("event", "unit")
    search_fields = ("number", "event__number")
    ordering = ("-id",)


@admin.register(Whistle)
class WhistleAdmin(CaseRowAdmin):
    list_display = ("number", "event", "kind", "state", "street", "asked_at", "approved_at")
    list_filter = ("kind", "state")
    list_select_related = ("event", "street")
    search_fields = ("number", "event__number")
    ordering = ("-id",)


@admin.register(Consultation)
class ConsultationAdmin(CaseRowAdmin):
    list_display = ("event", "state", "reason", "chair", "opened_at", "decided_at")
    list_filter = ("state",)
    list_select_related = ("event", "chair")
    search_fields = ("event__number",)
    ordering = ("-id",)


@admin.register(Decline)
class DeclineAdmin(CaseRowAdmin):
    list_display = ("event", "unit", "reason", "declined_at", "ruling", "ruled_unit", "ruled_at")
    list_filter = ("ruling", "reason")
    list_select_related = ("event", "unit", "ruled_unit")
    search_fields = ("event__number", "unit__name")
    ordering = ("-id",)


@admin.register(Verification)
class VerificationAdmin(CaseRowAdmin):
    list_display = ("event", "way", "round", "attempt", "finding", "at", "by")
    list_filter = ("way", "finding")
    list_select_related = ("event", "by")
    search_fields = ("event__number",)
    ordering = ("-id",)


@admin.register(Rating)
class RatingAdmin(CaseRowAdmin):
    list_display = ("event", "round", "level", "solved", "way", "at")
    list_filter = ("level", "solved", "way")
    list_select_related = ("event",)
    search_fields = ("event__number",)
    ordering = ("-id",)
