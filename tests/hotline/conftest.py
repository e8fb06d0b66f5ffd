"""The mini district once per module; what a test does to it is undone after the test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction

from accounts.models import User
from casework.clock import loader
from events import placing
from grids.models import Unit
from tests.world import World, make_world


@pytest.fixture(scope="module")
def land(django_db_setup: None, django_db_blocker: object) -> Iterator[World]:
    """Inserted in a transaction that is never committed."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


@pytest.fixture
def world(land: World, db: None) -> World:
    """A fresh copy of its people and units."""
    loader.forget()
    placing.forget()
    people = {person.username: person for person in User.objects.all()}
    units = {unit.code: unit for unit in Unit.objects.select_related("area")}
    return World(areas=dict(land.areas), units=units, people=people)
