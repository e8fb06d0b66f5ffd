"""The command wall in Chromium: sizes, text, refresh without a flicker, staleness, drill, numbers and their lists."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests import world as worlds
from tests.browser.wall_page import WallPage, browser, draw, fill, next_refresh, number
from tests.world import World

__all__ = ["browser"]
pytestmark = pytest.mark.browser
SIZES = [(1366, 768, 12), (1920, 1080, 18), (2560, 1440, 24), (3840, 2160, 36), (5760, 1080, 18)]

SMALLEST = """() => {
  let least = Infinity;
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const holder = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !holder.offsetParent || holder.closest('.sr-only, script, noscript')) continue;
    least = Math.min(least, parseFloat(getComputedStyle(holder).fontSize));
  }
  return least;
}"""
CANVAS_TEXT = """() => [...document.querySelectorAll('[data-chart-box]')].flatMap((box) => {
  const chart = window.echarts.getInstanceByDom(box);
  const found = [];
  const look = (value) => {
    if (!value || typeof value !== 'object') return;
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'fontSize' && Number.isFinite(inner)) found.push(inner); else look(inner);
    }
  };
  const { xAxis, yAxis } = chart.getOption();
  for (const axis of [...(xAxis || []), ...(yAxis || [])]) if (axis.show !== false) look(axis.axisLabel);
  return found;
})"""
OVERFLOW = """() => {
  const found = [];
  const boxes = '.wall-panel__body, .wall-panel__head, .tile, .wall__head, .wall__right, .wall__mid, .wall__col';
  for (const box of document.querySelectorAll(boxes)) {
    if (!box.offsetParent) continue;
    if (box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1) {
      found.push(`${box.className} in ${(box.closest('[id]') || box).id}`);
    }
  }
  const panels = [...document.querySelectorAll('.wall-panel, .wall__stage, .wall-tile')].filter((one) => one.offsetParent);
  const rects = panels.map((one) => one.getBoundingClientRect());
  rects.forEach((one, i) => rects.slice(i + 1).forEach((other, j) => {
    const apart = one.right <= other.left + 0.5 || other.right <= one.left + 0.5
      || one.bottom <= other.top + 0.5 || other.bottom <= one.top + 0.5;
    if (!apart) found.push(`overlap ${panels[i].id} ${panels[i + 1 + j].id}`);
  }));
  const { scrollWidth, clientWidth, scrollHeight, clientHeight } = document.documentElement;
  if (scrollWidth > clientWidth || scrollHeight > clientHeight) found.push('page scrolls');
  return found;
}"""


@pytest.fixture
def district(live_world: World) -> World:
    draw(live_world)
    fill(live_world)
    return live_world


def test_every_size_fits_and_can_be_read(district: World, live_server: Any, browser: Any) -> None:
    wall = WallPage(browser, live_server, district)
    for width, height, least in SIZES:
        page = wall.open(width=width, height=height)
        assert page.evaluate(OVERFLOW) == [], f"{width}×{height}"
        assert page.evaluate(SMALLEST) >= least, f"{width}×{height}"
        written = page.evaluate(CANVAS_TEXT)
        assert written, "no axis text found: the check would pass anything"
        assert min(written) >= least, f"{width}×{height}"
        page.context.close()
    assert wall.troubles == []


def test_no_scaled_ancestor_shifts_the_pointer(district: World, live_server: Any, browser: Any) -> None:
    page = WallPage(browser, live_server, district).open()
    scaled = page.evaluate("""() => {
      const found = [];
      for (const start of document.querySelectorAll('[data-map-box], [data-chart-box]')) {
        for (let node = start; node; node = node.parentElement) {
          const { transform, zoom } = getComputedStyle(node);
          if (transform !== 'none' || (zoom && zoom !== '1' && zoom !== 'normal')) found.push(node.className);
        }
      }
      return found;
    }""")
    assert scaled == []
    page.context.close()


def test_refreshes_move_nothing_and_keep_every_node(district: World, live_server: Any, browser: Any) -> None:
    wall = WallPage(browser, live_server, district)
    page = wall.open(clock=True)
    page.evaluate("""() => {
      window.shift = 0;
      window.movers = [];
      new PerformanceObserver((list) => { for (const one of list.getEntries()) {
        window.shift += one.value;
        window.movers.push(...one.sources.map(({ node }) => node && (node.className || node.nodeName)));
      } })
        .observe({ type: 'layout-shift', buffered: false });
      window.kept = [...document.querySelectorAll('.tile, .wall-panel, canvas, .feed__row, .leaflet-interactive')];
    }""")
    before = number(page, "reported")
    for round_number in range(6):
        if round_number == 2:
            worlds.reported(district, at=timezone.now())
        next_refresh(page)
    assert number(page, "reported") == before + 1
    assert page.evaluate("[window.shift, window.movers]") == [0, []]
    assert page.evaluate("window.kept.filter((node) => !node.isConnected).map((node) => String(node.className))") == []
    assert wall.troubles == []
    page.context.close()


def test_stale_data_says_so_and_stays(district: World, live_server: Any, browser: Any) -> None:
    page = WallPage(browser, live_server, district).open(clock=True)
    next_refresh(page)
    shown = number(page, "reported")
    page.route("**/pulse*", lambda route: route.abort())
    page.route("**/screen/live/*", lambda route: route.abort())
    light = page.locator(".data-age")
    page.clock.run_for(36_000)
    assert light.get_attribute("data-age") == "late"
    page.clock.run_for(90_000)
    assert light.get_attribute("data-age") == "dead"
    assert page.locator("[data-wall]").get_attribute("data-offline") is not None
    assert page.locator(".stage__stuck").inner_text() != ""
    assert number(page, "reported") == shown
    page.unroute("**/pulse*")
    page.unroute("**/screen/live/*")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.clock.run_for(2_000)
    page.wait_for_selector('.data-age[data-age="fresh"]')
    next_refresh(page)
    assert page.locator(".stage__stuck").inner_text() == ""
    page.context.close()


def test_a_tile_and_its_list_agree(district: World, live_server: Any, browser: Any) -> None:
    wall = WallPage(browser, live_server, district)
    page = wall.open()
    links = {
        key: (number(page, key), page.locator(f"#tile-{key} a.tile").get_attribute("href"))
        for key in ("reported", "handling", "overdue")
    }
    assert links["reported"][0] == 5
    for key, (count, address) in links.items():
        page.goto(f"{live_server.url}{address}")
        assert page.locator("#list tbody tr[data-id]").count() == count, key
    page.context.close()


def test_drill_down_and_back_re_scopes_the_whole_wall(district: World, live_server: Any, browser: Any) -> None:
    wall = WallPage(browser, live_server, district)
    page = wall.open()
    whole = number(page, "reported")
    assert page.locator(".leaflet-areas-pane path.leaflet-interactive").count() == 4
    page.locator('.areas__rows [data-drill="150302002"]').click()
    page.wait_for_url("**area=150302002*")
    page.wait_for_function("() => document.querySelectorAll('.leaflet-areas-pane path.leaflet-interactive').length === 2")
    assert number(page, "reported") == whole
    assert page.locator(".wall-crumbs [aria-current]").inner_text() == "海北街道"
    # The map: the only community, then its first grid.
    page.locator(".leaflet-areas-pane path.leaflet-interactive").first.click()
    page.wait_for_url("**area=150302002001")
    page.keyboard.press("t")
    page.locator('#sheet-table [data-drill="150302002001002"]').focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**area=150302002001002")
    assert number(page, "reported") == 0
    assert page.locator(".grid-card").is_visible()
    page.locator("body").press("Backspace")
    page.wait_for_url("**area=150302002001")
    page.go_back()
    page.wait_for_url("**area=150302002001002")
    page.locator('.wall-crumbs [data-drill="150302"]').click()
    page.wait_for_url("**area=150302")
    assert number(page, "reported") == whole
    assert wall.troubles == []
    page.context.close()


def test_map_and_list_twin_count_alike(district: World, live_server: Any, browser: Any) -> None:
    page = WallPage(browser, live_server, district).open()
    on_map = page.locator(".map-label").evaluate_all(
        "nodes => nodes.map((node) => [node.firstElementChild.textContent, node.lastElementChild.textContent])"
    )
    page.keyboard.press("t")
    in_list = page.locator("#sheet-table tbody tr").evaluate_all(
        "rows => rows.map((row) => [row.cells[0].textContent.trim(), row.cells[1].textContent.trim()])"
    )
    assert sorted(on_map) == sorted(in_list)
    assert len(in_list) == 2
    page.context.close()


def test_every_number_explains_itself(district: World, live_server: Any, browser: Any) -> None:
    page = WallPage(browser, live_server, district).open()
    page.locator("#tile-overdue a.tile").focus()
    page.keyboard.press("i")
    drawer = page.locator(".drawer")
    assert "时限" in drawer.inner_text()
    page.keyboard.press("Escape")
    assert drawer.count() == 0
    for key in page.evaluate("[...document.querySelectorAll('[data-why]')].map((one) => one.dataset.why)"):
        assert page.evaluate(f"Boolean(JSON.parse(document.getElementById('wall-data').textContent).numbers['{key}'])"), key
    page.context.close()


def test_a_screen_account_turns_scenes_without_links(district: World, live_server: Any, browser: Any) -> None:
    wall = WallPage(browser, live_server, district, "wall")
    page = wall.open("?kiosk=1", clock=True)
    assert page.locator(".wall a[href*='/desk/'], .wall a[href*='/events/']").count() == 0
    assert page.locator("#sheet-2").is_hidden()
    page.clock.run_for(31_000)
    page.wait_for_selector("#sheet-2:visible")
    page.clock.run_for(20_000)
    page.wait_for_selector("#sheet-3:visible")
    page.mouse.move(50, 50)
    page.clock.run_for(21_000)
    assert page.locator("#sheet-3").is_visible()
    page.clock.run_for(60_000)
    page.wait_for_selector("#sheet-3", state="hidden")
    assert wall.troubles == []
    page.context.close()


def test_reduced_motion_animates_nothing(district: World, live_server: Any, browser: Any) -> None:
    from events.models import Event

    event = worlds.in_progress(district, at=timezone.now() - timedelta(hours=1), lon=106.85, lat=39.67)
    Event.objects.filter(pk=event.pk).update(flag="red")
    page = WallPage(browser, live_server, district).open()
    assert page.locator(".map-mark--pulse").count() == 1
    assert page.evaluate("document.getAnimations().length") > 0
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate("document.getAnimations().filter((one) => one.playState === 'running').length") == 0
    page.context.close()
