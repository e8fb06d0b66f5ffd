"""Short lists and word lists of the event desk, read from ``events/data``; no database and no Django.

Same rules as ``events.reference``: frozen records, cached loaders, ``BadReference`` for a file that
contradicts itself. Sentences and words are the project's own; the spec sections are named at each loader.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from .reference import DATA, BadReference, Budget, parse_budget, unique_by_code

BLANK = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Named:
    """A choice with nothing but its names: a whistle's ground, a rating reason, a ladder action."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class WhistleType:
    """哨类 of rules.md §9. ``close`` is None where the service classes in ``close_classes`` decide."""

    code: str
    name: str
    name_en: str
    when: str
    answer: Budget
    on_scene: Budget
    close: Budget | None
    close_classes: tuple[str, ...]
    milestones: bool


@dataclass(frozen=True, slots=True)
class PauseReason:
    """Whitelisted reason to suspend (rules.md §1 rule 3).

    ``limit``: fixed, statutory, until_lifted, plan_date.
    """

    code: str
    name: str
    name_en: str
    limit: str
    maximum: Budget | None
    needs_plan_date: bool


@dataclass(frozen=True, slots=True)
class DeclineReason:
    """退单 reason of rules.md §4 and what the declining unit must add to it."""

    code: str
    name: str
    name_en: str
    needs_clause: bool
    needs_unit: bool


@dataclass(frozen=True, slots=True)
class Source:
    """Where an event came from; ``digit`` is the source digit of its number (rules.md §4)."""

    code: str
    digit: str
    name: str
    name_en: str
    situation: str


@dataclass(frozen=True, slots=True)
class CloseOutcome:
    """How a closed event ended (workflows.md §1.2)."""

    code: str
    name: str
    name_en: str
    counts_as_solved: bool
    needs_explanation: bool


@dataclass(frozen=True, slots=True)
class RatingLevel:
    """One of the five levels of 好差评, 5 the best; ``satisfied`` counts into 满意率 (rules.md §6)."""

    value: int
    code: str
    name: str
    name_en: str
    satisfied: bool
    needs_reason: bool


@dataclass(frozen=True, slots=True)
class CannedText:
    """常用语: a sentence offered with a verb, blanks in braces."""

    code: str
    verb: str
    text: str


@dataclass(frozen=True, slots=True)
class RaiseWords:
    """Words that raise the urgency by one level (rules.md §2); ``at_least`` is the level this danger
    deserves, which a desk may propose but the rule does not jump to."""

    code: str
    name: str
    words: tuple[str, ...]
    at_least: str


@dataclass(frozen=True, slots=True)
class Diversion:
    """Text that sends a citizen to 110, 119, 120 first (screens.md 随手拍), by category or by words."""

    code: str
    numbers: tuple[str, ...]
    words: tuple[str, ...]
    categories: tuple[str, ...]
    text: str
    text_en: str


@dataclass(frozen=True, slots=True)
class Keywords:
    """All word lists. A raise word standing only inside one of ``exclusions`` does not count;
    ``suggestions`` maps a minor category's code to its characteristic words."""

    raise_words: tuple[RaiseWords, ...]
    exclusions: tuple[str, ...]
    vulnerable_words: tuple[str, ...]
    diversions: tuple[Diversion, ...]
    suggestions: Mapping[str, tuple[str, ...]]

    def raising(self, text: str) -> tuple[RaiseWords, ...]:
        """The groups whose words stand in ``text`` outside every exclusion, in file order."""
        for phrase in self.exclusions:
            text = text.replace(phrase, "\n")
        return tuple(group for group in self.raise_words if any(word in text for word in group.words))


def _entries(file: str, key: str) -> list[dict[str, Any]]:
    return json.loads((DATA / file).read_text(encoding="utf-8"))[key]


def _named(file: str, key: str) -> tuple[Named, ...]:
    return tuple(unique_by_code([Named(**raw) for raw in _entries(file, key)], where=f"{file} {key}"))


@cache
def load_ladder_actions() -> tuple[Named, ...]:
    """What a rung may do (workflows.md §1.4)."""
    return _named("ladders.json", "actions")


