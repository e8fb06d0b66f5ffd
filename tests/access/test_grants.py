"""Grants, revocation, demo accounts, rows that nobody may change (quality.md A-08, A-09, A-11, A-12)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Role
from casework.models import ReadLog
from governance import checks
from grids.models import Post
from tests.access.scene import Scene, browser, signed_in
from tests.world import World


def appointment(world: World, *, person: str, role: str, area: str = "", unit: str = "") -> dict:
    return {
        "person": world.people[person].pk, "role": Role.objects.get(code=role).pk, "rank": "worker", "cover": "A",
        "employment": "full", "valid_from": "2026-03-05", "area": world.areas[area].pk if area else "",
        "unit": world.units[unit].pk if unit else "",
    }


GRANTS = {
    # who, whom, which role, where: none of them may be given
    "another street's grid": ("director_a", {"person": "mediator", "role": "grid_worker", "area": "grid_b1"}),
    "another street's unit": ("director_a", {"person": "mediator", "role": "street_officer", "unit": "street_b"}),
    "the district": ("director_a", {"person": "mediator", "role": "street_officer", "area": "district"}),
    "oneself": ("director_a", {"person": "director_a", "role": "grid_worker", "area": "grid_a2"}),
    "one's own height": ("director_a", {"person": "mediator", "role": "street_director", "area": "street_a"}),
    "a higher role": ("director_a", {"person": "mediator", "role": "district_director", "area": "street_a"}),
    "an administrator alone": ("security", {"person": "mediator", "role": "system_administrator", "area": "district"}),
    "oneself as administrator": ("security", {"person": "security", "role": "audit_administrator", "area": "district"}),
    "without the right": ("admin", {"person": "mediator", "role": "grid_worker", "area": "grid_a1"}),
    "by the auditor": ("auditor", {"person": "mediator", "role": "grid_worker", "area": "grid_a1"}),
    "not in the office": ("officer_a", {"person": "mediator", "role": "grid_worker", "area": "grid_a1"}),
}


@pytest.mark.parametrize("what", GRANTS)
def test_a_grant_outside_one_s_own_scope_is_refused(scene: Scene, what: str) -> None:
    who, told = GRANTS[what]
    before = Post.objects.count()
    answer = browser(scene, who).post("/admin/grids/post/add/", appointment(scene.world, **told))
    assert answer.status_code in (200, 302, 403)
    assert Post.objects.count() == before


def test_a_grant_inside_it_is_made(scene: Scene) -> None:
    """Control: the same form with a place of one's own."""
    told = appointment(scene.world, person="mediator", role="grid_worker", area="grid_a2")
    before = Post.objects.count()
    answer = browser(scene, "director_a").post("/admin/grids/post/add/", told)
    assert (answer.status_code, Post.objects.count()) == (302, before + 1), answer.content.decode()[:3000]


def test_nobody_widens_the_own_scope_by_moving_land(scene: Scene) -> None:
    grid = scene.world.areas["grid_b1"]
    for who in ("director_a", "officer_a", "security"):
        browser(scene, who).post(f"/admin/grids/area/{grid.pk}/change/", {"name": "x", "move_to": "150302002001"})
        browser(scene, who).post("/admin/grids/area/", {"action": "abolish", "_selected_action": grid.pk})
    grid.refresh_from_db()
    assert (grid.path, grid.abolished_on) == ("150302/150302001/150302001002/150302001002001/", None)


def _disable(world: World) -> None:
    person = world.people["officer_a"]
    person.is_active = False
    person.save(update_fields=["is_active"])


def _end_post(world: World) -> None:
    world.people["officer_a"].posts.update(valid_to=date(2026, 3, 4))


def _change_role(world: World) -> None:
    world.people["officer_a"].posts.update(role=Role.objects.get(code="mediator"))


def _move_away(world: World) -> None:
    world.people["officer_a"].posts.update(area=world.areas["street_b"], unit=world.units["street_b"])


REVOCATIONS: dict[str, tuple[Callable[[World], None], tuple[int, ...]]] = {
    "disabled": (_disable, (302, 401)), "post ended": (_end_post, (403,)), "role changed": (_change_role, (403,)),
    "moved away": (_move_away, (404,)),
}


@pytest.mark.parametrize("what", REVOCATIONS)
def test_a_right_taken_away_is_gone_at_the_next_request(scene: Scene, what: str) -> None:
    """In the same session and with the same token."""
    take_away, refused = REVOCATIONS[what]
    number = scene.things["same_grid"].event.number
    paths = (f"/events/{number}/", f"/m/e/{number}/", f"/api/v1/events/{number}/")
    client = signed_in(scene.world.people["officer_a"])
    token = {"Authorization": f"Token {scene.tokens['officer_a']}"}
    machine = browser(scene, "anonymous")
    assert [client.get(path).status_code for path in paths] == [200, 200, 200]
    assert machine.get(paths[2], headers=token).status_code == 200
    take_away(scene.world)
    try:
        assert {client.get(path).status_code for path in paths} <= set(refused)
        assert machine.get(paths[2], headers=token).status_code in (*refused, 401)
    finally:
        scene.world.people["officer_a"].is_active = True


def test_demo_accounts_are_nobody_in_production(scene: Scene, settings: object) -> None:
    person = scene.world.people["officer_a"]
    type(person).objects.filter(pk=person.pk).update(is_demo=True)
    client = signed_in(person)
    token = {"Authorization": f"Token {scene.tokens['officer_a']}"}
    assert client.get("/desk/").status_code == 200
    settings.PRODUCTION = True
    assert client.get("/desk/").status_code == 302
    assert browser(scene, "anonymous").get("/api/v1/events/", headers=token).status_code == 401
    told = {"username": "officer_a", "password": "Correct-horse-9"}
    assert browser(scene, "anonymous").post("/accounts/sign-in/", told).status_code == 200  # the form again
    assert "_auth_user_id" not in browser(scene, "anonymous").session
    assert [error.id for error in checks.no_demo_people(None)] == ["governance.E005"]


@pytest.mark.parametrize("table", ["events_eventtrail", "casework_readlog"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_trails_are_never_changed(scene: Scene, table: str, statement: str) -> None:
    assert ReadLog.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL gov.profile = 'production'")
        with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
            cursor.execute(statement.format(table))
        cursor.execute("SET LOCAL gov.profile = 'test'")
