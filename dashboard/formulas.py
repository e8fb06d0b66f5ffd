"""Rates that say what they are made of, and small samples that do not pretend (rules.md §6)."""

from __future__ import annotations

from datetime import datetime
from math import sqrt
from typing import Any

Z90 = 1.6449
"""Normal quantile of a two-sided 90 % interval."""
RANKED_FROM = 5
"""Below this a unit is 样本不足 and not ranked."""
RAW_FROM = 20
"""Below this the lower bound of the Wilson interval stands in place of the raw rate."""
FEWEST_PERSONS = 5
"""A big screen never shows a cell of fewer persons (quality.md §5.2)."""


def rate(numerator: int, denominator: int) -> float | None:
    """Share between 0 and 1; None where there is nothing to divide by."""
    return numerator / denominator if denominator else None


def wilson_lower(hits: int, cases: int, z: float = Z90) -> float:
    """Lower bound of Wilson's score interval for ``hits`` of ``cases`` > 0."""
    share = hits / cases
    centre = share + z * z / (2 * cases)
    spread = z * sqrt(share * (1 - share) / cases + z * z / (4 * cases * cases))
    return max(0.0, (centre - spread) / (1 + z * z / cases))


def fair_rate(hits: int, cases: int) -> tuple[float | None, str]:
    """(rate to rank by, kind): ``raw``, ``wilson`` below 20 cases, ``few`` with None below 5."""
    if cases < RANKED_FROM:
        return None, "few"
    if cases < RAW_FROM:
        return wilson_lower(hits, cases), "wilson"
    return hits / cases, "raw"


def persons(count: int) -> int | None:
    """A number of persons as a screen may show it; None for a cell of one to four."""
    return count if count == 0 or count >= FEWEST_PERSONS else None


def measure(
    label: Any, value: Any, *, formula: Any, as_of: datetime, list_url: str | None, numerator: int | None = None,
    denominator: int | None = None, **more: Any,
) -> dict[str, Any]:
    """One published number: what it is, how it was made, when, and the list behind it."""
    return {
        "label": str(label), "value": value, "numerator": numerator, "denominator": denominator,
        "formula": str(formula), "as_of": as_of, "list_url": list_url, **more,
    }


def share_of(
    label: Any, numerator: int, denominator: int, *, formula: Any, as_of: datetime, list_url: str | None, **more: Any
) -> dict[str, Any]:
    """A published rate; ``list_url`` opens the numerator, ``denominator_url`` the whole."""
    return measure(
        label, rate(numerator, denominator), formula=formula, as_of=as_of, list_url=list_url, numerator=numerator,
        denominator=denominator, unit="%", **more,
    )
