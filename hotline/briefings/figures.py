"""The named numbers of one briefing, each with its formula and the orders behind it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from hotline.briefings import counting

MOST_KEYS = 2000
"""Orders kept behind one figure."""


class Figures:
    """The numbers of one briefing by name."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}

    def count(self, name: str, keys: Iterable[int] | int, formula: str) -> str:
        """A count, with its orders where they are given; returns the token."""
        found = None if isinstance(keys, int) else list(keys)
        value = keys if isinstance(keys, int) else len(found)
        return self.put(name, f"{value:,}", formula, found)

    def put(self, name: str, value: str, formula: str, keys: list[int] | None = None) -> str:
        self.rows[name] = {"value": value, "formula": formula, "keys": None if keys is None else keys[:MOST_KEYS]}
        return "{" + name + "}"

    def share(self, name: str, part: list[int], whole: list[int], formula: str) -> str:
        """A rate with its parts; few cases are said to be few."""
        rate = counting.share(len(part), len(whole))
        text = _("%(rate)s(%(part)s/%(whole)s)") if rate is not None else _("样本不足(%(part)s/%(whole)s)")
        words = text % {"rate": f"{(rate or 0) * 100:.1f}%", "part": len(part), "whole": len(whole)}
        return self.put(name, words, formula, part)
