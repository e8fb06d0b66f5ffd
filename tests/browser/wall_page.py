"""The wall in a real browser: a drawn mini district, a signed-in page, what it shows."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from grids import outlines
from grids.models import Area, BoundaryVersion, Level
from tests import world as worlds
from tests.world import World

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WEST, SOUTH, STEP = 106.80, 39.66, 0.02


def draw(world: World) -> None:
    """Four square grids side by side, communities and streets of two each, the district around all."""
    names = ["grid_b1", "grid_b2", "grid_a1", "grid_a2"]
    for index, name in enumerate(names):
        _shape(world.areas[name], index, index + 1)
    for kind in ("street", "community"):
        _shape(world.areas[f"{kind}_b"], 0, 2)
        _shape(world.areas[f"{kind}_a"], 2, 4)
    _shape(world.areas["district"], 0, 4)
    for code in ("grid", "community", "street", "district"):
        BoundaryVersion.objects.create(level=Level.objects.get(code=code))
    outlines.forget()


def _shape(area: Area, first: int, last: int) -> None:
    west, east = WEST + first * STEP, WEST + last * STEP
    ring = [[west, SOUTH], [east, SOUTH], [east, SOUTH + STEP], [west, SOUTH + STEP], [west, SOUTH]]
    area.boundary = {"type": "Polygon", "coordinates": [ring]}
    area.lon, area.lat = (west + east) / 2, SOUTH + STEP / 2
    area.save()


def fill(world: World) -> None:
    """Events of today, by the present clock: the browser's server knows no other."""
    now = timezone.now()
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    for n in range(4):
        worlds.reported(world, at=max(now - timedelta(minutes=n + 1), midnight))
    worlds.in_progress(world, at=max(now - timedelta(minutes=9), midnight), category="0101")
    worlds.in_progress(world, at=now - timedelta(days=12))
    worlds.closed(world, at=now - timedelta(days=2))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One Chromium for the module; the tests that need it are left out where there is none."""
    if CHROMIUM is None:
        pytest.skip("no Chromium installed")
    # The browser's loop runs in this thread while the ORM is used beside it, never inside it.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_api.sync_playwright() as played:
        chromium = played.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()
    if before is None:
        os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)


class WallPage:
    """A page of one signed-in person; ``troubles`` collects errors of the console, of scripts and of requests."""

    def __init__(self, browser: Any, server: Any, world: World, name: str = "dispatcher") -> None:
        self.server, self.browser = server, browser
        self.key = sign_in(world, name)
        self.troubles: list[str] = []

    def open(self, query: str = "", *, width: int = 1920, height: int = 1080, clock: bool = False) -> Any:
        context = self.browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": self.key, "url": self.server.url}])
        page = context.new_page()
        page.on("console", lambda told: self._note(told.text) if told.type == "error" else None)
        page.on("pageerror", lambda error: self._note(str(error)))
        page.on("request", lambda sent: self._outside(sent.url))
        if clock:
            page.clock.install()
        page.goto(f"{self.server.url}/screen/{query}")
        page.wait_for_selector("html[data-ready]", state="attached")
        return page

    def _note(self, text: str) -> None:
        self.troubles.append(text)

    def _outside(self, url: str) -> None:
        if not url.startswith((self.server.url, "data:", "blob:")):
            self.troubles.append(f"outside: {url}")


def sign_in(world: World, name: str) -> str:
    """The key of a session of this person."""
    person = world.people[name]
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "governance.backends.RoleBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return session.session_key


def number(page: Any, key: str) -> int:
    """The figure of a tile."""
    return int(page.locator(f"#tile-{key} .tile__value > span").first.inner_text().replace(",", ""))


def next_refresh(page: Any, seconds: int = 31) -> None:
    """Let the page's clock run on until it has renewed itself once more."""
    before = int(page.evaluate("document.documentElement.dataset.refreshed || 0"))
    page.clock.fast_forward(seconds * 1000)
    page.wait_for_function("n => Number(document.documentElement.dataset.refreshed || 0) > n", arg=before)
