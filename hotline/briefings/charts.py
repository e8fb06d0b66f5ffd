"""The charts of a briefing: rows over named figures, frozen with them, and their geometry when they are drawn.

A chart holds no number of its own: each row names a figure, so that chart, table and sentence cannot differ and every
number opens its list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.scope import SHANGHAI
from hotline.briefings import counting
from hotline.briefings.figures import Figures
from hotline.briefings.periods import Period

WEEKDAYS = "一二三四五六日"
REPLY_STEPS = (1, 3, 5, 15)
"""Upper ends in days of the groups of reply times; the last group has none."""
LEVELS = {
    5: gettext_lazy("非常满意"), 4: gettext_lazy("满意"), 3: gettext_lazy("基本满意"), 2: gettext_lazy("不满意"),
    1: gettext_lazy("非常不满意"),
}
PLOT_TOP, PLOT_FOOT, HEIGHT = 20, 164, 190
"""Pixels of a column chart: the highest column's top, the ground line, the whole."""
FEW_COLUMNS = 12
"""Up to so many columns carry their number on top."""
CHUNK = 8
"""Columns of one stretch of the table under a column chart."""


def chart(
    key: str, section: str, kind: str, title: str, head: str, rows: Iterable[tuple[str, str, int]], *, whole: int = 0
) -> dict[str, Any] | None:
    """``kind``: ``columns`` over time or ``bars``; rows are (label, name of the figure, count); ``whole``: of how many
    the rows are shares, where they are not all of it. None without rows."""
    found = [{"label": label, "figure": name, "n": n} for label, name, n in rows]
    if not any(row["n"] for row in found):
        return None
    return {"key": key, "section": section, "kind": kind, "title": title, "head": head, "rows": found, "whole": whole}


def trend(period: Period, received: Sequence[counting.Row], figures: Figures) -> dict[str, Any] | None:
    """What came in by hour of a day, or by day of a week or month."""
    by_hour = period.kind == "day"
    step = timedelta(hours=1) if by_hour else timedelta(days=1)
    count = int((period.end - period.start) / step)
    groups: list[list[int]] = [[] for _n in range(count)]
    for row in received:
        groups[int((row.registered_at - period.start) / step)].append(row.key)
    formula = _("期内按小时受理的热线工单数") if by_hour else _("期内按日受理的热线工单数")
    rows = []
    for n, keys in enumerate(groups):
        figures.count(f"trend_{n + 1}", keys, formula)
        rows.append((_label(period, n), f"trend_{n + 1}", len(keys)))
    title, head = (_("受理件数(按小时)"), _("时")) if by_hour else (_("受理件数(按日)"), _("日期"))
    return chart("trend", "summary", "columns", title, head, rows)


def _label(period: Period, n: int) -> str:
    if period.kind == "day":
        return _("%(n)s时") % {"n": n}
    day = period.start.astimezone(SHANGHAI).date() + timedelta(days=n)
    return _("周%(day)s") % {"day": WEEKDAYS[day.weekday()]} if period.kind == "week" else _("%(n)s日") % {"n": day.day}


def named_rows(names: Iterable[tuple[str, str]], figures: Figures) -> list[tuple[str, str, int]]:
    """Rows over figures that the sentences have counted already."""
    return [
        (label, name, int(figures.rows[name]["value"].replace(",", ""))) for label, name in names if name in figures.rows
    ]


def replies(told: Iterable[counting.Row], figures: Figures) -> dict[str, Any] | None:
    """How many were answered within how many days."""
    groups: list[list[int]] = [[] for _n in range(len(REPLY_STEPS) + 1)]
    for row in told:
        days = (row.reply_seconds or 0) / counting.DAY_SECONDS
        groups[next((n for n, end in enumerate(REPLY_STEPS) if days <= end), len(REPLY_STEPS))].append(row.key)
    rows = []
    for n, keys in enumerate(groups):
        figures.count(f"reply_{n + 1}", keys, _("期内答复的工单按受理到答复的自然日分组"))
        rows.append((_reply_words(n), f"reply_{n + 1}", len(keys)))
    return chart("replies", "replies", "bars", _("答复用时分布"), _("用时"), rows)


