"""Roads, compounds, schools, buildings and addresses of the demo district. Every name and spot is made up."""

from __future__ import annotations

import json
import math
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import shapely.affinity
from shapely.geometry import Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from grids.boundaries import area_m2
from grids.demo.ground import (
    ARTERIALS,
    DATA,
    PLANE,
    RURAL_ROADS,
    TILT,
    VILLAGES,
    District,
    Grid,
    read_divisions,
)
from grids.demo.partition import apportion, mark_of

_STEMS = ("滨湖", "翠园", "锦江", "阳光", "金沙", "玉泉", "梧桐", "丽景", "书香", "银河", "康泰", "福临", "紫荆", "春晖",
          "天泽", "碧水", "盛和", "祥云", "枫林", "星海", "嘉和", "润泽", "瑞丰", "清河", "云岭", "华庭")  # fmt: skip
_ENDINGS = ("花园", "小区", "家园", "雅苑", "嘉园", "名邸", "新村", "佳苑")
_SPECIAL = {
    "school": ("学校", ("启明小学", "博文中学", "晨光幼儿园", "育英小学", "明德中学", "河畔小学", "春蕾幼儿园", "致远高级中学",
                        "实验二小", "职业技术学校", "新苗幼儿园", "崇文小学")),
    "hospital": ("医院", ("安康医院", "仁济医院", "妇幼保健院", "滨湖社区医院", "同心中医院", "北苑医院")),
    "market": ("商圈市场", ("万汇广场", "北苑农贸市场", "金桥建材市场", "团结街便民市场", "兴隆商贸城", "惠民蔬菜批发市场",
                            "南苑便民市场", "星河购物中心", "东山汽配城")),
    "office_tower": ("商务楼宇", ("恒信大厦", "金融中心", "创客大厦", "盛业商务楼", "滨湖国际大厦", "邮电大楼", "天泽大厦",
                                  "汇丰商务中心", "民生大厦")),
    "street_front": ("街面", ()),
    "industrial_park": ("园区", ("新材料产业园", "煤化工循环园", "装备制造园", "物流仓储园", "精细化工园", "光伏玻璃园",
                                 "科创孵化园")),
}  # fmt: skip
_SPECIAL_EN = {"school": "School", "hospital": "Hospital", "market": "Market", "office_tower": "Office tower",
               "street_front": "Street-front", "industrial_park": "Industrial park"}  # fmt: skip
_TURN = (
    "school",
    "market",
    "street_front",
    "office_tower",
    "school",
    "hospital",
    "street_front",
    "market",
    "office_tower",
)
_SPOTS = (("滨湖公园", "park", -4.3, 1.6), ("人民公园", "park", -0.2, 0.3), ("东山森林公园", "park", 3.0, -0.2),
          ("河滨湿地公园", "park", -4.4, -4.4), ("文化广场", "square", -0.9, 1.3), ("市民广场", "square", -2.4, 1.0),
          ("体育馆", "sports", -2.9, 2.6), ("火车站", "station", 2.5, 0.9), ("长途汽车站", "station", 1.9, 3.0),
          ("区图书馆", "culture", -1.3, 0.5), ("政务服务中心", "service_centre", -2.2, 1.5),
          ("区社会治理中心", "service_centre", -2.0, 1.2), ("净水厂", "utility", 2.6, -4.4),
          ("北区热源厂", "utility", 0.6, 4.1), ("污水处理厂", "utility", -3.6, -5.6))  # fmt: skip
_DIGITS = "零一二三四五六七八九"
_RURAL_HOUSEHOLDS, _RURAL_PEOPLE, _BUILDINGS = 3974, 8089, 6027  # source 000 of capabilities.md §1J

Row = tuple[dict[str, Any], BaseGeometry]


