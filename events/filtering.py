"""Filters of event lists from the parameters of an address: one reading for desk, API and the numbers of the wall."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, make_aware
from django.utils.translation import gettext as _

from casework.refusals import missing
from events.models import Event
from events.queries import Filters, narrow
from grids.scope import SHANGHAI

YES, NO = ("1", "true"), ("0", "false")
NAMES = {"state": "states", "number": "numbers"}
"""Parameters that are called otherwise than the field; they may be repeated or hold several values with commas."""


def read_filters(params: QueryDict, shape: type = Filters) -> Any:
    """``Filters`` (or another room's ``shape``) from a query string; unknown parameters are left to the caller.

    Raises ``invalid`` naming a parameter that does not parse. Moments are ISO 8601; without an offset they are the
    district's time.
    """
    called = {field: name for name, field in NAMES.items()}
    wanted: dict[str, Any] = {}
    for field in fields(shape):
        name = called.get(field.name, field.name)
        if name in params:
            wanted[field.name] = read_value(str(field.type), name, params.getlist(name))
    return shape(**wanted)


def read_value(kind: str, name: str, given: list[str]) -> Any:
    """One parameter as a field of this annotation takes it. Raises ``invalid`` naming it."""
    if kind.startswith("tuple"):
        return tuple(one for text in given for one in text.split(",") if one)
    text = given[-1].strip()
    if kind.startswith("datetime"):
        return _moment(name, text) if text else None
    if kind.startswith("bool"):
        return _truth(name, text) if text else None
    return text


def _truth(name: str, text: str) -> bool:
    if text.lower() not in YES + NO:
        raise missing(**{name: _("请填写 true 或 false")})
    return text.lower() in YES


def _moment(name: str, text: str) -> datetime:
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise missing(**{name: _("请填写 ISO 8601 时间")})
    return make_aware(moment, SHANGHAI) if is_naive(moment) else moment


def behind_number(rows: QuerySet[Event], params: QueryDict, *, at: datetime) -> QuerySet[Event]:
    """Narrow a list to what a number of the wall counted: parameter ``of`` holds filters as a query string of their
    own, so that they do not mix with those a person sets. Raises ``invalid`` as ``read_filters``."""
    if not params.get("of"):
        return rows
    return narrow(rows, read_filters(QueryDict(params["of"])), at=at)
