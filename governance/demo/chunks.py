"""A year cut into chunks of days, each walked in one transaction: how ``live --full`` goes on where it was stopped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Chunk:
    """Days with how many cases on each, and how many of them stay open."""

    number: int
    days: tuple[tuple[date, int], ...]
    left_open: int

    @property
    def size(self) -> int:
        return sum(count for _day, count in self.days)


def cut(days: list[date], counts: list[int], *, most: int) -> list[list[tuple[date, int]]]:
    """Days with their counts in runs of at most so many cases; a single fuller day is a run of its own."""
    chunks: list[list[tuple[date, int]]] = [[]]
    for day, count in zip(days, counts, strict=True):
        if sum(n for _d, n in chunks[-1]) + count > most and chunks[-1]:
            chunks.append([])
        chunks[-1].append((day, count))
    return chunks


def apportion(total: int, weights: list[float]) -> list[int]:
    """Whole numbers in proportion that add up to the total."""
    found, carried, whole = [], 0.0, sum(weights) or 1
    for share in weights:
        carried += total * share / whole
        found.append(int(carried + 1e-9))
        carried -= found[-1]
    if found:
        found[-1] += total - sum(found)
    return found
