"""Accounts of people as the office keeps them: switched off and on, given a new one-time password."""

from __future__ import annotations

from django.db import transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from knox.models import AuthToken

from accounts.models import User

LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without those that are easily taken for each other: a one-time password is read off a screen once."""
LENGTH = 20
THREE_POWERS = frozenset({"system_administrator", "security_administrator", "audit_administrator"})


class PeopleRefused(Exception):
    """The office may not do this to this account; the words say why."""


def one_time_password() -> str:
    """About 115 random bits in letters and digits."""
    return get_random_string(LENGTH, LETTERS)


def powers_of(person: User) -> frozenset[str]:
    """Which of the three administrators' roles the person has a post for, whenever it holds."""
    return THREE_POWERS & set(person.posts.values_list("role__code", flat=True))


@transaction.atomic
def reset_password(person: User, *, by: User) -> str:
    """A one-time password, which must be changed at the next sign-in; sessions and tokens end.

    Nobody gets into an administrator's account by resetting it (三员分立): theirs is reset on the server with
    ``manage.py changepassword``. Raises PeopleRefused.
    """
    person = User.objects.select_for_update().get(pk=person.pk)
    if person.pk == by.pk:
        raise PeopleRefused(_("自己的密码请在“修改密码”里改"))
    if person.is_machine:
        raise PeopleRefused(_("外部平台账号没有密码,用令牌"))
    if powers_of(person):
        raise PeopleRefused(_("管理员账号的密码不能在这里重置,请在服务器上用 changepassword"))
    password = one_time_password()
    person.set_password(password)
    person.must_change_password = True
    person.save(update_fields=["password", "must_change_password"])
    AuthToken.objects.filter(user=person).delete()
    return password


@transaction.atomic
def switch_off(person: User, *, by: User) -> int:
    """Nobody signs in with it any more and its tokens end; how many orders stand open in the person's name.

    Orders are the unit's duty: they stay with the unit, whose other people see and handle them. Posts are ended
    where they are kept. Raises PeopleRefused for one's own account and for the last holder of a power.
    """
    person = User.objects.select_for_update().get(pk=person.pk)
    if person.pk == by.pk:
        raise PeopleRefused(_("不能停用自己的账号"))
    for power in powers_of(person):
        others = User.objects.filter(is_active=True, posts__role__code=power).exclude(pk=person.pk)
        if not others.exists():
            raise PeopleRefused(_("这是最后一位管理员,停用后无人可管"))
    person.is_active = False
    person.save(update_fields=["is_active"])
    AuthToken.objects.filter(user=person).delete()
    return person.orders.filter(state__in=("sent", "accepted")).count()


def switch_on(person: User) -> None:
    """The account may sign in again, with the password it had."""
    User.objects.filter(pk=person.pk).update(is_active=True)
