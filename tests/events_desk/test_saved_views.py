"""常用筛选: kept under a name, shared with one's own land or unit, never a way past anybody's scope."""

from __future__ import annotations

import pytest
from django.test import Client

from events import saved
from events.models import SavedView
from grids.scope import rights_of
from tests.world import NOON, World


@pytest.fixture
def signed(world: World) -> object:
    def sign(name: str) -> Client:
        client = Client()
        client.force_login(world.people[name], backend="governance.backends.RoleBackend")
        return client

    return sign


def keep(world: World, who: str, *, shared: bool = False, name: str = "超期井盖") -> SavedView:
    rights = rights_of(world.people[who], at=NOON)
    return saved.keep(rights, name=name, query="view=overdue&q=井盖&sel=X&next=//evil", shared=shared, at=NOON)


def names_of(world: World, who: str) -> list[str]:
    return [row.name for row in saved.views_for(rights_of(world.people[who], at=NOON))]


def test_only_what_the_desk_knows_is_kept(world: World) -> None:
    assert keep(world, "dispatcher").query == "view=overdue&q=%E4%BA%95%E7%9B%96"
    assert names_of(world, "dispatcher") == ["超期井盖"]
    assert names_of(world, "officer_a") == []


def test_the_same_name_replaces(world: World) -> None:
    keep(world, "dispatcher")
    keep(world, "dispatcher", shared=True)
    assert SavedView.objects.count() == 1
    assert SavedView.objects.get().is_shared


def test_shared_with_ones_own_land_and_not_beyond(world: World) -> None:
    keep(world, "officer_a", shared=True, name="甲街")
    keep(world, "dispatcher", shared=True, name="全区")
    assert names_of(world, "director_a") == ["甲街", "全区"]
    assert names_of(world, "officer_a") == ["甲街", "全区"]
    assert names_of(world, "stranger") == ["全区"]


def test_over_the_desk(world: World, signed: object) -> None:
    client = signed("dispatcher")
    answer = client.post("/desk/views/", {"name": "红牌", "query": "view=red"}, follow=True)
    assert "红牌" in answer.content.decode()
    row = SavedView.objects.get()
    assert signed("officer_a").post(f"/desk/views/{row.pk}/drop/").status_code == 404
    client.post(f"/desk/views/{row.pk}/drop/", follow=True)
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("sent", [{"name": "", "query": "view=red"}, {"name": "x", "query": "nothing=1"}])
def test_bad_input_is_a_sentence(world: World, signed: object, sent: dict) -> None:
    answer = signed("dispatcher").post("/desk/views/", sent, headers={"x-requested-with": "fetch"})
    assert answer.status_code == 400
    assert answer.json()["detail"]
    assert not SavedView.objects.exists()
