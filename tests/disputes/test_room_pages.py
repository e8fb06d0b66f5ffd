"""Pages of bodies, rooms, sessions and papers, as a person uses them without script."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

import pytest
from django.test import Client

from casework.models import ReadLog
from disputes import transitions
from disputes.bodies_load import load_bodies
from disputes.models import Dispute, Narrative, Paper, Party, Room, Session
from disputes.transitions.settling import CHECKS
from tests.disputes import cast
from tests.disputes.cast import NOON, House
from tests.disputes.rooms_kit import make_room

BACKEND = "governance.backends.RoleBackend"
WORDS = "金丝雀漏水三次"


@pytest.fixture
def house(house: House, time_machine: object) -> House:
    time_machine.move_to(NOON, tick=False)
    return house


@pytest.fixture
def room(house: House) -> Room:
    return make_room(house)


def client(house: House, name: str) -> Client:
    found = Client()
    found.force_login(house.world.people[name], backend=BACKEND)
    return found


def soon(hours: int = 24) -> datetime:
    return (NOON + timedelta(hours=hours)).replace(minute=0, second=0, microsecond=0)


def test_the_walk_from_a_free_cell_to_the_printed_agreement(house: House, room: Room) -> None:
    dispute = cast.mediating(house, facts=WORDS)
    web, at = client(house, "mediator"), f"/disputes/{dispute.number}/"
    grid = web.get(f"/rooms/?dispute={dispute.number}&day=2026-03-06").content.decode()
    link = f"{at}do/schedule/?starts_at=2026-03-06T10:00&amp;room={room.pk}"
    assert link in grid
    assert "2026-03-06T10:00" in web.get(link.replace("&amp;", "&")).content.decode()
    done = web.post(f"{at}do/schedule/", {"starts_at": "2026-03-06T10:00", "room": room.pk, "minutes": 60, "mode": "on_site"})
    assert done.status_code == 302
    session = Session.objects.get()
    assert 'rowspan="2"' in web.get("/rooms/?day=2026-03-06").content.decode()
    page = f"{at}session/{session.seq}/"
    assert "王小明" in web.get(page).content.decode()
    web.post(f"{page}pen/")
    assert web.post(f"{page}save/", {"part": "focus", "text": "赔偿数额", "version": "0"}).status_code == 302
    assert Party.objects.first().name in web.get(page).content.decode()
    assert "BEGIN:VEVENT" in web.get(f"{page}calendar.ics").content.decode()
    seat = session.seats.filter(role="party").first()
    web.post(f"{page}check-in/", {"came": seat.pk})
    web.post(f"{at}do/agree/", {
        "terms": "乙方赔偿三千元", "facts": WORDS, "way": "转账", "term": "三月底", "checks": list(CHECKS),
        "plan": "2026-03-20 2000\n2026-04-20 1000", "effective_on": "2026-03-05",
    })
    dispute.refresh_from_db()
    assert dispute.state == "agreed"
    web.post(f"{at}do/issue/", {"kind": "agreement"})
    paper = Paper.objects.get()
    shown = web.get(f"{at}paper/{paper.pk}/").content.decode()
    assert all(word in shown for word in (WORDS, "乙方赔偿三千元", "人民调解协议书", paper.number, "被申请人住址"))
    assert "被申请人住址" in paper.missing
    text = _pdf_text(web.get(f"{at}paper/{paper.pk}/pdf/").content)
    assert all(word in text for word in (WORDS, "乙方赔偿三千元", "人民调解协议书", paper.number, "2000.00"))
    assert web.get(f"{at}paper/{paper.pk}/docx/").content[:2] == b"PK"
    assert ReadLog.objects.filter(act="print", object_key=dispute.number).exists()
    assert "乙方赔偿三千元" not in web.get(f"{at}?nothing").content.decode().split("t-after")[0]


def _pdf_text(data: bytes) -> str:
    pypdf = pytest.importorskip("pypdf")
    return "".join("".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(data)).pages)


@pytest.mark.parametrize("kind", Paper.Kind.values)
def test_every_paper_is_composed_and_a_new_version_keeps_its_number(house: House, room: Room, kind: str) -> None:
    dispute = cast.mediating(house, facts=WORDS)
    actor = house.actor("mediator")
    first = transitions.issue(dispute, kind=kind, actor=actor, at=NOON)
    second = transitions.issue(dispute, kind=kind, actor=actor, at=NOON)
    assert (first.number, first.version, second.number, second.version) == (second.number, 1, first.number, 2)
    page = client(house, "mediator").get(f"/disputes/{dispute.number}/paper/{second.pk}/").content.decode()
    assert str(Paper.Kind(kind).label) in page
    assert all(f"【{name}】" in page for name in second.missing)


def test_papers_and_minutes_are_for_the_readers_of_the_narrative(house: House, room: Room) -> None:
    dispute = cast.mediating(house, facts=WORDS)
    actor = house.actor("mediator")
    paper = transitions.issue(dispute, kind="application", actor=actor, at=NOON)
    session = transitions.schedule(dispute, actor=actor, at=NOON, starts_at=soon(), room=room)
    at = f"/disputes/{dispute.number}/"
    for ending in (f"paper/{paper.pk}/", f"paper/{paper.pk}/pdf/", f"paper/{paper.pk}/docx/"):
        assert client(house, "director_a").get(at + ending).status_code == 403
        assert client(house, "stranger_mediator").get(at + ending).status_code == 404
    seen = client(house, "director_a").get(f"{at}session/{session.seq}/").content.decode()
    assert "王小明" not in seen
    assert "当事人" in seen
    other = client(house, "stranger_mediator").get("/rooms/?day=2026-03-06&body=community_a").content.decode()
    assert dispute.number not in other
    assert "已订" in other


def test_a_taken_time_is_told_on_the_form(house: House, room: Room) -> None:
    dispute = cast.mediating(house)
    transitions.schedule(dispute, actor=house.actor("mediator"), at=NOON, starts_at=soon(), room=room)
    web = client(house, "mediator")
    answer = web.post(
        f"/disputes/{dispute.number}/do/schedule/",
        {"starts_at": "2026-03-06T10:00", "room": room.pk, "minutes": 60, "mode": "on_site"},
    )
    assert answer.status_code == 409
    assert "最近可约" in answer.content.decode()


def test_bodies_map_coverage_and_circle(house: House) -> None:
    load_bodies()
    web = client(house, "mediator")
    assert "物业纠纷调解委员会" in web.get("/disputes/bodies/?kind=specialised").content.decode()
    assert web.get("/disputes/bodies/map.json").status_code == 200
    assert "青山社区" in web.get("/disputes/bodies/family_150302002001/").content.decode()
    assert web.get("/disputes/bodies/nothing/").status_code == 404
    found = web.get("/disputes/bodies/reach/?mode=ride").content.decode()
    assert "每个街道和社区都有婚姻家庭调解站" in found
    assert client(house, "wall").get("/disputes/bodies/").status_code == 403


def test_an_offer_of_the_walk_needs_its_rows(house: House) -> None:
    dispute = cast.mediating(house)
    page = client(house, "mediator").get(f"/disputes/{dispute.number}/").content.decode()
    assert "do/schedule/" in page
    assert Dispute.objects.get(pk=dispute.pk).state == "mediating"
    assert not Narrative.objects.filter(kind="minutes").exists()
