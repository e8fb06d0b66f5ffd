"""The verbs of the tree: what they change together, what they refuse, what they leave alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from casework.actor import Actor
from grids import tree
from grids.models import Area, AreaLineage, BoundaryVersion, Building
from grids.refusals import GridRefused, on_refused
from grids.tree_check import check_tree, repair_tree
from tests.grids.land import NOON, SYSTEM, acting, add, hold, make_land, make_roles, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def land(db: None) -> dict[str, Area]:
    return make_land()


def kinds(code: str) -> list[str]:
    return list(AreaLineage.objects.filter(area__code=code).values_list("kind", flat=True))


def test_new_areas_get_path_code_and_numbers(land: dict[str, Area]) -> None:
    grid = land["150302001001002"]
    assert grid.path == "1503/150302/150302001/150302001001/150302001001002/"
    assert grid.short_name == "1-1-2网格"
    assert land["150302001001"].short_name == "1街1社区"
    assert check_tree() == []


def test_grid_codes_take_the_band_of_their_type_and_never_come_back(land: dict[str, Area]) -> None:
    community = land["150302001001"]
    special = add(community, "grid", "学校专属网格", grid_type="special")
    assert special.code == "150302001001801"
    tree.abolish_area(land["150302001001002"], actor=SYSTEM, at=NOON)
    assert add(community, "grid", "新网格").code == "150302001001003"


def test_a_grid_needs_a_community(land: dict[str, Area]) -> None:
    for parent in ("150302001", "150302"):
        with pytest.raises(GridRefused) as refusal:
            add(land[parent], "grid", "直属网格")
        assert refusal.value.code == "invalid"
        assert "parent" in refusal.value.fields


@pytest.mark.parametrize("code", ["1503020010018", "150302002001009", "15030200100180a", "150302001001850"])
def test_wrong_codes_are_refused_with_the_field(land: dict[str, Area], code: str) -> None:
    with pytest.raises(GridRefused) as refusal:
        add(land["150302001001"], "grid", "网格", code)
    assert list(refusal.value.fields) == ["code"]


def test_sub_areas_stand_between_street_and_community(land: dict[str, Area]) -> None:
    sub = add(land["150302001"], "subarea", "北片区")
    assert sub.code == "150302001PQ01"
    moved = tree.move_area(land["150302001001"], sub, actor=SYSTEM, at=NOON)
    assert moved.path == "1503/150302/150302001/150302001PQ01/150302001001/"
    assert add(sub, "community", "新社区").code == "150302001601"
    assert check_tree() == []


def test_a_move_takes_all_below_and_tells_the_floors_above(land: dict[str, Area]) -> None:
    heard: list = []
    tree._hooks.append(heard.extend)
    try:
        tree.move_area(land["150302001001"], land["150302002"], actor=SYSTEM, at=NOON)
    finally:
        tree._hooks.remove(heard.extend)
    assert heard == [("1503/150302/150302001/150302001001/", "1503/150302/150302002/150302001001/")]
    grid = Area.objects.get(code="150302001001001")
    assert grid.path == "1503/150302/150302002/150302001001/150302001001001/"
    assert kinds("150302001001")[-1] == "moved"
    assert check_tree() == []


def test_a_failing_listener_undoes_the_move(land: dict[str, Area]) -> None:
    def fail(changes: object) -> None:
        raise RuntimeError("the floor above could not follow")

    tree._hooks.append(fail)
    try:
        with pytest.raises(RuntimeError):
            tree.move_area(land["150302001001"], land["150302002"], actor=SYSTEM, at=NOON)
    finally:
        tree._hooks.remove(fail)
    assert Area.objects.get(code="150302001001").parent.code == "150302001"
    assert check_tree() == []


def test_no_cycle(land: dict[str, Area]) -> None:
    with pytest.raises(GridRefused) as refusal:
        tree.move_area(land["150302001"], land["150302001001"], actor=SYSTEM, at=NOON)
    assert refusal.value.code == "cycle"


def test_rename_keeps_the_old_name_in_the_lineage(land: dict[str, Area]) -> None:
    tree.rename_area(land["150302001001"], "和平社区居委会", actor=SYSTEM, at=NOON)
    area = Area.objects.get(code="150302001001")
    assert (area.short_name, area.pinyin) == ("和平社区", "hepingshequ hpsq")
    assert area.lineage.last().old == "1街1社区居委会"


def test_abolish_restore(land: dict[str, Area]) -> None:
    with pytest.raises(GridRefused) as refusal:
        tree.abolish_area(land["150302001001"], actor=SYSTEM, at=NOON)
    assert refusal.value.code == "has_children"
    grid = land["150302001001001"]
    tree.abolish_area(grid, actor=SYSTEM, at=NOON)
    assert str(Area.objects.get(pk=grid.pk).abolished_on) == "2026-03-05"
    with pytest.raises(GridRefused, match="already_abolished"):
        tree.abolish_area(grid, actor=SYSTEM, at=NOON)
    tree.restore_area(grid, actor=SYSTEM, at=NOON)
    assert kinds(grid.code) == ["added", "abolished", "restored"]


def test_split_and_merge_make_new_codes_with_lineage(land: dict[str, Area]) -> None:
    old = land["150302001001001"]
    Building.objects.create(grid=old, code="B1", name="1号楼")
    parts = tree.split_area(old, [{"name": "东网格"}, {"name": "西网格"}], actor=SYSTEM, at=NOON)
    assert [p.code for p in parts] == ["150302001001003", "150302001001004"]
    assert Building.objects.get().grid_id == parts[0].pk
    assert kinds(old.code)[1:] == ["split", "split"]
    merged = tree.merge_areas(parts, name="合并网格", actor=SYSTEM, at=NOON)
    assert merged.code == "150302001001005"
    assert set(merged.predecessors.values_list("area__code", flat=True)) == {p.code for p in parts}
    assert Building.objects.get().grid_id == merged.pk
    assert check_tree() == []


def test_merged_communities_are_numbered_from_601_and_take_their_grids_along(land: dict[str, Area]) -> None:
    merged = tree.merge_areas(
        [land["150302001001"], land["150302001002"]], name="一二社区居委会", actor=SYSTEM, at=NOON
    )
    assert merged.code == "150302001601"
    assert Area.objects.filter(parent=merged).count() == 4
    assert check_tree() == []


def test_changes_of_the_stock_move_the_boundary_version_on(land: dict[str, Area]) -> None:
    before = BoundaryVersion.objects.get(level="grid").version
    tree.abolish_area(land["150302001001001"], actor=SYSTEM, at=NOON)
    assert BoundaryVersion.objects.get(level="grid").version > before


# --- rights (quality.md A-08) ---------------------------------------------------------------------


@pytest.fixture
def cast(land: dict[str, Area]) -> dict[str, Actor]:
    roles = make_roles()
    people = {name: person(name) for name in ("admin_a", "admin_d", "worker")}
    hold(people["admin_a"], roles["system_administrator"], land["150302001"])
    hold(people["admin_d"], roles["system_administrator"], land["150302"])
    hold(people["admin_d"], roles["street_officer"], land["150302001"])
    hold(people["worker"], roles["grid_worker"], land["150302001001001"])
    return {name: acting(who) for name, who in people.items()}


def test_without_the_permission_every_verb_is_forbidden(
    land: dict[str, Area], cast: dict[str, Actor]
) -> None:
    grid = land["150302001001001"]
    calls = [
        lambda actor: tree.add_area(grid, level="building", name="楼", actor=actor, at=NOON),
        lambda actor: tree.move_area(grid, land["150302001002"], actor=actor, at=NOON),
        lambda actor: tree.rename_area(grid, "新名", actor=actor, at=NOON),
        lambda actor: tree.abolish_area(grid, actor=actor, at=NOON),
        lambda actor: tree.restore_area(grid, actor=actor, at=NOON),
        lambda actor: tree.split_area(grid, [{"name": "甲"}, {"name": "乙"}], actor=actor, at=NOON),
        lambda actor: tree.merge_areas([grid, land["150302001001002"]], name="丙", actor=actor, at=NOON),
    ]
    before = list(Area.objects.order_by("id").values())
    for call in calls:
        for actor in (cast["worker"], Actor.citizen()):
            with pytest.raises(GridRefused) as refusal:
                call(actor)
            assert refusal.value.code == "forbidden"
    assert list(Area.objects.order_by("id").values()) == before


def test_foreign_land_is_not_there(land: dict[str, Area], cast: dict[str, Actor]) -> None:
    heard: list = []

    def listen(actor: object, act: str, key: str) -> None:
        heard.append((act, key))

    on_refused(listen)
    for area, target in (
        (land["150302002001"], land["150302001"]),
        (land["150302001001"], land["150302002"]),
    ):
        with pytest.raises(GridRefused) as refusal:
            tree.move_area(area, target, actor=cast["admin_a"], at=NOON)
        assert refusal.value.code == "not_found"
    assert heard == [("move_area", "150302002001"), ("move_area", "150302002")]
    assert (
        tree.move_area(
            land["150302001001001"], land["150302001002"], actor=cast["admin_a"], at=NOON
        ).parent.code
        == "150302001002"
    )


def test_nobody_widens_his_own_reach_by_moving_land(land: dict[str, Area], cast: dict[str, Actor]) -> None:
    with pytest.raises(GridRefused) as refusal:
        tree.move_area(land["150302002001"], land["150302001"], actor=cast["admin_d"], at=NOON)
    assert refusal.value.code == "widens_own_scope"
    assert tree.move_area(land["150302001001"], land["150302002"], actor=cast["admin_d"], at=NOON)


# --- check and repair -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value", "kind"),
    [("path", "1503/", "path"), ("depth", 7, "depth"), ("lft", 99, "width"), ("tree_id", 5, "containment")],
)
def test_the_check_sees_each_kind_of_damage_and_repair_mends_it(
    land: dict[str, Area], column: str, value: object, kind: str
) -> None:
    Area.objects.filter(code="150302001001").update(**{column: value})
    assert kind in {problem.kind for problem in check_tree()}
    assert repair_tree() > 0
    assert check_tree() == []
    assert repair_tree() == 0


def test_the_check_sees_a_cycle(land: dict[str, Area]) -> None:
    Area.objects.filter(code="150302001").update(parent=land["150302001001"])
    assert {p.kind for p in check_tree()} == {"chain"}


def test_nobody_writes_the_parent_past_the_verbs() -> None:
    root = Path(__file__).parents[2]
    rooms = (
        "accounts",
        "grids",
        "casework",
        "events",
        "hotline",
        "disputes",
        "field",
        "dashboard",
        "governance",
    )
    pattern = re.compile(
        r"\.update\([^)]*\bparent(_id)?\s*=|\.move_to\(|\.insert_at\(|objects\.rebuild\(", re.S
    )
    assert pattern.search("Area.objects.filter(pk=1).update(parent=other)")
    guilty = [
        str(path.relative_to(root))
        for room in rooms
        for path in (root / room).rglob("*.py")
        if "migrations" not in path.parts and pattern.search(path.read_text(encoding="utf-8"))
    ]
    assert guilty == []
