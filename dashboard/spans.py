"""Counts of several areas, slices and stretches of days in one statement, so in one snapshot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db import connection

from dashboard import tally_sql
from dashboard.models import NUMBERS
from dashboard.tallies import NOW_DAY

_COLUMNS = ", ".join(NUMBERS)
_REPORTS = ", ".join("SUM(reported)::int" if name == "reported" else "0" for name in NUMBERS)
_PICK = f"""
    SELECT w.tag, c.area_code, c.value, CASE WHEN w.by_day THEN c.day END AS day, {_COLUMNS}
      FROM wanted w JOIN {{source}} c
        ON c.area_code = w.area_code AND c.dim = w.dim AND c.day BETWEEN w.first AND w.last
     WHERE NOT w.reports_only"""  # noqa: S608
_PICK_REPORTS = """
    SELECT w.tag, c.area_code, c.value, SUM(c.reported)::int AS reported
      FROM wanted w JOIN {source} c
        ON c.area_code = w.area_code AND c.dim = w.dim AND c.day BETWEEN w.first AND w.last
     WHERE w.reports_only AND c.reported <> 0 GROUP BY 1, 2, 3"""
_READING = f"""
WITH wanted AS (
    SELECT * FROM unnest(%(tags)s::text[], %(areas)s::text[], %(dims)s::text[], %(firsts)s::date[], %(lasts)s::date[],
                         %(by_day)s::boolean[], %(reports_only)s::boolean[])
                  AS w(tag, area_code, dim, first, last, by_day, reports_only)
), d AS (SELECT * FROM dashboard_tallydelta), unfolded AS ({tally_sql.EXPANSION}), picked AS (
    {_PICK.format(source="dashboard_tally")}
    UNION ALL
    {_PICK.format(source="unfolded")}
), reports AS (
    {_PICK_REPORTS.format(source="dashboard_tally")}
    UNION ALL
    {_PICK_REPORTS.format(source="unfolded")}
)
SELECT tag, area_code, value, day, {tally_sql.SUMS} FROM picked GROUP BY 1, 2, 3, 4
UNION ALL
SELECT tag, area_code, value, NULL, {_REPORTS} FROM reports GROUP BY 1, 2, 3
"""  # noqa: S608 (fixed texts)


@dataclass(frozen=True, slots=True)
class Span:
    """One wish: a slice of an area over days ``first`` … ``last``, both included; ``tag`` finds it in the answer."""

    tag: str
    area: str
    dim: str
    first: date
    last: date
    by_day: bool = False
    reports_only: bool = False
    """Only ``reported`` is wanted, the other numbers are 0: a year of every category of every street is read so."""


def now_span(tag: str, area: str) -> Span:
    """What is in which state now."""
    return Span(tag, area, "state", NOW_DAY, NOW_DAY)


def days_before(day: date, count: int) -> date:
    return day - timedelta(days=count)


def read_spans(spans: Sequence[Span], *, grid_path: str = "") -> dict[str, list[dict]]:
    """Rows by tag: ``{"area_code", "value", "day"?, …every name of NUMBERS}``; a wish that counts nothing has none.

    ``grid_path``: the path of a single grid, whose slices are not kept and are counted from its few events.
    """
    found: dict[str, list[dict]] = {span.tag: [] for span in spans}
    asked, twins = _without_twins(spans)
    for row in _from_grid(asked, grid_path) if grid_path else _from_tallies(asked):
        found[row.pop("tag")].append(row)
    for tag, other in twins.items():
        found[tag] = [dict(row) for row in found[other]]
    return found


def _without_twins(spans: Sequence[Span]) -> tuple[list[Span], dict[str, str]]:
    """Wishes without those that ask what another one asks (tag → tag of that other): the quality panels of a
    stretch longer than a month. Only tags with a single wish are joined."""
    times = Counter(span.tag for span in spans)
    first: dict[Span, str] = {}
    asked, twins = [], {}
    for span in spans:
        same = replace(span, tag="")
        if times[span.tag] == 1 and same in first:
            twins[span.tag] = first[same]
            continue
        if times[span.tag] == 1:
            first[same] = span.tag
        asked.append(span)
    return asked, twins


def _rows(statement: str, parameters: dict) -> list[dict]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _from_tallies(spans: Sequence[Span]) -> list[dict]:
    return _rows(
        _READING,
        {
            "tags": [span.tag for span in spans],
            "areas": [span.area for span in spans],
            "dims": [span.dim for span in spans],
            "firsts": [span.first for span in spans],
            "lasts": [span.last for span in spans],
            "by_day": [span.by_day for span in spans],
            "reports_only": [span.reports_only for span in spans],
        },
    )


def _from_grid(spans: Sequence[Span], path: str) -> list[dict]:
    reading = tally_sql.GRID_READING.format(where="true", keys="area_code, dim, value, day")
    counted = _rows(reading, {"path": path + "%"})
    found: dict[tuple, dict] = {}
    for span in spans:
        for row in counted:
            if (row["area_code"], row["dim"]) != (span.area, span.dim) or not span.first <= row["day"] <= span.last:
                continue
            day = row["day"] if span.by_day else None
            key = (span.tag, span.area, row["value"], day)
            into = found.setdefault(
                key, {"tag": span.tag, "area_code": span.area, "value": row["value"], "day": day}
                | dict.fromkeys(NUMBERS, 0)
            )
            for name in NUMBERS:
                into[name] += row[name]
    return list(found.values())


def total(rows: Sequence[dict]) -> dict[str, int]:
    """The sum of every counted column."""
    return {name: sum(row[name] for row in rows) for name in NUMBERS}
