"""The panels of the wall: matters by area, sources, rates, satisfaction, ranking, warnings, disputes, duty, feed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.alerts import warnings
from dashboard.formulas import fair_rate, measure, persons, rate, share_of
from dashboard.names import category_name
from dashboard.rates import closure_rate, on_time_rate, satisfaction
from dashboard.spans import total
from dashboard.tiles import before_of, duty_url, in_hand, on_duty_of
from disputes.statistics import wall_figures
from events.models import Event
from events.workflow import LIVE
from grids.models import DutyTurn

if TYPE_CHECKING:
    from dashboard.reading import Reading

TOP = 5
DISPUTE_MAJOR = "01"
RANKED_KINDS = ("department", "utility", "enforcement", "street_office")
SOURCE_WORDS = dict(Event.Source.choices)


def all_panels(reading: Reading) -> dict[str, dict[str, Any]]:
    """Every panel by its key."""
    return {
        "by_area": by_area(reading), "sources": sources(reading), "closure_rate": closure_rate(reading),
        "on_time_rate": on_time_rate(reading), **satisfaction(reading), "ranking": ranking(reading),
        "warnings": warnings(reading), "disputes": disputes(reading), "duty": duty(reading), "feed": feed(reading),
    }


def _majors(counts: dict[str, int]) -> Counter:
    found: Counter = Counter()
    for code, count in counts.items():
        found[code[:2]] += count
    return found


def by_area(reading: Reading) -> dict[str, Any]:
    """区域事项分析: reports of the period by next-lower area, stacked by the area's five largest major categories."""
    whole = total(reading.spans["period"])["reported"]
    all_majors = _majors({row["value"]: row["reported"] for row in reading.spans["category"]})
    top = [code for code, count in all_majors.most_common() if count > 0][:TOP]
    children = {row["area_code"]: row["reported"] for row in reading.spans.get("child", [])}
    rows = [_area_row(reading, child, children.get(child.code, 0), top) for child in reading.land.children]
    rows.sort(key=lambda row: -row["value"])
    rest = whole - sum(children.values())
    if rest > 0 and reading.land.children:
        rows.append({
            "key": "rest", "name": _("未定位到下级"), "value": rest, "parts": [], "open": 0, "area": "",
            "list_url": reading.lists.reported(reading.first, reading.last, here=True),
        })
    for row in rows:
        row["share"] = rate(row["value"], whole)
    legend = [
        {"code": code, "name": category_name(code), "value": all_majors[code],
         "list_url": reading.lists.reported(reading.first, reading.last, category=code)}
        for code in top
    ]
    others = whole - sum(all_majors[code] for code in top)
    if others > 0:
        legend.append({"code": "", "name": _("其他"), "value": others,
                       "list_url": _others_url(reading, all_majors, top)})
    return measure(
        _("区域事项分析"), whole, formula=_("期内受理件数,按下级区域和事项大类(前五类 + 其他)"), as_of=reading.at,
        list_url=reading.lists.reported(reading.first, reading.last), rows=rows, categories=legend, unit=_("件"),
        change=whole - before_of(reading, "reported", "reported_before"),
    )


def _others_url(reading: Reading, majors: Counter, top: list[str]) -> str | None:
    others = (*sorted(code for code in majors if code not in top and majors[code]), "none")
    return reading.lists.reported(reading.first, reading.last, category=others)


def _area_row(reading: Reading, child: Any, value: int, top: list[str]) -> dict[str, Any]:
    majors = _majors(reading.child_categories.get(child.code, {}))
    parts = [majors[code] for code in top]
    states = {
        row["value"]: row["present"] for row in reading.spans.get("child_state", []) if row["area_code"] == child.code
    }
    return {
        "key": child.code, "area": child.code, "name": child.name, "value": value,
        "parts": [*parts, value - sum(parts)],
        "open": sum(count for state, count in states.items() if state in LIVE),
        "list_url": reading.lists.reported(reading.first, reading.last, area=child.code),
    }


