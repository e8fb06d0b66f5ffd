"""UX-37 and UX-38 as figures: a scripted call saved, and the proposals after typing stops, with 100,000 orders, 1,000
articles and 3,000 names loaded. Product on gunicorn (two workers of four threads); filler by SQL."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from urllib.parse import urlencode

from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from benchmarks import district, loadgen
from benchmarks.ledger import Figure
from benchmarks.servers import serving
from casework.actor import Actor
from grids.addresses.index import bump
from grids.models import Area, PublicPlace
from hotline.knowledge import transitions as knowledge
from hotline.knowledge.transitions import Wording
from hotline.lines import calls
from hotline.models import HotlineOrder
from tests.world import World

COMMAND = "./start figures hotline --only desk"
ORDERS = int(os.environ.get("BENCH_ORDERS", "100000"))
ARTICLES = int(os.environ.get("BENCH_ARTICLES", "1000"))
NAMES = 3000
ASKED = 200
DEBOUNCE_MS = 400
"""What the page waits after the last key before it asks (static/hotline/suggest.js)."""
PER_SECOND = 5
BACKEND = "governance.backends.RoleBackend"
WORDS = "小区门口路灯不亮已经三天了,晚上老人孩子走路看不清,打了物业电话没有人管,希望尽快派人来修理并且给个准确的时间,谢谢你。"
OPENING = "水停电暖气灯井盖垃圾油烟噪声物业电梯漏水宽带公交停车违建积水路面占道"
FIRST = "阳光天泽金沙玉泉书香华庭枫林盛和锦江春晖福临梧桐翠园滨湖银河嘉和云岭瑞丰祥云丽景"
LAST = "花园家园嘉园雅苑新村小区名邸佳苑"
FIELDS = {
    # column of an order → expression over its event
    "number": "'H' || e.id", "state": "CASE WHEN e.state = 'closed' THEN 'closed' ELSE 'handling' END", "version": "1",
    "trail_head": "''", "changed_xid": "0", "changed_at": "e.reported_at", "area_id": "e.area_id", "area_path": "e.area_path",
    "unit_ids": "e.unit_ids", "due_stage": "''", "demand": "'complaint'", "channel": "'phone'", "token": "md5('h' || e.id)",
    "tracking_code": "overlay(upper(lpad(to_hex(e.id), 8, '0')) placing '-' from 5 for 0)", "is_secret": "false",
    "may_call_back": "true", "call_back_slot": "''", "title": "e.title", "text": "e.text", "address": "e.address", "lon": "e.lon",
    "lat": "e.lat", "is_located": "true", "district_code": "e.district_code", "street_code": "e.street_code",
    "community_code": "e.community_code", "grid_code": "e.grid_code", "category_id": "e.category_id", "urgency": "e.urgency",
    "handling": "'general'", "is_same_day": "false", "event_id": "e.id", "has_joined": "false", "registered_at": "e.reported_at",
    "closed_at": "e.closed_at", "round": "1", "answer": "''", "outcome": "''", "dissatisfied": "0", "is_excluded": "false",
    "flag": "''", "grams": "e.grams",
}


def measure() -> Iterator[Figure]:
    """Both; the call only where a Chromium is."""
    world = district.build()
    _fill(world)
    with serving("governance.wsgi:application", HOTLINE_LINE="simulator") as port:
        yield from _proposals(port)
        yield from _scripted_call(port)


def _fill(world: World) -> None:
    district.fill(1, ORDERS, days=300)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        # the filler ends today, so that what is recent is near in time as well
        cursor.execute(
            "UPDATE events_event SET reported_at = reported_at + late.by, closed_at = closed_at + late.by, "
            "handled_at = handled_at + late.by FROM (SELECT now() - max(reported_at) AS by FROM events_event) late"
        )
        columns, values = ", ".join(FIELDS), ", ".join(FIELDS.values())
        cursor.execute(f"INSERT INTO hotline_hotlineorder ({columns}) SELECT {values} FROM events_event e")  # noqa: S608
        cursor.execute("ANALYZE")
    grids = list(Area.objects.filter(level_id="grid", boundary__isnull=False).only("id", "lon", "lat")[:NAMES])
    PublicPlace.objects.bulk_create([
        PublicPlace(name=_name(n), kind="compound", lon=grid.lon, lat=grid.lat, grid=grid)
        for n, grid in ((n, grids[n % len(grids)]) for n in range(NAMES))
    ], batch_size=1000)  # fmt: skip
    bump()
    _articles(world)


def _name(n: int) -> str:
    first, last = FIRST[2 * (n % 20) :][:2], LAST[2 * (n // 20 % 8) :][:2]
    return f"{first}{last}{'东南西北中'[n // 160 % 5]}{n // 800 + 1}区"


def _articles(world: World) -> None:
    actor, at = Actor.system(), timezone.now()
    for n in range(ARTICLES):
        one = OPENING[n % 30 : n % 30 + 4]
        text = f"遇到{one}请先核对情况{n}。路灯、供水、供暖由归口单位三个工作日内答复,材料以公示为准。" * 3
        wording = Wording(f"{one}怎么办 {n}", text, f"{one}先核对。", (one,))
        article = knowledge.create(wording, unit=world.units["chengguan"], actor=actor, at=at)
        knowledge.submit(article, actor=actor, at=at)
        knowledge.publish(article, actor=actor, at=at)


def _session() -> str:
    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.get(username="hotline"), backend=BACKEND)
    return client.cookies["sid"].value


def _proposals(port: int) -> Iterator[Figure]:
    """Every request another text and another address; the two workers warm first."""
    headers = [("Cookie", f"sid={_session()}"), ("X-Requested-With", "fetch")]

    def payload(n: int) -> bytes:
        query = urlencode({
            "text": WORDS[n % 9 :] + str(n), "address": f"{_name(n * 37 % NAMES)}{n % 30 + 1}号楼", "demand": "complaint",
            "category": "", "grid": "", "lon": "", "lat": "", "words": "",
        })  # fmt: skip
        return loadgen.request("GET", f"/hotline/look/?{query}", port=port, headers=headers)

    loadgen.run(port, payload, connections=4, requests=16)
    outcome = loadgen.run(port, payload, connections=1, requests=ASKED)
    if set(outcome.statuses) != {200}:
        raise RuntimeError(f"the proposals answered {outcome.statuses}")
    spent = round(1000 * outcome.percentile(0.95))
    about = f"{DEBOUNCE_MS} ms pause + {spent} ms answer; median {1000 * outcome.percentile(0.5):.0f} ms; {_loaded()}"
    what = "suggestions, grid, duplicates after typing stops, p95"
    yield Figure("UX-38", what, DEBOUNCE_MS + spent, "ms", "<= 800", COMMAND, about)


def _loaded() -> str:
    return f"{HotlineOrder.objects.count():,} orders, {ARTICLES:,} articles, {NAMES:,} names"


def _scripted_call(port: int) -> Iterator[Figure]:
    """Sixty characters at five a second by a real browser: from picking up to 已转派."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return
    if path is None:
        return
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
        page = browser.new_page(viewport={"width": 1366, "height": 768}, locale="zh-CN", timezone_id="Asia/Shanghai")
        page.context.add_cookies([{"name": "sid", "value": _session(), "url": f"http://127.0.0.1:{port}"}])
        page.goto(f"http://127.0.0.1:{port}/hotline/")
        page.wait_for_selector("html[data-agent=ready]", state="attached")
        seconds, interactions, pages = _call(page)
        browser.close()
    about = f"{len(WORDS)} characters at {PER_SECOND} a second; {_loaded()}"
    yield Figure("UX-37", "scripted call saved and forwarded", round(seconds, 1), "s", "<= 60", COMMAND, about)
    yield Figure("UX-37-interactions", "interactions of the same call", interactions, "", "<= 8", COMMAND)
    yield Figure("UX-37-pages", "page changes of the same call", pages, "", "<= 0", COMMAND)


def _call(page: object) -> tuple[float, int, int]:
    moves: list[str] = []
    page.on("framenavigated", lambda frame: moves.append(frame.url))
    calls.ring("bench", phone="13911112222", at=timezone.now())
    page.wait_for_selector(".ring-card button")
    began, done = time.perf_counter(), 0
    page.click(".ring-card button")
    page.wait_for_selector("[data-session=bench][aria-selected=true]")
    for field, text in (("#f-text", WORDS[:60]), ("#f-address", f"{_name(7)}3号楼")):
        page.click(field)
        page.keyboard.type(text, delay=1000 / PER_SECOND)
        done += 2
    page.wait_for_selector("[data-place].tag--done")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.dataset.idea || document.activeElement.name === 'category'")
    if page.evaluate("() => Boolean(document.activeElement.dataset.idea)"):
        page.keyboard.press("Enter")
        done += 1
    page.keyboard.press("F9")
    page.locator(".toast", has_text="已转派").wait_for()
    return time.perf_counter() - began, done + 3, len(moves)
