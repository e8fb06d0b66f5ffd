"""Files of a form onto a case: checked, kept, then joined to the case through its door."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile

from casework.actor import Actor
from casework.door import moving
from casework.files import store_upload
from casework.models import StoredFile
from events.models import Event, EventAttachment
from events.workflow import do


def store_all(files: Iterable[UploadedFile], *, actor: Actor, at: datetime) -> list[StoredFile]:
    """Check and keep the files. Raises MoveRefused naming what is wrong with the first bad one."""
    return [store_upload(file, by=actor.user, at=at) for file in files]


def attach(
    event: Event, files: Sequence[StoredFile], *, purpose: str, actor: Actor, at: datetime, note: str = ""
) -> Event:
    """添加材料: join kept files to the case; the same file twice counts once."""
    with moving(event, do.attach, actor=actor, at=at, note=note) as passage:
        known = {row.file_id for row in passage.rows(EventAttachment)}
        for file in files:
            if file.pk not in known:
                known.add(file.pk)
                passage.create(
                    EventAttachment(event=passage.case, file=file, purpose=purpose, added_at=at, added_by=actor.name[:60])
                )
        passage.details["files"] = [file.pk for file in files]
    return passage.case


def comment(event: Event, *, note: str, actor: Actor, at: datetime) -> Event:
    """跟进: a word in the trail, nothing else."""
    with moving(event, do.comment, actor=actor, at=at, note=note) as passage:
        passage.stay()
    return passage.case
