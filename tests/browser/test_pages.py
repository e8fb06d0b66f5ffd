"""The main pages under axe-core, the console, the network and the policy (UX-01, 02, 03, 05, 07)."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from tests import world as make
from tests.browser.walk import AXE, Findings, walk
from tests.browser.wall_page import draw, sign_in
from tests.world import World

pytestmark = pytest.mark.browser
WIDTHS = ((1366, 768), (390, 844))


def paths(number: str, own: str, token: str, code: str) -> dict[str, tuple[str, ...]]:
    return {
        "dispatcher": (
            "/", f"/desk/?view=all&sel={number}", f"/events/{number}/", f"/events/{number}/clock/", "/desk/report/",
            "/desk/supervision/", "/grids/", "/duty/", "/screen/", "/screen/warnings/", "/help/",
        ),
        "worker_a1": ("/m/", "/m/report/", f"/m/e/{own}/"),
        "": ("/c/", "/c/report/", f"/c/k/{token}/", f"/c/t/{code}/", "/accounts/sign-in/"),
    }


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not here: manage.py vendor_assets --tools")
def test_main_pages_have_no_serious_finding(live_world: World, live_server: Any, browser: Any) -> None:
    draw(live_world)
    now = timezone.now()
    told = {"lon": 106.85, "lat": 39.67, "reporter_name": "王小明", "reporter_phone": "13812345678"}
    waiting = make.awaiting_dispatch(live_world, at=now, **told)
    own = make.verifying(live_world, at=now)
    found = Findings(live_server.url)
    for who, addresses in paths(waiting.number, own.number, waiting.token, waiting.tracking_code).items():
        context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
        if who:
            key = sign_in(live_world, who)
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])
        walk(found, context, addresses, WIDTHS[1:] if who == "worker_a1" else WIDTHS)
        context.close()
    assert found.rules > 20, "axe-core ran no rules: the check would pass anything"
    assert found.grave == []
    assert (found.console, found.failed, found.outside, found.policy) == ([], [], [], [])
    assert [line for line in found.wide if "/screen/ " not in line] == []


def test_the_check_itself_can_fail(live_server: Any, browser: Any, transactional_db: None) -> None:
    """Control: a page with an unnamed button, a script error and a foreign picture is noticed on every count."""
    if not AXE.is_file():
        pytest.skip("axe-core is not here: manage.py vendor_assets --tools")
    found = Findings(live_server.url)
    context = browser.new_context()
    page = found.watch(context.new_page())
    page.route("**/c/", lambda route: route.fulfill(
        content_type="text/html",
        body="<html lang=zh><title>x</title><main><button></button><img src='http://127.0.0.1:9/x.png' alt=''>"
             "<script>throw new Error('broken')</script></main></html>",
    ))
    found.look(page, "/c/", 1366)
    assert any("button-name" in line for line in found.grave)
    assert any("broken" in line for line in found.console)
    assert found.outside
    context.close()
