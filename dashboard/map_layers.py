"""What the wall's map draws: outlines once per version, loads and marks with every refresh."""

from __future__ import annotations

import gzip
import json
from collections import OrderedDict
from datetime import datetime
from typing import Any

import shapely
from django.db import connection
from shapely.geometry import mapping, shape

from dashboard.land import Land, Piece
from dashboard.live_numbers import OPEN
from dashboard.names import category_name
from dashboard.spans import now_span, read_spans
from events.workflow import LIVE
from grids.models import Area, BoundaryVersion
from grids.outlines import TAIL, outlines
from grids.scope import Rights

MOST_MARKS = 200
MOST_DOTS = 400
_kept: OrderedDict[tuple[str, str], bytes] = OrderedDict()
KEPT = 64


def version_of() -> tuple[int, str]:
    """(version of the grids' outlines, one text for all levels): what an ETag stands on."""
    versions = dict(BoundaryVersion.objects.values_list("level_id", "version"))
    return versions.get("grid", 0), "-".join(f"{level}{number}" for level, number in sorted(versions.items()))


def forget() -> None:
    """Drop what is kept: between tests."""
    _kept.clear()


def layers(land: Land, *, versions: tuple[int, str]) -> bytes:
    """Gzipped JSON for ``static/dashboard/wall_map.js``: cells (grids), the child each cell belongs to, lines of the
    children and of the area itself, names with their places, the frame to look at. Kept per version."""
    key = (land.area.code, versions[1])
    if key not in _kept:
        _kept[key] = gzip.compress(_layers_text(land, versions[0]).encode(), 6)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return _kept[key]


def _layers_text(land: Land, version: int) -> str:
    ground = land.above[-1] if land.area.level == "grid" and land.above else land.area
    cells = outlines("grid", ground.code, version=version)
    depth = land.area.path.count("/")
    ups = {
        cell.code: cell.path.split("/")[depth] if cell.path.startswith(land.area.path) else ""
        for cell in cells
    }
    features = ",".join(f"{cell.head}null{TAIL}" for cell in cells)
    rest = json.dumps(_frame(land) | {"up": ups}, ensure_ascii=False, separators=(",", ":"))
    return f'{{"cells":{{"type":"FeatureCollection","features":[{features}]}},{rest[1:]}'


def _frame(land: Land) -> dict[str, Any]:
    codes = [child.code for child in land.children]
    rows = {
        row["code"]: row
        for row in Area.objects.filter(code__in=[*codes, land.area.code]).values("code", "boundary", "lon", "lat")
    }
    own = rows[land.area.code]["boundary"]
    labels = [
        {"key": child.code, "name": child.name, "at": [rows[child.code]["lon"], rows[child.code]["lat"]]}
        for child in land.children if rows[child.code]["lon"] is not None
    ]
    children = [rows[code]["boundary"] for code in codes if rows[code]["boundary"]]
    missing = [child.name for child in land.children if not rows[child.code]["boundary"]]
    return {
        "area": land.area.code, "level": land.area.level, "labels": labels, "missing": missing,
        "bounds": _bounds(own or next(iter(children), None)), "outline": _edges([own] if own else []),
        "lines": _edges(children) if land.area.level in ("district", "street") else None,
    }


def _bounds(boundary: dict | None) -> list[list[float]] | None:
    if boundary is None:
        return None
    west, south, east, north = shape(boundary).bounds
    return [[west, south], [east, north]]


def _edges(boundaries: list[dict]) -> dict | None:
    """The borders of shapes, each shared edge once."""
    if not boundaries:
        return None
    joined = shapely.line_merge(shapely.union_all([shape(one).boundary for one in boundaries]))
    return mapping(joined)


def loads(land: Land) -> dict[str, Any]:
    """``{"loads": {grid: open events}, "people": {grid: residents}, "over": [grids at or above their cap], "open":
    {child: open events}}``."""
    ground = land.above[-1] if land.area.level == "grid" and land.above else land.area
    grids = list(
        Area.objects.filter(path__startswith=ground.path, level="grid", abolished_on__isnull=True)
        .values_list("code", "load_cap", "population")
    )
    caps = {code: cap for code, cap, _people in grids}
    children = [child.code for child in land.children if child.code not in caps]
    found = read_spans([now_span("now", code) for code in (*caps, *children)])["now"] if caps or children else []
    counts: dict[str, int] = {}
    for row in found:
        if row["value"] in LIVE:
            counts[row["area_code"]] = counts.get(row["area_code"], 0) + row["present"]
    return {
        "loads": {code: counts.get(code, 0) for code in caps},
        "people": {code: people for code, _cap, people in grids if people},
        "over": sorted(code for code, cap in caps.items() if cap and counts.get(code, 0) >= cap),
        "open": {child.code: counts.get(child.code, 0) for child in land.children},
    }


