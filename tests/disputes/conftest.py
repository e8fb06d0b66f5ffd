"""One mini district for a whole module of tests; each test is rolled back to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from casework.clock import loader
from events import placing
from tests.disputes import cast
from tests.disputes.cast import House


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[House]:
    """The district, built once; taken down by rolling back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield cast.make_house()
        transaction.set_rollback(True)
    loader.forget()
    placing.forget()


@pytest.fixture
def house(built: House, db: None) -> House:
    """The district for one test, which leaves nothing behind."""
    loader.forget()
    placing.forget()
    return built
