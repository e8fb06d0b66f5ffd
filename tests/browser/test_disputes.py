"""A dispute in a real browser: from the grid worker's report to the agreement that the court confirmed, papers read."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from disputes.models import Dispute, Paper
from disputes.transitions.settling import CHECKS
from tests.disputes import cast
from tests.world import World

pytestmark = pytest.mark.browser
OPEN = Callable[..., object]
FACTS = "楼上卫生间渗水三次,楼下顶棚发霉脱皮,物业多次协调没有结果"
TERMS = "楼上一周内修好防水,赔偿楼下粉刷费三千四百元"
PANEL = ".small-panel form"


def _do(page: object, name: str, fill: Callable[[object], None] = lambda form: None) -> None:
    """A verb of the bar or of 更多, in its panel."""
    before = page.locator("article[data-ticket]").get_attribute("data-version")
    link = page.locator(f"[data-panel='{name}']").first
    if not link.is_visible():
        page.locator(".ticket__more").locator("xpath=..").locator("summary").first.click()
    link.click()
    form = page.locator(PANEL)
    form.wait_for()
    fill(form)
    with page.expect_response(lambda got: got.request.method == "POST" and f"/do/{name}/" in got.url) as answer:
        form.locator("button:not([type=button])").last.click()
    assert answer.value.status < 400, answer.value.text()
    page.wait_for_function("() => !document.querySelector('.small-panel')")
    page.wait_for_function("(before) => document.querySelector('article[data-ticket]').dataset.version !== before", arg=before)


def _pdf(page: object, number: str, paper: Paper) -> str:
    pypdf = pytest.importorskip("pypdf")
    got = page.request.get(f"{page.url.split('/disputes/')[0]}/disputes/{number}/paper/{paper.pk}/pdf/")
    assert got.ok
    return "".join("".join(one.extract_text().split()) for one in pypdf.PdfReader(io.BytesIO(got.body())).pages)


def test_from_the_grid_workers_report_to_the_confirmed_agreement(live_world: World, open_page: OPEN) -> None:
    cast.make_house(live_world)
    page = open_page("worker_a1", "/disputes/register/")
    page.fill("[name=facts]", FACTS)
    chip = page.locator("[data-ideas] button", has_text="物业")
    chip.click()
    assert page.locator("[name=type]").input_value() == "property"
    page.fill("[data-register] input[type=search]", "150302002001001")
    assert page.locator("[name=area]").input_value() == "150302002001001"
    for name, value in (("claim", "修好防水"), ("name", "王小明"), ("phone", "13811112222"), ("other_name", "李大伟")):
        page.fill(f"[name={name}]", value)
    page.get_by_role("button", name="登记受理", exact=True).click()
    page.wait_for_load_state()
    dispute = Dispute.objects.get()
    assert (dispute.type, dispute.state, dispute.grid_code) == ("property", "accepted", "150302002001001")

    page = open_page("body_head", f"/disputes/{dispute.number}/")
    page.wait_for_selector("html[data-desk=ready]", state="attached")
    _do(page, "route")
    _do(page, "sign", lambda form: form.locator("[name=mediator]").select_option(label_of(form, "mediator")))

    page = open_page("mediator", f"/disputes/{dispute.number}/")
    page.wait_for_selector("html[data-desk=ready]", state="attached")
    page.locator(".tab[data-tab=t-story]").click()
    assert page.get_by_text(FACTS).is_visible()
    _do(page, "agree", _agreement)
    _do(page, "issue", lambda form: form.locator("[name=kind]").select_option("agreement"))
    _do(page, "apply_confirm", _court)
    _do(page, "issue", lambda form: form.locator("[name=kind]").select_option("confirmation"))
    _do(page, "confirm")
    dispute.refresh_from_db()
    assert dispute.state == "confirmed"
    for paper in Paper.objects.order_by("pk"):
        page.goto(page.url.split("/disputes/")[0] + f"/disputes/{dispute.number}/paper/{paper.pk}/")
        shown = page.locator("body").inner_text()
        told = _pdf(page, dispute.number, paper)
        assert str(paper.get_kind_display()) in shown
        assert all(word in told for word in (paper.number, "王小明", "李大伟", str(paper.get_kind_display())))
    assert Paper.objects.count() == 2
    assert TERMS in _pdf(page, dispute.number, Paper.objects.get(kind="agreement"))


def label_of(form: object, name: str) -> str:
    """The choice that begins with this name."""
    return next(text for text in form.locator("option").all_inner_texts() if text.startswith(name))


def _agreement(form: object) -> None:
    for name, value in (("terms", TERMS), ("facts", FACTS), ("way", "转账"), ("term", "本月底前")):
        form.locator(f"[name={name}]").fill(value)
    for code in CHECKS:
        form.locator(f"[name=checks][value={code}]").check()


def _court(form: object) -> None:
    form.locator("[name=court]").fill("区人民法院")
    form.locator("[name=together]").check()
