"""The made-up people of the demo district and who holds which post. No person here exists.

Mobile numbers begin with 100 and land lines with 0473-0, which no real number does.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

SEED = 150302
DISTRICT = "150302000000"
DATA = Path(__file__).parent / "data"

# Role code → name in rules.md §10 (first column of the access page), for those that have one there.
ROLES = {
    "district_director": "区指挥中心主任",
    "district_duty": "区指挥中心值班员",
    "hotline_agent": "热线坐席",
    "callback_agent": "回访员",
    "district_leader": "区级包案领导",
    "unit_handler": "部门承办人",
    "unit_head": "部门负责人",
    "street_leader": "街道中心主任",
    "street_duty": "街道值班员",
    "community_secretary": "社区书记",
    "grid_guide": "网格指导员",
    "grid_head": "网格长",
    "grid_worker": "网格员",
    "building_head": "楼栋长",
    "police_officer": "警务员",
    "mediator": "调解员",
    "safety_officer": "安全员",
}

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅"
    "钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严武乔常齐康"
)
# First and second given characters that go together, and those that stand alone.
_GIVEN = {
    "M": (
        "建志文永国海晓俊宇浩子明振家立少新德春玉景学",
        "军强伟平华峰涛斌林波东杰辉鹏飞宁生祥龙亮博轩",
        "伟强磊军洋勇杰涛超刚斌浩凯鹏飞亮",
    ),
    "F": (
        "晓雪春秀玉佳丽海思雨文美红慧桂淑月金瑞彩艳",
        "芳梅兰英燕娟敏玲霞婷萍琴华娜莉颖洁琳云莲",
        "芳娜敏静丽艳娟霞燕玲婷雪慧颖洁琳",
    ),
}


@dataclass(frozen=True)
class Person:
    """`number` is the staff number and sign-in name; `badge` is on the plate, empty for office staff."""

    number: str
    name: str
    gender: str
    phone: str
    badge: str = ""


@dataclass(frozen=True)
class Post:
    """`place` is an area code of 12 or 15 digits, or a unit's code when `in_unit`; `rank` is A or B."""

    person: str
    role: str
    place: str
    in_unit: bool = False
    rank: str = "A"
    employment: str = "full"


@dataclass(frozen=True)
class DutyTurn:
    """Somebody's turn on a day; `kind` is leader, chief, agent or street; `shift` is day or night."""

    day: date
    shift: str
    kind: str
    place: str
    person: str


@dataclass(frozen=True)
class Leave:
    """An A post's holder is away; from and until are both days of leave."""

    person: str
    first: date
    last: date
    reason: str


@dataclass
class Roster:
    people: list[Person] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    duty: list[DutyTurn] = field(default_factory=list)
    leaves: list[Leave] = field(default_factory=list)

    def holders(self, role: str) -> list[Post]:
        return [p for p in self.posts if p.role == role]


def build_roster(start: date, *, seed: int = SEED, days: int = 14) -> Roster:
    """People, posts, `days` days of duty from `start`, and a few leaves in that time. Same arguments, same people."""
    return _Hiring(seed).run(start, days)


def read_rows(name: str) -> list[dict[str, Any]]:
    """Properties of the features of a written GeoJSON file of this package."""
    text = json.loads((DATA / f"{name}.geojson").read_text(encoding="utf-8"))
    return [f["properties"] for f in text["features"]]


def read_units() -> list[dict[str, Any]]:
    return json.loads((DATA / "units.json").read_text(encoding="utf-8"))["units"]


def default_owners() -> dict[str, str]:
    """Minor category → code of the unit that owns it by the duty list, or `street` / `community` (by place)."""
    text = json.loads((DATA / "units.json").read_text(encoding="utf-8"))
    owners = {row["code"]: row["owner"] for row in text["by_place"]}
    return owners | {d["code"]: u["code"] for u in text["units"] for d in u["duties"]}


def invent_names(rng: random.Random) -> Iterator[tuple[str, str]]:
    """Endless (name, gender), no name twice; one or two given characters, the first surnames more often."""
    used: set[str] = set()
    while True:
        surname = _SURNAMES[min(int(rng.expovariate(1 / 22)), len(_SURNAMES) - 1)]
        gender = "F" if rng.random() < 0.46 else "M"
        first, second, alone = _GIVEN[gender]
        pair = rng.choice(first) + rng.choice(second)
        given = pair if rng.random() < 0.82 else rng.choice(alone)
        if surname + given not in used and len(set(given)) == len(given):
            used.add(surname + given)
            yield surname + given, gender


