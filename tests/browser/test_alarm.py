"""A P0 on every page (screens.md §5.2, UX-60 … UX-62): banner, sound until somebody takes it, silent for all then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from casework import outbox
from casework.models import Notice
from events.models import Event
from tests import world as make
from tests.world import World

pytestmark = pytest.mark.browser
OPEN = Callable[..., object]
SOUND = """() => {
  window.tones = 0;
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function count(at) { window.tones += 1; return start.call(this, at); };
}"""
PER_SIGNAL = 3
AGAIN_MS = 31_000


def emergency(world: World) -> None:
    at = timezone.now()
    make.reported(world, at=at, category="0304", title="阳光里燃气泄漏", by="worker_a1")
    outbox.do_due(at=at, limit=50)


def test_a_p0_rings_on_any_page_until_somebody_takes_it(live_world: World, open_page: OPEN) -> None:
    page = open_page("dispatcher", "/units/")
    page.clock.install()
    page.evaluate(SOUND)
    page.locator("[data-sound]").click()
    page.wait_for_function("() => window.tones > 0")  # the test tone of the switch
    colleague = open_page("director", "/help/")
    elsewhere = open_page("stranger", "/desk/?view=all")
    emergency(live_world)
    page.clock.run_for(6_000)
    banner = page.locator(".alarm-bar")
    banner.wait_for()
    assert "燃气泄漏" in banner.inner_text()
    assert banner.get_by_role("link", name="查看").get_attribute("href").startswith("/events/")
    before = page.evaluate("window.tones")
    page.clock.run_for(AGAIN_MS)
    assert page.evaluate("window.tones") == before + PER_SIGNAL
    colleague.locator(".alarm-bar").wait_for(timeout=15_000)
    assert "●" in colleague.title()  # her sound is off: the title says so
    banner.get_by_role("button", name="我来处理").click()
    banner.wait_for(state="detached")
    colleague.locator(".alarm-bar").wait_for(state="detached", timeout=15_000)
    quiet = page.evaluate("window.tones")
    page.clock.run_for(AGAIN_MS)
    assert page.evaluate("window.tones") == quiet
    assert elsewhere.locator(".alarm-bar").count() == 0
    taken = Notice.objects.filter(urgency="P0", acknowledged_by=live_world.people["dispatcher"])
    assert taken.exists()


def test_commands_by_initials_and_a_saved_view(live_world: World, open_page: OPEN) -> None:
    """Ctrl+K finds a view by its letters; 常用筛选 brings a filter back; a column stays off."""
    page = open_page("dispatcher", "/desk/?view=handling&urgency=P1")
    page.keyboard.press("Control+k")
    page.locator(".commands__row").first.wait_for()
    page.keyboard.type("cq")
    first = page.locator(".commands__row").first
    assert "超期" in first.inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/?view=overdue")
    page.goto(page.url.split("/desk/")[0] + "/desk/?view=handling&urgency=P1")
    page.wait_for_selector("html[data-desk=ready]", state="attached")
    page.locator("[data-open-saved]").click()
    page.fill("#saved-views [name=name]", "重要紧急在办")
    page.locator("#saved-views button.button--primary").click()
    page.wait_for_selector("html[data-desk=ready]", state="attached")
    page.goto(page.url.split("/desk/")[0] + "/desk/?view=all")
    page.wait_for_selector("html[data-desk=ready]", state="attached")
    page.locator("[data-open-saved]").click()
    page.locator(".saved__name", has_text="重要紧急在办").click()
    page.wait_for_url("**urgency=P1*")
    page.locator("summary", has_text="列表").click()
    page.locator("[data-column=source]").uncheck()
    page.reload()
    assert page.evaluate("document.documentElement.classList.contains('hide-source')")


def test_several_are_one_line_that_opens_by_key_and_loses_nothing(live_world: World, open_page: OPEN) -> None:
    """screens.md §5.2: the line stays one line of the screen; the oldest stands in it, the number opens the rest."""
    page = open_page("dispatcher", "/units/")
    page.clock.install()
    at = timezone.now()
    for n, title in enumerate(("甲处燃气泄漏", "乙处燃气泄漏", "丙处燃气泄漏")):
        make.reported(live_world, at=at + timedelta(seconds=n), category="0304", title=title, by="worker_a1")
    outbox.do_due(at=at + timedelta(seconds=5), limit=50)
    page.clock.run_for(11_000)
    bars, opener = page.locator(".alarm-bar"), page.locator(".alarm-stack__open")
    opener.wait_for()
    assert (bars.count(), page.locator(".alarm-bar:visible").count()) == (3, 1)
    assert opener.inner_text() == "3 件突发"
    numbers = list(Event.objects.order_by("reported_at").values_list("number", flat=True))
    assert numbers[0] in page.locator(".alarm-bar:visible").inner_text()
    assert page.locator(".alarm-stack").bounding_box()["height"] < 64
    opener.focus()
    page.keyboard.press("Enter")
    assert [numbers[n] in bars.nth(n).inner_text() for n in range(3)] == [True] * 3
    assert page.locator(".alarm-bar:visible").count() == 3
    for _n in range(4):  # first bar's two controls, then the second's
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.alarm-bar') === document.querySelectorAll('.alarm-bar')[1]")
    page.keyboard.press("Enter")  # 我来处理 on the second
    page.wait_for_function("() => document.querySelectorAll('.alarm-bar').length === 2")
    assert page.evaluate("Boolean(document.activeElement.closest('.alarm-bar'))")
    assert opener.inner_text() == "2 件突发"
    page.keyboard.press("Escape")
    assert (opener.get_attribute("aria-expanded"), page.locator(".alarm-bar:visible").count()) == ("false", 1)
    assert page.evaluate("document.activeElement.classList.contains('alarm-stack__open')")
    page.locator(".alarm-bar:visible").get_by_role("button", name="我来处理").click()
    page.wait_for_function("() => document.querySelectorAll('.alarm-bar').length === 1")
    assert not opener.is_visible()
    assert numbers[2] in page.locator(".alarm-bar:visible").inner_text()
