"""Clusters in the database: found once, grown, decided by one person, never reopened by the same reports."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from casework import outbox
from casework.models import Notice
from casework.refusals import MoveRefused
from events import transitions
from events.clues import actions, queries
from events.clues.finding import find_clusters
from events.models import Clue, ClueCluster, ClueMember, ClueRule, Event
from events.transitions import Report
from grids.scope import SHANGHAI
from tests.access.scene import signed_in
from tests.world import NOON, World

TEXTS = (
    ("grid", "0403", "夜里有重型卡车进出,路上撒落石料"),
    ("hotline", "0703", "靠山这边粉尘大,夜里有机器声"),
    ("police110", "0106", "拉石料的货车剐蹭,司机不愿留信息"),
    ("video", "0703", "夜间抓拍无牌货车驶向山区"),
    ("petition", "0109", "山坡被圈起来,村民反映没有补偿"),
    ("hotline", "0701", "半夜山后轰隆响,像挖掘机"),
    ("grid", "0602", "便道被重车压坏,都是碎石"),
    ("grid", "0410", "山脚林带轧出新车辙,树倒了"),
)
PLAIN = (
    ("grid", "0606", "路灯不亮已经三天"), ("hotline", "0803", "暖气不热,室内只有十四度"),
    ("citizen", "0401", "垃圾桶满了没人收"), ("hotline", "0902", "小区停车位不够用"),
)
WHERE = (106.80, 39.60)


def told(world: World, source: str, category: str, text: str, at: datetime, *, east: float = 0.0, **more: object) -> Event:
    report = Report(
        source=source, category=category, text=text, urgency="P2", lon=WHERE[0] + east, lat=WHERE[1],
        area="150302002001001", **more,
    )
    return transitions.report(report, actor=world.actor("dispatcher", at), at=at)


def plant(world: World, *, until: datetime = NOON - timedelta(hours=2), days: int = 24, times: int = 12) -> list[Event]:
    """Reports of one matter around one place, ever more of them."""
    return [
        told(
            world, *TEXTS[n % len(TEXTS)], until - timedelta(days=days) * ((times - n) / times) ** 2, east=0.001 * (n % 4)
        )
        for n in range(times)
    ]


def routine(world: World, count: int = 36) -> None:
    for n in range(count):
        told(world, *PLAIN[n % 4], NOON - timedelta(days=n % 20), east=0.05 + 0.01 * (n % 9))


@pytest.fixture
def hill(world: World) -> ClueCluster:
    """What the search makes of one matter among everyday reports."""
    routine(world)
    plant(world)
    assert find_clusters(at=NOON) == 1
    return ClueCluster.objects.get()


def confirm(world: World, cluster: ClueCluster, who: str = "dispatcher") -> ClueCluster:
    return actions.confirm(
        cluster, actor=world.actor(who), at=NOON, category="0707", unit=world.units["zhujian"],
        requirement="联合执法,十五日内报结果", reply_by=NOON + timedelta(days=15),
    )


def test_a_matter_told_by_many_opens_one_cluster_that_grows(world: World, hill: ClueCluster) -> None:
    assert hill.members.count() == 12
    assert (hill.state, hill.area.code) == ("open", "150302002001001")
    assert hill.factors["sources"] == 5
    assert hill.score >= ClueRule.objects.get().threshold
    assert "heavy_vehicle" in hill.elements
    later = NOON + timedelta(hours=3)
    told(world, "department", "0402", "山沟里夜间停着卡车和铲车", later)
    assert find_clusters(at=later) == 0
    grown = ClueCluster.objects.get()
    assert grown.members.count() == 13
    assert grown.factors["sources"] == 6
    assert grown.score > hill.score


def test_dismissed_it_stays_so_until_enough_is_new(world: World, hill: ClueCluster) -> None:
    with pytest.raises(MoveRefused):
        actions.dismiss(hill, actor=world.actor("dispatcher"), at=NOON, reason=" ")
    actions.dismiss(hill, actor=world.actor("dispatcher"), at=NOON, reason="当地修路,有许可")
    later = NOON + timedelta(days=1)
    told(world, *TEXTS[0], later)
    assert find_clusters(at=later) == 0
    assert hill.members.count() == 12
    much_later = later + timedelta(days=13)
    plant(world, until=much_later, days=12)
    assert find_clusters(at=much_later) == 1
    fresh = ClueCluster.objects.exclude(pk=hill.pk).get()
    assert not set(fresh.members.values_list("event", flat=True)) & set(hill.members.values_list("event", flat=True))


def test_switched_off_it_finds_nothing_and_a_higher_threshold_less(world: World) -> None:
    routine(world)
    plant(world)
    ClueRule.objects.update(is_active=False)
    assert find_clusters(at=NOON) == 0
    ClueRule.objects.update(is_active=True, threshold=10_000)
    assert find_clusters(at=NOON) == 0
    ClueRule.objects.update(threshold=30)
    assert find_clusters(at=NOON) == 1


def test_confirmed_it_is_a_special_action_whose_outcomes_are_counted(world: World, hill: ClueCluster) -> None:
    ended = Event.objects.filter(pk__in=hill.members.values("event")).first()
    transitions.reject(ended, actor=world.actor("dispatcher"), at=NOON, note="不属于受理范围")
    done = confirm(world, hill)
    event = done.event
    event.refresh_from_db()
    assert event.state == "in_progress"
    assert event.orders.get().unit == world.units["zhujian"]
    assert event.handle_due_at is not None
    assert hill.members.filter(supervision__isnull=False).count() == 11
    assert hill.members.get(event=ended).supervision is None
    order = hill.members.filter(supervision__isnull=False).first().supervision
    assert order.unit == world.units["zhujian"]
    assert order.reply_due_at == NOON + timedelta(days=15)
    transitions.answer_urge(order, actor=world.actor("other_handler"), at=NOON, note="已到场")
    note = {"actor": world.actor("dispatcher"), "at": NOON}
    for kind, count in (("sites", 40), ("sites", 2), ("suspects", 12)):
        actions.note_outcome(done, kind=kind, count=count, **note)
    found = queries.outcome_of(done)
    assert (found.orders, found.answered, found.struck_off, found.ended) == (11, 1, 0, 1)
    assert found.events == 13  # the special event with them
    assert dict(found.tallies)["取缔点位"] == 42
    assert actions.finish(done, actor=world.actor("dispatcher"), at=NOON, reason="依法查处完毕").state == "finished"


def test_who_is_late_is_told_by_whom(world: World, hill: ClueCluster) -> None:
    confirm(world, hill)
    with pytest.raises(MoveRefused) as refused:
        actions.dismiss(hill, actor=world.actor("dispatcher"), at=NOON, reason="误判")
    assert (refused.value.code, refused.value.holder) == ("already_decided", "dispatcher")
    assert Event.objects.filter(client_key=f"cluster-{hill.pk}").count() == 1


def test_scope_and_right_are_asked_apart(world: World, hill: ClueCluster) -> None:
    for who, code in (("stranger", "not_found"), ("handler", "not_found"), ("officer_a", "forbidden"), ("director", "forbidden")):
        with pytest.raises(MoveRefused) as refused:
            confirm(world, hill, who)
        assert refused.value.code == code, who
    assert not Event.objects.filter(client_key=f"cluster-{hill.pk}").exists()
    assert queries.listed(world.actor("stranger").rights, "") == []
    assert queries.listed(world.actor("officer_a").rights, "open") == [hill]
    assert queries.waiting_count(world.actor("worker_a1").rights) is None


def test_members_are_set_right_by_hand_and_stay_so(world: World, hill: ClueCluster) -> None:
    desk = {"actor": world.actor("dispatcher"), "at": NOON}
    first = hill.members.order_by("pk").first()
    actions.remove_member(hill, key=first.pk, **desk)
    assert find_clusters(at=NOON + timedelta(hours=1)) == 0
    first.refresh_from_db()
    assert first.removed_at is not None
    assert ClueCluster.objects.get().factors["early"] + ClueCluster.objects.get().factors["late"] == 11
    actions.add_member(hill, key=first.pk, **desk)
    with pytest.raises(MoveRefused):
        actions.add_member(hill, key=first.pk, **desk)
    assert hill.members.filter(removed_at=None).count() == 12
    with pytest.raises(MoveRefused):
        actions.add_member(hill, number="20990101-0302-1-00001", **desk)
    elsewhere = told_in_b(world)
    actions.add_member(hill, number=elsewhere.number, **desk)
    hill.refresh_from_db()
    assert hill.area.code == "150302"
    assert queries.listed(world.actor("officer_a").rights, "") == []


def told_in_b(world: World) -> Event:
    where = {"lon": 106.9, "lat": 39.7, "area": "150302001002001"}
    report = Report(source="grid", text="卡车压坏路面", category="0602", urgency="P3", **where)
    return transitions.report(report, actor=world.actor("dispatcher"), at=NOON)


def test_secret_and_sensitive_words_are_not_shown(world: World, hill: ClueCluster) -> None:
    words = "半夜山后轰隆响,是王某某家干的"
    told(world, "hotline", "0701", words, NOON, reporter_name="王", reporter_phone="100", is_secret=True)
    told(world, "police110", "0204", "夜里山坡有人开赌局,停着货车", NOON)
    find_clusters(at=NOON)
    rows, hidden = queries.evidence(world.actor("dispatcher").rights, hill)
    assert hidden == 0
    silent = [row for row in rows if not row.words]
    assert {row.category_name for row in silent} == {"施工噪声", "赌博/涉毒线索"}
    page = signed_in(world.people["dispatcher"]).get(f"/desk/clues/{hill.pk}/").content.decode()
    assert "王某某" not in page
    assert "开赌局" not in page


def test_of_two_at_once_one_decides(live_world: World) -> None:
    routine(live_world)
    plant(live_world)
    find_clusters(at=NOON)
    cluster, barrier = ClueCluster.objects.get(), Barrier(2)

    def press(act: str) -> str:
        try:
            actor = live_world.actor("dispatcher")
            barrier.wait()
            if act == "confirm":
                return confirm(live_world, cluster).state
            return actions.dismiss(cluster, actor=actor, at=NOON, reason="无关").state
        except MoveRefused as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        told_both = list(pool.map(press, ("confirm", "dismiss")))
    assert sorted(told_both) in (["already_decided", "confirmed"], ["already_decided", "dismissed"])
    assert Event.objects.filter(client_key=f"cluster-{cluster.pk}").count() == told_both.count("confirmed")


# Clues ----------------------------------------------------------------------------------------------

CLUE = {"source": "department", "text": "山坡有新开便道,夜里停着铲车", "lon": 106.8005, "lat": 39.6, "external_number": "F-1"}


def test_a_clue_is_no_ticket_and_joins_the_cluster(world: World, hill: ClueCluster) -> None:
    before = Event.objects.count()
    actions.enter(actions.Told(**CLUE), actor=world.actor("dispatcher"), at=NOON)
    find_clusters(at=NOON + timedelta(minutes=1))
    assert Event.objects.count() == before
    assert ClueMember.objects.get(clue__isnull=False).cluster == hill


def test_a_number_of_another_street_tells_nothing(world: World) -> None:
    mine, _new = actions.enter(actions.Told(**CLUE, area="150302002001001"), actor=world.actor("officer_a"), at=NOON)
    again, is_new = actions.enter(actions.Told(**CLUE, area="150302002001001"), actor=world.actor("officer_a"), at=NOON)
    assert (again.pk, is_new) == (mine.pk, False)
    with pytest.raises(MoveRefused) as refused:
        actions.enter(actions.Told(**CLUE, area="150302001002001"), actor=world.actor("stranger"), at=NOON)
    assert refused.value.code == "number_taken"


def test_clues_come_in_over_http_once(world: World) -> None:
    client = signed_in(world.people["platform"])

    def post(path: str, body: object) -> object:
        return client.post(path, json.dumps(body), content_type="application/json")

    assert post("/api/v1/clues/", CLUE).status_code == 201
    assert post("/api/v1/clues/", CLUE).status_code == 200
    rows = post("/api/v1/clues/batch/", [CLUE, {**CLUE, "external_number": "F-2"}, {**CLUE, "text": ""}, {"text": "x"}])
    assert [row["status"] for row in rows.json()] == [200, 201, 400, 400]
    assert Clue.objects.count() == 2
    assert post("/api/v1/clues/", {**CLUE, "occurred_at": "2027-01-01T00:00:00+08:00"}).json()["fields"].keys() == {"occurred_at"}


def test_the_desk_works_through_a_cluster(world: World, hill: ClueCluster) -> None:
    client = signed_in(world.people["dispatcher"])
    assert "线索 <span class=\"tab__count\">1</span>" in client.get("/desk/").content.decode()
    assert client.get("/desk/clues/").context["rows"] == [hill]
    path = f"/desk/clues/{hill.pk}/"
    page = client.get(path)
    assert len(page.context["rows"]) == 12
    assert sum(week["total"] for week in page.context["weeks"]) == 12
    assert client.post(f"{path}confirm/", {"unit": "zhujian"}).status_code == 400
    day = (timezone.now() + timedelta(days=10)).astimezone(SHANGHAI).date().isoformat()
    sent = {"unit": "zhujian", "category": "0707", "requirement": "联合执法", "reply_by": day}
    assert client.post(f"{path}confirm/", sent).status_code == 302
    assert client.post(f"{path}outcome/", {"kind": "sites", "count": 3}).status_code == 302
    assert client.post(f"{path}finish/", {"reason": "查处完毕"}).status_code == 302
    assert "查处完毕" in client.get(path).content.decode()
    form = {"source": "department", "text": "夜里有车", "lon": "106.8", "lat": "39.6"}
    assert client.post("/desk/clues/enter/", form).status_code == 302
    assert client.post("/desk/clues/enter/", {**form, "text": ""}).status_code == 400
    assert signed_in(world.people["stranger"]).get(path).status_code == 404


def test_a_new_cluster_is_told_once_to_who_may_decide_there(world: World, hill: ClueCluster) -> None:
    outbox.do_due(at=NOON)
    find_clusters(at=NOON)
    outbox.do_due(at=NOON)
    line = Notice.objects.get(kind="cluster_waits")
    assert (line.person.username, line.url, line.case_number) == ("dispatcher", f"/desk/clues/{hill.pk}/", hill.number)
    assert line.read_at is None
    actions.dismiss(hill, actor=world.actor("dispatcher"), at=NOON, reason="不相干")
    line.refresh_from_db()
    assert line.read_at == NOON