def numeral(n: int) -> str:
    """Chinese numeral of 1 … 99: 十二, 二十, 三十五."""
    tens, ones = divmod(n, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十"
    return head + (_DIGITS[ones] if ones else "")


# --- furnishing --------------------------------------------------------------------------------------


def furnish(district: District, seed: int) -> dict[str, list[Row]]:
    """Rows of grids, roads, places and buildings, by file name. Deterministic in `seed`."""
    rng = random.Random(seed)
    kinds = {name: kind for name, _a, _o, kind in ARTERIALS} | {name: kind for name, _p, kind in RURAL_ROADS}
    grids, places = _grids(district, rng)
    places += _public_places(district)
    chosen = [p for p in places if p[0]["kind"] in ("compound", "school", "hospital", "office_tower")]
    return {
        "grids": grids,
        "roads": [({"name": n, "kind": kinds[n]}, line) for n, line in district.roads.items()],
        "places": [({"name": p["name"], "kind": p["kind"], "grid": p["grid"]}, g) for p, g in places],
        "buildings": _buildings(district, chosen, rng),
    }


def _grids(district: District, rng: random.Random) -> tuple[list[Row], list[Row]]:
    compounds = [s + e for s in _STEMS for e in _ENDINGS]
    rng.shuffle(compounds)
    stock = {kind: list(names) for kind, (_label, names) in _SPECIAL.items()}
    rows, places = [], []
    turn = 0
    named: set[tuple[str, str]] = set()
    for grid in district.grids:
        props, place = _basic(grid, compounds, rng), None
        if grid.special:
            kind = "industrial_park" if grid.code.startswith("150302400") else _TURN[turn % len(_TURN)]
            turn += kind != "industrial_park"
            props |= _as_special(grid, kind, stock, district, named, rng)
        place = props.pop("place")
        mark = mark_of(grid.shape)
        rows.append((props | {"area_m2": round(area_m2(grid.shape)), "mark": [mark.x, mark.y]}, grid.shape))
        if place:
            kind = props["subtype"] or "compound"
            places.append(({"name": place, "kind": kind, "grid": grid.code}, mark))
    _settle_rural(rows)
    weights = [r[0]["households"] or 60 for r in rows]
    for (props, _g), n in zip(rows, apportion(weights, _BUILDINGS), strict=True):
        props["buildings"] = n
    return rows, places


def _basic(grid: Grid, compounds: list[str], rng: random.Random) -> dict[str, Any]:
    number = int(grid.code[-3:])
    rural = grid.code[:12] in VILLAGES
    households = _households(rng)
    place = None if rural or rng.random() < 0.62 or grid.special else compounds.pop()
    name = place + "网格" if place else f"第{numeral(number % 800)}网格"
    return {
        "code": grid.code, "name": name, "name_en": f"Grid {number:03d}", "type": "basic", "subtype": "",
        "area_type": "rural" if rural else "urban", "households": households,
        "population": round(households * rng.uniform(2.1, 2.7)), "place": place,
    }  # fmt: skip


def _households(rng: random.Random) -> int:
    """300–500 as the rule has it; one grid in thirty is too large or too small, for the health page to find."""
    chance = rng.random()
    if chance < 0.02:
        return rng.randint(520, 660)
    if chance < 0.035:
        return rng.randint(170, 285)
    return min(max(round(rng.gauss(392, 48)), 300), 500)


def _as_special(
    grid: Grid,
    kind: str,
    stock: dict[str, list[str]],
    district: District,
    named: set[tuple[str, str]],
    rng: random.Random,
) -> dict[str, Any]:
    """Takes the next name of `kind` from `stock`; without one the grid is a street front, named once a community."""
    label = _SPECIAL[kind][0]
    if kind == "street_front" or not stock[kind]:
        centre = grid.shape.centroid
        free = [n for n in district.roads if (grid.code[:12], n) not in named]
        road = min(free, key=lambda n: district.roads[n].distance(centre))
        named.add((grid.code[:12], road))
        kind, label, place, name = "street_front", "街面", None, f"{road}街面网格"
    else:
        place = stock[kind].pop(0)
        name = f"{place}专属网格"
    return {
        "name": name, "name_en": f"{_SPECIAL_EN[kind]} grid {grid.code[-3:]}", "type": "special", "subtype": kind,
        "subtype_name": label, "households": 0, "population": rng.randint(180, 1600), "place": place,
    }  # fmt: skip


def _settle_rural(rows: list[Row]) -> None:
    """Village grids add up to the households and people the source names for the farming area."""
    rural = [props for props, _g in rows if props["area_type"] == "rural"]
    weights = [p["households"] for p in rural]
    for key, total in (("households", _RURAL_HOUSEHOLDS), ("population", _RURAL_PEOPLE)):
        for props, n in zip(rural, apportion(weights, total), strict=True):
            props[key] = n


def _public_places(district: District) -> list[Row]:
    tree = shapely.STRtree([g.shape for g in district.grids])
    rows: list[Row] = []
    for name, kind, x, y in _SPOTS:
        spot = Point(*PLANE.to_lonlat(np.array([x, y]) * 1000).tolist())
        rows.append(({"name": name, "kind": kind, "grid": district.grids[tree.nearest(spot)].code}, spot))
    names = {r["code"]: r["name"] for r in read_divisions()}
    for code in district.communities:
        home = next(g for g in district.grids if g.code.startswith(code) and not g.special)
        spot = mark_of(home.shape)
        near = Point(round(spot.x + 0.0004, 5), round(spot.y + 0.0003, 5))
        title = (
            names[code]
            .replace("社区居委会", "社区")
            .replace("村委会", "村")
            .removeprefix("乌海高新技术产业开发区")
        )
        rows.append(({"name": title + "党群服务中心", "kind": "service_centre", "grid": home.code}, near))
    return rows


def _buildings(district: District, places: list[Row], rng: random.Random) -> list[Row]:
    """Slabs in rows around some places near the old town: footprint, floors and height for the 2.5-D map."""
    shapes = {g.code: g.shape for g in district.grids}
    centre = Point(106.812, 39.683)
    rows: list[Row] = []
    for props, spot in sorted(places, key=lambda p: p[1].distance(centre)):
        if len(rows) >= 300:
            break
        ground = shapely.transform(shapes[props["grid"]], PLANE.to_metres).buffer(-22)
        at = PLANE.to_metres(np.array(spot.coords[0]))
        floors = (
            rng.choice((6, 6, 6, 11, 18, 24, 33)) if props["kind"] == "compound" else rng.choice((4, 5, 12))
        )
        number = 0
        for slab in _slabs(at, TILT, rng):
            if not ground.contains(slab):
                continue
            number += 1
            own = max(2, floors + rng.choice((-1, 0, 0, 0, 1)))
            about = {"name": f"{props['name']}{number}号楼", "place": props["name"], "grid": props["grid"]}
            size = {"floors": own, "height_m": round(own * 2.9 + 1.2, 1)}
            rows.append((about | size, shapely.transform(slab, PLANE.to_lonlat)))
    return rows


def _slabs(at: np.ndarray, tilt: float, rng: random.Random) -> list[Polygon]:
    length, depth = rng.uniform(42, 62), rng.uniform(12, 15)
    slabs = []
    for row in (2, 1, 0, -1, -2):
        for column in (-1, 0, 1):
            x, y = column * (length + 16) + rng.uniform(-2, 2), row * rng.uniform(41, 44)
            slab = box(x - length / 2, y - depth / 2, x + length / 2, y + depth / 2)
            turned = shapely.affinity.rotate(slab, tilt, origin=(0, 0), use_radians=True)
            slabs.append(shapely.affinity.translate(turned, at[0], at[1]))
    return slabs


# --- addresses ---------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Gazetteer:
    """Names spots the way people of the district would: a compound's gate, a road's number, a village group."""

    road_names: list[str]
    road_lines: np.ndarray  # on a plane in metres, like place_spots
    places: list[tuple[str, str]]
    place_spots: np.ndarray
    villages: dict[str, str]

    @classmethod
    def load(cls, folder: Path | None = None) -> Gazetteer:
        """Read the written data files."""
        where = folder or DATA

        def rows(name: str) -> list[tuple[dict[str, Any], BaseGeometry]]:
            text = json.loads((where / f"{name}.geojson").read_text(encoding="utf-8"))
            return [(f["properties"], shapely.geometry.shape(f["geometry"])) for f in text["features"]]

        roads, places = rows("roads"), rows("places")
        return cls(
            road_names=[p["name"] for p, _g in roads],
            road_lines=shapely.transform(np.array([g for _p, g in roads], dtype=object), _flat),
            places=[(p["name"], p["kind"]) for p, _g in places],
            place_spots=shapely.transform(np.array([g for _p, g in places], dtype=object), _flat),
            villages={p["code"]: p["name"] for p, _g in rows("communities") if p["name"].endswith("村委会")},
        )

    def address(self, lon: float, lat: float, rng: random.Random, *, grid: str = "") -> str:
        """A short made-up address for a point in degrees; `grid` (15 digits) lets village names be used."""
        here = Point(*_flat(np.array([[lon, lat]]))[0])
        to_places = shapely.distance(self.place_spots, here)
        nearest = int(np.argmin(to_places))
        if to_places[nearest] < 260 and rng.random() < 0.55:
            return _at_place(*self.places[nearest], rng)
        to_roads = shapely.distance(self.road_lines, here)
        first, second = np.argsort(to_roads, kind="stable")[:2].tolist()
        if to_roads[first] > 420:
            return self._village(grid, rng) or f"{self.road_names[first]}沿线"
        if to_roads[second] < 160:
            corner = rng.choice(("", "东北角", "西南角", "南侧", "东侧"))
            return f"{self.road_names[first]}与{self.road_names[second]}交叉口{corner}"
        return self._on_road(first, here, rng)

    def _on_road(self, road: int, here: Point, rng: random.Random) -> str:
        number = 2 * int(self.road_lines[road].project(here) / 24) + 1 + int(rng.random() < 0.5)
        spot = rng.choice(("", "东侧", "西侧", "门前", "对面", "南侧便道", "公交站旁", "北侧人行道"))
        return f"{self.road_names[road]}{number}号{spot}"

    def _village(self, grid: str, rng: random.Random) -> str:
        village = self.villages.get(grid[:12], "").removesuffix("委会")
        if not village:
            return ""
        spot = rng.choice(("村道旁", "水渠边", "村口", "林带边", "农田旁"))
        return f"{village}{numeral(int(grid[12:]))}组{spot}"


def _at_place(name: str, kind: str, rng: random.Random) -> str:
    if kind == "compound":
        spot = f"{rng.randint(1, 18)}号楼{rng.randint(1, 4)}单元"
        return name + rng.choice((spot, spot, "北门", "南门口", "东侧围墙外", "地下车库入口", "中心花园"))
    return name + rng.choice(("门前", "东门", "西侧", "停车场", "南侧路口", "院内"))


def _flat(lonlat: np.ndarray) -> np.ndarray:
    """Degrees to metres on a plane true at the latitude of the district."""
    return lonlat * np.array([math.cos(math.radians(39.7)), 1.0]) * 111_195
