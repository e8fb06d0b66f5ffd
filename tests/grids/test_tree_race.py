"""C-08 in the size of a build server: many move the land at once, and it still holds; without the lock it breaks."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from mptt.exceptions import InvalidMove

from grids import tree
from grids.models import Area
from grids.refusals import GridRefused
from grids.tree_check import check_tree
from tests.grids.land import NOON, SYSTEM, make_land

THREADS, ROUNDS = 6, 12


def _work(seed: int, start: threading.Barrier, failures: list[Exception]) -> None:
    rng = random.Random(seed)
    try:
        start.wait()
        for _round in range(ROUNDS):
            try:
                _one(rng)
            except GridRefused:
                continue
            except (DatabaseError, InvalidMove) as error:
                failures.append(error)
    finally:
        connection.close()


def _one(rng: random.Random) -> None:
    choice = rng.random()
    community = rng.choice(Area.objects.filter(level_id="community", abolished_on__isnull=True)[:])
    if choice < 0.6:
        target = rng.choice(Area.objects.filter(level_id="street")[:])
        tree.move_area(community, target, actor=SYSTEM, at=NOON)
    elif choice < 0.8:
        tree.add_area(community, level="grid", name=f"网格{rng.random()}", actor=SYSTEM, at=NOON)
    elif choice < 0.9:
        tree.rename_area(community, f"社区{rng.random()}", actor=SYSTEM, at=NOON)
    else:
        live = list(Area.objects.filter(parent=community, abolished_on__isnull=True)[:2])
        tree.merge_areas(live, name=f"合并{rng.random()}", actor=SYSTEM, at=NOON)


def _storm(seed: int) -> list[Exception]:
    failures: list[Exception] = []
    start = threading.Barrier(THREADS)
    threads = [threading.Thread(target=_work, args=(seed + n, start, failures)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


@pytest.mark.django_db(transaction=True)
def test_many_movers_leave_a_sound_tree() -> None:
    make_land(streets=4, communities=4, grids=3)
    assert _storm(1) == []
    assert check_tree() == []


@pytest.mark.django_db(transaction=True)
def test_the_same_storm_without_the_lock_breaks_it(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def no_lock() -> Iterator[None]:
        with transaction.atomic():
            yield

    make_land(streets=4, communities=4, grids=3)
    monkeypatch.setattr(tree, "tree_lock", no_lock)
    for seed in range(10):
        _storm(100 * seed)
        if check_tree():
            return
    pytest.fail("ten storms without the lock left the tree sound: the test above proves nothing")
