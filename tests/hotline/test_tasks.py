"""The timetable: the queue by rule and once, the watch once per cause, one call back however many ask at once."""

from __future__ import annotations

from datetime import timedelta

from events import transitions as event_verbs
from hotline import queries, tasks, transitions
from hotline.desk import drafts
from hotline.models import CallBack, OrderFlag
from tests import world as worlds
from tests.hotline import calls
from tests.world import NOON, World


def test_the_queue_is_built_by_rule_and_twice_changes_nothing(world: World) -> None:
    order = calls.calling_back(world)
    grave = worlds.verifying(world, reporter_phone="13900009999", urgency="P2")
    plain = [worlds.verifying(world, reporter_phone=f"1390000{n:04d}") for n in range(12)]
    drawn = {event.pk for event in plain if tasks.is_sampled(event.number, 30)}
    assert tasks.build_call_backs(NOON) == 2 + len(drawn)
    assert tasks.build_call_backs(NOON + timedelta(hours=1)) == 0
    assert CallBack.objects.get(order=order).reason == "complaint"
    assert CallBack.objects.get(event=grave).reason == "urgent"
    assert set(CallBack.objects.filter(reason="sample").values_list("event", flat=True)) == drawn
    for event in plain:
        findings = list(event.verifications.filter(way="call_back").values_list("finding", flat=True))
        assert findings == ([] if event.pk in drawn else ["spared"])


def test_a_spared_event_goes_on_with_the_check_on_the_spot_alone(world: World) -> None:
    event = worlds.verifying(world, reporter_phone="13900009999")
    event_verbs.spare_call_back(event, actor=worlds.Actor.system(), at=NOON)
    event = event_verbs.verify(event, actor=world.actor("worker_a1"), at=NOON, finding="solved", note="已修")
    assert (event.state, event.solved, event.rating) == ("evaluating", None, None)


def test_the_sample_is_near_its_share_and_always_the_same() -> None:
    numbers = [f"20260305-0302-1-{n:05d}" for n in range(4000)]
    drawn = [number for number in numbers if tasks.is_sampled(number, 30)]
    assert 0.27 < len(drawn) / len(numbers) < 0.33
    assert drawn == [number for number in numbers if tasks.is_sampled(number, 30)]


def test_no_response_in_24_hours_is_marked_once_and_lifted(world: World) -> None:
    order = calls.registered(world)
    assert tasks.watch_responses(NOON + timedelta(hours=23)) == 0
    late = NOON + timedelta(hours=25)
    assert tasks.watch_responses(late) == 1
    assert tasks.watch_responses(late + timedelta(minutes=10)) == 0
    order.refresh_from_db()
    assert order.flag == "red"
    order = transitions.forward(order, actor=world.actor("hotline", late), at=late)
    event = event_verbs.triage(order.event, actor=world.actor("dispatcher", late), at=late, open_window=False)
    event = event_verbs.dispatch(
        event, unit=world.units["chengguan"], note="测试指定", actor=world.actor("dispatcher", late), at=late
    )
    event_verbs.accept(worlds.the_order(event), actor=world.actor("handler", late), at=late)
    calls.hear(late)
    tasks.watch_responses(late + timedelta(minutes=20))
    order.refresh_from_db()
    assert order.flag == ""
    assert OrderFlag.objects.get(order=order).cleared_at is not None


def test_no_progress_for_three_days_is_marked_from_the_last_human_act(world: World) -> None:
    order = calls.handling(world)
    event_verbs.accept(worlds.the_order(order.event), actor=world.actor("handler"), at=NOON)
    assert tasks.watch_responses(NOON + timedelta(days=2, hours=23)) == 0
    assert tasks.watch_responses(NOON + timedelta(days=3, minutes=1)) == 1
    assert OrderFlag.objects.get().kind == "yellow"


def test_dissatisfied_twice_is_supervised_once(world: World) -> None:
    order = calls.calling_back(world)
    for turn in range(2):
        at = NOON + timedelta(days=turn)
        order = transitions.call_back(
            order, actor=world.actor("call_backer", at), at=at, finding="reached", solved=turn == 1, level=2
        )
        if turn == 0:
            part = worlds.the_order(order.event)
            event_verbs.feed_back(part, actor=world.actor("handler", at), at=at, note="再次修复")
            order = transitions.answer(
                calls.fresh(order, at), actor=world.actor("hotline", at), at=at, note="再次修复"
            )
    assert order.dissatisfied == 2
    assert [row.alarm_key for row in order.event.supervisions.all()] == [f"dissatisfied:{order.pk}:2"]


def test_a_clue_goes_to_inspection_once(world: World) -> None:
    event = worlds.in_progress(world)
    event_verbs.mark_clue(event, actor=world.actor("dispatcher"), at=NOON, kind="inaction", note="超期一倍")
    assert tasks.refer_clues(NOON) == 1
    assert tasks.refer_clues(NOON) == 0
    assert event.referrals.get().kind == "inaction"


def test_a_draft_that_arrives_late_does_not_overwrite(world: World) -> None:
    agent = world.people["hotline"]
    assert drafts.save(agent, "c1", {"text": "停暖"}, version=1, at=NOON)
    assert drafts.save(agent, "c1", {"text": "停暖三天"}, version=3, at=NOON)
    assert not drafts.save(agent, "c1", {"text": "停暖三"}, version=2, at=NOON)
    assert [row["body"] for row in drafts.of(agent)] == [{"text": "停暖三天"}]


def test_who_was_asked_elsewhere_is_not_dialled_again(world: World) -> None:
    order = calls.calling_back(world)
    plain = worlds.verifying(world, reporter_phone="13900009999", urgency="P2")
    tasks.build_call_backs(NOON)
    for event in (order.event, plain):
        event_verbs.call_back(event, actor=world.actor("call_backer"), at=NOON, finding="solved")
    order = calls.fresh(order)
    tasks.build_call_backs(NOON + timedelta(hours=5))
    assert (order.state, order.was_reached, order.solved) == ("called_back", True, True)
    assert set(CallBack.objects.values_list("state", flat=True)) == {"withdrawn"}


def test_a_sampled_answer_on_the_line_is_called_and_what_it_did_not_solve_is_at_the_desk_again(world: World) -> None:
    agent, caller = world.actor("hotline"), world.actor("call_backer")
    for n, solved in enumerate((True, False)):
        order = calls.registered(world, demand="consult", phone=f"1391111000{n}")
        order = transitions.answer_directly(order, actor=agent, at=NOON, note="带身份证办理")
        CallBack.objects.create(order=order, round=1, reason="sample", built_at=NOON, not_before=NOON)
        assert queries.one(caller.rights, order.number).pk == order.pk, "who calls may read what was asked"
        order = transitions.call_back(order, actor=caller, at=NOON, finding="reached", solved=solved, level=4)
        assert (order.state, order.round) == (("closed", 1) if solved else ("registered", 2))
        assert not queries.visible_to(caller.rights).filter(pk=order.pk).exists(), "done with: no longer theirs to read"
