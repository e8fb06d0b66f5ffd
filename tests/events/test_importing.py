"""Files become events: every row taken in, known, or named; a second import changes nothing."""

from __future__ import annotations

import gzip
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from casework.actor import Actor
from events.importing import BadFile, BadMapping, Mapping, import_events, read_rows, shipped
from events.models import Event
from tests.world import NOON, World

HEAD = "number,title,text,category,urgency,lon,lat,address,area,reported_at,reporter_name,reporter_phone\n"


def _file(folder: Path, *lines: str, name: str = "in.csv") -> Path:
    path = folder / name
    text = HEAD + "".join(line + "\n" for line in lines)
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8-sig")
    return path


def _import(path: Path, mapping: str = "standard") -> object:
    return import_events(path, Mapping.load(mapping), actor=Actor.system(), now=NOON)


GOOD = "A1,路灯不亮,东门路灯不亮,0606,,,,东门,150302002001001,2026-03-01 08:00,王小明,10012345678"


@pytest.mark.parametrize("name", ["in.csv", "in.csv.gz"])
def test_rows_become_events_with_number_place_and_moment(world: World, tmp_path: Path, name: str) -> None:
    tally = _import(_file(tmp_path, GOOD, name=name))
    assert (tally.rows, tally.created, tally.refused) == (1, 1, [])
    event = Event.objects.get(external_number="A1")
    assert event.grid_code == "150302002001001"
    assert event.reported_at == datetime(2026, 3, 1, 0, 0, tzinfo=UTC)
    assert event.number.startswith("20260301-0302-0-")
    assert event.reporter.phone == "10012345678"


def test_a_second_import_changes_nothing(world: World, tmp_path: Path) -> None:
    path = _file(tmp_path, GOOD)
    _import(path)
    before = Event.objects.values().get()
    again = _import(path)
    assert (again.created, again.known) == (0, 1)
    assert Event.objects.values().get() == before


def test_bad_rows_are_named_and_the_good_ones_taken(world: World, tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        GOOD,
        "A2,,没有类别,9999,,,,,,2026-03-01,,",
        "A3,,日期不对,0606,,,,,,不是日期,,",
        "A4,,坐标不对,0606,,abc,39,,,2026-03-01,,",
        "A5,,,0606,,,,,,2026-03-01,,",
        "A6,,将来,0606,,,,,,2036-03-01,,",
    )
    tally = _import(path)
    assert (tally.rows, tally.created) == (6, 1)
    named = {(row["line"], row["column"]) for row in tally.refused}
    assert named == {(3, "category"), (4, "reported_at"), (5, "lon"), (6, "text"), (7, "reported_at")}
    assert all(row["reason"] for row in tally.refused)


def test_a_workbook_is_read_like_a_text_file(world: World, tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(HEAD.strip().split(","))
    moment = datetime(2026, 3, 2, 9, 0)
    row = ["B1", "", "井盖丢失", "0601", "", 106.8, 39.6, "", "150302002001", moment, "", 10012345678]
    book.active.append(row)
    path = tmp_path / "in.xlsx"
    book.save(path)
    assert _import(path).created == 1
    assert Event.objects.get(external_number="B1").reporter.phone == "10012345678"


def test_files_that_are_not_what_they_say_are_refused(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 30_000_000)
    text = tmp_path / "text.xlsx"
    text.write_text("number,text")
    latin = tmp_path / "latin.csv"
    latin.write_bytes("number,text\nA,\xff\xfe".encode("latin-1"))
    for path in (bomb, text, latin, tmp_path / "file.doc"):
        path.touch()
        with pytest.raises(BadFile):
            list(read_rows(path))


def test_mappings_name_what_is_wrong_with_them(world: World, tmp_path: Path) -> None:
    assert {"standard", "fuzhou_12345", "ottawa_311", "taidi_replies"} <= set(shipped())
    for name in shipped():
        Mapping.load(name)
    with pytest.raises(BadMapping, match="no mapping nowhere"):
        Mapping.load("nowhere")
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps({"source": "grid", "fields": {"text": "a", "colour": "b"}}))
    with pytest.raises(BadMapping, match="colour"):
        Mapping.load(str(wrong))
    with pytest.raises(BadMapping, match="ticket_id"):
        _import(_file(tmp_path, GOOD), "fuzhou_12345")
