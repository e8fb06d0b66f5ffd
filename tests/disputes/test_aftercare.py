"""After the agreement: what it must hold, the thirty days, instalments, call-backs, 彻底化解."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest

from casework import outbox
from casework.clock.sweep import sweep_deadlines
from casework.door import MoveRefused
from casework.models import CalendarDay, Notice
from disputes import aftercare, transitions, wall
from disputes.models import AgreementText, Dispute, DisputeAlarm, DisputeDeadline
from disputes.transitions.settling import CHECKS, Step
from grids.scope import SHANGHAI
from tests.disputes import cast
from tests.disputes.cast import NOON, House

TODAY = date(2026, 3, 5)
WORDS = {
    "facts": "楼上漏水", "issues": "赔偿数额", "terms": "乙方赔偿甲方三千元", "way": "转账", "term": "分两期",
    "checks": CHECKS,
}
PLAN = (Step(date(2026, 3, 20), Decimal(2000)), Step(date(2026, 4, 20), Decimal(1000)))


def agreed(house: House, **more: object) -> Dispute:
    dispute = cast.mediating(house)
    transitions.agree(dispute, actor=house.actor("mediator"), at=NOON, **{**WORDS, "plan": PLAN, **more})
    return Dispute.objects.get(pk=dispute.pk)


def pass_time(until: datetime, *, start: datetime = NOON) -> None:
    """Half days go by: the sweep fires rungs, the outbox carries them out."""
    at = start
    while at <= until:
        sweep_deadlines(DisputeDeadline, DisputeAlarm, at=at)
        outbox.do_due(at=at)
        at += timedelta(hours=12)


def evening(day: date) -> datetime:
    return datetime.combine(day, time(22), SHANGHAI)


@pytest.mark.parametrize(("more", "field"), [
    ({"terms": " "}, "terms"), ({"facts": ""}, "facts"), ({"way": ""}, "way"), ({"term": ""}, "term"),
    ({"checks": CHECKS[:-1]}, "checks"), ({"effective_on": date(2026, 3, 6)}, "effective_on"),
    ({"plan": (Step(date(2026, 3, 1)),)}, "plan"),
])  # fmt: skip
def test_a_written_agreement_names_what_it_lacks(house: House, more: dict, field: str) -> None:
    with pytest.raises(MoveRefused) as refused:
        agreed(house, **more)
    assert list(refused.value.fields) == [field]
    assert not AgreementText.objects.exists()


def test_the_words_stand_behind_the_wall(house: House) -> None:
    dispute = agreed(house)
    assert not AgreementText.objects.exists()
    with wall.asking(person_id=house.world.people["mediator"].pk):
        assert AgreementText.objects.get().terms == WORDS["terms"]
    assert WORDS["terms"] not in str(list(dispute.trail.values("note", "changes")))
    assert (dispute.state, dispute.agreed_tier) == ("agreed", "first")
    assert dispute.deadlines.get(stage="tier").state == "stopped"


def test_an_oral_agreement_is_recorded_and_has_no_thirty_days(house: House) -> None:
    dispute = agreed(house, oral=True, facts="", way="", term="", checks=())
    assert not dispute.deadlines.filter(stage="confirm").exists()
    assert dispute.is_oral


def test_the_thirty_days_end_on_a_working_day(house: House) -> None:
    assert aftercare.last_day_to_confirm(TODAY) == date(2026, 4, 6)
    """The thirtieth day is Saturday, 4 April: it moves to Monday (Civil Code Art. 203); the control has no rest day."""
    assert aftercare.last_day_to_confirm(date(2026, 3, 3)) == date(2026, 4, 2)
    CalendarDay.objects.create(calendar_id="district", date=date(2026, 4, 6), is_workday=False, note="清明节", notice_year=2026)
    from casework.clock import loader

    loader.forget()
    assert aftercare.last_day_to_confirm(TODAY) == date(2026, 4, 7)


def test_reminders_on_day_10_20_25_29_once_each_then_the_way_to_court(house: House) -> None:
    dispute = agreed(house, plan=())
    pass_time(evening(date(2026, 4, 8)))
    rows = dispute.trail.filter(verb="remind").order_by("seq")
    days = {row.changes["reminder"]: row.at.astimezone(SHANGHAI).date() for row in rows if "conf" in row.changes["reminder"]}
    assert days == {
        "conf10": date(2026, 3, 15), "conf20": date(2026, 3, 25), "conf25": date(2026, 3, 30), "conf29": date(2026, 4, 3),
        "confirm": date(2026, 4, 7),
    }
    assert rows.count() == len({row.changes["reminder"] for row in rows})
    lines = Notice.objects.filter(person=house.world.people["mediator"], kind="dispute_reminder")
    texts = list(lines.values_list("text", flat=True))
    assert any("起诉" in text for text in texts)
    assert not any("王小明" in text for text in texts)
    late = evening(date(2026, 4, 8))
    with pytest.raises(MoveRefused, match="too_late"):
        transitions.apply_confirm(
            dispute, actor=house.actor("mediator", late), at=late, court="海勃湾区人民法院", together=True
        )


def test_confirmed_by_the_court(house: House) -> None:
    dispute = agreed(house)
    actor = house.actor("mediator")
    with pytest.raises(MoveRefused, match="invalid"):
        transitions.apply_confirm(dispute, actor=actor, at=NOON, court="海勃湾区人民法院")
    transitions.apply_confirm(dispute, actor=actor, at=NOON, court="海勃湾区人民法院", together=True)
    assert not dispute.deadlines.filter(stage__startswith="conf").exclude(state="stopped").exists()
    done = transitions.confirm(dispute, actor=actor, at=NOON, number="(2026)内0302民特1号")
    assert (done.state, done.confirmed_at) == ("confirmed", NOON)
    with pytest.raises(MoveRefused, match="wrong_state"):
        transitions.deny_confirm(dispute, actor=actor, at=NOON)


def test_instalments_are_reminded_of_overdue_urged_and_done(house: House) -> None:
    dispute = agreed(house)
    first, second = dispute.instalments.order_by("seq")
    late = evening(date(2026, 3, 21))
    pass_time(late)
    first.refresh_from_db()
    assert (first.state, first.urges) == ("late", 1)
    assert dispute.trail.filter(verb="remind", changes__reminder="rpay1").count() == 1
    actor = house.actor("mediator", late)
    transitions.breach(first, actor=actor, at=late, enforcement=True)
    first.refresh_from_db()
    assert (first.urges, first.enforcement_at) == (2, late)
    with pytest.raises(MoveRefused, match="steps_open"):
        transitions.fulfil(dispute, actor=actor, at=late)
    with pytest.raises(MoveRefused, match="not_due"):
        transitions.breach(second, actor=actor, at=late)
    for row in (first, second):
        transitions.perform(row, actor=actor, at=late)
    assert transitions.fulfil(dispute, actor=actor, at=late).state == "closed"


def _fulfilled(house: House) -> Dispute:
    dispute = agreed(house, plan=())
    return transitions.fulfil(dispute, actor=house.actor("mediator"), at=NOON)


def test_call_backs_at_7_30_and_90_days_outlive_the_closing(house: House) -> None:
    dispute = _fulfilled(house)
    assert list(dispute.call_backs.values_list("day", flat=True)) == [7, 30, 90]
    pass_time(evening(date(2026, 3, 13)))
    assert dispute.trail.filter(verb="remind", changes__reminder="rcall7").count() == 1
    assert Notice.objects.filter(kind="dispute_missed_call").exists()
    row, actor = dispute.call_backs.first(), house.actor("mediator")
    for n in range(2):
        assert transitions.call_back(row, actor=actor, at=NOON, finding="unreached").done_at is None, n
    assert transitions.call_back(row, actor=actor, at=NOON, finding="unreached").finding == "unreached"
    with pytest.raises(MoveRefused, match="done_already"):
        transitions.call_back(row, actor=actor, at=NOON, finding="kept")


def test_red_risk_is_called_on_day_three_too(house: House) -> None:
    dispute = cast.mediating(house, flags=("threat", "violence"))
    assert dispute.risk_colour == "red"
    transitions.agree(dispute, actor=house.actor("mediator"), at=NOON, **WORDS)
    assert list(dispute.call_backs.values_list("day", flat=True)) == [3, 7, 30, 90]


@pytest.mark.parametrize("again", [False, True])
def test_thorough_is_judged_after_ninety_days_and_not_where_it_came_again(house: House, again: bool) -> None:
    dispute = _fulfilled(house)
    with pytest.raises(MoveRefused, match="too_early"):
        transitions.judge(dispute, actor=house.actor("mediator"), at=NOON + timedelta(days=89))
    if again:
        cast.accepted(house, at=NOON + timedelta(days=40))  # the same parties
    pass_time(evening(date(2026, 6, 5)), start=NOON + timedelta(days=88))
    dispute.refresh_from_db()
    assert dispute.is_thorough is (not again)
