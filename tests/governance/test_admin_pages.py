"""The admin, every page of it: the right office role gets in, everybody else stays outside, cases are never written."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import Role, User
from casework.models import Channel, Heartbeat, ReadLog
from events import transitions
from events.alerts.models import Device
from events.models import CannedText, Category, Event, Precedent, RoutingRule, WorkOrder
from tests import world as worlds
from tests.world import NOON, World

pytestmark = pytest.mark.django_db
OFFICE = ("admin", "security", "auditor", "director", "director_a", "steward")
OUTSIDE = ("dispatcher", "handler", "worker_a1", "evaluator", "wall")
LOOK, CHANGE, SOME = "look", "change", "some"
"""SOME: changes what is there, or adds what is its own; the tests of that page say which."""
PAGES = {
    # model: {who: what}; whoever is not named gets 403
    "accounts.user": {"admin": CHANGE, "security": LOOK, "director": LOOK, "director_a": LOOK},
    "accounts.role": {"security": CHANGE, "admin": LOOK, "auditor": LOOK, "director": LOOK, "director_a": LOOK},
    "accounts.permission": {"security": LOOK, "auditor": LOOK, "director": LOOK},
    "events.category": {"director": CHANGE},
    "events.routingrule": {"director": CHANGE},
    "events.precedent": {"director": SOME},
    "events.cannedtext": {"director": CHANGE},
    "events.device": {"admin": CHANGE},
    "events.cluerule": {"director": SOME},
    "events.clueelement": {"director": CHANGE},
    "casework.serviceclass": {"director": CHANGE},
    "casework.ladderrung": {"director": CHANGE},
    "casework.calendar": {"admin": CHANGE},
    "casework.calendarday": {"admin": CHANGE},
    "casework.channel": {"admin": CHANGE},
    "casework.trainedmodel": {"director": LOOK},
    "casework.outboxitem": {"admin": LOOK},
    "casework.delivery": {"admin": LOOK},
    "casework.heartbeat": {"admin": LOOK},
    "casework.storedfile": {"admin": LOOK},
    "casework.readlog": {"auditor": LOOK, "director": LOOK, "director_a": LOOK, "steward": LOOK},
    **{
        f"events.{name}": {"director": LOOK, "director_a": LOOK}
        for name in (
            "event", "workorder", "eventdeadline", "supervisionorder", "whistle", "consultation", "decline",
            "verification", "rating",
        )
    },
    "events.eventtrail": {"director": LOOK, "director_a": LOOK, "auditor": LOOK},
    **{
        f"grids.{name}": {"admin": CHANGE}
        for name in (
            "unit", "teamtemplate", "sizebound", "legacygrid", "partybranch", "building", "publicplace",
            "addressalias",
        )
    },
    "grids.area": {"admin": CHANGE, "director_a": SOME},
    "grids.level": {"admin": SOME},
    "grids.arealineage": {"admin": LOOK},
    "grids.post": {"security": CHANGE, "director": CHANGE, "director_a": CHANGE},
    "grids.leave": {"director": CHANGE, "director_a": CHANGE},
    "grids.dutyturn": {"director": CHANGE, "director_a": CHANGE},
    "grids.stationturn": {"director": CHANGE, "director_a": CHANGE},
    "grids.volunteerteam": {"admin": CHANGE, "director": CHANGE, "director_a": CHANGE},
}
OURS = ("accounts", "grids", "casework", "events")


def signed_in(world: World, name: str) -> Client:
    client = Client()
    client.force_login(world.people[name], backend="governance.backends.RoleBackend")
    return client


@pytest.fixture(scope="session")
def registered() -> list[str]:
    reverse("admin:index")  # the admin is found with the addresses
    return sorted(model._meta.label_lower for model in admin.site._registry)


def pages(label: str, act: str, *args: object) -> str:
    return reverse(f"admin:{label.replace('.', '_')}_{act}", args=args)


def a_row(label: str) -> object | None:
    model = next(m for m in admin.site._registry if m._meta.label_lower == label)
    return model._default_manager.order_by("pk").first()


@pytest.fixture
def busy(world: World) -> World:
    """A district in which each kind of row exists once."""
    dispatcher, director = world.actor("dispatcher"), world.actor("director")
    event = worlds.closed(world)
    transitions.urge(worlds.in_progress(world), actor=dispatcher, at=NOON, note="请尽快")
    claimed = transitions.claim(worlds.open_for_claim(world), actor=world.actor("officer_a"), at=NOON)
    transitions.return_up(
        worlds.the_order(claimed), actor=world.actor("officer_a"), at=NOON, note="需区里协调", tried="上门两次"
    )
    declined = worlds.the_order(worlds.in_progress(world))
    transitions.decline(
        declined, actor=world.actor("handler"), at=NOON, reason="not_our_duty", clause="不属本单位", note="转住建",
        proposed_unit=world.units["zhujian"],
    )
    ruling = declined.event.declines.get()
    transitions.rule_decline(ruling, founded=True, unit=world.units["zhujian"], actor=director, at=NOON, note="归住建")
    event.ratings.create(level=5, solved=True, at=NOON)
    event.whistles.create(
        number="S1", kind="coordination", ground="x", text="x", street=world.units["street_a"],
        asked_by=world.people["officer_a"], asked_at=NOON,
    )
    Channel.objects.create(code="file", kind="file")
    Heartbeat.objects.create(name="beat", at=NOON)
    ReadLog.objects.create(at=NOON, person=world.people["officer_a"], act="open", kind="event", roles=[])
    CannedText.objects.create(verb="events.accept", text="已安排")
    Device.objects.create(code="cam", name="路口摄像头", kind="camera", area=world.areas["grid_a1"])
    return world


def test_every_page_of_our_rooms_is_in_the_table(registered: list[str]) -> None:
    assert {label for label in registered if label.split(".")[0] in OURS} == set(PAGES)


def test_every_page_answers_whom_it_should(busy: World, registered: list[str]) -> None:
    wrong = []
    for name in OFFICE:
        client = signed_in(busy, name)
        for label, allowed in PAGES.items():
            want = allowed.get(name)
            told = client.get(pages(label, "changelist")).status_code
            if told != (200 if want else 403):
                wrong.append((name, label, "list", told))
            told = client.get(pages(label, "add")).status_code
            if want != SOME and told != (200 if want == CHANGE else 403):
                wrong.append((name, label, "add", told))
    assert wrong == []


def test_every_change_page_opens_and_no_look_page_saves(busy: World) -> None:
    wrong, opened = [], set()
    for label, allowed in PAGES.items():
        row = a_row(label)
        if row is None:
            continue
        for name, want in allowed.items():
            client = signed_in(busy, name)
            address = pages(label, "change", row.pk)
            told = client.get(address)
            if told.status_code == 200:
                opened.add(label)
            elif told.status_code != 302:  # a row outside the land is not there: back to the index
                wrong.append((name, label, "change", told.status_code))
            if want == LOOK and client.post(address, {"state": "closed", "name": "x"}).status_code not in (302, 403):
                wrong.append((name, label, "post"))
            if want == LOOK and client.post(pages(label, "delete", row.pk), {"post": "yes"}).status_code not in (302, 403):
                wrong.append((name, label, "delete"))
    assert wrong == []
    assert {label for label in PAGES if label.startswith(("events.", "accounts."))} <= opened


def test_nobody_else_gets_in(busy: World) -> None:
    for name in (*OUTSIDE, None):
        client = signed_in(busy, name) if name else Client()
        for label in PAGES:
            for act in ("changelist", "add"):
                assert client.get(pages(label, act)).status_code in (302, 403), (name, label)


def test_a_state_is_never_written_by_hand(busy: World) -> None:
    event = Event.objects.get(state="closed")
    order = event.orders.first()
    client = signed_in(busy, "director")
    for label, row in (("events.event", event), ("events.workorder", order)):
        answer = client.post(pages(label, "change", row.pk), {"state": "reported", "title": "x", "version": 99})
        assert answer.status_code == 403
    assert Event.objects.get(pk=event.pk).state == "closed"
    assert WorkOrder.objects.get(pk=order.pk).state == "done"


def test_the_reporter_is_masked_and_reading_is_logged(busy: World) -> None:
    event = worlds.reported(busy, reporter_name="王小明", reporter_phone="13912345678")
    page = signed_in(busy, "director").get(pages("events.event", "change", event.pk)).content.decode()
    assert "王** 139****5678" in page
    assert "13912345678" not in page
    assert event.tracking_code not in page
    assert event.token not in page
    assert ReadLog.objects.filter(object_key=event.number, act="open", person__username="director").count() == 1


def test_a_street_sees_its_own_cases_and_people(busy: World) -> None:
    far = worlds.reported(busy, by="worker_b1", area="150302001002001")
    near = worlds.reported(busy)
    client = signed_in(busy, "director_a")
    page = client.get(pages("events.event", "changelist")).content.decode()
    assert near.number in page
    assert far.number not in page
    assert client.get(pages("events.event", "change", far.pk)).status_code == 302
    people = client.get(pages("accounts.user", "changelist")).content.decode()
    assert "worker_a1" in people
    assert "worker_b1" not in people


# People --------------------------------------------------------------------------------------------


def make_person(client: Client) -> str:
    """Made by the form; the page shown afterwards."""
    form = {"username": "newcomer", "name": "新人", "pinyin": "", "phone": "", "email": "", "badge": "", "language": ""}
    return client.post(pages("accounts.user", "add"), form)


def test_a_person_is_born_with_a_password_that_is_shown_once_and_must_be_changed(world: World) -> None:
    answer = make_person(signed_in(world, "admin"))
    person = User.objects.get(username="newcomer")
    ((shown, password),) = answer.context["made"]
    assert (shown, person.must_change_password) == (person, True)
    assert person.check_password(password)
    assert password in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    page = signed_in(world, "admin").get(pages("accounts.user", "change", person.pk)).content.decode()
    assert person.password not in page
    assert "pbkdf2" not in page
    assert "argon2" not in page
    assert 'name="is_demo"' not in page


def act(client: Client, action: str, *people: User) -> object:
    form = {"action": action, "_selected_action": [person.pk for person in people]}
    return client.post(pages("accounts.user", "changelist"), form, follow=True)


def test_a_reset_shows_a_new_password_and_ends_sessions(world: World) -> None:
    handler = world.people["handler"]
    theirs = signed_in(world, "handler")
    assert theirs.get("/").status_code == 200
    answer = act(signed_in(world, "admin"), "reset_passwords", handler)
    ((_who, password),) = answer.context["made"]
    handler.refresh_from_db()
    assert handler.check_password(password)
    assert handler.must_change_password
    assert theirs.get("/").status_code == 302


def test_the_three_powers_do_not_get_into_each_other(world: World) -> None:
    before = world.people["security"].password
    answer = act(signed_in(world, "admin"), "reset_passwords", world.people["security"])
    assert "changepassword" in answer.content.decode()
    assert User.objects.get(username="security").password == before
    act(signed_in(world, "admin"), "switch_off", world.people["security"], world.people["admin"])
    assert User.objects.filter(username__in=("security", "admin"), is_active=True).count() == 2


def test_switching_off_keeps_the_orders_with_the_unit(world: World) -> None:
    order = worlds.the_order(worlds.in_progress(world))
    transitions.accept(order, actor=world.actor("handler"), at=NOON)
    WorkOrder.objects.filter(pk=order.pk).update(handler=world.people["handler"])
    answer = act(signed_in(world, "admin"), "switch_off", world.people["handler"])
    assert "1 张未办结工单" in answer.content.decode()
    assert not User.objects.get(username="handler").is_active
    order.refresh_from_db()
    assert (order.state, order.unit) == ("accepted", world.units["chengguan"])
    act(signed_in(world, "admin"), "switch_on", world.people["handler"])
    assert User.objects.get(username="handler").is_active


def test_who_only_looks_may_not_reset(world: World) -> None:
    before = world.people["handler"].password
    act(signed_in(world, "security"), "reset_passwords", world.people["handler"])
    assert User.objects.get(username="handler").password == before


# Roles and rules -----------------------------------------------------------------------------------


def role_form(role: Role, **more: object) -> dict:
    names = ("name", "name_en", "ceiling", "field_level", "rank", "permissions", "scope_kinds")
    form = {name: getattr(role, name) for name in names}
    return {**form, **{name: "on" for name in ("may_unmask", "is_office") if getattr(role, name)}, **more}


def test_roles_are_changed_by_the_security_administrator_but_never_her_own(world: World) -> None:
    role = Role.objects.get(code="evaluator")
    form = role_form(role, permissions=["events.view", "events.comment"])
    assert signed_in(world, "admin").post(pages("accounts.role", "change", role.pk), form).status_code == 403
    client = signed_in(world, "security")
    assert client.post(pages("accounts.role", "change", role.pk), form).status_code == 302
    role.refresh_from_db()
    assert role.permissions == ["events.comment", "events.view"]
    own = Role.objects.get(code="security_administrator")
    assert client.post(pages("accounts.role", "change", own.pk), role_form(own)).status_code == 403
    both = role_form(role, permissions=["accounts.manage_people", "accounts.grant_roles"])
    assert client.post(pages("accounts.role", "change", role.pk), both).status_code == 200
    role.refresh_from_db()
    assert role.permissions == ["events.comment", "events.view"]


def test_a_change_stands_in_the_history_with_its_author(world: World) -> None:
    role = Role.objects.get(code="evaluator")
    client = signed_in(world, "security")
    Role.objects.filter(pk=role.pk).update(rank=203)
    client.post(pages("accounts.role", "change", role.pk), role_form(role, rank=205))
    rows = client.get(pages("accounts.role", "history", role.pk)).context["changes"]
    assert [(row["what"], row["who"]) for row in rows] == [("修改", "security"), ("修改", "系统"), ("新增", "系统")]
    assert ("次序", 203, 205) in rows[0]["fields"]


def category_form(row: Category, **more: object) -> dict:
    names = ("name", "name_en", "urgency", "owner_kind", "owner_text", "risk_family", "situation", "auto_plan",
             "dup_radius_m", "reopen_days")  # fmt: skip
    form = {name: getattr(row, name) for name in names}
    flags = {name: "on" for name in ("is_sensitive", "needs_photo", "may_be_anonymous", "is_active") if getattr(row, name)}
    keys = {"parent": row.parent_id, "service_class": row.service_class_id, "keywords": ",".join(row.keywords)}
    return {**form, **flags, **keys, **more}


def test_a_category_is_kept_in_its_tree_and_switched_off_not_deleted(world: World) -> None:
    row = Category.objects.get(code="0805")
    client = signed_in(world, "director")
    address = pages("events.category", "change", row.pk)
    assert client.post(address, category_form(row, dup_radius_m=77, keywords="宽带,光猫")).status_code == 302
    row.refresh_from_db()
    assert (row.dup_radius_m, row.keywords) == (77, ["宽带", "光猫"])
    assert client.post(address, category_form(row, parent="05")).status_code == 200
    assert Category.objects.get(code="0805").parent_id == "08"
    assert client.post(pages("events.category", "delete", row.pk), {"post": "yes"}).status_code == 403
    assert client.get(pages("events.category", "changelist") + "?q=光猫").context["cl"].result_count == 1
    assert client.get(pages("events.category", "history", row.pk)).context["changes"][0]["who"] == "director"


def test_a_routing_rule_names_its_area_by_code_and_takes_effect(world: World) -> None:
    form = {
        "name": "青山光缆", "category": "0805", "area": "150302002001", "unit": world.units["water"].pk,
        "owner_kind": "unit", "clause": "", "priority": 1, "is_active": "on",
    }
    client = signed_in(world, "director")
    assert client.post(pages("events.routingrule", "add"), {**form, "area": "999"}).status_code == 200
    assert client.post(pages("events.routingrule", "add"), {**form, "unit": ""}).status_code == 200
    assert not RoutingRule.objects.filter(name="青山光缆").exists()
    assert client.post(pages("events.routingrule", "add"), form).status_code == 302
    rule = RoutingRule.objects.get(name="青山光缆")
    assert rule.area == world.areas["community_a"]
    assert 'value="150302002001"' in client.get(pages("events.routingrule", "change", rule.pk)).content.decode()
    event = transitions.dispatch(
        worlds.awaiting_dispatch(world), actor=world.actor("dispatcher"), at=NOON + timedelta(minutes=1)
    )
    assert event.owner_unit == world.units["water"]


def test_a_precedent_may_be_set_out_of_force_and_not_made(busy: World) -> None:
    row = Precedent.objects.get()
    client = signed_in(busy, "director")
    assert client.get(pages("events.precedent", "add")).status_code == 403
    assert client.post(pages("events.precedent", "change", row.pk), {"text": "要旨"}).status_code == 302
    row.refresh_from_db()
    assert (row.text, row.is_active, row.unit) == ("要旨", False, busy.units["zhujian"])
