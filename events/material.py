"""The files of a form onto a case: checked, kept, then joined to the case one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile

from casework.actor import Actor
from casework.door import Move, ask
from casework.files import store_upload
from casework.models import Case, StoredFile
from casework.refusals import MoveRefused
from events import actions
from events.models import Event


def store_for(
    case: Case, move: Move, files: Sequence[UploadedFile], *, actor: Actor, at: datetime
) -> list[StoredFile]:
    """The same for a case that is there: whether the actor may do ``move`` on it is asked before a byte is kept."""
    if files:
        ask(case, move, actor=actor)
        if case.state not in move.sources:
            raise case.refuse_state(move)
    return store_all(files, actor=actor, at=at)


def store_all(files: Iterable[UploadedFile], *, actor: Actor, at: datetime) -> list[StoredFile]:
    """Check and keep the files. Raises MoveRefused naming what is wrong with the first bad one."""
    return [store_upload(file, by=actor.user, at=at) for file in files]


def attach_all(event: Event, files: Sequence[StoredFile], *, purpose: str, actor: Actor, at: datetime) -> None:
    """添加材料: join kept files to the case. The same picture chosen twice is no mistake worth stopping for."""
    for file in files:
        try:
            actions.attach(event, file=file, purpose=purpose, actor=actor, at=at)
        except MoveRefused as refused:
            if refused.code != "attached":
                raise
