"""From an address as it is typed to the grid: candidates with the reason, best first."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from shapely.geometry import LineString

from grids import places
from grids.addresses.index import Entry, Index, current, grams_of
from grids.addresses.sounds import syllables
from grids.addresses.text import Parsed, parse

SURE, LEAD = 0.85, 0.06
"""A candidate is taken without asking from this score on, and when the next grid is this far behind."""
LIKE = 0.6
"""Names less alike than this are no suggestion."""
LONGEST_NAME = 24
MOST = 8


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place an address may mean. ``grid`` is empty for a road or an area that is no grid; ``score`` 0 … 1."""

    label: str
    kind: str
    key: str
    grid: str
    grid_name: str
    lon: float | None
    lat: float | None
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class Found:
    """``sure``: the one candidate that may be taken without asking, or None."""

    candidates: tuple[Candidate, ...]
    sure: Candidate | None


def find(text: str, *, limit: int = MOST) -> Found:
    """Where the address may be. Order of trust: what was learned for exactly these words; names contained in them,
    with the building where it is registered; two roads that cross; the beginning of a name, its pinyin or initials;
    names that sound or look alike (杨圪塄 for 杨圪楞, one letter wrong, left out or too many)."""
    told = parse(text)
    if len(told.key) < 2:
        return Found((), None)
    index = current()
    areas, head = _areas_in(told.head, index)
    found = _learned(told, index) + _contained(head, told, index)
    if not any(one.score >= SURE for one in found):
        named = {one.key for one in found}
        more = _begun(head or told.head, told, index) + _alike(head or told.head, told, index)
        found += [one for one in more if one.key not in named]
    found = _in_areas(found, areas)
    if not found:
        found = _areas_only(areas, index)
    return _ranked(found, limit)


def _candidate(entry: Entry, score: float, why: str, index: Index) -> Candidate:
    grid = entry.grid
    return Candidate(
        entry.label or entry.name, entry.kind, entry.key, grid, index.grid_names.get(grid, ""), entry.lon, entry.lat,
        round(min(score, 1.0), 3), why,
    )


def _spans(head: str, index: Index) -> list[tuple[int, int, list[int]]]:
    """Names that stand in the text, longest first, none inside a longer one."""
    spans: list[tuple[int, int, list[int]]] = []
    for size in range(min(len(head), LONGEST_NAME), 1, -1):
        for start in range(len(head) - size + 1):
            entries = index.names.get(head[start : start + size])
            if entries and not any(a <= start and start + size <= b for a, b, _e in spans):
                spans.append((start, start + size, entries))
    return spans


def _areas_in(head: str, index: Index) -> tuple[list[str], str]:
    """Codes of areas above the grid that the text names, and the text without their names."""
    codes, rest = [], head
    for start, end, entries in sorted(_spans(head, index), reverse=True):
        meant = [index.entries[n] for n in entries]
        if all(entry.is_area and not entry.grid for entry in meant):
            codes += [entry.key[5:] for entry in meant]
            rest = rest[:start] + rest[end:]
    return codes, rest if len(rest) >= 2 else ""


def _learned(told: Parsed, index: Index) -> list[Candidate]:
    """What people chose for exactly these words before."""
    rows = [index.entries[n] for n in index.names.get(told.key, ()) if index.entries[n].origin == "learned"]
    total = sum(entry.uses for entry in rows) or 1
    return [
        _candidate(entry, 0.9 + 0.1 * entry.uses / total, _("曾人工选定%(n)s次") % {"n": entry.uses}, index)
        for entry in rows
    ]


def _contained(head: str, told: Parsed, index: Index) -> list[Candidate]:
    found, roads = [], {}
    for start, end, entries in _spans(head, index):
        whole = end - start == len(head)
        for number in entries:
            entry = index.entries[number]
            if entry.kind == "road":
                roads.setdefault(entry.key, entry)
            elif entry.kind != "learned":
                found += _with_building(entry, head[start:end], told, 1.0 if whole else 0.93, _("名称相符"), index)
    return found + _on_roads(list(roads.values()), index)


def _with_building(entry: Entry, name: str, told: Parsed, score: float, why: str, index: Index) -> list[Candidate]:
    """The building where it is registered; else its compound, and the reason says so."""
    if not told.building:
        return [_candidate(entry, score, why, index)]
    numbers = index.buildings.get(name, {}).get(told.building, ())
    if numbers:
        return [_candidate(index.entries[n], score, why, index) for n in numbers]
    missing = _("%(why)s;%(building)s未登记,取%(place)s") % {"why": why, "building": told.building, "place": entry.label}
    return [_candidate(entry, score - 0.03, missing, index)]


def _on_roads(roads: list[Entry], index: Index) -> list[Candidate]:
    """Two roads meet in a point; one road alone runs through many grids and names none."""
    for n, first in enumerate(roads):
        for second in roads[n + 1 :]:
            meeting = LineString(first.line).intersection(LineString(second.line))
            if meeting.is_empty:
                continue
            point = meeting.representative_point()
            grid = places.locate_code(point.x, point.y) or ""
            label = _("%(a)s与%(b)s路口") % {"a": first.label, "b": second.label}
            entry = Entry(label, "", "crossing", f"crossing:{first.key}:{second.key}", grid, round(point.x, 5),
                          round(point.y, 5), label=label)  # fmt: skip
            return [_candidate(entry, 0.95, _("两路相交"), index)]
    return [_candidate(road, 0.6, _("道路穿过多个网格,请补充门牌、路口或小区"), index) for road in roads]


