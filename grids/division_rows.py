"""Reads files of the 统计用区划代码: CSV, also gzipped, into checked rows. No database.

Columns: code (12 digits, padded), short_code (2/4/6/9/12 digits), name, level (1–5), parent_code (padded),
unit_type, urban_rural_code; the last two may be absent. The padded code is not unique in real files: a city
without districts has its city and its district under one padded number (441900, 442000, 460400), a county
without towns its county and its town (350527). The short code is unique, so it is the one that counts.
"""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import TextIO

from django.utils.translation import gettext as _

from grids.codes import OFFICIAL_LEVELS

MAX_ROWS = 2_000_000
MAX_ERRORS = 200
REQUIRED = ("short_code", "name", "level", "parent_code")
COLUMNS = ("short_code", "name", "level", "parent_code", "code", "unit_type", "urban_rural_code")
_LENGTHS = {"1": 2, "2": 4, "3": 6, "4": 9, "5": 12}
_RURAL_FROM = 200
"""Urban-rural codes 111–123 are urban, 210–220 rural (国家统计局 统计用城乡划分代码)."""


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong in which line (the header is line 1) and column of the file."""

    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        where = _("第 %(line)s 行") % {"line": self.line} + (f" [{self.column}]" if self.column else "")
        return f"{where}:{self.reason}"


class FileRefused(ValueError):
    """The file is not imported, nothing has changed; ``errors`` names up to MAX_ERRORS bad places."""

    def __init__(self, errors: list[RowError]) -> None:
        super().__init__("; ".join(str(error) for error in errors[:3]))
        self.errors = errors


@dataclass(slots=True)
class DivisionRow:
    """One division; ``parent`` is the short code of its parent (padded while the file is read), empty at the top."""

    line: int
    code: str
    name: str
    level: str
    parent: str
    unit_type: str
    terrain: str


def read_divisions(path: Path, *, known: Iterable[str] = ()) -> list[DivisionRow]:
    """All rows, parents before children. ``known``: short codes that may be parents without being in the file.

    Raises FileRefused with every bad row: unreadable file, missing column, wrong code, level or name, a code
    given twice, a parent that is neither in the file nor known.
    """
    errors: list[RowError] = []
    rows: list[DivisionRow] = []
    lines: dict[str, int] = {}
    with _opened(path) as file:
        for line, cells in _records(file):
            row = _row(line, cells, errors)
            if row is None:
                pass
            elif row.code in lines:
                reason = _("编码 %(code)s 重复,首次出现在第 %(line)s 行") % {
                    "code": row.code,
                    "line": lines[row.code],
                }
                errors.append(RowError(line, "short_code", reason))
            else:
                lines[row.code] = line
                rows.append(row)
            if len(errors) >= MAX_ERRORS:
                raise FileRefused(errors)
    _link(rows, set(known) | lines.keys(), errors)
    if not rows and not errors:
        errors.append(RowError(1, "", _("文件中没有数据行")))
    if errors:
        raise FileRefused(errors)
    rows.sort(key=lambda row: (len(row.code), row.code))
    return rows


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
            yield file
    except UnicodeDecodeError as error:
        raise FileRefused([RowError(1, "", _("文件不是 UTF-8 编码"))]) from error
    except (OSError, EOFError, zlib.error) as error:
        raise FileRefused([RowError(1, "", _("文件无法读取:%(reason)s") % {"reason": error})]) from error
    except csv.Error as error:
        raise FileRefused([RowError(1, "", _("不是有效的 CSV:%(reason)s") % {"reason": error})]) from error


def _records(file: TextIO) -> Iterator[tuple[int, list[str]]]:
    """Line and cells in the order of COLUMNS, stripped; what a row or the file lacks is empty."""
    reader = csv.reader(file)
    head = next(reader, [])
    missing = [name for name in REQUIRED if name not in head]
    if missing:
        raise FileRefused([RowError(1, name, _("缺少这一列")) for name in missing])
    width = len(head)
    places = {name: place for place, name in enumerate(head)}
    chosen = itemgetter(*(places.get(name, width) for name in COLUMNS))
    count = 0
    for cells in reader:
        if not cells:
            continue
        count += 1
        if count > MAX_ROWS:
            raise FileRefused([RowError(reader.line_num, "", _("行数超过上限 %(n)s") % {"n": MAX_ROWS})])
        if len(cells) != width:
            cells = cells[:width] + [""] * (width - len(cells))
        cells.append("")  # what columns that are not there give
        yield reader.line_num, [cell.strip() for cell in chosen(cells)]


def _row(line: int, cells: list[str], errors: list[RowError]) -> DivisionRow | None:
    code, name, level, parent, padded, unit_type, terrain = cells
    if (
        code.isdigit()
        and code.isascii()
        and _LENGTHS.get(level) == len(code)
        and padded in ("", code.ljust(12, "0"))
        and 0 < len(name) <= 80
        and name.isprintable()
        and unit_type.isprintable()
    ):
        return DivisionRow(line, code, name, OFFICIAL_LEVELS[len(code)], parent, unit_type[:30], _terrain(terrain))
    errors += _wrong(line, cells)
    return None


def _wrong(line: int, cells: list[str]) -> Iterator[RowError]:
    """What a bad row has wrong."""
    code, name, level, _parent, padded, unit_type, _terrain = cells
    sound = False
    if not (code.isascii() and code.isdigit() and len(code) in OFFICIAL_LEVELS):
        yield RowError(line, "short_code", _("应为 2、4、6、9 或 12 位数字,不是“%(v)s”") % {"v": code[:30]})
    elif _LENGTHS.get(level) != len(code):
        words = _("级别“%(level)s”与 %(n)s 位编码不符") % {"level": level[:10], "n": len(code)}
        yield RowError(line, "level", words)
    else:
        sound = True
    if sound and padded and padded != code.ljust(12, "0"):
        yield RowError(line, "code", _("与 short_code 不一致"))
    if not name or len(name) > 80 or not name.isprintable():
        yield RowError(line, "name", _("名称应为 1–80 个可见字符"))
    if not unit_type.isprintable():
        yield RowError(line, "unit_type", _("单位类型应为可见字符"))


def _terrain(code: str) -> str:
    if not (code.isascii() and code.isdigit()):
        return ""
    return "rural" if int(code) >= _RURAL_FROM else "urban"


def _link(rows: list[DivisionRow], there: set[str], errors: list[RowError]) -> None:
    """Turn padded parent codes into short ones: of those that pad to the same number the nearest above counts."""
    found: dict[tuple[int, str], str] = {}
    for row in rows:
        padded = row.parent
        if not padded:
            if len(row.code) > 2:
                errors.append(RowError(row.line, "parent_code", _("缺少上级编码")))
            continue
        key = (len(row.code), padded)
        if key not in found:
            found[key] = _nearest(*key, there)
        row.parent = found[key]
        if not row.parent:
            errors.append(RowError(row.line, "parent_code", _("上级 %(code)s 不存在") % {"code": padded[:30]}))
        if len(errors) >= MAX_ERRORS:
            return


def _nearest(length: int, padded: str, there: set[str]) -> str:
    above = [n for n in OFFICIAL_LEVELS if n < length]
    candidates = (padded[:n] for n in reversed(above) if padded == padded[:n].ljust(12, "0"))
    return next((code for code in candidates if code in there), "")
