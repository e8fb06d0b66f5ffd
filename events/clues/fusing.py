"""Finds what several sources tell of one thing: plain Python, nothing kept, nothing outside asked.

Every text becomes a set of terms: elements (``clue_elements``: words that mean the same thing) and character pairs; its
own address is taken out first, else whoever lives together would be alike. For circles laid over the district each
term's count is compared with what the district's own rate lets expect there; a term is *concentrated* where chance (a
Poisson tail) hardly explains it and several sources use it. A circle with two concentrated elements, or one
beside texts that are alike, holds a group: the reports that carry them. Its score is

    sources × independence × growth × severity

sources: how many; independence: log2(1 + different pairs of source and category family), so that one matter told
often counts little; growth: 1 + log2((late + 1) / (early + 1)) between the halves of its own time, from 0.5 to 2.5;
severity: mean weight of the categories' urgency × mean weight of the elements named.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import cos, exp, floor, log2, radians
from statistics import median

from events.duplicates import METRES_PER_DEGREE, metres_between
from events.search import grams

SEVERITY = {"P0": 2.5, "P1": 2.0, "P2": 1.5, "P3": 1.0, "": 1.0}
GROWTH = (0.5, 2.5)
CHANCE = {True: 1e-4, False: 1e-6}
"""Tail below which a count is no chance: for elements, for character pairs (of which there are thousands)."""
LEAST_LIFT = 3.0
LEAST_COUNT = 4
LEAST_OTHERS, OTHERS_SHARE = 2, 0.2
"""So many, and this share, must come from other sources than the one that tells most."""
ALIKE_PAIRS = 4
"""So many concentrated pairs in one text make it alike to the others."""
ALIKE = "="
"""Stands for likeness of the words among the elements of a group."""
OVERLAP = 0.3
"""Two groups with more than this share of the smaller in common are one; the better one stays."""


@dataclass(frozen=True, slots=True)
class Item:
    """One report. ``family``: risk family of its category; ``place``: words to leave out of the text."""

    key: tuple[str, int]
    source: str
    family: str
    urgency: str
    at: datetime
    lon: float
    lat: float
    text: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Element:
    """Words that mean the same thing; ``weight`` is how grave it is."""

    code: str
    words: tuple[str, ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the district has set (``ClueRule``)."""

    radius_m: float = 1200.0
    least_members: int = 6
    least_sources: int = 3
    threshold: float = 30.0


@dataclass(frozen=True, slots=True)
class Factors:
    """What the score is made of; the score is their product."""

    sources: int
    independence: float
    growth: float
    severity: float
    pairs: int
    early: int
    late: int

    @property
    def score(self) -> float:
        return round(self.sources * self.independence * self.growth * self.severity, 1)


@dataclass(frozen=True, slots=True)
class Group:
    """Reports that belong together. ``elements``: code → (in how many of them, how many chance lets expect)."""

    items: tuple[Item, ...]
    factors: Factors
    elements: dict[str, tuple[int, float]]
    lon: float
    lat: float


def elements_of(text: str, elements: Sequence[Element]) -> list[str]:
    """Codes of the elements that the text names."""
    return [element.code for element in elements if any(word in text for word in element.words)]


def plain_text(item: Item) -> str:
    """The words without the place they stand for."""
    return item.text.replace(item.place, "") if item.place else item.text


def weigh(items: Sequence[Item], elements: Mapping[str, Element]) -> Factors:
    """The factors of these reports taken together."""
    pairs = {(item.source, item.family) for item in items}
    first, last = min(item.at for item in items), max(item.at for item in items)
    middle = first + (last - first) / 2
    late = sum(item.at > middle for item in items)
    early = len(items) - late
    growth = min(GROWTH[1], max(GROWTH[0], 1 + log2((late + 1) / (early + 1))))
    urgency = sum(SEVERITY[item.urgency] for item in items) / len(items)
    known = tuple(elements.values())
    named = [elements[code].weight for item in items for code in elements_of(plain_text(item), known)]
    return Factors(
        len({item.source for item in items}), round(log2(1 + len(pairs)), 2), round(growth, 2),
        round(urgency * (sum(named) / len(named) if named else 1.0), 2), len(pairs), early, late,
    )


def fuse(items: Sequence[Item], elements: Sequence[Element], bounds: Bounds) -> list[Group]:
    """Groups at or above the threshold, the highest score first; no report is in two of them."""
    field = _Field(items, elements, bounds)
    found: dict[frozenset[int], Group] = {}
    for lon, lat in field.centres():
        members, counts = field.gather(lon, lat)
        if members:
            middle = [median(getattr(items[n], name) for n in members) for name in ("lon", "lat")]
            members, counts = field.gather(*middle) if field.gather(*middle)[0] else (members, counts)
        if members and members not in found:
            found[members] = field.group(members, counts)
    groups, taken = [], set()
    for members, group in sorted(found.items(), key=lambda pair: (-pair[1].factors.score, sorted(pair[0]))):
        if group.factors.score < bounds.threshold:
            break
        if len(members & taken) <= OVERLAP * len(members):
            taken |= members
            groups.append(group)
    return groups


