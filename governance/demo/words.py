"""What people of the demo district say, and where: made-up texts at made-up addresses inside the right grid."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from functools import cached_property

import shapely
from shapely.geometry import Point, shape

from events.placing import Place
from grids.demo.places import Gazetteer
from grids.demo.roster import DATA, invent_names
from grids.models import Area

SPOTS_PER_GRID = 10
EMPTY_GRID_WEIGHT = 120
"""What a grid without households (a market, a station) counts for when a place is drawn."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A point in degrees with its address and the grid it lies in."""

    lon: float
    lat: float
    address: str
    place: Place


class Words:
    """Texts by category and moment of the loop."""

    def __init__(self) -> None:
        self.book = json.loads((DATA / "phrases.json").read_text(encoding="utf-8"))
        self._names = invent_names(random.Random(7))
        self.names = [next(self._names)[0] for _n in range(600)]

    def report(self, category: str, address: str, source: str, rng: random.Random) -> str:
        """One report in the tone of its source."""
        text = rng.choice(self.book["categories"][category]["reports"]).replace("{place}", address)
        tails = self.book["tails"].get({"grid": "worker"}.get(source, source), ())
        tail = rng.choice(tails) if tails and rng.random() < 0.5 else ""
        return f"{text},{tail}" if tail else text

    def feedback(self, category: str, rng: random.Random) -> str:
        return rng.choice(self.book["categories"][category]["feedback"])

    def reply(self, category: str, rng: random.Random) -> str:
        return rng.choice(self.book["categories"][category]["replies"])

    def rating(self, category: str, level: int, rng: random.Random) -> str:
        return rng.choice(self.book["ratings"][category[:2]]["good" if level >= 3 else "bad"])

    def line(self, name: str, rng: random.Random, kind: str = "") -> str:
        """A line of ``urge``, ``extend``, ``verify`` (agree, rework) or ``decline`` (by reason)."""
        found = self.book[name]
        return rng.choice(found[kind] if kind else found)

    def person(self, rng: random.Random) -> tuple[str, str]:
        """A made-up name and a mobile number that no network gives out."""
        return rng.choice(self.names), f"1006{rng.randrange(10**7):07d}"


class Land:
    """The grids of the district with spots to stand on, drawn as they are needed."""

    def __init__(self) -> None:
        rows = Area.objects.filter(level_id="grid", abolished_on__isnull=True, boundary__isnull=False).order_by("code")
        self.grids = {
            row["code"]: row
            for row in rows.values("id", "code", "name", "path", "boundary", "households", "special_kind")
        }
        self.codes = list(self.grids)
        self.outlines = {code: shape(row.pop("boundary")) for code, row in self.grids.items()}
        self.weights = [row["households"] or EMPTY_GRID_WEIGHT for row in self.grids.values()]
        self._spots: dict[str, list[Spot]] = {}

    @cached_property
    def gazetteer(self) -> Gazetteer:
        return Gazetteer.load()

    def any_spot(self, rng: random.Random) -> Spot:
        """Somewhere, as likely as people live there."""
        return self.spot_in(rng.choices(self.codes, self.weights)[0], rng)

    def spot_in(self, code: str, rng: random.Random) -> Spot:
        """Somewhere in this grid."""
        if code not in self._spots:
            self._spots[code] = self._draw(code)
        return rng.choice(self._spots[code])

    def place(self, code: str) -> Place:
        row = self.grids[code]
        by_length = {len(part): part for part in row["path"].rstrip("/").split("/")}
        return Place(
            row["id"], code, row["name"], "grid", row["path"], by_length.get(6, ""), by_length.get(9, ""),
            by_length.get(12, ""), by_length.get(15, ""),
        )

    def near(self, lon: float, lat: float, metres: float, rng: random.Random) -> Spot | None:
        """Another spot within this distance that lies in some grid; None after a hundred tries."""
        for _try in range(100):
            point = Point(
                lon + rng.uniform(-metres, metres) / 86_000 * 0.7, lat + rng.uniform(-metres, metres) / 111_000 * 0.7
            )
            code = self.code_at(point)
            if code:
                return self._spot(point, code, rng)
        return None

    def code_at(self, point: Point) -> str | None:
        keys = self._tree.query(point, predicate="within")
        return self.codes[int(keys[0])] if len(keys) else None

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree([self.outlines[code] for code in self.codes])

    def _draw(self, code: str) -> list[Spot]:
        rng = random.Random(f"spots {code}")
        outline = self.outlines[code]
        west, south, east, north = outline.bounds
        found: list[Spot] = []
        while len(found) < SPOTS_PER_GRID:
            point = Point(rng.uniform(west, east), rng.uniform(south, north))
            if outline.contains(point):
                found.append(self._spot(point, code, rng))
        return found

    def _spot(self, point: Point, code: str, rng: random.Random) -> Spot:
        lon, lat = round(point.x, 5), round(point.y, 5)
        return Spot(lon, lat, self.gazetteer.address(lon, lat, rng, grid=code), self.place(code))
