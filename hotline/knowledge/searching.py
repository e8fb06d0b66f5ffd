"""Search over what may be said today: BM25 over character pairs, for two typed words and for a whole complaint."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from events.search import normalise
from grids.scope import SHANGHAI, Rights
from hotline.knowledge.asking import pairs_of
from hotline.knowledge.models import Article
from hotline.knowledge.workflow import READ

MOST_PAIRS = 120
SNIPPET = 90
FEWEST = 0.12
"""Share of a typed question's weight that a hit must hold; below it the match is chance."""
SENTENCE = 14
"""Pairs up to which a text counts as a typed question; a complaint is longer and needs three common pairs."""
TAIL = 0.35
"""Hits below this share of the best one's score are noise beside it."""

_SEARCH = """
    WITH asked AS (SELECT unnest(%(pairs)s::text[]) AS gram),
         live AS (
            SELECT id FROM hotline_article
             WHERE state = 'published' AND due_on >= %(day)s AND (is_public OR NOT %(public)s)),
         n AS (SELECT GREATEST(count(*), 1)::float AS whole FROM live),
         rare AS (
            SELECT g.gram, ln(1 + (n.whole - count(*) + 0.5) / (count(*) + 0.5)) AS idf
              FROM hotline_articlegram g JOIN asked USING (gram) JOIN live ON live.id = g.article_id CROSS JOIN n
             GROUP BY g.gram, n.whole),
         most AS (
            SELECT COALESCE(sum(COALESCE(rare.idf, ln(1 + (n.whole + 0.5) / 0.5))), 0) AS sum
              FROM asked LEFT JOIN rare USING (gram) CROSS JOIN n)
    SELECT g.article_id, sum(g.weight * rare.idf) AS score, sum(rare.idf) / NULLIF(max(most.sum), 0) AS held,
           array_agg(g.gram ORDER BY rare.idf DESC)
      FROM hotline_articlegram g JOIN rare USING (gram) JOIN live ON live.id = g.article_id CROSS JOIN most
     GROUP BY g.article_id ORDER BY score DESC, g.article_id LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Hit:
    """One article that fits. ``words``: the stretches of the query found in it, most telling first; ``score`` orders
    hits of one search and says nothing across searches."""

    number: str
    title: str
    unit: str
    category: str
    spoken: str
    snippet: str
    version: int
    due_on: date
    is_public: bool
    words: tuple[str, ...]
    score: float

    @property
    def url(self) -> str:
        return f"/hotline/knowledge/{self.number}/"


def search(
    rights: Rights | None, text: str, *, at: datetime, limit: int = 6, category: str = "", is_public: bool = False
) -> list[Hit]:
    """Published articles in date that fit a few words or a whole text, best first. ``category`` (a code) moves those
    of the same category up. ``rights`` None or without the right to read: only what is public, and only when
    ``is_public`` asks for it. An empty text finds nothing, nor does one of question words alone."""
    if not is_public and (rights is None or not rights.may(READ)):
        return []
    pairs = pairs_of(text)[:MOST_PAIRS]
    if not pairs:
        return []
    day = at.astimezone(SHANGHAI).date()
    with connection.cursor() as cursor:
        cursor.execute(_SEARCH, {"pairs": pairs, "day": day, "public": is_public, "limit": limit * 3})
        found = cursor.fetchall()
    least = TAIL * float(found[0][1]) if found else 0
    kept = {row[0]: row for row in found if _fits(row, pairs) and float(row[1]) >= least}
    articles = Article.objects.filter(pk__in=kept).select_related("published", "unit", "category")
    hits = [_hit(article, kept[article.pk], text, category) for article in articles]
    return sorted(hits, key=lambda hit: (-hit.score, hit.number))[:limit]


def _fits(row: tuple, pairs: list[str]) -> bool:
    """One pair of a long text is chance; a short query must be held for the most part."""
    _key, _score, held, found = row
    if len(pairs) <= 3:
        return len(found) * 2 >= len(pairs)
    return len(found) >= 3 or (len(pairs) <= SENTENCE and len(found) >= 2 and held >= FEWEST)


def _hit(article: Article, row: tuple, text: str, category: str) -> Hit:
    version = article.published
    words = _stretches(row[3], text)
    score = float(row[1]) * (1.25 if category and article.category_id == category else 1.0)
    return Hit(
        article.number, article.title, article.unit.name, article.category.name if article.category else "",
        version.spoken, _snippet(version.text, words), version.number, article.due_on, article.is_public, words, score,
    )


def _stretches(pairs: list[str], text: str) -> tuple[str, ...]:
    """Neighbouring pairs joined to the words they come from: 停暖 + 暖退 + 退费 → 停暖退费."""
    clean, known = normalise(text), set(pairs)
    found: list[str] = []
    start = None
    for i in range(len(clean)):
        if clean[i : i + 2] in known:
            start = i if start is None else start
        elif start is not None:
            found.append(clean[start : i + 1])
            start = None
    return tuple(sorted(dict.fromkeys(found), key=lambda word: (-len(word), word)))[:6]


def _snippet(text: str, words: tuple[str, ...]) -> str:
    """A stretch of the answer around the first word found; its beginning where none is in it."""
    flat = " ".join(text.split())
    place = min((flat.find(word) for word in words if word in flat), default=0)
    start = max(0, place - 20)
    cut = flat[start : start + SNIPPET]
    return ("…" if start else "") + cut + ("…" if start + SNIPPET < len(flat) else "")
