"""Photos that came with a form that was not yet accepted: named by a signed list, so that nobody loses them to a
missing word; and signed addresses of single pictures."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.core import signing
from django.urls import reverse

from casework.models import StoredFile

KEPT, PICTURE, FOLLOW = "citizen.kept", "citizen.picture", "citizen.follow"
KEPT_SECONDS = 12 * 3600
"""Shorter than the day after which files that belong to nothing are removed."""
MAX_PHOTOS = 6


def sign_files(files: Iterable[StoredFile], *, at: datetime) -> str:
    """The hidden field's value for these files; empty for none."""
    keys = [file.pk for file in files]
    return signing.dumps([int(at.timestamp()), keys], salt=KEPT) if keys else ""


def read_files(token: str, *, at: datetime) -> list[StoredFile]:
    """The files of a hidden field; none when it is forged or old."""
    if not token:
        return []
    try:
        signed_at, keys = signing.loads(token, salt=KEPT)
    except (signing.BadSignature, ValueError, TypeError):
        return []
    if at.timestamp() - signed_at > KEPT_SECONDS:
        return []
    found = StoredFile.objects.in_bulk(keys[:MAX_PHOTOS])
    return [found[key] for key in keys if key in found]


def picture_url(file_id: int, *, at: datetime) -> str:
    """An address of one picture that ends after some hours."""
    return reverse("citizen:picture", args=[signing.dumps([int(at.timestamp()), file_id], salt=PICTURE)])


def read_picture(token: str, *, at: datetime) -> StoredFile | None:
    try:
        signed_at, key = signing.loads(token, salt=PICTURE)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    if at.timestamp() - signed_at > KEPT_SECONDS:
        return None
    return StoredFile.objects.filter(pk=key, mime__startswith="image/").first()


def follow_url(event_id: int) -> str:
    """The page of somebody else's report: states and times, nothing else, no way to open more."""
    return reverse("citizen:follow", args=[signing.dumps(event_id, salt=FOLLOW)])


def read_follow(token: str) -> int | None:
    try:
        key = signing.loads(token, salt=FOLLOW)
    except (signing.BadSignature, ValueError):
        return None
    return key if isinstance(key, int) else None