def sources(reading: Reading) -> dict[str, Any]:
    """来源分析: reports of the period by source, the five largest and the rest."""
    counts = Counter({row["value"]: row["reported"] for row in reading.spans["source"] if row["reported"] > 0})
    whole = sum(counts.values())
    ranked = counts.most_common()
    shown = ranked if len(ranked) <= TOP + 1 else ranked[:TOP]
    rows = [_source_row(reading, SOURCE_WORDS.get(code, code), (code,), count, whole) for code, count in shown]
    if len(shown) < len(ranked):
        rest = ranked[len(shown):]
        codes = tuple(code for code, _count in rest)
        rows.append(_source_row(reading, _("其他来源"), codes, sum(count for _code, count in rest), whole))
    return measure(
        _("来源分析"), whole, formula=_("期内受理件数,按上报来源;占比 = 该来源 ÷ 受理"), as_of=reading.at,
        list_url=reading.lists.reported(reading.first, reading.last), rows=rows, unit=_("件"),
    )


def _source_row(reading: Reading, name: Any, codes: tuple[str, ...], count: int, whole: int) -> dict[str, Any]:
    return {
        "key": codes[0], "name": str(name), "value": count, "share": rate(count, whole),
        "list_url": reading.lists.reported(reading.first, reading.last, source=codes),
    }


def ranking(reading: Reading) -> dict[str, Any]:
    """部门处置排名: units by on-time rate of what they should have closed in the last seven days; never persons."""
    rows = [row for row in (_unit_row(reading, row) for row in reading.spans["unit"]) if row]
    rows.sort(key=lambda row: (row["by"] is None, -(row["by"] or 0), -row["denominator"], row["name"]))
    place = 0
    for row in rows:
        if row["by"] is not None:
            place += 1
            row["place"] = place
    return measure(
        _("部门处置排名"), len(rows),
        formula=_("按时办结率 = 按时办结 ÷ 应办结(期内到期,含未办结);不足20件用威尔逊90%区间下限排名,"
                  "不足5件样本不足、不排名;中位时长 = 分拨至处置完成"),
        as_of=reading.at, list_url=reading.lists.due(reading.ranking_first, reading.last), rows=rows,
        since=reading.ranking_first, until=reading.last,
    )


def _unit_row(reading: Reading, counted: dict) -> dict[str, Any] | None:
    unit = reading.units.get(int(counted["value"]))
    if unit is None or unit["kind"] not in RANKED_KINDS:
        return None
    key = counted["value"]
    later_kept, later_open = (reading.counts.of(kind, key) for kind in ("later_kept", "later_open"))
    cases = counted["due"] - later_kept - later_open
    hits = counted["on_time"] - later_kept
    if cases <= 0:
        return None
    by, kind = fair_rate(hits, cases)
    return {
        "key": unit["code"], "name": unit["name"], "place": None, "by": by, "kind": kind, "numerator": hits,
        "denominator": cases, "value": rate(hits, cases), "median_seconds": unit["median"],
        "handled": unit["cases"] or 0, "overdue": reading.counts.of("overdue", key),
        "list_url": reading.lists.due(reading.ranking_first, reading.last, unit=unit["code"]),
        "kept_url": reading.lists.due(reading.ranking_first, reading.last, unit=unit["code"], on_time=True),
        "overdue_url": reading.lists.rows("overdue", unit=unit["code"]),
    }


def disputes(reading: Reading) -> dict[str, Any]:
    """矛盾纠纷: events of major category 01 in hand by area with their closing rate, and beside them, under ``mediation``,
    the mediation desk's own cases by tier (``disputes.statistics``), which are another procedure."""
    by_child = reading.counts.by_key.get("dispute", {})
    whole = reading.counts.of("dispute")
    rows = [
        {"key": child.code, "area": child.code, "name": child.name, "value": by_child.get(child.code, 0),
         "list_url": reading.lists.rows(area=child.code, category=DISPUTE_MAJOR, state=tuple(sorted(LIVE)))}
        for child in reading.land.children
    ]
    rows.sort(key=lambda row: -row["value"])
    mine = total([row for row in reading.spans["quality_category"] if row["value"].startswith(DISPUTE_MAJOR)])
    first, last = reading.quality_first, reading.last
    closing = share_of(
        _("纠纷类办结率"), mine["cohort_closed"], mine["reported"],
        formula=_("近30日受理的矛盾纠纷类事件(类别01)中已办结的 ÷ 受理"), as_of=reading.at,
        list_url=reading.lists.reported(first, last, category=DISPUTE_MAJOR, state=("closed",)),
        denominator_url=reading.lists.reported(first, last, category=DISPUTE_MAJOR),
    )
    return measure(
        _("矛盾纠纷类事件"), whole, formula=_("类别01“矛盾纠纷”现在在办的事件"), as_of=reading.at,
        list_url=reading.lists.rows(category=DISPUTE_MAJOR, state=tuple(sorted(LIVE))), rows=rows, unit=_("件"),
        numerator=whole, denominator=in_hand(reading), closing=closing, mediation=_mediation(reading),
    )


