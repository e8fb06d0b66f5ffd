"""Every documented operation attacked from its own description, as four roles (quality.md W-09).

A few generated requests per operation and role: enough to catch what trips, short enough for every run. The
figures run the same with many more (``SCHEMATHESIS_EXAMPLES``).
"""

from __future__ import annotations

import os

import pytest
import schemathesis
from django.db import connection
from hypothesis import HealthCheck, Phase, settings

from governance.wsgi import application
from tests import world as worlds
from tests.api.conftest import Api
from tests.world import World

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "2"))
ROLES = ("dispatcher", "officer_a", "platform", "wall")
LEFT_OUT = ("token_make", "metrics", "readyz")
"""Guessing passwords would lock the account; the other two take no input."""


@pytest.mark.parametrize("role", ROLES)
def test_nothing_that_a_client_sends_is_an_error_of_ours(live_world: World, role: str) -> None:
    world = live_world  # committed: the server side closes its connection after each request
    events = [worlds.reported(world), worlds.open_for_claim(world), worlds.in_progress(world), worlds.closed(world)]
    order = worlds.the_order(events[2])
    client = Api(world.people[role])
    document = schemathesis.openapi.from_wsgi("/api/schema/?format=json", application)
    asked, broken = 0, []
    for found in document.get_all_operations():
        operation = found.ok()
        if operation.definition.raw.get("operationId") in LEFT_OUT:
            continue

        @settings(
            max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @_given(operation)
        def attack(case: schemathesis.Case) -> None:
            nonlocal asked
            known = {"number": events[asked % 4].number, "order_id": order.pk}
            if asked % 2:
                case.path_parameters = {
                    name: known.get(name, value) for name, value in (case.path_parameters or {}).items()
                }
            asked += 1
            answer = case.call(headers=client.headers)
            if answer.status_code >= 500:
                broken.append((case.operation.label, answer.status_code, case.body, case.query))

        attack()
    assert asked > 100
    assert broken == []
    assert connection.is_usable()


def _given(operation: object) -> object:
    from hypothesis import given

    return given(case=operation.as_strategy())
