"""Bodies: those every district has, coverage of family stations, the 15-minute circle."""

from __future__ import annotations

import pytest

from disputes import statistics
from disputes.bodies_load import load_bodies
from disputes.models import MediationBody, Mediator, Room
from grids.models import Area
from tests.access.scene import signed_in
from tests.disputes import cast
from tests.world import NOON, World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    found = make_world()
    Area.objects.filter(code="150302").update(lon=106.8, lat=39.6)
    load_bodies()
    return found


def test_eight_specialised_bodies_and_a_committee_everywhere(world: World) -> None:
    kinds = MediationBody.objects.values_list("kind", flat=True)
    assert list(kinds).count("specialised") == 8
    places = Area.objects.filter(level_id__in=("street", "community"))
    held = MediationBody.objects.filter(kind="committee").values_list("area", flat=True)
    assert set(held) == set(places.values_list("pk", flat=True))
    assert MediationBody.objects.get(code="committee_150302002").unit == world.units["street_a"]
    assert Room.objects.filter(body__kind="centre").count() == 3


def test_loading_again_adds_nothing_and_changes_nothing(world: World) -> None:
    MediationBody.objects.filter(code="special_property").update(name="区物业调委会")
    assert load_bodies() == 0
    assert MediationBody.objects.get(code="special_property").name == "区物业调委会"


def test_a_mediator_stands_back_where_a_name_is_an_interest(world: World) -> None:
    body = MediationBody.objects.get(code="special_property")
    one = Mediator(person=world.people["mediator"], body=body, interests=["安居物业公司"])
    assert one.has_interest_in(["王某", " 安居物业公司 "]) == " 安居物业公司 "
    assert one.has_interest_in(["王某"]) == ""
    assert one.has_interest_in(["mediator"]) == "mediator"


def test_a_bodys_record_counts_its_own_cases_and_hides_small_cells(world: World) -> None:
    house = cast.make_house(world)
    body = house.bodies["community_a"]
    for _n in range(3):
        cast.routed(house, body="community_a")
    record = statistics.record_of(body, at=NOON)
    told = {str(one["name"]): (one["n"], one["is_small"]) for one in record["counts"]}
    assert told["已受理"] == (3, True)
    assert {one["value"] for one in record["rates"]} == {None}
    page = signed_in(house.world.people["officer_a"]).get(f"/disputes/bodies/{body.code}/").content.decode()
    assert "业绩" in page
    assert "不足5" in page


def test_no_rate_tells_a_hidden_cell() -> None:
    assert [statistics.hides(part, whole) for part, whole in ((0, 4), (2, 9), (7, 9), (0, 9), (9, 9), (5, 10))] == [
        True, True, True, False, False, False,
    ]  # fmt: skip
