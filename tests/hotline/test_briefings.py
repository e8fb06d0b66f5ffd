"""Briefings: the numbers by an independent count, drafted once per period, four eyes, kept versions, small samples."""

from __future__ import annotations

import csv
import gzip
import re
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings as project
from django.db.models import Q
from django.test import Client

from casework.actor import Actor
from casework.clock.arithmetic import parse_moment
from casework.door import MoveRefused
from grids.scope import SHANGHAI
from hotline import transitions
from hotline.briefings import counting, periods, queries
from hotline.briefings import transitions as papers
from hotline.briefings.figures import Figures
from hotline.briefings.models import Briefing, BriefingVersion
from hotline.briefings.tasks import draft_briefings
from hotline.importing import Mapping, import_orders
from hotline.models import HotlineOrder
from hotline.transitions import Told
from tests.world import NOON, World

DAY = timedelta(days=1)
YESTERDAY = date(2026, 3, 4)


def refused(code: str):
    return pytest.raises(MoveRefused, match=rf"^{code}:")


def call(world: World, *, at: datetime, demand: str = "consult", address: str = "", **more: object) -> HotlineOrder:
    told = Told(demand, f"怎样办理居住证 {at:%H%M%S%f}", address=address, area="150302002001001", category="0205", **more)
    return transitions.register(told, actor=world.actor("hotline", at), at=at)


def answered(world: World, *, at: datetime, hours: float, **more: object) -> HotlineOrder:
    order = call(world, at=at, **more)
    done = at + timedelta(hours=hours)
    return transitions.answer_directly(order, actor=world.actor("hotline", done), at=done, note="请到警务室办理")


def texts(briefing: Briefing) -> str:
    """The paper as it is read."""
    lines = [
        "".join(piece["text"] for piece in line)
        for section in briefing.body for line in queries.paragraphs(section["text"], briefing.figures, {})
    ]
    return "\n".join(lines)


def test_periods_begin_and_end_where_people_expect() -> None:
    assert periods.containing("week", date(2026, 3, 5)) == periods.Period("week", date(2026, 3, 2), date(2026, 3, 8))
    assert periods.containing("month", date(2024, 2, 29)).last == date(2024, 2, 29)
    assert periods.year_before(periods.containing("month", date(2024, 2, 29))).last == date(2023, 2, 28)
    assert periods.before(periods.containing("month", date(2026, 1, 9))).first == date(2025, 12, 1)
    assert periods.year_before(periods.containing("day", date(2026, 3, 5))).first.weekday() == 3
    assert periods.last_over("month", NOON).first == date(2026, 2, 1)


def test_the_numbers_are_those_of_an_independent_count(world: World) -> None:
    start = NOON - DAY
    for n in range(6):
        answered(world, at=start + timedelta(minutes=n), hours=n + 1)
    for n in range(3):
        call(world, at=start + timedelta(minutes=10 + n), demand="complaint", address="青山路1号")
    for n in range(4):
        call(world, at=start - DAY + timedelta(minutes=n))
    paper = papers.generate("day", YESTERDAY, actor=world.actor("dispatcher"), at=NOON)
    value = {name: row["value"] for name, row in paper.figures.items()}
    assert value["received"] == "9"
    assert value["compared"] == "环比上升125.0%"
    assert value["yearly"] == "同比无可比数据"
    assert (value["demand_consult"], value["demand_complaint"], value["direct"]) == ("6", "3", "6")
    assert (value["median"], value["p90"], value["answered"]) == ("0.1天", "0.2天", "6")
    assert value["late"] == "样本不足(0/6)"
    assert "青山路1号的“出租房管理”30日内反映3次。" in texts(paper)
    assert "本期受理热线诉求9件,环比上升125.0%" in texts(paper)
    keys = set(paper.figures["demand_complaint"]["keys"])
    assert keys == set(HotlineOrder.objects.filter(demand="complaint").values_list("pk", flat=True))


def test_a_rate_of_twenty_cases_is_shown_and_of_nineteen_is_not() -> None:
    figures = Figures()
    figures.share("few", [1] * 9, [1] * 19, "")
    figures.share("enough", [1] * 9, [1] * 20, "")
    assert figures.rows["few"]["value"] == "样本不足(9/19)"
    assert figures.rows["enough"]["value"] == "45.0%(9/20)"


def test_quantiles_by_nearest_rank() -> None:
    assert counting.quantile([], 0.5) is None
    assert counting.quantile([5, 1, 3], 0.5) == 3
    assert counting.quantile(list(range(1, 11)), 0.9) == 9


