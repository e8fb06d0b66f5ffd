"""Lists, one event, its trail and its clock; a fixed number of queries."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from casework import listings
from casework.models import ReadLog
from tests import world as worlds
from tests.api.conftest import Api
from tests.world import NOON, World

Client = Callable[[str], Api]


def test_pages_follow_each_other_without_gap_or_double(api: Client, world: World) -> None:
    numbers = [worlds.reported(world, at=NOON + timedelta(seconds=n)).number for n in range(7)]
    client = api("dispatcher")
    for order, wanted in (("-id", numbers[::-1]), ("id", numbers), ("reported_at", numbers), ("due_at", numbers)):
        seen, address = [], f"/api/v1/events/?page_size=3&order={order}"
        while address:
            page = client.get(address).json()
            seen += [row["number"] for row in page["results"]]
            address = page["next"]
            assert "count" not in page
        assert seen == wanted, order


def test_filters_narrow_and_count_on_demand(api: Client, world: World) -> None:
    worlds.reported(world)
    taken = worlds.in_progress(world)
    client = api("dispatcher")

    def numbers(**query: str) -> list[str]:
        answer = client.get("events/", query)
        assert answer.status_code == 200, answer.content
        return [row["number"] for row in answer.json()["results"]]

    assert numbers(state="in_progress") == [taken.number]
    assert len(numbers(state="in_progress,reported")) == 2
    assert numbers(unit="chengguan") == [taken.number]
    assert len(numbers(area="150302002")) == 2
    assert numbers(area="150302001") == []
    assert numbers(category="0805", overdue="true") == []
    assert len(numbers(category="08", urgency="P3", source="grid")) == 2
    assert len(numbers(q="宽带信号")) == 2
    assert numbers(q="没有这样的话") == []
    assert numbers(reported_after="2026-03-06T00:00:00+08:00") == []
    assert client.get("events/", {"count": "exact", "page_size": 1}).json()["count"] == 2


@pytest.mark.parametrize(
    "query",
    [
        "state=gone", "order=password", "order=reporter__phone", "page_size=0", "page_size=201", "page_size=x",
        "cursor=abc", "cursor=|99999999999999999999", "cursor=x|1&order=due_at", "cursor=2026-03-05T10:00:00|1&order=due_at",
        "overdue=maybe", "reported_after=soon", "reported_after=0001-01-01T00:00:00%2B14:00", "flag=pink", "count=all",
        "colour=red", "owner_unit__name=a", "q=%00", "area=%27%3B--", "unit=%00", "rating=9999999999999999999999",
        "number=%00", "ordering=-id", "q=" + "a" * 101,
    ],
)
def test_hostile_parameters_are_refused_by_name(api: Client, query: str) -> None:
    answer = api("dispatcher").get(f"/api/v1/events/?{query}")
    assert answer.status_code == 400, answer.content
    assert answer.json()["fields"]


def test_the_list_takes_the_same_queries_for_any_number_of_rows(api: Client, world: World) -> None:
    client = api("dispatcher")
    worlds.reported(world)
    client.get("events/")  # names of units and categories are kept for some seconds
    counted = []
    for more in (0, 20):
        for _n in range(more):
            worlds.reported(world)
        with CaptureQueriesContext(connection) as queries:
            assert len(client.get("events/").json()["results"]) == 1 + more
        counted.append(len(queries))
    assert counted == [3, 3]  # token, rights, page


def test_one_event_with_orders_deadlines_place_and_links(api: Client, world: World) -> None:
    event = worlds.in_progress(world)
    client = api("handler")
    answer = client.get(f"events/{event.number}/")
    shown = answer.json()
    assert shown["orders"][0]["unit"]["code"] == "chengguan"
    assert {row["stage"] for row in shown["deadlines"]} >= {"triage", "handle", "sign"}
    assert shown["place"]["grid"]["code"] == "150302002001001"
    assert client.get(shown["links"]["trail"]).status_code == 200
    assert client.get(shown["links"]["clock"]).status_code == 200


def test_the_trail_is_in_order_and_chained(api: Client, world: World) -> None:
    event = worlds.in_progress(world)
    rows = api("dispatcher").get(f"events/{event.number}/trail/").json()["results"]
    assert [row["verb"] for row in rows] == ["report", "triage", "dispatch"]
    assert [row["seq"] for row in rows] == [1, 2, 3]
    assert rows[-1]["hash"] == event.trail_head
    assert api("platform").get(f"events/{event.number}/trail/").status_code == 403


def test_the_clock_explains_itself(api: Client, world: World, at_noon: object) -> None:
    event = worlds.in_progress(world)
    at_noon.move_to(NOON + timedelta(hours=1))
    rows = api("handler").get(f"events/{event.number}/clock/").json()["deadlines"]
    handle = next(row for row in rows if row["stage"] == "handle")
    assert handle["agrees"] is True
    assert handle["elapsed_seconds"] == 3600
    assert handle["segments"][0]["unit"]["code"] == "chengguan"
    assert handle["rungs"]


def test_a_machine_s_reading_is_logged(api: Client, world: World) -> None:
    event = worlds.reported(world)
    api("platform").get(f"events/{event.number}/")
    row = ReadLog.objects.get()
    assert (row.act, row.object_key, row.person) == ("open", event.number, world.people["platform"])


def test_nothing_of_the_reporter_leaves(api: Client, world: World) -> None:
    event = worlds.reported(world, reporter_name="王小明", reporter_phone="13812345678")
    for name in ("dispatcher", "handler", "platform", "call_backer"):
        for path in ("events/", f"events/{event.number}/", f"events/{event.number}/trail/"):
            text = api(name).get(path).content.decode()
            assert "13812345678" not in text
            assert "王小明" not in text


def test_categories_come_with_their_service_class(api: Client) -> None:
    rows = api("worker_a1").get("categories/").json()["results"]
    minor = next(row for row in rows if row["code"] == "0805")
    assert minor["parent"] == "08"
    assert minor["service_class"]["budgets"]["handle"]["seconds"] > 0
    assert sum(1 for row in rows if row["parent"] is None) == 18


def test_a_list_asked_again_is_composed_once_and_never_answers_from_before(
    api: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """New rows, another reader, a post that ends: each is seen at once, although the statement is kept."""
    composed, compose = [], listings._composed
    monkeypatch.setattr(listings, "_kept", OrderedDict())
    monkeypatch.setattr(listings, "_composed", lambda wanted: composed.append(wanted) or compose(wanted))
    first = worlds.reported(world).number

    def numbers(who: str) -> list[str]:
        return [row["number"] for row in api(who).get("events/?state=reported").json()["results"]]

    assert numbers("officer_a") == [first]
    second = worlds.reported(world).number
    assert numbers("officer_a") == [second, first]
    assert len(composed) == 1, "the same list in the same words"
    assert numbers("stranger") == []
    assert len(composed) == 2
    world.people["officer_a"].posts.update(valid_to=(NOON - timedelta(days=2)).date())
    assert api("officer_a").get("events/?state=reported").status_code == 403


@pytest.mark.parametrize("query", ["category=abc", "category=0", "category=abc&order=id", "category=none&state=closed"])
def test_a_filter_that_nothing_can_pass_gives_an_empty_list_each_time(api: Client, world: World, query: str) -> None:
    worlds.reported(world)
    for _again in range(2):
        answer = api("dispatcher").get(f"events/?{query}")
        assert (answer.status_code, answer.json()) == (200, {"results": [], "next": None})
