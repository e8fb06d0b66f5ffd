"""What citizens choose from: twelve everyday words, each a category of rules.md §11. The desk sees the whole list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from events.reference_lists import Diversion, load_keywords
from events.reference_rows import categories


@dataclass(frozen=True, slots=True)
class Kind:
    """One choice; without a category the desk decides."""

    code: str
    label: Any
    category: str | None


KINDS = (
    Kind("road", _("道路破损"), "0602"),
    Kind("manhole", _("井盖缺失"), "0601"),
    Kind("lamp", _("路灯不亮"), "0606"),
    Kind("rubbish", _("垃圾堆放"), "0401"),
    Kind("sewer", _("污水外溢"), "0605"),
    Kind("noise", _("噪声扰民"), "0208"),
    Kind("parking", _("车辆乱停"), "0503"),
    Kind("stall", _("占道经营"), "0501"),
    Kind("heating", _("供暖不热"), "0803"),
    Kind("fire_lane", _("消防通道堵塞"), "0301"),
    Kind("gas", _("燃气异味"), "0304"),
    Kind("other", _("其他"), None),
)
BY_CODE = {kind.code: kind for kind in KINDS}


HARMLESS = ("火锅", "火车", "火腿", "火柴", "火龙果", "火热", "灭火", "烤火", "偷排", "偷倒", "偷懒", "偷工", "燃气费", "燃气表")
"""Everyday words with a danger word inside them; the lists of danger words are short on purpose."""


def category_of(code: str) -> str | None:
    """The category of a kind, if the district uses it."""
    kind = BY_CODE.get(code)
    found = categories().get(kind.category) if kind and kind.category else None
    return found.code if found and found.is_active else None


def diversions(text: str, category: str | None) -> list[Diversion]:
    """What must be told first: 110, 119, 120 for this category or for danger words in the text."""
    words = load_keywords()
    plain = text
    for phrase in (*words.exclusions, *HARMLESS):
        plain = plain.replace(phrase, "\n")
    return [
        entry for entry in words.diversions
        if category in entry.categories or any(word in plain for word in entry.words)
    ]


def words_of(entry: Diversion) -> str:
    """A diversion's sentence in the reader's language."""
    return entry.text_en if (get_language() or "").startswith("en") else entry.text