def test_beat_drafts_each_period_once_when_its_hour_has_come(world: World) -> None:
    """2026-03-05 is a Thursday; nothing yet at 07:29, the newest day, week and month at 08:30, nothing twice."""
    early = datetime(2026, 3, 4, 23, 29, tzinfo=NOON.tzinfo)
    assert draft_briefings(at=early) == 2  # week and month are long owed: an outage is made good
    assert draft_briefings(at=early + timedelta(minutes=1)) == 1
    assert draft_briefings(at=early + timedelta(hours=1)) == 0
    assert draft_briefings(at=early + DAY + timedelta(minutes=1)) == 1
    assert set(Briefing.objects.values_list("number", flat=True)) == {
        "RX-D-20260304", "RX-D-20260305", "RX-W-20260223", "RX-M-20260201",
    }


def test_from_draft_to_the_kept_version_under_four_eyes(world: World) -> None:
    writer, director = world.actor("dispatcher"), world.actor("director")
    paper = papers.generate("day", YESTERDAY, actor=writer, at=NOON)
    assert papers.generate("day", YESTERDAY, actor=writer, at=NOON).pk == paper.pk
    with refused("invalid"):
        papers.edit(paper, title="日分析", texts={"summary": "受理{no_such}件"}, actor=writer, at=NOON)
    paper = papers.edit(paper, title="日分析", texts={"summary": "受理{received}件。"}, actor=writer, at=NOON, seen_edit=0)
    with refused("stale"):
        papers.edit(paper, title="日分析", texts={}, actor=writer, at=NOON, seen_edit=0)
    assert texts(paper).startswith("受理0件。")
    with refused("wrong_state"):
        papers.publish(paper, actor=writer, at=NOON)
    papers.submit(paper, actor=writer, at=NOON)
    with refused("forbidden"):
        papers.sign(paper, actor=writer, at=NOON)
    papers.edit(paper, title="日分析", texts={}, actor=director, at=NOON)
    with refused("own_work"):
        papers.sign(paper, actor=director, at=NOON)
    papers.edit(paper, title="日分析", texts={}, actor=writer, at=NOON)
    papers.sign(paper, actor=director, at=NOON)
    reader = world.actor("officer_a").rights
    assert not queries.visible_to(reader).exists()
    papers.publish(paper, actor=writer, at=NOON)
    with refused("invalid"):
        papers.revise(paper, actor=writer, at=NOON, note=" ")
    papers.revise(paper, actor=writer, at=NOON, note="补充")
    paper = papers.edit(paper, title="改过的", texts={}, actor=writer, at=NOON)
    assert queries.shown(paper, reader).title == "日分析"
    assert queries.shown(paper, writer.rights).title == "改过的"
    with refused("not_found"):
        queries.shown(paper, reader, version=2)
    assert BriefingVersion.objects.get().signer_name == "director"


def test_a_draft_is_drawn_again_from_the_data_of_now(world: World) -> None:
    writer = world.actor("dispatcher")
    paper = papers.generate("day", NOON.date(), actor=writer, at=NOON)
    assert "尚未结束" in texts(paper)
    call(world, at=NOON)
    assert papers.generate("day", NOON.date(), actor=writer, at=NOON).figures["received"]["value"] == "0"
    again = papers.generate("day", NOON.date(), actor=writer, at=NOON, anew=True)
    assert again.figures["received"]["value"] == "1"
    with refused("invalid"):
        papers.generate("day", date(2027, 1, 1), actor=writer, at=NOON)
    with refused("invalid"):
        papers.generate("year", YESTERDAY, actor=writer, at=NOON)


def test_the_pages_with_numbers_that_open_their_lists(world: World) -> None:
    from tests.access.scene import signed_in

    call(world, at=NOON - DAY, phone="13812345678", name="周某")
    writer, reader = signed_in(world.people["dispatcher"]), signed_in(world.people["stranger"])
    made = writer.post("/briefings/draft/", {"kind": "day", "day": "2026-03-04"})
    address = made["Location"]
    assert reader.get(address).status_code == 404
    page = writer.get(address).content.decode()
    links = re.findall(rf'href="({address}figures/[a-z0-9_]+/)"', page)
    assert f"{address}figures/received/" in links
    number = HotlineOrder.objects.get().number
    assert number in writer.get(f"{address}figures/received/").content.decode()
    for verb, who in (("submit", writer), ("sign", signed_in(world.people["director"])), ("publish", writer)):
        assert who.post(f"{address}move/", {"verb": verb}).status_code == 302
    assert reader.get(address).status_code == 200
    hidden = reader.get(f"{address}figures/received/").content.decode()
    assert number not in hidden
    assert "计入 1 件" in hidden
    printed = writer.get(f"{address}print/").content.decode()
    assert "paper--official" in printed
    assert "盖章" in printed
    for text in (page, hidden, printed):
        assert "13812345678" not in text
        assert "周某" not in text
    assert writer.get(f"{address}edit/").status_code == 200
    bad = writer.post("/briefings/draft/", {"kind": "day", "day": "x"}, follow=True)
    assert "请选择日期" in bad.content.decode()


