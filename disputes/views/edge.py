"""What the views of disputes share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse

from casework.actor import Actor
from casework.edge import View, is_fetch, refusal
from casework.refusals import MoveRefused
from disputes.reach import HAND_OVER, TAKE_PART, VIEW
from grids.scope import rights_of

SEE = (VIEW, TAKE_PART, HAND_OVER)


def for_disputes(*codes: str) -> Callable[[View], View]:
    """As ``casework.edge.for_staff``, for holders of any of these codes (default: whoever may see a dispute)."""
    wanted = codes or SEE

    def wrap(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if not request.user.is_authenticated:
                if is_fetch(request):
                    return JsonResponse({"code": "not_signed_in"}, status=401)
                return redirect_to_login(request.get_full_path())
            request.rights = rights_of(request.user, at=request.at)
            if not any(request.rights.may(code) for code in wanted):
                raise PermissionDenied
            request.actor = Actor.person(request.user, at=request.at)
            try:
                return view(request, *args, **kwargs)
            except MoveRefused as refused:
                return refusal(request, refused)

        inner.permission = wanted[0]
        return inner

    return wrap
