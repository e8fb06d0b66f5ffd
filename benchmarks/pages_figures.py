"""Pages of the demo district, in a real browser, as each role: errors, strangers, policy, accessibility, width.

Without a Chromium or without axe-core there is nothing to measure: the figure says which of them is missing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from django.core.management import call_command

from benchmarks.ledger import Figure
from benchmarks.servers import serving

COMMAND = "./start figures spine --only pages"
PASSWORD = "Demo-2026-pass"  # noqa: S105 (the demo's own, printed in the README)
WIDTHS = ((390, 844), (1366, 768), (1920, 1080), (3840, 2160))
DESK = (
    "/", "/desk/?view=to_dispatch", "/desk/?view=all&sel={number}", "/events/{number}/", "/events/{number}/clock/",
    "/events/{number}/trail/", "/events/{number}/do/dispatch/", "/desk/report/", "/desk/nobody/", "/desk/supervision/",
    "/notices/", "/accounts/profile/", "/help/", "/help/district-dispatcher/",
)
LAND = (
    "/grids/", "/grids/{grid}/", "/grids/{grid}/plate/", "/grids/staffing/", "/duty/", "/units/",
    "/units/city_management/",
)
WALL = (
    "/screen/", "/screen/?area={street}", "/screen/?area={grid}", "/screen/duty/", "/screen/warnings/",
    "/screen/recurrences/",
)
PHONE = ("/m/", "/m/tasks/", "/m/report/", "/m/sent/", "/m/me/", "/m/e/{own}/")
CITIZEN = (
    "/c/", "/c/report/", "/c/g/{grid}/", "/c/track/", "/c/t/{code}/", "/c/k/{token}/", "/accounts/sign-in/", "/404/",
)
ADMIN = ("/admin/", "/admin/grids/area/", "/admin/accounts/user/")
TOURS = (
    ("zhihui", DESK), ("zhihui", LAND), ("zhuren", WALL), ("screen", ("/screen/?kiosk=1",)), ("wangge-a", PHONE),
    ("", CITIZEN), ("admin", ADMIN), ("anquan", ("/accounts/who-may-what/",)),
)


def _names() -> dict[str, str]:
    from accounts.models import User
    from events.models import Event
    from events.models.orders import WorkOrder
    from grids.models import Post

    waiting = Event.objects.filter(state="awaiting_dispatch").order_by("pk").last()
    worker = User.objects.get(username="wangge-a")
    grid = Post.objects.filter(person=worker, area__level_id="grid").values_list("area__code", flat=True).first()
    near = Event.objects.filter(grid_code=grid).order_by("-pk").first() or waiting
    told = Event.objects.filter(source="citizen").exclude(tracking_code="").order_by("-pk").first()
    assert WorkOrder.objects.exists()
    return {
        "number": waiting.number, "own": near.number, "grid": grid, "street": grid[:9],
        "code": told.tracking_code, "token": told.token,
    }


def measure() -> Iterator[Figure]:
    """The counts. Needs a database of its own, migrated."""
    from tests.browser.conftest import FLAGS, chromium
    from tests.browser.walk import AXE

    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        sync_playwright = None
    missing = [
        name for name, there in (("Playwright", sync_playwright), ("Chromium", chromium()), ("axe-core", AXE.is_file()))
        if not there
    ]
    if missing:
        words = f"not measured: {', '.join(missing)} missing"
        yield Figure("PAGES", "pages opened in a browser as the roles of the demo", 0, "", "", COMMAND, words)
        return
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    call_command("demo", days=3, per_day=60, verbosity=0)
    names = _names()
    with ExitStack() as stack:
        port = stack.enter_context(serving("governance.wsgi:application"))
        browser = stack.enter_context(sync_playwright()).chromium.launch(executable_path=chromium(), args=FLAGS)
        found = _tours(browser, f"http://127.0.0.1:{port}", names)
        browser.close()
    yield from _figures(found)


def _tours(browser: Any, base: str, names: dict[str, str]) -> Any:
    from tests.browser.walk import Findings, walk

    found = Findings(base)
    for account, paths in TOURS:
        context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
        if account:
            _sign_in(context, base, account)
        walk(found, context, [path.format(**names) for path in paths], WIDTHS)
        context.close()
    return found


def _sign_in(context: Any, base: str, account: str) -> None:
    page = context.new_page()
    page.goto(f"{base}/accounts/sign-in/")
    page.fill("[name=username]", account)
    page.fill("[name=password]", PASSWORD)
    page.click("form.stack button")
    page.wait_for_function("() => !location.pathname.includes('sign-in')")
    page.close()


def _figures(found: Any) -> Iterator[Figure]:
    widths = ", ".join(str(width) for width, _height in WIDTHS)
    what = "pages opened in a browser as the roles of the demo"
    yield Figure("PAGES", what, found.pages, "", "", COMMAND, f"at {widths} px")
    for name, what, rows in (
        ("console", "errors on the console", found.console), ("failed", "failed requests", found.failed),
        ("outside", "requests to another host", found.outside),
        ("policy", "breaches of the content security policy", found.policy),
        ("axe", f"serious or critical findings of axe-core ({found.rules} rules)", found.grave),
        ("wide", "pages that scroll sideways", found.wide),
    ):
        yield Figure(f"PAGES-{name}", what, len(rows), "", "== 0", COMMAND, "; ".join(rows[:3])[:300])
    words = ", ".join(f"{rule} {count}" for rule, count in found.lesser.most_common(6))
    lesser = sum(found.lesser.values())
    yield Figure("PAGES-lesser", "moderate and minor findings of axe-core", lesser, "", "", COMMAND, words)
