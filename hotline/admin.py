"""The admin's view of orders: state and clocks, nothing to write. The caller is not shown here at all."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from casework.admin_base import ReadOnlyAdmin
from grids.scope import rights_of
from hotline.models import HotlineDeadline, HotlineOrder
from hotline.queries import visible_to

VIEW = frozenset({"hotline.view"})


class OrderRowAdmin(ReadOnlyAdmin):
    """Rows of orders that the reader may know of."""

    view_codes = VIEW
    show_full_result_count = False
    actions = None


@admin.register(HotlineOrder)
class HotlineOrderAdmin(OrderRowAdmin):
    """State, clocks and outcome of an order."""

    fields = (
        "number", "state", "version", "demand", "channel", "title", "text", "address", "area", "category", "urgency",
        "handling", "service_class", "is_same_day", "event", "has_joined", "registered_at", "forwarded_at",
        "answered_at", "called_back_at", "closed_at", "promised_at", "due_at", "due_stage", "round", "answer",
        "outcome", "was_reached", "solved", "rating", "dissatisfied", "is_excluded", "flag",
    )
    list_display = ("number", "title", "state", "demand", "urgency", "category", "due_at", "registered_at")
    list_filter = ("state", "demand", "urgency", "handling", "flag", "is_excluded")
    list_select_related = ("category",)
    search_fields = ("number__startswith", "title")
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[HotlineOrder]:
        return visible_to(rights_of(request.user, at=request.at)).order_by("-id")


@admin.register(HotlineDeadline)
class HotlineDeadlineAdmin(OrderRowAdmin):
    list_display = ("case", "stage", "state", "kind", "service_class", "budget_seconds", "started_at", "due_at", "stopped_at")
    list_filter = ("stage", "state", "kind")
    list_select_related = ("case",)
    search_fields = ("case__number",)
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[HotlineDeadline]:
        seen = visible_to(rights_of(request.user, at=request.at))
        return super().get_queryset(request).filter(case__in=seen)
