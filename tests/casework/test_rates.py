"""A limit is a limit, also for three hundred at once (quality.md N-01)."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from casework.models import RateCount
from casework.rates import allow

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_limit_holds_within_the_window_and_ends_with_it():
    assert [bool(allow("a", limit=2, window_seconds=60, at=AT)) for _ in range(3)] == [True, True, False]
    refused = allow("a", limit=2, window_seconds=60, at=AT + timedelta(seconds=20.5))
    assert refused.retry_after == 40
    assert allow("b", limit=2, window_seconds=60, at=AT)
    assert allow("a", limit=2, window_seconds=60, at=AT + timedelta(seconds=60))
    assert not allow("c", limit=0, window_seconds=60, at=AT)


def count_and_check(key: str, *, limit: int) -> bool:
    """The control: read, compare, write."""
    row, _ = RateCount.objects.get_or_create(key=key, defaults={"expires_at": AT})
    if row.count >= limit:
        return False
    RateCount.objects.filter(pk=key).update(count=row.count + 1)
    return True


def hit(times: int, workers: int, ask) -> int:
    """How many of ``times`` parallel asks were allowed."""
    allowed, barrier, lines = [], threading.Barrier(workers), Lines(times)

    def work():
        connection.ensure_connection()
        barrier.wait()
        try:
            for _ in lines:
                allowed.append(bool(ask()))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(allowed) == times
    return sum(allowed)


class Lines:
    """An iterator that threads may share."""

    def __init__(self, count: int) -> None:
        self.left, self.lock = count, threading.Lock()

    def __iter__(self):
        return self

    def __next__(self):
        with self.lock:
            if self.left == 0:
                raise StopIteration
            self.left -= 1


@pytest.mark.django_db(transaction=True)
def test_three_hundred_at_once_against_ten():
    assert hit(300, 30, lambda: allow("flood", limit=10, window_seconds=60, at=AT)) == 10


@pytest.mark.django_db(transaction=True)
def test_control_counting_by_hand_lets_more_through():
    assert any(hit(300, 30, lambda n=n: count_and_check(f"control{n}", limit=10)) > 10 for n in range(5))
