"""The demo district in the tables: complete, sound, the same when loaded twice, impossible in production."""

from __future__ import annotations

from collections import Counter

import pytest
from django.contrib.auth.password_validation import validate_password
from django.test import override_settings

from accounts.demo_cast import CAST, DEMO_PASSWORD, HOME_GRID
from accounts.models import Role, User
from disputes.demo_load import COURT_UNIT
from grids import places, queries
from grids.codes import unpadded
from grids.demo_load import ProductionRefused, load_district
from grids.models import Area, DutyClause, LegacyGrid, Level, Post, TeamTemplate, Unit
from grids.scope import rights_of
from grids.tree_check import check_tree
from tests.grids.land import NOON

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("padded", "short"),
    [("150000000000", "15"), ("150300000000", "1503"), ("150302000000", "150302"), ("150302010000", "150302010"),
     ("150302001002", "150302001002"), ("150302001002001", "150302001002001"), ("politics_law", "politics_law")],
)  # fmt: skip
def test_padded_codes(padded: str, short: str) -> None:
    assert unpadded(padded) == short


def test_the_district_is_complete_and_sound() -> None:
    counts = load_district(NOON)
    levels = Counter(Area.objects.values_list("level_id", flat=True))
    assert levels == {"province": 1, "city": 1, "district": 1, "street": 8, "community": 43, "grid": 435}
    assert check_tree() == []
    assert counts["units"] == 62 + 43
    assert LegacyGrid.objects.values("line").distinct().count() == 16
    assert DutyClause.objects.count() > 100
    assert TeamTemplate.objects.get(is_default=True).roles.filter(is_required=True).count() == 4
    assert Level.objects.get(code="street").duties
    assert not Area.objects.filter(level_id="grid", boundary__isnull=True).exists()
    places.forget()
    home = Area.objects.get(code=HOME_GRID)
    assert places.locate_code(home.lon, home.lat) == HOME_GRID
    board = queries.staffing_board(Area.objects.get(code="150302"), at=NOON)
    assert not [row for row in board if row.vacancy or not row.heads]
    assert any(row.covered for row in board)
    assert {row.size for row in board} == {"", "oversize", "undersize"}
    assert max(row.head_grids for row in board) == 3
    assert queries.duty_board(Area.objects.get(code="150302"), at=NOON)


def test_loaded_twice_it_is_the_same() -> None:
    assert load_district(NOON) == load_district(NOON)


def test_the_cast_signs_in_with_its_role_and_nobody_else_can() -> None:
    load_district(NOON)
    validate_password(DEMO_PASSWORD)
    roles = dict(Role.objects.values_list("code", "id"))
    for member in CAST:
        user = User.objects.get(username=member.username)
        assert user.check_password(DEMO_PASSWORD), member
        assert user.is_demo
        if member.unit == COURT_UNIT:
            continue  # the room of disputes brings the court's unit and its post
        assert Post.objects.filter(person=user, role_id=roles[member.role]).exists(), member
    assert not [
        u
        for u in User.objects.exclude(username__in=[m.username for m in CAST])[:50]
        if u.has_usable_password()
    ]
    assert not User.objects.filter(is_demo=False).exists()
    worker = User.objects.get(username="wangge-a")
    assert rights_of(worker, at=NOON).covers("field.use", area_path=Area.objects.get(code=HOME_GRID).path)
    chain = queries.responsible_for(Area.objects.get(code=HOME_GRID), at=NOON)
    assert chain[0].person_id == worker.pk
    assert {link.why for link in chain} == {"worker_a", "worker_b", "head", "community", "street", "desk"}


def test_every_unit_of_the_land_has_its_home_and_people() -> None:
    load_district(NOON)
    assert Unit.objects.filter(kind="street_office").count() == 8
    assert not Unit.objects.filter(kind="street_office", area__level_id="district").exists()
    assert not Unit.objects.exclude(kind="district_centre").filter(parent__isnull=True).exists()
    for unit in Unit.objects.exclude(kind="grid"):
        assert queries.unit_people(unit, at=NOON), unit.code


def test_a_production_profile_refuses() -> None:
    with override_settings(PRODUCTION=True), pytest.raises(ProductionRefused):
        load_district(NOON)
    assert not User.objects.exists()
