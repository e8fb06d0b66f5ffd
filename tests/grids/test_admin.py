"""The admin of the land: opens for office roles inside their scope, writes by the verbs, stands without GDAL."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from django.conf import settings
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import Role, User
from grids import places
from grids.models import Area, AreaLineage, Leave, Post, Unit
from grids.tree_check import check_tree
from tests.grids.land import NOON, hold, make_land, make_roles, person
from tests.grids.test_places import box, give

pytestmark = pytest.mark.django_db
GRID = "150302001001001"


@pytest.fixture
def land(db: None) -> dict[str, Area]:
    places.forget()
    land = make_land()
    roles = make_roles()
    for name, role, code in (
        ("admin", "system_administrator", "150302"), ("admin_1", "system_administrator", "150302001"),
        ("director_1", "street_director", "150302001"), ("worker", "grid_worker", GRID),
    ):  # fmt: skip
        hold(person(name), roles[role], land[code])
    Unit.objects.create(code="chengguan", name="城管局", kind="department", area=land["150302"])
    give(land["150302001001"], box(0, 0, 2, 1))
    give(land[GRID], box(0, 0))
    give(land["150302001001002"], box(1, 0))
    return land


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username), backend="governance.backends.RoleBackend")
    return client


def change(area: Area) -> str:
    return reverse("admin:grids_area_change", args=[area.pk])


def form_of(client: Client, address: str, **more: object) -> dict:
    """What a browser would send back unchanged, with some fields changed."""
    form = client.get(address).context["adminform"].form
    fields = {}
    for name, field in form.fields.items():
        value = form.get_initial_for_field(field, name)
        if hasattr(field, "prepare_value"):
            value = field.prepare_value(value)
        fields[name] = "" if value is None else value
    return fields | more


def told(answer: object) -> str:
    return " ".join(str(message) for message in answer.context["messages"])


def test_every_list_and_form_of_the_room_opens(land: dict[str, Area]) -> None:
    reverse("admin:index")  # the pages are found when the addresses are first asked for
    mine = [model for model in admin.site._registry if model._meta.app_label == "grids"]
    assert len(mine) == 16
    opened = 0
    for model in mine:
        page = admin.site._registry[model]
        client = signed_in("admin" if "grids.manage" in page.codes else "director_1")
        address = f"admin:grids_{model._meta.model_name}"
        assert client.get(reverse(f"{address}_changelist")).status_code == 200, model
        added = client.get(reverse(f"{address}_add"))
        assert added.status_code == (403 if model is AreaLineage else 200), model
        opened += 1
    assert opened == 16


def test_the_editor_is_on_the_page_with_its_neighbours(land: dict[str, Area]) -> None:
    html = signed_in("admin").get(change(land[GRID])).content.decode()
    assert "grids/boundary-editor.js" in html
    assert "vendor/geoman/leaflet-geoman.min.js" in html
    assert 'data-neighbours="/grids/150302001001/map/"' in html


def test_field_staff_have_no_admin(land: dict[str, Area]) -> None:
    assert signed_in("worker").get(reverse("admin:grids_area_changelist")).status_code == 302


def test_out_of_scope_is_not_there(land: dict[str, Area]) -> None:
    client = signed_in("admin_1")
    assert client.get(change(land["150302001001"])).status_code == 200
    answer = client.get(change(land["150302002001"]))
    assert answer.status_code == 302  # the admin's own answer to an id that is not there
    assert answer.headers["Location"] == reverse("admin:index")
    assert "2街1社区" not in client.get(reverse("admin:grids_area_changelist")).content.decode()


def test_rename_move_and_plain_fields_go_through_the_verbs(land: dict[str, Area]) -> None:
    client, address = signed_in("admin"), change(land["150302001001"])
    client.post(address, form_of(client, address, name="和平社区居委会", households=1200, move_to="150302002"))
    area = Area.objects.get(code="150302001001")
    assert (area.name, area.households, area.parent.code) == ("和平社区居委会", 1200, "150302002")
    assert area.path == "1503/150302/150302002/150302001001/"
    assert list(area.lineage.values_list("kind", flat=True)) == ["added", "renamed", "moved"]
    assert check_tree() == []


@pytest.mark.parametrize("column", ["code", "path", "parent", "lft", "rght", "tree_id", "level"])
def test_what_the_tree_lives_on_cannot_be_posted(land: dict[str, Area], column: str) -> None:
    client, address = signed_in("admin"), change(land[GRID])
    before = Area.objects.filter(code=GRID).values().get()
    client.post(address, form_of(client, address, **{column: str(land["150302002001"].pk)}))
    assert Area.objects.filter(code=GRID).values().get() == before


def test_a_refused_move_is_a_sentence_and_changes_nothing(land: dict[str, Area]) -> None:
    client, address = signed_in("admin"), change(land["150302001"])
    answer = client.post(address, form_of(client, address, move_to=GRID, name="新名"), follow=True)
    assert "不能把区域移到它自己" in told(answer)
    assert Area.objects.get(code="150302001").name == "第1街道"
    answer = client.post(address, form_of(client, address, move_to="none"))
    assert "move_to" in answer.context["adminform"].form.errors


def test_an_overlap_is_refused_at_the_field_and_a_gap_is_a_warning(land: dict[str, Area]) -> None:
    client, address = signed_in("admin"), change(land[GRID])
    wide = json.dumps(box(0, 0, east=0.002))
    answer = client.post(address, form_of(client, address, boundary=wide))
    assert "boundary" in answer.context["adminform"].form.errors
    assert answer.context["adminform"].form["boundary"].value() == wide  # the drawing is not lost
    answer = client.post(address, form_of(client, address, boundary=json.dumps(box(0, 0, east=-0.002))), follow=True)
    assert "空隙" in told(answer)
    assert Area.objects.get(code=GRID).boundary["coordinates"][0][1][0] == 106.808


@pytest.mark.parametrize("text", ["{", "[[[[", "[" * 20_000, '{"type": "Point", "coordinates": [1, 2]}', "null", '"x"'])
def test_what_is_no_boundary_is_named_at_the_field(land: dict[str, Area], text: str) -> None:
    client, address = signed_in("admin"), change(land[GRID])
    answer = client.post(address, form_of(client, address, boundary=text))
    assert answer.status_code == 200
    assert "boundary" in answer.context["adminform"].form.errors


def test_a_new_area_is_numbered(land: dict[str, Area]) -> None:
    client, address = signed_in("admin"), reverse("admin:grids_area_add")
    client.post(address, form_of(client, address, above="150302001001", level="grid", name="新网格", load_cap=12))
    assert Area.objects.get(name="新网格").code == "150302001001003"
    answer = client.post(address, form_of(client, address, above="150302", level="grid", name="不行", load_cap=12), follow=True)
    assert "不能直接设在" in told(answer)


def test_abolish_by_the_list(land: dict[str, Area]) -> None:
    client = signed_in("admin")
    rows = {"action": "abolish", "_selected_action": [land[GRID].pk, land["150302001"].pk]}
    answer = client.post(reverse("admin:grids_area_changelist"), rows, follow=True)
    assert Area.objects.get(code=GRID).abolished_on
    assert Area.objects.get(code="150302001").abolished_on is None
    assert "还有在用的下级区域" in told(answer)


def test_a_director_appoints_and_records_leave_inside_his_street(land: dict[str, Area]) -> None:
    client, address = signed_in("director_1"), reverse("admin:grids_post_add")
    new = person("new")
    role = Role.objects.get(code="grid_worker").pk
    given = {"person": new.pk, "role": role, "area": land[GRID].pk, "rank": "worker", "valid_from": "2026-03-05"}
    client.post(address, form_of(client, address, **given))
    assert Post.objects.get(person=new).granted_by.username == "director_1"
    answer = client.post(address, form_of(client, address, **given), follow=True)
    assert "已担任这个岗位" in told(answer)
    foreign = client.post(address, form_of(client, address, **(given | {"area": land["150302002001001"].pk})))
    assert "area" in foreign.context["adminform"].form.errors
    address = reverse("admin:grids_leave_add")
    days = {"starts_at_0": "2026-03-06", "starts_at_1": "00:00", "ends_at_0": "2026-03-07", "ends_at_1": "00:00"}
    client.post(address, {"person": new.pk, "reason": "病假", **days})
    assert Leave.objects.get().recorded_by.username == "director_1"
    assert NOON.year == 2026


def test_the_product_starts_without_gdal() -> None:
    """leaflet.admin and leaflet.forms import GDAL: they must not be loaded by starting, checking and the admin."""
    script = (
        "import django, sys; django.setup(); from django.core.management import call_command; call_command('check');"
        "import grids.admin, governance.urls;"
        "bad = [m for m in sys.modules if m.startswith(('leaflet.admin', 'leaflet.forms', 'django.contrib.gis'))];"
        "sys.exit(', '.join(bad) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=settings.BASE_DIR, check=False,
        env={"PATH": "", "DJANGO_SETTINGS_MODULE": "governance.settings", "GOVERNANCE_PROFILE": "test",
             "DATABASE_URL": settings.DATABASE_URL, "GOVERNANCE_VAR": str(settings.VAR_DIR)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
