"""The photo of the staff record: checked, encoded anew, on the record and the plate; nothing kept after a refusal."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from casework.models import StaffPhoto, StoredFile
from tests.pictures import jpeg
from tests.world import World

PLATE = "/grids/150302002001001/plate/"


@pytest.fixture
def media(settings: object, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def signed_in(world: World, name: str) -> Client:
    client = Client()
    client.force_login(world.people[name], backend="governance.backends.RoleBackend")
    return client


def located() -> SimpleUploadedFile:
    """A photo that says where and with what it was taken."""
    exif = Image.Exif()
    exif[0x010F] = "CANARY-CAMERA"
    out = io.BytesIO()
    Image.new("RGB", (60, 80), (180, 160, 150)).save(out, "JPEG", exif=exif)
    return SimpleUploadedFile("me.jpg", out.getvalue(), content_type="image/jpeg")


def test_a_photo_stands_in_the_record_and_on_the_plate_without_its_metadata(world: World, media: Path) -> None:
    key = world.people["worker_a1"].pk
    record, admin, worker = f"/staff/{key}/", signed_in(world, "admin"), signed_in(world, "worker_a1")
    assert f"/staff/{key}/photo/" not in worker.get(PLATE).content.decode()
    assert admin.post(f"{record}photo/keep/", {"photo": located()}).status_code == 302
    body = b"".join(worker.get(f"{record}photo/").streaming_content)
    assert body[:2] == b"\xff\xd8"
    assert b"CANARY" not in body
    for page in (record, PLATE):
        assert f"/staff/{key}/photo/?v=" in worker.get(page).content.decode()
    first = StaffPhoto.objects.get().file_id
    admin.post(f"{record}photo/keep/", {"photo": jpeg(colour=(1, 2, 3))})
    assert StaffPhoto.objects.get().file_id != first
    admin.post(f"{record}photo/keep/", {"verb": "remove"})
    assert worker.get(f"{record}photo/").status_code == 404
    assert "/photo/?v=" not in worker.get(PLATE).content.decode()


def test_what_is_no_photo_and_who_may_not_leave_nothing_behind(world: World, media: Path) -> None:
    url = f"/staff/{world.people['worker_a1'].pk}/photo/keep/"
    paper = SimpleUploadedFile("a.jpg", b"%PDF-1.4 not a picture at all", content_type="image/jpeg")
    for sent in ({"photo": paper}, {}):
        answer = signed_in(world, "admin").post(url, sent)
        assert answer.status_code == 400
        assert "照片" in answer.content.decode()
    for name in ("worker_a1", "dispatcher", "officer_a"):
        assert signed_in(world, name).post(url, {"photo": jpeg()}).status_code == 403
    assert StoredFile.objects.count() == StaffPhoto.objects.count() == 0
    assert not [path for path in media.rglob("*") if path.is_file()]


def test_the_telephone_is_clear_for_those_whose_land_it_is(world: World) -> None:
    url = f"/staff/{world.people['worker_a1'].pk}/"
    assert "13800000000" in signed_in(world, "officer_a").get(url).content.decode()
    stranger = signed_in(world, "stranger").get(url).content.decode()
    assert "13800000000" not in stranger
    assert "138****0000" in stranger
    assert signed_in(world, "dispatcher").get(f"/staff/{world.people['platform'].pk}/").status_code == 404
