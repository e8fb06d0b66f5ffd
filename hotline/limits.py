"""Limits of the hotline as data (``data/limits.json``): what a district may change without touching a rule."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"


@dataclass(frozen=True, slots=True)
class Limits:
    """Durations carry their unit; shares are per cent; ``classes`` maps demand types to service classes."""

    forward_minutes: int
    call_back_days: int
    call_back_tries: int
    p3_sample_percent: int
    direct_sample_percent: int
    no_response_hours: int
    no_progress_days: int
    dissatisfied_times: int
    reopen_days: int
    receive_days: int
    conclude_days: int
    repeat_days: int
    repeat_calls: int
    keep_draft_days: int
    classes: dict[str, str]
    legal_classes: tuple[str, ...]
    same_day_class: str
    same_day_words: tuple[str, ...]


@cache
def limits() -> Limits:
    """What the file says."""
    found = json.loads((DATA / "limits.json").read_text(encoding="utf-8"))
    found.pop("source")
    for name in ("legal_classes", "same_day_words"):
        found[name] = tuple(found[name])
    return Limits(**found)
