"""The overview equals a recount, and every number opens a list of exactly its rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from casework.refusals import MoveRefused
from dashboard import recurrence, tallies
from dashboard.formulas import fair_rate, wilson_lower
from dashboard.queries import overview
from events.filtering import behind_number
from events.models import Event
from events.queries import in_view
from grids.models import Leave
from grids.scope import Rights, rights_of
from tests.dashboard import district
from tests.world import NOON, World

TODAY = date(2026, 3, 5)
AREAS = ("150302", "150302002", "150302002001", "150302002001001")


def rights(world: World, name: str = "dispatcher") -> Rights:
    user = world.people[name]
    user.__dict__.pop("_rights", None)
    return rights_of(user, at=NOON)


def today(world: World, area: str = "150302", name: str = "dispatcher", at: datetime = NOON) -> dict[str, dict]:
    return overview(rights(world, name), area, TODAY, TODAY, at)


def rows_behind(world: World, url: str, *, at: datetime = NOON) -> int:
    """What the desk lists under this address."""
    parts = urlsplit(url)
    assert parts.path == "/desk/"
    params = QueryDict(parts.query)
    mine = rights(world)
    return behind_number(in_view(mine, params["view"], at=at), params, at=at).count()


def links_of(item: dict) -> Iterator[tuple[str | None, int | None]]:
    """The addresses of one item with the number each stands for."""
    if "by" in item:  # a ranked unit: its list is what it should have closed
        yield item["list_url"], item["denominator"]
        yield item["kept_url"], item["numerator"]
        yield item["overdue_url"], item["overdue"]
        return
    yield item.get("list_url"), item.get("numerator") if item.get("unit") == "%" else item.get("value")
    yield item.get("denominator_url"), item.get("denominator")
    if "rest_url" in item:
        yield item["rest_url"], item["denominator"] - item["numerator"]


def linked_counts(item: Any) -> Iterator[tuple[str, int]]:
    """Every (address of the desk, number) of a published item, its windows, rows and categories."""
    if isinstance(item, list):
        for one in item:
            yield from linked_counts(one)
    elif isinstance(item, dict):
        for url, number in links_of(item):
            if url and number is not None and url.startswith("/desk/"):
                yield url, number
        for name in ("rows", "windows", "categories", "closing"):
            yield from linked_counts(item.get(name))


@pytest.mark.parametrize("area", AREAS)
def test_every_number_opens_exactly_its_rows(world: World, area: str) -> None:
    district.fill(world)
    checked = 0
    for key, item in today(world, area).items():
        if key in ("feed", "ranking", "warnings"):
            item = {name: value for name, value in item.items() if name != "list_url"}
        for url, number in linked_counts(item):
            assert rows_behind(world, url) == number, f"{key}: {parse_qs(urlsplit(url).query)}"
            checked += 1
    assert checked > 40


def test_tiles_equal_a_plain_recount(world: World) -> None:
    district.fill(world)
    shown = today(world)
    recount = {
        "reported": "reported_at >= '2026-03-05 00:00+08' AND state NOT IN ('rejected', 'merged')",
        "handling": "state = 'in_progress'",
        "closed": "state = 'closed' AND closed_at >= '2026-03-05 00:00+08'",
        "overdue": "due_at < %(at)s AND state NOT IN ('closed', 'merged', 'rejected', 'transferred')",
        "red": "flag = 'red' AND state NOT IN ('closed', 'merged', 'rejected', 'transferred')",
    }
    with connection.cursor() as cursor:
        for key, condition in recount.items():
            cursor.execute(f"SELECT count(*) FROM events_event WHERE {condition}", {"at": NOON})
            assert shown[key]["value"] == cursor.fetchone()[0], key
    assert shown["red"]["value"] == 1
    assert min(shown[key]["value"] for key in ("reported", "handling", "overdue")) > 0


def test_on_time_rate_equals_a_recount_and_leaves_out_what_is_due_later_today(world: World) -> None:
    district.fill(world)
    late = Event.objects.filter(state="in_progress").order_by("pk").first()
    kept = Event.objects.filter(state="closed").order_by("pk").first()
    Event.objects.filter(pk=late.pk).update(handle_due_at=NOON + timedelta(hours=2))
    Event.objects.filter(pk=kept.pk).update(handle_due_at=NOON + timedelta(hours=3))
    shown = today(world)["on_time_rate"]
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FILTER (WHERE handled_at <= handle_due_at), count(*) FROM events_event
                WHERE handle_due_at >= '2026-02-04 00:00+08' AND handle_due_at < %s
                  AND state NOT IN ('merged', 'rejected', 'transferred')""",
            [NOON],
        )
        assert (shown["numerator"], shown["denominator"]) == cursor.fetchone()
    assert shown["denominator"] > shown["numerator"] > 0
    evening = today(world, at=NOON + timedelta(hours=5))["on_time_rate"]
    assert evening["denominator"] == shown["denominator"] + 2


