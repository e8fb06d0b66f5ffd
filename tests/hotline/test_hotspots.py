"""Hot topics, surges and recurrences: what is found, what is not, and who may know of it."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
import time_machine

from hotline.hotspots import queries, surge
from hotline.hotspots.clustering import Text, assign, heat
from hotline.hotspots.finding import find_topics
from hotline.hotspots.models import HotTopic, HotTopicMember
from hotline.models import HotlineOrder
from tests.access.scene import signed_in
from tests.hotline import calls
from tests.world import NOON, World, make_world

MIXING = ("滨河新城小区旁边的搅拌站噪音扰民", "投诉滨河新城小区附近搅拌站噪音灰尘", "滨河新城小区搅拌站夜间施工噪音灰尘严重")
OTHERS = ("幼儿园什么时候开始报名", "公交二路车班次太少", "医保卡丢失怎样补办", "路灯坏了两个星期")


def text(n: int, words: str, days: float = 0, lon: float | None = None) -> Text:
    return Text(n, words, words, NOON + timedelta(days=days), lon, None if lon is None else 39.6)


def test_reports_of_one_matter_stand_together_and_others_apart() -> None:
    told = [text(n, words, n) for n, words in enumerate((*MIXING, *OTHERS))]
    topics = assign(told)
    assert len(set(topics[:3])) == 1
    assert len(set(topics[3:])) == 4
    assert topics[0] not in topics[3:]


def test_a_new_report_joins_the_topic_that_stands_and_nothing_moves() -> None:
    old = [Text(t.id, t.title, t.body, t.at, topic=7) for t in (text(0, MIXING[0]), text(1, MIXING[1], 1))]
    assert assign([*old, text(2, MIXING[2], 2), text(3, OTHERS[0], 2)])[:3] == [7, 7, 7]


def test_the_same_words_far_away_or_long_after_are_another_matter() -> None:
    words = ("小区门口的路灯坏了没有人来修", "小区门口路灯坏了请人来修理")
    near = assign([text(0, words[0], 0, 106.80), text(1, words[1], 1, 106.8001), text(2, OTHERS[0], 1), text(3, OTHERS[1], 1)])
    late = assign([text(0, words[0], 0), text(1, words[1], 200), text(2, OTHERS[0], 1), text(3, OTHERS[1], 1)])
    assert near[0] == near[1]
    assert late[0] != late[1]


def test_heat_counts_people_not_calls() -> None:
    assert heat(reporters=5, likes=0, days=3) > heat(reporters=1, likes=0, days=3) * 4
    assert heat(reporters=5, likes=0, days=3) > heat(reporters=5, likes=0, days=300)


def test_the_test_keeps_its_promise_of_false_alarms() -> None:
    dice = np.random.default_rng(5)
    rounds = 300
    calm = sum(
        any(v.is_surge for v in surge.round_of(
            {cell: (int(dice.poisson(1.5)), dice.poisson(1.5, 20).tolist()) for cell in range(20)}
        ).values())
        for _turn in range(rounds)
    )
    assert calm / rounds <= surge.FALSE_ALARMS + 0.03
    found = surge.round_of({0: (12, [1, 2, 1, 3, 0, 2, 1, 2]), 1: (2, [1, 2, 1, 3, 0, 2, 1, 2])})
    assert found[0].is_surge
    assert not found[1].is_surge


def test_little_history_says_nothing() -> None:
    assert surge.round_of({0: (50, [1, 1, 1])}) == {}


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def orders() -> object:
    return HotlineOrder.objects.all()


def dated(order: HotlineOrder, days_ago: float, **more: object) -> HotlineOrder:
    HotlineOrder.objects.filter(pk=order.pk).update(registered_at=NOON - timedelta(days=days_ago), **more)
    return order


def test_surges_recurrences_and_topics_of_the_district(world: World) -> None:
    for day in range(1, 28):
        dated(calls.registered(world, phone="", name="", text=OTHERS[day % 4]), day + 0.02)
    for n in range(9):
        order = calls.registered(world, phone=f"1391111000{n % 4}", text=MIXING[n % 3], category="0805")
        dated(order, 0.01 * (n + 1), lon=106.8 + n * 1e-5, lat=39.6, address="滨河新城")
    [found] = queries.surges(orders(), at=NOON)
    assert (found.category, found.observed, len(found.numbers)) == ("08", 9, 9)
    assert found.expected == pytest.approx(1.0, abs=0.2)
    assert queries.surges(orders(), at=NOON - timedelta(days=3)) == []

    [place] = queries.recurring_places(orders(), at=NOON)
    assert (place.count, place.address, place.open) == (9, "滨河新城", 9)
    callers = queries.recurring_callers(orders(), at=NOON)
    assert [caller.count for caller in callers] == [3]
    assert "1391111" not in repr(callers)

    assert find_topics(at=NOON) == 36
    assert find_topics(at=NOON) == 0
    topics = [topic for topic in queries.hot_topics(orders(), at=NOON) if "滨河新城" in topic.address]
    assert [(topic.count, topic.callers) for topic in topics] == [(9, 4)]
    dated(calls.registered(world, phone="13911110009", text=MIXING[0]), 0)
    before = HotTopic.objects.count()
    assert find_topics(at=NOON) == 1
    assert HotTopic.objects.count() == before
    assert HotTopicMember.objects.filter(topic=topics[0].id).count() == 10
    assert queries.hot_topics(orders().none(), at=NOON) == []
    pages_show_and_hide(world, topics[0].id, found.numbers)


def pages_show_and_hide(world: World, topic: int, numbers: tuple[str, ...]) -> None:
    """The desk sees the topic and the lists; the other street neither the topic nor one of the orders."""
    listed = f"/hotline/hotspots/orders/?numbers={','.join(numbers)},nonsense"
    desk, stranger = (signed_in(world.people[name]) for name in ("dispatcher", "stranger"))
    HotlineOrder.objects.filter(number=numbers[0]).update(title="请回电13911112222,搅拌站噪音")
    with time_machine.travel(NOON, tick=False):
        shown = desk.get("/hotline/hotspots/?days=90").content.decode()
        assert f"/hotline/hotspots/{topic}/" in shown
        assert "13911112222" not in shown
        for address in (listed, f"/hotline/hotspots/{topic}/"):
            page = desk.get(address).content.decode()
            assert all(f">{number}<" in page for number in numbers)
            assert "13911112222" not in page
        assert f"/hotline/hotspots/{topic}/" not in stranger.get("/hotline/hotspots/").content.decode()
        assert stranger.get(f"/hotline/hotspots/{topic}/").status_code == 404
        hidden = stranger.get(listed).content.decode()  # (the address itself, with the numbers, stands in the page)
        assert not any(f">{number}<" in hidden or f"/{number}/" in hidden for number in numbers)
