"""A row made without the constructor is the row that the constructor makes."""

from __future__ import annotations

import pytest
from django.utils import timezone

from casework.making import new_row, stored_row
from casework.models import OutboxItem, StoredFile
from casework.statements import read
from events.models import Event, EventDeadline, EventReporter, EventTrail


def held(row: object) -> dict:
    return {name: value for name, value in row.__dict__.items() if name != "_state"}


@pytest.mark.parametrize("model", [Event, EventDeadline, EventReporter, EventTrail, OutboxItem, StoredFile])
def test_defaults_are_those_of_the_constructor(model: type) -> None:
    made, right = new_row(model), model()
    assert held(made) == held(right)
    assert (made._state.adding, made._state.db) == (right._state.adding, right._state.db) == (True, None)


def test_defaults_that_can_change_belong_to_one_row_only() -> None:
    one, other = new_row(Event), new_row(Event)
    one.suggestion["near"] = [1]
    one.unit_ids.append(1)
    assert (other.suggestion, other.unit_ids) == ({}, [])


def test_a_related_row_is_known_from_both_sides() -> None:
    event = new_row(Event, title="路灯不亮")
    reporter = new_row(EventReporter, event=event, name="王小明")
    assert (reporter.event is event, event.reporter is reporter, reporter.event_id) == (True, True, None)


def test_a_name_that_is_no_column_is_refused() -> None:
    with pytest.raises(TypeError, match="no field titel"):
        new_row(Event, titel="路灯不亮")


@pytest.mark.django_db
def test_a_row_that_was_read_is_as_the_orm_reads_it() -> None:
    at = timezone.now()
    OutboxItem.objects.create(topic="notice", key="k", payload={"a": [1]}, created_at=at, available_at=at)
    (mine,), theirs = read(OutboxItem, "key = %s", "k"), OutboxItem.objects.get()
    assert held(mine) == held(theirs)
    assert (mine._state.adding, mine._state.db) == (theirs._state.adding, theirs._state.db)
    assert stored_row(StoredFile, [f.attname for f in StoredFile._meta.concrete_fields], list(held(StoredFile()).values()))
