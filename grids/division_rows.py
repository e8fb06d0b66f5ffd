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
from pathlib import Path
from typing import TextIO

from django.utils.translation import gettext as _

from grids.codes import OFFICIAL_LEVELS

MAX_ROWS = 2_000_000
MAX_ERRORS = 200
REQUIRED = ("short_code", "name", "level", "parent_code")
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
    """One division; ``parent`` is the short code of its parent, empty at the top."""

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
    parents: dict[str, str] = {}
    lines: dict[str, int] = {}
    with _opened(path) as file:
        for line, raw in _records(file):
            row = _row(line, raw, errors)
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
                parents[row.code] = (raw.get("parent_code") or "").strip()
                rows.append(row)
            if len(errors) >= MAX_ERRORS:
                raise FileRefused(errors)
    _link(rows, parents, set(known), errors)
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


def _records(file: TextIO) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(file, restkey="")
    missing = [name for name in REQUIRED if name not in (reader.fieldnames or ())]
    if missing:
        raise FileRefused([RowError(1, name, _("缺少这一列")) for name in missing])
    for count, raw in enumerate(reader, start=1):
        if count > MAX_ROWS:
            raise FileRefused([RowError(reader.line_num, "", _("行数超过上限 %(n)s") % {"n": MAX_ROWS})])
        yield reader.line_num, raw


def _row(line: int, raw: dict[str, str], errors: list[RowError]) -> DivisionRow | None:
    code, name, level = ((raw.get(c) or "").strip() for c in ("short_code", "name", "level"))
    before = len(errors)
    if not (code.isascii() and code.isdigit() and len(code) in OFFICIAL_LEVELS):
        errors.append(
            RowError(line, "short_code", _("应为 2、4、6、9 或 12 位数字,不是“%(v)s”") % {"v": code[:30]})
        )
    elif _LENGTHS.get(level) != len(code):
        errors.append(
            RowError(
                line, "level", _("级别“%(level)s”与 %(n)s 位编码不符") % {"level": level[:10], "n": len(code)}
            )
        )
    padded = (raw.get("code") or "").strip()
    if padded and padded != code.ljust(12, "0") and len(errors) == before:
        errors.append(RowError(line, "code", _("与 short_code 不一致")))
    if not name or len(name) > 80 or not name.isprintable():
        errors.append(RowError(line, "name", _("名称应为 1–80 个可见字符")))
    if len(errors) > before:
        return None
    unit_type = (raw.get("unit_type") or "").strip()[:30]
    return DivisionRow(line, code, name, OFFICIAL_LEVELS[len(code)], "", unit_type, _terrain(raw))


def _terrain(raw: dict[str, str]) -> str:
    code = (raw.get("urban_rural_code") or "").strip()
    if not (code.isascii() and code.isdigit()):
        return ""
    return "rural" if int(code) >= _RURAL_FROM else "urban"


def _link(rows: list[DivisionRow], parents: dict[str, str], known: set[str], errors: list[RowError]) -> None:
    """Turn padded parent codes into short ones: of those that pad to the same number the nearest above counts."""
    there = known | set(parents)
    for row in rows:
        padded = parents[row.code]
        if not padded:
            if len(row.code) > 2:
                errors.append(RowError(row.line, "parent_code", _("缺少上级编码")))
            continue
        above = [n for n in OFFICIAL_LEVELS if n < len(row.code)]
        candidates = (padded[:n] for n in reversed(above) if padded == padded[:n].ljust(12, "0"))
        row.parent = next((code for code in candidates if code in there), "")
        if not row.parent:
            errors.append(
                RowError(row.line, "parent_code", _("上级 %(code)s 不存在") % {"code": padded[:30]})
            )
        if len(errors) >= MAX_ERRORS:
            return
