"""Reports of one matter found by their words, place and time; numpy only, and incremental.

Each text is a set of character 2- to 4-grams weighted by rarity (title twice). A new text joins the topic to whose
members it is most alike (mean of the three most alike), if that reaches ``JOIN``; else it begins one. Two topics
become one when enough new texts are at home in both. Nothing else moves, so a run costs what is new.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from casework.learning.features import Block, gram_hashes, normalise

JOIN = 0.17
"""Mean cosine to the three most alike members from which a text joins a topic. Chosen on the hot-topic set."""
HALF_JOIN = 0.6
"""Single likenesses below this share of JOIN are noise and do not count."""
NEAREST = 3
LONGEST_PAUSE = timedelta(days=90)
"""A topic in which nothing was said for so long is over; the next report begins a new one."""
NEAR_M = 300.0
FAR_M = 2000.0
NEAR_BONUS = 1.25
FAR_MALUS = 0.5
COMMON = 0.02
COMMON_AT_LEAST = 30
"""A gram in more than this share of the texts, and in more than so many, says nothing about the matter."""
BRIDGES = 2
BRIDGED_SHARE = 0.2
"""Topics merge when at least BRIDGES texts, and this share of the smaller topic, would have joined either."""
_TITLE = Block("topic", 2, 4, 80)
_BODY = Block("topic", 2, 4, 160)
METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class Text:
    """One report. ``topic`` is the topic it already belongs to, None for a new one."""

    id: int
    title: str
    body: str
    at: datetime
    lon: float | None = None
    lat: float | None = None
    topic: int | None = None


def _grams(text: Text) -> tuple[np.ndarray, np.ndarray]:
    title = gram_hashes(normalise(text.title)[: _TITLE.cut], _TITLE)
    body = gram_hashes(normalise(text.body[:400])[: _BODY.cut], _BODY)
    title_hashes = np.unique(np.concatenate(title)) if title else np.empty(0, np.uint64)
    hashes = np.unique(np.concatenate([title_hashes, *body]))
    return hashes, np.where(np.isin(hashes, title_hashes), 2.0, 1.0)


class Index:
    """Inverted index: which texts hold a gram, with what weight."""

    def __init__(self, texts: Sequence[Text]) -> None:
        self.texts = texts
        grams = [_grams(text) for text in texts]
        hashes, where, counts = np.unique(
            np.concatenate([hashes for hashes, _w in grams]), return_inverse=True, return_counts=True
        ) if grams else (np.empty(0, np.uint64), np.empty(0, int), np.empty(0, int))
        total = len(texts)
        rarity = np.where((counts >= 2) & (counts <= max(COMMON_AT_LEAST, COMMON * total)), np.log((total + 1) / counts), 0.0)
        owners = np.repeat(np.arange(total), [len(hashes) for hashes, _w in grams])
        values = np.concatenate([w for _h, w in grams]) * rarity[where] if grams else np.empty(0)
        kept = values > 0
        owners, where, values = owners[kept], where[kept], values[kept]
        lengths = np.sqrt(np.bincount(owners, values**2, minlength=total))
        lengths[lengths == 0] = 1.0
        values = values / lengths[owners]
        self._own = np.searchsorted(owners, np.arange(total + 1))
        self._grams, self._values = where, values
        order = np.argsort(where, kind="stable")
        self._owners, self._posted = owners[order], values[order]
        self._starts = np.searchsorted(where[order], np.arange(len(hashes) + 1))

    def alike(self, place: int) -> np.ndarray:
        """Cosine of one text (by position) to every text, 0 to itself."""
        own = slice(self._own[place], self._own[place + 1])
        grams, values = self._grams[own], self._values[own]
        sizes = self._starts[grams + 1] - self._starts[grams]
        if not sizes.sum():
            return np.zeros(len(self.texts))
        steps = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        posts = np.repeat(self._starts[grams], sizes) + steps
        found = np.bincount(
            self._owners[posts], self._posted[posts] * np.repeat(values, sizes), minlength=len(self.texts)
        )
        found[place] = 0.0
        return found


def assign(texts: Sequence[Text], *, join: float = JOIN) -> list[int]:
    """The topic of every text, texts sorted by time. New topics get negative numbers, -1, -2 …

    A text that had a topic keeps it unless that topic was merged into another.
    """
    index = Index(texts)
    topics = np.array([0 if text.topic is None else text.topic for text in texts])
    moments = np.array([text.at.timestamp() for text in texts])
    lon = np.array([np.nan if text.lon is None else text.lon for text in texts])
    lat = np.array([np.nan if text.lat is None else text.lat for text in texts])
    bridges: Counter[tuple[int, int]] = Counter()
    fresh = 0
    for place, text in enumerate(texts):
        if text.topic is not None:
            continue
        alike = index.alike(place) * _place_factor(lon, lat, place)
        alike[(topics == 0) | (np.abs(moments - moments[place]) > LONGEST_PAUSE.total_seconds())] = 0.0
        homes = _homes(alike, topics, join)
        if not homes:
            fresh -= 1
            homes = [fresh]
        topics[place] = homes[0]
        bridges.update((min(homes[0], other), max(homes[0], other)) for other in homes[1:])
    return _merged(topics, bridges)


def _merged(topics: np.ndarray, bridges: Counter[tuple[int, int]]) -> list[int]:
    """Bridged topics under one number: that of the larger; a kept one (positive) before a new one."""
    for (one, other), count in bridges.most_common():
        sizes = {topic: int((topics == topic).sum()) for topic in (one, other)}
        if 0 in sizes.values() or count < max(BRIDGES, BRIDGED_SHARE * min(sizes.values())):
            continue
        stays = max(sizes, key=lambda topic: (topic > 0, sizes[topic]))
        topics[(topics == one) | (topics == other)] = stays
    return topics.tolist()


def _place_factor(lon: np.ndarray, lat: np.ndarray, place: int) -> np.ndarray:
    """Near reports count more alike, far ones less; without a point on both sides the words decide alone."""
    if np.isnan(lon[place]):
        return np.ones(len(lon))
    east = (lon - lon[place]) * METRES_PER_DEGREE * np.cos(np.radians(lat[place]))
    metres = np.hypot(east, (lat - lat[place]) * METRES_PER_DEGREE)
    return np.where(metres <= NEAR_M, NEAR_BONUS, np.where(metres > FAR_M, FAR_MALUS, 1.0))


def _homes(alike: np.ndarray, topics: np.ndarray, join: float) -> list[int]:
    """Topics a text is at home in, best first."""
    close = np.flatnonzero(alike > HALF_JOIN * join)
    found = []
    for topic in np.unique(topics[close]):
        mean = float(np.sort(alike[close[topics[close] == topic]])[-NEAREST:].mean())
        if mean >= join:
            found.append((mean, int(topic)))
    return [topic for _mean, topic in sorted(found, reverse=True)]


def heat(*, reporters: int, likes: int, days: float) -> float:
    """How hot a topic is: people × echo × pace. ``reporters``: different people (nobody counts twice); ``likes``:
    support others gave, its logarithm counts; ``days``: between first and last report, a burst counts more."""
    echo = 1 + np.log10(1 + max(likes, 0))
    pace = 1 + 1 / (1 + days / 30)
    return float(reporters * echo * pace)
