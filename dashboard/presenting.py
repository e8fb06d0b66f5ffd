"""The numbers of the overview as the wall's templates and scripts read them: words, bars, one block of data."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from casework.refusals import missing
from dashboard.formulas import rate
from events.models.catalogue import Urgency
from events.workflow import LIVE
from grids.scope import SHANGHAI

if TYPE_CHECKING:
    from dashboard.reading import Reading

TONES = {"handling": "run", "closed": "done", "overdue": "urgent", "red": "urgent"}
SHAPES = {"P0": "critical", "P1": "urgent", "P2": "important", "P3": "normal"}
TILES = ("reported", "handling", "closed", "overdue", "red", "on_duty")
EXPLAINED = (
    *TILES, "by_area", "sources", "closure_rate", "on_time_rate", "satisfied_rate", "rated_rate", "solved_rate",
    "recurrence_rate", "rating_levels", "ranking", "warnings", "disputes", "duty", "feed",
)
RANKED_ROWS = 8
YELLOW_FROM = 75
URGENCY_WORDS = dict(Urgency.choices)
OPEN_STATES = tuple(sorted(LIVE))


def day_in(request: HttpRequest, name: str) -> date | None:
    """A day of the query; None when absent. Raises ``invalid`` for what is no day."""
    text = request.GET.get(name, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise missing(**{name: _("请填写日期,如 2026-03-05")}) from None


def wall_url(code: str) -> str:
    return f"{reverse('dashboard:wall')}?{urlencode({'area': code})}"


def wall_context(
    reading: Reading, numbers: dict[str, Any], live: dict[str, Any], card: dict[str, Any] | None, *, dots: bool
) -> dict[str, Any]:
    """Everything ``dashboard/wall.html`` and ``dashboard/_live.html`` show."""
    land = reading.land
    return {
        "land": land, "as_of": reading.at, "sees_people": reading.sees_people, "dots": dots,
        "crumbs": [{"code": piece.code, "name": piece.name, "url": wall_url(piece.code)} for piece in land.above],
        "tiles": [_tile(key, numbers[key]) for key in TILES],
        "by_area": _by_area(numbers["by_area"]), "sources": _sources(numbers["sources"]),
        "closure": _windows(numbers["closure_rate"]), "on_time": _windows(numbers["on_time_rate"]),
        "satisfaction": _satisfaction(numbers), "ranking": _ranking(numbers["ranking"]),
        "warnings": numbers["warnings"], "disputes": _disputes(numbers["disputes"]),
        "line_rows": _line_rows(numbers),
        "duty": _duty(numbers["duty"]), "feed": [_feed_row(row, reading.at) for row in numbers["feed"]["rows"]],
        "twin": _twin(reading, numbers["by_area"], live), "card": card,
        "data": {
            "area": land.area.code, "level": land.area.level, "name": land.area.name,
            "up": land.above[-1].code if land.above else "",
            "asOf": reading.at.isoformat(), "numbers": {key: _explained(key, numbers[key]) for key in EXPLAINED},
            "lines": _lines(numbers), "ring": [[row["name"], row["value"]] for row in numbers["sources"]["rows"]],
            **live,
        },
    }


def in_full(item: dict[str, Any]) -> str:
    """A number with every digit, for the drawer behind it."""
    value = item["value"]
    if value is None:
        return "—"
    return f"{value * 100:.2f} %" if item.get("unit") == "%" else f"{value:,}"


def _tile(key: str, item: dict[str, Any]) -> dict[str, Any]:
    value, foot = item["value"], item.get("note", "")
    if key == "on_duty" and value is not None:
        value = f"{value}/{item['denominator']}"
    if item.get("delta") is not None:
        foot = _("%(arrow)s较昨日") % {"arrow": _arrow(item["delta"])}
    return {
        "key": key, "label": item["label"], "value": value, "unit": "" if key == "on_duty" else item["unit"],
        "url": item["list_url"], "foot": foot, "tone": TONES.get(key, "") if item["value"] else "",
        "long": key == "on_duty",
    }


def _arrow(delta: float) -> str:
    return f"↑{delta:g} " if delta > 0 else f"↓{-delta:g} " if delta < 0 else "= "


def _change(value: float | None) -> str:
    """环比 as a panel says it; empty where there is nothing to compare with."""
    return "" if value is None else _arrow(value).strip()


def _parts(values: list[int], whole: int) -> list[dict[str, Any]]:
    """Pieces of a stacked bar in percent of ``whole``, coloured in the order of the legend."""
    x, found = 0.0, []
    for index, value in enumerate(values):
        width = 100 * value / whole if whole else 0
        if value > 0:
            found.append({"x": f"{x:.2f}", "width": f"{width:.2f}", "css": f"s{index + 1}"})
        x += width
    return found


def _by_area(item: dict[str, Any]) -> dict[str, Any]:
    most = max((row["value"] for row in item["rows"]), default=0)
    rows = [
        {**row, "bar": _parts(row["parts"] or [row["value"]], most),
         "url": wall_url(row["area"]) if row["area"] else None, "say": _say(row, item["categories"])}
        for row in item["rows"]
    ]
    legend = [{**entry, "css": f"s{index + 1}"} for index, entry in enumerate(item["categories"])]
    return {**item, "rows": rows, "legend": legend, "most": most, "change": _change(item["change"])}


def _say(row: dict[str, Any], categories: list[dict[str, Any]]) -> str:
    names = [entry["name"] for entry in categories]
    parts = [f"{name} {value}" for name, value in zip(names, row["parts"], strict=False) if value]
    return ",".join(parts)


def _sources(item: dict[str, Any]) -> dict[str, Any]:
    rows = [
        {**row, "css": f"s{index + 1}"} for index, row in enumerate(item["rows"])
    ]
    return {**item, "rows": rows}


def _windows(item: dict[str, Any]) -> dict[str, Any]:
    return {
        "value": item["value"], "label": item["label"], "numerator": item["numerator"],
        "denominator": item["denominator"], "list_url": item["list_url"], "denominator_url": item["denominator_url"],
        "windows": item["windows"], "change": _change(item["week_change"]),
    }


def _lines(numbers: dict[str, Any]) -> dict[str, Any]:
    days = [f"{one['day'].month}-{one['day'].day}" for one in numbers["closure_rate"]["line"]]

    def values(key: str) -> list[float | None]:
        line = numbers[key]["line"]
        return [None if one["value"] is None else round(100 * one["value"], 2) for one in line]

    return {
        "days": days, "target": 100 * numbers["closure_rate"]["target"],
        "series": [
            {"name": numbers[key]["label"], "values": values(key)} for key in ("closure_rate", "on_time_rate")
        ],
    }


def _line_rows(numbers: dict[str, Any]) -> list[dict[str, Any]]:
    """The table beside the line."""
    lines = _lines(numbers)
    closure, on_time = (one["values"] for one in lines["series"])
    return [
        {"day": day, "closure": closure[index], "on_time": on_time[index]} for index, day in enumerate(lines["days"])
    ]


def _satisfaction(numbers: dict[str, Any]) -> dict[str, Any]:
    levels = numbers["rating_levels"]
    css = ("is-done", "s1", "s6", "is-warn", "is-urgent")
    parts = _parts([row["value"] for row in levels["rows"]], levels["value"])
    for part in parts:
        part["css"] = css[int(part["css"][1]) - 1]
    figures = [
        {"key": key, **numbers[key]}
        for key in ("satisfied_rate", "rated_rate", "solved_rate", "recurrence_rate")
    ]
    rows = [{**row, "css": css[index]} for index, row in enumerate(levels["rows"])]
    change = _change(numbers["satisfied_rate"]["change"])
    return {"bar": parts, "levels": rows, "figures": figures, "rated": levels["value"], "change": change}


def _ranking(item: dict[str, Any]) -> dict[str, Any]:
    rows = []
    for row in item["rows"]:
        small = row["by"] is None
        rows.append({
            **row, "small": small, "width": f"{100 * (row['by'] or row['value'] or 0):.1f}",
            "lower": row["by"] if row["kind"] == "wilson" else None,
        })
    return {**item, "rows": rows[:RANKED_ROWS], "all": rows}


def _disputes(item: dict[str, Any]) -> dict[str, Any]:
    most = max((row["value"] for row in item["rows"]), default=0)
    rows = [
        {**row, "width": f"{100 * (rate(row['value'], most) or 0):.1f}", "url": wall_url(row["area"])}
        for row in item["rows"]
    ]
    mediation = item["mediation"]
    fullest = max((row["value"] for row in mediation["tiers"]), default=0)
    tiers = [{**row, "width": f"{100 * (rate(row['value'], fullest) or 0):.1f}"} for row in mediation["tiers"]]
    return {**item, "rows": rows, "mediation": {**mediation, "tiers": tiers}}


def _duty(item: dict[str, Any]) -> dict[str, Any]:
    rows = [
        {**row, "width": f"{100 * row['share']:.1f}" if row["share"] is not None else "0",
         "text": f"{row['value']}/{row['due']}" if row["value"] is not None else _("不足5人"),
         "url": wall_url(row["area"]) if row["area"] else None}
        for row in item["rows"]
    ]
    return {**item, "rows": rows}


def _feed_row(row: dict[str, Any], at: datetime) -> dict[str, Any]:
    label = str(URGENCY_WORDS[row["urgency"]])
    reported = row["reported_at"]
    today = reported is not None and reported.astimezone(SHANGHAI).date() == at.astimezone(SHANGHAI).date()
    return {**row, "is_today": today, "level": SHAPES[row["urgency"]], "level_label": label, "chip": _chip(row, at)}


def _chip(row: dict[str, Any], at: datetime) -> dict[str, Any]:
    """The clock that is due first, by natural time; grey when none runs."""
    due, began = row["due_at"], row["due_started_at"]
    if due is None:
        return {"state": "none", "share": 0}
    whole = (due - began).total_seconds() if began else 0
    used = 100 * (at - began).total_seconds() / whole if whole > 0 else 0
    state = "red" if at >= due else "yellow" if used >= YELLOW_FROM else "green"
    return {"due": due, "starts": began, "share": max(0, min(100, used)), "state": state}


def _twin(reading: Reading, by_area: dict[str, Any], live: dict[str, Any]) -> list[dict[str, Any]]:
    """The list twin of the map: the children with what is open, or the grid itself."""
    over = set(live["over"])
    reported = {row["area"]: row["value"] for row in by_area["rows"]}
    return [
        {
            "key": child.code, "name": child.name, "url": wall_url(child.code), "open": live["open"].get(child.code, 0),
            "reported": reported.get(child.code, 0), "over": child.code in over,
            "cap": child.load_cap if child.level == "grid" else None,
            "list_url": reading.lists.rows(area=child.code, state=OPEN_STATES),
        }
        for child in reading.land.children
    ]


def _explained(key: str, item: dict[str, Any]) -> dict[str, Any]:
    """What the formula drawer says about a number."""
    links = [
        (_("查看明细"), item.get("list_url")), (_("分母明细"), item.get("denominator_url")),
        (_("未按时明细"), item.get("rest_url")),
    ]
    return {
        "label": item["label"], "text": in_full(item), "formula": item["formula"], "numerator": item["numerator"],
        "denominator": item["denominator"], "asOf": item["as_of"].isoformat() if item["as_of"] else None,
        "links": [[words, url] for words, url in links if url],
    }