def _reply_words(n: int) -> str:
    if n == 0:
        return _("1天以内")
    if n == len(REPLY_STEPS):
        return _("%(n)s天以上") % {"n": REPLY_STEPS[-1]}
    return _("%(from)s至%(to)s天") % {"from": REPLY_STEPS[n - 1], "to": REPLY_STEPS[n]}


def levels(told: counting.Calls, figures: Figures) -> dict[str, Any] | None:
    """The five levels that callers gave."""
    rows = []
    for level, words in LEVELS.items():
        keys = told.by_level.get(level, [])
        figures.count(f"level_{level}", keys, _("期内回访中给出该等次的件数;未接通不计"))
        rows.append((str(words), f"level_{level}", len(keys)))
    return chart("levels", "calls", "bars", _("回访评价等次"), _("等次"), rows)


# Drawing ---------------------------------------------------------------------------------------------


def drawn(charts: Iterable[dict], figures: dict[str, dict]) -> dict[str, list[dict]]:
    """The charts by the section they stand under, with the geometry of each row: per cent across, pixels down."""
    found: dict[str, list[dict]] = {}
    for one in charts:
        shapes = _columns(one["rows"]) if one["kind"] == "columns" else _bars(one["rows"], one["whole"])
        for row, shape in zip(one["rows"], shapes, strict=True):
            known = figures.get(row["figure"], {})
            shape |= {"value": known.get("value", str(row["n"])), "has_list": bool(known.get("keys"))}
        rows = [{**row, **shape} for row, shape in zip(one["rows"], shapes, strict=True)]
        total = sum(row["n"] for row in rows)
        found.setdefault(one["section"], []).append({
            **one, "rows": rows, "total": total, "most": max(rows, key=lambda row: row["n"]), "height": HEIGHT,
            "ground": PLOT_FOOT, "label_y": PLOT_FOOT + 18,
            "chunks": [_chunk(rows, n) for n in range(0, len(rows), CHUNK)],
        })
    return found


def _chunk(rows: list[dict], start: int) -> dict[str, Any]:
    """A stretch of the table; the last one is filled up so that its cells are as wide as the others'."""
    part = rows[start : start + CHUNK]
    return {"rows": part, "blanks": range(CHUNK - len(part) if start else 0)}


def _columns(rows: Sequence[dict]) -> list[dict]:
    """Columns of equal width; every few a label, where all would not fit a phone."""
    most = max(row["n"] for row in rows) or 1
    width = 100 / len(rows)
    every = 1 if len(rows) <= FEW_COLUMNS else 3 if len(rows) <= 24 else 5
    shapes = []
    for n, row in enumerate(rows):
        tall = round((PLOT_FOOT - PLOT_TOP) * row["n"] / most, 1)
        shapes.append({
            "x": f"{width * (n + 0.14):.3f}", "width": f"{width * 0.72:.3f}", "y": f"{PLOT_FOOT - tall:.1f}",
            "tall": f"{tall:.1f}", "middle": f"{width * (n + 0.5):.3f}", "number_y": f"{PLOT_FOOT - tall - 5:.1f}",
            "has_number": bool(row["n"]) and (len(rows) <= FEW_COLUMNS or row["n"] == most), "has_label": n % every == 0,
        })
    return shapes


def _bars(rows: Sequence[dict], whole: int) -> list[dict]:
    most = max(row["n"] for row in rows) or 1
    total = whole or sum(row["n"] for row in rows) or 1
    return [
        {"width": f"{100 * row['n'] / most:.2f}", "share": f"{100 * row['n'] / total:.1f}%"} for row in rows
    ]
