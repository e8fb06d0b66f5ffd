"""Sample articles of the demo district: made up, in our own words, and saying so."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from casework.actor import Actor
from events.models import Category
from grids.days import day_of
from grids.models import Unit
from hotline.knowledge import transitions
from hotline.knowledge.models import Article, ArticleUse
from hotline.knowledge.workflow import REVIEW, WRITE

SAMPLES = Path(__file__).parent / "data" / "samples.json"
BASIS = "演示示例,不是正式口径"
LAST_LINE = "\n\n(本条为演示示例,正式口径以归口单位发布为准。)"


def load_samples(at: datetime, *, who: Callable[[Unit, str], Actor]) -> int:
    """Publish the samples of units that exist; a few end soon, one is over. How many; none when there are articles.

    ``who(unit, permission)`` acts for a unit. The numbers of uses are made up too, so that the pages have something
    to show.
    """
    if Article.objects.exists():
        return 0
    units = {unit.code: unit for unit in Unit.objects.filter(is_active=True)}
    categories = Category.objects.in_bulk()
    made = 0
    for n, row in enumerate(json.loads(SAMPLES.read_text(encoding="utf-8"))["articles"]):
        unit = units.get(row["unit"])
        if unit is None:
            continue
        published_at = at - timedelta(days=20 + n % 140)
        wording = transitions.Wording(
            row["title"], row["text"] + LAST_LINE, row["spoken"], tuple(row["keywords"]), BASIS, row["is_public"]
        )
        author, reviewer = who(unit, WRITE), who(unit, REVIEW)
        if reviewer.person_id == author.person_id:
            reviewer = Actor.system()
        article = transitions.create(
            wording, unit=unit, actor=author, at=published_at, category=categories.get(row["category"]),
            review_days=_cycle(n, 20 + n % 140),
        )
        transitions.submit(article, actor=author, at=published_at)
        transitions.publish(article, actor=reviewer, at=published_at)
        made += 1
    _use(at)
    return made


def _cycle(n: int, age_days: int) -> int:
    """Most hold for half a year; every tenth ends within a fortnight, one ended yesterday."""
    if n == 17:
        return age_days - 1
    return age_days + 3 + n % 12 if n % 10 == 4 else 180


def _use(at: datetime) -> None:
    rows = []
    for n, article in enumerate(Article.objects.order_by("pk")):
        totals = {"read": 6 + n * 7 % 29, "insert": n * 5 % 13, "answer": n * 3 % 11}
        for kind, total in totals.items():
            days = [day_of(at) - timedelta(days=(n + i * 5) % 28) for i in range(min(total, 5))]
            shares = [total // len(days) + (i < total % len(days)) for i in range(len(days))] if days else []
            rows += [ArticleUse(article=article, day=day, kind=kind, count=n) for day, n in zip(days, shares, strict=True)]
        Article.objects.filter(pk=article.pk).update(
            read_count=totals["read"], insert_count=totals["insert"], answer_count=totals["answer"]
        )
    ArticleUse.objects.bulk_create(rows)
