"""Whoever changes the trail behind the door's back is found, however it is done (quality.md S13)."""

from __future__ import annotations

import re
from io import StringIO
from itertools import groupby

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from benchmarks.sweep_days import BEGIN, make_events
from casework import verify
from casework.actor import Actor
from casework.book import Book
from casework.models import ReadLog
from casework.readlog import record
from casework.verify import digest_heads, verify_all, verify_heads
from casework.writing import write
from events.models import Event, EventTrail

CASES, ROWS = 12, 5
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cases() -> list[Event]:
    """Twelve cases with five chained rows each, written the way the door does."""
    events = make_events(CASES)
    for event in events:
        event.version = 0
        with transaction.atomic():
            book = Book()
            for seq in range(1, ROWS + 1):
                event.version = seq
                book.trail.append(
                    EventTrail(
                        case=event, seq=seq, verb="claim", at=BEGIN, lane="person", actor_name="甲", from_state="a",
                        to_state="b", note=f"第{seq}步", changes={"title": ["x", seq]},
                    )
                )  # fmt: skip
            book.change(event, "version", "trail_head")
            write(book)
    return events


def tamper(statement: str, *values: object) -> None:
    """As the tables' owner, with the guards switched off."""
    table = re.search(r"(?:UPDATE|FROM|INTO) (\w+)", statement)[1]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement, values)
        assert cursor.rowcount
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def broken() -> set[str]:
    return {found.number for found in verify_all(Event)}


CHANGES = {
    "verb": "'close'", "at": "at + interval '1 microsecond'", "lane": "'system'", "actor_name": "'乙'",
    "from_state": "'x'", "to_state": "'closed'", "note": "note || ' '", "is_public": "NOT is_public",
    "changes": "'{\"title\": [\"x\", \"y\"]}'", "hash": "repeat('0', 64)", "seq": "seq + 100",
}  # fmt: skip


def test_untouched_trails_hold(cases):
    assert broken() == set()
    assert list(verify_heads(Event)) == []


@pytest.mark.parametrize("column", CHANGES)
@pytest.mark.parametrize("seq", [1, 3, ROWS])
def test_changed_column_is_found(cases, column, seq):
    victim = cases[seq]
    tamper(
        f"UPDATE events_eventtrail SET {column} = {CHANGES[column]} WHERE case_id = %s AND seq = %s", victim.pk, seq
    )
    assert broken() == {victim.number}


@pytest.mark.parametrize("seq", range(1, ROWS + 1))
def test_removed_row_is_found(cases, seq):
    tamper("DELETE FROM events_eventtrail WHERE case_id = %s AND seq = %s", cases[4].pk, seq)
    assert broken() == {cases[4].number}


def test_inserted_exchanged_and_emptied_are_found(cases):
    tamper(
        "INSERT INTO events_eventtrail (case_id, seq, verb, at, lane, actor_name, from_state, to_state, note, is_public,"
        " changes, hash) SELECT case_id, 6, verb, at, lane, actor_name, from_state, to_state, note, is_public, changes,"
        " hash FROM events_eventtrail WHERE case_id = %s AND seq = 5",
        cases[0].pk,
    )
    tamper(
        "UPDATE events_eventtrail a SET note = b.note, hash = b.hash FROM events_eventtrail b"
        " WHERE a.case_id = %s AND b.case_id = a.case_id AND a.seq + b.seq = 5 AND a.seq IN (2, 3)",
        cases[1].pk,
    )
    tamper("DELETE FROM events_eventtrail WHERE case_id = %s", cases[2].pk)
    assert broken() == {case.number for case in cases[:3]}


def test_rewritten_chain_is_found_by_the_head(cases):
    """Cut off the last row and hang its predecessor's hash nowhere: the case's head gives it away."""
    tamper("DELETE FROM events_eventtrail WHERE case_id = %s AND seq = %s", cases[3].pk, ROWS)
    assert {found.number for found in verify_heads(Event)} == {cases[3].number}
    assert broken() == {cases[3].number}


def test_cut_with_a_matching_head_shows_in_the_kept_digest(cases):
    before = digest_heads(Event)
    tamper("DELETE FROM events_eventtrail WHERE case_id = %s AND seq = %s", cases[3].pk, ROWS)
    tamper(
        "UPDATE events_event SET version = 4, trail_head ="
        " (SELECT hash FROM events_eventtrail WHERE case_id = events_event.id AND seq = 4) WHERE id = %s",
        cases[3].pk,
    )
    assert broken() == set(), "the chain alone cannot know"
    assert digest_heads(Event) != before


def test_triggers_refuse_the_ordinary_way(cases):
    for statement in ("UPDATE events_eventtrail SET note = ''", "DELETE FROM events_eventtrail"):
        with pytest.raises(DatabaseError, match="never changed"), connection.cursor() as cursor:
            cursor.execute(statement)


def test_read_log_is_append_only_and_holds_names_of_fields(cases):
    record(Actor.system("审计"), "reveal", kind="event", object_key="1", fields=["phone"], reason="核实", at=BEGIN)
    assert ReadLog.objects.get().fields == ["phone"]
    with pytest.raises(DatabaseError, match="never changed"):
        ReadLog.objects.update(reason="")
    with pytest.raises(DatabaseError, match="never changed"):
        ReadLog.objects.all().delete()


def test_command_names_the_break_and_fails(cases):
    out, errors = StringIO(), StringIO()
    call_command("verify_trail", stdout=out, stderr=errors)
    assert f"{CASES} cases" in out.getvalue()
    tamper("UPDATE events_eventtrail SET note = '' WHERE case_id = %s AND seq = 2", cases[5].pk)
    with pytest.raises(SystemExit):
        call_command("verify_trail", stdout=out, stderr=errors)
    assert f"{cases[5].number} #2: changed" in errors.getvalue()


def one_more(event: Event) -> None:
    """Another row by the door, as by somebody at work."""
    with transaction.atomic():
        event.refresh_from_db()
        book = Book()
        event.version += 1
        book.trail.append(
            EventTrail(case=event, seq=event.version, verb="claim", at=BEGIN, lane="person", actor_name="甲",
                       from_state="a", to_state="b", note="又一步", changes={})
        )  # fmt: skip
        book.change(event, "version", "trail_head")
        write(book)


def test_a_move_between_the_case_and_its_trail_is_no_break(cases, monkeypatch):
    """Cases are read first and trails after; the control takes the second look away."""

    def late(rows: object, key: object) -> object:
        one_more(cases[4])
        return groupby(rows, key=key)

    monkeypatch.setattr(verify, "groupby", late)
    assert broken() == set()
    tamper("UPDATE events_eventtrail SET note = 'x' WHERE case_id = %s AND seq = 2", cases[7].pk)
    assert broken() == {cases[7].number}
    monkeypatch.setattr(verify, "_under_its_lock", lambda kind, case: verify.Break(case.number, 0, "changed"))
    assert broken() == {cases[4].number, cases[7].number}
