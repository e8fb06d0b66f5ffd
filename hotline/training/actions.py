"""Recording a lesson and who was there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from casework import numbers
from casework.actor import Actor
from casework.door import forbidden, missing
from grids.scope import SHANGHAI
from hotline.knowledge.models import Article
from hotline.training import queries
from hotline.training.models import TrainingAttendance, TrainingSession
from hotline.training.queries import TRAIN

OLDEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is written down of a lesson."""

    kind: str
    held_on: date
    minutes: int
    topic: str
    trainer: str
    place: str = ""
    content: str = ""
    articles: tuple[Article, ...] = ()


def record(lesson: Lesson, *, actor: Actor, at: datetime) -> TrainingSession:
    """Write down a lesson that was held. Raises ``invalid`` for a day that is still to come or a year past."""
    _check(lesson, actor, at)
    with transaction.atomic():
        made = TrainingSession(
            number=f"PX{numbers.take('training'):06d}", recorded_by_id=actor.person_id, recorded_at=at,
            changed_by_id=actor.person_id, changed_at=at,
        )
        _write(made, lesson)
    return made


def change(session: TrainingSession, lesson: Lesson, *, actor: Actor, at: datetime) -> TrainingSession:
    """Correct what was written; raises as ``record``."""
    _check(lesson, actor, at)
    with transaction.atomic():
        locked = TrainingSession.objects.select_for_update().get(pk=session.pk)
        locked.changed_by_id, locked.changed_at = actor.person_id, at
        _write(locked, lesson)
    return locked


def _check(lesson: Lesson, actor: Actor, at: datetime) -> None:
    if not actor.rights.may(TRAIN):
        raise forbidden()
    today = at.astimezone(SHANGHAI).date()
    if not today - OLDEST <= lesson.held_on <= today:
        raise missing(held_on=_("请填写一年以内、今天以前的日期"))


def _write(row: TrainingSession, lesson: Lesson) -> None:
    for name in ("kind", "held_on", "minutes", "topic", "trainer", "place", "content"):
        setattr(row, name, getattr(lesson, name))
    row.save()
    row.articles.set(lesson.articles)


def call_roll(
    session: TrainingSession, standings: Mapping[int, str], *, actor: Actor, at: datetime, rest: str = ""
) -> TrainingSession:
    """Set who was there: person → standing. ``rest`` is given to everybody of the roll who has none yet; nobody is
    taken to have been there unless somebody says so. Raises ``invalid`` for a standing or person that is not known."""
    if not actor.rights.may(TRAIN):
        raise forbidden()
    known = TrainingAttendance.Standing.values
    if not {*standings.values(), *([rest] if rest else [])} <= set(known):
        raise missing(standing=_("请选择到课、迟到、请假或缺课"))
    with transaction.atomic():
        locked = TrainingSession.objects.select_for_update().get(pk=session.pk)
        there = {person.pk for person in queries.roll(locked)}
        if not set(standings) <= there:
            raise missing(standing=_("名单中没有这个人"))
        set_now = dict(TrainingAttendance.objects.filter(session=locked).values_list("person", "standing")) | dict(standings)
        wanted = {key: set_now.get(key) or rest for key in there}
        _store(locked, {key: value for key, value in wanted.items() if value}.items())
        locked.changed_by_id, locked.changed_at = actor.person_id, at
        locked.save(update_fields=["changed_by", "changed_at"])
    return locked


def _store(session: TrainingSession, rows: Iterable[tuple[int, str]]) -> None:
    TrainingAttendance.objects.bulk_create(
        [TrainingAttendance(session=session, person_id=key, standing=value) for key, value in sorted(rows)],
        update_conflicts=True, unique_fields=["session", "person"], update_fields=["standing"],
    )
