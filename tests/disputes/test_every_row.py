"""One lean walk that does every row of the table by its real verb: what the table promises can be reached."""

from __future__ import annotations

from datetime import datetime, timedelta

from casework import outbox
from casework.actor import Actor
from casework.clock.sweep import sweep_deadlines
from casework.files import store_upload
from casework.models import StoredFile
from casework.verify import verify_all
from disputes import actions, minutes, transitions, wall
from disputes.models import Dispute, DisputeAlarm, DisputeDeadline, DisputeTrail, JointNotice, Offer
from disputes.telling import PartyTold, ProxyTold
from disputes.transitions.settling import CHECKS, Step
from disputes.workflow import MOVES
from tests.disputes import cast
from tests.disputes.cast import DAY, NOON, House
from tests.disputes.rooms_kit import make_room
from tests.pictures import jpeg

HOUR = timedelta(hours=1)
PROXY = ProxyTold("张代办", "13911112222", "cadre", "spoken", NOON.date())
WRITTEN = {"facts": "双方无争议", "way": "转账", "term": "一个月内", "checks": CHECKS}


def test_every_row_of_the_table_is_reached(house: House) -> None:
    for walk in (_taken_in, _mediated, _met_and_settled, _confirmed, _outside, _at_court, _cared_for):
        walk(house)
    done = set(DisputeTrail.objects.values_list("verb", flat=True))
    assert sorted(set(MOVES) - done) == []
    assert list(verify_all(Dispute)) == []


def _taken_in(house: House) -> None:
    """受: booked, accepted, turned away, cancelled, taken back, archived."""
    head, system = house.actor("body_head"), Actor.system()
    for act in (
        lambda row: transitions.accept(row, actor=head, at=NOON),
        lambda row: transitions.turn_away(row, actor=head, at=NOON, note="属行政执法"),
        lambda row: transitions.cancel(row, actor=Actor.citizen(), at=NOON),
        lambda row: transitions.withdraw(row, actor=Actor.citizen(), at=NOON),
    ):
        act(transitions.book(cast.told(), actor=Actor.citizen(), at=NOON))
    asked = [transitions.register(cast.told(proxy=PROXY), actor=system, at=NOON) for _n in range(2)]
    transitions.confirm_proxy(asked[0], actor=head, at=NOON)
    transitions.deny_proxy(asked[1], actor=head, at=NOON)
    archived = transitions.register(cast.told(), actor=system, at=NOON)
    transitions.archive(archived, mediator=house.mediators["mediator"], actor=system, at=NOON)


def _mediated(house: House) -> None:
    """分、调: sent back, signed, panel and departments, offers, extended, failed, raised, helped, refused, closed."""
    head, lead = house.actor("body_head"), house.actor("mediator")
    dispute = transitions.decline(cast.routed(house), actor=head, at=NOON, note="不受理")
    dispute = transitions.route(dispute, actor=head, at=NOON, body=house.bodies["community_a"])
    dispute = transitions.sign(dispute, actor=head, at=NOON, mediator=house.mediators["mediator"])
    transitions.assign(dispute, actor=head, at=NOON, mediator=house.mediators["second_mediator"], role="panel")
    transitions.invite(dispute, actor=lead, at=NOON, units=[house.world.units["zhujian"]], note="请派员")
    transitions.answer_invite(_now(dispute), actor=house.actor("other_handler"), at=NOON, note="派员")
    dispute = _now(dispute)
    transitions.offer(dispute, actor=lead, at=NOON, text="各付一半")
    with wall.asking(person_id=lead.person_id):
        offered = Offer.objects.get(dispute=dispute)
    transitions.answer_offer(_now(dispute), actor=lead, at=NOON, offer=offered, answer="refused")
    transitions.extend(_now(dispute), actor=lead, at=NOON, days=3, agreed=True)
    dispute = transitions.fail(_now(dispute), actor=lead, at=NOON, note="分歧")
    dispute = transitions.rise(dispute, actor=lead, at=NOON, summary="分歧", next_step="请街道")
    transitions.help(dispute, actor=lead, at=NOON, note="陪同")
    dispute = transitions.refuse(cast.mediating(house), actor=lead, at=NOON)
    dispute = transitions.close(dispute, actor=lead, at=NOON)
    transitions.reopen(dispute, actor=head, at=NOON, note="双方愿意")


def _met_and_settled(house: House) -> None:
    """Sessions with papers, then a written agreement in instalments: late, planned anew, performed, judged."""
    lead = house.actor("mediator")
    dispute = cast.mediating(house)
    room = make_room(house)
    session = transitions.schedule(dispute, actor=lead, at=NOON, starts_at=_hour(1), room=room)
    transitions.reschedule(session, actor=lead, at=NOON, starts_at=_hour(2))
    transitions.call_off(session, actor=lead, at=NOON)
    session = transitions.schedule(_now(dispute), actor=lead, at=NOON, starts_at=_hour(1), room=room)
    at = _hour(1)
    actor = house.actor("mediator", at)
    transitions.begin(session, actor=actor, at=at)
    transitions.check_in(session, actor=actor, at=at, came=[row.pk for row in session.seats.all()])
    minutes.take_pen(session, actor=actor, at=at)
    transitions.conclude(session, actor=actor, at=at + HOUR)
    paper = transitions.issue(_now(dispute), kind="record", session=session, actor=actor, at=at + HOUR)
    transitions.keep_signed(paper, file=_picture((1, 2, 3)), actor=actor, at=at + HOUR)
    day = at.date()
    transitions.agree(_now(dispute), actor=actor, at=at + HOUR, terms="两期付清", **WRITTEN,
                      plan=[Step(day + timedelta(days=2)), Step(day + timedelta(days=40))])
    late = NOON + 5 * DAY
    rows = list(dispute.instalments.order_by("seq"))
    transitions.breach(rows[0], actor=house.actor("mediator", late), at=late)
    transitions.plan(_now(dispute), actor=house.actor("mediator", late), at=late, steps=[Step(late.date() + timedelta(days=20))])
    transitions.perform(dispute.instalments.get(state="due"), actor=house.actor("mediator", late), at=late)
    transitions.fulfil(_now(dispute), actor=house.actor("mediator", late), at=late)
    _sweep(dispute, NOON + 12 * DAY)
    after = NOON + 95 * DAY
    actor = house.actor("mediator", after)
    transitions.call_back(dispute.call_backs.get(day=90), actor=actor, at=after, finding="kept")
    transitions.judge(_now(dispute), actor=actor, at=after)
    transitions.settle_orally(cast.mediating(house), actor=lead, at=NOON, terms="各让一步")


