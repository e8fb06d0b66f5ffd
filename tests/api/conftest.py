"""Clients of the API for tests: one person of the cast each, by token, at a standing moment."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from knox.models import AuthToken

from events import loads
from grids import outlines
from tests.world import NOON, World


class Api:
    """JSON in, JSON out, signed in by token."""

    def __init__(self, user: object | None = None) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {}
        if user is not None:
            self.headers["Authorization"] = f"Token {AuthToken.objects.create(user)[1]}"

    def get(self, path: str, query: dict | None = None, **headers: str) -> HttpResponse:
        return self.client.get(self._at(path), query, headers={**self.headers, **headers})

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """``body`` as JSON, bytes as they are."""
        data = body if isinstance(body, bytes) else json.dumps({} if body is None else body)
        return self.client.post(
            self._at(path), data, content_type="application/json", headers={**self.headers, **headers}
        )

    @staticmethod
    def _at(path: str) -> str:
        return path if path.startswith(("/", "http")) else f"/api/v1/{path}"


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[time_machine.Coordinates]:
    """The clock of the process stands at NOON until a test moves it."""
    loads._known = loads.Loads(0, "1:1:")
    outlines.forget()
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def api(world: World) -> Callable[[str], Api]:
    """``api("dispatcher")``: a client for this person of the cast."""
    return lambda name: Api(world.people[name])


@pytest.fixture
def report() -> dict:
    """A report that is complete."""
    return {
        "source": "grid", "external_number": "X-1", "category": "0805", "text": "宽带信号中断,请派人维修",
        "area": "150302002001001", "reporter": {"name": "王小明", "phone": "13812345678"},
    }
