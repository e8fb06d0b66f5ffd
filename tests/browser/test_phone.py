"""Citizen pages and the worker's phone in Chromium: taps, sizes, letters, targets, without script (UX-07, 09, 44, 50, 51, 53)."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from events.citizen import question
from events.models import Event, EventAttachment, Rating
from tests import world as worlds
from tests.browser.wall_page import browser, sign_in
from tests.pictures import jpeg
from tests.world import World

__all__ = ["browser"]
pytestmark = pytest.mark.browser
SIZES = [(390, 844), (360, 640)]
PLACE = {"latitude": 39.67, "longitude": 106.82}
WEIGHT_KB = 90
COUNTED = ("document", "stylesheet", "script")

TARGETS = """(least) => {
  const found = [];
  const shown = (node) => node.offsetParent !== null && getComputedStyle(node).visibility !== 'hidden';
  for (const node of document.querySelectorAll('a[href], button, input, select, textarea, summary')) {
    if (!shown(node) || node.type === 'hidden' || node.closest('.sr-only, .skip-link, .demo-bar')) continue;
    const box = node.matches('.choice input, .pick input, .shoot input') ? node.closest('.choice, .pick, .shoot') : node;
    const inText = node.matches('p a, li a') && !node.matches('.button, .photos__item');
    const { width, height } = box.getBoundingClientRect();
    if (!inText && (height < least - 0.5 || width < Math.min(least, 44) - 0.5)) {
      found.push(`${node.tagName} ${node.className} ${node.name || ''} ${Math.round(width)}x${Math.round(height)}`);
    }
  }
  return found;
}"""
LETTERS = """() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const holder = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !holder.offsetParent || holder.closest('.sr-only, script, noscript')) continue;
    const style = getComputedStyle(holder);
    const size = parseFloat(style.fontSize);
    const line = style.lineHeight === 'normal' ? 1.3 * size : parseFloat(style.lineHeight);
    const single = holder.getBoundingClientRect().height <= 1.5 * size;
    if (size < 18 || (!single && line < 1.3 * size - 0.5)) found.push(`${holder.className} ${size} ${line}`);
  }
  return found;
}"""


class Phone:
    """One browser at a phone's size; counts taps; ``troubles`` collects what must not happen."""

    def __init__(self, browser: Any, server: Any, size: tuple[int, int], **more: Any) -> None:
        self.server = server
        self.has_script = more.get("java_script_enabled", True)
        self.context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, has_touch=True, locale="zh-CN", **more
        )
        self.context.set_default_timeout(15_000)
        self.page = self.context.new_page()
        self.taps = 0
        self.troubles: list[str] = []
        self.page.on("console", lambda m: self.troubles.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        ours = (server.url, "blob:", "data:")
        self.page.on("request", lambda r: None if r.url.startswith(ours) else self.troubles.append(r.url))

    def sign_in(self, world: World, name: str) -> None:
        key = sign_in(world, name)
        self.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": self.server.url}])

    def elder(self) -> None:
        self.context.add_cookies([{"name": "elder", "value": "1", "url": self.server.url}])

    def go(self, address: str) -> int:
        answer = self.page.goto(self.server.url + address)
        if self.has_script:
            self.page.wait_for_selector("html[data-ready]", state="attached")
        return answer.status

    def tap(self, selector: str) -> None:
        self.taps += 1
        self.page.locator(selector).first.click()

    def choose_photo(self, selector: str) -> None:
        """Tap, and the camera's shutter: two taps."""
        with self.page.expect_file_chooser() as chooser:
            self.tap(selector)
        self.taps += 1
        chooser.value.set_files(picture())

    def answer_sum(self) -> None:
        asked = question.read(self.page.locator("[name=question]").get_attribute("value"))
        self.page.fill("[name=answer]", str(asked.first + asked.second))

    def overflow(self) -> int:
        return self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def picture() -> dict:
    file = jpeg()
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": file.read()}


@pytest.fixture
def phone(browser: Any, live_server: Any, live_world: World) -> Iterator[Any]:
    """Makes phones; they are closed afterwards."""
    made: list[Phone] = []

    def make(size: tuple[int, int] = SIZES[0], **more: Any) -> Phone:
        made.append(Phone(browser, live_server, size, **more))
        return made[-1]

    yield make
    for one in made:
        one.context.close()


@pytest.mark.parametrize("size", SIZES)
def test_citizen_reports_with_a_photo(phone, size):
    """UX-50: open → photo → kind → send. The place comes by itself; a sum is typed, not tapped."""
    one = phone(size, geolocation={**PLACE, "accuracy": 18}, permissions=["geolocation"])
    one.go("/c/")
    one.tap("a.big-action")
    with one.page.expect_file_chooser() as chooser:
        one.tap("[data-shoot]")
    chooser.value.set_files(picture())
    one.tap(".kinds .pick:has-text('路灯不亮')")
    one.page.wait_for_selector("[data-place-words][data-accuracy=good]")
    one.answer_sum()
    one.tap(".submit-bar button")
    one.page.wait_for_selector(".receipt__code")
    assert one.taps <= 4
    assert one.troubles == []
    event = Event.objects.get()
    assert (event.category_id, event.accuracy_m) == ("0606", 18)
    assert EventAttachment.objects.filter(event=event).count() == 1
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}", one.page.text_content(".receipt__code").strip())
    one.page.wait_for_function("() => document.querySelector('.receipt__qr').naturalWidth > 0")


