"""Alerts of devices: nothing becomes a ticket without a person, nothing twice, nobody outside the scope."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client

from casework.refusals import MoveRefused
from events.alerts import actions, queries
from events.alerts.actions import Told
from events.models import Alert, Event
from grids.scope import rights_of
from tests import world as worlds
from tests.access.scene import signed_in
from tests.alerts.kit import camera, sent
from tests.pictures import jpeg
from tests.world import NOON, World


def post(client: Client, path: str, body: object, **headers: str) -> object:
    return client.post(path, json.dumps(body), content_type="application/json", headers=headers)


def test_a_confirmed_alert_is_an_event_with_owner_clock_number_place_and_picture(world: World) -> None:
    device = camera(world)
    alert = sent(world, device)
    assert not Event.objects.exists()
    stored = actions.add_picture(alert, file=_picture(world), at=NOON)[0].picture
    done = actions.confirm(alert, actor=world.actor("dispatcher"), at=NOON + timedelta(minutes=2))
    event = Event.objects.get()
    assert done.event == event
    assert (event.source, event.category_id, event.state) == ("video", "0501", "reported")
    assert (event.lon, event.lat, event.grid_code) == (106.805, 39.605, "150302002001001")
    assert event.number
    assert event.owner_unit_id == world.units["desk"].pk
    assert event.deadlines.get().stage == "triage"
    assert event.attachments.get().file == stored
    assert event.attachments.get().added_by == device.name
    assert event.trail.get(verb="report").person_id == world.people["dispatcher"].pk


def test_a_sensor_is_another_source_and_an_urgent_category_goes_out_at_once(world: World) -> None:
    alert = sent(world, camera(world, kind="sensor", category_id="0601"))
    event = actions.confirm(alert, actor=world.actor("dispatcher"), at=NOON, urgency="P1").event
    event.refresh_from_db()
    assert event.source == "sensor"
    assert event.state != "reported"


def _picture(world: World) -> object:
    from casework.files import store_upload

    file = SimpleUploadedFile("a.jpg", jpeg(colour=(9, 8, 7)).read(), "image/jpeg")
    return store_upload(file, by=world.people["platform"], at=NOON)


def test_the_same_number_of_a_device_is_one_alert_whatever_else_is_said(world: World) -> None:
    device, other = camera(world), camera(world, "cam-2")
    first = sent(world, device, "7")
    again, is_new = actions.take_in(
        Told(device.code, "7", "别的"), actor=world.actor("platform"), at=NOON + timedelta(hours=1)
    )
    assert (again.pk, is_new, again.label) == (first.pk, False, "占道经营")
    assert sent(world, other, "7").pk != first.pk
    assert Alert.objects.count() == 2


@pytest.mark.parametrize(
    ("told", "field"),
    [
        (Told("nothing", "1", "x"), "device"),
        (Told("off", "1", "x"), "device"),
        (Told("cam-1", "1", "x", category="05"), "category"),
        (Told("cam-1", "1", "x", occurred_at=NOON + timedelta(hours=1)), "occurred_at"),
    ],
)
def test_what_cannot_be_taken_is_named(world: World, told: Told, field: str) -> None:
    camera(world)
    camera(world, "off", is_active=False)
    with pytest.raises(MoveRefused) as refused:
        actions.take_in(told, actor=world.actor("platform"), at=NOON)
    assert list(refused.value.fields) == [field]
    assert not Alert.objects.exists()


def test_a_false_alarm_has_a_reason_and_makes_nothing(world: World) -> None:
    alert = sent(world, camera(world))
    officer = world.actor("officer_a")
    for reason, note in (("", ""), ("no such", ""), ("other", " ")):
        with pytest.raises(MoveRefused):
            actions.dismiss(alert, actor=officer, at=NOON, reason=reason, note=note)
    done = actions.dismiss(alert, actor=officer, at=NOON, reason="misread")
    assert (done.state, done.decided_by_id) == ("false_alarm", world.people["officer_a"].pk)
    assert not Event.objects.exists()
    with pytest.raises(MoveRefused, match="officer_a"):
        actions.confirm(alert, actor=world.actor("dispatcher"), at=NOON)


def test_scope_and_right_are_asked_apart(world: World) -> None:
    alert = sent(world, camera(world))
    for who, code in (("stranger", "not_found"), ("worker_a1", "not_found"), ("director_a", "forbidden")):
        with pytest.raises(MoveRefused) as refused:
            actions.confirm(alert, actor=world.actor(who), at=NOON)
        assert refused.value.code == code, who
    assert queries.visible_to(world.actor("stranger").rights).count() == 0
    assert queries.waiting_count(world.actor("officer_a").rights) == 1
    assert queries.waiting_count(world.actor("handler").rights) is None


def test_it_joins_an_open_event_instead_of_making_another(world: World) -> None:
    open_one = worlds.in_progress(world)
    alert = sent(world, camera(world))
    done = actions.confirm(alert, actor=world.actor("dispatcher"), at=NOON, join=open_one.number)
    assert done.event == open_one
    assert Event.objects.count() == 1
    assert open_one.trail.filter(verb="repeat").count() == 1
    other = sent(world, alert.device, "2")
    with pytest.raises(MoveRefused) as refused:
        actions.confirm(other, actor=world.actor("dispatcher"), at=NOON, join="20990101-0302-1-00001")
    assert refused.value.fields


# At the same moment ---------------------------------------------------------------------------------


def _both_press(world: World, alert: Alert, *, officer_dismisses: bool = False) -> list[str]:
    """The dispatcher and the street's officer press together; what each was told."""
    barrier = Barrier(2)

    def press(who: str) -> str:
        try:
            actor = world.actor(who)
            found = Alert.objects.get(pk=alert.pk)
            barrier.wait()
            if who == "officer_a" and officer_dismisses:
                return actions.dismiss(found, actor=actor, at=NOON, reason="misread").state
            return actions.confirm(found, actor=actor, at=NOON).event.number
        except MoveRefused as refused:
            return f"{refused.code} {refused.holder}"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(press, ("dispatcher", "officer_a")))


