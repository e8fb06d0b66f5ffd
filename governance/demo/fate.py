"""What will become of a report: drawn once, so that a life is the same whoever asks and however often.

Shares are made up, chosen so that every verb is seen in a day and most matters end well and in time.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

# Reports by source (percent), and what only some sources can see.
SOURCES = {
    "grid": 41, "hotline": 21, "citizen": 14, "video": 8, "police110": 4, "sensor": 4, "department": 3, "petition": 2,
    "data_share": 2, "leader": 1,
}  # fmt: skip
ONLY = {
    "video": ("0401", "0402", "0501", "0502", "0503", "0504", "0408", "0301", "1302", "0703"),
    "sensor": ("0604", "0601", "0315", "0705", "0306", "0305", "0606"),
    "police110": ("0201", "0202", "0203", "0208", "0106", "0101", "1107"),
    "petition": ("1701", "0109", "1401", "0905", "0902", "1702"),
}
# Majors by weight; inside a major the routine matters are commoner than the grave ones.
MAJORS = {
    "01": 6, "02": 4, "03": 11, "04": 20, "05": 17, "06": 14, "07": 6, "08": 8, "09": 6, "10": 4, "11": 1.5, "12": 2,
    "13": 2.5, "14": 1.5, "15": 1, "16": 2, "17": 1.5, "18": 0.15,
}  # fmt: skip
COMMON = {"P3": 5.0, "P2": 2.2, "P1": 0.6, "P0": 0.04}
LATE = (1.02, 1.03, 1.04, 1.05, 1.06, 1.08, 1.1, 1.12, 1.15, 1.18, 1.3, 1.35, 1.4, 1.6)
"""How late the late ones are, as a share of the time allowed: from 1.25 a red supervision order is issued by rule."""
ON_SPOT_MAJORS = frozenset({"01", "03", "04", "05", "10", "11", "16"})


@dataclass(frozen=True, slots=True)
class Fate:
    """Shares are of the promise's budget; the rest are choices made when their moment comes."""

    seed: str
    pace: float
    """How much of the time allowed the handling uses; above 1 it is late."""
    on_spot: bool = False
    claims: bool = False
    delegates: bool = False
    whistles: bool = False
    declines: int = 0
    returns: bool = False
    extends: bool = False
    suspends: bool = False
    reworks: bool = False
    rejects: bool = False
    asks_info: bool = False
    transfers: str = ""
    unreached: int = 0
    rating: int | None = None
    reopens: bool = False
    urged: bool = False
    """Whether the desk urges the unit before the time is over (yellow by rule)."""
    stops_in: str = ""
    """State in which the cast leaves it alone for good: the source's figures have a remainder."""
    hurry: float = 1.0
    """Factor on every wait; small in the live district, where a visitor has minutes."""

    def rng(self, *about: object) -> random.Random:
        """The same draw for the same question."""
        return random.Random(f"{self.seed} {about}")


def draw_fate(seed: str, *, category: str, source: str, urgency: str, hurry: float = 1.0, stops_in: str = "") -> Fate:
    """The fate that belongs to this seed and kind of report."""
    rng = random.Random(f"fate {seed}")
    chance = rng.random
    grave = urgency in ("P0", "P1")
    civil = category[:2] in ON_SPOT_MAJORS and not grave
    return Fate(
        seed=seed, pace=_pace(rng, grave),
        on_spot=source == "grid" and civil and chance() < 0.34,
        claims=chance() < 0.55, delegates=chance() < 0.3,
        whistles=chance() < 0.09,
        declines=rng.choices((0, 1, 2, 3), (93, 5.2, 1.2, 0.6))[0],
        returns=chance() < 0.03, extends=chance() < 0.06, suspends=chance() < 0.04,
        reworks=chance() < 0.045,
        rejects=source in ("citizen", "hotline") and not grave and chance() < 0.03,
        asks_info=source in ("citizen", "hotline", "petition") and not grave and chance() < 0.05,
        transfers=_way_out(rng, category, source),
        unreached=rng.choices((0, 1, 2, 3), (80, 12, 5, 3))[0],
        rating=rng.choices((5, 4, 3, 2, 1, None), (25, 19, 7, 4, 2, 43))[0],
        reopens=chance() < 0.012, urged=chance() < 0.6, stops_in=stops_in, hurry=hurry,
    )  # fmt: skip


def _pace(rng: random.Random, grave: bool) -> float:
    late = 0.03 if grave else 0.04
    if rng.random() < late:
        return rng.choice(LATE)
    return min(0.97, max(0.03, rng.betavariate(1.6, 3.2)))


def _way_out(rng: random.Random, category: str, source: str) -> str:
    if source == "petition":
        return "petition" if rng.random() < 0.12 else ""
    if category.startswith("01"):
        return "mediation" if rng.random() < 0.22 else ""
    if category in ("0201", "0202", "0203", "0204"):
        return "police110" if rng.random() < 0.2 else ""
    return "court" if category == "0905" and rng.random() < 0.1 else ""


class Draw:
    """Chooses source and category of the next report."""

    def __init__(self, urgencies: dict[str, str]) -> None:
        """``urgencies``: minor category → P0 … P3."""
        self.codes = sorted(urgencies)
        self.weights = [MAJORS.get(code[:2], 1) * COMMON[urgencies[code]] for code in self.codes]
        per_major: dict[str, float] = {}
        for code in self.codes:
            per_major[code[:2]] = per_major.get(code[:2], 0) + COMMON[urgencies[code]]
        self.weights = [w / per_major[code[:2]] for w, code in zip(self.weights, self.codes, strict=True)]

    def kind(self, rng: random.Random) -> tuple[str, str]:
        """(source, category)."""
        source = rng.choices(list(SOURCES), list(SOURCES.values()))[0]
        if source in ONLY:
            return source, rng.choice(ONLY[source])
        return source, rng.choices(self.codes, self.weights)[0]