@pytest.mark.parametrize("size", SIZES)
def test_worker_reports_in_four_taps(phone, live_world, size):
    """UX-40, online: 拍照上报 → shutter → category → 提交."""
    one = phone(size, geolocation={**PLACE, "accuracy": 18}, permissions=["geolocation"])
    one.sign_in(live_world, "worker_a1")
    one.go("/m/")
    one.choose_photo("[data-camera]")
    one.tap(".kinds .pick:has-text('路灯不亮')")
    one.page.wait_for_selector("[data-place-words][data-accuracy=good]")
    one.tap("[data-sheet] .submit-bar button")
    one.page.wait_for_selector(".ticket__title")
    assert one.taps == 4
    assert one.troubles == []
    event = Event.objects.get()
    assert (event.source, event.category_id, event.accuracy_m) == ("grid", "0606", 18)
    assert EventAttachment.objects.get().event == event


@pytest.mark.parametrize(("accuracy", "words"), [(18, "较准"), (80, "一般"), (900, "请选网格"), (None, "没有定位")])
def test_accuracy_in_words_and_never_a_wall(phone, live_world, accuracy, words):
    """UX-44."""
    given = {"geolocation": {**PLACE, "accuracy": accuracy}, "permissions": ["geolocation"]} if accuracy else {}
    one = phone(**given)
    one.sign_in(live_world, "worker_a1")
    one.go("/m/report/")
    one.page.wait_for_function("(w) => document.querySelector('[data-place-words]').textContent.includes(w)", arg=words)
    one.tap(".kinds .pick:has-text('路灯不亮')")
    one.page.fill("[name=text]", "灯不亮")
    one.tap(".submit-bar button")
    one.page.wait_for_selector(".ticket__title")
    assert Event.objects.get().accuracy_m == accuracy


def test_back_from_the_sheet_is_home_again(phone, live_world):
    one = phone()
    one.sign_in(live_world, "worker_a1")
    one.go("/m/")
    one.choose_photo("[data-camera]")
    assert one.page.is_visible("[data-sheet]")
    one.page.go_back()
    one.page.wait_for_selector("[data-camera]")
    assert not one.page.is_visible("[data-sheet]")


def test_rare_kinds_are_found_by_name(phone, live_world):
    one = phone()
    one.sign_in(live_world, "worker_a1")
    one.go("/m/report/")
    one.tap("[data-more-kinds] summary")
    one.page.fill("[data-kind-search] input", "秸秆")
    assert one.page.locator("[data-more-kinds] .pick:visible").all_inner_texts() == ["秸秆焚烧"]
    one.tap("[data-more-kinds] .pick:visible")
    assert "秸秆焚烧" in one.page.inner_text("[data-chosen]")


# Without script -----------------------------------------------------------------------------------------


def test_report_track_and_rate_without_script(phone, live_world):
    """UX-09."""
    one = phone(SIZES[1], java_script_enabled=False)
    one.go("/c/report/")
    one.page.set_input_files("#photos", picture())
    one.page.locator(".kinds .pick").first.click()
    one.page.fill("[name=address]", "滨湖路12号")
    one.page.locator("details.more summary").first.click()
    one.page.fill("[name=phone]", "13977770042")
    one.answer_sum()
    one.page.locator(".submit-bar button").click()
    code = one.page.text_content(".receipt__code").strip()
    one.go("/c/track/")
    one.page.fill("[name=code]", code)
    one.page.fill("[name=digits]", "0042")
    one.page.locator("main form button").click()
    assert "我反映的" in one.page.content()
    done = worlds.closed(live_world, at=timezone.now() - timedelta(minutes=1))
    one.go(f"/c/k/{done.token}/")
    one.taps = 0
    one.tap(".rate .pick:has-text('基本满意')")
    one.tap("#rate button")
    assert one.taps == 2
    assert "谢谢您的评价" in one.page.content()
    assert Rating.objects.get().level == 3


