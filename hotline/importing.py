"""Orders from files of an existing 12345 system: CSV (also .gz) and XLSX, through a mapping that is data.

A mapping is a JSON object as for events (``events.importing``): ``fields`` (field → column, or columns joined by a
space), ``values`` (field → {cell → value}, ``*`` for any other), ``constants``, ``timezone``. ``transfers`` counts how
often the order was passed on there; ``reply_days`` is whole days from registration to the answer, ``answered_at`` its
moment. Both become rows of the trail, so that a report counts them as it counts those of this house. Nothing is lost:
each row is taken in, known, or named with line, column and reason.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from casework.actor import Actor
from casework.door import Batch, MoveRefused, batch
from events.importing import BadMapping, RowTrouble, Tally, read_rows
from hotline.limits import DATA
from hotline.models import HotlineOrder
from hotline.transitions import Told, pass_on, register, settle_elsewhere
from hotline.transitions.intake import find_known

MAPPINGS = DATA / "mappings"
CHUNK = 200
FIELDS = frozenset(
    {
        "external_number", "title", "text", "demand", "channel", "category", "urgency", "address", "area", "name",
        "phone", "registered_at", "answer", "transfers", "reply_days", "first_transfer_days",
        "answered_at",
    }
)


@dataclass(frozen=True)
class Mapping:
    """How the columns of one kind of file become orders."""

    fields: dict[str, list[str]]
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    timezone: str = "Asia/Shanghai"

    @classmethod
    def load(cls, name_or_path: str) -> Mapping:
        """A mapping by the name of a shipped one or by path. Raises BadMapping with the reason."""
        path = Path(name_or_path)
        path = path if path.suffix else MAPPINGS / f"{name_or_path}.json"
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            fields = {name: one if isinstance(one, list) else [one] for name, one in raw["fields"].items()}
            made = cls(fields, raw.get("values", {}), raw.get("constants", {}), raw.get("timezone", "Asia/Shanghai"))
        except FileNotFoundError:
            raise BadMapping(f"no mapping {name_or_path}; shipped: {', '.join(shipped())}") from None
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            raise BadMapping(f"{path}: {error}") from error
        unknown = (set(fields) | set(made.values) | set(made.constants)) - FIELDS
        if unknown or not {"text", "external_number"} <= set(fields):
            raise BadMapping(f"{path}: fields must name text and external_number, and none of {sorted(unknown)}")
        return made


def shipped() -> list[str]:
    """Names of the mappings that come with the product."""
    return sorted(path.stem for path in MAPPINGS.glob("*.json"))


@dataclass(frozen=True, slots=True)
class Row:
    """One order with what became of it there."""

    told: Told
    at: datetime
    answer: str
    transfers: int
    reply_days: int | None
    first_transfer_days: int | None
    answered_at: datetime | None = None


def to_row(mapping: Mapping, cells: dict[str, str], *, now: datetime) -> Row:
    """Raises RowTrouble naming the column."""
    got = {
        name: " ".join(part for column in columns if (part := cells.get(column, "").strip()))
        for name, columns in mapping.fields.items()
    }
    for name, table in mapping.values.items():
        found = table.get(got.get(name, ""), table.get("*"))
        if found is None:
            raise RowTrouble(name, f"no {name} is mapped to {got.get(name)!r}")
        got[name] = found
    got.update({name: value for name, value in mapping.constants.items() if not got.get(name)})
    at = _moment(mapping, got.pop("registered_at", "")) or now
    if at > now + timedelta(minutes=5):
        raise RowTrouble("registered_at", f"lies in the future: {at.isoformat()}")
    numbers = {name: _whole(name, got.pop(name, "")) for name in ("transfers", "reply_days", "first_transfer_days")}
    answer = got.pop("answer", "")[:4000]
    answered_at = _moment(mapping, got.pop("answered_at", ""))
    if answered_at is not None and answered_at < at:
        raise RowTrouble("answered_at", "lies before the registration")
    if not got.get("external_number"):
        raise RowTrouble("external_number", "an order without a number would be taken in twice")
    told = Told(**{"text": "", "demand": ""} | {name: value for name, value in got.items() if value})
    return Row(told, at, answer, numbers["transfers"] or 0, numbers["reply_days"], numbers["first_transfer_days"], answered_at)


def _moment(mapping: Mapping, cell: str) -> datetime | None:
    if not cell:
        return None
    try:
        found = datetime.fromisoformat(cell.replace("/", "-"))
    except ValueError:
        raise RowTrouble("registered_at", f"not a date: {cell!r}") from None
    return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(mapping.timezone))).astimezone(UTC)


def _whole(name: str, cell: str) -> int | None:
    if not cell:
        return None
    try:
        found = int(float(cell))
    except ValueError:
        raise RowTrouble(name, f"not a number: {cell!r}") from None
    if not 0 <= found <= 10_000:
        raise RowTrouble(name, f"out of range: {cell!r}")
    return found


def import_orders(
    path: Path, mapping: Mapping, *, actor: Actor, now: datetime, progress: Callable[[int], None] | None = None,
    dry_run: bool = False,
) -> Tally:
    """Take a file in, ``CHUNK`` rows a transaction. A second import of the same file changes nothing. Raises BadFile,
    BadMapping (a mapped column is not in the head)."""
    tally, waiting = Tally(), []
    for line, cells in read_rows(path):
        wanted = {column for columns in mapping.fields.values() for column in columns}
        if tally.rows == 0 and (absent := wanted - set(cells)):
            raise BadMapping(f"{path.name} has no column {', '.join(sorted(absent))}")
        tally.rows += 1
        try:
            waiting.append((line, to_row(mapping, cells, now=now)))
        except RowTrouble as trouble:
            tally.refused.append({"line": line, "column": trouble.column, "reason": str(trouble)})
        if len(waiting) >= CHUNK:
            _take(waiting, tally, actor, dry_run)
            if progress:
                progress(tally.rows)
    _take(waiting, tally, actor, dry_run)
    return tally


def _take(waiting: list[tuple[int, Row]], tally: Tally, actor: Actor, dry_run: bool) -> None:
    if dry_run:
        tally.created += len(waiting)
    elif waiting:
        with batch() as shared:
            _take_in(shared, waiting, tally, actor)
    waiting.clear()


def _take_in(shared: Batch, rows: list[tuple[int, Row]], tally: Tally, actor: Actor) -> None:
    made: list[tuple[HotlineOrder, Row]] = []
    seen: set[tuple[str, str | None]] = set()
    for line, row in rows:
        key = (row.told.channel, row.told.external_number)
        if key in seen or find_known(row.told) is not None:
            tally.known += 1
            continue
        try:
            made.append((register(row.told, actor=actor, at=row.at), row))
        except MoveRefused as refusal:
            column = next(iter(refusal.fields or {"": None}))
            tally.refused.append({"line": line, "column": column, "reason": refusal.detail})
            continue
        seen.add(key)
        tally.created += 1
    shared.write()
    shared.lock([order for order, _row in made])
    for order, row in made:
        _history(order, row, actor)


def _history(order: HotlineOrder, row: Row, actor: Actor) -> None:
    """What happened there, as rows of the trail: passed on so many times, then answered."""
    for n in range(row.transfers):
        pass_on(order, actor=actor, at=_moment_of(row, n), note=f"第{n + 1}次转办")
    done = row.answered_at
    if done is None and row.reply_days is not None:
        done = row.at + timedelta(days=row.reply_days)
    if row.answer and done is not None:
        settle_elsewhere(order, actor=actor, at=done, note=row.answer)


def _moment_of(row: Row, n: int) -> datetime:
    """The first transfer on its day, the others spread evenly up to the answer: the file names no more."""
    last = row.reply_days or 0
    first = min(row.first_transfer_days or 0, last)
    return row.at + timedelta(days=first + (last - first) * n / max(1, row.transfers))
