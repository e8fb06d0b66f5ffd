"""Posts, leave and cover: limits of the trade, limits of the rights."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from accounts.models import User
from casework.actor import Actor
from grids import staff
from grids.models import DutyTurn, Leave, Post, Unit
from grids.refusals import GridRefused
from grids.scope import rights_of
from tests.grids.land import NOON, SYSTEM, acting, hold, make_land, make_roles, person

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


class Cast:
    """The land with directors of the district and of street 1, a security administrator and two newcomers."""

    def __init__(self) -> None:
        self.land = make_land()
        self.roles = make_roles()
        self.people = {
            n: person(n) for n in ("director", "director_1", "security", "security_2", "new", "other")
        }
        hold(self.people["director"], self.roles["district_director"], self.land["150302"])
        hold(self.people["director_1"], self.roles["street_director"], self.land["150302001"])
        for name in ("security", "security_2"):
            hold(self.people[name], self.roles["security_administrator"], self.land["150302"])

    def act(self, name: str) -> Actor:
        return acting(self.people[name])

    def appoint(
        self, who: str, role: str, area: str, by: str | Actor = SYSTEM, **more: object
    ) -> staff.Appointment:
        actor = self.act(by) if isinstance(by, str) else by
        return staff.appoint(
            self.people[who], self.roles.get(role), area=self.land[area], actor=actor, at=NOON, **more
        )


@pytest.fixture
def cast(db: None) -> Cast:
    return Cast()


GRID = "150302001001001"
WORKER = {"rank": "worker"}


def refused(code: str, call: object, *args: object, **kwargs: object) -> None:
    before = (Post.objects.count(), Leave.objects.count())
    with pytest.raises(GridRefused) as refusal:
        call(*args, **kwargs)
    assert refusal.value.code == code
    assert (Post.objects.count(), Leave.objects.count()) == before


def test_a_director_appoints_inside_his_street(cast: Cast) -> None:
    post = cast.appoint("new", "grid_worker", GRID, "director_1", **WORKER).post
    assert post.granted_by == cast.people["director_1"]
    assert rights_of(cast.people["new"], at=NOON).covers("field.use", area_path=cast.land[GRID].path)


def test_nobody_grants_outside_his_scope(cast: Cast) -> None:
    refused("not_found", cast.appoint, "new", "grid_worker", "150302002001001", "director_1", **WORKER)
    refused("not_found", cast.appoint, "new", "community_secretary", "150302", "director_1")
    desk = Unit.objects.create(
        code="desk", name="区指挥中心", kind="district_centre", area=cast.land["150302"]
    )
    refused("not_found", cast.appoint, "new", "street_officer", "150302001", "director_1", unit=desk)
    office = Unit.objects.create(code="s1", name="街道办", kind="street_office", area=cast.land["150302001"])
    assert cast.appoint("new", "street_officer", "150302001", "director_1", unit=office)


def test_nobody_grants_himself(cast: Cast) -> None:
    refused("own_grant", cast.appoint, "director_1", "street_officer", "150302001", "director_1")
    refused("own_grant", cast.appoint, "security", "district_director", "150302", "security")


def test_nobody_grants_his_own_height_or_above(cast: Cast) -> None:
    for role in ("street_director", "district_dispatcher", "district_director"):
        refused("above_own_role", cast.appoint, "new", role, "150302001", "director_1")
    assert cast.appoint("new", "district_dispatcher", "150302", "director")


def test_without_the_permission_nothing(cast: Cast) -> None:
    hold(cast.people["other"], cast.roles["grid_worker"], cast.land[GRID], rank="worker")
    refused("forbidden", cast.appoint, "new", "grid_worker", GRID, "other", **WORKER)
    refused("forbidden", cast.appoint, "new", "grid_worker", GRID, Actor.citizen(), **WORKER)


def test_administrators_need_a_second_person_and_never_meet(cast: Cast) -> None:
    ask = ("new", "audit_administrator", "150302", "security")
    refused("forbidden", cast.appoint, "new", "audit_administrator", "150302", "director")
    refused("second_person", cast.appoint, *ask)
    refused("second_person", cast.appoint, *ask, second=cast.act("security"))
    refused("forbidden", cast.appoint, *ask, second=cast.act("director"))
    assert cast.appoint(*ask, second=cast.act("security_2"))
    refused(
        "separation",
        cast.appoint,
        "new",
        "system_administrator",
        "150302",
        "security",
        second=cast.act("security_2"),
    )
    refused("invalid", cast.appoint, "new", "super_administrator", "150302", "security")


def test_a_fourth_grid_is_refused_and_the_third_warned_of(cast: Cast) -> None:
    grids = ["150302001001001", "150302001001002", "150302001002001", "150302001002002"]
    warnings = [cast.appoint("new", "grid_head", code, rank="head").warnings for code in grids[:3]]
    assert [len(w) for w in warnings] == [0, 0, 1]
    refused("head_cap", cast.appoint, "new", "grid_head", grids[3], rank="head")
    refused("has_head", cast.appoint, "other", "grid_head", grids[0], rank="head")
    staff.end_post(
        Post.objects.get(area__code=grids[0], rank="head"), actor=SYSTEM, at=NOON - timedelta(days=0)
    )
    tomorrow = date(2026, 3, 6)
    assert cast.appoint("new", "grid_head", grids[3], rank="head", valid_from=tomorrow)


@pytest.mark.parametrize(
    ("area", "more", "field"),
    [
        ("150302001001", {"rank": "worker"}, "area"),
        (GRID, {"rank": "worker", "valid_from": date(2026, 4, 2), "valid_to": date(2026, 4, 1)}, "valid_to"),
    ],
)
def test_bad_inputs_are_named(cast: Cast, area: str, more: dict, field: str) -> None:
    with pytest.raises(GridRefused) as refusal:
        cast.appoint("new", "grid_worker", area, **more)
    assert list(refusal.value.fields) == [field]
    User.objects.filter(username="new").update(is_active=False)
    cast.people["new"].refresh_from_db()
    refused("invalid", cast.appoint, "new", "grid_worker", GRID, **WORKER)


def test_the_same_post_twice_is_refused(cast: Cast) -> None:
    cast.appoint("new", "grid_worker", GRID, **WORKER)
    refused("already_holds", cast.appoint, "new", "grid_worker", GRID, **WORKER)


def test_rights_end_with_the_post(cast: Cast) -> None:
    post = cast.appoint("new", "grid_worker", GRID, **WORKER).post
    refused("not_found", staff.end_post, cast.appoint("other", "grid_worker", "150302002001001", **WORKER).post,
            actor=cast.act("director_1"), at=NOON)  # fmt: skip
    staff.end_post(post, actor=cast.act("director_1"), at=NOON)
    assert rights_of(User.objects.get(username="new"), at=NOON).may("field.use")
    assert not rights_of(User.objects.get(username="new"), at=NOON + timedelta(days=1)).may("field.use")
    refused("already_ended", staff.end_post, post, actor=SYSTEM, at=NOON)


def test_making_one_the_a_makes_the_other_the_b(cast: Cast) -> None:
    first = cast.appoint("new", "grid_worker", GRID, **WORKER).post
    second = cast.appoint("other", "grid_worker", GRID, rank="worker", cover="B").post
    staff.set_cover(second, "A", actor=cast.act("director_1"), at=NOON)
    first.refresh_from_db()
    assert (first.cover, second.cover) == ("B", "A")


def test_leave_inside_the_scope_without_overlap(cast: Cast) -> None:
    cast.appoint("new", "grid_worker", GRID, **WORKER)
    cast.appoint("other", "grid_worker", "150302002001001", **WORKER)
    who = cast.people["new"]
    day = {"starts_at": NOON, "ends_at": NOON + 8 * HOUR, "reason": "年休假", "at": NOON}
    leave = staff.record_leave(who, actor=cast.act("director_1"), **day)
    refused("overlaps", staff.record_leave, who, actor=cast.act("director_1"), **day)
    refused("not_found", staff.record_leave, cast.people["other"], actor=cast.act("director_1"), **day)
    refused("forbidden", staff.record_leave, who, actor=cast.act("new"), **day)
    refused("invalid", staff.record_leave, who, actor=SYSTEM, **(day | {"ends_at": NOON}))
    staff.end_leave(leave, actor=cast.act("director_1"), at=NOON + HOUR)
    assert Leave.objects.get().ends_at == NOON + HOUR


def test_a_turn_given_twice_is_one(cast: Cast) -> None:
    for _again in range(2):
        staff.assign_turn(
            cast.land["150302001"], cast.people["new"], day=date(2026, 3, 5), shift="day", kind="street",
            actor=cast.act("director_1"), at=NOON,
        )  # fmt: skip
    assert DutyTurn.objects.count() == 1
