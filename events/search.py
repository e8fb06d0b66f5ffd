"""Chinese search without a segmenter: character pairs in an array under a GIN index.

A two-character word is one pair and found at once; a longer one must have all its pairs and is then checked
against the text itself. Numbers, codes and phone tails are indexed as pairs too.
"""

from __future__ import annotations

import re
import unicodedata

from django.db.models import Q, QuerySet

_KEPT = re.compile(r"[0-9a-z㐀-鿿豈-﫿\U00020000-\U0003ffff]+")
MAX_GRAMS = 600


def normalise(text: str) -> str:
    """NFKC, lower case: full-width digits and letters find their plain twins."""
    return unicodedata.normalize("NFKC", text).lower()


def grams(*texts: str, most: int = MAX_GRAMS) -> list[str]:
    """Distinct neighbouring pairs inside each run of letters, digits or Han characters, sorted; at most ``most``."""
    found: set[str] = set()
    for text in texts:
        for run in _KEPT.findall(normalise(text)):
            found.update(run[i : i + 2] for i in range(len(run) - 1))
            if len(run) == 1:
                found.add(run)
    return sorted(found)[:most]


def matching(rows: QuerySet, words: str) -> QuerySet:
    """Rows whose title, text, address or number hold every word; an empty search finds all."""
    for word in words.split()[:6]:
        pairs = grams(word)
        if re.fullmatch(r"[\d-]{5,}", word):
            rows = rows.filter(Q(number__contains=word) | (Q(grams__contains=pairs) if pairs else Q(pk__in=())))
            continue
        if not pairs:
            return rows.none()
        rows = rows.filter(grams__contains=pairs)
        if len(word) > 2:
            rows = rows.filter(Q(title__icontains=word) | Q(text__icontains=word) | Q(address__icontains=word))
    return rows