class _Hiring:
    """Fills the posts level by level, from the grids upwards; the order of calls fixes who becomes whom."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.names = invent_names(self.rng)
        self.roster = Roster()
        self.grids = read_rows("grids")
        self.communities = [row["code"] for row in read_rows("communities")]
        self.streets = [row["code"] for row in read_rows("streets")]

    def run(self, start: date, days: int) -> Roster:
        self._workers()
        self._heads()
        for code in self.communities:
            self._community(code)
        for code in self.streets:
            self._street(code)
        self._centre()
        for unit in read_units():
            if unit["kind"] not in ("street_office", "district_centre"):
                self._unit(unit["code"])
        self._unit("centre")
        self._duty(start, days)
        self._leaves(start, days)
        return self.roster

    def _hire(self, prefix: str, *, badge: bool = False) -> str:
        name, gender = next(self.names)
        n = len(self.roster.people) + 1
        number = f"{prefix}{n:04d}"
        plate = f"HB{n:05d}" if badge else ""
        self.roster.people.append(Person(number, name, gender, f"1005047{n:04d}", plate))
        return number

    def _post(self, person: str, role: str, place: str, **more: Any) -> None:
        self.roster.posts.append(Post(person, role, place, **more))

    def _by_community(self) -> dict[str, list[str]]:
        out: dict[str, list[str]] = {}
        for row in self.grids:
            out.setdefault(row["code"][:12], []).append(row["code"])
        return out

    def _workers(self) -> None:
        """One full-time worker per grid; in a community each is the B post of the next grid (000, 004)."""
        for codes in self._by_community().values():
            people = [self._hire("w", badge=True) for _code in codes]
            for i, code in enumerate(codes):
                self._post(people[i], "grid_worker", code)
                if len(codes) > 1:
                    self._post(people[i - 1], "grid_worker", code, rank="B")
        for row in self.grids:
            if self.rng.random() < 0.26:
                self._post(
                    self._hire("p", badge=True), "grid_worker", row["code"], rank="B", employment="part"
                )

    def _heads(self) -> None:
        """A head holds one to three neighbouring grids of one community (001)."""
        for codes in self._by_community().values():
            rest = list(codes)
            while rest:
                held, rest = rest[: (take := self.rng.choice((1, 2, 2, 3, 3)))], rest[take:]
                head = self._hire("h", badge=True)
                for code in held:
                    self._post(head, "grid_head", code)
        urban = [r for r in self.grids if r["type"] == "basic" and r["area_type"] == "urban"]
        for row in self.rng.sample(urban, 60):
            self._post(self._hire("b"), "building_head", row["code"], employment="part")

    def _community(self, code: str) -> None:
        secretary = self._hire("c")
        self._post(secretary, "community_secretary", code)
        self._post(secretary, "grid_guide", code)
        self._post(self._hire("c"), "grid_guide", code, rank="B")
        # 42 officers for 43 coded communities (000 names 42): the park's virtual community shares none.
        roles = ("mediator", "safety_officer") if code.startswith("150302400") else tuple(_TEAM)
        for role in roles:
            self._post(self._hire(_TEAM[role]), role, code)

    def _street(self, code: str) -> None:
        for rank in "AB":
            self._post(self._hire("s"), "street_duty", code, rank=rank)
        self._post(self._hire("s"), "street_leader", code)
        self._post(self._hire("s"), "street_leader", code, rank="B")

    def _centre(self) -> None:
        for role, count in (
            ("district_director", 1),
            ("district_leader", 3),
            ("district_duty", 8),
            ("hotline_agent", 9),
            ("callback_agent", 4),
        ):
            for i in range(count):
                self._post(self._hire("d"), role, DISTRICT, rank="A" if i % 2 == 0 else "B")

    def _unit(self, code: str) -> None:
        self._post(self._hire("u"), "unit_head", code, in_unit=True)
        for rank in "AB":
            self._post(self._hire("u"), "unit_handler", code, in_unit=True, rank=rank)

    def _duty(self, start: date, days: int) -> None:
        """Leaders change daily, chiefs and agents by shift in turn, each street has one person a day."""
        turns = {role: [p.person for p in self.roster.holders(role)] for role in _ON_DUTY}
        leaders = turns["district_director"] + turns["district_leader"]
        for d in range(days):
            day = start + timedelta(days=d)
            self._turn(day, "day", "leader", DISTRICT, leaders[d % len(leaders)])
            for s, shift in enumerate(("day", "night")):
                chiefs, agents = turns["district_duty"], turns["hotline_agent"]
                self._turn(day, shift, "chief", DISTRICT, chiefs[(2 * d + s) % len(chiefs)])
                for k in range(3 if shift == "day" else 1):
                    self._turn(day, shift, "agent", DISTRICT, agents[(4 * d + 3 * s + k) % len(agents)])
            for i, street in enumerate(self.streets):
                pair = turns["street_duty"][2 * i : 2 * i + 2]
                self._turn(day, "day", "street", street, pair[d % 2])

    def _turn(self, day: date, shift: str, kind: str, place: str, person: str) -> None:
        self.roster.duty.append(DutyTurn(day, shift, kind, place, person))

    def _leaves(self, start: date, days: int) -> None:
        workers = [
            p.person for p in self.roster.holders("grid_worker") if p.employment == "full" and p.rank == "A"
        ]
        for person in self.rng.sample(workers, 6):
            first = start + timedelta(days=self.rng.randrange(max(days - 3, 1)))
            reason = self.rng.choice(("年休假", "病假", "外出培训", "婚假"))
            self.roster.leaves.append(
                Leave(person, first, first + timedelta(days=self.rng.randint(1, 4)), reason)
            )


_TEAM = {"police_officer": "o", "mediator": "m", "safety_officer": "f"}
_ON_DUTY = ("district_director", "district_leader", "district_duty", "hotline_agent", "street_duty")


# --- overlays on the grids ---------------------------------------------------------------------------


@dataclass(frozen=True)
class PartyBody:
    """`kind` is committee, branch (one per grid, source 000) or building_group; `parent` is a code of this list."""

    code: str
    kind: str
    name: str
    area: str
    parent: str
    members: int


def party_bodies(seed: int = SEED) -> list[PartyBody]:
    """Committee per community, branch per grid, building groups in a sample of grids. Members about 12,000."""
    rng = random.Random(seed + 1)
    out = []
    for row in read_rows("communities"):
        name = row["name"].replace("居委会", "").replace("委会", "")
        out.append(PartyBody(f"C{row['code']}", "committee", f"{name}党委", row["code"], "", 0))
    for row in read_rows("grids"):
        branch = f"B{row['code']}"
        name = row["name"].replace("专属网格", "网格") + "党支部"
        out.append(
            PartyBody(branch, "branch", name, row["code"], f"C{row['code'][:12]}", rng.randint(12, 43))
        )
        if row["type"] == "basic" and row["area_type"] == "urban" and rng.random() < 0.35:
            for n in range(1, rng.randint(2, 4)):
                group = f"G{row['code']}{n}"
                out.append(
                    PartyBody(
                        group, "building_group", f"第{n}楼栋党小组", row["code"], branch, rng.randint(3, 9)
                    )
                )
    return out


@dataclass(frozen=True)
class LegacyGrid:
    """A grid of one of the 16 former lines and the all-purpose grids it went into."""

    line: str
    code: str
    name: str
    merged_into: tuple[str, ...]


def legacy_grids(seed: int = SEED) -> list[LegacyGrid]:
    """A sample: in every community each of the 16 lines had cut its grids differently (source 002)."""
    rng = random.Random(seed + 2)
    lines = json.loads((DATA / "organisation.json").read_text(encoding="utf-8"))["legacy_lines"]
    codes: dict[str, list[str]] = {}
    for row in read_rows("grids"):
        codes.setdefault(row["code"][:12], []).append(row["code"])
    out = []
    for community, grids in codes.items():
        for line in lines:
            size = rng.choice((2, 3, 4, len(grids)))
            for n, at in enumerate(range(0, len(grids), size), 1):
                code = f"{line['code']}-{community}-{n:02d}"
                out.append(
                    LegacyGrid(line["code"], code, f"{line['name']}{n}号", tuple(grids[at : at + size]))
                )
    return out