def test_reply_times_of_imported_orders(world: World, tmp_path: Path) -> None:
    path = tmp_path / "past.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["message_id", "title", "created_at", "body", "reply", "replied_at"])
        writer.writerow(["1", "路灯", "2026-02-01 09:00:00", "路灯不亮", "已修复", "2026-02-11 09:00:00"])
        writer.writerow(["2", "停水", "2026-02-02 09:00:00", "停水了", "已恢复", "2026-02-22 09:00:00"])
        writer.writerow(["3", "未答复", "2026-02-03 09:00:00", "在等", "", ""])
    import_orders(path, Mapping.load("replies"), actor=Actor.system(), now=NOON)
    found = counting.latency(counting.rows(Q(channel="web")), limit_days=15)
    assert (found.n, found.median_days, found.p90_days, found.over_share) == (2, 10, 20, 0.5)


@pytest.mark.real_data
def test_the_latency_of_the_published_replies_is_the_true_one() -> None:
    """The arithmetic on the real moments; ``./start figures hotline --only knowledge`` measures it from imported rows."""
    path = project.SHARED_DIR / "data" / "hotline-text" / "taidi_c_replies_train.csv.gz"
    if not path.is_file():
        pytest.skip("no ../shared/data here")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        told = [(row["created_at"], row["replied_at"]) for row in csv.DictReader(file) if row["replied_at"]]
    moments = [(parse_moment(a, zone=SHANGHAI), parse_moment(b, zone=SHANGHAI)) for a, b in told]
    rows = [
        counting.Row(n, "", "consult", "", "", "", "", asked, done, None, None, None, None, None, False)
        for n, (asked, done) in enumerate(moments)
    ]
    found = counting.latency(rows, limit_days=15)
    assert found.median_days == pytest.approx(11.2, abs=0.4)
    assert found.over_share == pytest.approx(0.38, abs=0.01)


def test_charts_hold_the_figures_of_the_text_and_are_kept_with_the_version(world: World, client: Client) -> None:
    start = NOON - DAY
    for n in range(4):
        answered(world, at=start + timedelta(minutes=n), hours=n * 20 + 1)
    call(world, at=start + timedelta(hours=3), demand="complaint", address="青山路5号")
    made = papers.generate("day", YESTERDAY, actor=Actor.system(), at=NOON)
    charts = {one["key"]: one for one in made.charts}
    assert {"trend", "demand", "category", "street", "replies"} <= set(charts)
    for one in made.charts:
        for row in one["rows"]:
            assert row["n"] == len(made.figures[row["figure"]]["keys"]), (one["key"], row)
    assert [row["n"] for row in charts["trend"]["rows"]] == [4 if hour == 10 else 1 if hour == 13 else 0 for hour in range(24)]
    assert sum(row["n"] for row in charts["replies"]["rows"]) == int(made.figures["answered"]["value"])
    assert sum(row["n"] for row in charts["demand"]["rows"]) == int(made.figures["received"]["value"]) == 5
    assert [len(papers.generate(kind, YESTERDAY, actor=Actor.system(), at=NOON).charts[0]["rows"]) for kind in
            ("week", "month")] == [7, 31]

    actors = {name: world.actor(name) for name in ("dispatcher", "director")}
    papers.submit(made, actor=actors["dispatcher"], at=NOON)
    papers.sign(made, actor=actors["director"], at=NOON)
    published = papers.publish(made, actor=actors["dispatcher"], at=NOON)
    kept = BriefingVersion.objects.get(briefing=published)
    assert kept.charts == made.charts
    call(world, at=start + timedelta(hours=4))
    papers.revise(published, actor=actors["dispatcher"], at=NOON, note="补录")
    papers.generate("day", YESTERDAY, actor=actors["dispatcher"], at=NOON, anew=True)
    assert sum(row["n"] for row in Briefing.objects.get(pk=made.pk).charts[0]["rows"]) == 6
    assert BriefingVersion.objects.get(briefing=published).charts == kept.charts

    client.force_login(world.people["director"], backend="governance.backends.RoleBackend")
    old, new = (client.get(f"/briefings/{made.number}/{query}").content.decode() for query in ("?version=1", ""))
    assert old.count("<rect") == new.count("<rect") > 24
    assert f"/briefings/{made.number}/figures/trend_11/?version=1" in old
    assert "合计 5" in old
    assert "合计 6" in new
    printed = client.get(f"/briefings/{made.number}/print/?version=1").content.decode()
    assert "chart-grid" in printed
    assert "chart-figure__data" not in printed
