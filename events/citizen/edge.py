"""What all citizen views share: they need no account, they refuse in one voice."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.clients import client_address
from casework.actor import Actor
from casework.rates import Verdict
from casework.refusals import MoveRefused

View = Callable[..., HttpResponse]
ELDER = "elder"


def for_everybody(view: View) -> View:
    """No sign-in; ``request.actor`` is the citizen, ``request.address`` where the request comes from."""

    @wraps(view)
    def inner(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        request.actor = Actor.citizen()
        request.address = client_address(request)
        try:
            return view(request, *args, **kwargs)
        except MoveRefused as refused:
            if refused.status == 404:
                return nothing_there(request)
            return render(request, "citizen/refused.html", {"detail": refused.detail}, status=refused.status)

    inner.permission = ""
    return inner


def nothing_there(request: HttpRequest) -> HttpResponse:
    """The one answer to a code, a token, digits that open nothing."""
    return render(request, "citizen/nothing.html", status=404)


def too_many(request: HttpRequest, verdict: Verdict, words: str = "") -> HttpResponse:
    """429 with the time to wait, and the telephone that is always open."""
    minutes = max(1, (verdict.retry_after + 59) // 60)
    shown = {"detail": words or _("操作太频繁了,请稍后再试"), "minutes": minutes}
    response = render(request, "citizen/too_many.html", shown, status=429)
    response["Retry-After"] = str(verdict.retry_after)
    return response
