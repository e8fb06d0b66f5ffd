"""联网: which units work in the system now. Counted by unit; nobody's hours are kept or shown (capability 27)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q

from accounts.models import User
from grids.models import Post, Unit
from grids.scope import SHANGHAI
from grids.staff import in_force

ONLINE = timedelta(minutes=10)
"""A click so long ago still counts as being there: pages refresh themselves, which is no click."""
SILENT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Connected:
    """``accounts`` that a unit's posts give, how many of them clicked within ten minutes, and the last click."""

    accounts: int = 0
    online: int = 0
    last: datetime | None = None
    is_silent: bool = False
    """Has accounts, and none of them clicked for a day."""


def _held(at: datetime) -> Q:
    return in_force(at.astimezone(SHANGHAI).date()) & Q(person__is_active=True, person__is_machine=False)


def connected(units: list[Unit], *, at: datetime) -> dict[int, Connected]:
    """By key of the unit."""
    rows = Post.objects.filter(_held(at), unit__in=units).values("unit_id").annotate(
        accounts=Count("person", distinct=True), last=Max("person__last_seen_at"),
        online=Count("person", distinct=True, filter=Q(person__last_seen_at__gt=at - ONLINE)),
    ).order_by()
    return {row.pop("unit_id"): Connected(**row, is_silent=_silent(row["last"], at)) for row in rows}


def _silent(last: datetime | None, at: datetime) -> bool:
    return last is None or at - last > SILENT


def overview(*, at: datetime) -> list[dict[str, Any]]:
    """How many units of each kind have accounts and how many are there now; grid workers last, by persons."""
    rows = Unit.objects.filter(is_active=True, posts__in=Post.objects.filter(_held(at))).values("kind").annotate(
        units=Count("pk", distinct=True),
        online=Count("pk", distinct=True, filter=Q(posts__person__last_seen_at__gt=at - ONLINE)),
        today=Count("pk", distinct=True, filter=Q(posts__person__last_seen_at__gt=at - SILENT)),
    ).order_by("kind")
    kinds = dict(Unit.Kind.choices)
    found = [{"kind": row["kind"], "label": kinds[row["kind"]], "whole": row["units"], **row} for row in rows]
    workers = User.objects.filter(pk__in=Post.objects.filter(_held(at), rank__in=("worker", "head")).values("person"))
    people = workers.aggregate(
        whole=Count("pk"), online=Count("pk", filter=Q(last_seen_at__gt=at - ONLINE)),
        today=Count("pk", filter=Q(last_seen_at__gt=at - SILENT)),
    )
    return [*found, {"kind": "", "label": None, **people}]
