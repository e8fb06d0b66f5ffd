"""A year cut into chunks of days, each walked in one transaction: how ``live --full`` goes on where it was stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from governance.demo import memory
from governance.demo.reports import SHANGHAI


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


def first_wanted(
    prefix: str, at: datetime, figures: tuple[int, int], counts: Callable[[datetime], tuple[int, int]]
) -> tuple[int, int, date]:
    """How many to add, accepted and closed, and the day of the first start. Kept then under ``prefix``: the same day
    gives the same plan whenever the walk goes on."""
    known = [memory.recall(f"{prefix}{name}") for name in ("accepted", "closed", "day")]
    if None in known:
        missing = (max(0, figure - there) for figure, there in zip(figures, counts(at), strict=True))
        known = [*missing, at.astimezone(SHANGHAI).date().toordinal()]
        with transaction.atomic():
            for name, number in zip(("accepted", "closed", "day"), known, strict=True):
                memory.keep(f"{prefix}{name}", number)
    return known[0], known[1], date.fromordinal(known[2])


def settle(
    what: str, wanted: tuple[int, int], counts: Callable[[], tuple[int, int]], *, add: Callable[[int, int, int], None],
    close: Callable[[int, int], bool], say: Callable[[str], None], rounds: int,
) -> None:
    """Add what is still missing, one transaction a round: ``add(missing, still to close, turn)`` cases, then
    ``close(missing, turn)`` some, until it says that there are none. More than wanted (a visitor's) stays, and is said."""
    for turn in range(rounds):
        accepted, closed = counts()
        if accepted >= wanted[0] and closed >= wanted[1]:
            break
        with transaction.atomic():
            if accepted < wanted[0]:
                add(wanted[0] - accepted, wanted[1] - closed, turn)
            elif not close(wanted[1] - closed, turn):
                break
    found = counts()
    if found != wanted:
        say(f"wanted {wanted[0]:,} and {wanted[1]:,} {what}; there are {found[0]:,} and {found[1]:,}")
