"""The weekly quiz 每周一训: questions made from the articles in force; an attempt is its taker's own.

There is no table of persons: editors see which articles are missed often, from five answers on.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from casework.door import MoveRefused, missing, not_found
from grids.days import day_of, week_of
from hotline.knowledge.models import Article, QuizAttempt

QUESTIONS = 10
OPTIONS = 4
FEWEST_ANSWERS = 5
"""Fewer answers to a question are not shown as a rate."""
WEEKS_SHOWN = 12


def begin(user: User, *, at: datetime) -> QuizAttempt:
    """A new attempt, or the unfinished one of this week. Raises ``wrong_state`` while there are too few articles."""
    week = week_of(day_of(at))
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        open_one = QuizAttempt.objects.filter(person=user, week=week, finished_at=None).first()
        if open_one is not None:
            return open_one
        asked = make_questions(at=at, seed=f"{user.pk}:{week}:{QuizAttempt.objects.filter(person=user, week=week).count()}")
        if not asked:
            raise MoveRefused("wrong_state", _("知识条目太少,还不能出题"))
        return QuizAttempt.objects.create(person=user, week=week, started_at=at, asked=asked, total=len(asked))


def make_questions(*, at: datetime, seed: str) -> list[dict]:
    """Up to ten questions: the right answer to a title among others of the base, and the unit that answers for it.

    What was published or confirmed lately and what is used much comes first; the rest is drawn.
    """
    rng = random.Random(seed)
    rows = list(
        Article.objects.filter(state="published", due_on__gte=day_of(at)).select_related("published", "unit").order_by("pk")
    )
    if len(rows) < OPTIONS:
        return []
    fresh = at - timedelta(days=30)
    rows.sort(key=lambda row: (row.published.published_at < fresh, rng.random()))
    return [
        _which_unit(row, rows, rng) if n % 4 == 3 else _which_answer(row, rows, rng) for n, row in enumerate(rows[:QUESTIONS])
    ]


def _which_answer(row: Article, rows: list[Article], rng: random.Random) -> dict:
    major = (row.category_id or "")[:2]
    others = [one for one in rows if one.pk != row.pk and one.published.spoken != row.published.spoken]
    near = [one for one in others if major and (one.category_id or "").startswith(major)]
    wrong = rng.sample(near, min(len(near), OPTIONS - 1))
    rest = [one for one in others if one not in wrong]
    wrong += rng.sample(rest, min(len(rest), OPTIONS - 1 - len(wrong)))
    text = _("群众问“%(title)s”,应当怎样答复?") % {"title": row.title}
    return _question(row, text, row.published.spoken, [one.published.spoken for one in wrong], rng)


def _which_unit(row: Article, rows: list[Article], rng: random.Random) -> dict:
    others = sorted({one.unit.name for one in rows} - {row.unit.name})
    wrong = rng.sample(others, min(len(others), OPTIONS - 1))
    text = _("“%(title)s”的口径由哪个单位负责?") % {"title": row.title}
    return _question(row, text, row.unit.name, wrong, rng)


def _question(row: Article, text: str, right: str, wrong: list[str], rng: random.Random) -> dict:
    options = [right, *wrong]
    rng.shuffle(options)
    return {
        "article": row.number, "version": row.published.number, "text": text, "options": options,
        "right": options.index(right), "chosen": None,
    }


def attempt_of(user: User, key: int) -> QuizAttempt:
    """One's own attempt. Raises ``not_found`` for another's."""
    found = QuizAttempt.objects.filter(pk=key, person=user).first()
    if found is None:
        raise not_found()
    return found


def finish(attempt: QuizAttempt, chosen: dict[int, int], *, at: datetime) -> QuizAttempt:
    """Take the answers (question → option) and count. Raises ``invalid`` when one is missing, ``wrong_state`` twice."""
    with transaction.atomic():
        locked = QuizAttempt.objects.select_for_update().get(pk=attempt.pk)
        if locked.finished_at is not None:
            raise MoveRefused("wrong_state", _("这次测验已经交卷"))
        for n, question in enumerate(locked.asked):
            if chosen.get(n) not in range(len(question["options"])):
                raise missing(**{f"q{n}": _("第%(n)s题还没有作答") % {"n": n + 1}})
            question["chosen"] = chosen[n]
        locked.right_count = sum(question["chosen"] == question["right"] for question in locked.asked)
        locked.finished_at = at
        locked.save(update_fields=["asked", "right_count", "finished_at"])
    return locked


def attempts_of(user: User) -> list[QuizAttempt]:
    return list(QuizAttempt.objects.filter(person=user, finished_at__isnull=False).order_by("-pk")[:20])


def often_missed(*, at: datetime, limit: int = 8) -> list[dict]:
    """Articles whose questions are missed most in the last twelve weeks: what to train or to word better. No person."""
    since = at - timedelta(weeks=WEEKS_SHOWN)
    answered: dict[str, list[int]] = {}
    for asked in QuizAttempt.objects.filter(finished_at__gte=since).values_list("asked", flat=True):
        for question in asked:
            count = answered.setdefault(question["article"], [0, 0])
            count[0] += question["chosen"] != question["right"]
            count[1] += 1
    rows = [
        {"number": number, "missed": missed, "answers": n, "rate": missed / n}
        for number, (missed, n) in answered.items() if n >= FEWEST_ANSWERS and missed
    ]
    titles = dict(Article.objects.filter(number__in=[row["number"] for row in rows]).values_list("number", "title"))
    rows = [{**row, "title": titles[row["number"]]} for row in rows if row["number"] in titles]
    return sorted(rows, key=lambda row: (-row["rate"], -row["answers"], row["number"]))[:limit]


def taking_part(*, at: datetime) -> int:
    """How many people have finished the quiz this week."""
    return QuizAttempt.objects.filter(week=week_of(day_of(at)), finished_at__isnull=False).values("person").distinct().count()
