"""Every move × every state × everybody: refused or done exactly as the table says (quality.md C-05).

What is expected is worked out here from the table, the role file and the cast, not by asking the door.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction

from accounts.reference import load_roles
from casework.actor import Actor
from casework.door import MoveRefused
from casework.models import OutboxItem
from hotline import actions, transitions
from hotline.models import HotlineOrder, OrderFlag
from hotline.workflow import ALL_STATES, MOVES
from tests import world as worlds
from tests.hotline import calls
from tests.world import CAST, NOON, World

LATER = NOON + timedelta(minutes=5)
LANES = ("system", "citizen")
PEOPLE = (
    "hotline", "call_backer", "dispatcher", "director", "officer_a", "stranger", "handler", "evaluator", "discipline",
    "platform",
)
"""One of every role that holds a code of the room, a stranger, and those who hold none."""
POSTS = {name: (role, area, unit) for name, role, area, unit, _rank, _cover in CAST}
ROLES = {record.code: record.permissions for record in load_roles()}
Drive = Callable[[World, HotlineOrder, Actor], object]
done_by: dict[str, set[str]] = {}


class Undo(Exception):
    """Raised to roll a cell back."""


def _verb(name: str, room: object = transitions, **fields: object) -> Drive:
    return lambda world, order, actor: getattr(room, name)(order, actor=actor, at=LATER, **fields)


def _join(world: World, order: HotlineOrder, actor: Actor) -> object:
    return transitions.join(order, event=worlds.in_progress(world), actor=actor, at=LATER)


DRIVERS: dict[str, Drive] = {
    "answer_directly": _verb("answer_directly", note="带身份证办理"),
    "forward": _verb("forward"),
    "join": _join,
    "pass_on": _verb("pass_on", note="第1次转办"),
    "settle_elsewhere": _verb("settle_elsewhere", note="已由原平台答复"),
    "follow": _verb("follow"),
    "supply_info": _verb("supply_info", note="3号楼"),
    "answer": _verb("answer", note="已修复"),
    "call_back": _verb("call_back", finding="reached", solved=True, level=5),
    "rate": _verb("rate", level=4),
    "reopen": _verb("reopen", note="又坏了"),
    "urge": _verb("urge", note="请快一点"),
    "classify": _verb("classify", demand="help", service_class="G7", note="按求助办理"),
    "correct": _verb("correct", text="改过的内容", note="听错"),
    "supervise": _verb("supervise", note="限期办理"),
    "ask_exclusion": _verb("ask_exclusion", reason="no_duty", note="超出职责"),
    "grant_exclusion": _verb("grant_exclusion", note="同意"),
    "refuse_exclusion": _verb("refuse_exclusion", note="不同意"),
    "hand_over": _verb("hand_over", kind="shirking", note="推诿"),
    "raise_flag": _verb("raise_flag", kind="red", mark="round 1"),
    "clear_flag": _verb("clear_flag", kind="yellow"),
    "note_caller": _verb("note_caller", actions, is_elderly=True, note="自述80岁"),
    "comment": _verb("comment", actions, note="已联系"),
    "reveal": _verb("reveal", actions, field="phone", reason="联系"),
}
WELCOME = {
    # legal by the table, refused by the verb's own rule in this state (or for this person)
    "up_to_date", "must_forward", "rate_the_event", "still_open", "nothing_asked", "forbidden", "done_already",
}


def tuned(world: World, move: str, order: HotlineOrder) -> None:
    """What a verb needs besides the state."""
    if move in ("grant_exclusion", "refuse_exclusion"):
        transitions.ask_exclusion(
            order, actor=world.actor("dispatcher"), at=NOON, reason="no_duty", note="超出职责"
        )
    if move == "clear_flag":
        OrderFlag.objects.create(order=order, kind="yellow", mark="x", raised_at=NOON)
    if move == "follow":
        HotlineOrder.objects.filter(pk=order.pk).update(unit_ids=[])
    if move == "call_back" and order.state == "closed":
        order.call_backs.update(
            state="waiting", was_contacted=None, solved=None, level=None, reasons=[], text="", done_at=None, by=None
        )
    if move == "rate":
        HotlineOrder.objects.filter(pk=order.pk).update(has_joined=True, rating=None)


def reaches(world: World, who: str, code: str, order: HotlineOrder) -> bool:
    role, area, unit = POSTS[who]
    if code not in ROLES[role]:
        return False
    on_land = area is not None and order.area_path.startswith(world.areas[area].path)
    return on_land or (unit is not None and world.units[unit].pk in order.unit_ids)


def sees(world: World, who: str, order: HotlineOrder) -> bool:
    if order.agent_id == world.people[who].pk:
        return True
    calling = order.state in ("calling_back", "called_back") or order.call_backs.filter(state="waiting").exists()
    calling = calling and reaches(world, who, "hotline.call_back", order)
    return calling or reaches(world, who, "hotline.view", order)


def expected(world: World, order: HotlineOrder, move: str, who: str) -> str:
    row = MOVES[move]
    if who in LANES:
        if who not in row.lanes:
            return "forbidden"
    elif not sees(world, who, order):
        return "not_found"
    elif not reaches(world, who, row.permission, order):
        return "forbidden"
    return "" if order.state in row.sources else "wrong_state"


def actor(world: World, who: str) -> Actor:
    if who in LANES:
        return Actor.system() if who == "system" else Actor.citizen()
    return Actor.person(world.people[who], at=LATER)


def picture(order: HotlineOrder) -> tuple:
    row = HotlineOrder.objects.filter(pk=order.pk).values_list("state", "version", "trail_head", "due_at").get()
    return row, order.trail.count(), OutboxItem.objects.count()


def check_cell(world: World, move: str, who: str, order: HotlineOrder, before: tuple) -> None:
    wanted, place, got = expected(world, order, move, who), f"{move} in {order.state} by {who}", ""
    try:
        with transaction.atomic():
            DRIVERS[move](world, order, actor(world, who))
            assert not wanted, f"{place}: done, should be refused as {wanted}"
            after = HotlineOrder.objects.get(pk=order.pk)
            line = after.trail.filter(verb=move).order_by("-seq").first()
            assert line is not None, f"{place}: no trail row"
            assert after.state in (MOVES[move].targets or {order.state}) | {order.state}, place
            done_by.setdefault(move, set()).add(order.state)
            raise Undo
    except Undo:
        return
    except MoveRefused as refusal:
        got = refusal.code if refusal.detail else "no words"
    assert got == wanted or (not wanted and got in WELCOME), f"{place}: {got}, expected {wanted or 'done'}"
    assert picture(order) == before, f"{place}: refused, but something changed"


def test_every_move_has_a_driver_and_every_state_a_way_in() -> None:
    assert set(DRIVERS) == set(MOVES) - {"register"}
    assert set(calls.STATES) == ALL_STATES


@pytest.mark.parametrize("state", sorted(ALL_STATES))
def test_every_move_by_everybody_in(state: str, world: World) -> None:
    told = {"demand": "consult"} if state == "registered" else {}
    order = calls.STATES[state](world, **told)
    for move in sorted(DRIVERS):
        try:
            with transaction.atomic():
                if state in MOVES[move].sources:
                    tuned(world, move, order)
                subject = HotlineOrder.objects.get(pk=order.pk)
                before = picture(subject)
                for who in (*PEOPLE, *LANES):
                    check_cell(world, move, who, subject, before)
                raise Undo
        except Undo:
            pass


def test_nothing_was_legal_only_on_paper() -> None:
    """Runs after the matrix: every source state of every move was really left (or stayed in) by somebody."""
    if len(done_by) < 2:
        pytest.skip("the matrix did not run in this process")

    for name, move in MOVES.items():
        if name != "register":
            missing = move.sources - done_by.get(name, set())
            if name == "follow":  # there the event has no unit yet: nothing to take over
                missing -= {"dispatching", "needs_info"}
            assert missing == set(), f"{name}: never done in {sorted(missing)}"


def test_the_check_itself_can_fail(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: with a door that asks nobody for rights, the matrix must notice."""
    from casework import door

    order = calls.registered(world, demand="consult")
    monkeypatch.setattr(door, "_ask_rights", lambda *args: None)
    with pytest.raises(AssertionError, match="should be refused"):
        check_cell(world, "forward", "stranger", order, picture(order))
