"""Reads of the training log. Whoever keeps it sees lessons and who was there; an agent sees the own record only.

Quiz results stay their taker's own: beside a lesson stands how many have done the quiz of its week, and from five on
how much of it was right altogether. Lists of people are in the order of names (decision 23).
"""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from accounts.models import User
from casework.door import not_found
from grids.models import Post
from grids.scope import Rights
from grids.staff import in_force
from hotline.knowledge.models import QuizAttempt
from hotline.knowledge.quiz import FEWEST_ANSWERS
from hotline.training.models import THERE, TrainingAttendance, TrainingSession

TRAIN = "hotline.train"
ANSWERS = "hotline.answer"
"""Whoever talks to callers is trained: agents and call-back agents."""


def log(rights: Rights) -> QuerySet[TrainingSession]:
    """The lessons, newest first, with how many were on the roll and there."""
    if not rights.may(TRAIN):
        return TrainingSession.objects.none()
    return TrainingSession.objects.annotate(
        called=Count("attendance"), there=Count("attendance", filter=Q(attendance__standing__in=THERE)),
    ).order_by("-held_on", "-pk")


def one(rights: Rights, number: str) -> TrainingSession:
    """A lesson for who keeps the log. Raises ``not_found`` for others."""
    found = log(rights).filter(number=number).select_related("recorded_by", "changed_by").first()
    if found is None:
        raise not_found()
    return found


def roll(session: TrainingSession) -> list[User]:
    """Who was to be there, by name: the agents on that day, and whoever is written down already."""
    posts = Post.objects.filter(in_force(session.held_on), role__permissions__contains=[ANSWERS])
    called = TrainingAttendance.objects.filter(session=session).values("person")
    people = User.objects.filter(Q(pk__in=posts.values("person"), is_machine=False, is_active=True) | Q(pk__in=called))
    return list(people.order_by("name", "pk"))


def roll_of(session: TrainingSession) -> list[dict[str, Any]]:
    """The roll with what was set and whether the quiz of the week is done (not how)."""
    people = roll(session)
    standings = dict(TrainingAttendance.objects.filter(session=session).values_list("person", "standing"))
    done = set(_attempts(session.week).values_list("person", flat=True))
    return [
        {"person": person, "standing": standings.get(person.pk, ""), "has_quiz": person.pk in done} for person in people
    ]


def quiz_of(session: TrainingSession) -> dict[str, Any]:
    """The quiz of the week among those who were there: how many have done it, and the share of right answers
    altogether (None below five people)."""
    there = session.attendance.filter(standing__in=THERE).values("person")
    rows = _attempts(session.week).filter(person__in=there)
    got = rows.aggregate(people=Count("person", distinct=True), right=Sum("right_count"), asked=Sum("total"))
    enough = got["people"] >= FEWEST_ANSWERS and got["asked"]
    return {"people": got["people"], "of": there.count(), "rate": got["right"] / got["asked"] if enough else None}


def _attempts(week: str) -> QuerySet[QuizAttempt]:
    return QuizAttempt.objects.filter(week=week, finished_at__isnull=False)


def record_of(person: User) -> list[dict[str, Any]]:
    """One person's lessons, newest first, with the own attempts of the week's quiz."""
    rows = TrainingAttendance.objects.filter(person=person).select_related("session").prefetch_related("session__articles")
    rows = list(rows.order_by("-session__held_on", "-session"))
    attempts: dict[str, list[QuizAttempt]] = {}
    for attempt in QuizAttempt.objects.filter(person=person, finished_at__isnull=False).order_by("pk"):
        attempts.setdefault(attempt.week, []).append(attempt)
    return [{"row": row, "session": row.session, "attempts": attempts.get(row.session.week, [])} for row in rows]


def agents(rights: Rights) -> QuerySet[User]:
    """Whom the log names, by name."""
    if not rights.may(TRAIN):
        return User.objects.none()
    called = TrainingAttendance.objects.values("person")
    return User.objects.filter(pk__in=called).order_by("name", "pk")
