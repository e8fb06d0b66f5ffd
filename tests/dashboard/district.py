"""A small lively district for the wall's tests: events of every fate over some weeks, with places and people."""

from __future__ import annotations

from datetime import datetime, timedelta

from casework.actor import Actor
from events import transitions
from events.models import Event
from grids.models import Area, Post
from tests import world as worlds
from tests.world import NOON, World

LON, LAT = 106.80, 39.67


def fill(world: World, *, at: datetime = NOON) -> None:
    """Some of everything: waiting, in hand, overdue, red, clustered, closed and rated, late, merged, rejected."""
    day = timedelta(days=1)
    for n in range(6):
        _closed(world, at - (25 - 4 * n) * day, rating=(5, 4, 3, 2, 1, None)[n], solved=n < 3)
    worlds.reported(world, at=at - 2 * day)
    worlds.reported(world, at=at - 30 * timedelta(minutes=1), by="worker_b1", area="150302001002001", category="0101")
    worlds.in_progress(world, at=at - 3 * timedelta(hours=1), category="0101")
    worlds.in_progress(world, at=at - 12 * day, unit="zhujian")
    worlds.in_progress(world, at=at - 5 * day, unit="zhujian", source="hotline")
    worlds.open_for_claim(world, at=at - timedelta(minutes=55))
    worlds.evaluating(world, at=at - 1 * day)
    red = worlds.in_progress(world, at=at - 9 * day, category="0606")
    Event.objects.filter(pk=red.pk).update(flag="red")
    for n in range(3):
        worlds.reported(world, at=at - (n + 1) * timedelta(hours=2), lon=LON + n * 1e-4, lat=LAT, category="0606")
    rejected = worlds.reported(world, at=at - timedelta(hours=1))
    transitions.reject(rejected, actor=world.actor("dispatcher", at), at=at, note="不属于受理范围")


def _closed(world: World, at: datetime, *, rating: int | None, solved: bool) -> Event:
    event = worlds.closed(world, at=at)
    if rating is not None:
        event = transitions.rate(event, actor=Actor.citizen(), at=at + timedelta(hours=2), level=rating, solved=solved)
    return event


def more_workers(world: World, count: int) -> None:
    """Fill the grid ``grid_a2`` with A posts until the land has ``count`` more of them."""
    from accounts.models import Role, User

    role = Role.objects.get(code="grid_worker")
    for n in range(count):
        person = User.objects.create(username=f"more{n}", name=f"网格员{n}", phone="13800000001")
        Post.objects.create(
            person=person, role=role, area=Area.objects.get(code="150302002001002"), rank="worker",
            valid_from=NOON.date() - timedelta(days=30),
        )
