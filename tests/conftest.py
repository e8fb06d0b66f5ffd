"""Fixtures that every room's tests share."""

from __future__ import annotations

import pytest

from tests import world as worlds


@pytest.fixture
def world(db: None) -> worlds.World:
    """The mini district of two streets with its cast."""
    return worlds.make_world()


@pytest.fixture
def live_world(transactional_db: None) -> worlds.World:
    """The mini district, committed, for tests with several connections."""
    return worlds.make_world()
