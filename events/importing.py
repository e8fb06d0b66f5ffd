"""Events from files: CSV (also .gz) and XLSX, through a mapping that is data, with a report per row.

A mapping is a JSON object: ``source`` (of every row), ``fields`` (report field → column, or a list of columns
joined by a space), optional ``values`` (report field → {cell → value}, for area and category codes), ``constants``
(report field → value), ``timezone`` of times without an offset (Asia/Shanghai), ``number`` ("row" numbers rows of a
file that has no number of its own: ``<prefix>-<line>``). Nothing is lost: each row is taken in, known, or named
with line, column and reason.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from casework.actor import Actor
from events.batch import CHUNK, report_many
from events.transitions.intake import Report

MAPPINGS = Path(__file__).parent / "data" / "mappings"
FIELDS = frozenset(
    {
        "external_number", "title", "text", "category", "urgency", "lon", "lat", "address", "area", "occurred_at",
        "reported_at", "reporter_name", "reporter_phone",
    }
)
XLSX_MAX_PARTS, XLSX_MAX_BYTES, XLSX_MAX_RATIO = 2000, 200 * 1024 * 1024, 100
csv.field_size_limit(1024 * 1024)


class BadMapping(ValueError):
    """The mapping does not fit the file or the fields."""


class BadFile(ValueError):
    """The file is not what its name says, or is made to exhaust the machine."""


@dataclass(frozen=True)
class Mapping:
    """How the columns of one kind of file become reports."""

    source: str
    fields: dict[str, list[str]]
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    timezone: str = "Asia/Shanghai"
    number: str = ""

    @classmethod
    def load(cls, name_or_path: str) -> Mapping:
        """A mapping by the name of a shipped one or by path. Raises BadMapping with the reason."""
        path = Path(name_or_path)
        if not path.suffix:
            path = MAPPINGS / f"{name_or_path}.json"
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            fields = {k: v if isinstance(v, list) else [v] for k, v in raw["fields"].items()}
            made = cls(
                raw["source"], fields, raw.get("values", {}), raw.get("constants", {}),
                raw.get("timezone", "Asia/Shanghai"), raw.get("number", ""),
            )
        except FileNotFoundError:
            raise BadMapping(f"no mapping {name_or_path}; shipped: {', '.join(shipped())}") from None
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            raise BadMapping(f"{path}: {error}") from error
        unknown = (set(fields) | set(made.values) | set(made.constants)) - FIELDS
        if unknown:
            raise BadMapping(f"{path}: unknown fields {', '.join(sorted(unknown))}")
        if "text" not in fields:
            raise BadMapping(f"{path}: fields must name a column for text")
        return made

    def columns(self) -> set[str]:
        return {column for columns in self.fields.values() for column in columns}


def shipped() -> list[str]:
    """Names of the mappings that come with the product."""
    return sorted(path.stem for path in MAPPINGS.glob("*.json"))


@dataclass
class Tally:
    """The outcome of an import."""

    rows: int = 0
    created: int = 0
    known: int = 0
    refused: list[dict] = field(default_factory=list)
    """``{"line", "column", "reason"}`` each."""


def read_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, row) of a file; the head is line 1. Raises BadFile."""
    name = path.name.lower()
    if name.endswith(".xlsx"):
        yield from _xlsx_rows(path)
    elif name.endswith((".csv", ".csv.gz")):
        with ExitStack() as stack:
            raw = stack.enter_context(path.open("rb"))
            if name.endswith(".gz"):
                raw = stack.enter_context(gzip.GzipFile(fileobj=raw))
            text = stack.enter_context(io.TextIOWrapper(raw, encoding="utf-8-sig", newline=""))
            yield from _csv_rows(path.name, csv.DictReader(text))
    else:
        raise BadFile(f"{path.name}: only .csv, .csv.gz and .xlsx are read")


def _csv_rows(name: str, reader: csv.DictReader) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        for row in reader:
            yield reader.line_num, {k: v or "" for k, v in row.items() if k is not None and v.__class__ is str}
    except (csv.Error, UnicodeDecodeError, EOFError, OSError) as error:
        raise BadFile(f"{name}: line {reader.line_num}: {error}") from error


def _xlsx_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    _guard_zip(path)
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, data_only=True)
    try:
        rows = book.worksheets[0].iter_rows(values_only=True)
        head = [str(cell).strip() if cell is not None else "" for cell in next(rows, ())]
        for line, cells in enumerate(rows, start=2):
            row = {name: _cell(value) for name, value in zip(head, cells, strict=False) if name}
            if any(row.values()):
                yield line, row
    finally:
        book.close()


