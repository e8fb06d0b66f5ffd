"""Versions on the disk and in the table; what serves is read once per process and kept while it serves."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from accounts.models import User
from casework import outbox
from casework.clock import loader
from casework.learning.features import Sample
from casework.learning.model import BadModel, Guess, Model, dump, load
from casework.models import OutboxItem, TrainedModel

logger = logging.getLogger(__name__)

TOPIC = "train"
_kept: dict[str, tuple[str, Model | None]] = {}
"""By task: hash of the file and the model; None for a file that could not be read (asked for once, not each time)."""


def folder() -> Path:
    """Where model files lie; not below any address."""
    return Path(settings.MEDIA_ROOT) / "models"


def path_of(row: TrainedModel) -> Path:
    """The file of a version, named by its content."""
    return folder() / f"{row.sha256}.npz"


def keep(
    task: str, model: Model, *, at: datetime, by: User | None = None, activate: bool = True,
) -> TrainedModel:
    """Write the file, then the row with the next version number of the task."""
    data = dump(model)
    row = TrainedModel(
        task=task, sha256=hashlib.sha256(data).hexdigest(), size=len(data), texts=model.facts.get("texts", 0),
        labels=len(model.labels), quality=model.facts.get("quality", {}), trained_at=at, trained_by=by,
        facts={name: value for name, value in model.facts.items() if name != "quality"},
    )
    _write(path_of(row), data)
    with transaction.atomic():
        last = TrainedModel.objects.filter(task=task).aggregate(last=Max("version"))["last"]
        row.version = (last or 0) + 1
        row.save(force_insert=True)
        if activate:
            serve(row)
    return row


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)


def serve(row: TrainedModel) -> None:
    """From now on this version answers (other processes follow within ``loader.FRESH_SECONDS``)."""
    with transaction.atomic():
        list(TrainedModel.objects.select_for_update().filter(task=row.task))
        TrainedModel.objects.filter(task=row.task, is_active=True).exclude(pk=row.pk).update(is_active=False)
        TrainedModel.objects.filter(pk=row.pk).update(is_active=True)
    row.is_active = True
    loader.forget()


def withdraw(task: str) -> None:
    """No version of the task serves: words and rules answer."""
    TrainedModel.objects.filter(task=task, is_active=True).update(is_active=False)
    loader.forget()


def _serving() -> dict[str, tuple[str, int]]:
    rows = TrainedModel.objects.filter(is_active=True).values_list("task", "sha256", "version")
    return {task: (sha256, version) for task, sha256, version in rows}


def serving(task: str) -> Model | None:
    """The model that answers for a task, None when words and rules must."""
    found = loader.keep("trained_models", _serving).get(task)
    if found is None:
        _kept.pop(task, None)
        return None
    known = _kept.get(task)
    if known is None or known[0] != found[0]:
        known = (found[0], _read(task, found[0]))
        _kept[task] = known
    return known[1]


def _read(task: str, sha256: str) -> Model | None:
    try:
        data = (folder() / f"{sha256}.npz").read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise BadModel("the file is not the one that was measured")
        return load(data)
    except (OSError, BadModel) as error:
        logger.error("the trained model for %s cannot be used: %s", task, error)
        return None


def guess(task: str, title: str, body: str, *, facts: Sequence[str] = (), limit: int = 3) -> list[Guess]:
    """The serving model's guesses; empty when there is none or it abstains."""
    model = serving(task)
    if model is None:
        return []
    return model.guess(Sample({"title": title, "body": body}, facts=tuple(facts)), limit=limit)


def order_training(task: str, *, at: datetime, by: User | None) -> bool:
    """Owe one training to the worker; False when one ordered in the same minute waits already."""
    key = f"train:{task}:{at:%Y%m%d%H%M}"
    if OutboxItem.objects.filter(key=key).exists():
        return False
    return outbox.owe(TOPIC, key, {"task": task, "by": by.pk if by else None}, at=at)
