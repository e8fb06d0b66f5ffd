"""跟进, 材料, 更正, 关注, 查看明文: nothing here changes a state or a clock."""

from __future__ import annotations

import pytest

from casework import outbox
from casework.actor import Actor
from casework.door import MoveRefused
from casework.models import Notice, ReadLog, StoredFile
from events import actions
from events.models import Event, EventReporter
from tests import world as worlds
from tests.world import NOON, World


def refused(code: str):
    return pytest.raises(MoveRefused, match=rf"^{code}:")


def clocks(event: Event) -> list:
    return list(event.deadlines.order_by("pk").values_list("stage", "state", "due_at", "started_at"))


def test_comments_are_internal_unless_said_or_a_citizens(world: World) -> None:
    event, officer = worlds.open_for_claim(world), world.actor("officer_a")
    actions.comment(event, actor=officer, at=NOON, note="先电话了解")
    actions.comment(event, actor=officer, at=NOON, note="师傅明早到", is_public=True)
    actions.comment(event, actor=Actor.citizen(), at=NOON, note="还没好")
    rows = event.trail.filter(verb="comment").order_by("seq")
    assert list(rows.values_list("is_public", flat=True)) == [False, True, True]
    for bad in (" ", "长" * 2001):
        with refused("invalid"):
            actions.comment(event, actor=officer, at=NOON, note=bad)


def test_a_word_to_the_grid_worker_rings_and_stands_in_the_trail(world: World) -> None:
    event, dispatcher = worlds.open_for_claim(world), world.actor("dispatcher")
    worker, stranger = world.people["worker_a1"], world.people["worker_b1"]
    assert next(iter(actions.addressees(event, at=NOON))) == worker.pk
    actions.comment(event, actor=dispatcher, at=NOON, note="请先设围挡", to=worker.pk)
    assert event.trail.order_by("seq").last().note == f"@{worker.name} 请先设围挡"
    outbox.do_due(at=NOON)
    assert set(Notice.objects.filter(kind="message").values_list("person", flat=True)) == {worker.pk}
    before = event.trail.count()
    with refused("invalid"):
        actions.comment(event, actor=dispatcher, at=NOON, note="请看一下", to=stranger.pk)
    assert event.trail.count() == before


def test_a_file_is_attached_once_and_a_citizens_belongs_to_the_report(world: World) -> None:
    event = worlds.in_progress(world)
    file = StoredFile.objects.create(
        sha256="a" * 64, stored_sha256="b" * 64, mime="image/jpeg", size=1, name="a.jpg", uploaded_at=NOON
    )
    row = actions.attach(event, file=file, purpose="feedback", actor=Actor.citizen(), at=NOON)
    assert (row.purpose, row.added_by) == ("report", "")
    with refused("attached"):
        actions.attach(event, file=file, purpose="feedback", actor=world.actor("handler"), at=NOON)
    with refused("invalid"):
        actions.attach(event, file=file, purpose="art", actor=world.actor("handler"), at=NOON)


def test_correcting_keeps_the_clocks_and_shows_old_and_new(world: World) -> None:
    event, dispatcher = worlds.in_progress(world), world.actor("dispatcher")
    before = clocks(event)
    event = actions.correct(event, actor=dispatcher, at=NOON, note="补全", address="青山路3号", area="150302001002001")
    assert (event.grid_code, event.street_code) == ("150302001002001", "150302001")
    changes = event.trail.last().changes
    assert changes["address"] == ["", "青山路3号"]
    assert clocks(event) == before
    assert "青山" in event.grams
    for bad in ({}, {"text": " "}, {"title": "长" * 81}, {"area": "999"}, {"lon": 106.8}, {"address": "a\x00"}):
        with refused("invalid"):
            actions.correct(event, actor=dispatcher, at=NOON, note="补全", **bad)


def test_an_unlocated_event_gets_its_place(world: World) -> None:
    event = worlds.reported(world, area=None)
    assert not event.is_located
    event = actions.correct(
        event, actor=world.actor("dispatcher"), at=NOON, note="电话核实", area="150302002001001"
    )
    assert event.is_located
    assert event.community_code == "150302002001"


def test_watching_needs_sight(world: World) -> None:
    event = worlds.reported(world)
    actions.watch(event, actor=world.actor("officer_a"), at=NOON)
    actions.watch(event, actor=world.actor("officer_a"), at=NOON)
    assert event.watches.count() == 1
    actions.unwatch(event, actor=world.actor("officer_a"), at=NOON)
    assert event.watches.count() == 0
    for actor in (world.actor("stranger"), Actor.citizen()):
        with refused("not_found"):
            actions.watch(event, actor=actor, at=NOON)


def reveal(world: World, event: Event, who: str, field: str = "phone", reason: str = "联系反映人") -> str:
    return actions.reveal(event, field=field, reason=reason, actor=world.actor(who), at=NOON)


def test_revealing_leaves_a_row_in_the_read_log_and_the_trail_without_the_value(world: World) -> None:
    event = worlds.in_progress(world, reporter_name="王小明", reporter_phone="13900001111")
    assert reveal(world, event, "handler") == "13900001111"
    row = ReadLog.objects.get()
    assert (row.act, row.kind, row.object_key, row.fields, row.allowed) == ("reveal", "event", event.number, ["phone"], True)
    line = event.trail.last()
    assert line.verb == "reveal"
    assert "1390000" not in str(line.changes) + line.note
    for bad in ({"field": "id_number"}, {"reason": " "}):
        with refused("invalid"):
            reveal(world, event, "handler", **bad)


def test_a_secret_reporter_is_never_shown_to_the_handling_unit(world: World) -> None:
    event = worlds.in_progress(world, reporter_name="王小明", reporter_phone="13900001111", is_secret=True)
    for who in ("handler", "head", "officer_a", "director_a"):
        with refused("secret_reporter"):
            reveal(world, event, who)
    assert ReadLog.objects.filter(allowed=False, act="refused").count() == 4
    assert reveal(world, event, "dispatcher", "name") == "王小明"


def test_refused_revelations_are_logged_and_empty_ones_not_found(world: World) -> None:
    event = worlds.in_progress(world)
    with refused("not_found"):
        reveal(world, event, "dispatcher")
    EventReporter.objects.create(event=event, phone="13900001111")
    with refused("forbidden"):
        reveal(world, event, "worker_a1")
    assert ReadLog.objects.get().allowed is False


def test_thirty_in_ten_minutes_stop(world: World) -> None:
    event = worlds.in_progress(world, reporter_phone="13900001111")
    for _n in range(30):
        reveal(world, event, "dispatcher")
    with refused("too_many"):
        reveal(world, event, "dispatcher")
