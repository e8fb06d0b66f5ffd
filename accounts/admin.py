"""Admin pages of people, roles and permission codes.

Who may open them is asked of the sign-in backend (``ADMIN_CODES``), because posts and land lie above this room.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_backends
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import people
from accounts.admin_history import TrackedAdmin
from accounts.models import Permission, Role, User

SCOPES = (("area", gettext_lazy("区域")), ("unit", gettext_lazy("单位")), ("assigned", gettext_lazy("经办")))


class RoleForm(forms.ModelForm):
    """Codes are chosen from those there are."""

    permissions = forms.MultipleChoiceField(
        label=gettext_lazy("权限代码"), required=False, widget=forms.CheckboxSelectMultiple
    )
    scope_kinds = forms.MultipleChoiceField(
        label=gettext_lazy("范围种类"), choices=SCOPES, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "permissions" in self.fields:
            self.fields["permissions"].choices = [(row.code, str(row)) for row in Permission.objects.all()]

    def clean_permissions(self) -> list[str]:
        """Nobody both keeps people and grants roles."""
        codes = self.cleaned_data["permissions"]
        if {"accounts.manage_people", "accounts.grant_roles"} <= set(codes):
            raise forms.ValidationError(_("管理人员和授予角色须分开"))
        return sorted(codes)


@admin.register(Role)
class RoleAdmin(TrackedAdmin):
    """Changed by whoever grants roles, never the role one holds oneself; a role is not deleted."""

    form = RoleForm
    list_display = ("name", "code", "rank", "scope_kinds", "ceiling", "field_level", "may_unmask", "is_office")
    list_filter = ("is_office", "may_unmask", "ceiling")
    search_fields = ("name", "name_en", "code")

    def get_readonly_fields(self, request: HttpRequest, obj: Role | None = None) -> tuple[str, ...]:
        return ("code",) if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Role | None = None) -> bool:
        own = obj is not None and request.user.posts.filter(role=obj).exists()
        return super().has_change_permission(request, obj) and not own

    def has_delete_permission(self, request: HttpRequest, obj: Role | None = None) -> bool:
        return False


@admin.register(Permission)
class PermissionAdmin(admin.ModelAdmin):
    """The codes are those the workflow and the pages ask for: read only."""

    list_display = ("code", "name", "name_en")
    search_fields = ("code", "name", "name_en")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Permission | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Permission | None = None) -> bool:
        return False


@admin.register(User)
class PersonAdmin(admin.ModelAdmin):
    """People of the staff. Passwords are never shown or typed here: an account is born with a one-time password,
    which the page after it shows once. Accounts are switched off, not deleted."""

    fields = ("username", "name", "pinyin", "phone", "email", "badge", "language", "is_machine")
    seen = ("is_active", "is_demo", "must_change_password", "password_changed_at", "last_seen_at", "created_at")
    list_display = ("username", "name", "badge", "is_active", "is_machine", "is_demo", "last_seen_at")
    list_filter = ("is_active", "is_machine", "is_demo", "must_change_password")
    search_fields = ("username", "name", "pinyin", "badge")
    actions = ("reset_passwords", "switch_off", "switch_on")
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """The reader's own land; what that is the backend says."""
        rows = super().get_queryset(request)
        for backend in get_backends():
            if hasattr(backend, "people_within"):
                rows = backend.people_within(request.user, rows)
        return rows

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        return (*self.fields, *self.seen) if obj else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        return (*self.seen, "is_machine") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        password = people.one_time_password()
        if obj.is_machine:
            obj.set_unusable_password()
        else:
            obj.set_password(password)
            obj.must_change_password = True
            request.one_time = [(obj, password)]
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: User, post_url_continue: str | None = None
    ) -> HttpResponse:
        made = getattr(request, "one_time", None)
        return self._show(request, made) if made else super().response_add(request, obj, post_url_continue)

    def _show(self, request: HttpRequest, made: list[tuple[User, str]]) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "title": _("一次性密码"), "made": made}
        response = TemplateResponse(request, "accounts/one_time.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def _each(self, request: HttpRequest, rows: QuerySet[User], act: Any, words: str) -> list[tuple[User, Any]]:
        """Do it to each; those refused are named, the others stand and are written down."""
        done = []
        for person in rows:
            try:
                done.append((person, act(person)))
            except people.PeopleRefused as refusal:
                messages.error(request, f"{person}:{refusal}")
        if done:
            LogEntry.objects.log_actions(request.user.pk, [person for person, told in done], CHANGE, words)
        return done

    @admin.action(description=gettext_lazy("重置密码(显示一次)"), permissions=["change"])
    def reset_passwords(self, request: HttpRequest, rows: QuerySet[User]) -> HttpResponse | None:
        """Show the one-time passwords on a page of their own; they are kept nowhere."""
        made = self._each(
            request, rows, lambda person: people.reset_password(person, by=request.user), "reset password"
        )
        return self._show(request, made) if made else None

    @admin.action(description=gettext_lazy("停用所选账号"), permissions=["change"])
    def switch_off(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        for person, left in self._each(
            request, rows, lambda person: people.switch_off(person, by=request.user), "switch off"
        ):
            messages.success(request, _("%(name)s 已停用") % {"name": person})
            if left:
                words = _("%(name)s 名下有 %(n)s 张未办结工单,仍在原单位,由同单位人员续办")
                messages.warning(request, words % {"name": person, "n": left})

    @admin.action(description=gettext_lazy("启用所选账号"), permissions=["change"])
    def switch_on(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        for person, _told in self._each(request, rows, people.switch_on, "switch on"):
            messages.success(request, _("%(name)s 已启用") % {"name": person})
