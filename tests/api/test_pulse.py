"""What is new since the cursor: nothing missed, nothing twice, nothing of others."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from events import transitions
from tests import world as worlds
from tests.api.conftest import Api
from tests.world import NOON, World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def dispatcher(live_world: World) -> Iterator[Api]:
    return Api(live_world.people["dispatcher"])


def _numbers(answer: object) -> list[str]:
    return [row["number"] for row in answer.json()["changed"]]


def test_news_once_then_nothing(dispatcher: Api, live_world: World) -> None:
    begin = dispatcher.get("pulse/").json()
    assert begin["changed"] == []
    assert dispatcher.get("pulse/", {"since": begin["cursor"]}).status_code == 204
    event = worlds.reported(live_world)
    answer = dispatcher.get("pulse/", {"since": begin["cursor"]})
    assert answer.json()["changed"] == [{"id": event.pk, "number": event.number, "state": "reported", "version": 1}]
    assert dispatcher.get("pulse/", {"since": answer.json()["cursor"]}).status_code == 204


def test_a_transaction_that_began_before_the_cursor_is_not_missed(dispatcher: Api, live_world: World) -> None:
    """The control: a plain greatest id would have passed it by, since a later one was already seen."""
    slow = worlds.reported(live_world)
    started, go_on = threading.Event(), threading.Event()

    def claim_slowly() -> None:
        try:
            with transaction.atomic():
                transitions.triage(slow, actor=live_world.actor("dispatcher"), at=NOON)
                started.set()
                assert go_on.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=claim_slowly)
    thread.start()
    assert started.wait(20)
    quick = worlds.reported(live_world)
    cursor = dispatcher.get("pulse/").json()["cursor"]
    go_on.set()
    thread.join(20)
    slow.refresh_from_db()
    quick.refresh_from_db()
    assert slow.changed_xid < quick.changed_xid
    assert _numbers(dispatcher.get("pulse/", {"since": cursor})) == [slow.number]


def test_foreign_news_is_none_and_an_old_cursor_is_renewed(live_world: World, at_noon: object) -> None:
    stranger = Api(live_world.people["stranger"])
    cursor = stranger.get("pulse/").json()["cursor"]
    worlds.reported(live_world)
    assert stranger.get("pulse/", {"since": cursor}).status_code == 204
    at_noon.move_to(NOON + timedelta(seconds=61))
    answer = stranger.get("pulse/", {"since": cursor})
    assert (answer.status_code, answer.json()["changed"]) == (200, [])
    assert answer.json()["cursor"] != cursor


@pytest.mark.parametrize(
    "cursor",
    [
        "x", "1", "5:3:@1@", "1:9:12@1@", "1:9:3,2@1@", "0:0:@0@", "1:1:@1@zz", "9" * 30 + ":1:@1@", "1:1:@1@\x00",
        "1:2:" + "1," * 3000,
    ],
)
def test_an_odd_cursor_is_refused(dispatcher: Api, cursor: str) -> None:
    assert dispatcher.get("pulse/", {"since": cursor}).status_code == 400
    assert dispatcher.get("/pulse", {"c": cursor}).status_code == 400


def test_a_cursor_of_another_database_begins_anew(dispatcher: Api) -> None:
    answer = dispatcher.get("pulse/", {"since": "900000000000:900000000000:@1772676000@"})
    assert answer.status_code == 200
    assert answer.json()["more"] is True


def test_a_page_hears_of_rows_numbers_and_its_bell(dispatcher: Api, live_world: World) -> None:
    from casework.models import Notice

    begin = dispatcher.get("/pulse", {"scope": "bell,desk"}).json()
    assert begin["counts"]["bell"] == 0
    assert begin["counts"]["desk.to_triage"] == 0
    assert dispatcher.get("/pulse", {"scope": "desk", "c": begin["cursor"]}).status_code == 204
    Notice.objects.create(
        person=live_world.people["dispatcher"], key="k", kind="reported", urgency="P0", title="燃气泄漏", url="/x/",
        created_at=timezone.now(), show_at=NOON,
    )
    rung = dispatcher.get("/pulse", {"scope": "desk", "c": begin["cursor"]}).json()
    assert (rung["counts"]["bell"], rung["alarms"][0]["text"]) == (1, "燃气泄漏")
    event = worlds.reported(live_world)
    told = dispatcher.get("/pulse", {"scope": "desk", "c": rung["cursor"]}).json()
    assert (told["changed"][0]["number"], told["new"], told["counts"]["desk.to_triage"]) == (event.number, 1, 1)
    assert Api().get("/pulse").status_code == 401
