"""Boundaries as GeoJSON text, written once per version: a map of a thousand grids costs a join of strings.

The caller adds the last property of each feature, its load, which changes all day long while outlines do not.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass
from time import monotonic

from grids.models import Area

FRESH_SECONDS = 60
"""Names and caps are not part of the boundary's version; a new name shows after a minute at the latest."""
KEPT = 64


@dataclass(frozen=True, slots=True)
class Outline:
    """A feature up to the value of ``load``: append a number or null and ``TAIL``."""

    code: str
    path: str
    head: str


TAIL = "}}"
_kept: OrderedDict[tuple[str, str], tuple[int, float, tuple[Outline, ...]]] = OrderedDict()


def forget() -> None:
    """Drop what is kept: between tests."""
    _kept.clear()


def outlines(level: str, within: str, *, version: int) -> tuple[Outline, ...]:
    """Areas of a level in force that have a boundary, inside the area of code ``within`` (empty: everywhere)."""
    key = (level, within)
    found = _kept.get(key)
    if found is not None and found[0] == version and monotonic() - found[1] < FRESH_SECONDS:
        _kept.move_to_end(key)
        return found[2]
    made = _read(level, within)
    _kept[key] = (version, monotonic(), made)
    while len(_kept) > KEPT:
        _kept.popitem(last=False)
    return made


def _read(level: str, within: str) -> tuple[Outline, ...]:
    rows = Area.objects.filter(level=level, abolished_on__isnull=True, boundary__isnull=False)
    if within:
        path = Area.objects.filter(code=within).values_list("path", flat=True).first()
        if path is None:
            return ()
        rows = rows.filter(path__startswith=path)
    fields = ("code", "name", "short_name", "level_id", "path", "load_cap", "grid_type", "lon", "lat", "boundary")
    return tuple(_outline(dict(zip(fields, row, strict=True))) for row in rows.order_by("code").values_list(*fields))


def _outline(row: dict) -> Outline:
    shape = json.dumps(row["boundary"], separators=(",", ":"))
    told = {
        "code": row["code"], "name": row["name"], "short_name": row["short_name"], "level": row["level_id"],
        "grid_type": row["grid_type"], "load_cap": row["load_cap"], "lon": row["lon"], "lat": row["lat"],
    }
    properties = json.dumps(told, ensure_ascii=False, separators=(",", ":"))[:-1]
    head = f'{{"type":"Feature","id":"{row["code"]}","geometry":{shape},"properties":{properties},"load":'
    return Outline(row["code"], row["path"], head)
