"""What the drawing of the demo district and its furnishing both stand on: its origin, its roads, and what is drawn."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from grids.demo.partition import Plane

DATA = Path(__file__).parent / "data"
SEED = 150302
PLANE = Plane(106.82, 39.68)
TILT = math.radians(5)
TOWN, PARK = "150302101", "150302400"
VILLAGES = tuple(f"150302101{n}" for n in (203, 206, 209, 213, 214))

# (name, axis of the tilted frame that stays constant, offset in km along it, kind): 0 runs north–south, 1 west–east.
ARTERIALS = (
    ("望河路", 0, -4.1, "secondary"), ("河堤东路", 0, -3.45, "secondary"), ("和兴路", 0, -2.9, "primary"),
    ("长安路", 0, -2.25, "secondary"), ("建业路", 0, -1.6, "primary"), ("育才路", 0, -1.0, "secondary"),
    ("人民路", 0, -0.45, "primary"), ("公园路", 0, 0.1, "secondary"), ("振兴路", 0, 0.7, "primary"),
    ("梨园路", 0, 1.3, "secondary"), ("东山路", 0, 1.85, "primary"), ("车站路", 0, 2.4, "secondary"),
    ("山前路", 0, 2.95, "primary"),
    ("北苑街", 1, 4.1, "secondary"), ("学府街", 1, 3.5, "primary"), ("吉祥街", 1, 2.9, "secondary"),
    ("狮山街", 1, 2.3, "primary"), ("青禾街", 1, 1.65, "secondary"), ("团结街", 1, 1.1, "primary"),
    ("文昌街", 1, 0.55, "secondary"), ("胜利街", 1, 0.0, "primary"), ("光明街", 1, -0.55, "secondary"),
    ("向阳街", 1, -1.1, "secondary"), ("丰泽街", 1, -1.7, "primary"), ("康宁街", 1, -2.3, "secondary"),
    ("锦绣街", 1, -2.95, "primary"), ("安居街", 1, -3.6, "secondary"), ("瑞祥街", 1, -4.3, "primary"),
    ("南苑街", 1, -5.0, "secondary"), ("和顺街", 1, -5.6, "secondary"),
)  # fmt: skip
RURAL_ROADS = (
    ("滨湖路", ((-3.0, 16.5), (-2.7, 13.6), (-2.6, 10.2), (-4.5, 7.2), (-5.2, 3.6), (-4.1, 0.2), (-3.9, -3.4),
                (-5.0, -7.0), (-4.6, -10.4), (-2.9, -13.6), (-2.5, -16.8)), "primary"),
    ("沿山公路", ((5.2, 22.0), (6.6, 18.4), (6.9, 14.8), (8.0, 11.4), (7.4, 7.8), (6.2, 3.4), (5.4, -0.4),
                 (5.8, -5.4), (5.2, -10.0), (3.6, -14.8)), "primary"),
    ("北岭大道", ((0.5, 4.4), (-0.7, 7.6), (-0.2, 11.2), (0.8, 15.4), (1.6, 19.4), (1.9, 23.4)), "primary"),
    ("创业大道", ((1.6, 4.8), (2.6, 7.0), (3.4, 9.2), (3.3, 11.4)), "primary"),
    ("园区一路", ((0.6, 7.2), (2.6, 7.2), (4.6, 7.6), (6.3, 7.3)), "secondary"),
    ("园区二路", ((1.2, 9.4), (3.3, 9.4), (6.2, 9.3)), "secondary"),
    ("南河路", ((-0.2, -5.6), (0.2, -8.6), (-0.3, -12.2), (0.3, -16.4)), "secondary"),
    ("新丰路", ((-3.0, 13.6), (-0.6, 13.2), (1.6, 13.7), (4.2, 13.2), (6.8, 14.6)), "secondary"),
    ("团结渠路", ((-3.2, 18.3), (-0.8, 18.0), (1.4, 18.5), (4.0, 18.2), (6.5, 18.4)), "secondary"),
    ("桌子山路", ((3.2, -1.6), (4.6, -1.9), (6.4, -1.4), (8.2, -2.0)), "secondary"),
)  # fmt: skip


@dataclass(frozen=True)
class Grid:
    """A drawn grid; `code` has 15 digits (rules.md §7), `shape` is in degrees WGS-84."""

    code: str
    shape: BaseGeometry
    special: bool


@dataclass(frozen=True)
class District:
    """Everything drawn, by official code; `bend` takes points in kilometres to degrees like the borders."""

    outline: BaseGeometry
    streets: dict[str, BaseGeometry]
    communities: dict[str, BaseGeometry]
    grids: list[Grid]
    roads: dict[str, LineString]


def read_divisions() -> list[dict[str, str]]:
    """The official rows of 150302 (public statistics code 2023), in code order."""
    with (DATA / "divisions_150302.csv").open(encoding="utf-8", newline="") as file:
        return sorted(csv.DictReader(file), key=lambda row: row["code"])
