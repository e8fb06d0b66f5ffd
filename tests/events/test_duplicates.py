"""What may be the same matter: near, and of the same category or alike in words. Nearness alone is no hint."""

from __future__ import annotations

import pytest

from events import duplicates
from events.models import Event
from events.search import grams
from tests import world as worlds
from tests.world import NOON, World

LON, LAT = 106.80, 39.67
METRE = 1 / 111_320
ADDRESS = "狮山街327号金色花园小区对面"


def near(event: Event, **more: object) -> list[str]:
    told = {"grams": event.grams, "category": event.category_id, "exclude": event.pk, **more}
    return [row["number"] for row in duplicates.nearby(lon=LON, lat=LAT, at=NOON, **told)]


def at(world: World, metres: float, text: str, *, category: str = "0805", address: str = ADDRESS) -> Event:
    return worlds.reported(world, text=text, category=category, address=address, lon=LON, lat=LAT + metres * METRE)


def test_a_near_report_is_proposed_for_its_category_or_its_words_only(world: World) -> None:
    mine = at(world, 0, "宽带信号中断三天了")
    same_kind = at(world, 120, "网线被挖断", address="别处")
    alike = at(world, 90, "宽带信号中断,请派人维修", category="0606")
    at(world, 5, "路灯不亮,晚上看不清", category="0606")  # beside it, another matter at the same address
    at(world, 400, "宽带信号中断三天了")  # the same words, too far
    assert set(near(mine)) == {same_kind.number, alike.number}
    assert near(mine, category=None, grams=grams("宽带信号中断")) == [alike.number]
    assert near(mine, category=None, grams=grams("井盖缺失")) == []


def test_the_words_of_the_place_are_no_likeness(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = at(world, 0, f"{ADDRESS}宽带信号中断")
    other = at(world, 3, f"{ADDRESS}路灯不亮", category="0606")
    assert near(mine) == []
    monkeypatch.setattr(duplicates, "_grams", lambda text: [])  # as it was: the address made them alike
    assert near(mine) == [other.number]


def test_hints_grow_weaker_with_distance_and_do_not_count_for_clusters_of_other_kinds(world: World) -> None:
    mine = at(world, 0, "宽带信号中断")
    close, far = at(world, 10, "宽带信号中断"), at(world, 200, "宽带信号中断")
    assert near(mine) == [close.number, far.number]
    rows = duplicates.nearby(lon=LON, lat=LAT, at=NOON, grams=mine.grams, category="0805")
    assert duplicates.cluster_size(rows, at=NOON) == 2
