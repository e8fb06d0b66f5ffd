"""Every verb of the main line over HTTP, and what the state refuses."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.api.order_verbs import ORDER_VERBS
from events.api.verbs import EVENT_VERBS
from events.models import Event
from tests import world as worlds
from tests.api.conftest import Api
from tests.world import World

Client = Callable[[str], Api]


def _done(answer: object) -> dict:
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_from_the_report_to_the_closing(api: Client, report: dict) -> None:
    number = api("platform").post("events/", {**report, "reporter": None}).json()["number"]
    event = f"events/{number}"
    assert _done(api("dispatcher").post(f"{event}/triage/", {"open_window": True}))["state"] == "open_for_claim"
    claimed = _done(api("officer_a").post(f"{event}/claim/"))
    assert claimed["owner"]["code"] == "street_a"
    order = claimed["orders"][0]
    assert order["state"] == "accepted"
    fed = _done(api("officer_a").post(f"orders/{order['id']}/feed_back/", {"note": "已更换"}))
    assert (fed["state"], fed["event"]["state"]) == ("done", "verifying")
    verified = api("worker_a1").post(f"{event}/verify/", {"finding": "solved", "note": "亮了"})
    assert _done(verified)["state"] == "evaluating"
    closed = _done(api("dispatcher").post(f"{event}/evaluate/", {"scores": {str(order["id"]): 5}}))
    assert (closed["state"], closed["outcome"]) == ("closed", "solved")
    again = _done(api("dispatcher").post(f"{event}/reopen/", {"note": "又坏了"}))
    assert (again["state"], again["reopens"]) == ("in_progress", 1)


def test_dispatch_accept_and_decline(api: Client, world: World) -> None:
    event = worlds.awaiting_dispatch(world)
    sent = api("dispatcher").post(f"events/{event.number}/dispatch/", {"unit": "zhujian", "note": "熟悉情况"})
    order = _done(sent)["orders"][0]
    declined = api("other_handler").post(
        f"orders/{order['id']}/decline/",
        {"reason": "not_our_duty", "clause": "职责清单第三条", "proposed_unit": "chengguan", "note": "属市政设施"},
    )
    assert _done(declined)["event"]["state"] == "awaiting_dispatch"
    ruled = api("director").post(f"events/{event.number}/rule_decline/", {"founded": True, "note": "归口城管"})
    assert _done(ruled)["owner"]["code"] == "chengguan"
    order = ruled.json()["orders"][-1]
    assert _done(api("handler").post(f"orders/{order['id']}/accept/"))["state"] == "accepted"


def test_the_street_s_verbs(api: Client, world: World) -> None:
    event = worlds.open_for_claim(world)
    officer = api("officer_a")
    _done(officer.post(f"events/{event.number}/claim/"))
    shares = [{"unit": "community_a", "task": "到场核实", "share_percent": 60}]
    delegated = _done(officer.post(f"events/{event.number}/delegate/", {"shares": shares}))
    assert [row["kind"] for row in delegated["orders"]] == ["claim", "delegate"]
    parts = [{"unit": "chengguan", "task": "拆除", "is_lead": True}]
    kind, ground = _whistle_codes()
    body = {"kind": kind, "ground": ground, "note": "请到场", "parts": parts}
    _done(officer.post(f"events/{event.number}/whistle/", body))
    blown = _done(api("director_a").post(f"events/{event.number}/approve_whistle/"))
    joint = next(row for row in blown["orders"] if row["kind"] == "joint")
    reported_in = api("handler").post(f"orders/{joint['id']}/report_in/", {"lon": 106.8, "lat": 39.6})
    assert _done(reported_in)["state"] == "accepted"
    _done(officer.post(f"orders/{joint['id']}/confirm_arrival/"))
    _done(officer.post(f"orders/{joint['id']}/rate/", {"attendance": 5, "attitude": 4, "effect": 5}))
    returned = _done(officer.post(f"events/{event.number}/return_up/", {"note": "办不了", "tried": "多次协调"}))
    assert returned["state"] == "conferring"
    director = api("director")
    _done(director.post(f"events/{event.number}/convene/", {"participants": ["chengguan", "zhujian"]}))
    decisions = [{"unit": "zhujian", "task": "三日内修复", "kind": "C", "seconds": 259200, "is_lead": True}]
    decided = _done(director.post(f"events/{event.number}/confer/", {"note": "纪要", "decisions": decisions}))
    assert decided["state"] == "in_progress"


def _whistle_codes() -> tuple[str, str]:
    from events.reference_lists import load_whistle_grounds, load_whistle_types

    grounds = {row.code for row in load_whistle_grounds()}
    kind = load_whistle_types()[-1]
    fitting = [code for code in getattr(kind, "grounds", ()) if code in grounds]
    return kind.code, (fitting or sorted(grounds))[0]


def test_the_district_s_verbs(api: Client, world: World) -> None:
    event = worlds.in_progress(world)
    director, dispatcher = api("director"), api("dispatcher")
    _done(dispatcher.post(f"events/{event.number}/urge/", {"note": "请抓紧"}))
    assert _done(dispatcher.get(f"events/{event.number}/"))["flag"] == "blue"
    paused = director.post(f"events/{event.number}/suspend/", {"reason": "superior_approval", "note": "等批复"})
    assert _done(paused)["state"] == "suspended"
    assert _done(director.post(f"events/{event.number}/resume/"))["state"] == "in_progress"
    other = worlds.in_progress(world)
    body = {"master": other.number, "note": "同一处"}
    assert _done(dispatcher.post(f"events/{event.number}/merge/", body))["state"] == "merged"
    assert _done(dispatcher.post(f"events/{event.number}/split_off/", {"note": "不是同一处"}))["state"] != "merged"
    moved = dispatcher.post(f"events/{other.number}/transfer/", {"kind": "petition", "basis": "信访条例", "note": "转"})
    assert _done(moved)["state"] == "transferred"


def test_a_lost_claim_names_the_holder(api: Client, world: World) -> None:
    event = worlds.open_for_claim(world)
    _done(api("officer_a").post(f"events/{event.number}/claim/"))
    lost = api("officer_a").post(f"events/{event.number}/claim/")
    assert lost.status_code == 409
    assert lost.json() == {
        "code": "already_claimed", "detail": "已被海北街道办抢单(10:00:00)", "holder": "海北街道办", "state": "in_progress",
    }


def test_another_version_than_the_one_seen_is_refused(api: Client, world: World) -> None:
    event = worlds.open_for_claim(world)
    for path, name in ((f"events/{event.number}/claim/", "officer_a"), (f"events/{event.number}/nudge/", "dispatcher")):
        stale = api(name).post(path, {"version": event.version - 1})
        assert (stale.status_code, stale.json()["code"]) == (409, "stale")
        assert Event.objects.get(pk=event.pk).version == event.version
    _done(api("officer_a").post(f"events/{event.number}/claim/", {"version": event.version}))


MODEL_FIELDS = [field.name for field in Event._meta.get_fields()]


@pytest.mark.parametrize("name", EVENT_VERBS)
def test_a_verb_takes_only_what_its_form_declares(api: Client, world: World, name: str) -> None:
    """quality.md W-10: every column of the model is sent to every verb."""
    event = worlds.reported(world)
    declared = set(EVENT_VERBS[name].form().fields)
    body = {field: 1 for field in MODEL_FIELDS if field not in declared}
    answer = api("dispatcher").post(f"events/{event.number}/{name}/", body)
    assert answer.status_code == 400
    assert set(body) & set(answer.json()["fields"])
    assert Event.objects.get(pk=event.pk).version == event.version


@pytest.mark.parametrize("name", ORDER_VERBS)
def test_an_order_s_verb_takes_only_what_its_form_declares(api: Client, world: World, name: str) -> None:
    event = worlds.in_progress(world)
    order = worlds.the_order(event)
    answer = api("handler").post(f"orders/{order.pk}/{name}/", {"state": "done", "unit_id": 1})
    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {"state", "unit_id"}
    order.refresh_from_db()
    assert order.state == "sent"


def test_a_refused_verb_changes_nothing(api: Client, world: World) -> None:
    event = worlds.reported(world)
    before = Event.objects.filter(pk=event.pk).values().get()
    for name in EVENT_VERBS:
        answer = api("worker_b1").post(f"events/{event.number}/{name}/", {})
        assert answer.status_code == 404, name
        answer = api("evaluator").post(f"events/{event.number}/{name}/", {})
        assert answer.status_code in (400, 403, 409), (name, answer.content)
    assert Event.objects.filter(pk=event.pk).values().get() == before
    assert event.trail.count() == 1


def _queries(call: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as caught:
        call()
    return sum(1 for row in caught.captured_queries if not row["sql"].startswith(("SAVEPOINT", "RELEASE")))


def test_a_report_and_a_claim_take_few_queries(api: Client, world: World, report: dict) -> None:
    """The platform's report with a point and a telephone number, and the claim that follows, warm."""
    platform, officer = api("platform"), api("officer_a")
    warm = platform.post("events/", {**report, "external_number": "W"}).json()["number"]
    api("dispatcher").post(f"events/{warm}/triage/", {"open_window": True})
    officer.post(f"events/{warm}/claim/")
    full = {**report, "lon": 106.8, "lat": 39.6}
    answer: list = []
    assert _queries(lambda: answer.append(platform.post("events/", full))) <= REPORT_QUERIES
    number = answer[0].json()["number"]
    api("dispatcher").post(f"events/{number}/triage/", {"open_window": True})
    assert _queries(lambda: answer.append(officer.post(f"events/{number}/claim/"))) <= CLAIM_QUERIES
    assert answer[1].status_code == 200


REPORT_QUERIES, CLAIM_QUERIES = 13, 14
