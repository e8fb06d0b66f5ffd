"""信访“三率”: 及时受理率, 按期答复率, 满意率 with 参评率 beside it (rules.md §6), each with the lists behind it.

What counts as a petition: reported by the petition office, under the petition's time limits (class L60), or of the
major category 信访与建议 (17xx). Timeliness is counted by the day a limit ran out, quality by the day of closing. Every
count and the list it opens are one query with the same conditions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Min, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext, gettext_lazy

from accounts.names import named
from dashboard.five_orders import Period, fair
from dashboard.land import Land, Piece
from events.models import Event, EventTrail
from events.reference_rows import budget, categories

PERIODS = {"30": gettext_lazy("近30日"), "90": gettext_lazy("近90日"), "365": gettext_lazy("近一年")}
USUAL = "90"
"""A petition takes up to sixty days: a month would hold the answers of hardly any."""
PETITION_CLASS, MAJOR = "L60", "17"
ACCEPTING = ("claim", "accept", "handle_on_spot", "report_in", "reject", "transfer")
"""Steps that decide on acceptance: a unit takes it on, it is refused with a reason, or it goes to whom it belongs."""
OTHER = "other"


def is_petition() -> Q:
    return Q(source="petition") | Q(service_class=PETITION_CLASS) | Q(category__parent=MAJOR)


def kinds() -> dict[str, str]:
    """The kinds a petition may be narrowed to: the minor categories of 17, and what is one by source or class only."""
    minors = sorted((row for row in categories().values() if row.parent_id == MAJOR), key=lambda row: row.code)
    return {**{row.code: named(row) for row in minors}, OTHER: gettext("其他类别(来源为信访或按信访时限)")}


def accept_limit() -> timedelta:
    """Within which acceptance is to be decided, from the report on: that of the petition's class, calendar days."""
    limit = budget(PETITION_CLASS, "accept")
    return timedelta(seconds=limit["seconds"]) if limit else timedelta(days=15)


class Sight:
    """Petitions of one area and period. ``events``: narrower than all of them where a list is opened by its reader."""

    def __init__(
        self, area: Piece, period: Period, *, at: datetime, kind: str = "", events: QuerySet[Event] | None = None
    ) -> None:
        self.period, self.at = period, at
        rows = Event.objects.all() if events is None else events
        self._rows = rows.filter(is_petition(), area_path__startswith=area.path).exclude(state="merged")
        # the same condition as ``_counted`` reads a row by
        if kind == OTHER:
            self._rows = self._rows.exclude(category__parent=MAJOR)
        elif kind:
            self._rows = self._rows.filter(category=kind)

    @property
    def until(self) -> datetime:
        """What runs out later than now is not yet counted."""
        return min(self.period.end, self.at)

    def to_accept(self) -> QuerySet[Event]:
        """Whose limit of acceptance ran out in the period; the refused ones too, a refusal is a decision."""
        limit = accept_limit()
        return self._rows.filter(reported_at__gte=self.period.start - limit, reported_at__lt=self.until - limit)

    def to_answer(self) -> QuerySet[Event]:
        """Promised for the period, as the wall's 按时办结率 counts them."""
        rows = self._rows.exclude(state__in=("rejected", "transferred"))
        return rows.filter(handle_due_at__gte=self.period.start, handle_due_at__lt=self.until)

    def closed(self) -> QuerySet[Event]:
        return self._rows.filter(state="closed", closed_at__gte=self.period.start, closed_at__lt=self.period.end)

    def rated(self) -> QuerySet[Event]:
        return self.closed().filter(rating__isnull=False)


def _accepted_in_time(rows: QuerySet[Event]) -> QuerySet[Event]:
    steps = EventTrail.objects.filter(case=OuterRef("pk"), verb__in=ACCEPTING).order_by().values("case")
    first = Subquery(steps.annotate(first=Min("at")).values("first"))
    return rows.annotate(decided_at=first).filter(decided_at__lte=F("reported_at") + accept_limit())


@dataclass(frozen=True, slots=True)
class Rate:
    """One published rate: numerator and denominator as queries, the words of both."""

    label: Any
    formula: Any
    whole: Callable[[Sight], QuerySet[Event]]
    hits: Callable[[QuerySet[Event]], QuerySet[Event]]


RATES: dict[str, Rate] = {
    "accepted": Rate(
        gettext_lazy("及时受理率"),
        gettext_lazy("自收到起在受理期限内(信访时限L60的签收时限)签收、不予受理并告知或转送 ÷ 受理期限在期内届满"),
        Sight.to_accept, _accepted_in_time,
    ),
    "answered": Rate(
        gettext_lazy("按期答复率"), gettext_lazy("在承诺期限内办理答复 ÷ 答复期限在期内届满(含未答复)"), Sight.to_answer,
        lambda rows: rows.filter(handled_at__lte=F("handle_due_at")),
    ),
    "satisfied": Rate(
        gettext_lazy("满意率"), gettext_lazy("(非常满意 + 满意 + 基本满意)÷ 已评价;期内办结"), Sight.rated,
        lambda rows: rows.filter(rating__gte=3),
    ),
    "rated": Rate(
        gettext_lazy("参评率"), gettext_lazy("已评价 ÷ 办结(办结即邀评);期内办结"), Sight.closed,
        lambda rows: rows.filter(rating__isnull=False),
    ),
}


@dataclass(frozen=True, slots=True)
class Table:
    """The rates of the area, of each next smaller area in the order of codes (no order of merit), of each kind."""

    total: list[dict[str, Any]]
    areas: list[dict[str, Any]]
    kinds: list[dict[str, Any]]


def table(land: Land, period: Period, *, at: datetime, kind: str = "") -> Table:
    """All rates with numerator and denominator; below five cases no rate is given. Two queries for each rate."""
    sight = Sight(land.area, period, at=at, kind=kind)
    counted = {code: _counted(sight, one) for code, one in RATES.items()}
    areas = [
        {"code": piece.code, "label": piece.name, "rates": _rates(counted, lambda row, path=piece.path: row[0].startswith(path))}
        for piece in land.children
    ]
    by_kind = [
        {"code": code, "label": name, "rates": _rates(counted, lambda row, code=code: row[1] == code)}
        for code, name in kinds().items()
    ]
    return Table(
        _rates(counted, lambda row: True), areas, [row for row in by_kind if any(one["whole"] for one in row["rates"])]
    )


def _counted(sight: Sight, one: Rate) -> list[tuple[str, str, bool]]:
    """(path, kind, whether it counts above) of everything that counts below."""
    whole = one.whole(sight)
    above = set(one.hits(whole).values_list("pk", flat=True))
    return [
        (path, category if parent == MAJOR else OTHER, key in above)
        for key, path, category, parent in whole.values_list("pk", "area_path", "category", "category__parent")
    ]


def _rates(counted: dict[str, list[tuple[str, str, bool]]], inside: Callable[[tuple], bool]) -> list[dict[str, Any]]:
    found = []
    for code, one in RATES.items():
        rows = [row for row in counted[code] if inside(row)]
        hits = sum(row[2] for row in rows)
        found.append({
            "code": code, "label": one.label, "formula": one.formula, "hits": hits, "whole": len(rows),
            "value": fair(hits, len(rows)),
        })
    return found


def behind(sight: Sight, *, row: str, part: str) -> QuerySet[Event] | None:
    """The events behind a number: a rate and ``hits`` or ``whole``; None for a number there is not."""
    if row not in RATES or part not in ("hits", "whole"):
        return None
    whole = RATES[row].whole(sight)
    return (RATES[row].hits(whole) if part == "hits" else whole).order_by("-pk")

