"""The elements and the rule a new district starts with; what an administrator has changed stays."""

from __future__ import annotations

import json

from events.clues.models import ClueElement, ClueRule
from events.reference import DATA


def load_clue_elements() -> int:
    """Missing elements and the rule into their tables; how many elements the file holds."""
    told = json.loads((DATA / "clue_elements.json").read_text(encoding="utf-8"))["elements"]
    ClueElement.objects.bulk_create([ClueElement(**row) for row in told], ignore_conflicts=True)
    if not ClueRule.objects.exists():
        ClueRule.objects.create()
    return len(told)
