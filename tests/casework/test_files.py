"""Uploads: hostile ones are refused, good ones kept clean, and nothing is served that could run (I-01, I-02)."""

from __future__ import annotations

import io
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from PIL import Image

from casework import files
from casework.models import StoredFile
from casework.refusals import MoveRefused
from tests.casework.uploads import HTML, bad_files, good_files, located_exif, picture

AT = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
BAD, GOOD = list(bad_files()), list(good_files())
pytestmark = pytest.mark.django_db


class Upload(SimpleUploadedFile):
    """An upload that keeps its name as the client sent it: Django's own cleaning would hide ours."""

    def _get_name(self) -> str:
        return self._raw

    def _set_name(self, name: str) -> None:
        self._raw = name

    name = property(_get_name, _set_name)


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def store(name: str, data: bytes, **more) -> StoredFile:
    return files.store_upload(Upload(name, data), by=None, at=AT, **more)


def kept(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def test_corpus_is_large_enough():
    assert len(BAD) >= 60
    assert len(GOOD) >= 10


@pytest.mark.parametrize(("name", "data"), BAD, ids=[ascii(name) for name, _data in BAD])
def test_bad_file_is_refused_and_leaves_nothing(media, name, data):
    with pytest.raises(MoveRefused) as refused:
        store(name, data)
    assert refused.value.fields.keys() == {"file"}
    assert not StoredFile.objects.exists()
    assert not kept(media)


@pytest.mark.parametrize(("name", "data"), GOOD, ids=[ascii(name[:30]) for name, _data in GOOD])
def test_good_file_is_kept_clean(media, name, data):
    row = store(name, data)
    body = files.path_of(row).read_bytes()
    assert kept(media) == [files.path_of(row)]
    assert row.size == len(body)
    assert "/" not in row.name
    assert "\\" not in row.name
    assert len(row.name) <= 120
    assert b"CANARY-MAKER" not in body
    if row.mime.startswith("image/"):
        with Image.open(io.BytesIO(body)) as image:
            assert (image.width, image.height) == (row.width, row.height)
            assert not image.getexif()
            assert not {"icc_profile", "comment", "xmp", "exif"} & image.info.keys()


def test_the_corpus_canary_is_really_in_the_upload():
    data = picture(exif=located_exif())
    assert b"CANARY-MAKER" in data
    with Image.open(io.BytesIO(data)) as image:
        assert image.getexif().get_ifd(0x8825)


def test_orientation_is_applied():
    """Orientation 6 is to be turned clockwise: the dark left half comes to lie on top."""
    row = store("phone.jpg", picture(exif=located_exif(6)))
    with Image.open(files.path_of(row)) as image:
        assert image.size == (48, 64)
        assert image.convert("L").getpixel((24, 5)) < 100 < image.convert("L").getpixel((24, 60))


def test_same_bytes_are_one_row_and_one_file(media):
    first, second = store("a.jpg", picture()), store("b.jpg", picture())
    assert first.pk == second.pk
    assert len(kept(media)) == 1


def test_lost_bytes_come_back_with_the_next_upload():
    files.path_of(store("a.jpg", picture())).unlink()
    assert files.path_of(store("a.jpg", picture())).exists()


def test_hash_of_a_phone_is_checked():
    row = store("a.jpg", picture())
    assert store("a.jpg", picture(), expected_sha256=row.sha256.upper()).pk == row.pk
    with pytest.raises(MoveRefused) as refused:
        store("a.jpg", picture(size=(10, 10)), expected_sha256=row.sha256)
    assert refused.value.code == "file_hash"


def test_too_large_is_refused_without_decoding(settings, monkeypatch):
    settings.ATTACHMENT_MAX_BYTES = 1000
    monkeypatch.setattr(files, "reencode", lambda _data: pytest.fail("decoded"))
    with pytest.raises(MoveRefused) as refused:
        store("a.jpg", picture(size=(800, 800)) + b"\0" * 1000)
    assert refused.value.code == "file_too_large"


def test_picture_is_served_so_that_nothing_in_it_can_run():
    response = files.serve(store("现场.jpg", picture()))
    assert response["Content-Type"] == "image/jpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Content-Disposition"].startswith("inline;")
    response.close()


def test_pdf_is_only_ever_downloaded():
    response = files.serve(store("a.pdf", dict(GOOD)["paper.pdf"]))
    assert response["Content-Disposition"].startswith("attachment;")
    response.close()


def test_missing_bytes_are_404():
    row = store("a.jpg", picture())
    files.path_of(row).unlink()
    with pytest.raises(Http404):
        files.serve(row)


def test_failed_write_leaves_neither_row_nor_file(media, monkeypatch):
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        store("a.jpg", picture())
    assert not StoredFile.objects.exists()
    assert not kept(media)


def test_orphans_go_after_a_day_and_only_orphans(media):
    row = store("a.jpg", picture())
    stray = files.path_of(row).with_name("0" * 64)
    half = media / ".incoming" / "half"
    for path in (stray, half):
        path.write_bytes(HTML)
    old = (AT - timedelta(hours=30)).timestamp()
    for path in (stray, half, files.path_of(row)):
        os.utime(path, (old, old))
    assert files.remove_orphans(at=AT - timedelta(hours=10)) == 0
    assert files.remove_orphans(at=AT) == 2
    assert kept(media) == [files.path_of(row)]


def test_rows_nobody_refers_to_go_after_a_day(media):
    row = store("a.jpg", picture())
    assert list(files._references()), "the events' attachments refer to files"
    assert files.remove_orphans(at=AT + timedelta(hours=23)) == 0
    assert StoredFile.objects.filter(pk=row.pk).exists()
    files.remove_orphans(at=AT + timedelta(hours=25))
    assert not StoredFile.objects.exists()
