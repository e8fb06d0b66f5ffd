"""First suggestions for a text: category by characteristic words, urgency by danger words.

Rule-based and explained: the words that decided stand beside the suggestion. (The trained classifier of the
hotline desk will answer through the same function.)
"""

from __future__ import annotations

from events.models.catalogue import Urgency
from events.reference_lists import load_keywords

LEVELS = [choice.value for choice in Urgency]


def suggest_categories(text: str, *, limit: int = 3) -> list[dict]:
    """The likeliest minor categories: ``[{"code", "share", "words"}]``, share in percent of all weights found."""
    found = []
    for code, words in load_keywords().suggestions.items():
        hits = [word for word in words if word in text]
        if hits:
            found.append((sum(len(word) ** 2 for word in hits), code, hits))
    total = sum(weight for weight, _code, _hits in found)
    found.sort(key=lambda entry: (-entry[0], entry[1]))
    return [
        {"code": code, "share": round(100 * weight / total), "words": hits} for weight, code, hits in found[:limit]
    ]


def raise_urgency(urgency: str, levels: int = 1) -> str:
    """One or more levels more urgent; P0 stays."""
    return LEVELS[max(0, LEVELS.index(urgency) - levels)]


def danger_words(text: str) -> list[str]:
    """Words of rules.md §2 in the text that raise the urgency by one level, those meant otherwise left out."""
    keywords = load_keywords()
    return [word for entry in keywords.raising(text) for word in entry.words if word in text][:3]
