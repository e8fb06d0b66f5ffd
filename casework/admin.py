"""Admin pages of the machinery: calendars are edited, the rest is looked at; an outbox row may be retried."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin_history import TrackedAdmin
from casework import outbox
from casework.admin_base import RULES, CodedAdmin, ReadOnlyAdmin, RuleAdmin
from casework.delivery import send_test
from casework.learning import admin as learning_admin  # noqa: F401 (registers itself)
from casework.models import (
    Calendar,
    CalendarDay,
    Channel,
    Delivery,
    Heartbeat,
    LadderRung,
    OutboxItem,
    ReadLog,
    ServiceClass,
    StoredFile,
    WorkPeriod,
)
from grids.models import Post
from grids.scope import holds_for_district, path_filter, rights_of

CALENDAR = frozenset({"casework.manage_calendar"})
TECHNICAL = frozenset({"settings.technical"})
OUTBOX = frozenset({"casework.view_outbox"})
READ_LOG = "casework.view_read_log"


class PeriodLines(admin.TabularInline):
    """The working periods of a calendar."""

    model = WorkPeriod
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return True

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


@admin.register(Calendar)
class CalendarAdmin(RuleAdmin):
    change_codes = CALENDAR
    list_display = ("code", "name", "version")
    inlines = (PeriodLines,)


@admin.register(CalendarDay)
class CalendarDayAdmin(RuleAdmin):
    change_codes = CALENDAR
    list_display = ("date", "is_workday", "note", "notice_year", "calendar")
    list_filter = ("calendar", "is_workday", "notice_year")
    date_hierarchy = "date"
    search_fields = ("note",)


@admin.register(ServiceClass)
class ServiceClassAdmin(TrackedAdmin, RuleAdmin):
    """The code is the key that cases and clocks name: it stays, and so does the row."""

    change_codes = RULES
    list_display = ("code", "name", "may_pause", "basis", "rank")

    def get_readonly_fields(self, request: HttpRequest, obj: ServiceClass | None = None) -> tuple[str, ...]:
        return ("code",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(LadderRung)
class LadderRungAdmin(TrackedAdmin, RuleAdmin):
    change_codes = RULES
    list_display = ("ladder", "position", "code", "at_percent", "min_offset_seconds", "actions")
    list_filter = ("ladder",)


class OutboxStateFilter(admin.SimpleListFilter):
    """Waiting, done or given up."""

    title = gettext_lazy("状态")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("waiting", _("待办")), ("dead", _("放弃")), ("done", _("完成"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        conditions = {
            "waiting": {"done_at": None, "dead_at": None},
            "dead": {"dead_at__isnull": False},
            "done": {"done_at__isnull": False},
        }
        return queryset.filter(**conditions.get(self.value() or "", {}))


@admin.register(OutboxItem)
class OutboxAdmin(ReadOnlyAdmin):
    view_codes = OUTBOX
    list_display = ("id", "topic", "key", "available_at", "attempts", "done_at", "dead_at", "last_error")
    list_filter = (OutboxStateFilter, "topic")
    search_fields = ("key",)
    ordering = ("-id",)
    actions = ("retry_items",)
    show_full_result_count = False

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return self._may(request, frozenset({"casework.retry_outbox"}))

    @admin.action(description=gettext_lazy("重新执行"), permissions=["retry"])
    def retry_items(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Offer the chosen rows anew."""
        count = sum(outbox.retry(item) for item in queryset)
        self.message_user(request, _("%(count)s 项已重新排队") % {"count": count}, messages.SUCCESS)


@admin.register(Channel)
class ChannelAdmin(CodedAdmin):
    change_codes = TECHNICAL
    list_display = ("code", "kind", "is_active", "per_minute", "failures", "open_until")
    readonly_fields = ("failures", "open_until")
    actions = ("try_out",)

    @admin.action(description=gettext_lazy("试发"), permissions=["change"])
    def try_out(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Send one test message through each chosen channel, to the asking person's own address."""
        for channel in queryset:
            target = {"mail": request.user.email, "sms": request.user.phone}.get(channel.kind, "")
            reason = send_test(channel, target=target, at=getattr(request, "at", None) or timezone.now())
            if reason:
                words = _("%(channel)s 试发失败:%(reason)s") % {"channel": channel.code, "reason": reason}
                self.message_user(request, words, messages.ERROR)
            else:
                self.message_user(request, _("%(channel)s 已试发") % {"channel": channel.code}, messages.SUCCESS)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """Without target and text: an address is personal."""

    view_codes = OUTBOX | TECHNICAL
    fields = ("channel", "key", "title", "state", "tries", "reason", "created_at", "sent_at")
    list_display = ("id", "channel", "title", "state", "tries", "reason", "created_at", "sent_at")
    list_filter = ("channel", "state")
    show_full_result_count = False


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    view_codes = OUTBOX | TECHNICAL
    list_display = ("name", "at", "detail")


@admin.register(ReadLog)
class ReadLogAdmin(ReadOnlyAdmin):
    view_codes = frozenset({READ_LOG})
    list_display = ("at", "person", "act", "kind", "object_key", "fields", "reason", "count", "allowed")
    list_filter = ("act", "kind", "allowed")
    search_fields = ("object_key", "person__username")
    date_hierarchy = "at"
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReadLog]:
        """The whole log for the district's readers; for a street or a unit what its own people have read
        (quality.md §5.2, S:m and M:m)."""
        rights = rights_of(request.user, at=getattr(request, "at", None) or timezone.now())
        rows = super().get_queryset(request)
        if holds_for_district(rights, READ_LOG):
            return rows
        inside = path_filter(rights, READ_LOG, "area__path") | path_filter(rights, READ_LOG, "unit__area__path")
        inside |= Q(unit__in=rights.units(READ_LOG))
        return rows.filter(person__in=Post.objects.filter(inside).values("person"))


@admin.register(StoredFile)
class StoredFileAdmin(ReadOnlyAdmin):
    view_codes = TECHNICAL
    list_display = ("name", "mime", "size", "width", "height", "uploaded_at")
    fields = ("name", "mime", "size", "width", "height", "sha256", "uploaded_by", "uploaded_at")
    show_full_result_count = False
