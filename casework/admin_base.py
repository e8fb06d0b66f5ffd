"""What the admin pages of cases and rules have in common in every room: permission codes, read-only rows, rules."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from casework.clock import loader
from grids.admin_base import Worded
from grids.scope import rights_of

RULES = frozenset({"settings.manage_rules"})


class CodedAdmin(Worded, admin.ModelAdmin):
    """Asks the permission codes of the roles instead of Django's model permissions."""

    view_codes: ClassVar[frozenset[str]] = frozenset()
    change_codes: ClassVar[frozenset[str]] = frozenset()

    def _may(self, request: HttpRequest, codes: frozenset[str]) -> bool:
        rights = rights_of(request.user, at=getattr(request, "at", None) or timezone.now())
        return bool(codes & rights.permissions)

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return self._may(request, self.view_codes | self.change_codes)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request, self.change_codes)

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return self._may(request, self.change_codes)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return self._may(request, self.change_codes)


class ReadOnlyAdmin(CodedAdmin):
    """Nobody writes here by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class RuleAdmin(CodedAdmin):
    """A rule that clocks read: what this process keeps of it is dropped on saving."""

    def save_model(self, request: HttpRequest, obj: object, form: object, change: bool) -> None:
        super().save_model(request, obj, form, change)
        loader.forget()

    def delete_model(self, request: HttpRequest, obj: object) -> None:
        super().delete_model(request, obj)
        loader.forget()
