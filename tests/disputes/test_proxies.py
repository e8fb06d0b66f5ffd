"""代他人申请 (138): the record of consent, the person's own word at the first contact, the paper, the citizen's page."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.test import Client

from casework.refusals import MoveRefused
from disputes import transitions, wall
from disputes.models import Dispute, PaperText, Proxy
from disputes.telling import ProxyTold
from disputes.transitions.settling import CHECKS
from events.citizen import question
from tests.disputes import cast
from tests.disputes.cast import NOON, House
from tests.disputes.rooms_kit import make_room

TOLD = ProxyTold(name="张代办", phone="13911112222", relation="cadre", way="spoken", agreed_on=date(2026, 3, 4))
WRITTEN = {"terms": "各付一半", "facts": "无争议", "way": "转账", "term": "一月内", "checks": CHECKS}


def test_consent_is_the_persons_own_to_give(house: House) -> None:
    dispute = cast.accepted(house, proxy=TOLD)
    row = Proxy.objects.get(dispute=dispute)
    assert (dispute.proxy_open, row.party.name, row.party.consented_at) == (True, "王小明", None)


@pytest.mark.parametrize(("change", "field"), [
    ({"name": " "}, "proxy_name"), ({"phone": ""}, "proxy_phone"), ({"relation": "boss"}, "proxy_relation"),
    ({"way": ""}, "proxy_way"), ({"agreed_on": None}, "proxy_agreed_on"), ({"agreed_on": date(2026, 3, 6)}, "proxy_agreed_on"),
])
def test_what_is_missing_is_named(house: House, change: dict, field: str) -> None:
    told = ProxyTold(**{**{name: getattr(TOLD, name) for name in TOLD.__dataclass_fields__}, **change})
    with pytest.raises(MoveRefused) as refused:
        cast.accepted(house, proxy=told)
    assert field in refused.value.fields


def test_nobody_is_mediated_before_he_has_been_heard(house: House) -> None:
    """Offers, sessions and agreements wait; the control is the same dispute once the person has confirmed."""
    lead, room = house.actor("mediator"), make_room(house)
    dispute = cast.mediating(house, proxy=TOLD)
    session = transitions.schedule(dispute, actor=lead, at=NOON, starts_at=NOON + timedelta(hours=4), room=room)
    now = lambda: Dispute.objects.get(pk=dispute.pk)  # noqa: E731
    acts = (
        lambda: transitions.offer(now(), actor=lead, at=NOON, text="各付一半"),
        lambda: transitions.begin(session, actor=lead, at=NOON),
        lambda: transitions.conclude(session, actor=lead, at=NOON + timedelta(hours=5)),
        lambda: transitions.settle_orally(now(), actor=lead, at=NOON, terms="各付一半"),
        lambda: transitions.agree(now(), actor=lead, at=NOON, **WRITTEN),
    )
    for act in acts:
        with pytest.raises(MoveRefused) as refused:
            act()
        assert refused.value.code == "proxy_open"
    transitions.confirm_proxy(now(), actor=lead, at=NOON, note="电话联系本人,愿意")
    acts[0]()
    acts[1]()
    acts[4]()
    row = Proxy.objects.get(dispute=dispute)
    assert row.party.consented_at == NOON
    assert row.answered_by == "mediator"


def test_the_person_takes_it_back(house: House) -> None:
    dispute = transitions.deny_proxy(
        cast.routed(house, proxy=TOLD), actor=house.actor("body_head"), at=NOON, note="本人不知情"
    )
    assert (dispute.state, dispute.outcome, dispute.proxy_open) == ("closed", "withdrawn", False)
    with pytest.raises(MoveRefused):
        transitions.confirm_proxy(dispute, actor=house.actor("body_head"), at=NOON)


def test_the_application_paper_names_who_asked_and_lacks_the_persons_word_until_it_is_given(house: House) -> None:
    lead, dispute = house.actor("mediator"), cast.mediating(house, proxy=TOLD)
    first = transitions.issue(dispute, kind="application", actor=lead, at=NOON)
    assert "本人确认" in first.missing
    transitions.confirm_proxy(Dispute.objects.get(pk=dispute.pk), actor=lead, at=NOON)
    second = transitions.issue(Dispute.objects.get(pk=dispute.pk), kind="application", actor=lead, at=NOON)
    assert "本人确认" not in second.missing
    with wall.asking(person_id=lead.person_id):
        html = PaperText.objects.get(paper=second).html
    for words in ("张代办", "社区(村)干部代办", "2026年3月4日", "当面口头同意", "代办人(签名)"):
        assert words in html


def test_a_citizen_books_for_somebody_else_and_both_find_it(house: House, time_machine: object) -> None:
    time_machine.move_to(NOON, tick=False)
    client = Client()
    told = {
        "type": "neighbour", "name": "王小明", "phone": "13811112222", "other_name": "李大伟", "facts": "楼上漏水",
        "community": "150302002001", "mode": "on_site", "slot": "later", "consents": "on", "for_other": "on",
    }
    page = client.post("/c/mediate/", {"step": "2", **told})
    assert page.status_code == 400
    assert "请填写代办人姓名" in page.content.decode()
    told |= {"proxy_name": "张代办", "proxy_phone": "139 1111 3333", "proxy_relation": "kin", "proxy_way": "phone",
             "proxy_agreed_on": "2026-03-04"}
    page = client.post("/c/mediate/", {"step": "3", **told}).content.decode()
    assert "张代办(亲属)" in page
    asked = question.ask(at=NOON)
    sent = {"step": "4", **told, "question": asked.token, "answer": asked.first + asked.second}
    done = client.post("/c/mediate/", sent)
    assert done.status_code == 302
    dispute = Dispute.objects.get(source="booking")
    assert Proxy.objects.get(dispute=dispute).phone == "13911113333"
    assert "本人确认后才开始调解" in client.get(done["Location"]).content.decode()
    for digits, status in (("2222", 302), ("3333", 302), ("4444", 404)):
        found = Client().post("/c/mediate/find/", {"code": dispute.tracking_code, "digits": digits})
        assert found.status_code == status, digits


def test_over_the_api_and_masked_for_who_only_takes_part(house: House, time_machine: object) -> None:
    time_machine.move_to(NOON, tick=False)
    client = Client()
    client.force_login(house.world.people["mediator"], backend="governance.backends.RoleBackend")
    dispute = cast.mediating(house, proxy=TOLD)
    at = f"/api/v1/disputes/{dispute.number}/"
    assert client.get(at).json()["awaits_consent"] is True
    assert client.post(f"{at}confirm_proxy/", "{}", content_type="application/json").status_code == 200
    assert client.get(at).json()["awaits_consent"] is False
    body = {
        "facts": "漏水", "parties": [{"name": "王老太"}],
        "proxy": {"name": "张代办", "phone": "13911112222", "relation": "kin", "way": "phone", "agreed_on": "2026-03-04"},
    }
    made = client.post("/api/v1/disputes/", json.dumps(body), content_type="application/json")
    assert (made.status_code, made.json()["awaits_consent"]) == (201, True)
    street = Client()
    street.force_login(house.world.people["director_a"], backend="governance.backends.RoleBackend")
    page = street.get(f"/disputes/{dispute.number}/").content.decode()
    assert "代为申请" in page
    assert "张代办" not in page


def test_the_intake_page_takes_it(house: House, time_machine: object) -> None:
    time_machine.move_to(NOON, tick=False)
    client = Client()
    client.force_login(house.world.people["mediator"], backend="governance.backends.RoleBackend")
    told = {
        "type": "neighbour", "facts": "楼上漏水", "name": "王小明", "kind": "natural", "other_name": "李大伟",
        "other_kind": "natural", "area": "150302002001001", "complexity": "simple", "language": "普通话", "nature": "people",
        "source": "walk_in", "people": 1, "consents": "on", "for_other": "on", "proxy_name": "张代办",
    }
    assert client.post("/disputes/register/", told).status_code == 400
    told |= {"proxy_phone": "13911112222", "proxy_relation": "cadre", "proxy_way": "written", "proxy_agreed_on": "2026-03-05"}
    assert client.post("/disputes/register/", told).status_code == 302
    assert Proxy.objects.get().relation == "cadre"