_MARKS_SQL = f"""
SELECT e.number, e.category_id, e.urgency, e.flag, e.lon, e.lat, e.grid_code, COALESCE(NULLIF(g.short_name, ''), g.name),
       COALESCE(u.name, ''), e.due_at, g.lon, g.lat
  FROM events_event e JOIN grids_area g ON g.id = e.area_id LEFT JOIN grids_unit u ON u.id = e.owner_unit_id
 WHERE e.{OPEN} AND e.area_path LIKE %(inside)s AND {{which}}
 ORDER BY e.id DESC LIMIT %(most)s
"""  # noqa: S608
_RED = "(e.flag = 'red' OR e.urgency = 'P0')"
_PLAIN = "e.flag <> 'red' AND e.urgency <> 'P0' AND e.lat IS NOT NULL"


def marks(land: Land, *, rights_to_events: bool, dots: bool = False) -> list[dict[str, Any]]:
    """Red flags and critical events as marks; with ``dots`` the other open events too (at most 400, newest first).

    For a reader without the right to see events: one mark per grid with a number, nothing of the event.
    """
    rows = _mark_rows(land, _RED, MOST_MARKS)
    if not rights_to_events:
        return _marks_by_grid(rows)
    shown = [_mark(row, "urgent") for row in rows if row["lat"] is not None]
    if dots:
        shown += [_mark(row, "run") for row in _mark_rows(land, _PLAIN, MOST_DOTS)]
    return shown


def _mark_rows(land: Land, which: str, most: int) -> list[dict]:
    names = ("number", "category", "urgency", "flag", "lon", "lat", "grid", "place", "unit", "due_at", "at_lon", "at_lat")
    with connection.cursor() as cursor:
        cursor.execute(_MARKS_SQL.format(which=which), {"inside": land.area.path + "%", "most": most})
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for row in rows:
        if row["lat"] is None:
            row["lon"], row["lat"] = row["at_lon"], row["at_lat"]
    return rows


def _mark(row: dict, tone: str) -> dict[str, Any]:
    due: datetime | None = row["due_at"]
    return {
        "key": row["number"], "lon": row["lon"], "lat": row["lat"], "tone": tone,
        "title": category_name(row["category"] or ""), "place": row["place"], "unit": row["unit"],
        "due": due.isoformat() if due else None, "red": row["flag"] == "red",
    }


def _marks_by_grid(rows: list[dict]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row["at_lat"] is None:
            continue
        mark = found.setdefault(row["grid"] or row["place"], {
            "key": f"grid-{row['grid'] or row['place']}", "lon": row["at_lon"], "lat": row["at_lat"],
            "tone": "urgent", "title": row["place"], "count": 0,
        })
        mark["count"] += 1
    return list(found.values())


def grid_card(land: Land, rights: Rights, *, day: object) -> dict[str, Any] | None:
    """The card of a grid: code, households, who holds A and B. Names need ``grids.view`` here, telephones
    ``events.dispatch`` or ``grids.staff``."""
    if land.area.level != "grid":
        return None
    area = Area.objects.filter(code=land.area.code).values("households", "population", "grid_type", "code").get()
    card: dict[str, Any] = {**area, "name": land.area.name, "people": [], "load_cap": land.area.load_cap}
    if not rights.covers("grids.view", area_path=land.area.path):
        return card
    may_call = any(rights.covers(code, area_path=land.area.path) for code in ("events.dispatch", "grids.staff"))
    card["people"] = [
        {"post": row[0], "cover": row[1], "name": row[2], "phone": row[3] if may_call else ""}
        for row in _posts_of(land.area, day)
    ]
    return card


def _posts_of(area: Piece, day: object) -> list[tuple]:
    from grids.models import Post

    rows = Post.objects.filter(area__code=area.code, valid_from__lte=day, rank__in=("head", "worker")).exclude(
        valid_to__lt=day
    )
    words = dict(Post.Rank.choices)
    return [
        (str(words[rank]), cover, name, phone)
        for rank, cover, name, phone in rows.order_by("rank", "cover", "pk").values_list(
            "rank", "cover", "person__name", "person__phone"
        )
    ]
