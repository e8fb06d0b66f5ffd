"""One panel as a workbook: the same numbers, with formula, area, moment and the name of who took it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from dashboard.reading import Reading
from events.exporting import Table, guarded
from grids.scope import SHANGHAI

COLUMNS: dict[str, tuple[str, ...]] = {
    "by_area": ("name", "value", "share", "open"), "sources": ("name", "value", "share"),
    "ranking": ("place", "name", "value", "numerator", "denominator", "median_seconds", "overdue"),
    "warnings": ("name", "value"), "disputes": ("name", "value"), "rating_levels": ("name", "value", "share"),
    "duty": ("name", "value", "due"),
    "feed": ("reported_at", "name", "street", "place", "unit", "state_label"),
}
"""Panels that are lists; the others are one number or a line."""
PANELS = (
    "reported", "handling", "closed", "overdue", "red", "on_duty", *COLUMNS, "closure_rate", "on_time_rate",
    "satisfied_rate", "rated_rate", "solved_rate", "recurrence_rate",
)


def table_of(panel: str, numbers: dict[str, dict[str, Any]], reading: Reading, *, by: User, at: datetime) -> Table:
    """The rows a panel shows. A number that a screen does not show (fewer than five persons) is left empty."""
    item = numbers[panel]
    if panel in COLUMNS:
        heads, rows = _list(panel, item)
    elif "line" in item:
        heads, rows = [_("日期"), item["label"]], [[f"{one['day']}", _rate(one["value"])] for one in item["line"]]
    else:
        heads = [_("指标"), _("数值"), _("分子"), _("分母")]
        rows = [[item["label"], _one(item, item["value"]), _text(item["numerator"]), _text(item["denominator"])]]
    stamp = f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
    about = [
        f"{item['label']} · {reading.land.area.name}", _("口径:%(words)s") % {"words": item["formula"]},
        _("数据截至 %(at)s") % {"at": stamp},
        _("导出人 %(name)s %(badge)s") % {"name": by.name, "badge": by.badge or by.username},
    ]
    return Table(heads, [[guarded(cell) for cell in row] for row in rows], [guarded(line) for line in about])


def _list(panel: str, item: dict[str, Any]) -> tuple[list[str], list[list[str]]]:
    words = {
        "name": _("名称"), "value": _("件数"), "share": _("占比"), "open": _("在办"), "place": _("名次"),
        "numerator": _("按时办结"), "denominator": _("应办结"), "median_seconds": _("中位时长(时)"), "overdue": _("超期"),
        "due": _("应到"), "reported_at": _("上报时间"), "street": _("街道"), "unit": _("责任单位"), "state_label": _("状态"),
    }
    own = {("ranking", "value"): _("按时办结率"), ("duty", "value"): _("在岗"), ("feed", "place"): _("网格"),
           ("feed", "name"): _("类别")}
    columns = COLUMNS[panel]
    heads = [own.get((panel, name), words[name]) for name in columns]
    return heads, [[_cell(panel, name, row.get(name)) for name in columns] for row in item["rows"]]


def _cell(panel: str, name: str, value: object) -> str:
    if name == "share" or (panel, name) == ("ranking", "value"):
        return _rate(value)
    if name == "median_seconds":
        return "" if value is None else f"{float(value) / 3600:.1f}"
    return _text(value)


def _one(item: dict[str, Any], value: object) -> str:
    return _rate(value) if item.get("unit") == "%" else _text(value)


def _rate(value: object) -> str:
    return "" if value is None else f"{float(value) * 100:.2f}%"


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    return "" if value is None else str(value)
