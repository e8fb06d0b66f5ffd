"""The address register: from what people say to the grid, and what it learns (issue 4, part 3)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.conf import settings

from casework.actor import Actor
from grids.addresses import index, register
from grids.addresses.finding import find
from grids.addresses.importing import decode, import_divisions_names, import_register
from grids.addresses.text import normalise, parse
from grids.models import AddressAlias, Area, Building, PublicPlace, UnresolvedAddress
from grids.refusals import GridRefused
from tests.world import World

AT = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
A1, A2, B1 = "150302002001001", "150302002001002", "150302001002001"
HEAD = "类型,名称,别名,所属,网格编码,经度,纬度,户数\n"
ROWS = f"""小区,阳光里,老棉纺厂家属院;棉纺院,,{A1},106.80,39.60,300
楼栋,3号楼,,阳光里,{A2},106.8012,39.6003,60
小区,杨圪塄新村,,,{B1},106.90,39.70,120
小区,和平小区,,,{A1},106.81,39.61,
小区,和平小区,,,{B1},106.91,39.71,
别名,妇产院,,阳光里,,,,
"""


@pytest.fixture
def register_of(world: World) -> World:
    index.forget()
    roads = {"滨湖路": [[106.80, 39.60], [106.82, 39.60]], "学府街": [[106.81, 39.59], [106.81, 39.61]]}
    for n, (name, line) in enumerate(roads.items()):
        PublicPlace.objects.create(name=name, kind="primary", lon=106.8 + n / 100, lat=39.6, line=line)
    report = import_register(HEAD + ROWS, actor=Actor.system(), at=AT)
    assert [row.outcome for row in report.rows] == ["added"] * 6
    return world


def agent(world: World) -> Actor:
    return world.actor("hotline", AT)


@pytest.mark.parametrize(("said", "head", "building", "key"), [
    ("阳光里 三号楼2单元401", "阳光里", "3号楼", "阳光里3号楼"),
    ("阳光里3-2-401", "阳光里", "3号楼", "阳光里3号楼"),
    ("阳光里12#", "阳光里", "12号楼", "阳光里12号楼"),
    ("滨湖路12号旁边", "滨湖路12号旁边", "", "滨湖路12号旁边"),
    ("阳光里2单元401室", "阳光里", "", "阳光里"),
])  # fmt: skip
def test_an_address_is_taken_apart_and_the_household_is_left_out(said: str, head: str, building: str, key: str) -> None:
    told = parse(said)
    assert (told.head, told.building, told.key) == (head, building, key)
    assert normalise("Ａ座 二十一号楼") == "a座21号楼"


@pytest.mark.parametrize(("said", "grid", "why"), [
    ("阳光里", A1, "名称相符"),
    ("海北街道阳光里3号楼2单元401", A2, "名称相符"),
    ("阳光里9号楼", A1, "9号楼未登记"),
    ("老棉纺厂家属院3栋", A2, "名称相符"),
    ("妇产院门口", A1, "名称相符"),
    ("杨圪楞新村", B1, "读音相同"),
    ("阳光理3号楼", A2, "读音相同"),
    ("海北街道和平小区", A1, "名称相符"),
    ("凤凰岭街道和平小区", B1, "名称相符"),
])
def test_one_grid_is_found_without_asking(register_of: World, said: str, grid: str, why: str) -> None:
    found = find(said)
    assert found.sure is not None, found
    assert found.sure.grid == grid
    assert why in found.sure.why


def test_beginnings_pinyin_and_initials_are_suggested(register_of: World) -> None:
    for words in ("阳光", "yangguangl", "ygl"):
        assert any(c.label == "阳光里" for c in find(words).candidates), words
    assert find("杨疙瘩新村").candidates[0].label == "杨圪塄新村"


def test_two_of_one_name_and_a_road_alone_are_asked_back(register_of: World) -> None:
    twice = find("和平小区")
    assert twice.sure is None
    assert {c.grid for c in twice.candidates[:2]} == {A1, B1}
    road = find("滨湖路附近")
    assert road.sure is None
    assert road.candidates[0].grid == ""
    assert "补充门牌" in road.candidates[0].why
    crossing = find("滨湖路学府街路口").candidates[0]
    assert (crossing.kind, crossing.lon, crossing.lat) == ("crossing", 106.81, 39.6)
    assert find("火星基地七区").candidates == ()
    assert "补充小区" in find("海北街道").candidates[0].why


def test_a_correction_teaches_and_the_oftener_chosen_wins(register_of: World) -> None:
    assert find("老供销社对面").sure is None
    register.teach("老供销社对面2单元301室", grid=A1, actor=agent(register_of), at=AT)
    found = find("老供销社对面").sure
    assert (found.grid, found.why) == (A1, "曾人工选定1次")
    assert AddressAlias.objects.get(origin="learned").name == "老供销社对面", "no household is kept"
    for _n in range(3):
        register.teach("老供销社对面", grid=B1, actor=agent(register_of), at=AT)
    assert find("老供销社对面").candidates[0].grid == B1


def test_what_is_known_or_too_wide_is_not_learned(register_of: World) -> None:
    for said in ("阳光里", "滨湖路", "海北街道"):
        assert register.teach(said, grid=A1, actor=agent(register_of), at=AT) is None
    with pytest.raises(GridRefused) as refused:
        register.teach("某处院子", grid=A1, actor=register_of.actor("worker_a1", AT), at=AT)
    assert refused.value.code == "forbidden"
    with pytest.raises(GridRefused) as refused:
        register.teach("某处院子", grid=B1, actor=register_of.actor("officer_a", AT), at=AT)
    assert refused.value.code == "not_found", "outside one's own land"


def test_the_list_of_the_unresolved_is_settled_once_and_learns(register_of: World) -> None:
    row = register.note_unresolved("东风桥底下", subject="event:1", at=AT)
    again = register.note_unresolved("东风桥 底下", subject="event:2", at=AT)
    assert again.pk == row.pk
    assert (again.seen, again.subjects) == (2, ["event:1", "event:2"])
    assert register.note_unresolved("阳光里3号楼", at=AT) is None, "what is found is no work"
    register.resolve(row, grid=B1, actor=agent(register_of), at=AT)
    assert find("东风桥底下").sure.grid == B1
    with pytest.raises(GridRefused) as refused:
        register.resolve(row, grid=A1, actor=agent(register_of), at=AT)
    assert refused.value.code == "settled"
    other = register.note_unresolved("外省某地", at=AT)
    with pytest.raises(GridRefused):
        register.dismiss(other, note=" ", actor=agent(register_of), at=AT)
    register.dismiss(other, note="不在本区", actor=agent(register_of), at=AT)
    assert list(UnresolvedAddress.objects.filter(standing="open")) == []


def test_an_import_reports_every_row_and_a_second_one_changes_nothing(register_of: World) -> None:
    second = import_register(HEAD + ROWS, actor=Actor.system(), at=AT)
    assert [row.outcome for row in second.rows] == ["same"] * 6
    bad = (
        "小区,无处,,,,,,\n楼栋,4号楼,,阳光里,999,106.8,39.6,x\n别名,某,,阳光里,,,,\n别名,某名,,没有的小区,,,,\n"
        f"小区,东苑,,,{A1},abc,1,\n"
    )
    report = import_register(HEAD + bad, actor=Actor.system(), at=AT)
    assert [row.outcome for row in report.rows] == ["refused"] * 5
    assert all(row.words for row in report.rows)
    fine = import_register(HEAD + bad + f"小区,东苑花园,,,{A1},,,\n", actor=Actor.system(), at=AT, dry_run=True)
    assert fine.rows[-1].outcome == "refused", "no point and none of the grid"
    tried = import_register(HEAD + f"小区,东苑花园,,,{A1},106.8,39.6,\n", actor=Actor.system(), at=AT, dry_run=True)
    assert tried.count("added") == 1
    assert not PublicPlace.objects.filter(name="东苑花园").exists()
    assert Building.objects.count() == 1
    assert decode("小区".encode("gb18030")) == "小区"
    with pytest.raises(GridRefused):
        import_register("a,b\n1,2\n", actor=Actor.system(), at=AT)


def test_another_list_of_divisions_gives_further_names(world: World) -> None:
    index.forget()
    street = world.areas["street_a"]
    Area.objects.create(
        code="150302002009", name="杨圪塄社区居委会", short_name="杨圪塄社区", level_id="community", parent=street,
        path=f"{street.path}150302002009/",
    )
    rows = ("150302,海北街道,", "150302,海北街道,杨圪楞社区", "150302,海北街道,青山社区", "9,某街道,", "150302,海北街道,天外社区")
    told = "\n".join(("district_code,street,village", *rows))
    report = import_divisions_names(told, actor=Actor.system(), at=AT)
    assert [row.outcome for row in report.rows] == ["same", "added", "same", "refused", "refused"]
    assert AddressAlias.objects.get().area.code == "150302002009"


@pytest.mark.real_data
def test_the_altsource_names_of_the_demo_district_are_read(world: World) -> None:
    path = settings.SHARED_DIR / "data" / "admin-divisions" / "altsource_names_5districts.csv"
    if not path.is_file():
        pytest.skip("../shared/data is not here")
    report = import_divisions_names(path.read_text(encoding="utf-8"), actor=Actor.system(), at=AT)
    assert len(report.rows) == 1123
    assert report.count("refused") + report.count("same") + report.count("added") == 1123
    assert report.count("same") >= 4, "streets and communities of the mini district bear their official names"
