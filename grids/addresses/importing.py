"""The register from CSV: compounds, buildings, roads, landmarks and further names, with a word on every row.

Rows stand for themselves: a refused row leaves the others. A second import of the same file changes nothing.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from grids import places
from grids.addresses import register
from grids.addresses.index import bump
from grids.addresses.sounds import syllables
from grids.addresses.text import normalise
from grids.models import Area, Building, PublicPlace
from grids.names import pinyin_of
from grids.refusals import Doer, GridRefused, bad

KINDS = {"小区": "compound", "道路": "road", "楼栋": "building", "别名": "alias"}
HEADS = {
    "类型": "kind", "名称": "name", "别名": "aliases", "所属": "of", "网格编码": "grid", "经度": "lon", "纬度": "lat",
    "户数": "households",
}
MOST_ROWS = 200_000
MOST_BYTES = 30 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class RowResult:
    """``outcome``: added, changed, same or refused; ``words`` say why."""

    line: int
    name: str
    outcome: str
    words: str = ""


@dataclass
class Report:
    """What an import did, row by row."""

    rows: list[RowResult] = field(default_factory=list)

    def count(self, outcome: str) -> int:
        return Counter(row.outcome for row in self.rows)[outcome]


def decode(data: bytes) -> str:
    """UTF-8 (with or without mark) or GB 18030, as spreadsheets write it. Raises ``invalid``."""
    if len(data) > MOST_BYTES:
        raise bad(file=_("文件超过 30 MB"))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise bad(file=_("文件编码无法识别,请另存为 UTF-8 的 CSV"))


def import_register(text: str, *, actor: Doer, at: datetime, dry_run: bool = False) -> Report:
    """Columns 类型 名称 别名 所属 网格编码 经度 纬度 户数 (or their English names kind name aliases of grid lon lat
    households). Raises ``forbidden``, ``invalid`` when the head is not one of a register."""
    return _each(text, ("kind", "name"), _one, actor=actor, at=at, dry_run=dry_run)


def import_divisions_names(text: str, *, actor: Doer, at: datetime, dry_run: bool = False) -> Report:
    """Another list of streets and communities (``district_code, street, village``): spellings that differ from the
    official ones become further names of the area that sounds alike in the same district."""
    known = _by_district()

    def one(row: dict[str, str], actor: Doer, at: datetime) -> tuple[str, str]:
        return _spelling(row, known, actor, at)

    return _each(text, ("district_code", "street"), one, actor=actor, at=at, dry_run=dry_run)


Act = Callable[[dict[str, str], Doer, datetime], tuple[str, str]]


class _DryRun(Exception):
    pass


def _each(text: str, wanted: Iterable[str], act: Act, *, actor: Doer, at: datetime, dry_run: bool) -> Report:
    register._may(actor, "import_addresses")
    reader = csv.DictReader(io.StringIO(text.replace("\x00", "")))
    names = [HEADS.get((name or "").strip(), (name or "").strip()) for name in reader.fieldnames or ()]
    missing = [name for name in wanted if name not in names]
    if missing:
        raise bad(file=_("缺少列:%(names)s") % {"names": "、".join(missing)})
    reader.fieldnames = names
    report = Report()
    try:
        with transaction.atomic():
            for number, row in enumerate(reader, start=2):
                if number > MOST_ROWS:
                    raise bad(file=_("一次最多导入 %(n)s 行") % {"n": MOST_ROWS})
                report.rows.append(_result(number, row, act, actor, at))
            if dry_run:
                raise _DryRun
    except _DryRun:
        return report
    if report.count("added") or report.count("changed"):
        bump()
    return report


def _result(number: int, row: dict, act: Act, actor: Doer, at: datetime) -> RowResult:
    clean = {name: (value or "").strip() for name, value in row.items() if isinstance(name, str)}
    name = clean.get("name") or clean.get("village") or clean.get("street", "")
    try:
        with transaction.atomic():
            outcome, words = act(clean, actor, at)
    except GridRefused as refused:
        return RowResult(number, name, "refused", refused.detail)
    return RowResult(number, name, outcome, words)


def _one(row: dict[str, str], actor: Doer, at: datetime) -> tuple[str, str]:
    kind = KINDS.get(row["kind"], row["kind"])
    if not kind or len(kind) > 20:
        raise bad(kind=_("类型应为小区、道路、楼栋、别名或一个地名种类"))
    if not 2 <= len(row["name"]) <= 80:
        raise bad(name=_("名称应为 2 至 80 个字"))
    if kind == "alias":
        return _further_names(_target(row["of"]), [row["name"]], actor, at)
    lon, lat = _point(row)
    grid = _grid(row.get("grid", ""), lon, lat, is_road=kind == "road")
    entry, outcome = (_put_building if kind == "building" else _put_place)(row, kind, grid, lon, lat)
    names = [name for name in re.split("[;\uff1b、]", row.get("aliases", "")) if name.strip()]
    more, _words = _further_names(entry, names, actor, at)
    return (more if outcome == "same" else outcome), ""


def _further_names(entry: Area | PublicPlace | Building, names: list[str], actor: Doer, at: datetime) -> tuple[str, str]:
    made = [register.add_alias(name, of=entry, origin="imported", actor=actor, at=at) for name in names]
    return ("added" if any(made) else "same"), str(entry)


def _target(name: str) -> Area | PublicPlace | Building:
    """The one entry of this name or code. Raises ``invalid`` for none or several."""
    found: list = list(Area.objects.filter(code=name) or Area.objects.filter(name=name, abolished_on__isnull=True)[:2])
    found = found or list(PublicPlace.objects.filter(name=name)[:2]) or list(Building.objects.filter(name=name)[:2])
    if len(found) != 1:
        raise bad(of=_("所属“%(name)s”没有找到或不止一处") % {"name": name})
    return found[0]


def _point(row: dict[str, str]) -> tuple[float | None, float | None]:
    if not row.get("lon") and not row.get("lat"):
        return None, None
    try:
        lon, lat = float(row.get("lon", "")), float(row.get("lat", ""))
    except ValueError:
        raise bad(lon=_("经纬度应为数字,并须同时填写")) from None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise bad(lon=_("坐标超出范围"))
    return round(lon, 6), round(lat, 6)


def _grid(code: str, lon: float | None, lat: float | None, *, is_road: bool) -> Area | None:
    """The named grid; else the one at the point. A road needs none."""
    if code:
        return register.grid_of(code)
    at_point = places.locate_code(lon, lat) if lon is not None and lat is not None else None
    if at_point:
        return register.grid_of(at_point)
    if is_road:
        return None
    raise bad(grid=_("请填写网格编码或落在某个网格内的经纬度"))


def _put_place(
    row: dict[str, str], kind: str, grid: Area | None, lon: float | None, lat: float | None
) -> tuple[PublicPlace, str]:
    values = {"kind": kind, "grid": grid, "lon": lon if lon is not None else grid.lon if grid else None,
              "lat": lat if lat is not None else grid.lat if grid else None}  # fmt: skip
    if values["lon"] is None:
        raise bad(lon=_("请填写经纬度"))
    same_name = list(PublicPlace.objects.filter(name=row["name"], grid=grid)[:1])
    if not same_name:
        return PublicPlace.objects.create(name=row["name"], pinyin=pinyin_of(row["name"]), **values), "added"
    return same_name[0], _change(same_name[0], {k: v for k, v in values.items() if k in ("kind",) or lon is not None})


def _put_building(
    row: dict[str, str], kind: str, grid: Area | None, lon: float | None, lat: float | None
) -> tuple[Building, str]:
    name = row["name"] if not row.get("of") or row["name"].startswith(row["of"]) else row["of"] + row["name"]
    households = row.get("households") or "0"
    if not households.isascii() or not households.isdigit():
        raise bad(households=_("户数应为整数"))
    footprint = {"type": "Point", "coordinates": [lon, lat]} if lon is not None else None
    found = Building.objects.filter(name=name[:80], grid=grid).first()
    if found is None:
        count = Building.objects.filter(grid=grid).count()
        code = next(c for n in range(count + 1, count + 999) if not Building.objects.filter(
            code=(c := f"{grid.code}{n:03d}")).exists())  # fmt: skip
        made = Building.objects.create(grid=grid, code=code, name=name[:80], footprint=footprint, households=int(households))
        return made, "added"
    drawn = found.footprint is not None and found.footprint.get("type") != "Point"
    values = {"households": int(households)} if row.get("households") else {}
    return found, _change(found, values | ({} if drawn or footprint is None else {"footprint": footprint}))


def _change(entry: PublicPlace | Building, values: dict) -> str:
    different = [name for name, value in values.items() if getattr(entry, name) != value]
    for name in different:
        setattr(entry, name, values[name])
    if different:
        entry.save(update_fields=different)
    return "changed" if different else "same"


# --- another list of the divisions ---------------------------------------------------------------------------


def _by_district() -> dict[str, list[tuple[Area, str, tuple[str, ...]]]]:
    found: dict[str, list[tuple[Area, str, tuple[str, ...]]]] = {}
    for area in Area.objects.filter(level_id__in=("street", "community"), abolished_on__isnull=True):
        spelled = normalise(area.short_name or area.name)
        found.setdefault(area.code[:6], []).append((area, spelled, syllables(spelled)))
    return found


def _spelling(row: dict[str, str], known: dict, actor: Doer, at: datetime) -> tuple[str, str]:
    name = row.get("village") or row["street"]
    rows = known.get(row["district_code"])
    if not rows:
        raise bad(district_code=_("本系统没有这个区"))
    normal, level = normalise(name), "community" if row.get("village") else "street"
    heard = syllables(normal)
    alike = [
        area for area, spelled, sounds in rows
        if area.level_id == level and (spelled == normal or sounds == heard or _one_apart(spelled, normal))
    ]
    if not alike:
        raise bad(name=_("没有名称相近的区域"))
    exact = [area for area in alike if normalise(area.short_name or area.name) == normal]
    if exact:
        return "same", ""
    if len(alike) > 1:
        raise bad(name=_("名称相近的区域不止一个"))
    return _further_names(alike[0], [name], actor, at)


def _one_apart(a: str, b: str) -> bool:
    """One character changed in a name of four or more, or one of the two is the other with a suffix (支河乡/支河)."""
    if len(a) == len(b) >= 4:
        return sum(x != y for x, y in zip(a, b, strict=True)) == 1
    longer, shorter = (a, b) if len(a) > len(b) else (b, a)
    return len(shorter) >= 2 and longer.startswith(shorter) and len(longer) - len(shorter) <= 2
