"""Many rows at once: the batch bar and the export."""

from __future__ import annotations

import csv
import io
from datetime import datetime

import openpyxl
import pytest

from casework.models import ReadLog
from events import actions
from events.exporting import guarded
from events.models import Event
from tests import world as make
from tests.events_desk.conftest import FETCH, SignedIn
from tests.world import World


def ticks(events: list[Event]) -> list[str]:
    return [f"{event.pk}:{event.version}" for event in events]


def test_dispatch_by_suggestion_leaves_changed_and_foreign_rows_alone(
    world: World, signed_in: SignedIn, now: datetime
) -> None:
    """UX-28 in small: stale rows are skipped, what cannot be seen fails, the rest is done."""
    good = [make.awaiting_dispatch(world, at=now) for _n in range(4)]
    stale = [make.awaiting_dispatch(world, at=now) for _n in range(2)]
    rows = ticks([*good, *stale])
    for event in stale:
        actions.comment(event, actor=world.actor("director", now), at=now, note="等一下")
    versions = dict(Event.objects.filter(pk__in=[e.pk for e in stale]).values_list("pk", "version"))
    answer = signed_in("dispatcher").post(
        "/desk/batch/", {"act": "dispatch", "row": [*rows, "999999999:1", "x", "9" * 30]}, **FETCH
    )
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "成功 4" in page
    assert "跳过 2" in page
    assert "失败 1" in page
    assert set(Event.objects.filter(pk__in=[e.pk for e in good]).values_list("state", flat=True)) == {"in_progress"}
    assert dict(Event.objects.filter(pk__in=versions).values_list("pk", "version")) == versions


def test_dispatch_to_one_unit_urge_nudge_and_undo(world: World, signed_in: SignedIn, now: datetime) -> None:
    events = [make.awaiting_dispatch(world, at=now) for _n in range(3)]
    client = signed_in("dispatcher")
    body = {"act": "dispatch_to", "unit": world.units["water"].pk, "row": ticks(events)}
    assert "成功 3" in client.post("/desk/batch/", body, **FETCH).content.decode()
    bare = [f"{event.pk}:" for event in events]
    assert "成功 3" in client.post("/desk/batch/", {"act": "undo", "row": bare}, **FETCH).content.decode()
    assert set(Event.objects.values_list("state", flat=True)) == {"awaiting_dispatch"}
    assert "成功 3" in client.post("/desk/batch/", {"act": "nudge", "row": bare}, **FETCH).content.decode()
    assert "成功 3" in client.post("/desk/batch/", {"act": "urge", "row": bare}, **FETCH).content.decode()
    plain = client.post("/desk/batch/", {"act": "nudge", "row": bare, "next": "/desk/?view=all"})
    assert "/desk/?view=all" in plain.content.decode()


@pytest.mark.parametrize(
    "body", [{}, {"act": "x", "row": "1:1"}, {"act": "nudge"}, {"act": "dispatch_to", "row": "1:1", "unit": "x"}]
)
def test_bad_batches_are_refused_in_words(world: World, signed_in: SignedIn, body: dict) -> None:
    assert signed_in("dispatcher").post("/desk/batch/", body, **FETCH).status_code in (200, 400)
    if body.get("act") != "dispatch_to":
        assert signed_in("dispatcher").post("/desk/batch/", body, **FETCH).status_code == 400


def test_more_than_two_hundred_is_too_many(world: World, signed_in: SignedIn) -> None:
    rows = [f"{n}:1" for n in range(1, 202)]
    assert signed_in("dispatcher").post("/desk/batch/", {"act": "nudge", "row": rows}, **FETCH).status_code == 400


def test_bulk_is_a_right_of_its_own(world: World, signed_in: SignedIn, now: datetime) -> None:
    event = make.awaiting_dispatch(world, at=now)
    body = {"act": "dispatch", "row": ticks([event])}
    assert signed_in("director").post("/desk/batch/", body).status_code == 403
    assert signed_in("officer_a").post("/desk/batch/", body).status_code == 403


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "＝1", "　=HYPERLINK(1)", "|cmd", "%0A", "\n=1"]
)
def test_nothing_becomes_a_formula(text: str) -> None:
    assert guarded(text).startswith("'")
    assert guarded("安全") == "安全"
    assert guarded("2026-03-05") == "2026-03-05"


def test_exports_equal_the_list_and_are_logged(world: World, signed_in: SignedIn, now: datetime) -> None:
    told = {"reporter_name": "王小明", "reporter_phone": "13812345678"}
    events = [make.awaiting_dispatch(world, at=now, text=text, **told) for text in ("=cmd|' /C calc'!A0", "路灯坏了", "@SUM(1)")]
    client = signed_in("dispatcher")
    answer = client.get("/desk/export/?view=to_dispatch&format=csv")
    body = answer.content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(body)))
    numbers = {row[0] for row in rows[4:]}
    assert numbers == {event.number for event in events}
    assert "13812345678" not in body
    assert "王小明" not in body
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    sheet = openpyxl.load_workbook(io.BytesIO(client.get("/desk/export/?view=to_dispatch&format=xlsx").content)).active
    cells = [cell for row in sheet.iter_rows(min_row=5) for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {row[0].value for row in sheet.iter_rows(min_row=5)} == numbers
    assert list(ReadLog.objects.filter(act="export").values_list("count", flat=True)) == [3, 3]
    assert signed_in("worker_a1").get("/desk/export/").status_code == 403
    assert client.get("/desk/export/?view=nothing").status_code == 404
