"""What search knows of an article: the character pairs of its version in force, each with its weight.

The weight is the saturated frequency of BM25, with the title and the keywords counted more often than the text, so
that search adds up stored numbers and only has to weigh how rare a pair is.
"""

from __future__ import annotations

from collections import Counter

from events.search import grams, normalise
from hotline.knowledge.models import Article, ArticleGram, ArticleVersion

TITLE, KEYWORD, TEXT = 4, 4, 1
SATURATION = 1.5
USUAL_LENGTH = 220
"""Characters of an ordinary answer; longer ones count each pair for less."""
LENGTH_SHARE = 0.6


def weights(version: ArticleVersion) -> dict[str, float]:
    """Pair → weight between 0 and ``SATURATION`` + 1."""
    found: Counter[str] = Counter()
    for text, times in (
        (version.title, TITLE), (" ".join(version.keywords), KEYWORD), (version.text, TEXT), (version.spoken, TEXT),
    ):
        clean = normalise(text)
        for gram in grams(text):
            found[gram] += times * max(1, clean.count(gram))
    length = 1 - LENGTH_SHARE + LENGTH_SHARE * len(version.text) / USUAL_LENGTH
    return {gram: n * (SATURATION + 1) / (n + SATURATION * length) for gram, n in found.items()}


def index(article: Article, version: ArticleVersion) -> None:
    """Replace what search knows of it. Call it inside the transaction that puts the version in force."""
    drop(article)
    ArticleGram.objects.bulk_create(
        [ArticleGram(article=article, gram=gram, weight=weight) for gram, weight in weights(version).items()]
    )


def drop(article: Article) -> None:
    ArticleGram.objects.filter(article=article).delete()
