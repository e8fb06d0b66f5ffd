"""The demo's people, duties and words are complete; nobody of them can be rung."""

import json
import re
from collections import Counter
from datetime import date

import pytest

from grids.demo import ground, roster

# Minor categories per major, rules.md §11.
MINORS = (17, 9, 16, 12, 7, 11, 9, 6, 7, 9, 9, 5, 6, 4, 6, 5, 6, 12)


@pytest.fixture(scope="module")
def people() -> roster.Roster:
    return roster.build_roster(date(2026, 5, 11))


def test_every_grid_has_its_worker_cover_and_head(people):
    grids = {r["code"] for r in roster.read_rows("grids")}
    workers = people.holders("grid_worker")
    main = [p for p in workers if p.rank == "A"]
    assert {p.place for p in main} == grids
    assert len({p.person for p in main}) == 435
    assert all(p.employment == "full" for p in main)
    assert {p.place for p in workers if p.rank == "B"} == grids
    own = {p.place: p.person for p in main}
    assert all(p.person != own[p.place] for p in workers if p.rank == "B")
    heads = people.holders("grid_head")
    assert {p.place for p in heads} == grids
    assert max(Counter(p.person for p in heads).values()) == 3


def test_every_place_and_unit_is_staffed(people):
    communities = {r["code"] for r in roster.read_rows("communities")}
    assert {p.place for p in people.holders("community_secretary")} == communities
    assert len(people.holders("police_officer")) == 42
    streets = {r["code"] for r in roster.read_rows("streets")}
    assert Counter(p.place for p in people.holders("street_duty")) == dict.fromkeys(streets, 2)
    assert {p.rank for p in people.holders("district_duty")} == {"A", "B"}
    units = {u["code"] for u in roster.read_units() if u["kind"] != "street_office"}
    assert {p.place for p in people.holders("unit_head")} == units
    assert Counter(p.place for p in people.holders("unit_handler")) == dict.fromkeys(units, 2)
    assert {p.role for p in people.posts} <= set(roster.ROLES)


def test_people_are_distinct_and_cannot_be_rung(people):
    assert len({p.number for p in people.people}) == len(people.people)
    assert len({p.name for p in people.people}) == len(people.people)
    assert len({p.phone for p in people.people}) == len(people.people)
    assert all(re.fullmatch(r"100\d{8}", p.phone) for p in people.people)
    assert all(2 <= len(p.name) <= 3 for p in people.people)
    assert {p.person for p in people.posts} == {p.number for p in people.people}


def test_duty_covers_every_day_and_repeats_exactly(people):
    days = {t.day for t in people.duty}
    assert len(days) == 14
    for day in days:
        kinds = Counter((t.kind, t.shift) for t in people.duty if t.day == day)
        assert kinds == {
            ("leader", "day"): 1, ("chief", "day"): 1, ("chief", "night"): 1,
            ("agent", "day"): 3, ("agent", "night"): 1, ("street", "day"): 8,
        }  # fmt: skip
    assert roster.build_roster(date(2026, 5, 11)) == people
    assert roster.build_roster(date(2026, 5, 11), seed=1).people != people.people
    assert people.leaves


def test_party_bodies_and_former_grids():
    bodies = roster.party_bodies()
    kinds = Counter(b.kind for b in bodies)
    assert (kinds["branch"], kinds["committee"]) == (435, 43)
    codes = {b.code for b in bodies}
    assert len(codes) == len(bodies)
    assert all(b.parent in codes for b in bodies if b.kind != "committee")
    former = roster.legacy_grids()
    grids = {r["code"] for r in roster.read_rows("grids")}
    by_line: dict[str, Counter] = {}
    for old in former:
        by_line.setdefault(old.line, Counter()).update(old.merged_into)
    assert len(by_line) == 16
    assert all(set(c) == grids and max(c.values()) == 1 for c in by_line.values())


# --- words -------------------------------------------------------------------------------------------


def categories() -> set[str]:
    return {f"{major:02d}{minor:02d}" for major, n in enumerate(MINORS, 1) for minor in range(1, n + 1)} - {
        "0117"
    } | {"0199"}


def test_every_category_has_one_owner_and_a_clause():
    text = json.loads((ground.DATA / "units.json").read_text(encoding="utf-8"))
    units = text["units"]
    owned = [d["code"] for u in units for d in u["duties"]] + [r["code"] for r in text["by_place"]]
    assert sorted(owned) == sorted(categories())
    assert set(roster.default_owners()) == categories()
    assert {r["owner"] for r in text["by_place"]} == {"street", "community"}
    assert all(6 <= len(d["clause"]) <= 60 for u in units for d in [*u["duties"], *text["by_place"]])
    assert sum(u["kind"] != "street_office" for u in units) == 54
    assert sum(u["stationed"] for u in units) == 9
    assert {u["kind"] for u in units} == {
        "department",
        "utility",
        "street_office",
        "enforcement",
        "district_centre",
    }
    assert (
        len({u["code"] for u in units})
        == len({u["name"] for u in units})
        == len({u["phone"] for u in units})
        == 62
    )
    assert all(re.fullmatch(r"0473-0\d{6}", u["phone"]) for u in units)
    assert all(set(u["assists"]) <= categories() for u in units)


def test_every_category_has_words():
    text = json.loads((ground.DATA / "phrases.json").read_text(encoding="utf-8"))
    assert set(text["categories"]) == categories()
    reports = []
    for code, words in text["categories"].items():
        assert 3 <= len(words["reports"]) <= 6, code
        assert all(
            r.count("{place}") == 1 and "{" not in r.replace("{place}", "") for r in words["reports"]
        ), code
        assert len(words["feedback"]) >= 2, code
        assert words["replies"], code
        reports += words["reports"]
    assert len(set(reports)) == len(reports)
    assert set(text["ratings"]) == {f"{m:02d}" for m in range(1, 19)}
    assert all(len(r["good"]) >= 2 and len(r["bad"]) >= 2 for r in text["ratings"].values())


def test_organisation_lists_have_the_sources_numbers():
    text = json.loads((ground.DATA / "organisation.json").read_text(encoding="utf-8"))
    assert len(text["legacy_lines"]) == 16
    assert len(text["seven_duties"]) == 7
    assert [len(t["mandatory"]) for t in text["team_templates"] if t["code"] == "four_n"] == [4]
    assert {w["name"] for w in text["whistle_list"]} == {"应急哨", "执法哨", "协同哨"}
    assert [d["level"] for d in text["level_duties"]] == ["district", "street", "community", "grid"]
    grounds = {g["code"] for g in text["whistle_grounds"]}
    assert len(grounds) == 3
    assert all(set(w["grounds"]) <= grounds for w in text["whistle_list"])
    codes = {u["code"] for u in roster.read_units()}
    assert {line["unit"] for line in text["legacy_lines"]} <= codes