def test_two_people_confirming_at_once_make_one_event_and_the_loser_is_told_by_whom(live_world: World) -> None:
    alert = sent(live_world, camera(live_world))
    told = _both_press(live_world, alert)
    assert Event.objects.count() == 1
    lost = [words for words in told if words.startswith("already_decided")]
    assert len(lost) == 1
    winner = Alert.objects.get().decided_by.name
    assert lost == [f"already_decided {winner}"]
    assert Alert.objects.get().event.number in told


def test_without_the_lock_both_would_have_decided(live_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: the row read without its lock, and both wait for each other before they write."""
    meet = Barrier(2, timeout=5)

    def unlocked(key: int) -> Alert:
        found = Alert.objects.select_related("device__area", "event", "decided_by", "picture").get(pk=key)
        meet.wait()
        return found

    monkeypatch.setattr(actions, "_locked", unlocked)
    told = _both_press(live_world, sent(live_world, camera(live_world)), officer_dismisses=True)
    assert not [words for words in told if words.startswith("already_decided")]


def test_the_same_alert_sent_twice_at_once_is_one(live_world: World) -> None:
    device = camera(live_world)
    barrier = Barrier(2)

    def send(_n: int) -> int:
        try:
            actor = live_world.actor("platform")
            barrier.wait()
            return actions.take_in(Told(device.code, "9", "烟雾"), actor=actor, at=NOON)[0].pk
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(send, range(2)))) == 1
    assert Alert.objects.count() == 1


# The record -----------------------------------------------------------------------------------------


def test_the_rate_is_false_alarms_of_what_was_decided_and_small_numbers_have_none(world: World) -> None:
    often, seldom = camera(world), camera(world, "cam-2")
    for n in range(8):
        alert = sent(world, often, str(n))
        if n < 3:
            actions.dismiss(alert, actor=world.actor("officer_a"), at=NOON, reason="misread")
        elif n < 6:
            actions.confirm(alert, actor=world.actor("dispatcher"), at=NOON)
    for n in range(queries.LEAST_DECIDED - 1):
        actions.dismiss(sent(world, seldom, str(n)), actor=world.actor("officer_a"), at=NOON, reason="broken")
    found = {row.device.code: row for row in queries.records(world.actor("dispatcher").rights, at=NOON, days=30)}
    assert (found["cam-1"].false_alarms, found["cam-1"].decided, found["cam-1"].rate) == (3, 6, 50.0)
    assert found["cam-1"].waiting == 2
    assert (found["cam-2"].decided, found["cam-2"].rate) == (4, None)
    later = {
        row.device.code: row
        for row in queries.records(world.actor("dispatcher").rights, at=NOON + timedelta(days=31), days=30)
    }
    assert later["cam-1"].decided == 0
    assert queries.records(world.actor("stranger").rights, at=NOON, days=30) == []


def test_the_list_behind_the_rate_holds_exactly_its_numerator(world: World) -> None:
    device = camera(world)
    for n in range(6):
        alert = sent(world, device, str(n))
        if n < 4:
            actions.dismiss(alert, actor=world.actor("officer_a"), at=NOON, reason="misread")
    client = signed_in(world.people["dispatcher"])
    page = client.get("/desk/alerts/?state=false_alarm&device=cam-1")
    assert len(page.context["rows"]) == 4
    assert client.get("/desk/alerts/devices/").status_code == 200


# Faces ----------------------------------------------------------------------------------------------

API = "/api/v1/alerts/"
BODY = {"device": "cam-1", "external_number": "A-9", "label": "烟火", "text": "楼顶有明火"}


def test_the_connector_sends_one_many_and_the_picture(world: World) -> None:
    camera(world)
    client = signed_in(world.people["platform"])
    first = post(client, API, BODY)
    assert first.status_code == 201
    assert (first.json()["state"], first.json()["category"]) == ("candidate", "0501")
    assert post(client, API, BODY).status_code == 200
    keyed = {"Idempotency-Key": "k-1"}
    body = {**BODY, "external_number": "A-10"}
    assert post(client, API, body, **keyed).status_code == 201
    assert post(client, API, body, **keyed)["Idempotent-Replay"] == "true"
    rows = post(client, f"{API}batch/", [BODY, {"device": "cam-1"}, {**BODY, "device": "x"}, {**BODY, "external_number": "A-11"}])
    assert rows.status_code == 207
    assert [row["status"] for row in rows.json()] == [200, 400, 400, 201]
    assert set(rows.json()[1]["error"]["fields"]) == {"external_number", "label"}
    one = f"{API}{first.json()['id']}/"
    assert client.post(f"{one}picture/", {"file": jpeg(colour=(3, 2, 1))}).status_code == 201
    assert client.post(f"{one}picture/", {"file": jpeg(colour=(3, 2, 1))}).status_code == 200
    assert client.post(f"{one}picture/", {"file": jpeg(colour=(1, 2, 3))}).json()["code"] == "has_picture"
    assert client.get(one).json()["has_picture"] is True
    page = client.get(f"{API}?page_size=2").json()
    assert [row["external_number"] for row in page["results"]] == ["A-11", "A-10"]
    rest = client.get(page["next"]).json()
    assert ([row["external_number"] for row in rest["results"]], rest["next"]) == (["A-9"], None)
    assert not Event.objects.exists()


def test_a_connector_decides_nothing_and_a_desk_sends_nothing(world: World) -> None:
    alert = sent(world, camera(world))
    assert post(signed_in(world.people["platform"]), f"{API}{alert.pk}/confirm/", {}).status_code == 403
    desk = signed_in(world.people["dispatcher"])
    assert post(desk, API, BODY).status_code == 403
    done = post(desk, f"{API}{alert.pk}/confirm/", {"text": "两处摊贩"})
    assert done.status_code == 200
    assert done.json()["event"] == Event.objects.get(text="两处摊贩").number
    late = post(desk, f"{API}{alert.pk}/dismiss/", {"reason": "misread"})
    assert (late.status_code, late.json()["code"], late.json()["holder"]) == (409, "already_decided", "dispatcher")


def test_the_desk_works_through_its_list(world: World) -> None:
    device = camera(world)
    actions.add_picture(sent(world, device), file=_picture(world), at=NOON)
    second = sent(world, device, "2")
    client = signed_in(world.people["officer_a"])
    assert "预警 <span class=\"tab__count\">2</span>" in client.get("/desk/").content.decode()
    page = client.get("/desk/alerts/")
    assert [row.external_number for row in page.context["rows"]] == ["2", "1"]
    assert client.get(f"/desk/alerts/{second.pk}/picture/").status_code == 404
    first = Alert.objects.get(external_number="1")
    assert client.get(f"/desk/alerts/{first.pk}/picture/")["Content-Type"] == "image/jpeg"
    assert client.post(f"/desk/alerts/{first.pk}/confirm/").status_code == 302
    assert client.post(f"/desk/alerts/{second.pk}/dismiss/", {"reason": "broken"}).status_code == 302
    assert client.post(f"/desk/alerts/{second.pk}/dismiss/", {"reason": "no"}).status_code == 400
    again = client.post(f"/desk/alerts/{first.pk}/confirm/", follow=True)
    assert "已由officer_a确认为事件" in again.content.decode()
    assert client.get("/desk/alerts/").context["rows"] == []
    assert "预警 <span class=\"tab__count\">0</span>" in client.get("/desk/").content.decode()
    assert signed_in(world.people["stranger"]).get(f"/desk/alerts/{first.pk}/").status_code == 404
    assert client.get("/desk/alerts/?state=x").status_code == 400


def test_the_list_costs_the_same_with_many(world: World, django_assert_max_num_queries: object) -> None:
    device = camera(world)
    with transaction.atomic():
        for n in range(15):
            sent(world, device, str(n))
    rights = rights_of(world.people["dispatcher"], at=NOON)
    with django_assert_max_num_queries(1):
        page = queries.listed(queries.visible_to(rights))
        assert {row.device.area.code for row in page.rows} == {"150302002001001"}
