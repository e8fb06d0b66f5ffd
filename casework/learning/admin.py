"""The versions of trained suggestions: what was measured, which one serves, switch back, train anew in the worker."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.admin_base import ReadOnlyAdmin
from casework.learning import store, tasks
from casework.models import TrainedModel


def _percent(row: TrainedModel, name: str) -> str:
    value = row.quality.get(name)
    return "–" if value is None else f"{100 * value:.1f} %"


@admin.register(TrainedModel)
class TrainedModelAdmin(ReadOnlyAdmin):
    view_codes = frozenset({"settings.manage_rules"})
    list_display = (
        "task_name", "version", "is_active", "texts", "labels", "accuracy", "macro", "covered", "gap", "trained_at",
        "trained_by",
    )
    list_filter = ("task", "is_active")
    fields = ("task", "version", "is_active", "texts", "labels", "size", "sha256", "quality", "facts", "trained_at",
              "trained_by")
    actions = ("serve_version", "withdraw_task", "train_anew")
    show_full_result_count = False

    def has_switch_permission(self, request: HttpRequest) -> bool:
        return self._may(request, self.view_codes)

    @admin.display(description=gettext_lazy("用途"))
    def task_name(self, row: TrainedModel) -> str:
        task = tasks.find(row.task)
        return str(task.name) if task else row.task

    @admin.display(description=gettext_lazy("准确率"))
    def accuracy(self, row: TrainedModel) -> str:
        return _percent(row, "accuracy")

    @admin.display(description=gettext_lazy("宏平均F1"))
    def macro(self, row: TrainedModel) -> str:
        return _percent(row, "macro_f1")

    @admin.display(description=gettext_lazy("给出建议的比例"))
    def covered(self, row: TrainedModel) -> str:
        return _percent(row, "covered")

    @admin.display(description=gettext_lazy("概率偏差"))
    def gap(self, row: TrainedModel) -> str:
        return _percent(row, "calibration_error")

    @admin.action(description=gettext_lazy("启用此版本"), permissions=["switch"])
    def serve_version(self, request: HttpRequest, queryset: QuerySet[TrainedModel]) -> None:
        """One version per use; two chosen of one use are refused."""
        rows = list(queryset)
        if len({row.task for row in rows}) < len(rows):
            self.message_user(request, _("同一用途只能选一个版本"), messages.ERROR)
            return
        for row in rows:
            store.serve(row)
            self.message_user(request, _("已启用 %(version)s") % {"version": row}, messages.SUCCESS)

    @admin.action(description=gettext_lazy("停用模型,退回词与规则"), permissions=["switch"])
    def withdraw_task(self, request: HttpRequest, queryset: QuerySet[TrainedModel]) -> None:
        for task in sorted({row.task for row in queryset}):
            store.withdraw(task)
            self.message_user(request, _("%(task)s 已退回词与规则") % {"task": task}, messages.SUCCESS)

    @admin.action(description=gettext_lazy("按最新数据重新训练(后台)"), permissions=["switch"])
    def train_anew(self, request: HttpRequest, queryset: QuerySet[TrainedModel]) -> None:
        at = getattr(request, "at", None) or timezone.now()
        for task in sorted({row.task for row in queryset}):
            if store.order_training(task, at=at, by=request.user):
                self.message_user(request, _("%(task)s 已交后台训练,完成后列为新版本") % {"task": task}, messages.SUCCESS)
            else:
                self.message_user(request, _("%(task)s 的训练已在排队") % {"task": task}, messages.WARNING)
