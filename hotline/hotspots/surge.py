"""Is there more than chance explains? A test for one count against the counts of like windows before it.

Model: calls of one kind in one place in one window are negative binomial. The mean is learnt from ``n`` earlier
windows with total ``s``; what is not known about it (Gamma posterior with Jeffreys' prior, shape ``s + 1/2``, rate
``n``) and scatter beyond Poisson (``dispersion`` = variance ÷ mean, pooled over all cells) both widen the prediction:

    mean = (s + 1/2) / n        variance = dispersion × mean + mean² / (s + 1/2)

The p-value is the chance of at least the observed count. A whole table of cells is one round: with ``m`` cells tested,
a cell alarms when p ≤ ``false_alarms`` / m (Bonferroni), so that a round without any surge raises an alarm with
probability ≤ ``false_alarms``. ``benchmarks/hotline_learning.py`` checks that by simulation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log
from typing import TypeVar

K = TypeVar("K")
FALSE_ALARMS = 0.05
"""Probability of any alarm in one round without a surge: one false alarm in twenty rounds at most."""
LEAST_OBSERVED = 3
LEAST_WINDOWS = 6
"""With fewer earlier windows nothing is said."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """``expected`` calls per window, ``p`` the chance of so many or more, ``bound`` what p was held against."""

    observed: int
    expected: float
    p: float
    bound: float

    @property
    def is_surge(self) -> bool:
        return self.observed >= LEAST_OBSERVED and self.p <= self.bound


def chance_of_at_least(observed: int, mean: float, variance: float) -> float:
    """P(X ≥ observed) of a negative binomial with this mean and variance (Poisson where they are equal)."""
    if observed <= 0:
        return 1.0
    below = 0.0
    if variance <= mean * (1 + 1e-9):
        for k in range(observed):
            below += exp(k * log(mean) - mean - lgamma(k + 1))
    else:
        shape = mean * mean / (variance - mean)
        hit = mean / (mean + shape)
        for k in range(observed):
            below += exp(lgamma(k + shape) - lgamma(shape) - lgamma(k + 1) + shape * log(1 - hit) + k * log(hit))
    return max(0.0, 1.0 - below)


def dispersion_of(past: Sequence[Sequence[int]]) -> float:
    """Variance ÷ mean pooled over all cells, at least 1."""
    squares = expected = 0.0
    for counts in past:
        n = len(counts)
        if n < 2 or not sum(counts):
            continue
        mean = sum(counts) / n
        squares += sum((count - mean) ** 2 for count in counts) / (n - 1)
        expected += mean
    return max(1.0, squares / expected) if expected else 1.0


def judge(observed: int, past: Sequence[int], *, dispersion: float, bound: float) -> Verdict:
    """One cell against its own past."""
    total = sum(past) + 0.5
    mean = total / len(past)
    variance = dispersion * mean + mean * mean / total
    return Verdict(observed, sum(past) / len(past), chance_of_at_least(observed, mean, variance), bound)


def round_of(cells: Mapping[K, tuple[int, Sequence[int]]], *, false_alarms: float = FALSE_ALARMS) -> dict[K, Verdict]:
    """Every cell of one round: ``{cell: (observed, counts of earlier windows)}`` → verdicts."""
    ready = {key: cell for key, cell in cells.items() if len(cell[1]) >= LEAST_WINDOWS}
    dispersion = dispersion_of([past for _seen, past in ready.values()])
    bound = false_alarms / max(1, len(ready))
    return {key: judge(seen, past, dispersion=dispersion, bound=bound) for key, (seen, past) in ready.items()}
