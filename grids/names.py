"""Short names and pinyin of areas and units, for lists and for searching."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, lru_cache

_ENDINGS = (
    # longest first; (ending, what stays)
    ("社区居民委员会", "社区"), ("社区居委会", "社区"), ("村民委员会", "村"), ("村村委会", "村"), ("嘎查村委会", "嘎查"),
    ("嘎查委会", "嘎查"), ("居民委员会", ""), ("居委会", ""), ("民委员会", ""), ("村委会", "村"), ("街道办事处", "街道"),
    ("镇人民政府", "镇"), ("乡人民政府", "乡"),
)  # fmt: skip


_LAST_LETTERS = frozenset(ending[-1] for ending, _kept in _ENDINGS)


def shorten(name: str) -> str:
    """What people say: ``和平社区居委会`` → ``和平社区``, ``海北街道办事处`` → ``海北街道``; 40 characters at most."""
    for ending, kept in _ENDINGS if name[-1:] in _LAST_LETTERS else ():
        if name.endswith(ending) and len(name) > len(ending):
            stem = name[: -len(ending)]
            return (stem if kept and stem.endswith(kept) else stem + kept)[:40]
    return name[:40]


@lru_cache(maxsize=65_536)
def pinyin_of(text: str) -> str:
    """Syllables in one word, a space, the initials: ``海北街道`` → ``haibeijiedao hbjd``; 200 characters at most."""
    words = [_spelt(word) for word in _words(text)]
    full = "".join([syllables for syllables, _initials in words])
    return f"{full} {''.join([initials for _syllables, initials in words])}".lower()[:200]


@cache
def _cutters() -> tuple[Callable[[str], object], Callable[[str], Iterable[str]], Callable[[str], Iterable[str]]]:
    """Whether a text begins in Chinese, and what cuts it if so and if not. The dictionaries weigh 57 MB: only a process
    that names something carries them."""
    from pypinyin.constants import RE_HANS
    from pypinyin.seg import mmseg, simpleseg

    return RE_HANS.match, mmseg.seg.cut, simpleseg.seg


def _words(text: str) -> Iterable[str]:
    is_chinese, cut, cut_others = _cutters()
    return cut(text) if is_chinese(text) else cut_others(text)


@lru_cache(maxsize=16_384)
def _spelt(word: str) -> tuple[str, str]:
    """Syllables and initials of one word: a hundred thousand place names are made of some thousand words."""
    from pypinyin import Style, pinyin

    parts = [item[0] for item in pinyin(word, style=Style.NORMAL, errors="default")]
    return "".join(parts).replace(" ", ""), "".join(part[:1] for part in parts if part.strip())