def _mediation(reading: Reading) -> dict[str, Any]:
    """首调、会调、联调 in hand, due soon, red and orange, rate of success; lists for whoever may see disputes."""
    found = wall_figures(reading.land.area.path, at=reading.at)
    opens = reading.rights.may("disputes.view")
    area = reading.land.area.code
    tiers = [
        {"code": row["code"], "name": str(row["name"]), "value": row["n"], "soon": row["soon"],
         "list_url": f"/disputes/?{row['query']}&area={area}" if opens else None}
        for row in found.pop("tiers")
    ]
    return {**found, "tiers": tiers, "formula": str(_("达成协议或口头和解 ÷ 已有结果")),
            "list_url": f"/disputes/?view=all&area={area}" if opens else None}


def duty(reading: Reading) -> dict[str, Any]:
    """值班/在岗: filled posts by next-lower area as counts, and the desks' telephones; no person is named."""
    names = {child.code: child.name for child in reading.land.children}
    rows = []
    for code, row in reading.duty.items():
        there, due = persons(on_duty_of(row)), persons(row[0])
        shown = there is not None and due is not None
        rows.append({
            "key": code or "here", "area": code if code in names else "", "name": names.get(code, reading.land.area.name),
            "value": there if shown else None, "due": due if shown else None, "covered": row[2] if shown else None,
            "share": rate(on_duty_of(row), row[0]) if shown else None, "list_url": duty_url(reading),
        })
    rows.sort(key=lambda row: row["key"])
    desks = [
        {"key": unit["code"], "name": unit["name"], "phone": unit["phone"]}
        for unit in sorted(reading.units.values(), key=lambda unit: (unit["kind"] != "district_centre", unit["code"]))
        if unit["kind"] in ("district_centre", "street_office") and unit["phone"]
    ]
    there = sum(on_duty_of(row) for row in reading.duty.values())
    due = sum(row[0] for row in reading.duty.values())
    hidden = persons(due) is None
    centres = {turn["area__code"] for turn in reading.turns if turn["kind"] == "street"}
    return measure(
        _("值班/在岗"), None if hidden else there, as_of=reading.at, list_url=duty_url(reading), rows=rows, desks=desks,
        chiefs=_chiefs(reading), agents=sum(turn["kind"] == "agent" for turn in reading.turns),
        centres=len(centres),
        numerator=None if hidden else there, denominator=None if hidden else due, unit=_("人"),
        formula=_("网格员A岗在任岗位与现时请假、B岗补位;只计人数,不显示个人;不足5人不显示"),
    )


def _chiefs(reading: Reading) -> list[dict[str, str]]:
    """Who leads the shift; a screen account reads the post only."""
    words = dict(DutyTurn.Kind.choices)
    named = reading.rights.covers("grids.view", area_path=reading.land.area.path)
    return [
        {"post": str(words[turn["kind"]]), "name": turn["person__name"] if named else ""}
        for turn in sorted(reading.turns, key=lambda turn: turn["kind"] != "chief") if turn["kind"] in ("leader", "chief")
    ][:2]


def feed(reading: Reading) -> dict[str, Any]:
    """实时事件: the newest six reports by category and place. A screen account reads public fields only."""
    words = dict(Event.State.choices)
    rows = []
    for row in reading.feed:
        shown = {
            "key": row["number"], "number": row["number"], "urgency": row["urgency"], "flag": row["flag"],
            "name": category_name(row["category"] or ""), "place": row["place"], "street": row["street"],
            "state": row["state"], "state_label": str(words[row["state"]]), "reported_at": None, "due_at": None,
            "due_started_at": None, "unit": "", "list_url": None,
        }
        if reading.sees_people:
            shown |= {name: row[name] for name in ("reported_at", "due_at", "due_started_at", "unit")}
            shown["list_url"] = _event_url(row["number"])
        rows.append(shown)
    return measure(
        _("实时事件"), len(rows), formula=_("按上报时间最新的6件"), as_of=reading.at, list_url=reading.lists.rows(),
        rows=rows, denominator=in_hand(reading),
    )


def _event_url(number: str) -> str:
    from django.urls import NoReverseMatch

    try:
        return reverse("events:detail", args=[number])
    except NoReverseMatch:
        return f"/events/{number}/"
