"""What all views of cases share: sign-in, rights, refusals in words, fragments for the page's own scripts."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from casework.actor import Actor
from casework.refusals import MoveRefused
from grids.scope import rights_of

View = Callable[..., HttpResponse]


def is_fetch(request: HttpRequest) -> bool:
    """Asked by a script of our own page."""
    return request.headers.get("X-Requested-With") == "fetch"


def for_staff(*permissions: str) -> Callable[[View], View]:
    """Signed in and holding one of the permissions somewhere; ``request.rights`` and ``request.actor`` are set.

    A script gets 401 instead of the sign-in page. Refusals become 404, 403, or a sentence.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if not request.user.is_authenticated:
                if is_fetch(request):
                    return JsonResponse({"code": "not_signed_in", "detail": _("请先登录")}, status=401)
                return redirect_to_login(request.get_full_path())
            request.rights = rights_of(request.user, at=request.at)
            if not any(request.rights.may(code) for code in permissions):
                raise PermissionDenied
            request.actor = Actor.person(request.user, at=request.at)
            try:
                return view(request, *args, **kwargs)
            except MoveRefused as refused:
                return refusal(request, refused)

        inner.permission = "|".join(permissions)
        return inner

    return wrap


def refusal(request: HttpRequest, refused: MoveRefused, *, back: str = "", **more: object) -> HttpResponse:
    """404 and 403 have their pages; anything else is a sentence where the person is."""
    if refused.status == 404:
        raise Http404
    if is_fetch(request):
        return JsonResponse({**refused.as_dict(), **more}, status=refused.status)
    if refused.status == 403 and not back:
        raise PermissionDenied(refused.detail)
    if not back:
        return render(request, "400.html", {"detail": refused.detail}, status=refused.status)
    messages.error(request, refused.detail)
    return redirect(back)


def next_of(request: HttpRequest, default: str) -> str:
    """Where to go after a plain form; our own pages only."""
    wish = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wish, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return wish
    return default
