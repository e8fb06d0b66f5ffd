"""What can be learnt here: rooms register a task with the texts it learns from; the worker and a command train it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from accounts.models import User
from casework import outbox
from casework.learning import store
from casework.learning.features import Sample
from casework.learning.model import Model
from casework.models import OutboxItem, TrainedModel

MOST_IN_WORKER = 4000
"""Texts of one training by the worker, newest first, so that it ends within the task's time limit. The command
``train_suggestions`` takes all."""


@dataclass(frozen=True, slots=True)
class Task:
    """``gather(limit)`` gives labelled texts of the district, newest first; ``recipe`` are fields of ``Recipe``;
    ``helpers`` gives weak texts besides, such as the names of the classes."""

    code: str
    name: str | Promise
    gather: Callable[[int | None], Sequence[Sample]]
    recipe: dict
    helpers: Callable[[], Sequence[Sample]] = list


_tasks: dict[str, Task] = {}


def register(task: Task) -> None:
    """Called from each room's ``ready``."""
    _tasks[task.code] = task


def known() -> list[Task]:
    """Every task, by code."""
    return [_tasks[code] for code in sorted(_tasks)]


def find(code: str) -> Task | None:
    """The task of this code."""
    return _tasks.get(code)


def fitted(task: Task, limit: int | None) -> Model:
    """A model of the district's own texts; not kept. Raises ``train.CannotTrain``."""
    from casework.learning.train import Recipe, fit

    recipe = Recipe(facts={"task": task.code, "source": "district"}, **task.recipe)
    return fit(task.gather(limit), recipe, helpers=task.helpers())


def train(
    task: Task, *, at: datetime, by: User | None = None, limit: int | None = None, activate: bool = True,
) -> TrainedModel:
    """Train on the district's own texts and keep the version. Raises ``train.CannotTrain``."""
    model = fitted(task, limit)
    return store.keep(task.code, model, at=at, by=by, activate=activate)


@outbox.handles(store.TOPIC, outside=True)
def carry_out(item: OutboxItem, at: datetime) -> Callable[[], None]:
    """In the worker: fit without a transaction, then keep. A version made by hand stays in service until it is
    switched; the first version of a task serves at once."""
    from casework.learning.train import CannotTrain

    task = find(item.payload.get("task", ""))
    if task is None:
        return lambda: None
    by = User.objects.filter(pk=item.payload.get("by")).first()
    try:
        model = fitted(task, MOST_IN_WORKER)
    except CannotTrain as reason:
        raise RuntimeError(str(reason)) from reason

    def write() -> None:
        first = not TrainedModel.objects.filter(task=task.code).exists()
        store.keep(task.code, model, at=at, by=by, activate=first)

    return write
