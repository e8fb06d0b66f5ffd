"""First suggestions for a text: category by the trained model or by characteristic words, urgency by danger words.

Explained either way: the words that decided stand beside the suggestion. Where no model serves, or the model
abstains below its threshold, the words of ``events/data/keywords.json`` answer.
"""

from __future__ import annotations

from casework.learning import store
from events.learning import CATEGORY, UNIT
from events.models.catalogue import Urgency
from events.reference_lists import load_keywords

LEVELS = [choice.value for choice in Urgency]


def suggest_categories(text: str, *, title: str = "", limit: int = 3) -> list[dict]:
    """The likeliest minor categories: ``[{"code", "share", "words", "by"}]``.

    ``by`` is ``model``: ``share`` is the calibrated probability in percent; or ``words``: share of all weights found.
    """
    guesses = store.guess(CATEGORY, title or text[:80], text, limit=limit)
    if guesses:
        return [
            {"code": guess.label, "share": round(100 * guess.share), "words": list(guess.words), "by": "model"}
            for guess in guesses
        ]
    return _by_words(text, limit)


def suggest_owners(text: str, *, title: str = "", limit: int = 2) -> list[dict]:
    """Units that closed events told in such words, ``[{"code", "share", "words"}]``; empty without a trained model.
    Asked once, at intake; ``events.routing`` weighs it with rulings, rules and duties."""
    return [
        {"code": guess.label, "share": round(100 * guess.share), "words": list(guess.words)}
        for guess in store.guess(UNIT, title or text[:80], text, limit=limit)
    ]


def _by_words(text: str, limit: int) -> list[dict]:
    found = []
    for code, words in load_keywords().suggestions.items():
        hits = [word for word in words if word in text]
        if hits:
            found.append((sum(len(word) ** 2 for word in hits), code, hits))
    total = sum(weight for weight, _code, _hits in found)
    found.sort(key=lambda entry: (-entry[0], entry[1]))
    return [
        {"code": code, "share": round(100 * weight / total), "words": hits, "by": "words"}
        for weight, code, hits in found[:limit]
    ]


def raise_urgency(urgency: str, levels: int = 1) -> str:
    """One or more levels more urgent; P0 stays."""
    return LEVELS[max(0, LEVELS.index(urgency) - levels)]


def danger_words(text: str) -> list[str]:
    """Words of rules.md §2 in the text that raise the urgency by one level, those meant otherwise left out."""
    keywords = load_keywords()
    return [word for entry in keywords.raising(text) for word in entry.words if word in text][:3]
