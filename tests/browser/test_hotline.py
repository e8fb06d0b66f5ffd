"""The agent's desk in a real browser: a scripted call, typed words survive, an outage sends once (screens.md §5.3)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from events.models import Event
from grids.addresses import index
from grids.models import PublicPlace
from hotline.lines import calls as lines
from hotline.models import Draft, HotlineOrder
from tests.world import World

pytestmark = pytest.mark.browser
OPEN = Callable[..., object]
WORDS = "小区门口宽带线断了三天报修没有人来,家里有老人上网课的孩子,希望尽快派人来修理并且给个准确时间,谢谢你们了。"
"""Sixty characters, as a caller says them."""
CARET = "() => [document.activeElement.name, document.activeElement.selectionStart, document.activeElement.value]"
READY = "html[data-agent=ready]"


@pytest.fixture(autouse=True)
def _place(live_world: World) -> None:
    index.forget()
    PublicPlace.objects.create(name="阳光里", kind="compound", lon=106.805, lat=39.605, grid=live_world.areas["grid_a1"])


def test_a_call_is_taken_in_with_eight_interactions_on_one_page(live_world: World, open_page: OPEN) -> None:
    """UX-37 without the clock: answer, text, address, Enter, Enter, F9; nothing else is touched, no page is left."""
    page = open_page("hotline", "/hotline/")
    page.wait_for_selector(READY, state="attached")
    moves: list[str] = []
    page.on("framenavigated", lambda frame: moves.append(frame.url))
    lines.ring("c1", phone="13911112222", at=timezone.now())
    done = 0
    page.click(".ring-card button")
    done += 1
    page.wait_for_selector("[data-session=c1][aria-selected=true]")
    page.click("#f-text")
    page.keyboard.type(WORDS)
    done += 2
    page.click("#f-address")
    page.keyboard.type("阳光里3号楼2单元")
    done += 2
    page.wait_for_selector("[data-place].tag--done")
    page.keyboard.press("Enter")
    done += 1
    page.wait_for_function("() => document.activeElement.dataset.idea || document.activeElement.name === 'category'")
    if page.evaluate("() => Boolean(document.activeElement.dataset.idea)"):
        page.keyboard.press("Enter")
        done += 1
    page.keyboard.press("F9")
    done += 1
    page.locator(".toast", has_text="已转派").wait_for()
    order = HotlineOrder.objects.get()
    assert (order.text, order.grid_code, order.caller.phone) == (WORDS, "150302002001001", "13911112222")
    assert order.event_id is not None
    assert done <= 8
    assert moves == []
    assert page.locator("#f-text").input_value() == ""


def test_text_focus_and_caret_survive_polls_reload_and_sign_out(live_world: World, open_page: OPEN) -> None:
    page = open_page("hotline", "/hotline/")
    page.wait_for_selector(READY, state="attached")
    page.click("#f-text")
    page.keyboard.type("三天没暖气")
    for _n in range(2):
        page.keyboard.press("ArrowLeft")
    before = page.evaluate(CARET)
    lines.ring("c9", phone="13911113333", at=timezone.now())
    page.wait_for_selector(".ring-card")
    assert page.evaluate(CARET) == before, "a ringing call and the polls leave the form alone"
    lines.end(lines.ring("c9", phone="13911113333", at=timezone.now()), at=timezone.now())
    page.wait_for_function("() => document.querySelector('[data-saved]').textContent !== ''")
    page.reload()
    page.wait_for_selector(READY, state="attached")
    assert page.evaluate(CARET) == before
    page.context.clear_cookies()
    page.goto(page.url.replace("/hotline/", "/accounts/sign-in/?next=/hotline/"))
    page.fill("[name=username]", "hotline")
    page.fill("[name=password]", "Correct-horse-9")
    page.click("form.stack button")
    page.wait_for_selector(READY, state="attached")
    assert page.evaluate(CARET) == before


def test_the_server_has_the_draft_when_the_machine_is_lost(live_world: World, open_page: OPEN) -> None:
    page = open_page("hotline", "/hotline/")
    page.wait_for_selector(READY, state="attached")
    page.fill("#f-text", "换一台电脑也在")
    page.keyboard.press("Control+s")
    page.locator(".toast", has_text="草稿已存到服务器").wait_for()
    assert Draft.objects.get().body["text"] == "换一台电脑也在"
    other = open_page("hotline", "/hotline/")
    other.wait_for_selector(READY, state="attached")
    assert other.locator("#f-text").input_value() == "换一台电脑也在"


def test_f9_in_an_outage_is_sent_exactly_once(live_world: World, open_page: OPEN, watched: object) -> None:
    """The server takes the order and its answer is lost; the machine sends again: one order, one event."""
    watched.forgiven = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "net::")
    page = open_page("hotline", "/hotline/")
    page.wait_for_selector(READY, state="attached")
    page.fill("#f-text", "宽带断了,断网时提交")
    page.fill("#f-address", "阳光里")
    lost = {"answers": 1}

    def lose(route: object) -> None:
        if lost["answers"]:
            lost["answers"] -= 1
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/hotline/register/", lose)
    page.keyboard.press("F9")
    page.locator("[data-outbox]", has_text="1 条待发").wait_for()
    assert HotlineOrder.objects.count() == 1, "it had arrived; only the answer was lost"
    page.context.set_offline(True)
    page.fill("#f-text", "第二件,断网中写下")
    page.fill("#f-address", "阳光里")
    page.keyboard.press("F9")
    page.locator("[data-outbox]", has_text="2 条待发").wait_for()
    page.context.set_offline(False)
    page.wait_for_function("() => document.querySelector('[data-outbox]').hidden", timeout=15000)
    assert HotlineOrder.objects.count() == 2
    assert Event.objects.count() == 2


def test_two_calls_keep_their_words_apart(live_world: World, open_page: OPEN) -> None:
    page = open_page("hotline", "/hotline/")
    page.wait_for_selector(READY, state="attached")
    lines.ring("c1", phone="13911112222", at=timezone.now())
    page.click(".ring-card button")
    page.wait_for_selector("[data-session=c1][aria-selected=true]")
    page.fill("#f-text", "第一路")
    lines.ring("c2", phone="13911113333", at=timezone.now())
    page.click(".ring-card [data-call=c2] button, .ring-card[data-call=c2] button")
    page.wait_for_selector("[data-session=c2]")
    page.click("[data-session=c2]")
    assert page.locator("#f-text").input_value() == ""
    page.fill("#f-text", "第二路")
    page.click("[data-session=c1]")
    assert page.locator("#f-text").input_value() == "第一路"
    page.click("[data-session=c2]")
    assert page.locator("#f-text").input_value() == "第二路"
