"""Many at once: one form one event, limits exact, the others unharmed (quality.md N-01, C-06)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from casework.models import RateCount
from events import client_keys
from events.citizen import limits, views_report
from events.models import Event, Rating
from tests.citizen.conftest import Visitor
from tests.citizen.test_track import citizen_case

pytestmark = pytest.mark.django_db(transaction=True)
CLIENTS = 50
WIDTH = 16


def together(work, count: int = CLIENTS) -> list:
    """Run ``work(n)`` for n in range(count), at least ``WIDTH`` of them released by one barrier."""
    barrier = Barrier(WIDTH)

    def one(n: int):
        if n < WIDTH:
            barrier.wait(20)
        try:
            return work(n)
        finally:
            connection.close()

    with ThreadPoolExecutor(WIDTH) as pool:
        return list(pool.map(one, range(count)))


def test_fifty_parallel_double_submits_make_one_event(live_world):
    visitor = Visitor()
    form = visitor.form()
    answers = together(lambda n: Visitor().client.post("/c/report/", form))
    assert Event.objects.count() == 1
    assert {answer.status_code for answer in answers} == {302}
    assert len({answer["Location"] for answer in answers}) == 1
    assert RateCount.objects.get(key=limits.REPORT_BY_ADDRESS.key("198.51.100.7")).count == 1


def test_without_holding_back_the_control_uses_up_the_limit(live_world, monkeypatch):
    """The control: with the requests let through together, more than one is counted for one form."""
    from contextlib import nullcontext

    monkeypatch.setattr(views_report, "one_at_a_time", lambda key: nullcontext())
    form = Visitor().form()
    # The database's own unique key refuses the second event; the client lets the error through.
    def send(n: int):
        client = Visitor().client
        client.raise_request_exception = False
        return client.post("/c/report/", form).status_code

    codes = together(send)
    assert Event.objects.count() == 1
    counted = RateCount.objects.get(key=limits.REPORT_BY_ADDRESS.key("198.51.100.7")).count
    assert counted > 1 or 500 in codes


def test_flood_from_one_address_gets_exactly_its_limit(live_world):
    forms = [Visitor().form(kind="road") for _n in range(40)]
    answers = together(
        lambda n: Visitor().client.post("/c/report/", forms[n], HTTP_X_FORWARDED_FOR=f"10.1.{n}.1"), 40
    )
    codes = [answer.status_code for answer in answers]
    assert codes.count(302) == limits.REPORT_BY_ADDRESS.most
    assert codes.count(429) == 40 - limits.REPORT_BY_ADDRESS.most
    assert Event.objects.count() == limits.REPORT_BY_ADDRESS.most
    assert all(answer["Retry-After"].isdigit() for answer in answers if answer.status_code == 429)
    assert Visitor("203.0.113.5").send().status_code == 302


def test_one_telephone_from_many_addresses(live_world):
    codes = [Visitor(f"203.0.113.{n}").send(phone="13911112222").status_code for n in range(8)]
    assert codes.count(302) == limits.REPORT_BY_PHONE.most
    assert not RateCount.objects.filter(key__contains="13911112222").exists()


def test_a_refused_report_gives_the_earlier_counts_back(live_world):
    for n in range(limits.REPORT_BY_PHONE.most):
        Visitor(f"203.0.113.{n}").send(phone="13911112222")
    assert Visitor("192.0.2.200").send(phone="13911112222").status_code == 429
    assert RateCount.objects.get(key=limits.REPORT_BY_ADDRESS.key("192.0.2.200")).count == 0


def test_parallel_guesses_cannot_outrun_the_lock(live_world):
    event = citizen_case(live_world, "reported")
    answers = together(
        lambda n: Visitor().client.post("/c/track/", {"code": event.tracking_code, "digits": f"1{n:03}"}).status_code
    )
    assert answers.count(404) == limits.TRY_BY_ADDRESS.most
    assert answers.count(429) == CLIENTS - limits.TRY_BY_ADDRESS.most


def test_hundred_ratings_leave_one(live_world, monkeypatch):
    """N-05; the limit by case is lifted so that the door decides."""
    event = citizen_case(live_world, "closed")
    monkeypatch.setattr(limits, "ACT_BY_CASE", limits.Limit("test-case", 1000, 60))
    monkeypatch.setattr(limits, "ACT_BY_ADDRESS", limits.Limit("test-at", 1000, 60))
    together(lambda n: Visitor().client.post(f"/c/k/{event.token}/rate/", {"level": str(1 + n % 5)}), 100)
    assert Rating.objects.filter(event=event).count() == 1


def test_the_key_is_free_again_after_an_error(live_world):
    with pytest.raises(ValueError, match="boom"), client_keys.one_at_a_time("k"):
        raise ValueError("boom")

    def again() -> bool:
        try:
            with client_keys.one_at_a_time("k"):
                return True
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(again).result(20)
