"""The trail: one row per thing done, each chained by hash to the one before it in its case."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from casework.models import Case, TrailRow


def fingerprint(previous: str, number: str, row: TrailRow) -> str:
    """SHA-256 over the previous hash and the row in canonical JSON; what verification recomputes."""
    text = f"{_canonical([previous, number])[:-1]},{rest_of(row)}"
    return hashlib.sha256(text.encode()).hexdigest()


def rest_of(row: TrailRow) -> str:
    """The canonical text of a row behind the previous hash and the case's number, with the closing bracket."""
    body = [
        row.seq,
        row.verb,
        row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        row.lane,
        row.person_id,
        row.actor_name,
        row.unit_id,
        row.from_state,
        row.to_state,
        row.note,
        row.is_public,
        row.changes,
    ]
    return _canonical(body)[1:]


_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def plain(value: object) -> object:
    """A field's value as JSON can hold it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if value is None or isinstance(value, bool | int | float | str | dict | list):
        return value
    return str(value)


@dataclass(frozen=True)
class Break:
    """Where a chain does not hold: the case, the first bad row, and in what way."""

    number: str
    seq: int
    what: str


def verify_case(case: Case, rows: Iterable[TrailRow]) -> Break | None:
    """Walk one case's chain in order; None when every row, every link and the head agree."""
    previous, expected = "", 1
    for row in rows:
        if row.seq != expected:
            return Break(case.number, expected, "missing")
        if row.hash != fingerprint(previous, case.number, row):
            return Break(case.number, row.seq, "changed")
        previous, expected = row.hash, expected + 1
    if previous != case.trail_head or expected - 1 != case.version:
        return Break(case.number, expected, "cut")
    return None