def _guard_zip(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            total = sum(part.file_size for part in parts)
            packed = max(1, sum(part.compress_size for part in parts))
    except zipfile.BadZipFile as error:
        raise BadFile(f"{path.name}: not an XLSX file") from error
    if len(parts) > XLSX_MAX_PARTS or total > XLSX_MAX_BYTES or total / packed > XLSX_MAX_RATIO:
        raise BadFile(f"{path.name}: refused, it unpacks to {total} bytes in {len(parts)} parts")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


class RowTrouble(ValueError):
    """One cell that cannot be used."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column


def to_report(mapping: Mapping, row: dict[str, str], *, line: int, prefix: str, now: datetime) -> tuple[Report, datetime]:
    """A report and its moment from one row. Raises RowTrouble naming the column."""
    got = {name: _joined(row, columns) for name, columns in mapping.fields.items()}
    for name, table in mapping.values.items():
        got[name] = _looked_up(name, got.get(name, ""), table)
    got.update({name: value for name, value in mapping.constants.items() if not got.get(name)})
    if mapping.number == "row" and not got.get("external_number"):
        got["external_number"] = f"{prefix}-{line}"
    at = _moment(mapping, "reported_at", got.pop("reported_at", "")) or now
    if at > now + timedelta(minutes=5):
        raise RowTrouble(mapping.fields["reported_at"][0], f"lies in the future: {at.isoformat()}")
    occurred = _moment(mapping, "occurred_at", got.pop("occurred_at", ""))
    lon, lat = _number(mapping, "lon", got.pop("lon", "")), _number(mapping, "lat", got.pop("lat", ""))
    return Report(source=mapping.source, lon=lon, lat=lat, occurred_at=occurred, **_clean(got)), at


def _joined(row: dict[str, str], columns: list[str]) -> str:
    return " ".join(part for column in columns if (part := row.get(column, "").strip()))


def _looked_up(name: str, cell: str, table: dict[str, str]) -> str:
    found = table.get(cell, table.get("*"))
    if found is None:
        raise RowTrouble(name, f"no {name} is mapped to {cell!r}")
    return found


def _moment(mapping: Mapping, name: str, cell: str) -> datetime | None:
    if not cell:
        return None
    try:
        found = datetime.fromisoformat(cell.replace("/", "-"))
    except ValueError:
        raise RowTrouble(mapping.fields[name][0], f"not a date: {cell!r}") from None
    return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(mapping.timezone))).astimezone(UTC)


def _number(mapping: Mapping, name: str, cell: str) -> float | None:
    if not cell:
        return None
    try:
        return float(cell)
    except ValueError:
        raise RowTrouble(mapping.fields[name][0], f"not a number: {cell!r}") from None


def _clean(got: dict[str, str]) -> dict[str, str | None]:
    text = got.get("text", "") or got.get("title", "")
    return {
        "text": text[:4000], "title": got.get("title", "")[:80], "address": got.get("address", ""),
        "area": got.get("area") or None, "category": got.get("category") or None,
        "urgency": got.get("urgency") or None, "external_number": got.get("external_number") or None,
        "reporter_name": got.get("reporter_name", ""), "reporter_phone": got.get("reporter_phone", ""),
    }


def import_events(
    path: Path, mapping: Mapping, *, actor: Actor, now: datetime, progress: Callable[[int], None] | None = None,
    dry_run: bool = False,
) -> Tally:
    """Take a file in, ``CHUNK`` rows a transaction. A second import of the same file changes nothing.

    Memory does not grow with the file. Raises BadFile, BadMapping (a mapped column is not in the head).
    """
    tally = Tally()
    waiting: list[tuple[int, tuple[Report, datetime]]] = []
    for line, row in read_rows(path):
        if tally.rows == 0 and (absent := mapping.columns() - set(row)):
            raise BadMapping(f"{path.name} has no column {', '.join(sorted(absent))}")
        tally.rows += 1
        try:
            prefix = path.name.split(".")[0]
            waiting.append((line, to_report(mapping, row, line=line, prefix=prefix, now=now)))
        except RowTrouble as trouble:
            tally.refused.append({"line": line, "column": trouble.column, "reason": str(trouble)})
        if len(waiting) >= CHUNK:
            _take(waiting, tally, actor, dry_run)
            if progress:
                progress(tally.rows)
    _take(waiting, tally, actor, dry_run)
    if progress:
        progress(tally.rows)
    return tally


def _take(waiting: list, tally: Tally, actor: Actor, dry_run: bool) -> None:
    if not waiting:
        return
    if dry_run:
        tally.created += len(waiting)
        waiting.clear()
        return
    answers = report_many([report for _line, report in waiting], actor=actor)
    for (line, _report), answer in zip(waiting, answers, strict=True):
        if answer.state == "created":
            tally.created += 1
        elif answer.state == "known":
            tally.known += 1
        else:
            fields = answer.refusal.fields or {}
            tally.refused.append(
                {"line": line, "column": ", ".join(fields), "reason": answer.refusal.detail}
            )
    waiting.clear()
