"""网格通: report, tasks, feedback, check; who sees what; one form one number (screens.md §5.5, online)."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from casework.models import ReadLog
from events import transitions
from events.models import Event, EventAttachment, Verification
from events.transitions.joint import Share
from tests import world as worlds
from tests.pictures import jpeg

pytestmark = pytest.mark.django_db
NAME, PHONE = "欧阳翠花", "13977770042"
BROADBAND = "0805"


def phone_of(world, name: str) -> Client:
    client = Client()
    client.force_login(world.people[name], backend="governance.backends.RoleBackend")
    return client


def form_of(client: Client, **fields) -> dict:
    page = client.get("/m/report/").content.decode()
    key = re.search(r'name="key" value="([0-9a-f]{32})"', page)[1]
    return {"category": BROADBAND, "text": "宽带断了", "key": key, **fields}


def delegated(world):
    """An order that the street gave to grid A1."""
    at = timezone.now() - timedelta(minutes=5)
    event = worlds.open_for_claim(world, at=at, reporter_name=NAME, reporter_phone=PHONE, by="hotline")
    event = transitions.claim(event, actor=world.actor("officer_a", at), at=at)
    parent = worlds.the_order(event)
    share = Share(unit=world.units["community_a"], task="先去看看", area=world.areas["grid_a1"])
    transitions.delegate(parent, shares=[share], actor=world.actor("officer_a", at), at=at)
    event.refresh_from_db()
    return event, worlds.the_order(event)


def check_waiting(world):
    """An event of grid A1 whose handling waits for the check; reported by a citizen."""
    at = timezone.now() - timedelta(minutes=5)
    return worlds.verifying(world, at=at, reporter_name=NAME, reporter_phone=PHONE, by="hotline")


# Who gets in ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["worker_a1", "cover_a1", "head_a1", "secretary_a", "officer_a", "handler"])
def test_field_people_get_in(world, name):
    client = phone_of(world, name)
    for address in ("/m/", "/m/tasks/", "/m/report/", "/m/sent/", "/m/me/"):
        assert client.get(address).status_code == 200, address


@pytest.mark.parametrize("name", ["wall", "admin", "mediator", "discipline"])
def test_others_do_not(world, name):
    assert phone_of(world, name).get("/m/").status_code == 403


def test_another_streets_case_is_not_there(world):
    event, order = delegated(world)
    client = phone_of(world, "worker_b1")
    for address in (f"/m/e/{event.number}/", "/m/e/20260305-0302-1-99999/"):
        assert client.get(address).status_code == 404
    assert client.post(f"/m/e/{event.number}/accept/{order.pk}/").status_code == 404
    assert client.post(f"/m/e/{event.number}/verify/", {"finding": "solved", "note": "x"}).status_code == 404


def test_a_neighbours_order_cannot_be_signed(world):
    event, _order = delegated(world)
    parent = event.orders.get(kind="claim")
    assert phone_of(world, "worker_a1").post(f"/m/e/{event.number}/accept/{parent.pk}/").status_code == 404


# Report -----------------------------------------------------------------------------------------------


def test_photo_and_category_are_enough(world):
    client = phone_of(world, "worker_a1")
    answer = client.post("/m/report/", form_of(client, text="", photos=[jpeg()]))
    event = Event.objects.get()
    assert answer["Location"] == f"/m/e/{event.number}/"
    assert (event.source, event.category_id, event.grid_code) == ("grid", BROADBAND, "150302002001001")
    assert "见照片" in event.text
    assert event.reporter_person == world.people["worker_a1"]
    assert EventAttachment.objects.get().purpose == "report"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"category": ""}, "请选择类别"),
        ({"text": ""}, "请拍一张照片,或者写一句话"),
        ({"category": "9999"}, "没有这个事项类别"),
        ({"grid": "1"}, "没有这个网格"),
        ({"key": "x"}, "请重新打开"),
        ({"on_spot": "on"}, "请写一句怎样解决的"),
        ({"lon": "999", "lat": "1"}, "180"),
    ],
)
def test_what_is_wrong_is_said(world, fields, words):
    client = phone_of(world, "worker_a1")
    answer = client.post("/m/report/", form_of(client, **fields))
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert not Event.objects.exists()


def test_the_same_form_gives_the_same_number(world):
    client = phone_of(world, "worker_a1")
    form = form_of(client)
    assert client.post("/m/report/", form)["Location"] == client.post("/m/report/", form)["Location"]
    other = phone_of(world, "cover_a1")
    other.post("/m/report/", form)
    assert Event.objects.count() == 2  # a key belongs to its person


def test_solved_on_the_spot(world):
    client = phone_of(world, "worker_a1")
    client.post("/m/report/", form_of(client, on_spot="on", done="已重启交换机", photos_after=[jpeg()]))
    event = Event.objects.get()
    assert event.state == "verifying"
    assert EventAttachment.objects.get().purpose == "feedback"
    assert "当场解决" in client.get(f"/m/e/{event.number}/").content.decode()


def test_a_bad_second_photo_leaves_nothing_by_half(world):
    client = phone_of(world, "worker_a1")
    bad = jpeg("x.jpg")
    bad.file.seek(0)
    bad.file.write(b"not a picture at all")
    bad.file.seek(0)
    answer = client.post("/m/report/", form_of(client, photos=[jpeg(), bad]))
    assert answer.status_code == 400
    assert not Event.objects.exists()


def test_own_categories_come_first(world):
    client = phone_of(world, "worker_a1")
    for _n in range(2):
        worlds.reported(world, at=timezone.now(), category="1008")
    page = client.get("/m/report/").content.decode()
    assert page.index('value="1008"') < page.index('value="0601"')
    assert len(re.findall(r'<label class="pick" for="c\d{4}"', page)) == 8


# Tasks ------------------------------------------------------------------------------------------------


def test_orders_of_my_grid_and_checks_are_my_tasks(world):
    event, _order = delegated(world)
    waiting = check_waiting(world)
    page = phone_of(world, "worker_a1").get("/m/tasks/").content.decode()
    assert f"/m/e/{event.number}/" in page
    assert f"/m/e/{waiting.number}/" in page
    assert "今天没有待办任务" in phone_of(world, "worker_b1").get("/m/tasks/").content.decode()


def test_sign_contact_feed_back(world):
    event, order = delegated(world)
    client = phone_of(world, "worker_a1")
    base = f"/m/e/{event.number}"
    page = client.get(base + "/").content.decode()
    assert "签收(" in page
    assert "先去看看" in page
    client.post(f"{base}/accept/{order.pk}/")
    client.post(f"{base}/contact/{order.pk}/")
    page = client.get(base + "/").content.decode()
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    form = {"note": "已接好", "outcome": "solved", "version": version, "photos": [jpeg()]}
    stale = client.post(f"{base}/feed-back/{order.pk}/", {**form, "version": "1", "photos": []})
    assert stale.status_code == 409
    assert "新变动" in stale.content.decode()
    assert client.post(f"{base}/feed-back/{order.pk}/", {**form, "outcome": ""}).status_code == 400
    assert not EventAttachment.objects.exists()
    form["photos"] = [jpeg()]
    assert client.post(f"{base}/feed-back/{order.pk}/", form).status_code == 302
    order.refresh_from_db()
    assert (order.state, order.outcome, order.handler) == ("done", "solved", world.people["worker_a1"])
    assert order.contacted_at is not None
    assert EventAttachment.objects.get().purpose == "feedback"


@pytest.mark.parametrize(("finding", "state"), [("solved", "verifying"), ("partial", "in_progress"), ("unsolved", "in_progress")])
def test_check_on_the_spot(world, finding, state):
    event = check_waiting(world)
    client = phone_of(world, "worker_a1")
    page = client.get(f"/m/e/{event.number}/").content.decode()
    form = page[page.index('id="verify"'):]
    assert "checked" not in form
    assert client.post(f"/m/e/{event.number}/verify/", {"note": "看过"}).status_code == 400
    client.post(f"/m/e/{event.number}/verify/", {"finding": finding, "note": "看过", "photos": [jpeg()]})
    event.refresh_from_db()
    assert (Verification.objects.get().finding, event.state) == (finding, state)
    assert 'id="verify"' not in client.get(f"/m/e/{event.number}/").content.decode()


def test_the_handler_is_not_asked_to_check_the_own_work(world):
    client = phone_of(world, "worker_a1")
    client.post("/m/report/", form_of(client, on_spot="on", done="已重启"))
    event = Event.objects.get()
    assert 'id="verify"' not in client.get(f"/m/e/{event.number}/").content.decode()
    client.post(f"/m/e/{event.number}/verify/", {"finding": "solved", "note": "好"})
    assert not Verification.objects.exists()
    assert 'id="verify"' in phone_of(world, "cover_a1").get(f"/m/e/{event.number}/").content.decode()


def test_help_is_a_word_in_the_trail(world):
    event, _order = delegated(world)
    phone_of(world, "worker_a1").post(f"/m/e/{event.number}/help/", {"note": "要一架梯子"})
    assert event.trail.filter(verb="comment", note__contains="要一架梯子").exists()


def test_six_steps(world):
    event, _order = delegated(world)
    page = phone_of(world, "worker_a1").get(f"/m/e/{event.number}/").content.decode()
    for label in ("排查收集", "梳理交办", "向上反映", "处置反馈", "回访核实", "工作通报"):
        assert label in page


def test_navigation_link(world):
    event = worlds.reported(world, at=timezone.now(), lon=106.8, lat=39.67)
    page = phone_of(world, "worker_a1").get(f"/m/e/{event.number}/").content.decode()
    assert "geo:39.670000,106.800000" in page


# What is not there ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["worker_a1", "head_a1", "secretary_a", "officer_a", "handler"])
def test_the_reporter_stands_on_no_handlers_page(world, name):
    event = check_waiting(world)
    client = phone_of(world, name)
    for address in ("/m/", "/m/tasks/", f"/m/e/{event.number}/"):
        page = client.get(address)
        assert page.status_code == 200
        for canary in (NAME, PHONE, PHONE[-4:], event.tracking_code, event.token):
            assert canary not in page.content.decode(), (address, canary)


def test_reading_a_photo_is_logged_and_bound_to_the_case(world):
    client = phone_of(world, "worker_a1")
    client.post("/m/report/", form_of(client, photos=[jpeg()]))
    event, row = Event.objects.get(), EventAttachment.objects.get()
    assert client.get(f"/m/e/{event.number}/photo/{row.pk}/")["Content-Type"] == "image/jpeg"
    assert ReadLog.objects.filter(act="download", object_key=f"{event.number}/{row.pk}").count() == 1
    assert phone_of(world, "worker_b1").get(f"/m/e/{event.number}/photo/{row.pk}/").status_code == 404
    assert client.get(f"/m/e/{event.number}/photo/{row.pk + 1}/").status_code == 404


def test_no_formalism(world):
    """UX-48: nobody is made to check in, ranked, or measured by time and distance; the pages only say so once."""
    root = Path(settings.BASE_DIR)
    words = ("打卡", "积分", "排行", "里程", "在线时长", "签到")
    for path in [*root.glob("templates/field/*.html"), *root.glob("field/*.py"), *root.glob("static/field/*.js")]:
        text = path.read_text(encoding="utf-8")
        if path.name == "me.html":
            text = text.replace("本系统不要求打卡,不排个人名次,不记里程和在线时长。", "")
        assert [word for word in words if word in text] == [], path
