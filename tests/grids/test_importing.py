"""Official divisions into the tree: what changed is told, nothing by half, the traps of real files."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from grids import tree
from grids.division_rows import FileRefused, read_divisions
from grids.importing import import_divisions
from grids.models import Area, AreaLineage
from grids.names import pinyin_of, shorten
from grids.tree_check import check_tree
from tests.grids.land import NOON, SYSTEM, add

DATA = settings.SHARED_DIR / "data" / "admin-divisions"
real = [
    pytest.mark.real_data,
    pytest.mark.skipif(
        not DATA.is_dir(), reason="../shared/data/admin-divisions is absent: real division lists"
    ),
]
HEAD = "code,short_code,name,level,parent_code,unit_type,urban_rural_code\n"
DAY = date(2023, 6, 30)


def line(short: str, name: str, parent: str = "", kind: str = "", urban: str = "") -> str:
    level = {2: 1, 4: 2, 6: 3, 9: 4, 12: 5}[len(short)]
    return f"{short:0<12},{short},{name},{level},{parent and parent.ljust(12, '0')},{kind},{urban}\n"


BASE = [
    line("15", "内蒙古自治区"), line("1503", "乌海市", "15"), line("150302", "海勃湾区", "1503"),
    line("150302001", "凤凰岭街道", "150302"), line("150302002", "海北街道", "150302"),
    line("150302001001", "和平社区居委会", "150302001", urban="111"),
    line("150302001002", "建设社区居委会", "150302001"), line("150302002001", "河口村委会", "150302002", urban="220"),
]  # fmt: skip


@pytest.fixture
def write(tmp_path: Path):
    def writer(lines: list[str], name: str = "list.csv", head: str = HEAD) -> Path:
        path = tmp_path / name
        path.write_text(head + "".join(lines), encoding="utf-8")
        return path

    return writer


@pytest.mark.django_db
def test_first_import_builds_a_sound_tree_and_the_second_changes_nothing(write) -> None:
    report = import_divisions(write(BASE), on=DAY)
    assert (len(report.added), report.changes) == (8, 8)
    assert check_tree() == []
    village = Area.objects.get(code="150302002001")
    assert (village.short_name, village.pinyin, village.terrain) == ("河口村", "hekoucun hkc", "rural")
    assert village.path == "15/1503/150302/150302002/150302002001/"
    assert AreaLineage.objects.count() == 0
    assert import_divisions(write(BASE), on=DAY).changes == 0


@pytest.mark.django_db
def test_changes_of_a_later_year_are_told_and_kept(write) -> None:
    import_divisions(write(BASE), on=DAY)
    later = [*BASE[:5], line("150302001001", "和平里社区居委会", "150302001"), line("150302002001", "河口村委会", "150302001"),
             line("150302002002", "建设社区居委会", "150302002")]  # fmt: skip
    heard: list = []
    tree._hooks.append(heard.extend)
    try:
        report = import_divisions(write(later), on=date(2024, 6, 30))
    finally:
        tree._hooks.remove(heard.extend)
    assert [c for c, _n in report.removed] == ["150302001002"]
    assert report.renamed == [("150302001001", "和平社区居委会", "和平里社区居委会")]
    assert report.moved == [("150302002001", "150302002", "150302001")]
    assert report.added == [("150302002002", "建设社区居委会")]
    gone = Area.objects.get(code="150302001002")
    assert gone.abolished_on == date(2024, 6, 30)
    assert gone.lineage.get().successor.code == "150302002002"
    assert heard == [("15/1503/150302/150302002/150302002001/", "15/1503/150302/150302001/150302002001/")]
    assert check_tree() == []
    back = import_divisions(write(BASE), on=date(2025, 6, 30))
    assert [c for c, _n in back.restored] == ["150302001002"]
    assert Area.objects.get(code="150302001002").abolished_on is None


@pytest.mark.django_db
def test_what_people_set_up_below_stays(write) -> None:
    import_divisions(write(BASE), on=DAY)
    street = Area.objects.get(code="150302001")
    sub = add(street, "subarea", "东片区")
    community = tree.move_area(Area.objects.get(code="150302001002"), sub, actor=SYSTEM, at=NOON)
    grid = add(community, "grid", "一网格")
    assert import_divisions(write(BASE), on=DAY).changes == 0
    report = import_divisions(write([b for b in BASE if "150302001002" not in b]), on=DAY)
    assert report.stranded == [(grid.code, "一网格")]
    assert Area.objects.get(pk=grid.pk).abolished_on is None


@pytest.mark.django_db
def test_a_list_of_other_districts_or_fewer_levels_removes_nothing(write) -> None:
    import_divisions(write(BASE), on=DAY)
    assert import_divisions(write(BASE[:5]), on=DAY).changes == 0
    other = [*BASE[:2], line("150303", "海南区", "1503"), line("150303001", "拉僧仲街道", "150303")]
    report = import_divisions(write(other), on=DAY)
    assert report.removed == []
    assert check_tree() == []


@pytest.mark.django_db
def test_padded_codes_that_occur_twice_find_the_right_parent(write) -> None:
    lines = [
        line("44", "广东省"),
        line("4419", "东莞市", "44"),
        line("441900", "东莞市", "4419"),
        line("441900003", "东城街道", "441900"),
    ]
    import_divisions(write(lines), on=DAY)
    assert Area.objects.get(code="441900003").path == "44/4419/441900/441900003/"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("bad", "column"),
    [
        (line("150302001001", "重复社区", "150302001"), "short_code"),
        ("1,15030200X,街道,4,150302000000,,\n", "short_code"),
        ("150302009000,150302009,街道,5,150302000000,,\n", "level"),
        ("150302008000,150302009,街道,4,150302000000,,\n", "code"),
        (line("150302003", "", "150302"), "name"),
        (line("150302003", "名" * 81, "150302"), "name"),
        (line("150302003", "名\x07称", "150302"), "name"),
        ('150302003000,150302003,街道,4,150302000000,"类\t型",\n', "unit_type"),
        (line("150309001", "无上级街道", "150309"), "parent_code"),
        ("150302003000,150302003,街道,4,,,\n", "parent_code"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_stored(write, bad: str, column: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        import_divisions(write([*BASE, bad]), on=DAY)
    assert [(e.line, e.column) for e in refusal.value.errors] == [(10, column)]
    assert Area.objects.count() == 0


def test_unreadable_files_are_refused_in_words(write, tmp_path: Path) -> None:
    for name, content in {
        "gbk.csv": HEAD.encode() + "15,15,内蒙古,1,,,".encode("gbk"),
        "half.csv.gz": gzip.compress(b"x" * 100_000)[:60],
        "plain.csv.gz": b"code,short_code",
        "empty.csv": b"",
        "head.csv": HEAD.encode(),
    }.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(FileRefused) as refusal:
            read_divisions(path)
        assert refusal.value.errors[0].line == 1
    with pytest.raises(FileRefused) as refusal:
        read_divisions(write([], head="code,name\n"))
    assert {e.column for e in refusal.value.errors} == {"short_code", "level", "parent_code"}


@pytest.mark.django_db
def test_the_command_reports_and_fails_loudly(write, capsys: pytest.CaptureFixture) -> None:
    call_command("import_divisions", write(BASE), "--on", "2023-06-30", "--quiet")
    assert "8 rows, 8 changes" in capsys.readouterr().out
    call_command("check_tree")
    with pytest.raises(CommandError, match="nothing was imported"):
        call_command("import_divisions", write([*BASE, BASE[-1]]), "--quiet")
    assert "150302002001" in capsys.readouterr().err


class TestRealLists:
    pytestmark = [*real, pytest.mark.django_db]

    def test_five_districts(self) -> None:
        path = DATA / "divisions_5districts_2023.csv"
        assert import_divisions(path, on=DAY).changes == 1079
        assert Area.objects.count() == 1079
        assert Area.objects.filter(parent__isnull=True).exclude(level_id="province").count() == 0
        assert check_tree() == []
        assert import_divisions(path, on=DAY).changes == 0

    def test_five_years_in_turn(self) -> None:
        told = []
        for year in range(2019, 2024):
            folder = DATA if year == 2023 else DATA / "history"
            path = folder / f"divisions_5districts_{year}.csv"
            report = import_divisions(path, on=date(year, 6, 30))
            told.append((len(report.added), len(report.removed), len(report.renamed)))
            live = set(Area.objects.filter(abolished_on__isnull=True).values_list("code", flat=True))
            assert live == {row.code for row in read_divisions(path)}
            assert check_tree() == []
        assert told[1][1:] == (118, 46)
        abolished = Area.objects.filter(abolished_on__isnull=False)
        assert abolished.count() > 0
        assert not abolished.exclude(lineage__kind="abolished").exists()

    @pytest.mark.slow
    def test_three_provinces(self) -> None:
        path = DATA / "china_3provinces_levels1-5_2023.csv.gz"
        assert import_divisions(path, on=DAY).changes == 100_188
        assert check_tree() == []
        assert import_divisions(path, on=DAY).changes == 0

    def test_the_nation_down_to_streets_with_its_twice_padded_codes(self) -> None:
        assert len(read_divisions(DATA / "china_levels1-4_2023.csv.gz")) == 44_703


@pytest.mark.django_db
def test_what_the_copy_format_would_misread_is_stored_as_it_is(write) -> None:
    import_divisions(write([*BASE, "150302003000,150302003,a\\N\\b街道,4,150302000000,c\\t,\n"]), on=DAY)
    stored = Area.objects.get(code="150302003")
    assert (stored.name, stored.unit_type) == ("a\\N\\b街道", "c\\t")
    assert Area.objects.get(code="15").parent_id is None


def test_short_names_and_pinyin_are_those_of_whole_names() -> None:
    from pypinyin import Style, pinyin

    for name in ("海北街道办事处", "重庆路社区居委会", "隆阜（3）社区", "长乐 村民委员会", "银行里社区居民委员会", "A1 Street"):
        short = shorten(name)
        parts = [item[0] for item in pinyin(short, style=Style.NORMAL, errors="default")]
        full = "".join(parts).lower().replace(" ", "")
        assert pinyin_of(short) == f"{full} {''.join(p[:1] for p in parts if p.strip()).lower()}"
