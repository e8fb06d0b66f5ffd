"""分单, 吹哨, 返单, 会商: the good path of each and every refusal of its own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework.door import MoveRefused
from events import transitions
from events.models import Consultation, EventDeadline, Whistle, WorkOrder
from events.transitions import Called, Decision, Share
from tests import world as worlds
from tests.world import NOON, World


def refused(code: str):
    return pytest.raises(MoveRefused, match=rf"^{code}:")


@pytest.fixture
def claimed(world: World) -> WorkOrder:
    event = transitions.claim(worlds.open_for_claim(world), actor=world.actor("officer_a"), at=NOON)
    return worlds.the_order(event)


# Delegate ----------------------------------------------------------------------------------------------


def test_children_get_the_remaining_time_less_a_tenth(world: World, claimed: WorkOrder) -> None:
    at = NOON + timedelta(hours=12)
    share = Share(world.units["community_a"], "入户核实", 40, area=world.areas["grid_a1"])
    (child,) = transitions.delegate(claimed, shares=[share], actor=world.actor("officer_a"), at=at)
    clock = EventDeadline.objects.get(order=child, stage="handle")
    assert clock.budget_seconds == (72 - 12) * 3600 * 90 // 100
    assert child.parent == claimed
    assert child.due_at == clock.due_at < claimed.event.deadlines.get(stage="handle", order=None).due_at


def test_the_parent_waits_for_its_children(world: World, claimed: WorkOrder) -> None:
    officer, worker = world.actor("officer_a"), world.actor("worker_a1")
    share = Share(world.units["community_a"], "入户核实", area=world.areas["grid_a1"])
    (child,) = transitions.delegate(claimed, shares=[share], actor=officer, at=NOON)
    with refused("children_open"):
        transitions.feed_back(claimed, actor=officer, at=NOON, note="已办")
    transitions.accept(child, actor=worker, at=NOON)
    transitions.feed_back(child, actor=worker, at=NOON, note="已核实")
    transitions.feed_back(claimed, actor=officer, at=NOON, note="已办")
    claimed.event.refresh_from_db()
    assert claimed.event.state == "verifying"


@pytest.mark.parametrize(
    ("share", "field"),
    [
        (("community_a", "", 50, None), "task"),
        (("community_a", "核实", 0, None), "share_percent"),
        (("community_a", "核实", 101, None), "share_percent"),
        (("community_b", "核实", 50, None), "unit"),
        (("chengguan", "核实", 50, None), "unit"),
        (("street_a", "核实", 50, None), "unit"),
        (("community_a", "核实", 50, "grid_a2"), "area"),
        (("community_a", "核实", 50, "grid_b1"), "area"),
    ],
)
def test_a_share_must_be_within_the_unit(share: tuple, field: str, world: World, claimed: WorkOrder) -> None:
    unit, task, percent, area = share
    one = Share(world.units[unit], task, percent, area=world.areas.get(area))
    with refused("invalid") as refusal:
        transitions.delegate(claimed, shares=[one], actor=world.actor("officer_a"), at=NOON)
    assert field in refusal.value.fields


def test_shares_add_up_and_are_given_once(world: World, claimed: WorkOrder) -> None:
    officer = world.actor("officer_a")
    half = Share(world.units["community_a"], "核实", 60)
    grid = Share(world.units["community_a"], "核实", 60, area=world.areas["grid_a1"])
    for shares in ([], [half, half], [half, grid]):
        with refused("invalid"):
            transitions.delegate(claimed, shares=shares, actor=officer, at=NOON)


def test_an_unsigned_order_is_not_shared_out(world: World) -> None:
    event = worlds.in_progress(world, unit="street_a")
    share = Share(world.units["community_a"], "核实")
    with refused("order_state"):
        transitions.delegate(worlds.the_order(event), shares=[share], actor=world.actor("officer_a"), at=NOON)


# Whistle -----------------------------------------------------------------------------------------------


def blow(world: World, event: object, **more: object) -> Whistle:
    parts = more.pop("parts", None) or [
        Called(world.units["chengguan"], "清理占道", is_lead=True), Called(world.units["zhujian"], "认定")
    ]
    told = {"kind": "enforcement", "ground": "no_power", "note": "夜市占道", "parts": parts, **more}
    return transitions.whistle(event, actor=world.actor("officer_a"), at=NOON, **told)


@pytest.fixture
def blown(world: World, claimed: WorkOrder) -> Whistle:
    row = blow(world, claimed.event)
    return transitions.approve_whistle(row, actor=world.actor("director_a"), at=NOON)


def test_a_whistle_from_the_street_to_the_rating(world: World, claimed: WorkOrder) -> None:
    row = blow(world, claimed.event)
    assert row.number == "CS20260305-0001"
    assert not WorkOrder.objects.filter(kind="joint").exists()  # nothing is sent before the approval
    transitions.approve_whistle(row, actor=world.actor("director_a"), at=NOON)
    order = WorkOrder.objects.get(kind="joint", unit=world.units["chengguan"])
    clocks = {c.stage: (c.kind, c.budget_seconds) for c in EventDeadline.objects.filter(order=order)}
    assert clocks == {"sign": ("WH", 7200), "report_in": ("WD", 7 * 3600), "handle": ("WD", 5 * 7 * 3600)}
    part = order.part
    transitions.report_in(part, lon=106.8, lat=39.66, actor=world.actor("handler"), at=NOON)
    part.refresh_from_db()
    order.refresh_from_db()
    assert (part.reported_in_at, part.lon, part.lat) == (NOON, 106.8, 39.66)
    assert order.state == "accepted"
    assert EventDeadline.objects.get(order=order, stage="report_in").state == "stopped"
    transitions.confirm_arrival(part, actor=world.actor("officer_a"), at=NOON)
    street = world.actor("officer_a")
    for one in row.parts.all():
        late = NOON + timedelta(days=9)
        transitions.rate_whistle(one, attendance=5, attitude=4, effect=3, actor=street, at=late)
    row.refresh_from_db()
    assert row.state == "answered"
    with refused("rated"):
        transitions.rate_whistle(part, attendance=5, attitude=4, effect=3, actor=street, at=NOON)


def test_emergency_whistles_close_with_the_events_own_urgent_class(world: World, claimed: WorkOrder) -> None:
    row = blow(world, claimed.event, kind="emergency")
    transitions.approve_whistle(row, actor=world.actor("director_a"), at=NOON)
    clock = EventDeadline.objects.filter(order__kind="joint", stage="handle").first()
    assert (clock.kind, clock.budget_seconds) == ("C", 2 * 3600)
    answer = EventDeadline.objects.filter(order__kind="joint", stage="sign").first()
    assert (answer.kind, answer.budget_seconds) == ("C", 300)


@pytest.mark.parametrize("bad", ["kind", "ground", "no_lead", "two_leads", "twice", "task", "street", "none"])
def test_a_whistle_names_type_ground_lead_and_tasks(bad: str, world: World, claimed: WorkOrder) -> None:
    units = world.units
    parts = {
        "no_lead": [Called(units["chengguan"], "清理")],
        "two_leads": [Called(units["chengguan"], "清理", True), Called(units["zhujian"], "认定", True)],
        "twice": [Called(units["chengguan"], "清理", True), Called(units["chengguan"], "认定")],
        "task": [Called(units["chengguan"], " ", True)],
        "street": [Called(units["street_b"], "清理", True)],
    }
    more = {"kind": {"kind": "loud"}, "ground": {"ground": "because"}}.get(bad, {})
    if bad in parts:
        more = {"parts": parts[bad]}
    if bad == "none":
        with refused("invalid"):
            transitions.whistle(
                claimed.event, kind="enforcement", ground="no_power", parts=[], actor=world.actor("officer_a"), at=NOON,
                note="x",
            )
        return
    with refused("invalid"):
        blow(world, claimed.event, **more)


def test_one_whistle_waits_at_a_time(world: World, claimed: WorkOrder) -> None:
    blow(world, claimed.event)
    with refused("whistle_open"):
        blow(world, claimed.event)


def test_a_department_still_at_work_is_not_called_again(world: World, claimed: WorkOrder, blown: Whistle) -> None:
    with refused("called_already"):
        blow(world, claimed.event)


def test_another_street_cannot_whistle_here(world: World, claimed: WorkOrder) -> None:
    with refused("no_jurisdiction"):
        blow(world, claimed.event, street=world.units["street_b"])


def test_the_leader_who_asked_cannot_approve(world: World, claimed: WorkOrder) -> None:
    row = blow(world, claimed.event)
    Whistle.objects.filter(pk=row.pk).update(asked_by=world.people["director_a"])
    for act in (transitions.approve_whistle, transitions.refuse_whistle):
        with refused("own_work"):
            act(row, actor=world.actor("director_a"), at=NOON, note="同意")
    Whistle.objects.filter(pk=row.pk).update(asked_by=world.people["officer_a"])
    transitions.refuse_whistle(row, actor=world.actor("director_a"), at=NOON, note="街道自行处置")
    with refused("whistle_state"):
        transitions.approve_whistle(row, actor=world.actor("director_a"), at=NOON)


def test_reporting_in_is_once_and_has_a_place(world: World, blown: Whistle) -> None:
    part = blown.parts.get(unit=world.units["chengguan"])
    handler = world.actor("handler")
    with refused("invalid"):
        transitions.report_in(part, lon=None, lat=None, actor=handler, at=NOON)
    with refused("forbidden"):
        transitions.report_in(part, lon=1, lat=1, actor=world.actor("other_handler"), at=NOON)
    transitions.report_in(part, lon=106.8, lat=39.66, actor=handler, at=NOON)
    with refused("reported_in"):
        transitions.report_in(part, lon=106.8, lat=39.66, actor=handler, at=NOON)
    with refused("reported_in"):
        transitions.rebut(part, actor=handler, at=NOON, note="不归我们")


def test_arrival_is_confirmed_once_by_the_street(world: World, blown: Whistle) -> None:
    part = blown.parts.get(unit=world.units["chengguan"])
    with refused("not_reported_in"):
        transitions.confirm_arrival(part, actor=world.actor("officer_a"), at=NOON)
    transitions.report_in(part, lon=106.8, lat=39.66, actor=world.actor("handler"), at=NOON)
    with refused("forbidden"):
        transitions.confirm_arrival(part, actor=world.actor("handler"), at=NOON)
    from grids.models import Post

    Post.objects.filter(person=world.people["officer_a"]).update(unit=world.units["street_a"])
    post = Post.objects.get(person=world.people["handler"])
    Post.objects.create(
        person=world.people["officer_a"], role=post.role, unit=post.unit, valid_from=post.valid_from
    )
    with refused("own_work"):
        transitions.confirm_arrival(part, actor=world.actor("officer_a"), at=NOON)
    transitions.confirm_arrival(part, actor=world.actor("director_a"), at=NOON)
    with refused("confirmed"):
        transitions.confirm_arrival(part, actor=world.actor("director_a"), at=NOON)


def test_a_department_rebuts_once(world: World, blown: Whistle) -> None:
    part = blown.parts.get(unit=world.units["zhujian"])
    transitions.rebut(part, actor=world.actor("other_handler"), at=NOON, note="不在职责清单")
    with refused("rebutted"):
        transitions.rebut(part, actor=world.actor("other_handler"), at=NOON, note="不在职责清单")


def test_rating_waits_until_the_department_came_or_is_late(world: World, blown: Whistle) -> None:
    part, street = blown.parts.first(), world.actor("officer_a")
    with refused("too_early"):
        transitions.rate_whistle(part, attendance=1, attitude=1, effect=1, actor=street, at=NOON)
    late = NOON + timedelta(days=5)
    with refused("invalid"):
        transitions.rate_whistle(part, attendance=0, attitude=1, effect=1, actor=street, at=late)
    transitions.rate_whistle(part, attendance=1, attitude=1, effect=1, actor=street, at=late)


# Return up and confer ----------------------------------------------------------------------------------


@pytest.fixture
def returned(world: World, claimed: WorkOrder) -> Consultation:
    event = transitions.return_up(
        claimed, actor=world.actor("officer_a"), at=NOON, note="涉及多家单位", tried="已协调两次"
    )
    return event.consultations.get()


def test_a_returned_event_waits_for_a_leader(world: World, claimed: WorkOrder, returned: Consultation) -> None:
    event = returned.event
    claimed.refresh_from_db()
    assert (event.state, claimed.state) == ("conferring", "withdrawn")
    assert event.owner_unit == world.units["desk"]
    assert event.deadlines.get(stage="confer").state == "running"
    assert event.deadlines.get(stage="handle").state == "running"  # the promise runs on
    assert returned.tried == "已协调两次"


def test_returning_needs_what_was_tried_and_the_main_order(world: World, claimed: WorkOrder) -> None:
    officer = world.actor("officer_a")
    with refused("invalid"):
        transitions.return_up(claimed, actor=officer, at=NOON, note="办不了", tried=" ")
    WorkOrder.objects.filter(pk=claimed.pk).update(kind="delegate")
    with refused("order_kind"):
        transitions.return_up(claimed, actor=officer, at=NOON, note="办不了", tried="已上门")


def test_decisions_become_orders_with_their_own_deadlines(world: World, returned: Consultation) -> None:
    event, director = returned.event, world.actor("director")
    units = world.units
    with refused("not_convened"):
        transitions.confer(event, actor=director, at=NOON, note="纪要", outcome="explained", answer="说明")
    transitions.convene(
        event, participants=[units["chengguan"], units["water"]], actor=director, at=NOON,
        meeting_link="https://meet.example.org/1",
    )
    due = NOON + timedelta(days=2)
    event = transitions.confer(
        event, actor=director, at=NOON, note="会议纪要",
        decisions=[
            Decision(units["water"], "停水配合", due=due),
            Decision(units["chengguan"], "拆除", "WD", 3 * 7 * 3600, is_lead=True),
        ],
    )
    assert event.state == "in_progress"
    assert event.owner_unit == units["chengguan"]
    orders = {order.unit.code: order for order in event.orders.filter(consultation=returned)}
    assert (orders["chengguan"].kind, orders["water"].kind) == ("dispatch", "joint")
    assert orders["water"].due_at == due
    with refused("ruling_final"):
        transitions.decline(
            orders["chengguan"], reason="not_our_duty", clause="条款", proposed_unit=units["zhujian"],
            actor=world.actor("handler"), at=NOON, note="非职责",
        )


def test_a_consultation_may_end_the_matter_and_the_reporter_may_reopen_it(world: World, returned: Consultation) -> None:
    event, director = returned.event, world.actor("director")
    transitions.convene(event, participants=[world.units["chengguan"]], actor=director, at=NOON)
    for outcome, answer in (("solved", "好"), ("", "好"), ("cannot_solve", " ")):
        with refused("invalid"):
            transitions.confer(event, actor=director, at=NOON, note="纪要", outcome=outcome, answer=answer)
    event = transitions.confer(
        event, actor=director, at=NOON, note="纪要", outcome="cannot_solve", answer="规划已定,暂不能解决"
    )
    assert (event.state, event.outcome, event.answer) == ("closed", "cannot_solve", "规划已定,暂不能解决")
    assert not event.deadlines.exclude(state="stopped").exists()
    event = transitions.reopen(event, actor=director, at=NOON + timedelta(days=1), note="重新办理")
    assert event.state == "in_progress"
    assert event.orders.filter(state="sent").count() == 1
    handle = event.deadlines.filter(stage="handle", order=None).order_by("-pk").first()
    assert handle.budget_seconds == 72 * 3600  # nothing of the promise was used at NOON; never more than it


@pytest.mark.parametrize("bad", ["chair", "nobody", "link"])
def test_convening_needs_a_leader_and_units(bad: str, world: World, returned: Consultation) -> None:
    more = {
        "chair": {"chair": world.people["handler"]}, "nobody": {"participants": []},
        "link": {"meeting_link": "javascript:alert(1)"},
    }[bad]
    with refused("invalid"):
        transitions.convene(
            returned.event, actor=world.actor("director"), at=NOON,
            **{"participants": [world.units["chengguan"]], **more},
        )


@pytest.mark.parametrize(
    "decision",
    [
        ("chengguan", "", "C", 3600, None), ("chengguan", "x", "C", None, None), ("chengguan", "x", "XX", 5, None),
        ("chengguan", "x", "C", -5, None), ("chengguan", "x", "C", None, NOON),
    ],
)
def test_each_decision_has_a_task_and_a_deadline(decision: tuple, world: World, returned: Consultation) -> None:
    director = world.actor("director")
    transitions.convene(returned.event, participants=[world.units["chengguan"]], actor=director, at=NOON)
    unit, task, kind, seconds, due = decision
    with refused("invalid"):
        transitions.confer(
            returned.event, actor=director, at=NOON, note="纪要",
            decisions=[Decision(world.units[unit], task, kind, seconds, due)],
        )


def test_whoever_handled_it_cannot_approve_its_end(world: World, claimed: WorkOrder) -> None:
    from grids.models import Post

    leader = Post.objects.get(person=world.people["director"])
    Post.objects.create(
        person=world.people["officer_a"], role=leader.role, area=leader.area, unit=leader.unit,
        valid_from=leader.valid_from,
    )
    officer = world.actor("officer_a")
    event = transitions.return_up(claimed, actor=officer, at=NOON, note="办不了", tried="已上门")
    transitions.convene(event, participants=[world.units["chengguan"]], actor=officer, at=NOON)
    with refused("own_work"):
        transitions.confer(event, actor=officer, at=NOON, note="纪要", outcome="explained", answer="说明")
