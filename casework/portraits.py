"""Photos of staff: set and taken away by whoever keeps people, checked and encoded anew as every upload."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from accounts.models import User
from casework.actor import Actor
from casework.files import is_picture, store_upload
from casework.models import StaffPhoto
from casework.refusals import forbidden, missing

KEEP = "accounts.manage_people"
HEAD = 16
"""Bytes by which a picture is known."""


def put(person: User, file: UploadedFile | None, *, actor: Actor, at: datetime) -> StaffPhoto:
    """Set the photo of a person, in place of the one that was there. The right is asked before a byte is kept.

    Raises ``forbidden``, ``invalid`` without a picture, and what ``store_upload`` raises.
    """
    if not actor.rights.may(KEEP):
        raise forbidden()
    if file is None:
        raise missing(photo=_("请选择照片"))
    head = file.read(HEAD)
    file.seek(0)
    if not is_picture(head):
        raise missing(photo=_("请选择 JPEG、PNG 或 WEBP 照片"))
    stored = store_upload(file, by=actor.user, at=at)
    row, _made = StaffPhoto.objects.update_or_create(
        person=person, defaults={"file": stored, "set_at": at, "set_by_id": actor.person_id}
    )
    return row


def take_away(person: User, *, actor: Actor) -> None:
    """Remove the photo; the file goes with the next housekeeping. Raises ``forbidden``."""
    if not actor.rights.may(KEEP):
        raise forbidden()
    StaffPhoto.objects.filter(person=person).delete()


def known(people: Iterable[int]) -> dict[int, str]:
    """Person → the first letters of the photo's hash: its address changes with it."""
    rows = StaffPhoto.objects.filter(person__in=list(people)).values_list("person", "file__stored_sha256")
    return {key: sha[:12] for key, sha in rows}
