"""Tallies equal a recount at any instant: folded, unfolded, half folded, after every kind of move."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection

from casework.actor import Actor
from dashboard import tallies
from events import transitions
from tests import world as worlds
from tests.world import NOON, World

MARCH = {"first": date(2026, 3, 1), "last": date(2026, 3, 31)}


def _fill(world: World) -> None:
    worlds.reported(world)
    worlds.open_for_claim(world)
    worlds.in_progress(world, at=NOON + timedelta(hours=1))
    event = worlds.closed(world, at=NOON + timedelta(days=1))
    transitions.rate(event, actor=Actor.citizen(), at=NOON + timedelta(days=2), level=2, solved=False)


def _sorted(rows: list[dict]) -> list[dict]:
    return sorted(rows, key=lambda row: (row["dim"], row["value"]))


def test_unfolded_half_folded_and_folded_tallies_equal_a_recount(world: World) -> None:
    _fill(world)
    assert tallies.differences() == []
    assert tallies.fold(limit=3) == 3
    assert tallies.differences() == []
    assert tallies.fold_all() > 0
    assert tallies.differences() == []
    [row] = tallies.sums(["150302"], ["all"], **MARCH)
    assert (row["reported"], row["closed"], row["reworked"]) == (4, 0, 0)
    assert tallies.present_states(["150302"])["150302"]["in_progress"] == 2


def test_each_level_of_the_land_has_its_own_count(world: World) -> None:
    worlds.reported(world)
    worlds.reported(world, by="worker_b1", area="150302001002001")
    counts = {row["area_code"]: row["reported"] for row in tallies.sums(
        ["150302", "150302001", "150302002", "150302002001001"], ["all"], **MARCH
    )}
    assert counts == {"150302": 2, "150302001": 1, "150302002": 1, "150302002001001": 1}


def test_a_rebuild_gives_the_same_and_a_lost_delta_is_found(world: World) -> None:
    _fill(world)
    tallies.fold_all()
    before = tallies.sums(["150302"], ["all", "source", "category", "unit"], **MARCH)
    tallies.rebuild()
    after = tallies.sums(["150302"], ["all", "source", "category", "unit"], **MARCH)
    assert _sorted(before) == _sorted(after)
    worlds.reported(world)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM dashboard_tallydelta")
    assert tallies.differences() != []


def test_the_slices_of_a_grid_are_counted_from_its_events(world: World) -> None:
    _fill(world)
    grid = world.areas["grid_a1"]
    rows = {
        (row["dim"], row["value"]): row["reported"]
        for row in tallies.grid_sums(grid.code, grid.path, ["all", "source", "category"], **MARCH)
    }
    assert rows == {("all", "all"): 4, ("source", "grid"): 4, ("category", "0805"): 4}
    [kept] = tallies.sums([grid.code], ["all", "source"], **MARCH)
    assert (kept["dim"], kept["reported"]) == ("all", 4)
