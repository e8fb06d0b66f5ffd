"""The bell's page: a person's own notices, read and taken."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from casework import notices as bell

SHOWN = 100


@login_required
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """One line per case, newest first; ninety days back."""
    unread = request.GET.get("unread") == "1"
    lines = bell.bell(request.user, at=request.at, limit=SHOWN, unread_only=unread)
    return render(request, "governance/notices.html", {"lines": lines, "unread": unread})


@login_required
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark one line (``id``), or all, as read."""
    key = request.POST.get("id", "")
    ids = [int(key)] if key.isascii() and key.isdigit() and len(key) < 19 else None
    if key and ids is None:
        ids = []
    bell.mark_read(request.user, at=request.at, ids=ids)
    return redirect("notices")


@login_required
@require_POST
def take(request: HttpRequest, key: int) -> HttpResponse:
    """「我来处理」: the first silences it for everybody."""
    taken = bell.acknowledge(request.user, key, at=request.at)
    if request.headers.get("X-Requested-With") == "fetch":
        return JsonResponse({"taken": taken}, status=200 if taken else 409)
    if not taken:
        messages.warning(request, _("已有同事在处理"))
    return redirect("notices")
