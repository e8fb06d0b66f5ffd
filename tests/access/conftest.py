"""The scene once per module; what a test does to it is undone after the test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.db import transaction

from casework.clock import loader
from events import placing
from grids import outlines, places
from tests.access.scene import Scene, make_scene
from tests.world import NOON


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture(scope="module")
def _scene(django_db_setup: None, django_db_blocker: object) -> Iterator[Scene]:
    with django_db_blocker.unblock(), time_machine.travel(NOON, tick=False), transaction.atomic():
        yield make_scene()
        transaction.set_rollback(True)
    places.forget()  # the outline that the scene gave street B is gone with it
    outlines.forget()


@pytest.fixture
def scene(_scene: Scene, db: None) -> Scene:
    loader.forget()
    placing.forget()
    return _scene
