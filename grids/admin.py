"""Admin pages of the land. The tree, boundaries, posts and leave are written by their verbs only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Field, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin_history import TrackedAdmin
from grids import admin_addresses, places, staff, tree
from grids.admin_base import LandAdmin, actor_in, rights_in
from grids.admin_forms import PLAIN, AreaForm, NewAreaForm, NewPostForm
from grids.boundaries import CoverageReport
from grids.models import (
    Area,
    AreaLineage,
    DutyClause,
    DutyTurn,
    Leave,
    LegacyGrid,
    Level,
    PartyBranch,
    Post,
    SizeBound,
    StationTurn,
    TeamRole,
    TeamTemplate,
    Unit,
    VolunteerMember,
    VolunteerTeam,
)

__all__ = ["admin_addresses"]
SHOWN = 5


@admin.register(Area)
class AreaAdmin(LandAdmin):
    """The tree. Code, path and nested-set numbers are for reading; nothing is deleted, only abolished."""

    codes = ("grids.manage", "grids.boundary")
    land = "path"
    may_delete = False
    list_display = ("indented", "code", "level", "grid_type", "households", "abolished_on")
    list_filter = ("level", "grid_type", "terrain", ("abolished_on", admin.EmptyFieldListFilter))
    search_fields = ("code", "name", "short_name", "pinyin")
    ordering = ("path",)
    list_select_related = ("level",)
    list_per_page = 100
    raw_id_fields = ("responsible_unit",)
    actions = ("abolish", "restore")
    fixed = (
        "code",
        "level",
        "parent",
        "path",
        "pinyin",
        "grid_type",
        "abolished_on",
        "source",
    )

    @admin.display(description=gettext_lazy("名称"), ordering="path")
    def indented(self, area: Area) -> str:
        return "\u3000" * area.depth + area.name

    def get_form(
        self, request: HttpRequest, obj: Area | None = None, change: bool = False, **kwargs: Any
    ) -> type:
        kwargs["form"] = AreaForm if obj else NewAreaForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Area | None = None) -> list:
        if obj is None:
            return [(None, {"fields": ("above", "level", "name", "code", "grid_type", *PLAIN)})]
        return [
            (None, {"fields": ("name", *PLAIN, "move_to")}),
            (_("边界"), {"fields": ("boundary",)}),
            (_("只读"), {"fields": self.fixed}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Area | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        managed = rights_in(request).covers("grids.manage", area_path=obj.path)
        return self.fixed if managed else (*self.fixed, "name", *PLAIN)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return rights_in(request).may("grids.manage")

    def save_model(self, request: HttpRequest, obj: Area, form: ModelForm, change: bool) -> None:
        told, by = form.cleaned_data, {"actor": actor_in(request), "at": request.at}
        if not change:
            plain = {name: told[name] for name in PLAIN if told[name] not in (None, "")}
            made = tree.add_area(
                told["above"], level=told["level"].code, name=told["name"], code=told["code"],
                grid_type=told["grid_type"], **plain, **by,
            )  # fmt: skip
            obj.pk = made.pk
            obj.refresh_from_db()
            return
        self._change(request, obj, form, by)

    def _change(self, request: HttpRequest, obj: Area, form: ModelForm, by: dict) -> None:
        told, changed = form.cleaned_data, set(form.changed_data)
        if "name" in changed:
            tree.rename_area(obj, told["name"], **by)
        plain = {name: told[name] for name in PLAIN if name in changed}
        if plain:
            Area.objects.filter(pk=obj.pk).update(**plain)
        if "boundary" in changed:
            self._warn(request, places.set_boundary(obj, told["boundary"], **by))
        if told.get("move_to"):
            tree.move_area(obj, told["move_to"], **by)
        obj.refresh_from_db()

    def _warn(self, request: HttpRequest, report: CoverageReport | None) -> None:
        """How the siblings tile their parent now: shown, not refused."""
        if report is None or report.clean:
            return
        for left, right, size in report.overlaps[:SHOWN]:
            messages.warning(
                request,
                _("重叠:%(a)s 与 %(b)s,%(m2)s 平方米") % {"a": left, "b": right, "m2": f"{size:,.0f}"},
            )
        if report.gaps:
            size = sum(m2 for _gap, m2 in report.gaps)
            words = _("空隙:%(n)s 处,共 %(m2)s 平方米") % {"n": len(report.gaps), "m2": f"{size:,.0f}"}
            messages.warning(request, words)
        for code, size in report.outside[:SHOWN]:
            messages.warning(
                request, _("超出上级边界:%(code)s,%(m2)s 平方米") % {"code": code, "m2": f"{size:,.0f}"}
            )

    @admin.action(description=gettext_lazy("撤销所选区域"))
    def abolish(self, request: HttpRequest, rows: QuerySet[Area]) -> None:
        by = {"actor": actor_in(request), "at": request.at}
        self.each(request, rows.order_by("-depth"), lambda area: tree.abolish_area(area, **by))

    @admin.action(description=gettext_lazy("恢复所选区域"))
    def restore(self, request: HttpRequest, rows: QuerySet[Area]) -> None:
        by = {"actor": actor_in(request), "at": request.at}
        self.each(request, rows.order_by("depth"), lambda area: tree.restore_area(area, **by))


class _Looked(LandAdmin):
    """For looking at only."""

    may_delete = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(AreaLineage)
class AreaLineageAdmin(_Looked):
    list_display = ("on", "kind", "area", "old", "new", "successor", "source")
    list_filter = ("kind", "on")
    search_fields = ("area__code", "area__name", "old", "new")
    list_select_related = ("area", "successor")


@admin.register(Level)
class LevelAdmin(LandAdmin):
    land = ""
    may_delete = False
    list_display = ("code", "name", "name_en", "rank")


class DutyClauseInline(admin.TabularInline):
    model = DutyClause
    extra = 1

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return rights_in(request).may("grids.manage")

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


@admin.register(Unit)
class UnitAdmin(TrackedAdmin, LandAdmin):
    """Units are switched off, not deleted: their orders stay theirs."""

    may_delete = False
    list_display = ("code", "name", "kind", "area", "phone", "is_stationed", "is_active")
    list_filter = ("kind", "is_active", "is_stationed", "round_the_clock")
    search_fields = ("code", "name", "pinyin")
    list_select_related = ("area",)
    raw_id_fields = ("area", "parent")
    inlines = (DutyClauseInline,)


@admin.register(Post)
class PostAdmin(LandAdmin):
    """Appointments are made and ended by the verbs; a post is never edited or deleted, so that it stays provable
    who could do what when."""

    codes = ("grids.staff", "accounts.grant_roles")
    may_delete = False
    form = NewPostForm
    list_display = ("person", "role", "rank", "cover", "employment", "area", "unit", "valid_from", "valid_to")
    list_filter = ("rank", "cover", "employment", "role")
    search_fields = ("person__username", "person__name", "area__code", "area__name", "unit__name")
    list_select_related = ("person", "role", "area", "unit")
    raw_id_fields = ("person", "area", "unit")
    actions = ("end", "make_a")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Post]:
        inside = self.scope(request, "area__path") | self.scope(request, "unit__area__path")
        return Post.objects.filter(inside)

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return obj is None and self._may(request)

    def save_model(self, request: HttpRequest, obj: Post, form: ModelForm, change: bool) -> None:
        told = dict(form.cleaned_data)
        made = staff.appoint(
            told.pop("person"), told.pop("role"), actor=actor_in(request), at=request.at, **told
        )
        obj.pk = made.post.pk
        obj.refresh_from_db()
        for words in made.warnings:
            messages.warning(request, words)

    @admin.action(description=gettext_lazy("结束所选岗位(今天为最后一天)"))
    def end(self, request: HttpRequest, rows: QuerySet[Post]) -> None:
        self.each(request, rows, lambda post: staff.end_post(post, actor=actor_in(request), at=request.at))

    @admin.action(description=gettext_lazy("设为 A 岗"))
    def make_a(self, request: HttpRequest, rows: QuerySet[Post]) -> None:
        self.each(
            request, rows, lambda post: staff.set_cover(post, "A", actor=actor_in(request), at=request.at)
        )


@admin.register(Leave)
class LeaveAdmin(LandAdmin):
    codes = ("grids.leave",)
    may_delete = False
    fields = ("person", "starts_at", "ends_at", "reason")
    list_display = ("person", "starts_at", "ends_at", "reason", "recorded_by")
    list_select_related = ("person", "recorded_by")
    search_fields = ("person__username", "person__name")
    date_hierarchy = "starts_at"
    raw_id_fields = ("person",)
    actions = ("back",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Leave]:
        inside = self.scope(request, "area__path") | self.scope(request, "unit__area__path")
        return Leave.objects.filter(person__in=Post.objects.filter(inside).values("person"))

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return obj is None and self._may(request)

    def save_model(self, request: HttpRequest, obj: Leave, form: ModelForm, change: bool) -> None:
        told = dict(form.cleaned_data)
        made = staff.record_leave(told.pop("person"), actor=actor_in(request), at=request.at, **told)
        obj.pk = made.pk
        obj.refresh_from_db()

    @admin.action(description=gettext_lazy("销假"))
    def back(self, request: HttpRequest, rows: QuerySet[Leave]) -> None:
        self.each(request, rows, lambda leave: staff.end_leave(leave, actor=actor_in(request), at=request.at))


@admin.register(DutyTurn)
class DutyTurnAdmin(LandAdmin):
    codes = ("grids.staff",)
    list_display = ("day", "shift", "kind", "area", "person")
    list_filter = ("kind", "shift", "day")
    list_select_related = ("area", "person")
    raw_id_fields = ("area", "person")
    date_hierarchy = "day"


@admin.register(StationTurn)
class StationTurnAdmin(LandAdmin):
    codes = ("grids.staff",)
    land = "unit__area__path"
    list_display = ("day", "shift", "unit", "person")
    list_filter = ("shift", "unit", "day")
    list_select_related = ("unit", "person")
    raw_id_fields = ("unit", "person")
    date_hierarchy = "day"


class TeamRoleInline(admin.TabularInline):
    model = TeamRole
    extra = 1
    has_view_permission = has_add_permission = has_change_permission = has_delete_permission = (
        DutyClauseInline.has_view_permission
    )


@admin.register(TeamTemplate)
class TeamTemplateAdmin(LandAdmin):
    land = ""
    list_display = ("name", "level", "is_default")
    inlines = (TeamRoleInline,)


class VolunteerMemberInline(admin.TabularInline):
    model = VolunteerMember
    extra = 3
    fields = ("name", "phone", "is_leader", "joined_on", "left_on")

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        rights = rights_in(request)
        return any(rights.may(code) for code in VolunteerTeamAdmin.codes)

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


@admin.register(VolunteerTeam)
class VolunteerTeamAdmin(LandAdmin):
    """The N teams of grids and communities with their members."""

    codes = ("grids.manage", "grids.staff")
    list_display = ("name", "role", "area", "founded_on", "is_active")
    list_filter = ("role", "is_active")
    search_fields = ("name", "area__code", "area__name", "members__name")
    list_select_related = ("role", "area")
    raw_id_fields = ("area",)
    inlines = (VolunteerMemberInline,)

    def formfield_for_foreignkey(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "role":
            kwargs["queryset"] = TeamRole.objects.filter(is_required=False).select_related("template").order_by("pk")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(SizeBound)
class SizeBoundAdmin(LandAdmin):
    land = ""
    list_display = ("terrain", "min_households", "max_households", "max_population")


@admin.register(LegacyGrid)
class LegacyGridAdmin(LandAdmin):
    land = "grid__path"
    list_display = ("line", "code", "name", "grid")
    list_filter = ("line",)
    search_fields = ("code", "name", "grid__code", "grid__name")
    list_select_related = ("grid",)
    raw_id_fields = ("grid",)


@admin.register(PartyBranch)
class PartyBranchAdmin(LandAdmin):
    list_display = ("name", "kind", "area", "members")
    list_filter = ("kind",)
    search_fields = ("name", "area__code", "area__name")
    list_select_related = ("area",)
    raw_id_fields = ("area", "parent")
