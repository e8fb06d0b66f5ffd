"""Signing in and out, the password, personal settings, who may what, the bell, the launcher."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Permission, Role
from casework.models import Notice
from tests.world import World

PASSWORD = "Correct-horse-9"
SIGN_IN = "/accounts/sign-in/"


@pytest.fixture
def at() -> datetime:
    return timezone.now()


def signed_in(world: World, name: str) -> Client:
    client = Client()
    client.force_login(world.people[name], backend="governance.backends.RoleBackend")
    return client


def test_sign_in_goes_to_the_first_screen_or_where_one_was_going(world: World) -> None:
    client = Client()
    assert client.get(SIGN_IN).status_code == 200
    body = {"username": "dispatcher", "password": PASSWORD}
    assert client.post(SIGN_IN, body)["Location"] == "/"
    assert client.get("/")["Location"] == "/desk/"
    assert client.get("/").status_code == 200
    assert client.get(SIGN_IN).status_code == 302
    assert Client().post(SIGN_IN, {**body, "next": "/desk/"})["Location"] == "/desk/"
    assert Client().post(SIGN_IN, {**body, "next": "https://example.org"})["Location"] == "/"


def first_after_sign_in(name: str, **going: str) -> str:
    client = Client()
    client.post(SIGN_IN, {"username": name, "password": PASSWORD, **going})
    answer = client.get("/")
    return answer["Location"] if answer.status_code == 302 else "/"


def test_the_day_begins_at_the_screen_of_the_role(world: World) -> None:
    begins = {name: first_after_sign_in(name) for name in world.people if name != "platform"}
    told = {
        "dispatcher": "/desk/", "director": "/screen/", "hotline": "/hotline/", "call_backer": "/hotline/callbacks/",
        "discipline": "/hotline/discipline/", "officer_a": "/desk/", "worker_a1": "/m/", "head_a1": "/m/",
        "handler": "/desk/?view=mine", "mediator": "/disputes/", "judge": "/disputes/court/", "admin": "/admin/",
        "steward": "/admin/", "wall": "/screen/?kiosk=1",
    }
    assert {name: begins[name] for name in told} == told
    opened = {name: signed_in(world, name).get(first).status_code for name, first in begins.items()}
    assert set(opened.values()) == {200}, opened


def test_later_the_screen_last_used_opens_first_while_it_may_be_seen(world: World) -> None:
    person = world.people["dispatcher"]
    client = signed_in(world, "dispatcher")
    client.get("/")
    session = client.session
    session["seen"] -= 120
    session.save()
    client.get("/grids/staffing/")
    person.refresh_from_db()
    assert person.last_screen == "/grids/staffing/"
    assert first_after_sign_in("dispatcher") == "/grids/"
    assert first_after_sign_in("dispatcher", next="/") == "/grids/"
    assert first_after_sign_in("dispatcher", next="/duty/") == "/"
    type(person).objects.filter(pk=person.pk).update(last_screen="/admin/accounts/")
    assert first_after_sign_in("dispatcher") == "/desk/"


@pytest.mark.parametrize("path", ["/c/t/8F3K-27QX/", "/events/20261130-0302-1-00001/", "/api/v1/events/", "/"])
def test_a_code_a_number_or_a_call_is_no_screen(world: World, path: str) -> None:
    client = signed_in(world, "dispatcher")
    client.get("/")
    session = client.session
    session["seen"] -= 120
    session.save()
    client.get(path)
    person = world.people["dispatcher"]
    person.refresh_from_db()
    assert person.last_screen == ""
    assert person.last_seen_at is not None


def test_wrong_unknown_and_machine_accounts_get_one_sentence(world: World) -> None:
    pages = [
        Client().post(SIGN_IN, {"username": name, "password": password})
        for name, password in (("dispatcher", "wrong"), ("nobody-at-all", "wrong"), ("platform", PASSWORD))
    ]
    for page in pages:
        assert page.status_code == 200
        assert "账号或密码不正确" in page.content.decode()
        assert "_auth_user_id" not in page.client.session


def test_five_wrong_passwords_lock(world: World) -> None:
    client = Client()
    for _n in range(5):
        answer = client.post(SIGN_IN, {"username": "dispatcher", "password": "wrong"})
    assert answer.status_code == 429
    assert "暂时锁定" in answer.content.decode()
    assert client.post(SIGN_IN, {"username": "dispatcher", "password": PASSWORD}).status_code == 429
    assert client.post(SIGN_IN, {"username": "director", "password": PASSWORD}).status_code == 302


def test_signing_out_is_a_post(world: World) -> None:
    client = signed_in(world, "dispatcher")
    assert client.get(reverse("accounts:sign_out")).status_code == 405
    assert client.post(reverse("accounts:sign_out"))["Location"] == SIGN_IN
    assert client.get("/desk/").status_code == 302


def test_a_first_password_must_be_changed(world: World) -> None:
    person = world.people["dispatcher"]
    person.must_change_password = True
    person.save()
    client = signed_in(world, "dispatcher")
    change = reverse("accounts:change_password")
    assert client.get("/desk/")["Location"] == change
    weak = client.post(change, {"old_password": PASSWORD, "new_password1": "haibowan1", "new_password2": "haibowan1"})
    assert weak.status_code == 400
    fresh = "Ten-quiet-otters-4"
    done = client.post(change, {"old_password": PASSWORD, "new_password1": fresh, "new_password2": fresh})
    assert done.status_code == 302
    assert client.get("/desk/").status_code == 200
    person.refresh_from_db()
    assert person.password_changed_at is not None
    assert person.check_password(fresh)


def test_settings_set_language_and_keys(world: World) -> None:
    client = signed_in(world, "dispatcher")
    page = client.get(reverse("accounts:profile")).content.decode()
    assert "区指挥中心值班员" in page
    answer = client.post(reverse("accounts:profile"), {"language": "en", "phone": "13900000000", "email": ""})
    assert answer.cookies["language"].value == "en"
    person = world.people["dispatcher"]
    person.refresh_from_db()
    assert (person.language, person.single_keys, person.phone) == ("en", False, "13900000000")
    assert client.post(reverse("accounts:profile"), {"language": "xx"}).status_code == 400
    signed = Client().post(SIGN_IN, {"username": "dispatcher", "password": PASSWORD})
    assert signed.cookies["language"].value == "en"


def test_the_switch_of_a_page_is_kept_for_whoever_is_signed_in(world: World) -> None:
    client, person = signed_in(world, "dispatcher"), world.people["dispatcher"]
    assert client.post(reverse("set_language"), {"language": "en", "next": "/desk/"}).status_code == 302
    person.refresh_from_db()
    assert person.language == "en"
    client.post(reverse("set_language"), {"language": "xx"})
    client.get(reverse("set_language"), {"language": "zh-hans"})  # nothing is changed by looking
    person.refresh_from_db()
    assert person.language == "en"
    assert Client().post(reverse("set_language"), {"language": "en"}).status_code == 302


def test_who_may_what_is_the_data_itself(world: World) -> None:
    address = reverse("accounts:who_may_what")
    page = signed_in(world, "auditor").get(address)
    ticked = sum(cell for row in page.context["rows"] for cell in row["cells"])
    assert ticked == sum(len(role.permissions) for role in Role.objects.all())
    assert len(page.context["rows"]) == Permission.objects.count()
    role = Role.objects.get(code="grid_worker")
    role.permissions = [*role.permissions, "events.dispatch"]
    role.save()
    again = signed_in(world, "auditor").get(address)
    assert sum(cell for row in again.context["rows"] for cell in row["cells"]) == ticked + 1
    assert signed_in(world, "handler").get(address).status_code == 403
    assert Client().get(address).status_code == 302


def test_the_bell(world: World, at: datetime) -> None:
    for name, key, urgency in (("dispatcher", "a", "P0"), ("director", "a", "P0"), ("dispatcher", "b", "")):
        Notice.objects.create(
            person=world.people[name], key=key, kind="reported", urgency=urgency, title=f"通知{key}", created_at=at,
            show_at=at, case_number=key,
        )
    client, other = signed_in(world, "dispatcher"), signed_in(world, "director")
    page = client.get("/notices/").content.decode()
    assert "通知a" in page
    assert "通知b" in page
    mine = Notice.objects.get(person=world.people["dispatcher"], key="a")
    foreign = Notice.objects.get(person=world.people["director"], key="a")
    assert client.post(f"/notices/{foreign.pk}/take/", HTTP_X_REQUESTED_WITH="fetch").status_code == 409
    assert client.post(f"/notices/{mine.pk}/take/", HTTP_X_REQUESTED_WITH="fetch").json() == {"taken": True}
    assert other.post(f"/notices/{foreign.pk}/take/", HTTP_X_REQUESTED_WITH="fetch").status_code == 409
    for bad in ("x", "-1", "9" * 30):
        client.post("/notices/read/", {"id": bad})
    assert Notice.objects.get(person=world.people["dispatcher"], key="b").read_at is None
    client.post("/notices/read/", {})
    assert not Notice.objects.filter(person=world.people["dispatcher"], read_at=None).exists()
    assert "没有通知" in client.get("/notices/?unread=1").content.decode()


def test_the_launcher_shows_what_the_role_has_and_names_what_is_not_built(world: World) -> None:
    tiles = {str(tile["name"]): tile["url"] for tile in signed_in(world, "dispatcher").get("/").context["tiles"]}
    assert tiles["事件分流一站办"] == "/desk/"
    assert tiles["智慧矛调"] == "/disputes/"
    assert tiles["应急指挥"] == ""
    assert "未启用" in signed_in(world, "dispatcher").get("/").content.decode()
    fewer = {str(tile["name"]) for tile in signed_in(world, "wall").get("/").context["tiles"]}
    assert "事件分流一站办" not in fewer
    for url in filter(None, tiles.values()):
        assert signed_in(world, "dispatcher").get(url).status_code == 200, url
    world.people["dispatcher"].posts.all().delete()
    assert "没有岗位" in signed_in(world, "dispatcher").get("/").content.decode()
