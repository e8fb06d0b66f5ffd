"""Every move × every state × everybody: refused or done exactly as the table says (quality.md C-05).

What is expected is worked out here from the table, the role file and the cast, not by asking the door.
"""

from __future__ import annotations

import pytest
from django.db import transaction

from accounts.reference import load_roles
from casework.actor import Actor
from casework.door import MoveRefused
from casework.models import OutboxItem
from events.models import Event
from events.workflow import ALL_STATES, LIVE, MOVES, OPEN_ORDER
from tests.events.kits import DRIVERS, NARROWED, STATES, TUNES, Kit, kit_in, tuned
from tests.world import CAST, NOON, World

PEOPLE = tuple(row[0] for row in CAST)
LANES = ("system", "citizen")
POSTS = {name: (role, area, unit) for name, role, area, unit, _rank, _cover in CAST}
RULE_REFUSES = {("strike_off", state): "not_verified" for state in LIVE - {"evaluating"}}
"""Legal by the table, refused by the verb's own rule in this state."""
MADE_BY = {"undo_delegate": "officer_a", "undo_whistle": "director_a", "undo_urge": "dispatcher"}
"""Who made the move that is taken back: nobody else may."""
done_by: dict[str, set[str]] = {}


class Undo(Exception):
    """Raised to roll a cell back."""


def permissions_of(role: str) -> frozenset[str]:
    return next(record.permissions for record in load_roles() if record.code == role)


def reaches(kit: Kit, name: str, code: str, *, area_path: str, unit_ids: list[int]) -> bool:
    role, area, unit = POSTS[name]
    if code not in permissions_of(role):
        return False
    on_land = area is not None and area_path.startswith(kit.world.areas[area].path) if area_path else False
    return on_land or (unit is not None and kit.world.units[unit].pk in unit_ids)


def expected(kit: Kit, event: Event, move: str, who: str) -> str:
    """The refusal's code by the table; empty when it is to be done."""
    row = MOVES[move]
    if who in LANES:
        if who not in row.lanes:
            return "forbidden"
    else:
        role = POSTS[who][0]
        mine = event.reporter_person_id == kit.world.people[who].pk and "events.view" in permissions_of(role)
        place = {"area_path": event.area_path, "unit_ids": event.unit_ids}
        if not mine and not reaches(kit, who, "events.view", **place):
            return "not_found"
        if move in NARROWED:
            place = {"area_path": "", "unit_ids": [getattr(kit, NARROWED[move]).unit_id]}
        if not reaches(kit, who, row.permission, **place):
            return "forbidden"
    if event.state not in row.sources:
        return "already_claimed" if move == "claim" and event.state == "in_progress" else "wrong_state"
    if MADE_BY.get(move, who) != who:
        return "not_yours"
    return RULE_REFUSES.get((move, event.state), "")


def actor(kit: Kit, who: str) -> Actor:
    """Fresh for every day of the kit; within a day posts do not change here, so rights are read once."""
    if who in LANES:
        return Actor.system() if who == "system" else Actor.citizen()
    return Actor.person(kit.world.people[who], at=kit.at)


def picture(event: Event) -> tuple:
    """State, version and chain head as stored, how long the trail is and what is owed."""
    row = Event.objects.filter(pk=event.pk).values_list("state", "version", "trail_head", "due_at", "owner_unit").get()
    return row, event.trail.count(), OutboxItem.objects.count()


def check_cell(kit: Kit, move: str, who: str, subject: Event, before: tuple) -> None:
    wanted = expected(kit, subject, move, who)
    place, got = f"{move} in {subject.state} by {who}", ""
    try:
        with transaction.atomic():
            DRIVERS[move](kit, actor(kit, who))
            after = Event.objects.get(pk=subject.pk)
            assert not wanted, f"{place}: done, should be refused as {wanted}"
            check_done(move, subject, after, place)
            done_by.setdefault(move, set()).add(subject.state)
            raise Undo
    except Undo:
        pass
    except MoveRefused as refusal:
        got = refusal.code if refusal.detail else "no words"
    assert got == wanted, f"{place}: {got}, expected {wanted or 'done'}"
    if wanted:
        assert picture(subject) == before, f"{place}: refused, but something changed"


def check_done(move: str, before: Event, after: Event, place: str) -> None:
    row = MOVES[move]
    newest = after.trail.order_by("-seq")[:3]
    assert move in [line.verb for line in newest], f"{place}: no trail row"
    assert after.version > before.version
    line = next(line for line in newest if line.verb == move)
    assert (line.from_state, line.to_state) == (before.state, after.state), place
    allowed = row.targets or {before.state}
    assert after.state in allowed | {before.state}, f"{place}: went to {after.state}"


def test_every_move_has_a_driver_and_every_state_a_way_in() -> None:
    assert set(DRIVERS) == set(MOVES)
    assert set(STATES) == ALL_STATES
    assert set(TUNES) <= set(MOVES)


@pytest.mark.parametrize("state", sorted(ALL_STATES))
def test_every_move_by_everybody_in(state: str, world: World) -> None:
    """About 1,500 cells: all moves by all of the cast, the system and a citizen."""
    plain = kit_in(world, state)
    assert plain.event.state == state
    for move in sorted(MOVES):
        if move == "report":
            continue
        try:
            with transaction.atomic():
                legal = state in MOVES[move].sources and move in TUNES
                kit = tuned(world, move, state) if legal else plain
                subject = Event.objects.get(pk=kit.event.pk)
                assert subject.state == state
                before = picture(subject)
                for who in (*PEOPLE, *LANES):
                    check_cell(kit, move, who, subject, before)
                raise Undo
        except Undo:
            pass


def test_reports_are_taken_from_whoever_may(world: World) -> None:
    kit = Kit(world, None)
    for who in (*PEOPLE, *LANES):
        allowed, got = who in LANES or "events.report" in permissions_of(POSTS[who][0]), ""
        try:
            with transaction.atomic():
                event = DRIVERS["report"](kit, actor(kit, who))
                assert allowed, who
                assert event.state == "reported"
                raise Undo
        except Undo:
            pass
        except MoveRefused as refusal:
            got = refusal.code
        assert got == ("" if allowed else "forbidden"), who
    assert Event.objects.count() == 0


def test_nothing_was_legal_only_on_paper(world: World) -> None:
    """Runs after the matrix: every source state of every move was really left (or stayed in) by somebody."""
    if len(done_by) < 2:
        pytest.skip("the matrix did not run in this process")
    for name, move in MOVES.items():
        if name == "report":
            continue
        missing = move.sources - done_by.get(name, set())
        assert missing <= {state for verb, state in RULE_REFUSES if verb == name}, f"{name}: never done in {missing}"


def test_the_check_itself_can_fail(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: with a table that lets anybody close the window, the matrix must notice."""
    from casework import door

    kit = kit_in(world, "open_for_claim")
    kit.at = NOON.replace(hour=9)
    monkeypatch.setattr(door, "_ask_rights", lambda *args: None)
    with pytest.raises(AssertionError, match="should be refused"):
        check_cell(kit, "close_window", "stranger", kit.event, picture(kit.event))
    assert "sent" in OPEN_ORDER
