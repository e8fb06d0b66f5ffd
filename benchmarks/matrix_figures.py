"""The access matrix, the two worlds and the workflow matrix in full, by the functions behind the tests (quality.md
A-01 … A-05, C-05, C-07)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import time_machine
from django.db import transaction
from django.test.utils import setup_test_environment, teardown_test_environment

from benchmarks.ledger import Figure

COMMAND = "./start figures spine --only matrix"
SHOWN = 3


def measure() -> Iterator[Figure]:
    """Every cell of both matrices; nothing stays in the database."""
    setup_test_environment()
    logging.disable(logging.CRITICAL)
    try:
        yield from _access()
        yield from _workflow()
    finally:
        logging.disable(logging.NOTSET)
        teardown_test_environment()


@contextmanager
def _undone() -> Iterator[None]:
    from tests.world import NOON

    with time_machine.travel(NOON, tick=False), transaction.atomic():
        yield
        transaction.set_rollback(True)


def _figure(key: str, what: str, value: int, limit: str, detail: str = "") -> Figure:
    return Figure(key, what, value, "", limit, COMMAND, detail)


def _some(words: list[str]) -> str:
    return "; ".join(words[:SHOWN])


def _access() -> Iterator[Figure]:
    from tests.access import matrix, two_worlds
    from tests.access.scene import make_scene

    undeclared = matrix.unclassified()
    yield _figure("A-01", "routed addresses that nobody declared, or the reverse", len(undeclared), "== 0", _some(undeclared))
    with _undone():
        found = matrix.walk_cells(make_scene())
    kinds = ", ".join(f"{kind}: {count:,}" for kind, count in sorted(found.counts.items()))
    yield _figure("A-02-cells", "cells asked: address × method × person × relation", found.total, ">= 10000", kinds)
    yield _figure("A-02", "cells that answered otherwise than declared", len(found.wrong), "== 0", _some(found.wrong))
    yield _figure("W-02", "answers without the strict headers", len(found.faults), "== 0", _some(found.faults))
    yield _figure("P-01", "answers that held a reporter's name or telephone", len(found.canaries), "== 0", _some(found.canaries))
    with _undone():
        compared, differ = two_worlds.leaks(make_scene())
    yield _figure("A-05-lists", "lists compared in two worlds", compared, ">= 500")
    yield _figure("A-05", "lists that told the two worlds apart", len(differ), "== 0", _some(differ))


def _workflow() -> Iterator[Figure]:
    from events.workflow import ALL_STATES
    from tests.events import test_faults, test_workflow_matrix
    from tests.world import make_world

    cells, wrong = [0], []
    check = test_workflow_matrix.check_cell

    def counted(*args: object) -> None:
        cells[0] += 1
        _noted(lambda: check(*args), wrong)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(test_workflow_matrix, "check_cell", counted)
        for state in sorted(ALL_STATES):
            with _undone():
                test_workflow_matrix.test_every_move_by_everybody_in(state, make_world())
    yield _figure("C-05-cells", "cells tried: move × state × person", cells[0], ">= 10000")
    yield _figure("C-05", "cells not as the table says, or changed by a refusal", len(wrong), "== 0", _some(wrong))
    half: list[str] = []
    for part in range(4):
        with _undone(), pytest.MonkeyPatch.context() as patch:
            world = make_world()
            _noted(lambda part=part, world=world, patch=patch: test_faults.test_no_half_moves(part, world, patch), half)
    yield _figure("C-07", "moves left by half after a fault in each writer in turn", len(half), "== 0", _some(half))


def _noted(act: Callable[[], object], wrong: list[str]) -> None:
    """Do it and keep the words of a failed assertion."""
    try:
        act()
    except AssertionError as failed:
        wrong.append(str(failed).splitlines()[0] if str(failed) else "assertion")
