"""Pages of the land: they open for whoever may see grids, mask what is personal, answer nonsense with 404."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.demo_cast import HOME_GRID
from accounts.models import User
from grids.demo_load import load_district
from grids.models import Area, DutyTurn, Post, Unit
from tests.grids.land import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def district(db: None) -> None:
    from django.utils import timezone

    load_district(timezone.now())  # pages take the time at the edge: the roster must lie around it


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username), backend="governance.backends.RoleBackend")
    return client


PAGES = (
    "/grids/", "/grids/150302/", "/grids/150302002/", "/grids/150302002001/", f"/grids/{HOME_GRID}/", "/grids/15/",
    f"/grids/{HOME_GRID}/plate/", f"/grids/{HOME_GRID}/map/", "/grids/150302/map/", "/grids/staffing/",
    "/grids/staffing/?area=150302002&only=oversize", "/duty/", "/duty/?month=2026-01&area=150302002", "/units/",
    "/units/?kind=utility&q=供水", "/units/city_management/", "/units/street_150302002/", "/grids/pick/?q=hbjd",
    "/grids/?q=海北", "/grids/pick/?parent=", "/grids/pick/?parent=150302",
)  # fmt: skip


def test_pages_open_and_carry_no_inline_script_or_style(district: None) -> None:
    client = signed_in("zhihui")
    for page in PAGES:
        answer = client.get(page)
        assert answer.status_code == 200, page
        html = answer.content.decode()
        if answer["Content-Type"].startswith("text/html"):
            assert html.count("<h1") == 1, page
            assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|https?://(?!testserver)", html), page


def test_the_name_of_every_address_resolves(district: None) -> None:
    assert reverse("grids:browse") == "/grids/"
    assert reverse("grids:area", args=["150302"]) == "/grids/150302/"
    assert reverse("grids:plate", args=[HOME_GRID]) == f"/grids/{HOME_GRID}/plate/"
    assert (reverse("grids:staffing"), reverse("grids:duty")) == ("/grids/staffing/", "/duty/")
    assert reverse("grids:unit", args=["police"]) == "/units/police/"


def test_without_the_permission_the_pages_are_forbidden(district: None) -> None:
    client = signed_in("screen")
    for page in PAGES:
        assert client.get(page).status_code == 403, page


def test_pages_are_for_reading_only(district: None) -> None:
    client = signed_in("zhihui")
    for page in PAGES:
        assert client.post(page).status_code == 405, page


def test_what_is_not_there_is_404(district: None) -> None:
    client = signed_in("zhihui")
    for page in (
        "/grids/999/", "/grids/150302/plate/", "/grids/%00/", "/grids/" + "1" * 300 + "/", "/units/none/",
        "/units/%00/", "/grids/staffing/?area=0", "/duty/?area=x", "/grids/pick/?within=x", "/grids/pick/?parent=x",
    ):  # fmt: skip
        assert client.get(page).status_code == 404, page


def test_nonsense_in_the_query_is_passed_over(district: None) -> None:
    client = signed_in("zhihui")
    for page in (
        "/duty/?month=9999-99", "/duty/?month=0000-00", "/grids/staffing/?only=nonsense&page=-1",
        "/units/?q=%00&kind=x", "/grids/?q=%00", "/grids/pick/?q=%00&level=%00",
    ):  # fmt: skip
        assert client.get(page).status_code == 200, page


def test_phones_are_masked_outside_the_scope(district: None) -> None:
    phone = User.objects.get(username="wangge-a").phone
    page = f"/grids/{HOME_GRID}/"
    assert phone in signed_in("jiedao-haibei").get(page).content.decode()
    stranger = signed_in("jiedao-fenghuang")
    for address in (page, f"{page}plate/"):
        html = stranger.get(address).content.decode()
        assert phone not in html
        assert f"{phone[:3]}****{phone[-4:]}" in html


def test_the_plate_carries_a_code_for_this_very_grid(district: None) -> None:
    html = signed_in("zhihui").get(f"/grids/{HOME_GRID}/plate/").content.decode()
    assert 'src="data:image/svg+xml' in html
    assert f"/c/g/{HOME_GRID}/" in html
    assert "隐患排查" in html  # one of the seven duties of the worker (20)


def test_the_map_tells_children_and_outline(district: None) -> None:
    told = signed_in("zhihui").get("/grids/150302/map/").json()
    assert len(told["areas"]["features"]) == 8
    assert told["outline"]["geometry"]["type"] in ("Polygon", "MultiPolygon")
    assert {f["properties"]["url"] for f in told["areas"]["features"]} == {
        f"/grids/{a.code}/" for a in Area.objects.filter(level_id="street")
    }


def test_gaps_of_the_next_week_stand_on_the_duty_page(district: None) -> None:
    client = signed_in("zhihui")
    assert "班次空缺" not in client.get("/duty/").content.decode()
    DutyTurn.objects.filter(kind="street", area__code="150302002").delete()
    assert "班次空缺" not in client.get("/duty/").content.decode()  # a street that keeps no roster has no gaps
    DutyTurn.objects.filter(kind="leader").order_by("-day").exclude(day__lt=NOON.date()).delete()
    DutyTurn.objects.create(day="2020-01-01", kind="leader", area=Area.objects.get(code="150302"), person=User.objects.first())
    assert "班次空缺" in client.get("/duty/").content.decode()


def test_queries_do_not_grow_with_the_land(district: None, django_assert_max_num_queries: object) -> None:
    client = signed_in("zhihui")
    for page, limit in (("/grids/150302/", 32), ("/grids/staffing/", 24), ("/duty/", 22), ("/units/city_management/", 18)):
        client.get(page)
        with django_assert_max_num_queries(limit):
            assert client.get(page).status_code == 200
    assert Unit.objects.count() > 100


def test_units_show_who_is_connected_by_unit_and_no_names(district: None) -> None:
    from django.utils import timezone

    client = signed_in("zhihui")
    post = Post.objects.filter(unit__code="city_management", person__is_active=True).select_related("person").first()
    User.objects.filter(pk__in=Post.objects.filter(unit=post.unit).values("person")).update(last_seen_at=None)
    assert "未登录过" in client.get("/units/?q=city_management").content.decode()
    User.objects.filter(pk=post.person_id).update(last_seen_at=timezone.now() - timedelta(minutes=2))
    page = client.get("/units/?q=city_management").content.decode()
    assert re.search(r"在线 1/\d+", page)
    assert post.person.name not in page
    User.objects.filter(pk=post.person_id).update(last_seen_at=timezone.now() - timedelta(hours=3))
    assert not re.search(r"在线 1/\d+", client.get("/units/?q=city_management").content.decode())
