"""Syllables of Han characters, one reading each: typing by sound gives the right sound and the wrong character.

Reads only the table of single characters that the pinyin package brings (about 1 MB), not its dictionary of words:
a web worker stays lean, and name and query go through the same reading, so a second reading does no harm.
"""

from __future__ import annotations

import json
import unicodedata
from functools import cache
from importlib.util import find_spec
from pathlib import Path


@cache
def _readings() -> dict[str, str]:
    spec = find_spec("pypinyin")
    if spec is None or spec.origin is None:
        raise RuntimeError("the package pypinyin is missing (requirements.txt)")
    told = json.loads((Path(spec.origin).parent / "pinyin_dict.json").read_text(encoding="utf-8"))
    return {chr(int(code)): _plain(words.split(",")[0]) for code, words in told.items()}


def _plain(reading: str) -> str:
    bare = unicodedata.normalize("NFD", reading.replace("ü", "v"))
    return "".join(c for c in bare if c.isascii() and c.isalpha())


def syllables(text: str) -> tuple[str, ...]:
    """One syllable per character; what has none stands for itself: ``杨圪塄`` → ``("yang", "ge", "leng")``."""
    known = _readings()
    return tuple(known.get(c, c) for c in text)


def letters(text: str) -> tuple[str, str]:
    """All syllables in one word, and the initials."""
    parts = syllables(text)
    return "".join(parts), "".join(part[:1] for part in parts)
