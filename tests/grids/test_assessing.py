"""Self-assessment against the duty sheet: complete, with reasons, by whoever answers for the place."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.test import Client

from grids import assessing
from grids.assessing import Said
from grids.models import Area, DutyAssessment, Level
from grids.refusals import GridRefused
from grids.scope import Rights, rights_of
from tests.world import NOON, World

STREET = "150302002"


@dataclass(frozen=True)
class Doer:
    rights: Rights
    person_id: int
    lane: str = "person"


@pytest.fixture
def street(world: World) -> Area:
    Level.objects.filter(code="street").update(duties=["抢单、分单", "组织纠纷会调"])
    return Area.objects.select_related("level").get(code=STREET)


def doer(world: World, name: str) -> Doer:
    return Doer(rights_of(world.people[name], at=NOON), world.people[name].pk)


def signed_in(world: World, name: str) -> Client:
    client = Client()
    client.force_login(world.people[name], backend="governance.backends.RoleBackend")
    return client


def test_each_duty_is_marked_and_what_is_lacking_has_a_reason(world: World, street: Area) -> None:
    director = doer(world, "director_a")
    for said, field in (
        ([], "d0"), ([Said("done")], "d1"), ([Said("done"), Said("maybe")], "d1"), ([Said("done"), Said("not", " ")], "n1"),
    ):
        with pytest.raises(GridRefused) as refused:
            assessing.assess(street, said, actor=director, at=NOON)
        assert list(refused.value.fields) == [field]
    assert not DutyAssessment.objects.exists()
    for name in ("officer_a", "stranger", "worker_a1"):
        with pytest.raises(GridRefused, match="forbidden"):
            assessing.assess(street, [Said("done"), Said("done")], actor=doer(world, name), at=NOON)
    assessing.assess(street, [Said("done"), Said("partly", "缺一名调解员")], actor=director, at=NOON)
    sheet = assessing.sheet_of(street)
    assert [(row["mark"], row["note"]) for row in sheet["rows"]] == [("done", ""), ("partly", "缺一名调解员")]
    assert sheet["done"] == 1
    Level.objects.filter(code="street").update(duties=["抢单、分单", "组织纠纷会调和联调"])
    renewed = assessing.sheet_of(Area.objects.select_related("level").get(code=STREET))
    assert [row["mark"] for row in renewed["rows"]] == ["done", ""]  # a duty in other words is not assessed yet


def test_the_page_keeps_what_was_typed_and_the_area_shows_the_newest(world: World, street: Area) -> None:
    director, page = signed_in(world, "director_a"), f"/grids/{STREET}/assess/"
    assert page in director.get(f"/grids/{STREET}/").content.decode()
    assert page not in signed_in(world, "stranger").get(f"/grids/{STREET}/").content.decode()
    assert signed_in(world, "stranger").get(page)["Location"] == f"/grids/{STREET}/#duties"
    assert signed_in(world, "stranger").post(page, {"d0": "done", "d1": "done"}).status_code == 403
    wrong = director.post(page, {"d0": "done", "d1": "not", "summary": "总体平稳"})
    assert wrong.status_code == 400
    assert "总体平稳" in wrong.content.decode()
    assert director.post(page, {"d0": "done", "d1": "done"}).status_code == 302
    assert director.post(page, {"d0": "done", "d1": "not", "n1": "缺场地", "summary": "待改进"}).status_code == 302
    shown = director.get(f"/grids/{STREET}/").content.decode()
    assert all(words in shown for words in ("自评已落实 1 / 2", "缺场地", "待改进", "历次自评", "2 / 2"))
