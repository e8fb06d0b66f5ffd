"""What admin pages of tracked reference data share: who changed what stands in the database's own history."""

from __future__ import annotations

from typing import Any

import pghistory
from django.contrib.admin import ModelAdmin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.models import User

SHOWN = 200


class TrackedAdmin(ModelAdmin):
    """Names the person behind each change, and lists the changes on the page 历史."""

    object_history_template = "accounts/tracked_history.html"

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with pghistory.context(user=request.user.pk):
            return super().changeform_view(request, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with pghistory.context(user=request.user.pk):
            return super().changelist_view(request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with pghistory.context(user=request.user.pk):
            return super().delete_view(request, *args, **kwargs)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict | None = None
    ) -> HttpResponse:
        obj = self.get_object(request, object_id)
        changes = changes_of(obj) if obj is not None else []
        return super().history_view(request, object_id, {**(extra_context or {}), "changes": changes})


def changes_of(obj: models.Model) -> list[dict[str, Any]]:
    """Newest first: ``{"at", "what", "who", "fields": [(label, old, new), …]}``; at most 200."""
    rows = list(obj.history.select_related("pgh_context").order_by("-pgh_id")[: SHOWN + 1])
    people = User.objects.in_bulk({row.pgh_context.metadata.get("user") for row in rows if row.pgh_context} - {None})
    words = {"insert": _("新增"), "update": _("修改"), "delete": _("删除")}
    found = []
    for row, older in zip(rows, [*rows[1:], None], strict=True):
        who = people.get(row.pgh_context.metadata.get("user")) if row.pgh_context else None
        changed = _changed(type(obj), row, older) if row.pgh_label == "update" and older else []
        found.append({
            "at": row.pgh_created_at, "what": words.get(row.pgh_label, row.pgh_label),
            "who": who.name if who else _("系统"), "fields": changed,
        })
    return found[:SHOWN]


def _changed(model: type[models.Model], row: models.Model, older: models.Model) -> list[tuple[str, Any, Any]]:
    names = [(field.attname, field.verbose_name) for field in model._meta.concrete_fields]
    return [
        (label, getattr(older, name), getattr(row, name))
        for name, label in names
        if getattr(older, name) != getattr(row, name)
    ]
