"""B-01 at the size of a change: real worker, beat, relay and broker under ``kill -9``."""

from __future__ import annotations

import pytest

from benchmarks import outbox_kills

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_nothing_is_lost_and_nothing_doubled():
    found = outbox_kills.run(5, 300)
    assert (found["lost"], found["double"], found["dead"]) == (0, 0, 0), found
    assert found["is_quiet"], found
    assert found["repeats_absorbed"] > 0, "no kill met work: the figure would say nothing"


def test_control_without_claim_and_fence_doubles():
    assert outbox_kills.run(4, 240, control=True, victims=("worker",))["double"] > 0
