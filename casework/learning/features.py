"""Text to numbers: character n-grams under a 64-bit hash, so that a model file holds no one's words.

Training and serving call the same functions; nothing can drift between them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

_PRIME = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)
_NUMBERS = re.compile(r"[a-z]*\d[\da-z]*")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Block:
    """One part of the text and how it is cut: ``low``- to ``high``-grams of its first ``cut`` characters.

    ``high`` 0 stands for facts: whole words such as ``channel=电话``, not cut. Each block is brought to length
    ``weight`` before the blocks are added, so a short title is heard beside a long body.
    """

    part: str
    low: int
    high: int
    cut: int
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Sample:
    """One text with what is known of it. ``parts``: title, body …; ``facts``: what the desk knew at intake."""

    parts: Mapping[str, str]
    label: str = ""
    weight: float = 1.0
    facts: tuple[str, ...] = field(default=())


TITLE_AND_BODY = (Block("title", 1, 3, 120), Block("body", 1, 3, 800))


def normalise(text: str) -> str:
    """NFKC, lower case, every number or code such as ``A7`` one ``0``, runs of white space one blank."""
    text = unicodedata.normalize("NFKC", text).lower()
    return _SPACES.sub(" ", _NUMBERS.sub("0", text)).strip()


def _mixed(values: np.ndarray, codes: np.ndarray) -> np.ndarray:
    values = (values ^ codes) * _PRIME
    return values ^ (values >> _SHIFT)


def _seed(name: str) -> np.uint64:
    seed = np.full(1, 0xCBF29CE484222325, dtype=np.uint64)
    for code in name.encode():
        seed = _mixed(seed, np.full(1, code, dtype=np.uint64))
    return seed[0]


def gram_hashes(text: str, block: Block) -> list[np.ndarray]:
    """Hash of the n-gram at every position of a normalised text, one array for each n of the block."""
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64) + np.uint64(1)
    found = []
    for n in range(block.low, block.high + 1):
        places = len(codes) - n + 1
        if places < 1:
            break
        values = np.full(places, _seed(f"{block.part}:{n}"), dtype=np.uint64)
        for offset in range(n):
            values = _mixed(values, codes[offset : offset + places])
        found.append(values)
    return found


def part_of(sample: Sample, block: Block) -> str:
    """The normalised text a block looks at."""
    return normalise(sample.parts.get(block.part, "")[: 2 * block.cut])[: block.cut]


def block_counts(sample: Sample, block: Block) -> tuple[np.ndarray, np.ndarray]:
    """Distinct hashes of a block, sorted, and how often each occurs."""
    if not block.high:
        hashes = [_seed(f"{block.part}:{fact}") for fact in sample.facts]
        return np.unique(np.array(hashes, dtype=np.uint64), return_counts=True)
    grams = gram_hashes(part_of(sample, block), block)
    joined = np.concatenate(grams) if grams else np.empty(0, dtype=np.uint64)
    return np.unique(joined, return_counts=True)


def all_blocks(samples: Iterable[Sample], blocks: tuple[Block, ...]) -> list[list[tuple[np.ndarray, np.ndarray]]]:
    """Counts of every sample, block by block."""
    return [[block_counts(sample, block) for block in blocks] for sample in samples]
