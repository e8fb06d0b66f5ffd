"""Every notice a verb owes has its audience and words; none carries personal data; citizens get none."""

from __future__ import annotations

import ast
from pathlib import Path

from casework import notices, outbox
from casework.models import Notice, OutboxItem
from events import actions, transitions
from events.models import Event
from events.notices import KINDS
from tests import world as worlds
from tests.events.kits import DRIVERS, tuned
from tests.events.test_faults import somebody, state_for
from tests.world import NOON, World

ROOM = Path(transitions.__file__).parents[1]
LADDER = {"remind_handler", "tell_head", "tell_street", "tell_duty_desk", "tell_leader", "evaluate_late"}


def owed_kinds() -> set[str]:
    """First argument of every ``….tell(…)`` in the room; an f-string gives its patterns."""
    found = set()
    for path in [*ROOM.glob("*.py"), *ROOM.glob("transitions/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "tell" and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    found.add(first.value)
                elif isinstance(first, ast.JoinedStr):
                    found |= {"extension_granted", "extension_refused"}
    return found


def test_every_kind_is_owed_and_every_owed_kind_is_known() -> None:
    assert owed_kinds() | LADDER == set(KINDS)


def told(kind: str) -> set[str]:
    return set(Notice.objects.filter(kind=kind).values_list("person__username", flat=True))


def test_who_hears_what_along_the_main_line(world: World) -> None:
    event = worlds.verifying(world, reporter_name="王小明", reporter_phone="13900001111")
    transitions.verify(event, actor=world.actor("worker_a1"), at=NOON, finding="solved", note="已亮")
    transitions.call_back(event, actor=world.actor("call_backer"), at=NOON, finding="solved")
    actions.watch(event, actor=world.actor("officer_a"), at=NOON)
    transitions.evaluate(
        event, actor=world.actor("dispatcher"), at=NOON, scores={order.pk: 5 for order in event.orders.all()}
    )
    outbox.do_due(at=NOON)
    assert told("reported") == told("awaiting_dispatch") == told("verified") == set()  # the desk's queues show it
    assert told("dispatched") == {"handler"}  # told late: by then the handler had signed
    assert told("handled") == {"worker_a1", "cover_a1", "head_a1"}  # the telephone works from its queue
    assert told("closed") == {"worker_a1", "officer_a"}
    words = " ".join(f"{title} {text}" for title, text in Notice.objects.values_list("title", "text"))
    assert "王小明" not in words
    assert "1390000" not in words
    assert event.text not in words


def test_an_emergency_rings_at_the_desk_although_its_queue_shows_it(world: World) -> None:
    event = worlds.reported(world, category="0603", text="路面塌陷")
    assert (event.urgency, event.state) == ("P0", "awaiting_dispatch")
    outbox.do_due(at=NOON)
    assert told("reported") == {"dispatcher", "director"}, "the desk, and the leaders of the land at once"
    assert told("awaiting_dispatch") == {"dispatcher"}


def test_who_takes_an_emergency_silences_all_that_rings_for_it(world: World) -> None:
    for text in ("路面塌陷", "另一处塌陷"):
        worlds.reported(world, category="0603", text=text)
    outbox.do_due(at=NOON)
    first, second = Event.objects.order_by("pk")
    mine = Notice.objects.get(person=world.people["dispatcher"], kind="awaiting_dispatch", case_number=first.number)
    assert notices.acknowledge(world.people["dispatcher"], mine.pk, at=NOON)
    takers = Notice.objects.filter(urgency="P0").values_list("case_number", "acknowledged_by__username")
    assert {taker for number, taker in takers if number == first.number} == {"dispatcher"}
    assert {taker for number, taker in takers if number == second.number} == {None}
    late = Notice.objects.get(person=world.people["director"], kind="reported", case_number=first.number)
    assert not notices.acknowledge(world.people["director"], late.pk, at=NOON)


def test_reporters_of_merged_events_hear_of_the_masters_end(world: World) -> None:
    master = worlds.evaluating(world)
    follower = worlds.reported(world, by="worker_b1", area="150302001002001")
    transitions.merge(follower, master=master, actor=world.actor("dispatcher"), at=NOON, note="同一事项")
    transitions.evaluate(
        master, actor=world.actor("dispatcher"), at=NOON, scores={order.pk: 5 for order in master.orders.all()}
    )
    outbox.do_due(at=NOON)
    assert told("closed") == {"worker_a1", "worker_b1"}


def test_every_notice_of_every_move_can_be_told(world: World) -> None:
    """Drive each move once; every owed notice is carried out without error, and says nothing personal."""
    for move in DRIVERS:
        if move != "report":
            kit = tuned(world, move, state_for(move))
            DRIVERS[move](kit, somebody(kit, move))
    outbox.do_due(at=NOON.replace(year=2027), limit=10_000)
    failed = OutboxItem.objects.filter(topic="notice", done_at=None)
    assert list(failed.values_list("payload__kind", "last_error")) == []
    payloads = " ".join(str(payload) for payload in OutboxItem.objects.values_list("payload", flat=True))
    words = " ".join(f"{title} {text}" for title, text in Notice.objects.values_list("title", "text"))
    for personal in ("13900001111", "王某"):
        assert personal not in payloads
        assert personal not in words