def test_worker_reports_signs_and_checks_without_script(phone, live_world):
    one = phone(java_script_enabled=False)
    one.sign_in(live_world, "worker_a1")
    waiting = worlds.verifying(live_world, at=timezone.now() - timedelta(minutes=1))
    one.go("/m/")
    one.page.click("a.big-action")
    one.page.set_input_files("#photos", picture())
    one.page.locator(".kinds .pick").first.click()
    one.page.locator(".report-form .submit-bar button").click()
    assert "已上报" in one.page.content()
    one.go(f"/m/e/{waiting.number}/")
    one.page.locator("#verify .pick").first.click()
    one.page.fill("#v_note", "已恢复")
    one.page.locator("#verify button").click()
    assert "核查已登记" in one.page.content()


def test_elder_switch_without_script(phone):
    one = phone(java_script_enabled=False)
    one.go("/c/")
    one.page.click(".elder-switch")
    assert "face-elder" in one.page.get_attribute("html", "class")


# How it looks -------------------------------------------------------------------------------------------


def addresses(world: World) -> tuple[list[str], list[str]]:
    """Every page of both faces with something on it."""
    at = timezone.now() - timedelta(minutes=3)
    told = {"at": at, "source": "citizen", "by": "hotline", "reporter_phone": "13977770042", "lon": 106.82, "lat": 39.67}
    busy, done, waiting = worlds.in_progress(world, **told), worlds.closed(world, at=at), worlds.verifying(world, at=at)
    citizen = [
        "/c/", "/c/report/", "/c/g/150302002001001/", "/c/track/", f"/c/t/{busy.tracking_code}/", f"/c/k/{busy.token}/",
        f"/c/k/{done.token}/", f"/c/k/{busy.token}/receipt/",
    ]
    worker = ["/m/", "/m/tasks/", "/m/report/", "/m/sent/", "/m/me/", f"/m/e/{waiting.number}/", f"/m/e/{busy.number}/"]
    return citizen, worker


@pytest.mark.parametrize("width", [320, 360, 390, 768, 1366])
def test_no_page_scrolls_sideways_and_targets_are_large(phone, live_world, width):
    """UX-07, UX-53."""
    citizen, worker = addresses(live_world)
    one = phone((width, 844))
    one.sign_in(live_world, "worker_a1")
    found = {}
    for address in [*citizen, *worker]:
        assert one.go(address) == 200
        if one.overflow() > 0:
            found[address] = one.overflow()
        small = one.page.evaluate(TARGETS, 44)
        if small:
            found[address] = small
    assert found == {}
    assert one.troubles == []


def test_elder_version_is_large(phone, live_world):
    """UX-51: text ≥ 18, targets ≥ 60, lines ≥ 1.3."""
    citizen, _worker = addresses(live_world)
    one = phone()
    one.elder()
    found = {}
    for address in citizen:
        one.go(address)
        wrong = one.page.evaluate(TARGETS, 60) + one.page.evaluate(LETTERS)
        if wrong or one.overflow() > 0:
            found[address] = wrong
    assert found == {}


def test_a_first_visit_is_light(phone, live_world):
    """UX-50: page, styles and scripts together, compressed."""
    citizen, _worker = addresses(live_world)
    for address in citizen:
        one = phone()
        bodies: list[bytes] = []
        one.page.on("response", lambda r, kept=bodies: kept.append(r.body()) if r.request.resource_type in COUNTED else None)
        one.go(address)
        weight = sum(len(gzip.compress(body)) for body in bodies)
        assert bodies
        assert weight <= WEIGHT_KB * 1024, (address, weight)


def test_own_scripts_and_styles_suit_old_browsers():
    """UX-04 for these two faces: nothing above Chromium 90 / Safari 15.4."""
    root = Path(settings.BASE_DIR) / "static"
    newer = re.compile(r":has\(|@container|color-mix|@layer|\bdvh\b|structuredClone|\.at\(|Object\.hasOwn|innerHTML|randomUUID")
    for path in [*root.glob("citizen/*"), *root.glob("field/*")]:
        assert newer.findall(path.read_text(encoding="utf-8")) == [], path
