"""``manage.py setup``: an empty production database gets its rules and first administrators, once."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import Permission, Role, User
from casework.models import Calendar, LadderRung, ServiceClass
from events.models import Category, RoutingRule
from governance.checks import no_demo_people
from grids.models import Area, DutyClause, Level, Post, SizeBound, TeamTemplate, Unit
from tests.world import World

pytestmark = pytest.mark.django_db


def setup(*words: str) -> str:
    out = StringIO()
    call_command("setup", *words, stdout=out)
    return out.getvalue()


@pytest.fixture
def district(db: None) -> Area:
    setup()
    return Area.objects.create(code="150302", name="海勃湾区", level_id="district", path="150302/")


def counts() -> dict[str, int]:
    models = (
        Permission, Role, Calendar, ServiceClass, LadderRung, Category, Level, TeamTemplate, SizeBound, RoutingRule,
        User, Post,
    )
    return {model.__name__: model.objects.count() for model in models}


def test_an_empty_database_gets_every_rule_and_twice_changes_nothing(district: Area) -> None:
    before = counts()
    assert all(before[name] for name in before if name not in ("User", "Post"))
    assert before["User"] == before["Post"] == 0
    setup()
    assert counts() == before


def test_a_changed_rule_stays_until_overwritten(district: Area) -> None:
    Category.objects.filter(code="0805").update(dup_radius_m=77)
    Role.objects.filter(code="evaluator").update(permissions=["events.view"])
    setup()
    assert Category.objects.get(code="0805").dup_radius_m == 77
    assert Role.objects.get(code="evaluator").permissions == ["events.view"]
    setup("--overwrite")
    assert Category.objects.get(code="0805").dup_radius_m != 77
    assert "dashboard.view" in Role.objects.get(code="evaluator").permissions


def test_routing_rules_follow_the_duty_lists_entered_since(district: Area) -> None:
    assert not RoutingRule.objects.filter(category="0805").exists()
    unit = Unit.objects.create(code="chengguan", name="城管局", kind="department", area=district)
    DutyClause.objects.create(unit=unit, category_code="0805", clause="架空线缆协调")
    setup()
    assert RoutingRule.objects.get(category="0805").unit == unit


def test_the_first_administrator_gets_a_password_to_be_changed(district: Area, client: Client) -> None:
    told = setup("--administrator", "first-admin", "--name", "王建")
    password = re.search(r"shown only now: (\S+)", told).group(1)
    person = User.objects.get(username="first-admin")
    assert person.must_change_password
    assert person.is_staff
    answer = client.post(reverse("accounts:sign_in"), {"username": "first-admin", "password": password})
    assert answer.status_code == 302
    assert client.get("/admin/")["Location"] == reverse("accounts:change_password")
    assert "nothing changed" in setup("--administrator", "first-admin", "--name", "王建")
    assert User.objects.get(username="first-admin").password == person.password


def test_only_the_first_is_made_here_and_the_powers_stay_apart(district: Area) -> None:
    setup("--administrator", "first-admin", "--name", "王建")
    with pytest.raises(CommandError, match="held already"):
        setup("--administrator", "second", "--name", "李丽")
    with pytest.raises(CommandError, match="exists"):
        setup("--administrator", "first-admin", "--name", "王建", "--role", "security_administrator")
    setup("--administrator", "first-security", "--name", "李丽", "--role", "security_administrator")
    assert Post.objects.count() == 2


def test_no_administrator_without_land(db: None) -> None:
    with pytest.raises(CommandError, match="import_divisions"):
        setup("--administrator", "first-admin", "--name", "王建")
    assert not User.objects.exists()


def test_demo_people_are_emptied_and_the_check_is_content(world: World, settings: object) -> None:
    settings.PRODUCTION = True
    User.objects.filter(username__in=("handler", "officer_a")).update(is_demo=True)
    assert [error.id for error in no_demo_people(None)] == ["governance.E005"]
    assert "removed: 2" in setup("--remove-demo-people")
    assert no_demo_people(None) == []
    gone = User.objects.get(pk=world.people["handler"].pk)
    assert (gone.is_active, gone.phone, gone.has_usable_password()) == (False, "", False)
    assert "handler" not in gone.username
    assert not Post.objects.filter(person=gone, valid_to=None).exists()
    assert User.objects.get(username="dispatcher").is_active


def test_the_icon_is_where_browsers_ask_for_it(client: Client) -> None:
    answer = client.get("/favicon.ico")
    assert answer.status_code == 302
    assert answer["Location"].endswith("/static/shared/favicon.ico")
