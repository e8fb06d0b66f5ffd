"""What an order's own trail tells: how often it was passed on, how many days until the answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Min, Q

from grids.scope import SHANGHAI
from hotline.models import HotlineTrail

PASSED_ON = ("pass_on", "forward", "join")
ANSWERED = ("answer", "answer_directly", "settle_elsewhere")


@dataclass(frozen=True, slots=True)
class History:
    """``reply_days``: calendar days of the district from registration to the first answer; None without one."""

    transfers: int
    reply_days: int | None


def histories(order_ids: Iterable[int]) -> dict[int, History]:
    """By order, recomputed from the trail alone: one query."""
    rows = HotlineTrail.objects.filter(case__in=list(order_ids)).values("case_id").order_by().annotate(
        transfers=Count("pk", filter=Q(verb__in=PASSED_ON)),
        registered=Min("at", filter=Q(verb="register")),
        answered=Min("at", filter=Q(verb__in=ANSWERED)),
    )
    return {
        row["case_id"]: History(row["transfers"], _days(row["registered"], row["answered"])) for row in rows
    }


def _days(start: object, end: object) -> int | None:
    if start is None or end is None:
        return None
    return (end.astimezone(SHANGHAI).date() - start.astimezone(SHANGHAI).date()).days
