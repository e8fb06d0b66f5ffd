"""What the desk's views share: who may come in, JSON bodies, refusals of the land in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from casework.edge import for_staff
from casework.refusals import MoveRefused, missing
from grids.refusals import GridRefused

View = Callable[..., HttpResponse]
MOST_BYTES = 64 * 1024
DESK = ("hotline.register", "hotline.call_back", "hotline.view", "hotline.inspect", "hotline.hand_over")
"""Any opens the room: who takes calls, calls back, sees orders, inspects."""


def for_desk(*codes: str) -> Callable[[View], View]:
    """Signed in and holding one of the codes; refusals of cases and of the land become sentences."""

    def wrap(view: View) -> View:
        @for_staff(*codes)
        @wraps(view)
        def inner(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            try:
                return view(request, *args, **kwargs)
            except GridRefused as refused:
                raise MoveRefused(refused.code, refused.detail, fields=refused.fields) from refused

        return inner

    return wrap


def json_of(request: HttpRequest) -> dict[str, Any]:
    """The JSON object of a script's request. Raises ``invalid``."""
    if len(request.body) > MOST_BYTES:
        raise missing(body=_("内容过大"))
    try:
        told = json.loads(request.body or b"{}")
    except ValueError:
        raise missing(body=_("内容应为 JSON 对象")) from None
    if not isinstance(told, dict):
        raise missing(body=_("内容应为 JSON 对象"))
    return told
