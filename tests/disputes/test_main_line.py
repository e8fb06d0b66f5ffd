"""The walks of a dispute in the trade's words: 受导分调, the three tiers, refusal, the ways outside, the event's way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from casework import outbox
from casework.actor import Actor
from casework.clock.sweep import sweep_deadlines
from casework.models import Notice
from casework.refusals import MoveRefused
from casework.verify import verify_all
from disputes import actions, queries, transitions, wall
from disputes.models import (
    Dispute,
    DisputeAlarm,
    DisputeDeadline,
    JointNotice,
    Mediator,
    Narrative,
    Packet,
    PanelMember,
)
from disputes.telling import PartyTold
from events import transitions as events
from events.models import Event, EventReporter
from tests import world as worlds
from tests.disputes import cast
from tests.disputes.cast import DAY, NOON, House


def _running(dispute: Dispute) -> set[str]:
    return set(DisputeDeadline.objects.filter(case=dispute, state="running").values_list("stage", flat=True))


def test_from_the_grid_to_the_first_tier(house: House) -> None:
    dispute = cast.accepted(house)
    assert dispute.number.startswith("MT20260305-")
    assert (dispute.state, dispute.body, _running(dispute)) == ("accepted", house.bodies["community_a"], {"guide"})
    dispute = transitions.route(dispute, actor=house.actor("body_head"), at=NOON)
    assert (dispute.state, dispute.channel, _running(dispute)) == ("routed", "mediation", {"sign"})
    dispute = transitions.sign(dispute, actor=house.actor("body_head"), at=NOON, mediator=house.mediators["mediator"])
    assert _running(dispute) == {"tier", "total", "start"}
    assert dispute.member_ids == [house.world.people["mediator"].pk]
    tier = DisputeDeadline.objects.get(case=dispute, stage="tier")
    assert tier.due_at == NOON + 7 * DAY
    assert list(verify_all(Dispute)) == []


def test_the_sweep_raises_tier_by_tier_each_with_its_packet(house: House) -> None:
    dispute = cast.mediating(house)
    at = NOON
    for tier, days, who in (("joint", 7, "joint_head"), ("district", 10, "district_head")):
        at += days * DAY
        _sweep(dispute, at)
        dispute.refresh_from_db()
        assert (dispute.state, dispute.tier) == ("routed", tier)
        dispute = transitions.sign(dispute, actor=house.actor(who, at), at=at)
    _sweep(dispute, at + 13 * DAY)
    dispute.refresh_from_db()
    assert (dispute.state, dispute.rises) == ("failed", 2)
    with wall.asking(dispute_id=dispute.pk):
        packets = list(Packet.objects.filter(dispute=dispute))
        assert [(row.from_tier, row.to_tier, row.reason) for row in packets] == [
            ("first", "joint", "time_out"), ("joint", "district", "time_out")]
        assert "楼上漏水" in packets[0].content["records"][0]["text"]
        assert {row["name"] for row in packets[0].content["parties"]} == {"王小明", "李大伟"}
    roles = dict(PanelMember.objects.filter(dispute=dispute).values_list("mediator__person__username", "role"))
    assert roles["mediator"] == "helper"
    transitions.help(dispute, actor=house.actor("mediator", at), at=at, note="陪同上门")


def _sweep(dispute: Dispute, at: object) -> None:
    sweep_deadlines(DisputeDeadline, DisputeAlarm, at=at, cases=[dispute.pk])
    outbox.do_due(at=at)


def test_a_person_raises_with_two_fields_and_only_upwards(house: House) -> None:
    dispute = cast.failed(house)
    actor = house.actor("mediator")
    with pytest.raises(MoveRefused) as refused:
        transitions.rise(dispute, actor=actor, at=NOON, summary="分歧太大")
    assert "next_step" in refused.value.fields
    with pytest.raises(MoveRefused):
        transitions.rise(dispute, actor=actor, at=NOON, summary="分歧", next_step="请街道", body=house.bodies["district"])
    dispute = transitions.rise(dispute, actor=actor, at=NOON, summary="分歧", next_step="请街道协调住建")
    assert (dispute.state, dispute.body) == ("routed", house.bodies["street_a"])


def test_nobody_is_mediated_against_their_will(house: House) -> None:
    dispute = cast.refused(house)
    assert (dispute.state, _running(dispute)) == ("failed", {"leave"})
    with pytest.raises(MoveRefused) as refused:
        transitions.rise(dispute, actor=house.actor("mediator"), at=NOON, summary="x", next_step="y")
    assert refused.value.code == "party_refused"
    _sweep(dispute, NOON + 15 * DAY)
    dispute.refresh_from_db()
    assert (dispute.state, dispute.outcome, dispute.rises) == ("closed", "refused", 0)


def test_what_failed_and_may_rise_does_by_itself(house: House) -> None:
    dispute = cast.failed(house)
    _sweep(dispute, NOON + 3 * DAY)
    dispute.refresh_from_db()
    assert (dispute.state, dispute.tier) == ("routed", "joint")


def test_twelve_unpaid_workers_skip_the_first_tier_and_are_told_jointly(house: House) -> None:
    dispute = transitions.register(
        cast.told(type="labour", flags=("threat", "wages"), parties=(
            PartyTold(name="工人代表", people=12), PartyTold(name="某建筑公司", side="respondent", kind="legal"))),
        actor=house.actor("hotline"), at=NOON,
    )
    assert (dispute.risk_colour, dispute.risk_score) == ("red", 65)
    assert set(dispute.risk_flags) == {"threat", "wages", "crowd", "money"}
    assert {row.target for row in JointNotice.objects.filter(dispute=dispute)} == {"police", "street"}
    assert JointNotice.objects.get(dispute=dispute, target="police").is_urgent
    assert "lab_mediate" in _running(dispute)
    outbox.do_due(at=NOON)
    told = Notice.objects.filter(case_number=dispute.number, kind="dispute_joint")
    assert house.world.people["handler"].pk in set(told.values_list("person", flat=True))
    dispute = transitions.route(dispute, actor=house.actor("dispatcher"), at=NOON)
    assert dispute.body == house.bodies["labour"]
    dispute = transitions.sign(dispute, actor=house.actor("labour_mediator"), at=NOON, mediator=None)
    start = DisputeDeadline.objects.get(case=dispute, stage="start")
    assert start.due_at - NOON == timedelta(hours=2)  # danger: at once


def test_a_lower_tier_cannot_be_passed_without_a_rule(house: House) -> None:
    dispute = cast.guided(house)
    with pytest.raises(MoveRefused) as refused:
        transitions.route(dispute, actor=house.actor("body_head"), at=NOON, body=house.bodies["street_a"])
    assert refused.value.code == "not_this_tier"


def test_arbitration_runs_by_its_own_days(house: House) -> None:
    dispute = cast.failed(house, type="labour")
    actor = house.actor("mediator")
    dispute = transitions.arbitrate(dispute, actor=actor, at=NOON, kind="labour_arb", applied_on=date(2026, 3, 5))
    accept = DisputeDeadline.objects.get(case=dispute, stage="arb_accept")
    assert accept.due_at.isoformat() == "2026-03-12T16:00:00+00:00"  # five working days after Thursday: to Thursday 24:00
    at = NOON + 8 * DAY
    dispute = transitions.track(dispute, actor=house.actor("mediator", at), at=at, filed_on=date(2026, 3, 10),
                                filing_number="海劳仲字〔2026〕12号")
    assert _running(dispute) == {"arb_panel", "arb_award"}
    award = DisputeDeadline.objects.get(case=dispute, stage="arb_award")
    assert award.due_at.isoformat() == "2026-04-24T16:00:00+00:00"  # 45 days from 10 March: 24 April, 24:00
    dispute = transitions.track(dispute, actor=house.actor("mediator", at), at=at, is_extended=True)
    award.refresh_from_db()
    assert award.due_at.isoformat() == "2026-05-09T16:00:00+00:00"
    dispute = transitions.end_outside(dispute, actor=house.actor("mediator", at), at=at, result="支持申请人")
    assert (dispute.state, dispute.outcome, _running(dispute)) == ("closed", "arbitration", set())


def test_a_conflict_of_interest_is_refused_and_another_proposed(house: House) -> None:
    mediator = Mediator.objects.get(pk=house.mediators["mediator"].pk)
    mediator.interests = ["李大伟"]
    mediator.save(update_fields=["interests"])
    dispute = cast.routed(house)
    with pytest.raises(MoveRefused) as refused:
        transitions.sign(dispute, actor=house.actor("body_head"), at=NOON, mediator=mediator)
    assert refused.value.code == "conflict_of_interest"
    dispute = transitions.sign(dispute, actor=house.actor("body_head"), at=NOON)
    assert dispute.mediator == house.mediators["second_mediator"]


def test_a_new_mediator_takes_the_seat_and_the_old_reads_no_more(house: House) -> None:
    dispute = cast.mediating(house)
    dispute = transitions.assign(
        dispute, actor=house.actor("body_head"), at=NOON, mediator=house.mediators["second_mediator"], note="回避")
    assert dispute.member_ids == [house.world.people["second_mediator"].pk]
    with wall.asking(person_id=house.world.people["mediator"].pk):
        assert not Narrative.objects.filter(dispute=dispute).exists()


def test_a_minor_has_a_guardian_and_seals_the_case(house: House) -> None:
    with pytest.raises(MoveRefused) as refused:
        cast.accepted(house, parties=(PartyTold(name="小宝", is_minor=True),))
    assert "guardian_name" in refused.value.fields
    dispute = cast.accepted(house, parties=(PartyTold(name="小宝", is_minor=True, guardian_name="王母"),))
    assert dispute.is_sealed
    assert dispute.label == "涉密纠纷"


def test_identity_numbers_are_sealed_and_revealed_with_a_trace(house: House) -> None:
    dispute = cast.mediating(house)
    party = dispute.parties.first()
    assert "150302199001011234" not in party.id_sealed
    value = actions.reveal(dispute, party=party, field="id_number", reason="核对身份", actor=house.actor("body_head"), at=NOON)
    assert value == "150302199001011234"
    with pytest.raises(MoveRefused):
        actions.reveal(dispute, party=party, field="name", reason="好奇", actor=house.actor("director"), at=NOON)


def test_an_event_handed_over_opens_its_dispute_and_hears_of_the_end(house: House) -> None:
    event = worlds.reported(house.world, category="0101", text="楼上漏水多次协商不成")
    event = events.transfer(event, kind="mediation", basis="属民间纠纷", actor=house.actor("dispatcher"), at=NOON, note="转调解")
    outbox.do_due(at=NOON)
    dispute = Dispute.objects.get(origin_number=event.number)
    assert (dispute.type, dispute.tracking_code, dispute.area_id) == ("neighbour", event.tracking_code, event.area_id)
    event.refresh_from_db()
    assert event.links.get().number == dispute.number
    transitions.withdraw(dispute, actor=house.actor("body_head"), at=NOON, note="双方和好")
    outbox.do_due(at=NOON)
    assert event.trail.order_by("seq").last().verb == "end_elsewhere"
    assert event.links.get().returned_at is not None


def test_mediation_that_does_not_take_it_on_gives_the_event_back(house: House) -> None:
    event = worlds.reported(house.world, category="0101")
    events.transfer(event, kind="mediation", basis="属民间纠纷", actor=house.actor("dispatcher"), at=NOON, note="转调解")
    outbox.do_due(at=NOON)
    dispute = Dispute.objects.get(origin_number=event.number)
    transitions.turn_away(dispute, actor=house.actor("body_head"), at=NOON, note="属行政执法")
    outbox.do_due(at=NOON)
    assert Event.objects.get(pk=event.pk).state == "awaiting_dispatch"


def test_what_an_authority_must_do_goes_back_to_the_event_it_came_from(house: House) -> None:
    event = worlds.reported(house.world, category="0101")
    events.transfer(event, kind="mediation", basis="属民间纠纷", actor=house.actor("dispatcher"), at=NOON, note="转调解")
    outbox.do_due(at=NOON)
    dispute = Dispute.objects.get(origin_number=event.number)
    dispute = transitions.transfer(dispute, actor=house.actor("body_head"), at=NOON, text="公用水管爆裂,请水务抢修")
    outbox.do_due(at=NOON)
    event.refresh_from_db()
    assert (dispute.state, dispute.outcome, dispute.event_id) == ("closed", "transferred", event.pk)
    assert (event.state, event.links.get().returned_at) == ("awaiting_dispatch", NOON)
    row = event.trail.order_by("seq").last()
    assert (row.verb, "水务抢修" in row.note) == ("take_back", True)
    assert event.deadlines.filter(stage="dispatch", state="running").exists()


def test_a_dispute_becomes_an_event_with_its_code_and_may_come_back(house: House) -> None:
    dispute = cast.failed(house)
    code, lead = dispute.tracking_code, house.actor("mediator")
    with pytest.raises(MoveRefused) as refused:
        transitions.transfer(dispute, actor=lead, at=NOON, text=" ")
    assert "text" in refused.value.fields
    dispute = transitions.transfer(dispute, actor=lead, at=NOON, text="三单元门前井盖缺失,请住建处理", note="一方承认与对方无关")
    event = Event.objects.get(pk=dispute.event_id)
    assert (dispute.state, dispute.outcome, _running(dispute)) == ("closed", "transferred", set())
    assert (event.source, event.external_number, event.tracking_code) == ("dispute", dispute.number, code)
    assert (event.area_id, event.state) == (dispute.area_id, "reported")
    assert EventReporter.objects.get(event=event).name == "王小明"
    assert "楼上漏水" not in event.text
    assert not event.trail.filter(note__contains="一方承认").exists()
    events.transfer(event, kind="mediation", basis="仍有争议", actor=house.actor("dispatcher"), at=NOON, note="转回")
    outbox.do_due(at=NOON)
    dispute.refresh_from_db()
    event.refresh_from_db()
    assert (dispute.state, dispute.outcome, event.links.get().number) == ("accepted", "", dispute.number)
    transitions.withdraw(dispute, actor=house.actor("body_head"), at=NOON, note="双方和好")
    outbox.do_due(at=NOON)
    assert event.trail.order_by("seq").last().verb == "end_elsewhere"
    assert list(verify_all(Dispute)) == list(verify_all(Event)) == []


def test_a_dispute_taken_up_again_beside_its_event_goes_to_no_second_one(house: House) -> None:
    dispute = transitions.transfer(cast.failed(house), actor=house.actor("mediator"), at=NOON, text="井盖缺失")
    dispute = transitions.reopen(dispute, actor=house.actor("body_head"), at=NOON, note="双方愿意再谈")
    with pytest.raises(MoveRefused) as refused:
        transitions.transfer(dispute, actor=house.actor("body_head"), at=NOON, text="井盖缺失")
    assert refused.value.code == "event_there"
    event = Event.objects.get(source="dispute")
    events.transfer(event, kind="mediation", basis="民间纠纷", actor=house.actor("dispatcher"), at=NOON, note="转调解")
    outbox.do_due(at=NOON)  # the dispute is live: the event joins it, no second one is opened
    dispute.refresh_from_db()
    assert (Dispute.objects.count(), dispute.state, event.links.get().number) == (1, "accepted", dispute.number)
    transitions.withdraw(dispute, actor=house.actor("body_head"), at=NOON, note="双方和好")
    outbox.do_due(at=NOON)
    assert event.trail.order_by("seq").last().verb == "end_elsewhere"


def test_a_sealed_dispute_sends_no_names_along(house: House) -> None:
    dispute = cast.accepted(house, parties=(PartyTold(name="小宝", is_minor=True, guardian_name="王母"),))
    dispute = transitions.transfer(dispute, actor=house.actor("body_head"), at=NOON, text="校门口路灯不亮")
    told = EventReporter.objects.filter(event=dispute.event).first()
    assert told is None or (told.name, told.phone, told.is_secret) == ("", "", True)


def test_a_referral_has_one_working_day_until_the_service_takes_it_up(house: House) -> None:
    dispute, lead = cast.mediating(house), house.actor("mediator")
    dispute = transitions.refer(dispute, actor=lead, at=NOON, kind="psychological", provider="心理服务站")
    dispute = transitions.refer(dispute, actor=lead, at=NOON, kind="legal_aid", provider="法援中心")
    clock = DisputeDeadline.objects.get(case=dispute, stage="refer")
    assert (clock.state, clock.kind, clock.due_at.date()) == ("running", "WD", (NOON + DAY).date())
    dispute = transitions.take_up(dispute, actor=lead, at=NOON, kind="legal_aid")
    assert "refer" in _running(dispute)
    dispute = transitions.take_up(dispute, actor=lead, at=NOON)
    assert "refer" not in _running(dispute)
    assert not dispute.referrals.filter(done_at=None).exists()
    with pytest.raises(MoveRefused) as refused:
        transitions.take_up(dispute, actor=lead, at=NOON)
    assert refused.value.code == "nothing_referred"


def test_told_twice_is_one_dispute(house: House) -> None:
    told = replace(cast.told(), source="import", origin_number="X-1")
    first = transitions.register(told, actor=house.actor("hotline"), at=NOON)
    assert transitions.register(told, actor=house.actor("hotline"), at=NOON).pk == first.pk


@pytest.mark.parametrize(("name", "sees", "reads"), [
    ("mediator", True, True), ("body_head", True, True), ("second_mediator", False, False), ("joint_head", False, False),
    ("director", True, False), ("director_a", True, False), ("worker_a1", False, False), ("dispatcher", False, False),
    ("officer_a", False, False), ("stranger", False, False), ("hotline", False, False), ("evaluator", False, False),
    ("discipline", False, False), ("handler", False, False), ("secretary_a", False, False), ("admin", False, False),
])
def test_who_sees_a_dispute_in_mediation_and_who_reads_it(house: House, name: str, sees: bool, reads: bool) -> None:
    dispute = cast.mediating(house)
    actor = house.actor(name)
    assert queries.visible_to(actor.rights).filter(pk=dispute.pk).exists() is sees
    assert dispute.is_visible_to(actor.rights) is sees
    assert wall.may_open(dispute, actor) is reads
    found = queries.found_in_story(actor.rights, "楼上漏水", actor=actor, at=NOON)
    assert found.filter(pk=dispute.pk).exists() is reads


def test_duty_officers_see_what_waits_for_a_body(house: House) -> None:
    dispute = cast.guided(house)
    for name, sees in (("dispatcher", True), ("officer_a", True), ("stranger", False)):
        assert queries.visible_to(house.actor(name).rights).filter(pk=dispute.pk).exists() is sees


def test_invited_departments_see_the_case_and_never_the_story(house: House) -> None:
    dispute = cast.mediating(house)
    transitions.invite(dispute, actor=house.actor("mediator"), at=NOON, units=[house.world.units["zhujian"]], note="请派员")
    dispute.refresh_from_db()
    actor = house.actor("other_handler")
    assert dispute.is_visible_to(actor.rights)
    assert not wall.may_open(dispute, actor)
    transitions.answer_invite(dispute, actor=actor, at=NOON, note="派员参加")


def test_a_dispute_that_rose_and_is_reopened_stays_at_its_tier(house: House) -> None:
    """Decision 59; the random histories found the way down."""
    dispute = cast.guided(house)
    dispute = transitions.route(dispute, actor=Actor.system(), at=NOON)
    dispute = transitions.rise(dispute, actor=Actor.system(), at=NOON, reason="time_out")
    assert dispute.tier == "joint"
    dispute = transitions.withdraw(dispute, actor=house.actor("joint_head"), at=NOON, note="双方自行商量")
    dispute = transitions.reopen(dispute, actor=house.actor("joint_head", NOON + DAY), at=NOON + DAY, note="又起争执")
    with pytest.raises(MoveRefused) as refused:
        transitions.route(dispute, actor=Actor.system(), at=NOON + DAY, body=house.bodies["community_a"])
    assert refused.value.code == "tier_passed"
    again = transitions.route(dispute, actor=Actor.system(), at=NOON + DAY)
    assert (again.tier, again.state) == ("joint", "routed")
