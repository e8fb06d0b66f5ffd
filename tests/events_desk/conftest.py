"""A signed-in client for every member of the cast."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from casework.clock import loader
from events import placing
from grids.models import Unit
from tests.world import World, make_world

SignedIn = Callable[[str], Client]


@pytest.fixture(scope="module")
def land(django_db_setup: None, django_db_blocker: object) -> Iterator[World]:
    """The mini district once per module, in a transaction that is never committed."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


@pytest.fixture
def world(land: World, db: None) -> World:
    """The mini district; what a test does to it is undone after the test."""
    loader.forget()
    placing.forget()
    people = {person.username: person for person in User.objects.all()}
    units = {unit.code: unit for unit in Unit.objects.select_related("area")}
    return World(areas=dict(land.areas), units=units, people=people)


@pytest.fixture
def signed_in(world: World) -> SignedIn:
    """``signed_in("dispatcher")``: a client of that person, followed by no script."""

    def sign_in(name: str) -> Client:
        client = Client()
        client.force_login(world.people[name], backend="governance.backends.RoleBackend")
        return client

    return sign_in


@pytest.fixture
def now() -> datetime:
    """The pages take their own time at the edge, so cases are made at the present moment."""
    return timezone.now()


FETCH = {"HTTP_X_REQUESTED_WITH": "fetch"}
"""Headers of the page's own scripts."""
