"""What becomes of a dispute of the year: how it comes in, how far up it goes, how it ends. Drawn, then lived."""

from __future__ import annotations

import random
from dataclasses import dataclass

from governance.demo.dispute_words import draw_type

SOURCES = {"walk_in": 36, "grid": 36, "booking": 6, "police110": 10, "petition": 4, "department": 5, "court": 3}
FLAGS = {
    "violence": {"neighbour": 0.05, "family": 0.07, "youth": 0.1}, "threat": {"": 0.008}, "drinking": {"": 0.03},
    "vulnerable": {"family": 0.12, "youth": 1.0}, "promise": {"debt": 0.3, "property": 0.1}, "wages": {"labour": 0.55},
    "police90": {"": 0.04}, "death": {"traffic": 0.01, "medical": 0.02},
}  # fmt: skip
"""How often a type carries a flag; under "" every type."""
ENDS = {
    "oral": 0.48, "written": 0.43, "withdrawn": 0.022, "refused": 0.018, "failed": 0.016, "arbitration": 0.005,
    "court": 0.013, "turned_away": 0.006, "elsewhere": 0.01,
}  # fmt: skip
"""How disputes end, before the type bends it."""
BENT = {
    "neighbour": {"oral": 1.4, "written": 0.7}, "family": {"refused": 1.8, "withdrawn": 1.6},
    "labour": {"arbitration": 9, "written": 1.3, "court": 0.4}, "debt": {"written": 1.7, "oral": 0.6, "court": 2.5},
    "medical": {"written": 1.8, "oral": 0.3, "court": 2.5, "failed": 2}, "enterprise": {"written": 1.6, "oral": 0.6, "court": 3},
    "traffic": {"written": 1.4}, "demolition": {"failed": 3, "elsewhere": 4}, "land": {"failed": 2, "elsewhere": 2},
    "mass_finance": {"failed": 3, "court": 5}, "property": {"failed": 1.5},
}  # fmt: skip
SLOW = {"written": 24, "refused": 26, "failed": 26, "arbitration": 75, "court": 120, "elsewhere": 40}
"""Days before now that such an end must have begun to be over by now; the others take a fortnight at most."""
QUICK_DAYS = 12
BOOKED_DAYS = 4
"""Younger bookings may not be screened yet, and what is not accepted is not counted."""
RESTS = (
    # younger than so many days, where an open one rests, relative
    (1.0, {"accepted": 2, "guided": 1, "routed": 3, "mediating": 1}),
    (6.0, {"mediating": 5, "routed": 0.2}),
    (26.0, {"mediating": 7, "performing": 2, "failed": 0.3}),
    (90.0, {"performing": 6, "confirmed": 1, "court": 1.5, "arbitration": 0.4}),
    (999.0, {"performing": 4, "confirmed": 1, "court": 1}),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fate:
    """One life. ``rests`` names where it stays open; empty: it ends as ``end`` says."""

    type: str
    source: str
    complexity: str
    flags: tuple[str, ...]
    end: str
    rests: str = ""
    rises: int = 0
    """How many times it is handed up although a lower tier has tried."""
    by_clock: bool = False
    """The first rise comes when the tier's days are over."""
    sessions: int = 1
    late: bool = False
    """An instalment is paid some days after its day."""
    confirms: str = ""
    """What the court says: confirmed, refused; empty: nobody asks it."""
    declined: bool = False
    extended: bool = False
    invites: bool = False


def draw(rng: random.Random, *, age: float, rests: bool) -> Fate:
    """A fate for a dispute taken in ``age`` days ago."""
    kind = draw_type(rng)
    end, stays = _end(rng, kind, age), ""
    if rests:
        stays = _rest(rng, age)
        end = {"court": "court", "arbitration": "arbitration", "failed": "failed"}.get(stays, "written")
    source = rng.choices(tuple(SOURCES), tuple(SOURCES.values()))[0]
    if source == "booking" and age < BOOKED_DAYS:
        source = "walk_in"
    return Fate(
        type=kind, source=source,
        complexity=rng.choices(("simple", "complex", "knotty"), (78, 19, 3))[0], flags=_flags(rng, kind), end=end,
        rests=stays, rises=rng.choices((0, 1, 2), (89, 9, 2))[0] if age > 45 else 0, by_clock=rng.random() < 0.35,
        sessions=rng.choices((0, 1, 2), (3, 5, 2) if end == "oral" else (0, 7, 3))[0], late=rng.random() < 0.07,
        confirms=rng.choices(("confirmed", "refused", ""), (17, 1, 82))[0] if stays != "confirmed" else "confirmed",
        declined=rng.random() < 0.03, extended=rng.random() < 0.03, invites=rng.random() < 0.05,
    )  # fmt: skip


def _end(rng: random.Random, kind: str, age: float) -> str:
    shares = {name: share * BENT.get(kind, {}).get(name, 1) for name, share in ENDS.items()}
    found = rng.choices(tuple(shares), tuple(shares.values()))[0]
    return "oral" if age < SLOW.get(found, QUICK_DAYS) else found


def _rest(rng: random.Random, age: float) -> str:
    shares = next(shares for least, shares in RESTS if age < least)
    return rng.choices(tuple(shares), tuple(shares.values()))[0]


def _flags(rng: random.Random, kind: str) -> tuple[str, ...]:
    return tuple(
        name for name, shares in FLAGS.items() if rng.random() < shares.get(kind, shares.get("", 0))
    )