@cache
def load_whistle_types() -> tuple[WhistleType, ...]:
    """The three whistle types of rules.md §9."""
    types = []
    for raw in _entries("whistle_types.json", "types"):
        where = f"whistle_types.json {raw['code']}"
        clocks = {stage: parse_budget(raw[stage], where=where) for stage in ("answer", "on_scene", "close")}
        if clocks["answer"] is None or clocks["on_scene"] is None:
            raise BadReference(f"{where}: answer and on_scene are required")
        types.append(WhistleType(**(raw | clocks | {"close_classes": tuple(raw["close_classes"])})))
    return tuple(unique_by_code(types, where="whistle_types.json"))


@cache
def load_whistle_grounds() -> tuple[Named, ...]:
    """The three grounds; rules.md §4 and §9 ask for one of three without naming them, so these are ours."""
    return _named("whistle_types.json", "grounds")


@cache
def load_whistle_aspects() -> tuple[Named, ...]:
    """到场, 态度, 实效: what a street rates from 1 to 5 (rules.md §9)."""
    return _named("whistle_types.json", "rating_aspects")


@cache
def load_pause_reasons() -> tuple[PauseReason, ...]:
    """The whitelist of rules.md §1 rule 3."""
    reasons = [
        PauseReason(
            **(raw | {"maximum": parse_budget(raw["maximum"], where=f"pause_reasons.json {raw['code']}")})
        )
        for raw in _entries("pause_reasons.json", "reasons")
    ]
    return tuple(unique_by_code(reasons, where="pause_reasons.json"))


@cache
def load_decline_reasons() -> tuple[DeclineReason, ...]:
    """The five reasons of rules.md §4 退单."""
    reasons = [DeclineReason(**raw) for raw in _entries("decline_reasons.json", "reasons")]
    return tuple(unique_by_code(reasons, where="decline_reasons.json"))


@cache
def load_sources() -> tuple[Source, ...]:
    """Sources and their number digits, rules.md §4; several share digit 0."""
    return tuple(
        unique_by_code([Source(**raw) for raw in _entries("sources.json", "sources")], where="sources.json")
    )


@cache
def load_close_outcomes() -> tuple[CloseOutcome, ...]:
    """solved, explained, cannot_solve (workflows.md §1.2)."""
    outcomes = [CloseOutcome(**raw) for raw in _entries("close_outcomes.json", "outcomes")]
    return tuple(unique_by_code(outcomes, where="close_outcomes.json"))


@cache
def load_rating_levels() -> tuple[RatingLevel, ...]:
    """The five levels, best first (workflows.md §1.3 evaluate, screens.md 好差评)."""
    levels = [RatingLevel(**raw) for raw in _entries("rating_reasons.json", "levels")]
    return tuple(unique_by_code(levels, where="rating_reasons.json levels"))


@cache
def load_rating_reasons() -> tuple[Named, ...]:
    """What went wrong, asked at levels 1 and 2 (screens.md 好差评)."""
    return _named("rating_reasons.json", "reasons")


@cache
def load_canned_texts() -> tuple[CannedText, ...]:
    """Shared 常用语 by verb (screens.md); a blank that nobody can fill is refused."""
    known = set(_entries("canned_texts.json", "variables"))
    texts = [CannedText(**raw) for raw in _entries("canned_texts.json", "texts")]
    for canned in texts:
        unknown = set(BLANK.findall(canned.text)) - known
        if unknown:
            raise BadReference(f"canned_texts.json {canned.code}: unknown blank {sorted(unknown)}")
    return tuple(unique_by_code(texts, where="canned_texts.json"))


@cache
def load_keywords() -> Keywords:
    """Auto-raise words (rules.md §2), category words and emergency diversions (screens.md 随手拍)."""
    file = "keywords.json"
    groups = [RaiseWords(**(raw | {"words": tuple(raw["words"])})) for raw in _entries(file, "raise_words")]
    lists = ("numbers", "words", "categories")
    diversions = [
        Diversion(**(raw | {key: tuple(raw[key]) for key in lists})) for raw in _entries(file, "diversions")
    ]
    suggestions = json.loads((DATA / file).read_text(encoding="utf-8"))["suggestions"]
    return Keywords(
        raise_words=tuple(unique_by_code(groups, where=file)),
        exclusions=tuple(_entries(file, "exclusions")),
        vulnerable_words=tuple(_entries(file, "vulnerable_words")),
        diversions=tuple(unique_by_code(diversions, where=file)),
        suggestions=MappingProxyType({code: tuple(words) for code, words in suggestions.items()}),
    )
