"""五单办理: orders by kind, and the rates of handing out and handling, each with its formula and the list behind it.

Counted from the rows themselves over a period of days (rules.md §6): orders by the moment they were sent, what was
closed by the moment of closing. Every count and the list it opens are one query with the same conditions.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import (
    Aggregate,
    Avg,
    Count,
    DurationField,
    Exists,
    F,
    FloatField,
    OuterRef,
    Q,
    QuerySet,
)
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.names import named
from dashboard.addresses import end_of, start_of
from dashboard.formulas import RANKED_FROM, rate
from dashboard.land import Land
from dashboard.spans import days_before
from events.models import Decline, Event, EventDeadline, EventTrail, Whistle, WhistlePart, WorkOrder
from grids.models import Unit
from grids.scope import SHANGHAI

PERIODS = {"7": gettext_lazy("近7日"), "30": gettext_lazy("近30日"), "90": gettext_lazy("近90日")}
NOT_COUNTED = ("rejected", "merged")
LIVE = ("sent", "accepted")
MOST_UNITS = 60
MOST_LISTED = 500


@dataclass(frozen=True, slots=True)
class Period:
    """Whole civil days of the district up to now."""

    days: int
    first: date
    last: date

    @property
    def key(self) -> str:
        return str(self.days)

    @property
    def start(self) -> datetime:
        return start_of(self.first)

    @property
    def end(self) -> datetime:
        return end_of(self.last)


def period_of(days: str, *, at: datetime, known: Container[str] = tuple(PERIODS), usual: str = "30") -> Period:
    """The last ``days`` days, today among them; what is not ``known`` is ``usual``."""
    length = int(days if days in known else usual)
    last = at.astimezone(SHANGHAI).date()
    return Period(length, days_before(last, length - 1), last)


class _Percentile(Aggregate):
    function = "PERCENTILE_CONT"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


COLUMNS: dict[str, tuple[Any, Callable[[datetime], Q]]] = {
    "sent": (gettext_lazy("派出"), lambda _at: Q()),
    "live": (gettext_lazy("在办"), lambda _at: Q(state__in=LIVE)),
    "done": (gettext_lazy("已反馈"), lambda _at: Q(state="done")),
    "kept": (gettext_lazy("按时反馈"), lambda _at: Q(state="done") & (Q(done_at__lte=F("due_at")) | Q(due_at=None))),
    "late": (gettext_lazy("超时"), lambda at: Q(state="done", done_at__gt=F("due_at")) | Q(state__in=LIVE, due_at__lt=at)),
    "declined": (gettext_lazy("退单"), lambda _at: Q(state="declined")),
    "withdrawn": (gettext_lazy("撤回"), lambda _at: Q(state="withdrawn")),
}
"""Columns of the table of orders: a word, and which orders count."""


class Sight:
    """Rows of one area and period. ``events``: narrower than all of them where a list is opened by its reader."""

    def __init__(self, land: Land, period: Period, *, at: datetime, events: QuerySet[Event] | None = None) -> None:
        self.path, self.period, self.at = land.area.path, period, at
        self._events = events

    def of(self, model: type, when: str, how: str = "event__") -> QuerySet:
        """Rows of a model whose moment ``when`` lies in the period and whose event lies in the area."""
        inside = {f"{how}area_path__startswith": self.path, f"{when}__gte": self.period.start, f"{when}__lt": self.period.end}
        rows = model.objects.filter(**inside).exclude(**{f"{how}state__in": NOT_COUNTED})
        if self._events is None:
            return rows
        return rows.filter(**{f"{how}in" if how else "pk__in": self._events.values("pk")})

    def orders(self) -> QuerySet[WorkOrder]:
        return self.of(WorkOrder, "sent_at")

    def closed(self) -> QuerySet[Event]:
        return self.of(Event, "closed_at", "").filter(state="closed")

    def dispatched(self) -> QuerySet[Event]:
        return self.of(Event, "dispatched_at", "")

    def steps(self, verb: str) -> QuerySet[EventTrail]:
        return self.of(EventTrail, "at", "case__").filter(verb=verb)

    def sign_clocks(self) -> QuerySet[EventDeadline]:
        """Sign clocks that have run out or been stopped by signing."""
        rows = self.of(EventDeadline, "started_at", "case__").filter(stage="sign", order__isnull=False)
        return rows.filter(Q(due_at__lte=self.at) | Q(order__accepted_at__isnull=False))

    def parts(self) -> QuerySet[WhistlePart]:
        return self.of(WhistlePart, "whistle__approved_at", "whistle__event__")

    def declines(self) -> QuerySet[Decline]:
        return self.of(Decline, "declined_at")

    def pooled(self) -> QuerySet[Event]:
        """Events that stood open for claiming and were handed out since, by claim or by the desk."""
        stood = EventTrail.objects.filter(case=OuterRef("pk"), to_state="open_for_claim")
        return self.dispatched().filter(Exists(stood))


def _claimed(rows: QuerySet[Event]) -> QuerySet[Event]:
    return rows.filter(Exists(WorkOrder.objects.filter(event=OuterRef("pk"), kind="claim")))


def _straight(rows: QuerySet[Event]) -> QuerySet[Event]:
    return rows.exclude(Exists(Decline.objects.filter(event=OuterRef("pk"), ruling="founded")))


def _stayed_below(rows: QuerySet[Event]) -> QuerySet[Event]:
    higher = WorkOrder.objects.filter(event=OuterRef("pk")).exclude(state__in=("declined", "withdrawn"))
    return rows.exclude(Exists(higher.exclude(kind="self").exclude(unit__kind__in=("grid", "community"))))


@dataclass(frozen=True, slots=True)
class Rate:
    """One published rate: numerator and denominator as queries."""

    label: Any
    formula: Any
    whole: Callable[[Sight], QuerySet]
    hits: Callable[[QuerySet], QuerySet]
    tone: str = ""


RATES: dict[str, Rate] = {
    "in_grid": Rate(
        gettext_lazy("格内办结率"), gettext_lazy("只经网格、社区办结 ÷ 办结"), Sight.closed,
        _stayed_below,
    ),
    "claimed": Rate(
        gettext_lazy("抢单率"), gettext_lazy("被抢单 ÷ 进过抢单池并已分拨"), Sight.pooled, _claimed,
    ),
    "signed": Rate(
        gettext_lazy("及时签收率"), gettext_lazy("签收时限内签收 ÷ 应签收的工单"), Sight.sign_clocks,
        lambda rows: rows.filter(order__accepted_at__lte=F("due_at")),
    ),
    "kept": Rate(
        gettext_lazy("按时反馈率"), gettext_lazy("处置到期前反馈 ÷ 期内派出且已到期或已反馈的工单"),
        lambda sight: sight.orders().filter(Q(state="done", due_at__isnull=False) | Q(state__in=LIVE, due_at__lte=sight.at)),
        lambda rows: rows.filter(state="done", done_at__lte=F("due_at")),
    ),
    "first_right": Rate(
        gettext_lazy("一次派准率"), gettext_lazy("没有成立退单的事件 ÷ 已分拨的事件"), Sight.dispatched, _straight,
    ),
    "declined": Rate(
        gettext_lazy("退单率"), gettext_lazy("退单的工单 ÷ 派出的工单"), Sight.orders,
        lambda rows: rows.filter(decline__isnull=False),
    ),
    "unfounded": Rate(
        gettext_lazy("不当退单率"), gettext_lazy("裁决不成立 ÷ 已裁决的退单"),
        lambda sight: sight.declines().exclude(ruling="pending"), lambda rows: rows.filter(ruling="unfounded"),
    ),
    "rework": Rate(
        gettext_lazy("返工率"), gettext_lazy("有返工的办结 ÷ 办结"), Sight.closed,
        lambda rows: rows.filter(Exists(WorkOrder.objects.filter(event=OuterRef("pk"), reworks__gt=0))),
    ),
    "arrived": Rate(
        gettext_lazy("到场率"), gettext_lazy("街道确认到场的部门 ÷ 被吹哨的部门"), Sight.parts,
        lambda rows: rows.filter(confirmed_at__isnull=False),
    ),
}


def rates(sight: Sight) -> list[dict[str, Any]]:
    """All rates with numerator and denominator; below five cases no rate is given."""
    found = []
    for code, one in RATES.items():
        whole = one.whole(sight)
        below, above = whole.count(), one.hits(whole).count()
        value = fair(above, below)
        found.append({"code": code, "label": one.label, "formula": one.formula, "hits": above, "whole": below, "value": value})
    return found


def by_kind(sight: Sight) -> list[dict[str, Any]]:
    """One line for each of the five orders (返单 is a step up, not an order) and for what the grid did itself."""
    lines = {row["kind"]: row for row in sight.orders().values("kind").annotate(**_columns(sight.at), **_TIMES).order_by()}
    rows = [_line(kind, label, lines.get(kind)) for kind, label in WorkOrder.Kind.choices]
    up = _line("return_up", _("返单"), None)
    up["cells"] = [
        {"code": cell["code"], "value": sight.steps("return_up").count() if cell["code"] == "sent" else None}
        for cell in up["cells"]
    ]
    return [*rows[:-1], up, rows[-1]]


def by_unit(sight: Sight) -> list[dict[str, Any]]:
    """The units that got most orders, by their number; a sum, no order of merit."""
    rows = sight.orders().values("unit_id", "unit__code").annotate(**_columns(sight.at), **_TIMES)
    found = list(rows.order_by("-sent", "unit__code")[:MOST_UNITS])
    units = Unit.objects.in_bulk([row["unit_id"] for row in found])
    return [_line(row["unit__code"], named(units[row["unit_id"]]), row) for row in found]


_TAKES = F("done_at") - F("sent_at")
_TIMES = {
    "median": _Percentile(_TAKES, share=0.5, filter=Q(state="done")),
    "slow": _Percentile(_TAKES, share=0.9, filter=Q(state="done")),
}


def _columns(at: datetime) -> dict[str, Count]:
    return {code: Count("pk", filter=condition(at)) for code, (_label, condition) in COLUMNS.items()}


def _line(code: str, label: Any, row: dict[str, Any] | None) -> dict[str, Any]:
    cells = [{"code": name, "value": row[name] if row else 0} for name in COLUMNS]
    return {"code": code, "label": label, "cells": cells, "median": row and row["median"], "slow": row and row["slow"]}


def whistles(sight: Sight) -> dict[str, Any]:
    """吹哨率 with its healthy band 3 % – 15 % (rules.md §6), and the mean rating of those who answered."""
    blown = sight.of(Whistle, "approved_at").count()
    tickets = sight.orders().filter(unit__kind="street_office").count()
    marks = sight.parts().filter(attendance__isnull=False).aggregate(
        mean=Avg((F("attendance") + F("attitude") + F("effect")) / 3.0, output_field=FloatField()), count=Count("pk"),
    )
    share = fair(blown, tickets)
    return {"blown": blown, "tickets": tickets, "share": share, "healthy": share is None or 0.03 <= share <= 0.15, **marks}


def fair(part: int, whole: int) -> float | None:
    """A rate between 0 and 1; None below five cases."""
    return rate(part, whole) if whole >= RANKED_FROM else None


def behind(sight: Sight, *, row: str = "", column: str = "", unit: str = "", part: str = "") -> QuerySet[Event] | None:
    """The events behind a number: ``row`` and ``column`` of the table (or ``unit`` in place of ``row``), or ``row`` a
    rate and ``part`` ``hits`` or ``whole``. None for a number there is not."""
    if row in RATES and part in ("hits", "whole"):
        one = RATES[row]
        rows = one.whole(sight)
        return _events(one.hits(rows) if part == "hits" else rows)
    if row == "return_up" and column == "sent":
        return _events(sight.steps("return_up"))
    if column not in COLUMNS or not (unit or row in WorkOrder.Kind.values):
        return None
    orders = sight.orders().filter(COLUMNS[column][1](sight.at))
    return _events(orders.filter(unit__code=unit) if unit else orders.filter(kind=row))


def title_of(*, row: str = "", column: str = "", unit: str = "", part: str = "") -> str:
    """What a list is called: the number it stands behind."""
    if row in RATES:
        return f"{RATES[row].label} · {_('分子') if part == 'hits' else _('分母')}"
    head = named(Unit.objects.filter(code=unit).first()) if unit else dict(WorkOrder.Kind.choices).get(row, _("返单"))
    return f"{head} · {COLUMNS[column][0]}"


_WAY = {Event: "pk", EventTrail: "case_id", EventDeadline: "case_id", WhistlePart: "whistle__event_id"}


def _events(rows: QuerySet) -> QuerySet[Event]:
    keys = rows.order_by().values(_WAY.get(rows.model, "event_id"))
    return Event.objects.filter(pk__in=keys).order_by("-pk")
