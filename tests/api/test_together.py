"""The same request by many at once: one effect, the same answer for all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from events.models import Event
from tests import world as worlds
from tests.api.conftest import Api
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
CLIENTS = 8


def _together(client: Api, send: Callable[[Api], object]) -> list:
    """One answer per thread, all sent at the same moment over connections of their own."""
    barrier = Barrier(CLIENTS)

    def one(_n: int) -> object:
        try:
            mine = Api()
            mine.headers = dict(client.headers)
            barrier.wait(20)
            return send(mine)
        finally:
            connection.close()

    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(one, range(CLIENTS)))


def test_one_external_number_is_taken_in_once(live_world: World, report: dict) -> None:
    client = Api(live_world.people["platform"])
    answers = _together(client, lambda mine: mine.post("events/", report))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: CLIENTS - 1}
    assert len({answer.json()["number"] for answer in answers}) == 1
    assert Event.objects.count() == 1


def test_one_key_has_one_effect(live_world: World, report: dict) -> None:
    """The control is the same report without a key: as many events as clients."""
    del report["external_number"]
    client = Api(live_world.people["platform"])
    answers = _together(client, lambda mine: mine.post("events/", report, **{"Idempotency-Key": "one"}))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert Event.objects.count() == 1
    _together(client, lambda mine: mine.post("events/", report))
    assert Event.objects.count() == 1 + CLIENTS


def test_one_event_has_one_owner(live_world: World) -> None:
    event = worlds.open_for_claim(live_world)
    client = Api(live_world.people["officer_a"])
    answers = _together(client, lambda mine: mine.post(f"events/{event.number}/claim/"))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: CLIENTS - 1}
    assert {answer.json()["holder"] for answer in answers if answer.status_code == 409} == {"海北街道办"}
