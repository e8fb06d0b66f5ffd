"""All names of the land in memory, by spelling, sound and beginning; rebuilt when the register has moved on.

A district has some ten thousand names: every process keeps them and asks at most every two seconds whether the
counters of register and boundaries have moved.
"""

from __future__ import annotations

import re
import threading
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field
from time import monotonic

from django.db import transaction
from django.db.models import F
from shapely.geometry import shape

from grids import places
from grids.addresses.sounds import letters, syllables
from grids.addresses.text import normalise
from grids.models import AddressAlias, AddressVersion, Area, BoundaryVersion, Building, PublicPlace

ASK_EVERY_SECONDS = 2.0
_NUMBERED = re.compile(r"^(.+?)(\d{1,3}|[a-z])号楼$")
_SUFFIX = re.compile(r"(?:街道办事处|街道|社区居委会|社区|镇|村委会)$")


@dataclass(frozen=True, slots=True)
class Entry:
    """One name and where it leads. ``kind``: a level of areas, a kind of place, ``building`` or ``learned``."""

    name: str
    normal: str
    kind: str
    key: str
    """Of the thing: ``place:12``; several names of one thing share it."""
    grid: str
    lon: float | None
    lat: float | None
    line: tuple[tuple[float, float], ...] = ()
    label: str = ""
    """The registered name, where this one is an alias."""
    origin: str = "registered"
    uses: int = 0

    @property
    def is_area(self) -> bool:
        return self.key.startswith("area:")


@dataclass
class Index:
    """``names``: by normal form; ``grams``: numbers of entries by pairs of characters and of syllables."""

    version: tuple
    entries: list[Entry] = field(default_factory=list)
    names: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    grams: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    starts: list[tuple[str, int]] = field(default_factory=list)
    buildings: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    """Name of the compound → ``3号楼`` → entries."""
    grid_names: dict[str, str] = field(default_factory=dict)
    sounds: list[tuple[str, ...]] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        number = len(self.entries)
        self.entries.append(entry)
        self.names[entry.normal].append(number)
        heard = syllables(entry.normal)
        self.sounds.append(heard)
        for gram in grams_of(entry.normal, heard):
            self.grams[gram].append(number)
        full, initials = "".join(heard), "".join(part[:1] for part in heard)
        self.starts += [(entry.normal, number), (full, number), (initials, number)]

    def beginning(self, words: str, limit: int = 200) -> list[int]:
        """Entries whose name, pinyin or initials begin with ``words``."""
        found: dict[int, None] = {}
        at = bisect_left(self.starts, (words, -1))
        while at < len(self.starts) and self.starts[at][0].startswith(words) and len(found) < limit:
            found[self.starts[at][1]] = None
            at += 1
        return list(found)


def grams_of(text: str, heard: tuple[str, ...]) -> set[str]:
    """Pairs of neighbouring characters, pairs of neighbouring syllables."""
    pairs = {text[i : i + 2] for i in range(len(text) - 1)}
    return pairs | {f"{heard[i]}'{heard[i + 1]}" for i in range(len(heard) - 1)}


_kept: tuple[float, Index] | None = None
_building = threading.Lock()


def forget() -> None:
    """Drop the index of this process (between tests)."""
    global _kept
    _kept = None


def bump() -> None:
    """Say that the register has changed; every process rebuilds its index within two seconds."""
    with transaction.atomic():
        AddressVersion.objects.get_or_create(pk=1)
        AddressVersion.objects.filter(pk=1).update(version=F("version") + 1)
    forget()


def _version() -> tuple:
    mine = tuple(AddressVersion.objects.values_list("version", flat=True))
    return mine, tuple(BoundaryVersion.objects.order_by("level").values_list("version", flat=True))


def current() -> Index:
    """The index in force."""
    global _kept
    kept, now = _kept, monotonic()
    if kept is not None and now - kept[0] < ASK_EVERY_SECONDS:
        return kept[1]
    with _building:
        version = _version()  # before the names: a change in between is seen at the next asking
        index = kept[1] if kept is not None and kept[1].version == version else _build(version)
        _kept = (now, index)
        return index


def _build(version: tuple) -> Index:
    index = Index(version)
    _areas(index)
    _places(index)
    _buildings(index)
    _aliases(index)
    index.starts.sort()
    return index


def _areas(index: Index) -> None:
    rows = Area.objects.filter(abolished_on__isnull=True, level__rank__gte=_district_rank())
    for code, name, short, level, lon, lat in rows.values_list("code", "name", "short_name", "level_id", "lon", "lat"):
        shown = short or name
        grid = code if level == "grid" else ""
        if grid:
            index.grid_names[code] = shown
        for spelling in dict.fromkeys((shown, name, _SUFFIX.sub("", shown))):
            normal = normalise(spelling)
            if len(normal) >= 2:
                index.add(Entry(spelling, normal, level, f"area:{code}", grid, lon, lat, label=shown))


def _district_rank() -> int:
    from grids.models import Level

    return Level.objects.filter(code="district").values_list("rank", flat=True).first() or 0


def _places(index: Index) -> None:
    rows = PublicPlace.objects.values_list("id", "name", "kind", "lon", "lat", "line", "grid__code")
    for key, name, kind, lon, lat, line, grid in rows:
        course = tuple((p[0], p[1]) for p in line) if line else ()
        if not grid and not course:
            grid = places.locate_code(lon, lat)
        index.add(Entry(name, normalise(name), "road" if course else kind, f"place:{key}", grid or "", lon, lat, course, name))


def _buildings(index: Index) -> None:
    for key, name, footprint, grid in Building.objects.values_list("id", "name", "footprint", "grid__code"):
        lon, lat = centre_of(footprint)
        normal = normalise(name)
        numbered = _NUMBERED.match(normal)
        if numbered:
            of_compound = index.buildings.setdefault(numbered[1], {})
            of_compound.setdefault(f"{numbered[2]}号楼", []).append(len(index.entries))
        index.add(Entry(name, normal, "building", f"building:{key}", grid, lon, lat, label=name))


def centre_of(footprint: dict | None) -> tuple[float | None, float | None]:
    """A point inside a footprint, or nothing."""
    if not footprint:
        return None, None
    point = shape(footprint).representative_point()
    return round(point.x, 5), round(point.y, 5)


def _aliases(index: Index) -> None:
    known = {}
    for entry in index.entries:
        known.setdefault(entry.key, entry)
    rows = AddressAlias.objects.filter(is_active=True).values_list(
        "id", "name", "normal", "area__code", "place_id", "building_id", "grid__code", "lon", "lat", "origin", "uses"
    )
    for key, name, normal, area, place, building, grid, lon, lat, origin, uses in rows:
        thing = f"place:{place}" if place else f"building:{building}" if building else f"area:{area}" if area else ""
        meant = known.get(thing)
        if meant is None:
            index.add(Entry(name, normal, "learned", f"alias:{key}", grid or "", lon, lat, (), name, origin, uses))
            continue
        index.add(Entry(
            name, normal, meant.kind, meant.key, grid or meant.grid, meant.lon if lon is None else lon,
            meant.lat if lat is None else lat, meant.line, meant.label, origin, uses,
        ))
        own = index.buildings.get(normalise(meant.label)) if meant.key.startswith("place:") else None
        if own:  # buildings of a compound are found under its other names too
            index.buildings.setdefault(normal, own)


__all__ = ["Entry", "Index", "bump", "centre_of", "current", "forget", "grams_of", "letters"]
