"""What a production district starts from: rules and roles, its first administrators, and no demo people."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.conf import settings
from django.db import transaction
from knox.models import AuthToken

from accounts.load import load_roles
from accounts.models import Role, User
from accounts.people import one_time_password
from casework.load import load_reference as load_calendar
from disputes.bodies_load import load_bodies
from disputes.load import load_reference as load_disputes
from events.load import load_reference, make_routing_rules
from grids.load import load_standards
from grids.models import Area, Post
from grids.scope import SHANGHAI
from grids.staff import in_force
from hotline.load import load_reference as load_hotline

FIRST_ROLES = ("system_administrator", "security_administrator", "audit_administrator")


class SetupRefused(Exception):
    """The first load cannot do this; the words say why."""


@transaction.atomic
def load_rules(*, overwrite: bool = False) -> dict[str, int]:
    """Permissions, roles, calendar, classes, ladders, categories, levels, teams, bounds, routing; counts by table.

    Adds what is missing. With ``overwrite`` shipped roles, classes, ladders and categories become as the files say,
    also where an administrator has changed them (after an upgrade that brings new rules). A routing rule needs the
    unit whose duty list names the category, so run it again after the units have been entered; categories that have
    a rule are left alone.
    """
    return {
        **load_roles(overwrite=overwrite), **load_calendar(), **load_reference(overwrite=overwrite), **load_standards(),
        **load_hotline(overwrite=overwrite),
        "routing_rules": make_routing_rules(), "mediation_bodies": load_bodies(),
        **{f"mediation_{name}": n for name, n in load_disputes(overwrite=overwrite).items()},
    }


@transaction.atomic
def make_first(username: str, name: str, role_code: str, *, at: datetime) -> str | None:
    """The first holder of an administrator's role, with a one-time password that is returned; None when this
    person holds the role already.

    Every later post is given by somebody with rights: raises SetupRefused once anybody else holds the role, when
    the account exists, or when the district's land has not been imported.
    """
    day = at.astimezone(SHANGHAI).date()
    role = Role.objects.select_for_update().get(code=role_code)
    holders = set(
        Post.objects.filter(in_force(day), role=role, person__is_active=True).values_list("person__username", flat=True)
    )
    if username in holders:
        return None
    if holders:
        raise SetupRefused(f"{role.code} is held already; posts are given in the admin from now on")
    if User.objects.filter(username=username).exists():
        raise SetupRefused(f"the account {username} exists; choose another name, each administrator has an own account")
    district = Area.objects.filter(code=settings.DISTRICT_CODE).first()
    if district is None:
        raise SetupRefused(f"no area {settings.DISTRICT_CODE}; run manage.py import_divisions first")
    password = one_time_password()
    person = User.objects.create_user(username, password, name=name, must_change_password=True)
    Post.objects.create(person=person, role=role, area=district, valid_from=day)
    return password


@transaction.atomic
def remove_demo_people(*, at: datetime) -> int:
    """Empty and switch off every demo account; how many. The rows stay, because cases name them: without name,
    phone, password or post, and no longer marked as demo."""
    day = at.astimezone(SHANGHAI).date()
    people = list(User.objects.select_for_update().filter(is_demo=True))
    AuthToken.objects.filter(user__in=people).delete()
    Post.objects.filter(in_force(day), person__in=people).update(valid_to=day)
    for person in people:
        person.username, person.name = f"removed-{person.pk}-{secrets.token_hex(4)}", "已清除演示账号"
        person.pinyin = person.phone = person.email = person.badge = ""
        person.is_active = person.is_demo = False
        person.set_unusable_password()
        person.save()
    return len(people)
