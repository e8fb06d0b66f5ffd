"""The numbers of a briefing, from the orders' own rows; each with the orders it counts.

Times are from 受理 to 答复. Shares of few cases are not shown (rules.md §6: below 20 the sample is too small).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Q

from hotline.briefings.periods import Period
from hotline.knowledge.models import ArticleUse, KnowledgeGap
from hotline.models import CallBack, HotlineOrder

FEWEST = 20
RECURRING_DAYS, RECURRING_TIMES = 30, 3
NEAR_RED = timedelta(hours=24)
DAY_SECONDS = 86_400
TOP = 5
CLASSICS = 3


@dataclass(frozen=True, slots=True)
class Row:
    """What counting needs of an order."""

    key: int
    number: str
    demand: str
    category: str
    street: str
    unit: str
    address: str
    registered_at: datetime
    answered_at: datetime | None
    promised_at: datetime | None
    closed_at: datetime | None
    due_at: datetime | None
    solved: bool | None
    rating: int | None
    is_excluded: bool

    @property
    def reply_seconds(self) -> float | None:
        return (self.answered_at - self.registered_at).total_seconds() if self.answered_at else None


@dataclass
class Latency:
    """Reply times of a set of orders: ``n`` answered, quantiles in days, how many took longer than ``limit_days`` or
    missed their promise."""

    n: int = 0
    median_days: float | None = None
    p90_days: float | None = None
    over: int = 0
    late_keys: list[int] = field(default_factory=list)

    @property
    def over_share(self) -> float | None:
        return self.over / self.n if self.n else None


_FIELDS = (
    "pk", "number", "demand", "category__name", "street_code", "event__owner_unit__name", "address", "registered_at",
    "answered_at", "promised_at", "closed_at", "due_at", "solved", "rating", "is_excluded",
)


def rows(condition: Q) -> list[Row]:
    found = HotlineOrder.objects.filter(condition).order_by("pk").values_list(*_FIELDS)
    return [Row(*(value if value is not None or n > 7 else "" for n, value in enumerate(values))) for values in found]


def received(period: Period) -> list[Row]:
    return rows(Q(registered_at__gte=period.start, registered_at__lt=period.end))


def count_received(period: Period) -> int:
    return HotlineOrder.objects.filter(registered_at__gte=period.start, registered_at__lt=period.end).count()


def answered(period: Period) -> list[Row]:
    return rows(Q(answered_at__gte=period.start, answered_at__lt=period.end))


def closed(period: Period) -> list[Row]:
    return rows(Q(closed_at__gte=period.start, closed_at__lt=period.end))


def live_at(at: datetime) -> list[Row]:
    """Orders under way whose present clock runs."""
    return [row for row in rows(Q(closed_at=None, due_at__isnull=False)) if row.registered_at <= at]


def quantile(values: Sequence[float], share: float) -> float | None:
    """The value that at least ``share`` of all do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None


def latency(found: Iterable[Row], *, limit_days: float | None = None) -> Latency:
    """Reply times. ``limit_days`` counts what took longer than so many days; without it what missed its own promise."""
    told = [row for row in found if row.reply_seconds is not None and row.reply_seconds >= 0]
    days = [row.reply_seconds / DAY_SECONDS for row in told]
    late = [row.key for row, taken in zip(told, days, strict=True) if _is_late(row, taken, limit_days)]
    return Latency(len(told), quantile(days, 0.5), quantile(days, 0.9), len(late), late)


def _is_late(row: Row, days: float, limit_days: float | None) -> bool:
    if limit_days is not None:
        return days > limit_days
    return row.promised_at is not None and row.answered_at > row.promised_at


def by(found: Iterable[Row], name: str) -> list[tuple[str, list[int]]]:
    """Orders by the value of a column, most first."""
    groups: dict[str, list[int]] = {}
    for row in found:
        groups.setdefault(getattr(row, name), []).append(row.key)
    return sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0]))


