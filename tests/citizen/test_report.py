"""随手拍: two answers, one event, danger first, neighbours shown, nobody outside left alone (screens.md §5.6)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from events.citizen import question
from events.models import Event, EventAttachment, EventReporter
from grids.addresses.index import bump
from grids.models import PublicPlace, UnresolvedAddress
from tests.citizen.conftest import Visitor
from tests.pictures import jpeg

pytestmark = pytest.mark.django_db
CODE = re.compile(r"[23456789ABCDEFGHJKMNPQRSTUVWXYZ]{4}-[23456789ABCDEFGHJKMNPQRSTUVWXYZ]{4}")


def test_kind_and_place_are_enough(world, visitor):
    token = visitor.report(kind="lamp", text="", address="滨湖路")
    event = Event.objects.get(token=token)
    assert (event.source, event.category_id, event.address, event.state) == ("citizen", "0606", "滨湖路", "reported")
    assert not EventReporter.objects.exists()
    receipt = visitor.client.get(f"/c/k/{token}/receipt/").content.decode()
    assert event.tracking_code in receipt
    assert CODE.fullmatch(event.tracking_code)
    picture = visitor.client.get(f"/c/k/{token}/qr.svg")
    assert picture["Content-Type"] == "image/svg+xml"
    assert b"<svg" in picture.content


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": "", "text": ""}, "请选一类,或者写一句话"),
        ({"kind": "other", "text": " \u200b "}, "请写一句话说明情况"),
        ({"address": ""}, "请点“定位”,或者写下地点"),
        ({"phone": "12"}, "请检查号码"),
        ({"grid": "150302999999999"}, "这张网格牌已停用"),
        ({"kind": "nonsense"}, "nonsense"),
        ({"answer": ""}, "请先算一算"),
        ({"answer": "99"}, "算得不对"),
        ({"question": "forged"}, "请再算一次"),
        ({"text": "长" * 2001}, "2000"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(world, visitor, fields, words):
    answer = visitor.send(**fields)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert not Event.objects.exists()


def test_a_typed_address_is_placed_by_the_register_or_waits_on_its_list(world, visitor):
    grid = world.areas["grid_a1"]
    PublicPlace.objects.create(name="阳光花园", kind="compound", lon=106.805, lat=39.605, grid=grid)
    bump()
    found = Event.objects.get(token=visitor.report(address="阳光花园3号楼"))
    assert (found.grid_code, found.is_located) == (grid.code, True)
    assert not UnresolvedAddress.objects.exists()
    lost = Event.objects.get(token=visitor.report(address="不知名巷子深处"))
    assert not lost.is_located
    assert UnresolvedAddress.objects.get().subjects == [f"event:{lost.number}"]


def test_a_scanned_plate_is_the_place(world, visitor):
    page = visitor.client.get("/c/g/150302002001002/").content.decode()
    assert "青山第二网格" in page
    token = visitor.report(grid="150302002001002", address="")
    assert Event.objects.get(token=token).grid_code == "150302002001002"
    assert visitor.client.get("/c/g/999/").status_code == 404


def test_photos_are_kept_when_a_word_is_missing(world, visitor):
    form = visitor.form(kind="", photos=[jpeg("a.jpg"), jpeg("b.jpg", (9, 9, 9))])
    page = visitor.client.post("/c/report/", form)
    assert page.status_code == 400
    html = page.content.decode()
    kept = re.search(r'name="kept" value="([^"]+)"', html)[1]
    token = re.search(r'name="question" value="([^"]+)"', html)[1]
    shown = re.search(r'src="(/c/p/[^"]+)"', html)[1]
    assert visitor.client.get(shown)["Content-Type"] == "image/jpeg"
    answer = visitor.client.post(
        "/c/report/", {"kind": "road", "address": "路口", "question": token, "kept": kept}
    )
    assert answer.status_code == 302
    assert EventAttachment.objects.filter(event=Event.objects.get(), purpose="report").count() == 2


def test_seven_photos_and_what_is_no_photo_are_refused(world, visitor):
    seven = [jpeg(f"{n}.jpg", (n, n, n)) for n in range(7)]
    assert "最多 6 张照片" in visitor.send(photos=seven).content.decode()
    bad = jpeg("x.jpg")
    bad.file.seek(0)
    bad.file.write(b"<svg onload=alert(1)>")
    bad.file.seek(0)
    assert "只接受 JPEG" in visitor.send(photos=[bad]).content.decode()
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("fields", "number"),
    [({"kind": "gas"}, "119"), ({"text": "楼下有人持刀打架"}, "110"), ({"text": "老人昏迷了"}, "120")],
)
def test_danger_is_told_to_telephone_first_and_may_go_on(world, visitor, fields, number):
    page = visitor.send(photos=[jpeg()], **fields)
    html = page.content.decode()
    assert page.status_code == 200
    assert f'href="tel:{number}"' in html
    assert not Event.objects.exists()
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))
    hidden.pop("csrfmiddlewaretoken", None)
    assert visitor.client.post("/c/report/", hidden).status_code == 302
    assert EventAttachment.objects.filter(event=Event.objects.get()).count() == 1


def test_a_harmless_word_is_no_danger(world, visitor):
    visitor.report(kind="stall", text="火锅店把桌子摆到人行道上")


def test_similar_open_reports_are_shown_without_a_word_of_their_text(world, visitor):
    first = visitor.report(lon="106.8000", lat="39.6700", text="我是李秀兰,三单元的灯不亮", photos=[jpeg()])
    page = Visitor("198.51.100.8").send(lon="106.8010", lat="39.6700").content.decode()
    assert "就是这个,关注进度" in page
    assert "距您 86 米" in page
    assert "李秀兰" not in page
    event = Event.objects.get(token=first)
    assert event.tracking_code not in page
    assert first not in page
    follow = visitor.client.get(re.search(r'href="(/c/f/[^"]+)"', page)[1]).content.decode()
    assert "李秀兰" not in follow
    assert event.tracking_code not in follow
    assert "id_digits" not in follow
    far = Visitor("198.51.100.9").send(lon="106.8100", lat="39.6700")
    assert far.status_code == 302


def test_another_kind_of_matter_near_by_is_not_shown(world, visitor):
    visitor.report(lon="106.8000", lat="39.6700", kind="parking", text="车停在人行道")
    assert Visitor("198.51.100.8").send(lon="106.8001", lat="39.6700", kind="noise", text="半夜唱歌").status_code == 302


def test_secret_reports_are_not_shown_as_similar(world, visitor):
    visitor.report(lon="106.8000", lat="39.6700", phone="13912345678", is_secret="on")
    assert Visitor("198.51.100.8").send(lon="106.8001", lat="39.6700").status_code == 302


def test_outside_the_district_somebody_is_named(world, visitor):
    area = world.areas["district"]
    area.boundary = {
        "type": "Polygon",
        "coordinates": [[[106.7, 39.5], [106.9, 39.5], [106.9, 39.8], [106.7, 39.8], [106.7, 39.5]]],
    }
    area.save()
    from grids import places

    places.forget()
    html = visitor.send(lon="116.4", lat="39.9").content.decode()
    assert "这个位置不在本区" in html
    assert "tel:12345" in html
    assert "继续提交" in html
    assert visitor.send(lon="106.8", lat="39.6").status_code == 302
    places.forget()


# One question, one report ---------------------------------------------------------------------------


def test_the_same_form_again_gives_the_same_receipt(world, visitor):
    form = visitor.form()
    first, second = visitor.client.post("/c/report/", form), visitor.client.post("/c/report/", form | {"text": "另一件"})
    assert first["Location"] == second["Location"]
    assert Event.objects.count() == 1


def test_a_wrong_answer_ends_the_question(world, visitor):
    form = visitor.form()
    right = form["answer"]
    assert visitor.client.post("/c/report/", form | {"answer": "0"}).status_code == 400
    assert visitor.client.post("/c/report/", form | {"answer": right}).status_code == 400
    assert not Event.objects.exists()


def test_an_old_question_is_asked_anew(world, visitor):
    asked = question.ask(at=timezone.now() - timedelta(hours=2))
    answer = visitor.client.post(
        "/c/report/", visitor.form() | {"question": asked.token, "answer": str(asked.first + asked.second)}
    )
    assert answer.status_code == 400
    assert "请回答这道新题" in answer.content.decode()


def test_full_width_digits_count(world, visitor):
    form = visitor.form()
    form["answer"] = "".join(chr(ord(c) + 0xFEE0) for c in form["answer"])
    assert visitor.client.post("/c/report/", form).status_code == 302


def test_elder_version_is_remembered_and_goes_nowhere_else(world, visitor):
    answer = visitor.client.post("/elder/", {"next": "/c/report/"})
    assert answer["Location"] == "/c/report/"
    assert 'face-elder' in visitor.client.get("/c/").content.decode()
    assert visitor.client.post("/elder/", {"next": "https://evil.example/"})["Location"] == "/c/"


def test_text_is_shown_as_text(world, visitor):
    token = visitor.report(kind="other", text="<script>alert(1)</script>", address="<b>x</b>")
    page = visitor.client.get(f"/c/k/{token}/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_nul_and_bidi_do_no_harm(world, visitor):
    token = visitor.report(kind="other", text="路面\u202e塌了\x00", address="a\x07b")
    assert Event.objects.get(token=token).text == "路面塌了"


