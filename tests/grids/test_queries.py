"""What pages read of the land: the chain of who answers, the staffing board, cards, search, duty."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import Role, User
from grids import layers, queries, staff, tree
from grids.models import (
    Area,
    DutyTurn,
    Leave,
    PartyBranch,
    Post,
    SizeBound,
    TeamRole,
    TeamTemplate,
    Unit,
    VolunteerMember,
    VolunteerTeam,
)
from grids.queries.land import holders_of
from grids.scope import rights_of
from tests.grids.land import NOON, SYSTEM, add, hold, make_land, make_roles, person

pytestmark = pytest.mark.django_db
GRID = "150302001001001"


@pytest.fixture
def land(db: None) -> dict[str, Area]:
    """Street 1 fully staffed around the first grid; one person per link of the chain."""
    land = make_land()
    roles = make_roles()
    for name, role, code, rank, cover in (
        ("worker_a", "grid_worker", GRID, "worker", "A"),
        ("worker_b", "grid_worker", GRID, "worker", "B"),
        ("head", "grid_head", GRID, "head", "A"),
        ("secretary", "community_secretary", "150302001001", "guide", "A"),
        ("officer", "street_officer", "150302001", "office", "A"),
        ("dispatcher", "district_dispatcher", "150302", "office", "A"),
    ):
        hold(person(name), roles[role], land[code], rank=rank, cover=cover)
    return land


def chain(area: Area, at: datetime = NOON) -> list[str]:
    return [link.name for link in queries.responsible_for(area, at=at)]


def test_the_chain_goes_from_the_grid_to_the_district(land: dict[str, Area]) -> None:
    assert chain(land[GRID]) == ["worker_a", "worker_b", "head", "secretary", "officer", "dispatcher"]
    assert [link.why for link in queries.responsible_for(land[GRID], at=NOON)] == [
        "worker_a", "worker_b", "head", "community", "street", "desk",
    ]  # fmt: skip
    assert chain(land["150302001002001"]) == ["officer", "dispatcher"]
    assert chain(land["150302002"]) == ["dispatcher"]


def test_those_away_are_passed_over_and_named(land: dict[str, Area]) -> None:
    Leave.objects.create(
        person=User.objects.get(username="worker_a"),
        starts_at=NOON,
        ends_at=NOON + timedelta(hours=1),
        reason="病假",
    )
    User.objects.filter(username="head").update(is_active=False)
    Post.objects.filter(person__username="secretary").update(valid_to=date(2026, 3, 4))
    assert chain(land[GRID]) == ["worker_b", "officer", "dispatcher"]
    absent = {link.name: link.absent for link in queries.chain_of(land[GRID], at=NOON) if link.absent}
    assert absent == {"worker_a": "leave", "head": "inactive"}
    assert chain(land[GRID], NOON + timedelta(hours=1))[0] == "worker_a"
    worker_b = User.objects.get(username="worker_b").pk
    first = queries.responsible_for(land[GRID], at=NOON, unreachable=frozenset({worker_b}))[0]
    assert first.name == "officer"


def test_whoever_has_the_turn_stands_before_whoever_is_posted(land: dict[str, Area]) -> None:
    for name, kind, area, shift in (
        ("street_turn", "street", "150302001", "day"), ("chief_day", "chief", "150302", "day"),
        ("chief_night", "chief", "150302", "night"),
    ):  # fmt: skip
        DutyTurn.objects.create(
            day=date(2026, 3, 5), shift=shift, kind=kind, area=land[area], person=person(name)
        )
    assert chain(land[GRID])[-4:] == ["street_turn", "officer", "chief_day", "dispatcher"]
    after_midnight = datetime(2026, 3, 5, 18, 0, tzinfo=UTC)  # 02:00 on the 6th in Shanghai
    assert chain(land[GRID], after_midnight)[-2:] == ["chief_night", "dispatcher"]
    assert [row["turn"].person.name for row in queries.duty_board(land["150302"], at=NOON)] == [
        "chief_day", "street_turn",
    ]  # fmt: skip
    weeks = queries.duty_month(land["150302"], year=2026, month=3, at=NOON)
    today = [day for week in weeks for day in week if day.is_today]
    assert [len(day.turns) for day in today] == [3]


def test_the_chain_costs_a_fixed_number_of_queries(
    land: dict[str, Area], django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(4):
        queries.responsible_for(land[GRID], at=NOON)


def test_people_of_a_unit(land: dict[str, Area]) -> None:
    unit = Unit.objects.create(code="chengguan", name="城管局", kind="department", area=land["150302"])
    handler, chief = person("handler"), person("chief")
    hold(handler, Role.objects.get(code="department_handler"), unit=unit)
    hold(chief, Role.objects.get(code="department_head"), unit=unit)
    assert queries.unit_people(unit, at=NOON, role="department_handler") == [handler]
    may = {u.username for u in queries.unit_people(unit, at=NOON, permission="events.approve_extension")}
    assert may <= {"chief", "handler"}
    Leave.objects.create(person=handler, starts_at=NOON, ends_at=NOON + timedelta(days=1), reason="公差")
    assert queries.unit_people(unit, at=NOON) == [chief]
    assert queries.unit_people(unit, at=NOON, with_absent=True) == [handler, chief]


# --- staffing board -------------------------------------------------------------------------------


def board(land: dict[str, Area]) -> dict[str, queries.GridStaffing]:
    return {row.area.code: row for row in queries.staffing_board(land["150302"], at=NOON)}


def test_a_grid_without_a_full_time_worker_is_red(land: dict[str, Area]) -> None:
    rows = board(land)
    assert len(rows) == 8
    assert (rows[GRID].vacancy, rows["150302001001002"].vacancy) == (False, True)
    assert rows["150302001001002"].tone == "urgent"
    Post.objects.filter(person__username="worker_a").update(employment="part")
    assert board(land)[GRID].vacancy


def test_cover_by_b_is_seen(land: dict[str, Area]) -> None:
    Leave.objects.create(
        person=User.objects.get(username="worker_a"),
        starts_at=NOON,
        ends_at=NOON + timedelta(hours=1),
        reason="病假",
    )
    row = board(land)[GRID]
    assert (row.a_away, row.covered, row.vacancy, row.tone) == (True, True, False, "warn")


def test_completeness_counts_the_required_roles_of_the_team(land: dict[str, Area]) -> None:
    template = TeamTemplate.objects.create(name="4+N", level_id="grid", is_default=True)
    for name, rank in (
        ("指导员", "guide"),
        ("警务员", "police"),
        ("调解员", "mediator"),
        ("安全员", "safety"),
    ):
        TeamRole.objects.create(template=template, name=name, ranks=[rank])
    patrol = TeamRole.objects.create(template=template, name="志愿队", ranks=[], is_required=False)
    row = board(land)[GRID]
    assert (row.completeness, row.missing, row.missing_teams) == (20, ["警务员", "调解员", "安全员"], ["志愿队"])
    hold(person("police"), None, land["150302001001"], rank="police")
    assert board(land)[GRID].completeness == 40
    team = VolunteerTeam.objects.create(area=land["150302001001"], role=patrol, name="青年志愿队")
    assert board(land)[GRID].completeness == 40  # a team without a member is none
    member = VolunteerMember.objects.create(team=team, name="赵一", joined_on=NOON.date(), is_leader=True)
    found = board(land)
    assert (found[GRID].completeness, found[GRID].missing_teams) == (60, [])
    card = queries.team_card(land[GRID], holders_of(land[GRID], at=NOON), day=NOON.date())
    assert card.completeness == 60  # the page of the grid counts as the board
    assert [[one.name for one in row["teams"][0].current] for row in card.teams] == [["赵一"]]
    other = next(row for row in found.values() if row.area.parent != land["150302001001"])
    assert other.missing_teams == ["志愿队"]  # another community's grids have it not
    member.left_on = member.joined_on
    member.save()
    later = queries.staffing_board(land["150302"], at=NOON + timedelta(days=2))
    assert {row.area.code: row.missing_teams for row in later}[GRID] == ["志愿队"]


def test_a_pattern_is_chosen_for_an_area_and_what_lies_below(land: dict[str, Area]) -> None:
    usual = TeamTemplate.objects.create(name="4+N", level_id="grid", is_default=True)
    TeamRole.objects.create(template=usual, name="指导员", ranks=["guide"])
    lean = TeamTemplate.objects.create(name="1+N+X", level_id="grid")
    TeamRole.objects.create(template=lean, name="专职网格员", ranks=["worker"])
    assert {row.pattern for row in board(land).values()} == {"4+N"}
    Area.objects.filter(code="150302001").update(team_template=lean)
    Area.objects.filter(code=GRID).update(team_template=usual)
    found = board(land)
    assert found[GRID].pattern == "4+N"
    below = {code: row.pattern for code, row in found.items() if code.startswith("150302001") and code != GRID}
    assert set(below.values()) == {"1+N+X"}
    assert {row.pattern for code, row in found.items() if not code.startswith("150302001")} == {"4+N"}


def test_layers_of_the_map_count_what_is_out_of_bounds_and_the_party(land: dict[str, Area]) -> None:
    SizeBound.objects.create(terrain="urban", min_households=300, max_households=500, max_population=1000)
    grids = list(Area.objects.filter(parent=land["150302001001"], level_id="grid").order_by("code"))
    Area.objects.filter(pk=grids[0].pk).update(terrain="urban", households=612)
    Area.objects.filter(pk=grids[1].pk).update(terrain="urban", households=120)
    community = layers.layer_of(land["150302001001"], list(queries.children(land["150302001001"])), "size")
    over, under = (community.cells[grid.pk] for grid in grids[:2])
    assert (over["over"], over["value"], under["over"], under["value"]) == (True, 0, False, 1)
    street = layers.layer_of(land["150302"], list(queries.children(land["150302"])), "size")
    assert street.cells[land["150302001"].pk]["value"] == 2
    assert street.cells[land["150302002"].pk]["value"] == 0
    head = PartyBranch.objects.create(name="党委", kind="committee", area=land["150302001001"])
    branch = PartyBranch.objects.create(name="支部", kind="branch", area=grids[0], parent=head, members=12)
    PartyBranch.objects.create(name="小组", kind="group", area=grids[0], parent=branch)
    party = layers.layer_of(land["150302"], list(queries.children(land["150302"])), "party")
    assert party.cells[land["150302001"].pk]["value"] == 2
    assert [[one["row"].name for one in top["below"]] for top in layers.party_tree(land["150302001001"])] == [["支部"]]
    assert layers.layer_of(land["150302"], [], "nothing") is None


def test_size_is_judged_by_the_standard_of_the_land(land: dict[str, Area]) -> None:
    SizeBound.objects.create(terrain="urban", min_households=300, max_households=500, max_population=1000)
    SizeBound.objects.create(terrain="rural", min_households=30, max_households=80)
    community = land["150302002001"]
    cases = {
        ("urban", 299, 0, "basic"): "undersize", ("urban", 300, 0, "basic"): "", ("urban", 501, 0, "basic"): "oversize",
        ("rural", 81, 0, "basic"): "oversize", ("urban", None, 1001, "basic"): "oversize",
        ("urban", 5, 0, "special"): "", ("", 9999, 0, "basic"): "",
    }  # fmt: skip
    for (terrain, households, people, kind), expected in cases.items():
        grid = add(
            community,
            "grid",
            "网格",
            grid_type=kind,
            terrain=terrain,
            households=households,
            population=people,
        )
        assert board(land)[grid.code].size == expected, (terrain, households, kind)


def test_heads_and_how_many_grids_they_hold(land: dict[str, Area]) -> None:
    head = User.objects.get(username="head")
    for code in ("150302001001002", "150302001002001"):
        hold(head, None, land[code], rank="head")
    assert board(land)[GRID].head_grids == staff.HEAD_CAP
    [row] = queries.who_covers_what(land["150302"], at=NOON)
    assert (row["name"], len(row["grids"]), row["at_cap"]) == ("head", 3, True)


def test_the_board_costs_the_same_for_more_grids(
    land: dict[str, Area], django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(7) as before:
        board(land)
    for _n in range(5):
        add(land["150302002001"], "grid", "又一网格")
    with django_assert_num_queries(len(before)):
        assert len(board(land)) == 13


# --- cards and search -----------------------------------------------------------------------------


def test_the_card_of_a_grid_masks_phones_outside_the_scope(land: dict[str, Area]) -> None:
    stranger = person("stranger")
    mine = rights_of(User.objects.get(username="officer"), at=NOON)
    for rights, phone in ((rights_of(stranger, at=NOON), "138****5678"), (mine, "13812345678")):
        card = queries.area_card(land[GRID], at=NOON, rights=rights)
        assert {h.phone for h in card.holders} == {phone}
    assert [h.name for h in card.posted("worker")] == ["worker_a", "worker_b"]
    assert [h.name for h in card.posted("guide")] == ["secretary"]
    assert [a.code for a in card.above] == ["1503", "150302", "150302001", "150302001001"]


def test_counts_by_level_and_of_the_party(land: dict[str, Area]) -> None:
    assert queries.level_counts(land["150302"]) == {"street": 2, "community": 4, "grid": 8}
    PartyBranch.objects.create(name="支部", kind="branch", area=land[GRID], members=12)
    assert queries.party_counts(land["150302001"]) == {"committee": 0, "branch": 1, "group": 0, "members": 12}
    assert queries.party_counts(land["150302002"])["members"] == 0


@pytest.mark.parametrize("words", ["海北", "haibei", "hbjd", "150302009", "海北街道"])
def test_an_area_is_found_by_name_pinyin_initials_and_code(land: dict[str, Area], words: str) -> None:
    add(land["150302"], "street", "海北街道办事处", "150302009")
    assert queries.search_areas(words)[0].code == "150302009"
    assert queries.search_areas(words, within=land["150302001"].path) == []
    assert queries.search_areas(words, level="grid") == []


@pytest.mark.parametrize("words", ["", "  ", "%", "_", "\x00", "不存在的地方"])
def test_nothing_is_found_for_nothing(land: dict[str, Area], words: str) -> None:
    assert queries.search_areas(words) == []


def test_abolished_areas_are_found_only_when_asked_for(land: dict[str, Area]) -> None:
    tree.abolish_area(land[GRID], actor=SYSTEM, at=NOON)
    assert queries.search_areas(GRID) == []
    assert len(queries.search_areas(GRID, with_abolished=True)) == 1
    assert GRID not in board(land)
