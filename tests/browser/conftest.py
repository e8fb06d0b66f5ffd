"""A live server on PostgreSQL and a real Chromium; left out, with the reason said, where there is none."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from tests import world as make

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # playwright's loop runs in the thread of the test
NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]


def chromium() -> str | None:
    """Where the machine's own browser is; ``CHROMIUM`` names another."""
    return os.environ.get("CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), None)


@dataclass
class Watched:
    """Pages of one test and what went wrong on them: errors, failed requests, strangers, broken policy."""

    host: str
    troubles: list[str] = field(default_factory=list)
    forgiven: tuple[str, ...] = ()

    def watch(self, page: object) -> object:
        page.on("console", lambda line: self._note(f"console: {line.text}") if line.type == "error" else None)
        page.on("pageerror", lambda error: self._note(f"page: {error}"))
        page.on("request", self._request)
        page.on("response", lambda got: self._note(f"{got.status} {got.url}") if got.status >= 400 else None)
        return page

    def _note(self, words: str) -> None:
        if not any(part in words for part in self.forgiven):
            self.troubles.append(words)

    def _request(self, request: object) -> None:
        url = request.url
        if not url.startswith((self.host, "data:", "blob:", "about:")):
            self.troubles.append(f"outside: {url}")


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    """One Chromium per module: two running playwrights in one thread would refuse each other."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (requirements-dev.txt)")
    path = chromium()
    if path is None:
        pytest.skip("no Chromium on this machine: install the package chromium or name one in CHROMIUM")
    with playwright.sync_playwright() as running:
        found = running.chromium.launch(executable_path=path, args=FLAGS)
        yield found
        found.close()


@pytest.fixture
def live_world(transactional_db: None) -> make.World:
    """The mini district, committed, for the server's own connections."""
    return make.make_world()


@pytest.fixture(autouse=True)
def answered(live_server: object, transactional_db: None) -> Iterator[None]:
    """The tables are emptied when every request has been answered: one still reading would lock what is truncated."""
    yield
    until = time.monotonic() + 20
    while any("process_request_thread" in thread.name for thread in threading.enumerate()):
        assert time.monotonic() < until, "a page of this test still asks: close its browser context"
        time.sleep(0.02)


@pytest.fixture
def watched(live_server: object) -> Iterator[Watched]:
    """Fails the test when a page had an error, a failed request or a request to another host."""
    found = Watched(live_server.url)
    yield found
    assert found.troubles == []


@pytest.fixture
def open_page(
    browser: object, live_server: object, live_world: make.World, watched: Watched, answered: None
) -> Iterator[Callable]:
    """``open_page("dispatcher", "/desk/")``: a page of a fresh signed-in browser profile."""
    contexts = []

    def open_one(name: str, path: str, *, width: int = 1366, height: int = 768, script: bool = True) -> object:
        context = browser.new_context(
            viewport={"width": width, "height": height}, java_script_enabled=script, locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        contexts.append(context)
        page = watched.watch(context.new_page())
        page.goto(f"{live_server.url}/accounts/sign-in/?next=/accounts/profile/")
        page.fill("[name=username]", name)
        page.fill("[name=password]", "Correct-horse-9")
        page.click("form.stack button")
        page.wait_for_url(f"{live_server.url}/accounts/profile/")
        page.goto(live_server.url + path)
        if script and path.startswith(("/desk/?", "/events/")):
            page.wait_for_selector("html[data-desk=ready]", state="attached")
        return page

    yield open_one
    for context in contexts:
        context.close()
