"""What the admin pages of the land share: permission codes, scope of the rows, refusals as sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Field, Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy

from grids.models import Area, Unit
from grids.refusals import GridRefused
from grids.scope import Rights, path_filter, rights_of


@dataclass(frozen=True, slots=True)
class OfficeActor:
    """A signed-in person at the admin."""

    rights: Rights
    person_id: int | None
    lane: str = "person"


def rights_in(request: HttpRequest) -> Rights:
    return rights_of(request.user, at=getattr(request, "at", None) or timezone.now())


def actor_in(request: HttpRequest) -> OfficeActor:
    return OfficeActor(rights_in(request), request.user.pk)


class Worded:
    """Before ``ModelAdmin``: a choice of another row that has no words of its own is called by what it chooses."""

    def formfield_for_foreignkey(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None and db_field.verbose_name == db_field.name.replace("_", " "):
            own = db_field.related_model is self.model
            field.label = gettext_lazy("上级") if own else db_field.related_model._meta.verbose_name
        return field


class LandAdmin(Worded, admin.ModelAdmin):
    """Rows inside the reader's own land, by permission codes. Out of scope is not there.

    ``codes``: any of these permissions opens the page; ``land``: lookup of the path that decides (empty: reference
    data without a place, open to whoever holds the code).
    """

    codes: ClassVar[tuple[str, ...]] = ("grids.manage",)
    land: ClassVar[str] = "area__path"
    may_delete: ClassVar[bool] = True
    show_full_result_count = False

    def _may(self, request: HttpRequest) -> bool:
        return any(rights_in(request).may(code) for code in self.codes)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.may_delete and self._may(request)

    def scope(self, request: HttpRequest, lookup: str) -> Q:
        """Condition that a path lies where one of the page's permissions holds."""
        condition = Q(pk__in=())
        for code in self.codes:
            condition |= path_filter(rights_in(request), code, lookup)
        return condition

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request)
        return rows.filter(self.scope(request, self.land)) if self.land else rows

    def formfield_for_foreignkey(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> Any:
        """Only places inside the scope may be chosen; an id from outside is refused as unknown."""
        if self.land and db_field.related_model is Area:
            kwargs["queryset"] = Area.objects.filter(self.scope(request, "path"))
        elif self.land and db_field.related_model is Unit and self.model is not Area:
            kwargs["queryset"] = Unit.objects.filter(self.scope(request, "area__path"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A refusal of a verb (its transaction is undone) goes back to the form as a sentence."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except GridRefused as refusal:
            messages.error(request, refusal.detail)
            return redirect(request.get_full_path())

    def each(self, request: HttpRequest, rows: QuerySet, act: Any) -> None:
        """Do a verb to each row chosen; those refused are named, the others stand."""
        done = 0
        for row in rows:
            try:
                act(row)
                done += 1
            except GridRefused as refusal:
                messages.error(request, f"{row}:{refusal.detail}")
        if done:
            messages.success(request, f"✓ {done}")
