"""The whole demo district, loaded once a module."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.core.management import call_command

from casework.clock import loader
from casework.load import load_reference as load_calendar
from events import placing
from events.load import load_reference, make_routing_rules
from governance.demo.stage import Stage
from grids import places
from grids.demo_load import load_district

AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
"""Friday 2026-11-20 16:00 in Shanghai."""


@pytest.fixture(scope="module")
def district(django_db_setup: None, django_db_blocker: object) -> Iterator[None]:
    """Committed, because tests roll back what they do on it; emptied again for the modules that follow."""
    with django_db_blocker.unblock():
        load_calendar()
        load_reference()
        load_district(AT)
        make_routing_rules()
        _forget()
    yield
    with django_db_blocker.unblock():
        call_command("flush", interactive=False, verbosity=0)
    _forget()


@pytest.fixture
def stage(district: None, db: None, settings: object, tmp_path: object) -> Iterator[Stage]:
    settings.MEDIA_ROOT = tmp_path
    yield Stage(AT)
    _forget()


def _forget() -> None:
    loader.forget()
    placing.forget()
    places.forget()
