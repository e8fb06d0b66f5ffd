"""Short lists and word lists of the event desk (rules.md §1, §2, §4, §9; workflows.md §1.2; screens.md)."""

from __future__ import annotations

from collections import Counter

import pytest

from accounts.reference import load_permissions
from events import reference_lists as lists
from events.reference import Budget, load_service_classes, load_taxonomy, load_urgencies


def by_code(records):
    return {record.code: record for record in records}


def test_whistles_have_the_clocks_of_the_spec():
    clocks = {t.code: (t.answer, t.on_scene, t.close) for t in lists.load_whistle_types()}
    assert clocks == {
        "emergency": (Budget("C", 5), Budget("C", 30), None),
        "enforcement": (Budget("WH", 120), Budget("WD", 1), Budget("WD", 5)),
        "coordination": (Budget("WH", 240), Budget("WD", 3), Budget("CD", 15)),
    }
    classes = by_code(load_service_classes())
    for whistle in lists.load_whistle_types():
        assert (whistle.close is None) == bool(whistle.close_classes), whistle.code
        assert set(whistle.close_classes) <= set(classes), whistle.code
    assert len(lists.load_whistle_grounds()) == 3
    assert [a.name for a in lists.load_whistle_aspects()] == ["到场", "态度", "实效"]


def test_pause_reasons_are_the_whitelist_with_its_maxima():
    reasons = {r.name: (r.limit, r.maximum) for r in lists.load_pause_reasons()}
    assert reasons == {
        "等待当事人补充": ("fixed", Budget("WD", 5)),
        "等待法定程序": ("statutory", None),
        "不可抗力": ("until_lifted", None),
        "等待上级批复": ("fixed", Budget("WD", 10)),
        "施工周期": ("plan_date", None),
    }
    assert [r.name for r in lists.load_pause_reasons() if r.needs_plan_date] == ["施工周期"]


def test_decline_reasons_are_the_five_of_the_spec():
    assert [r.name for r in lists.load_decline_reasons()] == [
        "非本单位职责", "非本辖区", "信息不足", "重复", "需上级协调",
    ]  # fmt: skip


def test_sources_carry_every_digit_of_the_number_and_share_only_zero():
    digits = Counter(s.digit for s in lists.load_sources())
    assert set(digits) == set("0123456789")
    assert {digit for digit, count in digits.items() if count > 1} == {"0"}
    situations = {s.code: s.situation for s in lists.load_sources()}
    assert (situations["police110"], situations["petition"], situations["grid"]) == ("警情", "访情", "社情")


def test_only_solved_counts_as_solved():
    outcomes = {o.code: o.counts_as_solved for o in lists.load_close_outcomes()}
    assert outcomes == {"solved": True, "explained": False, "cannot_solve": False}


def test_five_rating_levels_three_of_them_satisfied_and_the_bad_ones_ask_why():
    levels = lists.load_rating_levels()
    assert [level.value for level in levels] == [5, 4, 3, 2, 1]
    assert [level.name for level in levels if level.satisfied] == ["非常满意", "满意", "基本满意"]
    assert all(level.needs_reason != level.satisfied for level in levels)
    assert "other" in by_code(lists.load_rating_reasons())


def test_canned_texts_belong_to_registered_verbs_and_none_is_said_twice():
    permissions = by_code(load_permissions())
    texts = lists.load_canned_texts()
    assert len(texts) >= 60
    assert all(canned.verb in permissions for canned in texts)
    assert len({(canned.verb, canned.text) for canned in texts}) == len(texts)
    needed = {"dispatch", "decline", "feed_back", "verify", "return_up", "urge", "whistle", "extend"}
    assert {f"events.{verb}" for verb in needed} <= {canned.verb for canned in texts}


def test_every_minor_category_has_three_to_eight_short_words():
    suggestions = lists.load_keywords().suggestions
    assert list(suggestions) == [minor.code for minor in load_taxonomy()]
    for code, words in suggestions.items():
        assert 3 <= len(words) <= 8, code
        assert len(set(words)) == len(words), code
        assert all(2 <= len(word) <= 20 or word == "狗" for word in words), code


def test_no_two_categories_have_the_same_words():
    suggestions = lists.load_keywords().suggestions
    assert len({frozenset(words) for words in suggestions.values()}) == len(suggestions)


def test_raise_words_hold_those_the_spec_names():
    words = {word for group in lists.load_keywords().raise_words for word in group.words}
    assert {"人命", "爆炸", "跳楼", "持刀", "泄漏"} <= words
    urgencies = by_code(load_urgencies())
    assert all(group.at_least in urgencies for group in lists.load_keywords().raise_words)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("有人要跳楼,快来人", {"suicide"}),
        ("楼下持刀打架", {"weapon"}),
        ("燃气泄漏,楼道里都是煤气味", {"leak"}),
        ("我的个人信息泄漏了", set()),
        ("小区火灾演练太吵", set()),
        ("信息泄漏不说,厨房现在也泄漏了", {"leak"}),
        ("路灯不亮", set()),
    ],
)
def test_danger_words_raise_unless_they_stand_inside_a_harmless_phrase(text, codes):
    assert {group.code for group in lists.load_keywords().raising(text)} == codes


def test_each_exclusion_really_hides_a_danger_word():
    keywords = lists.load_keywords()
    words = [word for group in keywords.raise_words for word in group.words]
    for phrase in keywords.exclusions:
        assert any(word in phrase for word in words), phrase


def test_diversions_tell_a_number_to_call_and_their_text_repeats_it():
    minors = by_code(load_taxonomy())
    for diversion in lists.load_keywords().diversions:
        assert set(diversion.numbers) <= {"110", "119", "120", "122"}, diversion.code
        assert set(diversion.categories) <= set(minors), diversion.code
        for number in diversion.numbers:
            assert number in diversion.text, diversion.code
            assert number in diversion.text_en, diversion.code