def test_folding_changes_no_number(world: World) -> None:
    district.fill(world)
    before = today(world)
    assert tallies.fold_all() > 0
    assert today(world) == before


def test_eight_statements_whatever_the_load(world: World) -> None:
    """Eight of the overview, and the two by which the disputes room counts its panel."""
    district.fill(world)
    mine = rights(world)
    overview(mine, "150302", TODAY, TODAY, NOON)
    with CaptureQueriesContext(connection) as few:
        overview(mine, "150302", TODAY, TODAY, NOON)
    district.fill(world, at=NOON - timedelta(minutes=5))
    with CaptureQueriesContext(connection) as more:
        overview(mine, "150302", TODAY, TODAY, NOON)
    disputes = [query for query in more.captured_queries if '"disputes_' in query["sql"]]
    assert len(few) == len(more)
    assert len(disputes) <= 2
    assert len(more) - len(disputes) <= 8


def test_a_year_reads_as_well_as_a_day(world: World) -> None:
    district.fill(world)
    shown = overview(rights(world), "150302", date(2025, 3, 6), TODAY, NOON)
    assert shown["reported"]["value"] == Event.objects.exclude(state__in=("rejected", "merged")).count()
    for url, number in linked_counts(shown["closure_rate"]):
        assert rows_behind(world, url) == number


@pytest.mark.parametrize(
    ("name", "area"),
    [("officer_a", "150302"), ("officer_a", "150302001"), ("head", "150302"), ("worker_a1", "150302002001001"),
     ("dispatcher", "999999"), ("dispatcher", "150302'")],
)
def test_out_of_scope_is_not_found(world: World, name: str, area: str) -> None:
    with pytest.raises(MoveRefused) as refused:
        today(world, area, name)
    assert refused.value.status == 404


def test_a_street_sees_its_own_numbers(world: World) -> None:
    district.fill(world)
    shown = today(world, "150302002", "officer_a")
    mine = Event.objects.filter(street_code="150302002")
    assert shown["handling"]["value"] == mine.filter(state="in_progress").count()
    assert all(row["area"].startswith("150302002") for row in shown["by_area"]["rows"] if row["area"])


def test_a_screen_account_gets_numbers_without_lists_or_texts(world: World) -> None:
    district.fill(world)
    shown = today(world, name="wall")
    assert shown["reported"]["value"] == today(world)["reported"]["value"]
    assert [url for key, item in shown.items() for url, _n in linked_counts(item)] == []
    for row in shown["feed"]["rows"]:
        assert (row["unit"], row["due_at"], row["reported_at"], row["list_url"]) == ("", None, None, None)


def test_few_persons_are_not_counted_on_a_screen(world: World) -> None:
    shown = today(world)
    assert (shown["on_duty"]["value"], shown["on_duty"]["denominator"]) == (None, None)
    district.more_workers(world, 5)
    Leave.objects.create(
        person=world.people["worker_a1"], starts_at=NOON - timedelta(hours=1), ends_at=NOON + timedelta(hours=1),
        reason="病假",
    )
    Leave.objects.create(
        person=world.people["worker_b1"], starts_at=NOON - timedelta(hours=1), ends_at=NOON + timedelta(hours=1),
        reason="病假",
    )
    shown = today(world)
    # Seven A posts; the holder of grid A1 is covered by B, grid B1 stands empty.
    assert (shown["on_duty"]["value"], shown["on_duty"]["denominator"]) == (6, 7)
    by_street = {row["name"]: row["value"] for row in shown["duty"]["rows"]}
    assert by_street == {"海北街道": 6, "凤凰岭街道": None}


