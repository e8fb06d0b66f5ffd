"""The desk in a real browser: clicks, keys, races, drafts, polls (screens.md §7)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from events import actions, transitions
from events.models import Event
from tests import world as make
from tests.world import World

pytestmark = pytest.mark.browser
OPEN = Callable[..., object]
NOTHING_MOVED = "() => document.querySelector('#list tbody tr').getBoundingClientRect().top"


def awaiting(world: World, count: int, **told: object) -> list[Event]:
    at = timezone.now() - timedelta(minutes=5)
    return [make.awaiting_dispatch(world, at=at, **told) for _n in range(count)]


def state_of(event: Event) -> str:
    return Event.objects.values_list("state", flat=True).get(pk=event.pk)


def row(page: object, event: Event) -> object:
    return page.locator(f"#list tr[data-number='{event.number}']")


def test_one_click_dispatches_and_one_click_takes_it_back(live_world: World, open_page: OPEN) -> None:
    """UX-30 first row, UX-34."""
    event, other = awaiting(live_world, 2)
    page = open_page("dispatcher", "/desk/?view=to_dispatch")
    row(page, event).get_by_role("button", name="派单", exact=True).click()
    toast = page.locator(".toast", has_text="已派单 → 城管局")
    toast.wait_for()
    row(page, event).and_(page.locator(".is-gone")).wait_for()
    assert state_of(event) == "in_progress"
    assert "is-gone" not in (row(page, other).get_attribute("class") or "")
    toast.get_by_role("button").click()
    page.locator(".toast", has_text="已撤回").wait_for()
    assert state_of(event) == "awaiting_dispatch"
    assert list(event.trail.values_list("verb", flat=True))[-2:] == ["dispatch", "undo_dispatch"]


def test_p_enter_dispatches_the_row_and_focus_goes_on(live_world: World, open_page: OPEN) -> None:
    first, second = sorted(awaiting(live_world, 2), key=lambda event: -event.pk)
    page = open_page("dispatcher", "/desk/?view=to_dispatch")
    rows = page.locator("#list tbody tr")
    start = rows.first.get_attribute("data-number")
    rows.first.focus()
    page.keyboard.press("p")
    page.wait_for_selector(".small-panel")
    page.keyboard.press("Enter")
    page.locator(".toast", has_text="已派单").wait_for()
    gone = first if first.number == start else second
    assert state_of(gone) == "in_progress"
    page.wait_for_function("() => !document.querySelector('.small-panel')")


SEEN = """() => {
    const box = document.querySelector(".small-panel"), { left, top } = box.getBoundingClientRect();
    return box.scrollTop === 0 && box.contains(document.elementFromPoint(left + 20, top + 20));
}"""


def test_letters_find_a_unit_by_pinyin(live_world: World, open_page: OPEN) -> None:
    (event,) = awaiting(live_world, 1)
    page = open_page("dispatcher", "/desk/?view=to_dispatch")
    page.locator("#list tbody tr").first.focus()
    page.keyboard.press("p")
    page.wait_for_selector(".small-panel .chooser__search:focus")
    page.keyboard.type("gsgs")
    page.locator(".small-panel .chooser__row", has_text="供水公司").first.wait_for()
    assert page.evaluate(SEEN)  # nothing stands over the head of the panel
    page.keyboard.press("Enter")
    page.locator(".toast", has_text="已派单 → 供水公司").wait_for()
    assert event.orders.get().unit == live_world.units["water"]


def test_two_browsers_claim_at_once(live_world: World, open_page: OPEN, watched: object) -> None:
    """UX-29: one winner each time; the loser reads who and when."""
    watched.forgiven = ("409",)
    event = make.open_for_claim(live_world, at=timezone.now())
    first, second = (open_page("officer_a", "/desk/?view=to_claim") for _n in range(2))
    for page in (first, second):
        row(page, event).get_by_role("button", name="抢单", exact=True).wait_for()
    row(first, event).get_by_role("button", name="抢单", exact=True).click()
    first.locator(".toast", has_text="已抢单 → 海北街道办").wait_for()
    row(second, event).locator("form button").evaluate("button => button.form.requestSubmit()")
    second.locator(".toast", has_text="已被海北街道办抢单(").wait_for(timeout=4000)
    assert event.orders.filter(kind="claim").count() == 1


def test_requests_at_the_same_instant_have_one_winner(live_world: World, open_page: OPEN, client: object) -> None:
    """The lock itself, twenty times: parallel posts of two signed-in sessions. Control: without contention both
    sessions may claim."""
    from django.test import Client

    def session() -> Client:
        found = Client()
        found.force_login(live_world.people["officer_a"], backend="governance.backends.RoleBackend")
        return found

    def claim(pair: tuple[Client, Event]) -> int:
        try:
            who, event = pair
            return who.post(f"/events/{event.number}/do/claim/", {}, HTTP_X_REQUESTED_WITH="fetch").status_code
        finally:
            connection.close()

    sessions = [session(), session()]
    with ThreadPoolExecutor(2) as pool:
        for _n in range(10):
            event = make.open_for_claim(live_world, at=timezone.now())
            codes = sorted(pool.map(claim, [(who, event) for who in sessions]))
            assert codes == [200, 409]
            transitions.feed_back(
                event.orders.get(), actor=live_world.actor("officer_a", timezone.now()), at=timezone.now(), note="已办"
            )
        for who in sessions:
            assert claim((who, make.open_for_claim(live_world, at=timezone.now()))) == 200


def test_a_poll_keeps_ticks_focus_caret_and_place(live_world: World, open_page: OPEN) -> None:
    """UX-24, UX-25: changed cells arrive, new rows wait behind the bar, nothing under the person moves."""
    events = awaiting(live_world, 30)
    page = open_page("dispatcher", f"/desk/?view=all&sel={events[0].number}")
    order = page.eval_on_selector_all("#list tbody tr", "rows => rows.map((row) => row.dataset.number)")
    for index in (1, 2):
        page.locator("#list tbody input[type=checkbox]").nth(index).check()
    page.evaluate("document.querySelector('#list').scrollTop = 90")
    note = page.locator("#comment-note")
    note.fill("已联系抢修队,预计两小时")
    note.evaluate("box => box.setSelectionRange(3, 3)")
    before = page.evaluate(NOTHING_MOVED)
    at = timezone.now()
    transitions.dispatch(
        events[5], unit=live_world.units["chengguan"], note="指定", actor=live_world.actor("dispatcher", at), at=at
    )
    make.reported(live_world, at=at)
    page.locator(".new-rows__button, .batch-bar").first.wait_for(state="attached")
    page.wait_for_function("() => Number(document.querySelector('[data-new-count]').textContent) === 1", timeout=20000)
    row(page, events[5]).locator("[data-cell=act]", has_text="查看").wait_for(timeout=20000)
    assert page.eval_on_selector_all("#list tbody tr", "rows => rows.map((row) => row.dataset.number)") == order
    assert page.locator("#list tbody input[type=checkbox]:checked").count() == 2
    assert page.evaluate(NOTHING_MOVED) == before
    assert page.evaluate("document.querySelector('#list').scrollTop") == 90
    assert note.input_value() == "已联系抢修队,预计两小时"
    assert page.evaluate("document.activeElement.id") == "comment-note"
    assert note.evaluate("box => box.selectionStart") == 3


def test_a_draft_survives_reload_and_anothers_verb(live_world: World, open_page: OPEN) -> None:
    """UX-26."""
    (event,) = awaiting(live_world, 1)
    path = f"/desk/?view=all&sel={event.number}"
    page = open_page("dispatcher", path)
    page.fill("#comment-note", "草稿:等施工单位回电")
    page.wait_for_function("() => document.querySelector('[data-draft-stamp]').textContent !== ''")
    page.reload()
    page.wait_for_selector("html[data-desk=ready]", state="attached")
    assert page.input_value("#comment-note") == "草稿:等施工单位回电"
    at = timezone.now()
    actions.comment(event, actor=live_world.actor("director", at), at=at, note="主任已知悉")
    page.wait_for_function(
        "() => document.querySelector('[data-ticket] .timeline') "
        "&& document.querySelector('[data-ticket] .timeline').textContent.includes('主任已知悉')", timeout=20000,
    )
    assert page.input_value("#comment-note") == "草稿:等施工单位回电"
    page.focus("#comment-note")
    page.keyboard.press("Control+Enter")
    page.locator(".toast", has_text="已跟进").wait_for()
    page.reload()
    assert page.input_value("#comment-note") == ""


def test_a_stale_panel_keeps_the_text_and_says_what_changed(live_world: World, open_page: OPEN, watched: object) -> None:
    watched.forgiven = ("409",)
    (event,) = awaiting(live_world, 1)
    page = open_page("dispatcher", f"/events/{event.number}/")
    page.locator(".ticket__verbs a[data-panel=dispatch]").click()
    page.locator(".small-panel textarea[name=note]").fill("我写的理由")
    at = timezone.now()
    actions.comment(event, actor=live_world.actor("director", at), at=at, note="请核实")
    page.locator(".small-panel .chooser__row").first.click()
    page.locator(".small-panel [role=alert]", has_text="director").wait_for()
    assert page.input_value(".small-panel textarea[name=note]") == "我写的理由"
    page.locator(".small-panel .chooser__row").first.click()
    page.locator(".toast", has_text="已派单").wait_for()
    assert state_of(event) == "in_progress"


def test_single_keys_stay_out_of_fields_and_can_be_switched_off(live_world: World, open_page: OPEN) -> None:
    """UX-31."""
    awaiting(live_world, 1)
    page = open_page("dispatcher", "/desk/?view=to_dispatch")
    page.locator("#list tbody tr").first.focus()
    for keys in ("Alt+p", "Control+Alt+p", "Control+Shift+p"):
        page.keyboard.press(keys)
    page.evaluate(
        "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', "
        "{code: 'KeyP', key: 'p', keyCode: 229, bubbles: true}))"
    )
    page.focus("[data-search]")
    page.keyboard.type("p")
    assert page.locator(".small-panel").count() == 0
    page.evaluate("localStorage.setItem('keys:' + document.body.dataset.user, 'off')")
    page.locator("#list tbody tr").first.focus()
    page.keyboard.press("p")
    assert page.locator(".small-panel").count() == 0
    page.evaluate("localStorage.setItem('keys:' + document.body.dataset.user, 'on')")
    page.keyboard.press("p")
    page.wait_for_selector(".small-panel")


def test_the_sheet_lists_the_keys_that_work(live_world: World, open_page: OPEN) -> None:
    """UX-33: every verb key of the bar stands in the sheet, and the sheet names no other verb."""
    (event,) = awaiting(live_world, 1)
    page = open_page("dispatcher", f"/desk/?view=to_dispatch&sel={event.number}")
    offered = set(page.eval_on_selector_all(
        ".ticket__verbs [data-code]", "nodes => nodes.map((node) => node.dataset.code).filter(Boolean)"
    ))
    page.locator("body").press("?")
    shown = set(page.eval_on_selector_all(
        ".keys [data-code]",
        """nodes => nodes.filter((node) => node.querySelectorAll('kbd').length === 1
            && /^[A-Z]$/.test(node.querySelector('kbd').textContent)).map((node) => node.dataset.code)""",
    ))
    verb_keys = set(page.eval_on_selector_all("#verb-keys [data-key]", "nodes => nodes.map((node) => node.dataset.key)"))
    assert shown & verb_keys == offered


def test_bulk_by_keys(live_world: World, open_page: OPEN) -> None:
    """Ctrl+A, P, Enter dispatches all by their suggestions, with a result for each."""
    events = awaiting(live_world, 6)
    page = open_page("dispatcher", "/desk/?view=to_dispatch")
    page.locator("#list tbody tr").first.focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("p")
    page.keyboard.press("Enter")
    page.locator("[data-batch-result]", has_text="成功 6").wait_for()
    assert {state_of(event) for event in events} == {"in_progress"}


def test_without_script_one_signs_in_and_dispatches(live_world: World, open_page: OPEN) -> None:
    """UX-09."""
    (event,) = awaiting(live_world, 1)
    page = open_page("dispatcher", "/desk/?view=to_dispatch", script=False)
    row(page, event).get_by_role("button", name="派单", exact=True).click()
    assert page.locator(".notice--success").inner_text().strip().endswith("已派单 → 城管局")
    assert state_of(event) == "in_progress"


def test_back_brings_the_ticket_before(live_world: World, open_page: OPEN) -> None:
    first, second = awaiting(live_world, 2)
    page = open_page("dispatcher", "/desk/?view=to_dispatch")
    for event in (first, second):
        row(page, event).locator("a.work-list__title").click()
        page.locator(f"[data-ticket][data-number='{event.number}']").wait_for()
        assert f"sel={event.number}" in page.url
    page.go_back()
    page.locator(f"[data-ticket][data-number='{first.number}']").wait_for()


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1920, 1080), (390, 844)])
def test_pages_fit_and_are_quiet(live_world: World, open_page: OPEN, width: int, height: int) -> None:
    """UX-01, UX-02, UX-07 for the pages of this room, UX-53 for their controls; UX-36 at 1366."""
    events = awaiting(live_world, 16, lon=106.8, lat=39.67, reporter_name="王小明", reporter_phone="13812345678")
    page = open_page("dispatcher", "/desk/?view=to_dispatch", width=width, height=height)
    paths = [
        f"/desk/?view=to_dispatch&sel={events[0].number}", f"/events/{events[0].number}/",
        f"/events/{events[0].number}/clock/", f"/events/{events[0].number}/trail/",
        f"/events/{events[0].number}/print/", f"/events/{events[0].number}/do/dispatch/", "/desk/report/",
        "/desk/nobody/", "/desk/supervision/", "/accounts/profile/", "/accounts/password/", "/notices/", "/",
    ]
    base = page.url.split("/desk/")[0]
    for path in paths:
        page.goto(base + path)
        page.wait_for_selector("html[data-ready]", state="attached")
        wide = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert wide[0] <= wide[1], (path, wide)
    if (width, height) != (1366, 768):
        return
    page.goto(base + paths[0])
    page.wait_for_selector("html[data-desk=ready]", state="attached")
    inside = page.evaluate(
        """() => {
            const list = document.querySelector('#list').getBoundingClientRect();
            const head = document.querySelector('#list thead').getBoundingClientRect().height;
            const rows = [...document.querySelectorAll('#list tbody tr')].map((row) => row.getBoundingClientRect());
            const verbs = document.querySelector('.ticket__verbs').getBoundingClientRect();
            return {rows: rows.filter((box) => box.top >= list.top + head - 1 && box.bottom <= list.bottom + 1).length,
                    verbs: verbs.bottom <= innerHeight && verbs.right <= innerWidth};
        }"""
    )
    assert inside["rows"] >= 12
    assert inside["verbs"]
    small = page.eval_on_selector_all(
        "#main a.button, #main a.chip, #main thead a, #main .tab, #main button, #main select, #main summary:not(.sr-only)",
        """nodes => nodes.filter((node) => node.offsetParent).map((node) => [node.textContent.trim().slice(0, 20),
            Math.round(node.getBoundingClientRect().height)]).filter(([, height]) => height < 24)""",
    )
    assert small == []
