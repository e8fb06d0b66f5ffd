"""Walks the matrix: every cell asked, judged, undone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from django.db import transaction

from tests.access.answers import canaries_in, faults_of
from tests.access.cells import ANSWERED, HIDDEN, Cell, ask, cells, expected, in_sample, is_right, said
from tests.access.declared import DECLARED
from tests.access.routes import walk
from tests.access.scene import MISSING, OUTSIDERS, Scene


@dataclass
class Walk:
    """What was found: how many cells of each kind, and what is wrong in words."""

    counts: Counter = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """Headers that are missing or too wide (W-02, W-03)."""
    canaries: list[str] = field(default_factory=list)
    """Names and telephones of reporters in an answer (P-01)."""
    through: dict[str, set[int]] = field(default_factory=dict)
    """Statuses of the allowed cells by method and pattern."""

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def note(self, cell: Cell, must: str, answer: object) -> None:
        """Judge one answer."""
        self.counts[must] += 1
        if not is_right(cell, must, answer):
            self.wrong.append(f"{cell}: {answer.status_code}, must be {must}")
        elif must == ANSWERED:
            self.through.setdefault(f"{cell.method} {cell.pattern}", set()).add(answer.status_code)
        is_private = cell.who not in OUTSIDERS and cell.pattern != "favicon.ico"
        self.faults += [f"{cell}: {words}" for words in faults_of(answer, is_signed_in=is_private)]
        self.canaries += [f"{cell}: {words}" for words in canaries_in(answer)]


def unclassified() -> list[str]:
    """Routed patterns without a rule, and rules without a pattern."""
    routed = {route.pattern for route in walk()}
    return sorted(f"not declared: {one}" for one in routed - set(DECLARED)) + sorted(
        f"not routed: {one}" for one in set(DECLARED) - routed
    )


def undone(act: Callable[[], object]) -> object:
    """Call it and undo what it wrote; a streamed answer is read first."""
    with transaction.atomic():
        answer = act()
        answer.bytes = answer.getvalue() if hasattr(answer, "getvalue") else b""
        transaction.set_rollback(True)
    return answer


def walk_cells(scene: Scene, *, one_in: int = 1, wanted: Callable[[Cell], bool] = lambda cell: True) -> Walk:
    """Ask every cell (or a fixed part of them). A hidden object must answer in the bytes of one that is not there."""
    found, nothing = Walk(), {}
    for cell in cells():
        if not (in_sample(cell, one_in) and wanted(cell)):
            continue
        must = expected(scene, cell)
        answer = undone(lambda cell=cell: ask(scene, cell))
        found.note(cell, must, answer)
        if must == HIDDEN and cell.relation not in ("", MISSING):
            _compare(scene, cell, answer, nothing, found)
    return found


def _compare(scene: Scene, cell: Cell, answer: object, nothing: dict, found: Walk) -> None:
    none = replace(cell, relation=MISSING)
    if none not in nothing:
        nothing[none] = said(scene, none, undone(lambda: ask(scene, none)))
    if said(scene, cell, answer) != nothing[none]:
        found.wrong.append(f"{cell}: another answer than for what is not there")