class _Field:
    """All reports of the weeks with their terms, over a raster of places."""

    def __init__(self, items: Sequence[Item], elements: Sequence[Element], bounds: Bounds) -> None:
        self.items, self.bounds = items, bounds
        self.elements = {element.code: element for element in elements}
        self.named, self.pairs = [], []
        for item in items:
            text = plain_text(item)
            self.named.append(elements_of(text, elements))
            self.pairs.append(grams(text, most=80))
        self.rates = Counter(code for row in self.named for code in row) + Counter(p for row in self.pairs for p in row)
        self.step = bounds.radius_m / METRES_PER_DEGREE
        self.cells: dict[tuple[int, int], list[int]] = defaultdict(list)
        for n, item in enumerate(items):
            self.cells[self._cell(item.lon, item.lat)].append(n)

    def _cell(self, lon: float, lat: float) -> tuple[int, int]:
        return floor(lon * cos(radians(round(lat, 1))) / self.step), floor(lat / self.step)

    def centres(self) -> Iterator[tuple[float, float]]:
        """The middle of every inhabited cell's reports, and each of its quarters'."""
        for members in self.cells.values():
            quarters: dict[tuple[bool, bool], list[int]] = defaultdict(list)
            lon, lat = (median(getattr(self.items[n], name) for n in members) for name in ("lon", "lat"))
            yield lon, lat
            for n in members:
                quarters[self.items[n].lon > lon, self.items[n].lat > lat].append(n)
            for part in quarters.values():
                yield tuple(median(getattr(self.items[n], name) for n in part) for name in ("lon", "lat"))

    def gather(self, lon: float, lat: float) -> tuple[frozenset[int], dict[str, tuple[int, float]]]:
        """The reports around a point that share what is concentrated there; none where they are too few or too alike."""
        near = self._near(lon, lat)
        if not self._is_enough(near):
            return frozenset(), {}
        named = self._concentrated(near, self.named, is_element=True)
        pairs = self._concentrated(near, self.pairs, is_element=False)
        alike = {n for n in near if sum(pair in pairs for pair in self.pairs[n]) >= ALIKE_PAIRS}
        members = frozenset(n for n in near if n in alike or any(code in named for code in self.named[n]))
        if len(named) + bool(alike) < 2 or not self._is_enough(members):
            return frozenset(), {}
        return members, named | ({ALIKE: (len(alike), 0.0)} if alike else {})

    def _near(self, lon: float, lat: float) -> list[int]:
        x, y = self._cell(lon, lat)
        around = [n for dx in (-1, 0, 1) for dy in (-1, 0, 1) for n in self.cells.get((x + dx, y + dy), ())]
        radius = self.bounds.radius_m
        return [n for n in around if metres_between(lon, lat, self.items[n].lon, self.items[n].lat) <= radius]

    def _is_enough(self, members: Sequence[int] | frozenset[int]) -> bool:
        if len(members) < self.bounds.least_members:
            return False
        return len({self.items[n].source for n in members}) >= self.bounds.least_sources

    def _concentrated(
        self, near: list[int], terms: list[list[str]], *, is_element: bool
    ) -> dict[str, tuple[int, float]]:
        """Terms that chance does not explain here: count and what the district's rate lets expect."""
        count: Counter[str] = Counter(term for n in near for term in terms[n])
        found = {}
        for term, times in count.items():
            expected = len(near) * (self.rates[term] - times) / max(1, len(self.items) - len(near))
            if times < LEAST_COUNT or times < LEAST_LIFT * expected:
                continue
            if tail(times, max(expected, 0.05)) > CHANCE[is_element]:
                continue
            if self._is_corroborated([n for n in near if term in terms[n]]):
                found[term] = (times, round(expected, 1))
        return found

    def _is_corroborated(self, members: list[int]) -> bool:
        """Whether others than the source that tells most tell it as well, and not by accident."""
        count = Counter(self.items[n].source for n in members)
        others = len(members) - max(count.values())
        return others >= max(LEAST_OTHERS, OTHERS_SHARE * len(members))

    def group(self, members: frozenset[int], counts: dict[str, tuple[int, float]]) -> Group:
        rows = sorted((self.items[n] for n in members), key=lambda item: (item.at, item.key))
        lon, lat = (round(median(getattr(item, name) for item in rows), 5) for name in ("lon", "lat"))
        ordered = dict(sorted(counts.items(), key=lambda pair: (-pair[1][0], pair[0])))
        return Group(tuple(rows), weigh(rows, self.elements), ordered, lon, lat)


def tail(times: int, expected: float) -> float:
    """Chance of at least ``times`` where ``expected`` is the mean (Poisson)."""
    term, below = exp(-expected), 0.0
    for k in range(times):
        below += term
        term *= expected / (k + 1)
    return max(0.0, 1.0 - below)
