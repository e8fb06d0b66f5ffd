"""Orders of the past out of a CSV file: registered and answered at the moments the file says, through the same door.

The mapping is that of the exchange with three more paths: ``registered_at``, ``answered_at``, ``answer``. Times without
an offset are the district's. A second import of the same file changes nothing.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _

from accounts.bodies import is_storable
from casework.actor import Actor
from casework.clock.arithmetic import parse_moment
from casework.door import MoveRefused
from grids.scope import SHANGHAI
from hotline import transitions
from hotline.exchange import mapping as maps
from hotline.exchange.mapping import MappingError
from hotline.transitions import answering
from hotline.transitions.intake import find_known

SHIPPED = Path(__file__).parent / "data"
OWN = ("registered_at", "answered_at", "answer")
LARGEST_CELL = 200_000


@dataclass
class Tally:
    """What became of the rows."""

    rows: int = 0
    created: int = 0
    known: int = 0
    refused: list[dict] = field(default_factory=list)


def load_mapping(name: str) -> dict:
    """A shipped mapping by name, or a JSON file by path. Raises MappingError."""
    path = SHIPPED / f"{name}.json" if "/" not in name and not name.endswith(".json") else Path(name)
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise MappingError(_("读不到字段对照:%(why)s") % {"why": error}) from None
    wrong = maps.check({key: value for key, value in found.items() if key not in OWN})
    if wrong or not isinstance(found.get("registered_at"), str):
        raise MappingError("; ".join(wrong) or _("registered_at(受理时间的列)必填"))
    return found


def import_history(
    path: Path, mapping: dict, *, actor: Actor, progress: Callable[[int], None] = lambda rows: None
) -> Tally:
    """Take in every row once; a bad row is named by line and reason and stops no other. Raises MappingError for a file
    that is not CSV in UTF-8."""
    tally = Tally()
    for line, row in _rows(path):
        tally.rows += 1
        try:
            is_new = _take_in(row, mapping, actor)
        except (MappingError, MoveRefused, ValueError) as error:
            tally.refused.append({"line": line, "reason": getattr(error, "detail", str(error))})
        else:
            tally.created += is_new
            tally.known += not is_new
        progress(tally.rows)
    return tally


def _rows(path: Path) -> Iterator[tuple[int, dict]]:
    csv.field_size_limit(LARGEST_CELL)
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as raw:
        reader = csv.DictReader(io.TextIOWrapper(raw, encoding="utf-8-sig", newline=""))
        try:
            for row in reader:
                yield reader.line_num, row
        except (UnicodeDecodeError, csv.Error, OSError) as error:
            raise MappingError(_("文件不是UTF-8的CSV:%(why)s") % {"why": error}) from None


def _take_in(row: dict, mapping: dict, actor: Actor) -> bool:
    number = maps.number_of(row, mapping)
    told = maps.told_by(row, mapping, external_number=number)
    if find_known(told) is not None:
        return False
    at = _moment(row, mapping["registered_at"])
    answer = str(maps.at_path(row, mapping.get("answer", "")) or "") if mapping.get("answer") else ""
    done = _moment(row, mapping["answered_at"]) if mapping.get("answered_at") and answer.strip() else None
    if done is not None and done < at:
        raise MappingError(_("答复时间早于受理时间"))
    if not is_storable(answer):
        raise MappingError(_("答复含有不能保存的字符"))
    order = transitions.register(told, actor=actor, at=at)
    if done is not None and told.demand in answering.ON_THE_LINE:
        transitions.answer_directly(order, actor=actor, at=done, note=answer[: answering.MAX_ANSWER])
    return True


def _moment(row: dict, path: str) -> datetime:
    text = str(maps.at_path(row, path) or "")
    try:
        return parse_moment(text, zone=SHANGHAI)
    except ValueError:
        raise MappingError(_("%(path)s 不是时间:%(value)s") % {"path": path, "value": text[:40]}) from None
