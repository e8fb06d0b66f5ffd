"""An event in every state with everything a verb may need, and for every move the call that does it.

The matrix, fault and pair tests drive the real verbs through these. Rows that only have to *be there* so that a
refused verb has a subject are written past the door.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from casework.actor import Actor
from casework.models import StoredFile
from events import actions, transitions
from events.models import (
    Decline,
    Event,
    EventReporter,
    Extension,
    SupervisionOrder,
    Whistle,
    WhistlePart,
    WorkOrder,
)
from events.transitions import Called, Decision, Share
from tests import world as worlds
from tests.events.kit_states import STATES, claimed
from tests.world import NOON, World, _serial

LATER = NOON + timedelta(minutes=5)


@dataclass
class Kit:
    """An event and the rows its verbs are done to."""

    world: World
    event: Event
    order: WorkOrder | None = None
    whistle: Whistle | None = None
    part: WhistlePart | None = None
    decline: Decline | None = None
    extension: Extension | None = None
    supervision: SupervisionOrder | None = None
    other: Event | None = None
    file: StoredFile | None = None
    at: datetime = LATER
    extra: dict = field(default_factory=dict)


def kit_in(world: World, state: str) -> Kit:
    """An event in this state with companion rows of every kind."""
    kit = Kit(world, STATES[state](world))
    EventReporter.objects.create(event=kit.event, name="王某", phone="13900001111")
    kit.order = kit.event.orders.order_by("pk").last() or _order(kit, "dispatch", "sent")
    kit.other = worlds.reported(world)
    units = kit.event.unit_ids = sorted({*kit.event.unit_ids, world.units["chengguan"].pk})
    Event.objects.filter(pk=kit.event.pk).update(unit_ids=units)
    Event.objects.filter(pk=kit.other.pk).update(unit_ids=kit.event.unit_ids)  # seen by the same people
    kit.supervision = SupervisionOrder.objects.create(
        number=f"DB-test-{next(_serial)}", event=kit.event, unit=world.units["chengguan"], colour="blue", text="请办理",
        issued_at=NOON,
    )
    serial = next(_serial)
    kit.file = StoredFile.objects.create(
        sha256=f"{serial:064d}", stored_sha256=f"{serial:064d}", mime="image/jpeg", size=1, name="a.jpg", uploaded_at=NOON
    )
    _past_rows(kit)
    return kit


def _order(kit: Kit, kind: str, state: str, unit: str = "chengguan", **more: object) -> WorkOrder:
    done = {"done_at": NOON, "feedback": "已到场处置"} if state == "done" else {}
    return WorkOrder.objects.create(
        event=kit.event, kind=kind, state=state, unit=kit.world.units[unit], sent_at=NOON, **done, **more
    )


def _past_rows(kit: Kit) -> None:
    """A blown whistle answered by a department, a decline not yet ruled on, an extension asked for."""
    world, event = kit.world, kit.event
    kit.whistle = Whistle.objects.create(
        number=f"CS-test-{next(_serial)}", event=event, kind="enforcement", ground="no_power", text="请到场",
        state="blown", street=world.units["street_a"], asked_by=world.people["officer_a"], asked_at=NOON,
    )
    joint = _order(kit, "joint", "done", "zhujian", whistle=kit.whistle, is_lead=False, score=5)
    kit.part = WhistlePart.objects.create(
        whistle=kit.whistle, order=joint, unit=joint.unit, task="到场执法", reported_in_at=NOON
    )
    bounced = _order(kit, "dispatch", "declined", "water")
    kit.decline = Decline.objects.create(
        order=bounced, event=event, unit=bounced.unit, reason="not_our_duty", clause="供水抢修",
        proposed_unit=world.units["chengguan"], declined_at=NOON,
    )
    kit.extension = Extension.objects.create(
        order=kit.order, event=event, reason="天气", asked_by=world.people["handler"], asked_at=NOON, old_due_at=NOON
    )


# What a move needs beyond its state --------------------------------------------------------------------


def _street_holds(kit: Kit, state: str) -> None:
    kit.event = claimed(kit.world)
    kit.order = worlds.the_order(kit.event)


def _accepted(kit: Kit, state: str) -> None:
    Extension.objects.filter(event=kit.event).delete()
    transitions.accept(kit.order, actor=kit.world.actor("handler"), at=NOON)


def _extension_asked(kit: Kit, state: str) -> None:
    _accepted(kit, state)
    kit.extension = transitions.extend(kit.order, actor=kit.world.actor("handler"), at=NOON, note="等待配件")


def _whistle_asked(kit: Kit, state: str) -> None:
    kit.whistle = _ask_whistle(kit, kit.world.actor("officer_a"), NOON)


def _ask_whistle(kit: Kit, actor: Actor, at: datetime) -> Whistle:
    parts = [Called(kit.world.units["zhujian"], "到场认定", is_lead=True), Called(kit.world.units["water"], "停水配合")]
    return transitions.whistle(
        kit.event, kind="enforcement", ground="no_power", parts=parts, actor=actor, at=at, note="街道无执法权"
    )


def _whistle_blown(kit: Kit, state: str) -> None:
    _whistle_asked(kit, state)
    transitions.approve_whistle(kit.whistle, actor=kit.world.actor("director_a"), at=NOON)
    kit.part = kit.whistle.parts.get(unit=kit.world.units["zhujian"])


def _reported_in(kit: Kit, state: str) -> None:
    _whistle_blown(kit, state)
    transitions.report_in(kit.part, lon=106.8, lat=39.6, actor=kit.world.actor("other_handler"), at=NOON)


def _convened(kit: Kit, state: str) -> None:
    call = transitions.convene if state == "conferring" else transitions.summon
    call(
        kit.event, participants=[kit.world.units["chengguan"]], actor=kit.world.actor("director"), at=NOON
    )


def _replied(kit: Kit, state: str) -> None:
    SupervisionOrder.objects.filter(pk=kit.supervision.pk).update(replied_at=NOON, reply="已办")


def _without_owner(kit: Kit, state: str) -> None:
    Event.objects.filter(pk=kit.event.pk).update(owner_unit=None)


def _has_duplicate(kit: Kit, state: str) -> None:
    Event.objects.filter(pk=kit.other.pk).update(state="merged", master=kit.event)
    Event.objects.filter(pk=kit.event.pk).update(repeats=1)


def _just_sent(kit: Kit, state: str) -> None:
    kit.event = worlds.in_progress(kit.world)
    kit.order = worlds.the_order(kit.event)
    kit.at = NOON + timedelta(seconds=8)


def _just_delegated(kit: Kit, state: str) -> None:
    _street_holds(kit, state)
    share = Share(kit.world.units["community_a"], "到现场核实")
    transitions.delegate(kit.order, shares=[share], actor=kit.world.actor("officer_a"), at=NOON)
    kit.at = NOON + timedelta(seconds=8)


def _just_whistled(kit: Kit, state: str) -> None:
    _whistle_blown(kit, state)
    kit.at = NOON + timedelta(seconds=8)


def _just_urged(kit: Kit, state: str) -> None:
    kit.supervision = transitions.urge(kit.event, actor=kit.world.actor("dispatcher"), at=NOON, note="请抓紧")
    kit.at = NOON + timedelta(seconds=8)


def _after_the_window(kit: Kit, state: str) -> None:
    kit.at = NOON + timedelta(hours=3)


def _after_the_pause(kit: Kit, state: str) -> None:
    kit.at = NOON + timedelta(days=20)


def _no_decline(kit: Kit, state: str) -> None:
    Decline.objects.filter(event=kit.event).delete()


TUNES: dict[str, Callable[[Kit, str], None]] = {
    "delegate": _street_holds,
    "return_up": _street_holds,
    "feed_back": _accepted,
    "extend": _accepted,
    "grant_extension": _extension_asked,
    "refuse_extension": _extension_asked,
    "approve_whistle": _whistle_asked,
    "refuse_whistle": _whistle_asked,
    "report_in": _whistle_blown,
    "rebut": _whistle_blown,
    "confirm_arrival": _reported_in,
    "confer": _convened,
    "strike_off": _replied,
    "cover": _without_owner,
    "release": _has_duplicate,
    "undo_dispatch": _just_sent,
    "undo_delegate": _just_delegated,
    "undo_whistle": _just_whistled,
    "undo_urge": _just_urged,
    "close_window": _after_the_window,
    "resume": _after_the_pause,
    "supply_info": _after_the_pause,
    "decline": _no_decline,
}


# The calls ---------------------------------------------------------------------------------------------

Drive = Callable[[Kit, Actor], object]


def _evaluate(kit: Kit, actor: Actor) -> object:
    scores = {order.pk: 4 for order in kit.event.orders.filter(state="done")}
    return transitions.evaluate(kit.event, actor=actor, at=kit.at, scores=scores)


def _report(kit: Kit, actor: Actor) -> object:
    told = transitions.Report(source="grid", text="路灯不亮", category="0805", area="150302002001001")
    return transitions.report(told, actor=actor, at=kit.at)


def _delegate(kit: Kit, actor: Actor) -> object:
    shares = [Share(kit.world.units["community_a"], "入户核实", 60, area=kit.world.areas["grid_a1"])]
    return transitions.delegate(kit.order, shares=shares, actor=actor, at=kit.at)


def _confer(kit: Kit, actor: Actor) -> object:
    decisions = [Decision(kit.world.units["chengguan"], "三日内修复", "WD", 3 * 7 * 3600)]
    return transitions.confer(kit.event, decisions=decisions, actor=actor, at=kit.at, note="会商纪要")


def _dispatch(kit: Kit, actor: Actor) -> object:
    return transitions.dispatch(
        kit.event, unit=kit.world.units["chengguan"], note="职责范围", actor=actor, at=kit.at
    )


def _decline(kit: Kit, actor: Actor) -> object:
    return transitions.decline(
        kit.order, reason="not_our_duty", clause="不含通信线缆", proposed_unit=kit.world.units["zhujian"], actor=actor,
        at=kit.at, note="非本单位职责",
    )


def _handle_on_spot(kit: Kit, actor: Actor) -> object:
    return transitions.handle_on_spot(kit.event, actor=actor, at=kit.at, note="已当场处理")


def _merge(kit: Kit, actor: Actor) -> object:
    return transitions.merge(kit.event, master=kit.other, actor=actor, at=kit.at, note="同一事项")


def _absorb(kit: Kit, actor: Actor) -> object:
    return transitions.merge(kit.other, master=kit.event, actor=actor, at=kit.at, note="同一事项")


def _suspend(kit: Kit, actor: Actor) -> object:
    return transitions.suspend(kit.event, reason="superior_approval", actor=actor, at=kit.at, note="等待批复")


def _on_event(name: str, **more: object) -> Drive:
    verb = getattr(transitions, name, None) or getattr(actions, name)
    return lambda kit, actor: verb(kit.event, actor=actor, at=kit.at, **more)


def _on(subject: str, name: str, **more: object) -> Drive:
    verb = getattr(transitions, name)
    return lambda kit, actor: verb(getattr(kit, subject), actor=actor, at=kit.at, **more)


DRIVERS: dict[str, Drive] = {
    "report": _report,
    "triage": _on_event("triage"),
    "handle_on_spot": _handle_on_spot,
    "reject": _on_event("reject", note="不属受理范围"),
    "appeal": _on_event("appeal", note="请再看看"),
    "ask_info": _on_event("ask_info", note="请补充地点"),
    "supply_info": _on_event("supply_info", note="在青山路口"),
    "claim": _on_event("claim"),
    "close_window": _on_event("close_window"),
    "dispatch": _dispatch,
    "undo_dispatch": _on_event("undo_dispatch"),
    "undo_delegate": _on_event("undo_delegate"),
    "undo_whistle": _on_event("undo_whistle"),
    "undo_urge": _on_event("undo_urge"),
    "delegate": _delegate,
    "whistle": lambda kit, actor: _ask_whistle(kit, actor, kit.at),
    "approve_whistle": _on("whistle", "approve_whistle"),
    "refuse_whistle": _on("whistle", "refuse_whistle", note="街道可自行处置"),
    "report_in": _on("part", "report_in", lon=106.8, lat=39.6),
    "confirm_arrival": _on("part", "confirm_arrival"),
    "rebut": _on("part", "rebut", note="不在清单内"),
    "rate_whistle": _on("part", "rate_whistle", attendance=5, attitude=4, effect=3),
    "return_up": _on("order", "return_up", note="力量不足", tried="已上门"),
    "summon": lambda kit, actor: transitions.summon(
        kit.event, participants=[kit.world.units["chengguan"]], actor=actor, at=kit.at
    ),
    "convene": lambda kit, actor: transitions.convene(
        kit.event, participants=[kit.world.units["zhujian"]], actor=actor, at=kit.at
    ),
    "confer": _confer,
    "accept": _on("order", "accept"),
    "contact": _on("order", "contact"),
    "decline": _decline,
    "rule_decline": lambda kit, actor: transitions.rule_decline(
        kit.decline, founded=True, actor=actor, at=kit.at, note="应由城管承办"
    ),
    "extend": _on("order", "extend", note="等待配件"),
    "grant_extension": _on("extension", "grant_extension"),
    "refuse_extension": _on("extension", "refuse_extension", note="理由不足"),
    "suspend": _suspend,
    "resume": _on_event("resume"),
    "retarget": _on_event("retarget", service_class="D5", note="改为一般投诉"),
    "cover": _on_event("cover"),
    "feed_back": _on("order", "feed_back", note="已更换"),
    "verify": _on_event("verify", finding="solved", note="已亮"),
    "call_back": _on_event("call_back", finding="solved"),
    "rate": _on_event("rate", level=5, solved=True),
    "evaluate": _evaluate,
    "reopen": _on_event("reopen", note="又坏了"),
    "urge": _on_event("urge", note="请抓紧"),
    "nudge": _on_event("nudge"),
    "answer_urge": _on("supervision", "answer_urge", note="正在办理"),
    "strike_off": _on("supervision", "strike_off"),
    "mark_clue": _on_event("mark_clue", kind="shirking"),
    "propose_blacklist": _on_event("propose_blacklist"),
    "merge": _merge,
    "absorb": _absorb,
    "release": lambda kit, actor: transitions.split_off(kit.other, actor=actor, at=kit.at, note="不是一回事"),
    "split_off": _on_event("split_off", note="不是一回事"),
    "repeat": _on_event("repeat", note="来电再次反映"),
    "follow": _on_event("follow", follower="hotline"),
    "spare_call_back": _on_event("spare_call_back"),
    "transfer": _on_event("transfer", kind="court", basis="民事诉讼法", note="当事人起诉"),
    "take_back": _on_event("take_back", note="对方退回"),
    "note_number": _on_event("note_number", kind="petition", number="XF20260001"),
    "end_elsewhere": _on_event("end_elsewhere", kind="petition", note="对方已结案"),
    "comment": _on_event("comment", note="已电话联系"),
    "attach": lambda kit, actor: actions.attach(kit.event, file=kit.file, actor=actor, at=kit.at),
    "correct": _on_event("correct", address="青山路3号", note="补全地址"),
    "reveal": _on_event("reveal", field="phone", reason="联系反映人"),
}

NARROWED = {
    "accept": "order", "contact": "order", "feed_back": "order", "extend": "order", "delegate": "order",
    "return_up": "order", "decline": "order", "report_in": "part", "rebut": "part", "answer_urge": "supervision",
}
"""Moves whose permission must hold for the unit of this subject, not anywhere on the event."""


def tuned(world: World, move: str, state: str) -> Kit:
    """A kit in this state in which the move, if it is legal there, has all it needs."""
    kit = kit_in(world, state)
    if move in TUNES:
        TUNES[move](kit, state)
    return kit
