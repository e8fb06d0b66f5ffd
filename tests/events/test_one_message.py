"""A report goes to the database in one message, outside any open transaction: all of it is there, or nothing, and no
number is lost (quality.md C-07, C-09)."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from casework import door
from casework.models import OutboxItem
from casework.statements import Message
from events.before import Before
from events.models import Event, EventReporter, EventTrail
from events.transitions import intake
from events.workflow import do
from tests.world import NOON, World

CALL = {"text": "路灯不亮", "category": "0606", "area": "150302002001", "reporter_phone": "10012345678"}


def take_in(world: World, external: str) -> Event:
    """Without looking whether it is known: the second of one external number meets the database's own rule."""
    told = intake.Report(source="hotline", external_number=external, **CALL)
    return intake.take_in(told, actor=world.actor("dispatcher"), at=NOON, before=Before())


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in (Event, EventReporter, EventTrail, OutboxItem)}


def serial(event: Event) -> int:
    return int(event.number.rpartition("-")[2])


def test_a_report_is_one_message_and_no_transaction_is_opened(live_world: World) -> None:
    take_in(live_world, "1")
    with CaptureQueriesContext(connection) as seen:
        take_in(live_world, "2")
    writing = [query["sql"] for query in seen.captured_queries if "INSERT" in query["sql"]]
    assert len(writing) == 1
    assert not [query for query in seen.captured_queries if query["sql"] in ("BEGIN", "COMMIT")]


def test_what_fails_at_its_last_statement_leaves_nothing_and_no_gap(live_world: World) -> None:
    first = take_in(live_world, "1")
    before = counts()
    with pytest.raises(IntegrityError):
        take_in(live_world, "1")
    assert counts() == before
    assert serial(take_in(live_world, "2")) == serial(first) + 1


def test_control_statements_sent_one_by_one_lose_a_number(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = take_in(live_world, "1")
    real = Message.send

    def by_halves(message: Message) -> tuple | None:
        numbering = [part for part in message.parts if "casework_numberseries" in part]
        if numbering:
            place = message.parts.index(numbering[0])
            before = sum(part.count("%s") for part in message.parts[:place])
            alone = Message(numbering, message.values[before : before + numbering[0].count("%s")])
            real(alone)
        return real(message)

    with monkeypatch.context() as patch:
        patch.setattr(Message, "send", by_halves)
        with pytest.raises(DatabaseError):
            take_in(live_world, "1")
    assert serial(take_in(live_world, "2")) == serial(first) + 2


@pytest.fixture
def unsaved(world: World) -> Event:
    told = intake.Report(source="hotline", **CALL)
    return intake.prepare(told, actor=world.actor("dispatcher"), at=NOON, before=Before())


def test_a_block_that_said_it_only_collects_cannot_write_in_between(world: World, unsaved: Event) -> None:
    with (
        pytest.raises(RuntimeError, match="only collects"),
        door.opening(unsaved, do.report, actor=world.actor("dispatcher"), at=NOON, alone=True) as passage,
    ):
        passage.write()
    assert not Event.objects.exists()


def test_what_is_known_before_a_report_is_asked_in_one_statement(world: World) -> None:
    told = intake.Report(source="hotline", external_number="7", client_key="k", lon=106.8, lat=39.66, **CALL)
    with CaptureQueriesContext(connection) as seen:
        nothing = intake.look(told, at=NOON)
    assert len(seen.captured_queries) == 1
    assert (nothing.known, nothing.near, nothing.is_third) == (None, (), False)
    event = intake.report(told, actor=world.actor("dispatcher"), at=NOON)
    assert event.pk > nothing.key
    assert intake.look(told, at=NOON).known == event
    for known_by in ({"external_number": "7"}, {"client_key": "k"}):
        again = intake.Report(source="hotline", lon=106.8, lat=39.66, **known_by, **CALL)
        assert intake.look(again, at=NOON).known == event
    other = intake.Report(source="hotline", lon=106.8, lat=39.66, **CALL)
    seen_near = intake.look(other, at=NOON)
    assert [row["id"] for row in seen_near.near] == [event.pk]
    assert not seen_near.is_third
    intake.report(other, actor=world.actor("dispatcher"), at=NOON)
    assert intake.look(other, at=NOON).is_third