def recurring(period: Period) -> list[tuple[str, str, list[int]]]:
    """(address, category, orders) that came at least three times in the thirty days up to the period's end."""
    since = period.end - timedelta(days=RECURRING_DAYS)
    groups: dict[tuple[str, str], list[int]] = {}
    for row in rows(Q(registered_at__gte=since, registered_at__lt=period.end) & ~Q(address="")):
        groups.setdefault(("".join(row.address.split()), row.category), []).append(row.key)
    found = [(address, category, keys) for (address, category), keys in groups.items() if len(keys) >= RECURRING_TIMES]
    return sorted(found, key=lambda row: (-len(row[2]), row[0]))[:TOP]


def near_red(at: datetime) -> list[tuple[str, list[int], list[int]]]:
    """(unit, due within a day, overdue) of what is under way, worst first; what has no unit yet is left out."""
    soon: dict[str, list[int]] = {}
    late: dict[str, list[int]] = {}
    for row in live_at(at):
        if row.unit and row.due_at <= at:
            late.setdefault(row.unit, []).append(row.key)
        elif row.unit and row.due_at <= at + NEAR_RED:
            soon.setdefault(row.unit, []).append(row.key)
    found = [(unit, soon.get(unit, []), late.get(unit, [])) for unit in {*soon, *late}]
    return sorted(found, key=lambda row: (-len(row[2]), -len(row[1]), row[0]))[:TOP]


@dataclass(frozen=True, slots=True)
class Calls:
    """Call-backs that ended in the period."""

    done: list[int]
    unreached: list[int]
    asked_solved: list[int]
    solved: list[int]
    rated: list[int]
    satisfied: list[int]
    by_level: dict[int, list[int]]


def calls(period: Period) -> Calls:
    """Who was not reached counts as not reached, never as satisfied; what was excluded by approval is left out of 解决率."""
    found = list(
        CallBack.objects.filter(done_at__gte=period.start, done_at__lt=period.end, order__isnull=False)
        .exclude(state="withdrawn").order_by("pk")
        .values_list("order", "state", "solved", "level", "order__is_excluded")
    )
    done = [row for row in found if row[1] == "done"]
    asked = [row for row in done if row[2] is not None and not row[4]]
    rated = [row for row in done if row[3] is not None]
    by_level: dict[int, list[int]] = {}
    for row in rated:
        by_level.setdefault(row[3], []).append(row[0])
    return Calls(
        [row[0] for row in done], [row[0] for row in found if row[1] == "unreached"], [row[0] for row in asked],
        [row[0] for row in asked if row[2]], [row[0] for row in rated], [row[0] for row in rated if row[3] >= 3],
        by_level,
    )


def classics(period: Period) -> list[Row]:
    """已解决的典型: closed in the period, solved by the caller's word and rated very satisfied; quickest first."""
    found = [row for row in closed(period) if row.solved and row.rating == 5]
    return sorted(found, key=lambda row: (row.closed_at - row.registered_at, row.key))[:CLASSICS]


def gaps(period: Period, at: datetime) -> dict[str, int]:
    """Questions without an answer: recorded in the period, open now, open past their time; and what was answered from
    the knowledge base."""
    opened = KnowledgeGap.objects.filter(recorded_at__gte=period.start, recorded_at__lt=period.end).count()
    now = KnowledgeGap.objects.filter(state="open").aggregate(n=Count("pk"), late=Count("pk", filter=Q(due_at__lt=at)))
    used = ArticleUse.objects.filter(day__range=(period.first, period.last)).values_list("kind", "count")
    uses: Counter[str] = Counter()
    for kind, count in used:
        uses[kind] += count
    return {"recorded": opened, "open": now["n"], "late": now["late"], "answers": uses["answer"], "inserts": uses["insert"]}


def share(part: int, whole: int) -> float | None:
    """A share, or None where the sample is too small to say."""
    return part / whole if whole >= FEWEST else None