def test_small_samples_do_not_pretend() -> None:
    assert fair_rate(4, 4) == (None, "few")
    share, kind = fair_rate(7, 7)
    assert kind == "wilson"
    assert share == pytest.approx(0.7213, abs=1e-3)
    assert fair_rate(19, 20) == (0.95, "raw")
    assert wilson_lower(10, 10) < wilson_lower(19, 19) < 1
    assert wilson_lower(0, 12) == pytest.approx(0, abs=1e-12)


def test_a_cluster_warns_and_two_reports_do_not(world: World) -> None:
    from tests import world as worlds

    for n in range(2):
        worlds.reported(world, at=NOON - timedelta(hours=n), lon=district.LON, lat=district.LAT, category="0606")
    assert today(world)["warnings"]["clusters"] == 0
    # 60 m away: near the second only through nobody.
    worlds.reported(world, at=NOON, lon=district.LON, lat=district.LAT + 60 / 111_320, category="0606")
    assert today(world)["warnings"]["clusters"] == 0
    worlds.reported(world, at=NOON, lon=district.LON, lat=district.LAT + 40 / 111_320, category="0606")
    [row] = [row for row in today(world)["warnings"]["rows"] if row["key"].startswith("cluster")]
    assert row["value"] in (3, 4)
    assert rows_behind(world, row["list_url"]) == row["value"]


def _recurred_by_hand() -> set[int]:
    from events.duplicates import metres_between

    found = set()
    closed = list(Event.objects.filter(state="closed", lat__isnull=False))
    for past in closed:
        for again in Event.objects.exclude(state__in=("rejected", "merged")).filter(category=past.category_id):
            if again.pk == past.pk or again.lat is None:
                continue
            wait = again.reported_at - past.closed_at
            near = metres_between(past.lon, past.lat, again.lon, again.lat) <= 50
            if near and timedelta() < wait <= timedelta(days=30):
                found.add(past.pk)
    return found


def test_recurrences_equal_a_search_by_hand(world: World) -> None:
    from dashboard.models import Recurrence
    from tests import world as worlds

    for n, (metres, days) in enumerate([(0, 5), (30, 5), (49, 29), (51, 5), (30, 31), (30, -1), (200, 3)]):
        lat = district.LAT + 0.02 * n
        past = NOON - timedelta(days=60)
        worlds.closed(world, at=past, lon=district.LON, lat=lat)
        worlds.reported(
            world, at=past + timedelta(days=days), lon=district.LON, lat=lat + metres / 111_320, category="0805"
        )
    truth = _recurred_by_hand()
    assert len(truth) == 3
    assert recurrence.renew(at=NOON) == 3
    assert set(Recurrence.objects.values_list("closed_id", flat=True)) == truth
    gone = Recurrence.objects.first()
    Event.objects.filter(pk=gone.again_id).update(category="0606")
    recurrence.renew(at=NOON)
    assert set(Recurrence.objects.values_list("closed_id", flat=True)) == truth - {gone.closed_id}
    shown = overview(rights(world), "150302", date(2025, 12, 1), TODAY, NOON)["recurrence_rate"]
    assert (shown["numerator"], shown["denominator"]) == (2, 7)


def test_moments_are_civil_days_of_the_district(world: World) -> None:
    from tests import world as worlds

    midnight = datetime(2026, 3, 4, 16, 0, tzinfo=UTC)
    worlds.reported(world, at=midnight - timedelta(seconds=1))
    worlds.reported(world, at=midnight)
    shown = today(world)["reported"]
    assert (shown["value"], shown["delta"]) == (1, 1 - 0)
    assert rows_behind(world, shown["list_url"]) == 1
