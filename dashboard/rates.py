"""Closure and on-time rates, never one without the other; satisfaction beside what stands behind it (rules.md §6)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.formulas import measure, rate, share_of
from dashboard.models import NUMBERS
from dashboard.spans import days_before, total

if TYPE_CHECKING:
    from dashboard.reading import Reading

TARGET = 0.95
"""The line the district wants to be above."""
EMPTY = dict.fromkeys(NUMBERS, 0)
LEVELS = (
    (5, gettext_lazy("非常满意")), (4, gettext_lazy("满意")), (3, gettext_lazy("基本满意")), (2, gettext_lazy("不满意")),
    (1, gettext_lazy("非常不满意")),
)


def _windows(reading: Reading) -> list[tuple[str, str, date, dict[str, int]]]:
    """(key, label, first day, sums) of the period, seven and thirty days up to its last day."""
    week = days_before(reading.last, 6)
    line = reading.line
    return [
        ("period", _("今日") if reading.first == reading.last else _("本期"), reading.first,
         total(reading.spans["period"])),
        ("week", _("7日"), week, total([row for day, row in line.items() if day >= week])),
        ("month", _("30日"), days_before(reading.last, 29), total(list(line.values()))),
    ]


def _change(now: float | None, before: float | None) -> float | None:
    """环比 in percentage points; None where either period has nothing to divide by."""
    return None if now is None or before is None else round(100 * (now - before), 2)


def _week_before(reading: Reading) -> dict[str, int]:
    """Sums of the seven days before the last seven."""
    first, last = days_before(reading.last, 13), days_before(reading.last, 7)
    return total([row for day, row in reading.line.items() if first <= day <= last])


def _days(reading: Reading) -> list[tuple[date, dict[str, int]]]:
    start = days_before(reading.last, 29)
    days = [start + timedelta(days=n) for n in range(30)]
    return [(day, reading.line.get(day, EMPTY)) for day in days]


def _kept(reading: Reading, sums: dict[str, int]) -> tuple[int, int]:
    """(on time, should have been closed): what is promised for later today is not yet counted."""
    later_kept = reading.counts.of("later_kept")
    return sums["on_time"] - later_kept, sums["due"] - later_kept - reading.counts.of("later_open")


def closure_rate(reading: Reading) -> dict[str, Any]:
    """办结率: of what was reported in the period, the share that is closed (with approved 暂不能解决)."""
    formula = _("期内受理的事件中已办结的(含经批准的暂不能解决)÷ 受理")
    windows = [
        {"key": key, **share_of(
            label, sums["cohort_closed"], sums["reported"], formula=formula, as_of=reading.at,
            list_url=reading.lists.reported(first, reading.last, state=("closed",)),
            denominator_url=reading.lists.reported(first, reading.last), since=first,
        )}
        for key, label, first, sums in _windows(reading)
    ]
    line = [{"day": day, "value": rate(row["cohort_closed"], row["reported"])} for day, row in _days(reading)]
    # No 环比: what came last week has had less time to be closed than what came the week before.
    return {
        **windows[-1], "label": _("办结率"), "windows": windows, "line": line, "target": TARGET, "week_change": None,
    }


def on_time_rate(reading: Reading) -> dict[str, Any]:
    """按时办结率: of what was promised for the period and is due by now, the share handled no later than promised."""
    formula = _("在承诺时限内处置完成 ÷ 应办结(期内到期,含未办结;今天稍后到期的尚不计入)")
    windows = []
    for key, label, first, sums in _windows(reading):
        kept, due = _kept(reading, sums)
        windows.append({"key": key, **share_of(
            label, kept, due, formula=formula, as_of=reading.at,
            list_url=reading.lists.due(first, reading.last, on_time=True),
            denominator_url=reading.lists.due(first, reading.last),
            rest_url=reading.lists.due(first, reading.last, on_time=False), since=first,
        )})
    line = []
    for day, row in _days(reading):
        kept, due = _kept(reading, row) if day == reading.last else (row["on_time"], row["due"])
        line.append({"day": day, "value": rate(kept, due)})
    before = _week_before(reading)
    change = _change(windows[1]["value"], rate(before["on_time"], before["due"]))
    return {
        **windows[-1], "label": _("按时办结率"), "windows": windows, "line": line, "target": TARGET,
        "week_change": change,
    }


def satisfaction(reading: Reading) -> dict[str, dict[str, Any]]:
    """满意率, 参评率, 解决率, 复发率 side by side, and the five levels; by closing date over 30 days."""
    sums, before = total(reading.spans["quality"]), total(reading.spans["quality_before"])
    first, last, at, lists = reading.quality_first, reading.last, reading.at, reading.lists
    closed = lists.closed(first, last)
    rated = lists.closed(first, last, rating=("1", "2", "3", "4", "5"))
    renewed = reading.counts.of("renewed")
    recurred_url = (
        f"{reverse('dashboard:recurrences')}?area={reading.land.area.code}&from={first}&to={last}"
        if lists.allowed else None
    )
    return {
        "satisfied_rate": share_of(
            _("满意率"), sums["satisfied"], sums["rated"], as_of=at,
            formula=_("(非常满意 + 满意 + 基本满意)÷ 已评价;近30日办结"),
            list_url=lists.closed(first, last, rating=("3", "4", "5")), denominator_url=rated,
            change=_change(rate(sums["satisfied"], sums["rated"]), rate(before["satisfied"], before["rated"])),
        ),
        "rated_rate": share_of(
            _("参评率"), sums["rated"], sums["closed"], as_of=at, formula=_("已评价 ÷ 办结(办结即邀评);近30日办结"),
            list_url=rated, denominator_url=closed,
        ),
        "solved_rate": share_of(
            _("解决率"), sums["said_solved"], sums["asked_solved"], as_of=at,
            formula=_("群众确认已解决 ÷ 已回答是否解决;近30日办结"),
            list_url=lists.closed(first, last, solved=True),
            denominator_url=lists.closed(first, last, answered=True),
        ),
        "recurrence_rate": share_of(
            _("复发率"), reading.counts.of("recurred"), sums["closed"], list_url=recurred_url, denominator_url=closed,
            as_of=datetime.fromtimestamp(renewed, UTC) if renewed else None,
            formula=_("办结后30日内50米以内同类再次发生 ÷ 办结;每小时重算,近期办结的观察期未满"),
        ),
        "rating_levels": measure(
            _("评价分布"), sums["rated"], formula=_("近30日办结事件的五级评价"), as_of=at, list_url=rated,
            rows=[
                {"key": str(level), "name": str(word), "value": sums[f"rate{level}"],
                 "share": rate(sums[f"rate{level}"], sums["rated"]),
                 "list_url": lists.closed(first, last, rating=(str(level),))}
                for level, word in LEVELS
            ], unit=_("件"),
        ),
    }
