"""Sign in and out, change the password, personal settings, and who may what."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.http import require_http_methods, require_safe
from django.views.i18n import set_language

from accounts.forms import OwnPasswordForm, ProfileForm, SignInForm
from accounts.models import Permission, Role, User
from accounts.reference import SCOPE_LETTERS, load_roles

BEGINS = "begins"
"""Mark in the session: just signed in and on the way to no page in particular; the launcher then opens a screen."""


class _SignIn(LoginView):
    """Sign-in; the language a person has chosen comes back with them."""

    template_name = "registration/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: SignInForm) -> HttpResponse:
        response = super().form_valid(form)
        self.request.session[BEGINS] = self.get_redirect_url() in ("", "/")
        return _with_language(response, self.request.user)


sign_in = _SignIn.as_view()
sign_out = LogoutView.as_view()


def _with_language(response: HttpResponse, user: User) -> HttpResponse:
    if user.language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, user.language, max_age=365 * 86400, samesite="Lax", secure=settings.HTTPS
        )
    return response


def choose_language(request: HttpRequest) -> HttpResponse:
    """The switch on every page; of a person who is signed in it is kept, so that notices come in that language too."""
    response = set_language(request)
    code = request.POST.get("language", "")
    if request.user.is_authenticated and code in dict(settings.LANGUAGES) and code != request.user.language:
        User.objects.filter(pk=request.user.pk).update(language=code)
    return response


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, *args: object, **kwargs: object
) -> HttpResponse:
    """429: too many wrong passwords for this account from this address."""
    found = render(request, "registration/locked.html", {"minutes": _minutes()}, status=429)
    found["Retry-After"] = str(_minutes() * 60)
    return found


def _minutes() -> int:
    return int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """The person's own password; the present session goes on, all others end."""
    form = OwnPasswordForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = form.save(commit=False)
        user.must_change_password, user.password_changed_at = False, request.at
        user.save(update_fields=["password", "must_change_password", "password_changed_at"])
        update_session_auth_hash(request, user)
        messages.success(request, _("密码已修改"))
        return redirect("home")
    forced = request.user.must_change_password
    status = 400 if form.errors else 200
    return render(request, "accounts/change_password.html", {"form": form, "forced": forced}, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Personal settings, and the posts a person holds."""
    initial = {"language": request.user.language or settings.LANGUAGE_CODE}
    form = ProfileForm(request.POST or None, instance=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        user = form.save()
        with override(user.language):
            messages.success(request, _("设置已保存"))
        return _with_language(redirect("accounts:profile"), user)
    posts = request.user.posts.select_related("role", "area", "unit").order_by("valid_from")
    day = request.at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    shown = [post for post in posts if post.valid_to is None or post.valid_to >= day]
    status = 400 if form.errors else 200
    return render(request, "accounts/profile.html", {"form": form, "posts": shown}, status=status)


OBJECT_WORDS = (
    ("events", gettext_lazy("事件")), ("disputes", gettext_lazy("矛盾纠纷")), ("hotline", gettext_lazy("热线")),
    ("registry", gettext_lazy("人房企台账")), ("field_traces", gettext_lazy("外勤轨迹")),
    ("exports", gettext_lazy("导出")), ("settings", gettext_lazy("设置与角色")),
    ("trail", gettext_lazy("轨迹与查阅日志")),
)


def _holds(user: User, code: str, day: date) -> bool:
    """Whether a post in force carries the permission (the floor of posts lies above; its rows are reached by name)."""
    roles = Role.objects.filter(
        Q(posts__valid_to__isnull=True) | Q(posts__valid_to__gte=day), posts__person=user,
        posts__valid_from__lte=day, permissions__contains=[code],
    )
    return user.is_active and roles.exists()


@login_required
@require_safe
def who_may_what(request: HttpRequest) -> HttpResponse:
    """Every permission × every role, read from the rows that decide; a person's own rights without the matrix."""
    if not _holds(request.user, "accounts.view_matrix", request.at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()):
        raise PermissionDenied
    english = getattr(request, "LANGUAGE_CODE", "").startswith("en")
    roles = list(Role.objects.order_by("rank", "code"))
    sets = {role.code: set(role.permissions) for role in roles}
    rows = [
        {"permission": row, "name": row.name_en if english else row.name,
         "cells": [row.code in sets[role.code] for role in roles]}
        for row in Permission.objects.order_by("code")
    ]
    heads = [role.name_en if english else role.name for role in roles]
    return render(request, "accounts/who_may_what.html", {
        "roles": list(zip(roles, heads, strict=True)), "rows": rows, "reach": _reach(english),
        "letters": SCOPE_LETTERS, "objects": [words for _code, words in OBJECT_WORDS],
    })


def _reach(english: bool) -> list[dict]:
    """How far each role sees each kind of object, as quality.md §5.2 writes it: ``S:1u``."""
    found = []
    for role in load_roles():
        cells = []
        for kind, _words in OBJECT_WORDS:
            parts = [
                f"{part.scope}:{part.level}{'m' if part.masked else ''}{'u' if part.unmask else ''}"
                for part in role.objects.get(kind, ())
            ]
            cells.append(" ".join(parts) or "–")
        found.append({"name": role.name_en if english else role.name, "cells": cells})
    return found
