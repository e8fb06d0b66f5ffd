"""The reference files hold together and say what the spec says (rules.md §1, §2, §4, §11; workflows.md §1)."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest

from events import reference as ref
from events import reference_lists as lists

ROOT = ref.DATA.parents[1]
PLANS = {
    "洪涝内涝",
    "台风暴雨",
    "大风沙尘",
    "低温雨雪冰冻",
    "高温干旱",
    "地震",
    "地质灾害",
    "森林草原火灾",
    "城市火灾",
    "高层/综合体火灾",
    "危化品泄漏",
    "油气管道",
    "城镇燃气",
    "建筑坍塌",
    "道路交通",
    "铁路",
    "特种设备/电梯困人",
    "大面积停电",
    "供水中断",
    "供热中断",
    "环境污染",
    "传染病",
    "食物中毒",
    "职业中毒",
    "动物疫情",
    "群体性事件",
    "暴恐",
    "校园安全",
    "重大刑事",
    "金融涉稳",
    "网络舆情",
    "大型活动踩踏",
    "涉水溺亡",
}
MINORS_PER_MAJOR = [17, 9, 16, 12, 7, 11, 9, 6, 7, 9, 9, 5, 6, 4, 6, 5, 6, 12]
URGENCY_COUNTS = {"P0": 16, "P1": 33, "P2": 47, "P3": 60}
CLASS_COUNTS = {
    "B72": 12, "D3": 6, "D5": 17, "E0": 16, "E2": 12, "G7": 10, "H2": 5, "H4": 7, "L60": 2, "M30": 16, "Q1": 2,
    "U24": 6, "V13": 4, "V15": 1, "X15": 11, "Y24": 29,
}  # fmt: skip
CLASS_CODES = [
    "E0",
    "E2",
    "U24",
    "H2",
    "H4",
    "Y24",
    "B72",
    "Q1",
    "D3",
    "D5",
    "G7",
    "V13",
    "X15",
    "V15",
    "L60",
    "M30",
]


def by_code(records):
    return {record.code: record for record in records}


# --- taxonomy ---------------------------------------------------------------------------------------------


def test_there_are_18_majors_and_156_minors_as_the_spec_counts_them():
    assert [major.code for major in ref.load_majors()] == [f"{n:02}" for n in range(1, 19)]
    assert len(ref.load_taxonomy()) == 156
    counts = Counter(minor.major for minor in ref.load_taxonomy())
    assert [counts[major.code] for major in ref.load_majors()] == MINORS_PER_MAJOR


def test_urgencies_and_classes_are_spread_as_in_the_spec_table():
    minors = ref.load_taxonomy()
    assert Counter(m.urgency for m in minors) == URGENCY_COUNTS
    assert Counter(m.service_class for m in minors) == CLASS_COUNTS


@pytest.mark.parametrize(
    ("code", "name", "urgency", "service_class", "owner"),
    [
        ("0101", "邻里纠纷", "P3", "M30", "社区调委会"),
        ("0115", "家庭暴力苗头", "P1", "E2", "派出所+妇联"),
        ("0601", "井盖缺失破损", "P1", "E2", "权属单位"),
        ("0708", "光污染", "P3", "D5", "按光源:住建/城管/生态"),
        ("0803", "供暖不热", "P1", "U24", "供热"),
        ("1701", "初信初访", "P2", "L60", "信访"),
        ("1812", "危化品泄漏", "P0", "E0", "应急/消防"),
    ],
)
def test_rows_read_as_written_in_the_spec(code, name, urgency, service_class, owner):
    minor = by_code(ref.load_taxonomy())[code]
    assert (minor.name, minor.urgency, minor.service_class, minor.owner) == (
        name,
        urgency,
        service_class,
        owner,
    )


def test_every_minor_names_a_known_class_and_urgency_and_belongs_to_its_major():
    classes, urgencies = by_code(ref.load_service_classes()), by_code(ref.load_urgencies())
    for minor in ref.load_taxonomy():
        assert minor.service_class in classes, minor
        assert minor.urgency in urgencies, minor
        assert minor.code[:2] == minor.major, minor
        assert len(minor.code) == 4, minor


def test_the_extra_columns_stay_inside_their_words():
    for minor in ref.load_taxonomy():
        assert minor.owner_kind in {"unit", "street", "community"}, minor
        assert minor.situation in {"社情", "警情", "案情", "访情"}, minor
        assert minor.risk_family.isidentifier(), minor
        assert len(minor.risk_family) <= 20, minor
        assert minor.auto_plan in PLANS | {""}, minor
        assert 20 <= minor.dup_radius_m <= 1000, minor
        assert minor.reopen_days == 15, minor
    assert len(PLANS) == 33


def test_special_groups_are_all_sensitive_and_litter_is_not():
    minors = ref.load_taxonomy()
    assert all(m.sensitive for m in minors if m.major == "11")
    assert not any(m.sensitive for m in minors if m.major in {"04", "05", "06"})


# --- classes ----------------------------------------------------------------------------------------------


def test_the_sixteen_classes_have_parsable_budgets():
    classes = ref.load_service_classes()
    assert [c.code for c in classes] == CLASS_CODES
    for service_class in classes:
        budgets = [service_class.accept, service_class.handle, *(s.budget for s in service_class.stages)]
        budgets += [b for b in (service_class.contact, service_class.extension.amount) if b]
        assert all(b.clock_seconds() > 0 for b in budgets), service_class.code


@pytest.mark.parametrize(
    ("code", "accept", "contact", "handle"),
    [
        ("E0", ("C", 5), ("C", 10), ("C", 120)),
        ("E2", ("C", 10), ("C", 30), ("C", 120)),
        ("U24", ("C", 30), ("C", 120), ("C", 1440)),
        ("H2", ("WH", 30), None, ("WH", 120)),
        ("H4", ("WH", 60), None, ("WH", 240)),
        ("Y24", ("WH", 60), ("WH", 240), ("C", 1440)),
        ("B72", ("WH", 120), ("WD", 1), ("C", 4320)),
        ("Q1", ("WH", 60), None, ("WD", 1)),
        ("D3", ("WH", 120), ("WD", 1), ("WD", 3)),
        ("D5", ("WH", 120), ("WD", 1), ("WD", 5)),
        ("G7", ("WH", 120), ("WD", 1), ("CD", 7)),
        ("V13", ("WH", 120), ("WD", 1), ("WD", 13)),
        ("X15", ("WH", 120), ("WD", 1), ("CD", 15)),
        ("V15", ("WH", 240), ("WD", 1), ("WD", 15)),
        ("L60", ("CD", 15), ("CD", 7), ("CD", 60)),
        ("M30", ("CD", 3), None, ("CD", 30)),
    ],
)
def test_the_budgets_are_those_of_the_spec(code, accept, contact, handle):
    service_class = by_code(ref.load_service_classes())[code]
    assert service_class.accept == ref.Budget(*accept)
    assert service_class.contact == (ref.Budget(*contact) if contact else None)
    assert service_class.handle == ref.Budget(*handle)


def test_only_emergency_and_same_day_classes_cannot_pause():
    assert {c.code for c in ref.load_service_classes() if not c.pausable} == {"E0", "E2", "U24"}


def test_extensions_give_an_amount_exactly_where_their_rule_needs_one():
    for service_class in ref.load_service_classes():
        extension = service_class.extension
        assert (extension.amount is not None) == (extension.rule in {"fixed", "total"}), service_class.code
        assert (extension.times == 0) == (extension.rule == "none"), service_class.code


def test_the_tiers_of_mediation_add_up_to_its_budget():
    mediation = by_code(ref.load_service_classes())["M30"]
    assert sum(stage.budget.amount for stage in mediation.stages) == mediation.handle.amount


def test_leaf_overrides_name_known_things_and_never_lower_the_urgency():
    minors, classes = by_code(ref.load_taxonomy()), by_code(ref.load_service_classes())
    rank = {u.code: u.rank for u in ref.load_urgencies()}
    overrides = ref.load_leaf_overrides()
    assert {o.category for o in overrides} >= {"0306", "1401"}
    for override in overrides:
        assert override.service_class in classes
        assert rank[override.urgency] <= rank[minors[override.category].urgency]


@pytest.mark.parametrize(
    "raw",
    [
        {"kind": "C", "days": 1},
        {"kind": "WD", "minutes": 60},
        {"kind": "H", "minutes": 60},
        {"kind": "C", "minutes": 0},
        {"kind": "C", "minutes": "30"},
        {"kind": "C", "minutes": True},
        {"kind": "C", "minutes": 1, "days": 1},
        {},
    ],
)
def test_a_wrong_budget_is_refused_with_its_place(raw):
    with pytest.raises(ref.BadReference, match="here"):
        ref.parse_budget(raw, where="here")


def test_budgets_count_in_the_clocks_own_seconds():
    assert ref.Budget("C", 30).clock_seconds() == 1800
    assert ref.Budget("WD", 5).clock_seconds() == 5 * 7 * 3600
    assert ref.Budget("WD", 1).clock_seconds(working_day_minutes=480) == 8 * 3600
    assert ref.Budget("CD", 7).clock_seconds() == 7 * 86400
    assert [ref.Budget(k, 1).counts_working_time for k in ("C", "WH", "WD", "CD")] == [
        False,
        True,
        True,
        False,
    ]


def test_two_records_with_one_code_are_refused():
    level = ref.load_urgencies()[0]
    with pytest.raises(ref.BadReference, match="P0"):
        ref.unique_by_code([level, level], where="urgencies.json")
    assert ref.unique_by_code([level], where="urgencies.json") == [level]


# --- urgency, ladder, limits ------------------------------------------------------------------------------


def test_urgencies_have_the_windows_of_the_spec_and_p0_is_never_claimed():
    windows = {u.code: u.claim_window for u in ref.load_urgencies()}
    assert windows == {
        "P0": None,
        "P1": ref.Budget("C", 10),
        "P2": ref.Budget("C", 30),
        "P3": ref.Budget("WH", 60),
    }
    assert [u.code for u in ref.load_urgencies() if not u.quiet_hours] == ["P0", "P1"]
    assert ref.load_quiet_hours() == ("21:00", "07:30")
    assert {r.code for r in ref.load_raise_rules()} == {
        "cluster", "repeat_reporter", "keyword", "vulnerable_person", "rated_bad_twice",
    }  # fmt: skip
    assert all(r.levels == 1 for r in ref.load_raise_rules())


def test_every_default_class_of_an_urgency_exists():
    classes = by_code(ref.load_service_classes())
    assert all(code in classes for u in ref.load_urgencies() for code in u.default_classes)


def test_the_default_ladder_is_that_of_the_workflows():
    rungs = by_code(ref.load_ladders())["default"].rungs
    assert [(r.at_percent, r.actions) for r in rungs] == [
        (75, ("remind_handler",)),
        (100, ("tell_head", "tell_street")),
        (125, ("supervision_order", "tell_duty_desk")),
        (200, ("tell_leader", "propose_blacklist", "discipline_clue")),
    ]
    assert rungs[2].min_offset == ref.Budget("WH", 240)


def test_each_urgency_climbs_exactly_one_ladder_and_only_the_urgent_one_warns_at_half():
    ladders = ref.load_ladders()
    assert Counter(code for ladder in ladders for code in ladder.urgencies) == Counter(
        ["P0", "P1", "P2", "P3"]
    )
    assert {u.code: u.ladder for u in ref.load_urgencies()} == {
        code: ladder.code for ladder in ladders for code in ladder.urgencies
    }
    assert {ladder.code for ladder in ladders if ladder.rungs[0].at_percent == 50} == {"urgent"}


def test_rungs_rise_and_use_known_actions_and_urgent_ones_never_wait_for_the_morning():
    actions = by_code(lists.load_ladder_actions())
    for ladder in ref.load_ladders():
        percents = [rung.at_percent for rung in ladder.rungs]
        assert percents == sorted(set(percents)), ladder.code
        earlier: set[str] = {""}
        for rung in ladder.rungs:
            assert rung.not_before in earlier, rung
            assert set(rung.actions) <= set(actions), rung
            assert rung.quiet_hours == (ladder.code != "urgent"), rung
            earlier.add(rung.code)


def test_the_leader_hears_only_after_the_supervision_order_even_where_four_hours_exceed_the_budget():
    for ladder in ref.load_ladders():
        assert by_code(ladder.rungs)["leader"].not_before == "supervise", ladder.code


def test_limits_are_the_numbers_of_the_verbs():
    limits = ref.load_limits()
    assert limits.budgets["decline_window"] == ref.Budget("WH", 120)
    assert limits.budgets["decline_window_p1"] == ref.Budget("C", 15)
    assert limits.budgets["decline_ruling"] == ref.Budget("WD", 1)
    assert limits.budgets["dispatch"] == ref.Budget("C", 30)
    assert limits.budgets["call_back"] == ref.Budget("WD", 2)
    assert limits.budgets["needs_info_pause"] == ref.Budget("WD", 5)
    expected = {
        "claimed_unfinished_per_unit": 20, "child_time_buffer_percent": 10, "declines_force_confer": 3,
        "rework_minimum_percent": 20, "call_back_tries": 3, "reopen_calendar_days": 15, "whistle_rebuttals": 1,
    }  # fmt: skip
    assert {name: limits.numbers[name] for name in expected} == expected
    with pytest.raises(TypeError):
        limits.numbers["call_back_tries"] = 9  # type: ignore[index]


def test_claim_windows_are_told_once_and_alike():
    budgets = ref.load_limits().budgets
    for level in ref.load_urgencies():
        assert budgets.get(f"claim_window_{level.code.lower()}") == level.claim_window


def test_the_module_needs_no_django():
    script = "import sys, events.reference_lists as m; m.load_keywords(); sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0
    control = script.replace("m.load_keywords()", "__import__('django')")
    assert subprocess.run([sys.executable, "-c", control], cwd=ROOT, check=False).returncode == 1
