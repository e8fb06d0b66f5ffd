"""The six tiles of the wall (screens.md §5.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from dashboard.addresses import start_of
from dashboard.formulas import measure, persons
from dashboard.spans import total
from events.workflow import DISPATCH_STATES, LIVE

if TYPE_CHECKING:
    from dashboard.reading import Reading


def all_tiles(reading: Reading) -> dict[str, dict[str, Any]]:
    """``reported handling closed overdue red on_duty``, in the order of the wall."""
    return {
        "reported": _reported(reading), "handling": _handling(reading), "closed": _closed(reading),
        "overdue": _overdue(reading), "red": _red(reading), "on_duty": _on_duty(reading),
    }


def states_now(reading: Reading) -> dict[str, int]:
    """How many events of the area are in each state now."""
    return {row["value"]: row["present"] for row in reading.spans["state"]}


def in_hand(reading: Reading) -> int:
    return sum(count for state, count in states_now(reading).items() if state in LIVE)


def is_today(reading: Reading) -> bool:
    return reading.first == reading.last and start_of(reading.last) <= reading.at < start_of(reading.last).replace(
        hour=23, minute=59, second=59, microsecond=999_999
    )


def before_of(reading: Reading, name: str, live: str) -> int:
    """The same stretch one period earlier, up to the same hour."""
    return total(reading.spans.get("before", []))[name] + reading.counts.of(live)


def _reported(reading: Reading) -> dict[str, Any]:
    value = total(reading.spans["period"])["reported"]
    return measure(
        _("今日受理") if is_today(reading) else _("受理"), value,
        formula=_("期内上报的事件,不含不予受理和并案;与上一期同一时刻比较"), as_of=reading.at, numerator=value,
        list_url=reading.lists.reported(reading.first, reading.last), unit=_("件"),
        delta=value - before_of(reading, "reported", "reported_before"),
    )


def _handling(reading: Reading) -> dict[str, Any]:
    states = states_now(reading)
    value = states.get("in_progress", 0)
    waiting = sum(count for state, count in states.items() if state in DISPATCH_STATES)
    return measure(
        _("处置中"), value, formula=_("现在处于“处置中”的事件,与上报日期无关"), as_of=reading.at, numerator=value,
        list_url=reading.lists.rows("handling"), unit=_("件"), note=_("待分拨 %(n)s") % {"n": waiting},
    )


def _closed(reading: Reading) -> dict[str, Any]:
    value = total(reading.spans["period"])["closed"]
    return measure(
        _("今日办结") if is_today(reading) else _("办结"), value,
        formula=_("期内办结的事件(已考评归档),不论何时上报;与上一期同一时刻比较"), as_of=reading.at,
        numerator=value, list_url=reading.lists.closed(reading.first, reading.last), unit=_("件"),
        delta=value - before_of(reading, "closed", "closed_before"),
    )


def _overdue(reading: Reading) -> dict[str, Any]:
    value = reading.counts.of("overdue")
    return measure(
        _("超期"), value, formula=_("现在任一环节的时限已过而未完成的在办事件"), as_of=reading.at, numerator=value,
        denominator=in_hand(reading), list_url=reading.lists.rows("overdue"), unit=_("件"),
        note=_("在办 %(n)s") % {"n": in_hand(reading)},
    )


def _red(reading: Reading) -> dict[str, Any]:
    value = reading.counts.of("red")
    return measure(
        _("红牌"), value, formula=_("现在挂红牌督办的在办事件"), as_of=reading.at, numerator=value,
        denominator=in_hand(reading), list_url=reading.lists.rows("red"), unit=_("件"),
        note=_("突发 %(n)s") % {"n": reading.counts.of("critical")},
    )


def on_duty_of(row: tuple[int, int, int]) -> int:
    """Posts that are filled: the holder is not on leave, or B covers."""
    _due, present, covered = row
    return present + covered


def _on_duty(reading: Reading) -> dict[str, Any]:
    due = sum(row[0] for row in reading.duty.values())
    there = sum(on_duty_of(row) for row in reading.duty.values())
    hidden = persons(due) is None
    return measure(
        _("在岗/应到"), None if hidden else there,
        formula=_("网格员A岗:应到 = 在任岗位数;在岗 = 未请假,或请假而有B岗补位;不足5人不显示"),
        as_of=reading.at, numerator=None if hidden else there, denominator=None if hidden else due,
        list_url=duty_url(reading), unit=_("人"),
        note="" if hidden else _("空岗 %(n)s") % {"n": due - there},
    )


def duty_url(reading: Reading) -> str | None:
    """The table of posts by area, without names."""
    from django.urls import reverse

    return f"{reverse('dashboard:duty')}?area={reading.land.area.code}"
