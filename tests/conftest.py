"""Fixtures that every room's tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

from tests import world as worlds


@pytest.fixture(autouse=True)
def _in_chinese() -> Iterator[None]:
    """Every test begins in the language of the settings, whatever a page before it was asked for in."""
    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture
def world(db: None) -> worlds.World:
    """The mini district of two streets with its cast."""
    return worlds.make_world()


@pytest.fixture
def live_world(transactional_db: None) -> worlds.World:
    """The mini district, committed, for tests with several connections."""
    return worlds.make_world()
