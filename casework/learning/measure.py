"""How good a classifier is: accuracy, macro F1, coverage at a threshold, calibration. numpy only."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

BINS = 10


@dataclass(frozen=True, slots=True)
class Quality:
    """Shares are 0 … 1. ``covered``: not abstained; ``covered_accuracy``: right among those.

    ``calibration_error``: mean gap between stated probability and hit rate over ten bins (ECE), weighted by size.
    ``low``/``high``: 95 % Wilson bounds of the accuracy.
    """

    samples: int
    accuracy: float
    macro_f1: float
    covered: float
    covered_accuracy: float
    calibration_error: float
    low: float
    high: float
    per_label: dict[str, tuple[int, float]]
    """Samples and F1 of each label."""


def judge(truth: list[str], said: list[str], shares: np.ndarray, threshold: float) -> Quality:
    """Compare what was said (with its probability) with the truth."""
    right = np.array([a == b for a, b in zip(truth, said, strict=True)], dtype=float)
    per_label = {label: (truth.count(label), f1_of(truth, said, label)) for label in sorted(set(truth))}
    heard = sorted(set(truth) | set(said))
    answered = shares >= threshold
    low, high = wilson(int(right.sum()), len(right))
    return Quality(
        samples=len(right),
        accuracy=float(right.mean()),
        macro_f1=float(np.mean([f1_of(truth, said, label) for label in heard])),
        covered=float(answered.mean()),
        covered_accuracy=float(right[answered].mean()) if answered.any() else 0.0,
        calibration_error=calibration_error(shares, right),
        low=low,
        high=high,
        per_label=per_label,
    )


def f1_of(truth: list[str], said: list[str], label: str) -> float:
    """Harmonic mean of precision and recall of one label; 0 where it was never hit."""
    pairs = list(zip(truth, said, strict=True))
    hit = sum(1 for a, b in pairs if a == b == label)
    wrong = sum(1 for a, b in pairs if (a == label) != (b == label))
    return 2 * hit / (2 * hit + wrong) if hit else 0.0


def calibration_error(shares: np.ndarray, right: np.ndarray) -> float:
    """Expected calibration error over ten equal bins of the stated probability."""
    bins = np.minimum((shares * BINS).astype(int), BINS - 1)
    gaps = [
        abs(shares[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in range(BINS) if (bins == b).any()
    ]
    return float(sum(gaps))


def wilson(hits: int, total: int, level: float = 0.95) -> tuple[float, float]:
    """Bounds of a share at a confidence level."""
    if not total:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(0.5 + level / 2)
    share = hits / total
    centre = (share + z * z / (2 * total)) / (1 + z * z / total)
    spread = z * (share * (1 - share) / total + z * z / (4 * total * total)) ** 0.5 / (1 + z * z / total)
    return max(0.0, centre - spread), min(1.0, centre + spread)


def threshold_for(shares: np.ndarray, right: np.ndarray, *, accuracy: float, floor: float = 0.0) -> float:
    """Smallest threshold at which what is answered is right at least ``accuracy`` of the time (on these data).

    1.01 (never answer) when no threshold reaches it with at least ten answers.
    """
    order = np.argsort(-shares, kind="stable")
    hits = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = [i for i in range(min(9, len(order) - 1), len(order)) if hits[i] >= accuracy]
    return max(floor, float(shares[order[good[-1]]])) if good else 1.01
