"""Files onto an event: as a form, and by a phone under their hash."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.utils import override_settings
from PIL import Image

from casework.models import StoredFile
from events.models import EventAttachment
from tests import world as worlds
from tests.api.conftest import Api
from tests.world import World

Client = Callable[[str], Api]


@pytest.fixture(autouse=True)
def own_media(tmp_path: Path) -> object:
    with override_settings(MEDIA_ROOT=tmp_path):
        yield tmp_path


@pytest.fixture
def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "JPEG")
    return out.getvalue()


def _post(client: Api, number: str, **fields: object) -> object:
    return client.client.post(f"/api/v1/events/{number}/attachments/", fields, headers=client.headers)


def _put(client: Api, number: str, data: bytes, sha256: str = "") -> object:
    sha256 = sha256 or hashlib.sha256(data).hexdigest()
    return client.client.put(
        f"/api/v1/events/{number}/attachments/{sha256}", data, content_type="application/octet-stream",
        headers=client.headers,
    )


def test_a_picture_is_kept_once_whichever_way_it_comes(api: Client, world: World, picture: bytes) -> None:
    event = worlds.reported(world)
    client = api("worker_a1")
    first = _post(client, event.number, file=SimpleUploadedFile("a.jpg", picture), purpose="feedback")
    assert first.status_code == 201, first.content
    assert first.json()["sha256"] == hashlib.sha256(picture).hexdigest()
    assert first.json()["mime"] == "image/jpeg"
    again = _put(client, event.number, picture)
    assert (again.status_code, again.json()) == (200, first.json())
    assert EventAttachment.objects.count() == 1
    shown = client.get(f"events/{event.number}/").json()["attachments"]
    assert [row["sha256"] for row in shown] == [first.json()["sha256"]]


def test_a_phone_s_upload_must_have_the_hash_it_names(api: Client, world: World, picture: bytes) -> None:
    event = worlds.reported(world)
    wrong = _put(api("worker_a1"), event.number, picture, "0" * 64)
    assert wrong.status_code == 400
    assert wrong.json()["code"] == "file_hash"
    assert not StoredFile.objects.exists()


def test_what_is_no_picture_is_refused(api: Client, world: World, picture: bytes) -> None:
    event = worlds.reported(world)
    client = api("worker_a1")
    assert _post(client, event.number, file=SimpleUploadedFile("a.svg", b"<svg/>")).status_code == 415
    assert _post(client, event.number, file=SimpleUploadedFile("a.jpg", picture[:200])).status_code == 400
    assert _post(client, event.number, file="text").status_code == 400
    assert _post(client, event.number).status_code == 400
    assert _post(client, event.number, file=SimpleUploadedFile("a.jpg", picture), who="x").status_code == 400
    assert _post(client, event.number, file=SimpleUploadedFile("a.jpg", picture), purpose="x").status_code == 400
    assert _put(client, event.number, b"").status_code == 400
    assert client.post(f"events/{event.number}/attachments/", {}).status_code == 415
    with override_settings(ATTACHMENT_MAX_BYTES=100):
        assert _put(client, event.number, picture).status_code == 413
        assert _post(client, event.number, file=SimpleUploadedFile("a.jpg", picture)).status_code == 413
    assert not EventAttachment.objects.exists()


def test_the_right_is_asked_before_a_byte_is_kept(api: Client, world: World, picture: bytes) -> None:
    event = worlds.reported(world)
    assert _put(api("evaluator"), event.number, picture).status_code == 403
    assert _put(api("stranger"), event.number, picture).status_code == 404
    assert not StoredFile.objects.exists()


def test_a_keyed_form_is_the_same_request_with_another_boundary(api: Client, world: World, picture: bytes) -> None:
    event = worlds.reported(world)
    client = api("worker_a1")
    client.headers["Idempotency-Key"] = "photo-1"
    first = _post(client, event.number, file=SimpleUploadedFile("a.jpg", picture))
    again = _post(client, event.number, file=SimpleUploadedFile("a.jpg", picture))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    other = _post(client, event.number, file=SimpleUploadedFile("b.jpg", picture))
    assert other.status_code == 422