def _begun(head: str, told: Parsed, index: Index) -> list[Candidate]:
    """Beginnings of names; letters find pinyin and initials."""
    found = []
    for number in index.beginning(head):
        entry = index.entries[number]
        if entry.kind == "building" and not told.building and not any(c.isdigit() for c in head):
            continue
        if len(head) < 2 or (entry.is_area and not entry.grid):
            continue
        share = len(head) / max(len(entry.normal), len(head))
        by_letters = head.isascii()
        score = 0.8 if by_letters and len(head) >= len(entry.normal) else 0.6 + 0.2 * share
        found += _with_building(entry, entry.normal, told, score, _("拼音相符") if by_letters else _("名称开头相符"), index)
    return found


def _alike(head: str, told: Parsed, index: Index) -> list[Candidate]:
    """Names that share sounds or characters with a stretch of the text, compared letter by letter."""
    heard = syllables(head)
    hits: dict[int, int] = {}
    for gram in grams_of(head, heard):
        for number in index.grams.get(gram, ()):
            hits[number] = hits.get(number, 0) + 1
    found = []
    for number in sorted(hits, key=lambda n: -hits[n])[:60]:
        entry = index.entries[number]
        if entry.kind == "building" or (entry.is_area and not entry.grid):
            continue
        likeness, sounds_same = _likeness(head, heard, entry.normal, index.sounds[number])
        if likeness >= LIKE:
            why = _("读音相同,疑为“%(name)s”") if sounds_same else _("近似,疑为“%(name)s”")
            score = 0.6 * likeness if entry.kind == "road" else 0.9 if sounds_same else 0.86 * likeness
            found += _with_building(entry, entry.normal, told, score, why % {"name": entry.name}, index)
    return found


def _likeness(text: str, heard: tuple[str, ...], name: str, sounds: tuple[str, ...]) -> tuple[float, bool]:
    """How well the name fits the best stretch of the text, and whether that stretch sounds the same throughout."""
    size = len(name)
    for start in range(max(1, len(text) - size + 1)):
        if heard[start : start + size] == sounds:
            return 1.0, True
    best = 0.0
    for length in {size, max(2, size - 1), size + 1}:
        for start in range(max(1, len(text) - length + 1)):
            stretch = text[start : start + length]
            cost = _distance(stretch, heard[start : start + length], name, sounds)
            best = max(best, 1 - cost / max(size, len(stretch)))
    return best, False


def _distance(a: str, heard_a: tuple[str, ...], b: str, heard_b: tuple[str, ...]) -> float:
    """Edits from one to the other; the same sound in another character costs a fifth."""
    row = [float(n) for n in range(len(b) + 1)]
    for i, char in enumerate(a):
        before, row[0] = row[0], float(i + 1)
        for j, other in enumerate(b):
            change = 0.0 if char == other else 0.2 if heard_a[i] == heard_b[j] else 1.0
            before, row[j + 1] = row[j + 1], min(row[j + 1] + 1, row[j] + 1, before + change)
    return row[-1]


def _in_areas(found: list[Candidate], areas: list[str]) -> list[Candidate]:
    """Named areas decide between places of one name: outside them a candidate loses a quarter."""
    if not areas:
        return found
    deepest = max(areas, key=len)
    return [
        one if not one.grid or one.grid.startswith(deepest)
        else replace(one, score=round(one.score * 0.75, 3), why=_("%(why)s;不在所说的区域") % {"why": one.why})
        for one in found
    ]


def _areas_only(areas: list[str], index: Index) -> list[Candidate]:
    """Nothing but an area above the grid was named: shown, and it asks for more."""
    keys = {f"area:{code}" for code in areas}
    rows = {entry.key: entry for entry in index.entries if entry.key in keys}
    why = _("只说到%(level)s一级,请补充小区、楼栋或路口")
    words = {"district": _("区"), "street": _("街道"), "community": _("社区")}
    return [_candidate(e, 0.5, why % {"level": words.get(e.kind, e.label)}, index) for e in rows.values()]


def _ranked(found: list[Candidate], limit: int) -> Found:
    best: dict[str, Candidate] = {}
    for one in sorted(found, key=lambda c: (-c.score, not c.grid, c.label)):
        best.setdefault(one.key, one)
    named = {one.grid for one in best.values() if one.kind != "grid"}
    ranked = [one for one in best.values() if one.kind != "grid" or one.grid not in named][:limit]
    sure = None
    if ranked and ranked[0].grid and ranked[0].score >= SURE:
        rival = next((one for one in ranked[1:] if one.grid and one.grid != ranked[0].grid), None)
        sure = ranked[0] if rival is None or ranked[0].score - rival.score >= LEAD else None
    return Found(tuple(ranked), sure)