def _confirmed(house: House) -> None:
    lead = house.actor("mediator")
    for end in (transitions.confirm, transitions.deny_confirm):
        dispute = cast.mediating(house)
        transitions.agree(dispute, actor=lead, at=NOON, terms="付清", **WRITTEN)
        transitions.apply_confirm(_now(dispute), actor=lead, at=NOON, court="区人民法院", together=True)
        end(_now(dispute), actor=lead, at=NOON)


def _outside(house: House) -> None:
    """仲、诉, there and back."""
    lead = house.actor("mediator")
    dispute = transitions.arbitrate(cast.failed(house), actor=lead, at=NOON, kind="petition")
    dispute = transitions.track(dispute, actor=lead, at=NOON, filing_number="1")
    dispute = transitions.litigate(dispute, actor=lead, at=NOON)
    transitions.end_outside(dispute, actor=lead, at=NOON, result="已判")
    transitions.transfer(cast.failed(house), actor=lead, at=NOON, text="公用水管漏水")
    transitions.come_back(transitions.litigate(cast.failed(house), actor=lead, at=NOON), actor=lead, at=NOON)


def _at_court(house: House) -> None:
    """诉 at the centre: filed, served, ended; an agreement confirmed and another not."""
    lead, judge, unit = house.actor("mediator"), house.actor("judge"), house.world.units["court"]
    dispute = transitions.litigate(cast.failed(house), actor=lead, at=NOON, unit=unit)
    dispute = transitions.court_file(dispute, actor=judge, at=NOON, filing_number="(2026)内0302民初15号")
    dispute = transitions.court_serve(dispute, actor=judge, at=NOON)
    transitions.court_end(dispute, actor=judge, at=NOON, result="调解结案")
    for rule in (transitions.court_confirm, transitions.court_deny):
        dispute = cast.mediating(house)
        transitions.agree(dispute, actor=lead, at=NOON, terms="各付一半", **WRITTEN)
        transitions.apply_confirm(_now(dispute), actor=lead, at=NOON, court="区人民法院", together=True, unit=unit)
        rule(_now(dispute), actor=judge, at=NOON, **({"note": "内容不明确"} if rule is transitions.court_deny else {}))


def _cared_for(house: House) -> None:
    """Risk, notices, seals, and what changes no state."""
    lead, head = house.actor("mediator"), house.actor("body_head")
    dispute = cast.mediating(house)
    dispute = transitions.rate_risk(dispute, actor=lead, at=NOON, flags=["threat"])
    transitions.notify(dispute, actor=lead, at=NOON, targets=["district"])
    notice = JointNotice.objects.filter(dispute=dispute, acknowledged_at=None).first()
    transitions.acknowledge(_now(dispute), notice=notice, actor=Actor.system(), at=NOON)
    transitions.urge(_now(dispute), actor=house.actor("director_a"), at=NOON)
    transitions.refer(_now(dispute), actor=lead, at=NOON, kind="legal_aid", provider="法援中心")
    transitions.take_up(_now(dispute), actor=lead, at=NOON)
    actions.add_party(_now(dispute), party=PartyTold(name="张三"), actor=lead, at=NOON)
    party = dispute.parties.get(name="张三")
    actions.amend_party(_now(dispute), row=party, party=PartyTold(name="张叁"), actor=lead, at=NOON)
    actions.claim(_now(dispute), text="赔偿", actor=lead, at=NOON)
    actions.write(_now(dispute), text="补充", actor=lead, at=NOON)
    actions.attach(_now(dispute), file=_picture((9, 8, 7)), actor=lead, at=NOON)
    actions.correct(_now(dispute), actor=lead, at=NOON, type="debt")
    actions.link(_now(dispute), number=Dispute.objects.order_by("pk").first().number, actor=Actor.system(), at=NOON)
    actions.reveal(_now(dispute), party=dispute.parties.first(), field="id_number", reason="核对", actor=head, at=NOON)
    sealed = transitions.seal(_now(dispute), actor=head, at=NOON, note="涉隐私")
    with wall.opened(sealed, actor=lead, at=NOON, fields=("narrative",), reason="阅卷"):
        pass
    transitions.unseal(_now(dispute), actor=head, at=NOON, note="已无必要")


def _picture(colour: tuple[int, int, int]) -> StoredFile:
    return store_upload(jpeg(colour=colour), by=None, at=NOON)


def _hour(n: int) -> datetime:
    return (NOON + n * HOUR).replace(minute=0, second=0, microsecond=0) + HOUR


def _now(dispute: Dispute) -> Dispute:
    return Dispute.objects.select_related("body").get(pk=dispute.pk)


def _sweep(dispute: Dispute, at: datetime) -> None:
    sweep_deadlines(DisputeDeadline, DisputeAlarm, at=at, cases=[dispute.pk])
    outbox.do_due(at=at)
