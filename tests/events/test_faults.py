"""An exception inside a move leaves nothing by half: trail, clocks, outbox, notices, rows in turn (quality.md C-07)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.db import connection, transaction

from casework import door
from casework.actor import Actor
from casework.statements import Message
from events.models import Event
from events.workflow import MOVES
from tests.events.kits import DRIVERS, Kit, tuned
from tests.events.test_workflow_matrix import CAST, LANES, RULE_REFUSES, Undo, expected
from tests.world import NOON, World

WRITERS = ("trail", "clock", "outbox", "notice", "rows", "case")
STRUCK = {
    # the statements in a message that each fault follows
    "trail": [("INSERT INTO", '"events_eventtrail"')],
    "clock": [("INSERT INTO", '"events_eventdeadline"'), ("UPDATE", '"events_eventdeadline"')],
    "outbox": [("INSERT INTO", '"casework_outboxitem"')],
    "rows": [("UPDATE", "")],
    "case": [("UPDATE", '"events_event"')],
}


class Fault(Exception):
    """What is thrown."""


@contextmanager
def broken(writer: str, monkeypatch: pytest.MonkeyPatch):
    """The writer does its work and then raises: what it wrote must be gone as well."""
    with monkeypatch.context() as patch:
        if writer == "notice":
            _break(patch, door.Passage, "tell", lambda *args: True)
        else:
            beginnings = tuple(f"{act} {table}" for act, table in STRUCK[writer])
            _break(patch, Message, "send", lambda message: any(part.startswith(beginnings) for part in message.parts))
        yield


def _break(patch: pytest.MonkeyPatch, place: object, name: str, matters: Callable[..., bool]) -> None:
    real = getattr(place, name)

    def failing(*args: object, **kwargs: object) -> object:
        answer = real(*args, **kwargs)
        if matters(*args):
            raise Fault(name)
        return answer

    patch.setattr(place, name, failing)


def everything() -> dict[str, list]:
    """Every row of the tables a move may touch, as text."""
    tables = [model._meta.db_table for room in ("events", "casework") for model in apps.get_app_config(room).get_models()]
    left_out = {"casework_calendarday", "casework_workperiod", "events_category", "events_routingrule", "events_cannedtext",
                "casework_serviceclass", "casework_ladderrung", "casework_ratecount"}  # fmt: skip
    found = {}
    with connection.cursor() as cursor:
        for table in sorted({*tables, "events_consultation_participants"} - left_out):
            cursor.execute(f"SELECT count(*), md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t")
            found[table] = cursor.fetchone()
    return found


def somebody(kit: Kit, move: str) -> Actor:
    """Anybody who may do it here by the table."""
    event = Event.objects.get(pk=kit.event.pk)
    who = next(name for name in (*(row[0] for row in CAST), *LANES) if not expected(kit, event, move, name))
    if who in LANES:
        return Actor.system() if who == "system" else Actor.citizen()
    return kit.world.actor(who, kit.at)


def state_for(move: str) -> str:
    """A source state in which the verb has no refusal of its own."""
    return next(s for s in sorted(MOVES[move].sources) if (move, s) not in RULE_REFUSES)


@pytest.mark.parametrize("part", range(4))
def test_no_half_moves(part: int, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    reached: Counter[str] = Counter()
    moves = [name for name in sorted(MOVES) if name != "report"][part::4]
    for move in moves:
        try:
            with transaction.atomic():
                kit = tuned(world, move, state_for(move))
                actor = somebody(kit, move)
                before = everything()
                for writer in WRITERS:
                    reached[writer] += _fails(kit, move, actor, writer, monkeypatch)
                    assert everything() == before, f"{move} with a broken {writer}: something stayed"
                raise Undo
        except Undo:
            pass
    assert reached["trail"] == reached["case"] == len(moves), reached  # every move writes both: the faults struck
    assert min(reached[writer] for writer in WRITERS) > 0, reached


def _fails(kit: Kit, move: str, actor: Actor, writer: str, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Do it with the broken writer; whether the fault struck. A move that does not use the writer is undone."""
    try:
        with broken(writer, monkeypatch), transaction.atomic():
            DRIVERS[move](kit, actor)
            raise Undo
    except Fault:
        return True
    except Undo:
        return False


def test_a_report_with_a_fault_leaves_no_number(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    kit = Kit(world, None, at=NOON)
    before = everything()
    for writer in ("trail", "clock", "outbox", "notice"):
        with pytest.raises(Fault), broken(writer, monkeypatch), transaction.atomic():
            DRIVERS["report"](kit, world.actor("worker_a1"))
        assert everything() == before, writer


def test_control_a_writer_outside_the_transaction_is_seen(world: World) -> None:
    """The picture notices a single changed byte: without that the tests above would prove nothing."""
    kit = tuned(world, "accept", "in_progress")
    before = everything()
    Event.objects.filter(pk=kit.event.pk).update(address="x")
    assert everything() != before
