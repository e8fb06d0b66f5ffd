"""Published mediation cases into the room: every column kept, every party a row, closed as settled.

The cases have no date and no place of ours: they are registered at the moment of the import in the district, archived
in the hand of one mediator, and carry their whole text behind the wall. What is imported twice is there once
(``source`` import, the file's own number).
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction

from casework.actor import Actor
from disputes.learning import type_of_cause
from disputes.models import Dispute, Mediator
from disputes.telling import PartyTold, Told
from disputes.transitions import archive, register
from disputes.transitions.intake import find_known

COLUMNS = ("case_id", "title", "field", "cause", "facts", "process", "result", "legal_basis", "gist", "resolved_by")
SIDES = re.compile(r"[与和诉、，,]")
ENDING = re.compile(r"(?:等)?(?:[^与和诉、]{0,40})?(?:纠纷|争议)?(?:调解|多元化解)?案.*$")
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Row:
    """One case of the file, as it stands there."""

    number: str
    values: dict[str, str]

    @property
    def organisations(self) -> list[str]:
        """The bodies that resolved it; several are separated by blanks."""
        return [name for name in self.values.get("resolved_by", "").split() if name]


class BadFile(ValueError):
    """The file is not what the command takes; the words say why."""


def read(path: Path) -> Iterator[Row]:
    """Rows of a CSV, also gzipped. Raises BadFile for other columns or a row without number or facts."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rb") as raw:
        reader = csv.DictReader(io.TextIOWrapper(raw, encoding="utf-8-sig", newline=""))
        lacking = set(COLUMNS) - set(reader.fieldnames or ())
        if lacking:
            raise BadFile(f"columns missing: {', '.join(sorted(lacking))}")
        for line, row in enumerate(reader, start=2):
            values = {name: (value or "").strip() for name, value in row.items() if name}
            if not values["case_id"] or not values["facts"]:
                raise BadFile(f"line {line}: no case_id or no facts")
            yield Row(values["case_id"], values)


def parties_of(row: Row) -> tuple[PartyTold, ...]:
    """The parties by the title (甲与乙…纠纷调解案), filled up to the number the file gives: two to six."""
    title, wanted = row.values["title"], _count(row)
    head = title.split(row.values["cause"])[0] if row.values["cause"] and row.values["cause"] in title else title
    names = [part.strip(" 等") for part in SIDES.split(ENDING.sub("", head) if head == title else head)]
    names = [name[:LONGEST_NAME] for name in names if name][:wanted]
    names += [f"当事人{place}" for place in range(len(names) + 1, wanted + 1)]
    firm = re.compile(r"公司|银行|医院|学校|中心|局|委员会|社区|合作社|厂|店")
    return tuple(
        PartyTold(name=name, side="applicant" if place == 0 else "respondent" if place == 1 else "third",
                  kind="legal" if firm.search(name) else "natural", consents=True)
        for place, name in enumerate(names)
    )


def _count(row: Row) -> int:
    text = row.values.get("party_count_derived", "")
    return min(12, max(2, int(text))) if text.isdigit() else 2


def told_of(row: Row) -> Told:
    """What is taken in: facts, course, result, basis and gist as pieces of the story, the whole row as its source."""
    got = row.values
    whole = json.dumps(got, ensure_ascii=False, sort_keys=True)
    pieces = (("process", got["process"]), ("result", got["result"]), ("basis", got["legal_basis"]), ("gist", got["gist"]),
              ("note", "调解组织:" + "、".join(row.organisations) if row.organisations else ""))
    return Told(
        facts=got["facts"], parties=parties_of(row), source="import", origin_number=row.number,
        type=type_of_cause(got["cause"]), nature="administrative" if got["field"] == "行政" else "people",
        extra=[(kind, text) for kind, text in (*pieces, ("source", whole)) if text],
    )


def take_in(row: Row, *, mediator: Mediator, at: datetime) -> tuple[Dispute, bool]:
    """One case: registered and closed as it was settled, in the hand of ``mediator``, who may read and find it;
    whether it is new. Both or neither."""
    told = told_of(row)
    known = find_known(told)
    if known is not None:
        return known, False
    actor = Actor.system()
    with transaction.atomic():
        dispute = register(told, actor=actor, at=at)
        return archive(dispute, mediator=mediator, actor=actor, at=at), True
