"""The search by itself: what it finds, and what it must not find."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta

import pytest

from events.clues.fusing import Bounds, Element, Item, elements_of, fuse, tail, weigh
from events.reference import DATA, load_taxonomy
from governance.demo.hidden import _TEXTS

AT = datetime(2026, 11, 20, 8, tzinfo=UTC)
KINDS = {row.code: row for row in load_taxonomy()}
BOOK = json.loads((DATA.parents[1] / "grids/demo/data/phrases.json").read_text(encoding="utf-8"))["categories"]
ELEMENTS = [
    Element(row["code"], tuple(row["words"]), row["weight"])
    for row in json.loads((DATA / "clue_elements.json").read_text(encoding="utf-8"))["elements"]
]
SOURCES = ("grid", "hotline", "citizen", "department", "police110", "petition")
BOUNDS = Bounds()


def item(key: int, source: str, category: str, text: str, days: float, east: float, north: float, place: str = "") -> Item:
    """``east`` and ``north`` in metres from a corner of the district."""
    kind = KINDS[category]
    return Item(
        ("event", key), source, kind.risk_family, kind.urgency, AT - timedelta(days=days), 106.8 + east / 85_650,
        39.6 + north / 111_195, place + text, place,
    )


def routine(count: int, days: float, metres: float, seed: int = 1) -> list[Item]:
    """Everyday reports spread over a square, of all sources and categories."""
    rng = random.Random(seed)
    codes = [code for code in BOOK if code in KINDS]
    found = []
    for n in range(count):
        code = rng.choice(codes)
        text = rng.choice(BOOK[code]["reports"]).replace("{place}", "")
        where = rng.uniform(0, metres), rng.uniform(0, metres)
        found.append(item(n, rng.choice(SOURCES), code, text, rng.uniform(0, days), *where, place=f"某路{n}号"))
    return found


def hill(*, scattered: bool = False) -> list[Item]:
    """The hidden pattern's texts: around one place in growing number, or anywhere at any time."""
    rng = random.Random("hill")
    found = []
    for week in range(5):
        for source, code, text in rng.sample(_TEXTS, 4 + 2 * week):
            words = text.replace("{place}", "")
            if scattered:
                where, days = (rng.uniform(0, 9000), rng.uniform(0, 9000)), rng.uniform(0, 150)
            else:
                where, days = (4000 + rng.uniform(-600, 600), 4000 + rng.uniform(-600, 600)), 7 * (5 - week) - rng.uniform(0, 6)
            found.append(item(10_000 + len(found), source, code, words, days, *where))
    return found


def lately(items: list[Item]) -> list[Item]:
    return [one for one in items if one.at > AT - timedelta(weeks=6)]


def test_the_pattern_is_found_at_the_top_among_everyday_reports() -> None:
    """Also where people live close together: most of it, and little else."""
    for spread in (6000, 20_000):
        groups = fuse(routine(1500, 40, spread) + hill(), ELEMENTS, BOUNDS)
        keys = {one.key[1] for one in groups[0].items}
        own = {key for key in keys if key >= 10_000}
        assert len(own) >= 30
        assert len(own) / len(keys) >= 0.7
        assert groups[0].factors.sources >= 5
        assert {"hill", "heavy_vehicle"} <= set(groups[0].elements)
        assert not [group for group in groups[1:] if group.factors.score >= groups[0].factors.score]


def test_the_same_texts_at_random_places_and_times_open_nothing() -> None:
    """Control: with place and time shuffled there is nothing to find."""
    assert fuse(lately(routine(1500, 40, 9000) + hill(scattered=True)), ELEMENTS, BOUNDS) == []


def test_everyday_reports_open_nothing_however_dense() -> None:
    for seed in range(3):
        assert fuse(routine(2500, 40, 5000, seed), ELEMENTS, BOUNDS) == []


def test_one_source_is_no_corroboration() -> None:
    """Control of the least number of sources: the same reports by one desk, then as they are."""
    alone = [Item(one.key, "hotline", one.family, one.urgency, one.at, one.lon, one.lat, one.text) for one in hill()]
    assert fuse(routine(500, 40, 9000) + alone, ELEMENTS, BOUNDS) == []
    assert fuse(routine(500, 40, 9000) + hill(), ELEMENTS, BOUNDS)


def test_an_address_makes_nobody_alike() -> None:
    """Neighbours share an address, not a matter: with the place taken for words a cluster would open."""
    rng = random.Random(5)
    codes = [code for code in ("0401", "0606", "0902", "1001", "0803", "0504", "0601", "1201", "0207") if code in BOOK]
    rows = [
        item(20_000 + n, SOURCES[n % 6], code, BOOK[code]["reports"][n % 3].replace("{place}", ""), rng.uniform(0, 30),
             4000 + 10 * n, 4000, place="大车后山夜里粉尘小区")
        for n, code in enumerate(codes * 2)
    ]
    low = Bounds(threshold=15)
    assert fuse(routine(500, 40, 9000) + rows, ELEMENTS, low) == []
    unstripped = [Item(r.key, r.source, r.family, r.urgency, r.at, r.lon, r.lat, r.text) for r in rows]
    assert fuse(routine(500, 40, 9000) + unstripped, ELEMENTS, low)


def test_the_score_is_the_product_that_the_page_shows() -> None:
    rows = [
        item(1, "grid", "0403", "夜里有卡车", 20, 0, 0), item(2, "hotline", "0703", "粉尘", 4, 0, 0),
        item(3, "hotline", "0703", "粉尘大", 3, 0, 0), item(4, "police110", "0201", "放哨", 2, 0, 0),
    ]
    factors = weigh(rows, {one.code: one for one in ELEMENTS})
    assert (factors.sources, factors.pairs, factors.early, factors.late) == (3, 3, 1, 3)
    assert (factors.independence, factors.growth) == (2.0, 2.0)
    assert factors.severity == pytest.approx((1 + 1.5 + 1.5 + 1.5) / 4 * (0.8 + 1.0 + 0.8 + 0.8 + 1.5) / 5, abs=0.01)
    assert factors.score == round(3 * 2.0 * 2.0 * factors.severity, 1)


def test_chance_is_a_poisson_tail() -> None:
    assert tail(0, 3.0) == 1.0
    assert tail(1, 2.0) == pytest.approx(1 - 0.1353, abs=1e-4)
    assert tail(10, 2.0) == pytest.approx(4.65e-5, rel=0.01)
    assert elements_of("后半夜有大车往山里跑", ELEMENTS) == ["heavy_vehicle", "hill", "night"]
