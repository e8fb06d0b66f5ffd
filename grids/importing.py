"""Brings official divisions into the tree and says what changed (all or nothing, under the tree lock).

The file is the truth for the districts it covers: what is there and not in it is abolished, not deleted; what
comes back is restored; names and parents follow. A level that the file does not carry for a district (a list
down to streets only) says nothing about that level. Areas that are no official divisions (片区, 网格) stay.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from django.db import connection

from grids.codes import OFFICIAL_LEVELS, ensure_levels
from grids.division_rows import DivisionRow, read_divisions
from grids.models import Area, AreaLineage
from grids.names import pinyin_of, shorten
from grids.numbering import Number, number_forest
from grids.tree import announce_repath, bump, tree_lock
from grids.tree_check import write_numbers

SOURCE = "统计用区划代码"
Progress = Callable[[str, int, int], None]
"""Called as ``(step, done, total)``; steps in order: read, compare, prepare, store, number, lineage."""
_NULL = "\x00"
_OFFICIAL = frozenset(OFFICIAL_LEVELS.values())


@dataclass(slots=True)
class ImportReport:
    """What an import did. Lists hold ``(code, name)``, for renamed ``(code, old, new)``, for moved
    ``(code, old parent, new parent)``; ``stranded`` are areas in force below abolished ones, for people to move."""

    rows: int = 0
    added: list[tuple[str, str]] = field(default_factory=list)
    removed: list[tuple[str, str]] = field(default_factory=list)
    restored: list[tuple[str, str]] = field(default_factory=list)
    renamed: list[tuple[str, str, str]] = field(default_factory=list)
    moved: list[tuple[str, str, str]] = field(default_factory=list)
    retyped: list[str] = field(default_factory=list)
    stranded: list[tuple[str, str]] = field(default_factory=list)

    @property
    def changes(self) -> int:
        """How many areas are different now."""
        parts = (self.added, self.removed, self.restored, self.renamed, self.moved, self.retyped)
        return len({entry if isinstance(entry, str) else entry[0] for part in parts for entry in part})


@dataclass(slots=True)
class _Known:
    """An area as it stands; ``official`` is the code of its nearest official ancestor."""

    id: int
    code: str
    name: str
    level: str
    parent_id: int | None
    unit_type: str
    terrain: str
    abolished: bool
    path: str
    official: str = ""


def import_divisions(path: Path, *, on: date, progress: Progress | None = None) -> ImportReport:
    """Import a file of divisions as of the day ``on``. Raises FileRefused; then nothing has changed."""
    say = progress or (lambda step, done, total: None)
    say("read", 0, 1)
    with tree_lock(wait_ms=60_000):
        ensure_levels()
        known = _known()
        rows = read_divisions(path, known=(a.code for a in known.values() if a.level in _OFFICIAL))
        say("read", len(rows), len(rows))
        return _Import(rows, known, on, say).run()


def _known() -> dict[str, _Known]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, code, name, level_id, parent_id, unit_type, terrain, abolished_on IS NOT NULL, path "
            "FROM grids_area"
        )
        found = {row[1]: _Known(*row) for row in cursor.fetchall()}
    for area in found.values():
        above = area.path.rstrip("/").split("/")[:-1]
        area.official = next((c for c in reversed(above) if c in found and found[c].level in _OFFICIAL), "")
    return found


class _Import:
    """One run: compare, then write in bulk. Order of writing: rows, then numbers, then lineage."""

    def __init__(self, rows: list[DivisionRow], known: dict[str, _Known], on: date, say: Progress) -> None:
        self.rows, self.known, self.on, self.say = rows, known, on, say
        self.report = ImportReport(rows=len(rows))
        self.fresh: list[DivisionRow] = []
        self.moves: list[tuple[int, str]] = []
        self.updates: dict[int, dict[str, object]] = {}
        self.old_districts = {c for c, a in known.items() if a.level == "district"}

    def run(self) -> ImportReport:
        for done, row in enumerate(self.rows, start=1):
            self._compare(row)
            if done % 5000 == 0:
                self.say("compare", done, len(self.rows))
        self._find_removed()
        self.say("compare", len(self.rows), len(self.rows))
        if not self.report.changes:
            return self.report
        ids = self._store()
        self._number(ids)
        self._lineage(ids)
        bump(*_OFFICIAL)
        return self.report

    # --- comparing ------------------------------------------------------------------------------

    def _compare(self, row: DivisionRow) -> None:
        area = self.known.get(row.code)
        if area is None:
            self.fresh.append(row)
            self.report.added.append((row.code, row.name))
            return
        change: dict[str, object] = {}
        if area.name != row.name:
            change["name"] = row.name
            self.report.renamed.append((row.code, area.name, row.name))
        if area.official != row.parent:
            self.moves.append((area.id, row.parent))
            self.report.moved.append((row.code, area.official, row.parent))
        if area.abolished:
            change["abolished_on"] = None
            self.report.restored.append((row.code, row.name))
        retyped = {"unit_type": row.unit_type, "terrain": row.terrain or area.terrain}
        if (area.unit_type, area.terrain) != tuple(retyped.values()):
            change |= retyped
            self.report.retyped.append(row.code)
        if change:
            self.updates[area.id] = change

    def _find_removed(self) -> None:
        covered = {(row.code[:6], row.level) for row in self.rows if len(row.code) > 6}
        listed = {row.code for row in self.rows}
        gone = {
            a.code
            for a in self.known.values()
            if a.level in _OFFICIAL
            and not a.abolished
            and a.code not in listed
            and (a.code[:6], a.level) in covered
        }
        for code in sorted(gone):
            self.updates[self.known[code].id] = {"abolished_on": self.on}
            self.report.removed.append((code, self.known[code].name))
        if gone:
            self.report.stranded = sorted(
                (a.code, a.name)
                for a in self.known.values()
                if not a.abolished and a.code not in gone and not gone.isdisjoint(a.path.split("/")[:-2])
                and a.code not in {code for code, _old, _new in self.report.moved}
            )  # fmt: skip

    # --- writing --------------------------------------------------------------------------------

    def _store(self) -> dict[str, int]:
        ids = {a.code: a.id for a in self.known.values()}
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence('grids_area', 'id')) FROM generate_series(1, %s)",
                [len(self.fresh)],
            )
            ids |= {row.code: key for row, (key,) in zip(self.fresh, cursor.fetchall(), strict=True)}
        self._update()
        return ids

    def _update(self) -> None:
        """Names, marks of abolition and types of areas that were there already."""
        areas = Area.objects.in_bulk(list(self.updates))
        for key, change in self.updates.items():
            area = areas[key]
            for column, value in change.items():
                setattr(area, column, value)
            if "name" in change:
                area.short_name = shorten(area.name)
                area.pinyin = pinyin_of(area.short_name)
        columns = ["name", "short_name", "pinyin", "abolished_on", "unit_type", "terrain"]
        Area.objects.bulk_update(areas.values(), columns, batch_size=1000)

    def _number(self, ids: dict[str, int]) -> None:
        """Parents of moved areas, new rows with their numbers, numbers of all others that shifted."""
        parents = {a.id: a.parent_id for a in self.known.values()}
        parents |= {key: ids.get(parent) for key, parent in self.moves}
        nodes = [(a.id, parents[a.id], a.code) for a in self.known.values()]
        nodes += [(ids[row.code], ids.get(row.parent), row.code) for row in self.fresh]
        self.say("number", 0, len(nodes))
        numbers = number_forest(nodes)
        with connection.cursor() as cursor:
            for key, parent in self.moves:
                cursor.execute("UPDATE grids_area SET parent_id = %s WHERE id = %s", [ids.get(parent), key])
        self._copy_fresh(ids, numbers)
        self._shift(numbers)
        self.say("number", len(nodes), len(nodes))

    def _shift(self, numbers: dict[int, Number]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, tree_id, lft, rght, depth, path FROM grids_area WHERE id = ANY(%s)",
                [[a.id for a in self.known.values()]],
            )
            before = {row[0]: Number(*row[1:]) for row in cursor.fetchall()}
        changed = [(key, numbers[key]) for key, old in before.items() if numbers[key] != old]
        write_numbers(changed)
        repathed = [(before[key].path, new.path) for key, new in changed if before[key].path != new.path]
        announce_repath(sorted(repathed, reverse=True))

    def _copy_fresh(self, ids: dict[str, int], numbers: dict[int, Number]) -> None:
        """COPY the new rows in; ten times quicker than INSERT at 100,000 rows."""
        columns = ("id", "code", "name", "short_name", "pinyin", "level_id", "parent_id", "path", "unit_type",
                   "grid_type", "special_kind", "terrain", "centre_name", "opening_hours", "is_made_up", "source",
                   "load_cap", "tree_id", "lft", "rght", "depth")  # fmt: skip
        lines = _Lines(self._fresh_lines(ids, numbers))
        with connection.cursor() as cursor:
            cursor.cursor.copy_expert(f"COPY grids_area ({', '.join(columns)}) FROM STDIN", lines, size=65_536)

    def _fresh_lines(self, ids: dict[str, int], numbers: dict[int, Number]) -> Iterator[str]:
        """Rows in PostgreSQL's text format. Names are printable, so only the backslash needs care."""
        cap = Area._meta.get_field("load_cap").default
        total = len(self.fresh)
        for done, row in enumerate(self.fresh, start=1):
            key, parent = ids[row.code], ids.get(row.parent)
            tree, left, right, depth, path = numbers[key]
            short = shorten(row.name)
            line = (
                f"{key}\t{row.code}\t{row.name}\t{short}\t{pinyin_of(short)}\t{row.level}\t"
                f"{_NULL if parent is None else parent}\t{path}\t{row.unit_type}\t\t\t{row.terrain}\t\t\tf\t{SOURCE}\t"
                f"{cap}\t{tree}\t{left}\t{right}\t{depth}\n"
            )
            yield line.replace("\\", "\\\\").replace(_NULL, "\\N") if "\\" in line or parent is None else line
            if done % 2000 == 0 or done == total:
                self.say("store", done, total)

    # --- lineage --------------------------------------------------------------------------------

    def _lineage(self, ids: dict[str, int]) -> None:
        """A division is *new* only in a district that was already there; the first load of a district is not news."""
        kind, report = AreaLineage.Kind, self.report
        heirs = self._heirs(ids)
        added = [(c, n) for c, n in report.added if c[:6] in self.old_districts]
        entries = [
            *((c, kind.ADDED, "", n, None) for c, n in added),
            *((c, kind.ABOLISHED, n, "", heirs.get(c)) for c, n in report.removed),
            *((c, kind.RESTORED, "", n, None) for c, n in report.restored),
            *((c, kind.RENAMED, old, new, None) for c, old, new in report.renamed),
            *((c, kind.MOVED, old, new, None) for c, old, new in report.moved),
        ]
        AreaLineage.objects.bulk_create(
            [
                AreaLineage(
                    area_id=ids[c], kind=k, old=old, new=new, successor_id=heir, on=self.on, source=SOURCE
                )
                for c, k, old, new, heir in entries
            ],
            batch_size=2000,
        )
        self.say("lineage", len(entries), len(entries))

    def _heirs(self, ids: dict[str, int]) -> dict[str, int]:
        """Removed code → id of the one new division of the same name and level in the same district."""
        new: dict[tuple[str, int, str], list[str]] = {}
        if not self.report.removed:
            return {}
        for code, name in self.report.added:
            new.setdefault((code[:6], len(code), name), []).append(code)
        found = {}
        for code, name in self.report.removed:
            same = new.get((code[:6], len(code), name), [])
            if len(same) == 1:
                found[code] = ids[same[0]]
        return found


class _Lines(io.TextIOBase):
    """A readable file over lines as they are made, so that the whole never lies in memory."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._rest = ""

    def read(self, size: int | None = -1) -> str:
        parts, length = [self._rest], len(self._rest)
        while size is None or size < 0 or length < size:
            line = next(self._lines, None)
            if line is None:
                break
            parts.append(line)
            length += len(line)
        text = "".join(parts)
        if size is None or size < 0:
            size = len(text)
        self._rest = text[size:]
        return text[:size]
