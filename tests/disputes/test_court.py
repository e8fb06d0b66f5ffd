"""法庭进中心 (76): what is handed to the court, what its people see of it, and what they do, with the terms of the law."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client

from casework.models import ReadLog
from casework.refusals import MoveRefused
from disputes import court, transitions, wall
from disputes.models import CourtFile, Dispute, DisputeDeadline, Narrative
from disputes.transitions.settling import CHECKS
from tests.disputes import cast
from tests.disputes.cast import DAY, NOON, House

WORDS = {"facts": "双方无争议", "way": "转账", "term": "一个月内", "checks": CHECKS}
SECRET = "竹林里的秘密"


def sued(house: House, **more: object) -> Dispute:
    dispute = cast.failed(house, facts=f"楼上漏水,{SECRET}")
    return transitions.litigate(dispute, actor=house.actor("mediator"), at=NOON, unit=house.world.units["court"], **more)


def applied(house: House) -> Dispute:
    dispute, lead = cast.mediating(house, facts=f"楼上漏水,{SECRET}"), house.actor("mediator")
    transitions.agree(dispute, actor=lead, at=NOON, terms="楼上赔偿九百元", **WORDS)
    dispute.refresh_from_db()
    transitions.apply_confirm(
        dispute, actor=lead, at=NOON, court="区人民法院", together=True, unit=house.world.units["court"]
    )
    return Dispute.objects.get(pk=dispute.pk)


def live(dispute: Dispute) -> set[str]:
    return {row.stage for row in DisputeDeadline.objects.filter(case=dispute, state="running")}


def browser(house: House, name: str = "judge") -> Client:
    client = Client()
    client.force_login(house.world.people[name], backend="governance.backends.RoleBackend")
    return client


def test_filed_served_and_ended_with_the_terms_of_the_law(house: House) -> None:
    judge = house.actor("judge")
    dispute = sued(house)
    assert "crt_file" in live(dispute)
    with pytest.raises(MoveRefused) as refused:
        transitions.court_serve(dispute, actor=judge, at=NOON)
    assert refused.value.code == "not_filed"
    dispute = transitions.court_file(dispute, actor=judge, at=NOON + DAY, filing_number="(2026)内0302民初15号")
    assert live(dispute) & {"crt_file", "crt_serve", "crt_defence"} == {"crt_serve"}
    service = DisputeDeadline.objects.get(case=dispute, stage="crt_serve")
    assert service.due_at.date() == date(2026, 3, 11)  # five days from 6 March end on the 11th, 24:00 in Shanghai
    dispute = transitions.court_serve(dispute, actor=judge, at=NOON + 2 * DAY)
    assert live(dispute) & {"crt_file", "crt_serve", "crt_defence"} == {"crt_defence"}
    dispute = transitions.court_end(dispute, actor=judge, at=NOON + 9 * DAY, result="经法院调解达成协议")
    assert (dispute.state, dispute.outcome) == ("closed", "court")
    assert live(dispute) == set()


@pytest.mark.parametrize(("verb", "words", "code"), [
    ("court_file", {"filing_number": " "}, "invalid"),
    ("court_file", {"filing_number": "1", "filed_on": date(2026, 3, 4)}, "invalid"),
    ("court_end", {"result": "已判"}, "not_filed"),
])
def test_what_is_wrong_is_refused(house: House, verb: str, words: dict, code: str) -> None:
    dispute = sued(house)
    with pytest.raises(MoveRefused) as refused:
        getattr(transitions, verb)(dispute, actor=house.actor("judge"), at=NOON, **words)
    assert refused.value.code == code


def test_only_the_court_it_was_handed_to(house: House) -> None:
    """Invited to take part is not handed over: the court sees the case and may not act; nor may a mediator."""
    lead, judge = house.actor("mediator"), house.actor("judge")
    dispute = cast.mediating(house)
    transitions.invite(dispute, actor=lead, at=NOON, units=[house.world.units["court"]])
    dispute = transitions.fail(Dispute.objects.get(pk=dispute.pk), actor=lead, at=NOON, note="分歧")
    dispute = transitions.litigate(dispute, actor=lead, at=NOON)
    assert dispute.is_visible_to(judge.rights)
    for who, code in ((judge, "not_ours"), (lead, "forbidden")):
        with pytest.raises(MoveRefused) as refused:
            transitions.court_file(dispute, actor=who, at=NOON, filing_number="1")
        assert refused.value.code == code
    with pytest.raises(MoveRefused, match="不是驻中心法庭"):
        transitions.litigate(cast.failed(house), actor=lead, at=NOON, unit=house.world.units["zhujian"])


def test_the_file_holds_claims_and_no_story_and_the_database_says_whose_it_is(house: House) -> None:
    dispute = sued(house, hands_file=True)
    people = {name: house.world.people[name].pk for name in ("judge", "mediator", "stranger_mediator", "director")}
    for name, sees in (("judge", 1), ("mediator", 1), ("stranger_mediator", 0), ("director", 0)):
        with wall.asking(person_id=people[name]):
            assert CourtFile.objects.filter(dispute=dispute).count() == sees, name
    with wall.asking(person_id=people["judge"]):
        assert not Narrative.objects.filter(dispute=dispute).exists()
        content = CourtFile.objects.get(dispute=dispute).content
    assert content["claims"][0]["text"] == "赔偿修复费用"
    assert SECRET not in str(content)
    house.world.people["judge"].posts.update(valid_to=date(2020, 1, 2))
    with wall.asking(person_id=people["judge"]):  # a judge who has left reads no more
        assert not CourtFile.objects.exists()


def test_an_agreement_is_confirmed_where_it_was_applied_for(house: House) -> None:
    judge = house.actor("judge")
    dispute = applied(house)
    due = DisputeDeadline.objects.get(case=dispute, stage="crt_conf")
    assert due.due_at - NOON > timedelta(days=30)
    dispute = transitions.court_confirm(dispute, actor=judge, at=NOON + DAY, number="(2026)内0302诉前调确3号")
    assert dispute.state == "confirmed"
    assert "crt_conf" not in live(dispute)
    other = transitions.court_deny(applied(house), actor=judge, at=NOON + DAY, note="给付内容不明确")
    assert other.state == "agreed"
    assert "crt_conf" not in live(other)


def test_the_page_shows_what_is_in_hand_and_the_reading_is_logged(house: House, time_machine: object) -> None:
    time_machine.move_to(NOON, tick=False)
    suit, agreed = sued(house, hands_file=True), applied(house)
    cast.failed(house)  # not handed over
    client = browser(house)
    page = client.get("/disputes/court/").content.decode()
    assert suit.number in page
    assert agreed.number not in page
    assert "王小明" not in page
    assert agreed.number in client.get("/disputes/court/?view=to_confirm").content.decode()
    assert client.get("/disputes/court/?view=nothing").status_code == 404
    shown = client.get(f"/disputes/{suit.number}/").content.decode()
    assert "王小明" in shown
    assert SECRET not in shown
    assert "登记立案" in client.get("/disputes/court/?view=to_file").content.decode()
    assert ReadLog.objects.filter(object_key=suit.number, fields__contains=["court_file"]).count() == 1
    assert browser(house, "mediator").get("/disputes/court/").status_code == 403
    answer = client.post(f"/disputes/{suit.number}/do/court_file/", {"filing_number": "(2026)内0302民初15号"})
    assert answer.status_code == 302
    assert [court.counts(house.actor("judge").rights)[code] for code in ("to_file", "to_serve")] == [0, 1]


def test_a_sealed_one_asks_the_court_for_a_reason_too(house: House, time_machine: object) -> None:
    time_machine.move_to(NOON, tick=False)
    suit = sued(house, hands_file=True)
    Dispute.objects.filter(pk=suit.pk).update(is_sealed=True)
    client = browser(house)
    assert "王小明" not in client.get(f"/disputes/{suit.number}/").content.decode()
    client.post(f"/disputes/{suit.number}/open/", {"reason": "立案审查"})
    assert "王小明" in client.get(f"/disputes/{suit.number}/").content.decode()
    assert ReadLog.objects.filter(object_key=suit.number, reason="立案审查").exists()


def test_the_wall_is_forced(house: House) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relforcerowsecurity FROM pg_class WHERE relname = 'disputes_courtfile'")
        assert cursor.fetchone() == (True,)
