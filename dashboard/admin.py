"""Walls without a person: issue, reissue and revoke their tokens."""

from __future__ import annotations

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard import kiosk
from dashboard.models import Kiosk


class KioskForm(forms.ModelForm):
    """Only an account that can do nothing but look may stand behind a token."""

    at = None

    def clean_person(self) -> object:
        person = self.cleaned_data["person"]
        if not kiosk.may_stand_for(person, at=self.at):
            raise forms.ValidationError(_("该账号还有大屏以外的权限或没有大屏权限,不能用于免登录"))
        return person


@admin.register(Kiosk)
class KioskAdmin(admin.ModelAdmin):
    """大屏终端. The address with its token is shown once, on the page after it was issued."""

    form = KioskForm
    fields = ("name", "area", "person")
    seen = ("issued_by", "issued_at", "started_at", "revoked_at")
    list_display = ("name", "area", "person", "issued_at", "started_at", "revoked_at")
    search_fields = ("name",)
    autocomplete_fields = ("area", "person")
    actions = ("reissue", "revoke")

    def get_form(self, request: HttpRequest, obj: Kiosk | None = None, **more: object) -> type:
        return type("KioskForm", (super().get_form(request, obj, **more),), {"at": request.at})

    def get_fields(self, request: HttpRequest, obj: Kiosk | None = None) -> tuple[str, ...]:
        return (*self.fields, *self.seen) if obj else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Kiosk | None = None) -> tuple[str, ...]:
        return (*self.seen, "person") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Kiosk | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Kiosk, form: forms.ModelForm, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
        else:
            request.issued = [(obj, kiosk.issue(obj, by=request.user, at=request.at))]

    def response_add(self, request: HttpRequest, obj: Kiosk, post_url_continue: str | None = None) -> HttpResponse:
        return self._show(request, request.issued)

    def _show(self, request: HttpRequest, issued: list[tuple[Kiosk, str]]) -> HttpResponse:
        made = [(one, request.build_absolute_uri(kiosk.address(one, token))) for one, token in issued]
        context = {**self.admin_site.each_context(request), "title": _("大屏启动地址"), "made": made}
        response = TemplateResponse(request, "dashboard/kiosk_issued.html", context)
        response["Cache-Control"] = "no-store"
        return response

    @admin.action(description=gettext_lazy("重新签发(显示一次)"), permissions=["change"])
    def reissue(self, request: HttpRequest, rows: QuerySet[Kiosk]) -> HttpResponse:
        """Old addresses end; the new ones are shown once."""
        issued = [(one, kiosk.issue(one, by=request.user, at=request.at)) for one in rows.select_related("area")]
        for one, _token in issued:
            self.log_change(request, one, "reissue")
        return self._show(request, issued)

    @admin.action(description=gettext_lazy("吊销所选终端"), permissions=["change"])
    def revoke(self, request: HttpRequest, rows: QuerySet[Kiosk]) -> None:
        for one in rows:
            kiosk.revoke(one, at=request.at)
            self.log_change(request, one, "revoke")
            messages.success(request, _("%(name)s 已吊销") % {"name": one})
