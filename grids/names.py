"""Short names and pinyin of areas and units, for lists and for searching."""

from __future__ import annotations

from functools import lru_cache

_ENDINGS = (
    # longest first; (ending, what stays)
    ("社区居民委员会", "社区"), ("社区居委会", "社区"), ("村民委员会", "村"), ("村村委会", "村"), ("嘎查村委会", "嘎查"),
    ("嘎查委会", "嘎查"), ("居民委员会", ""), ("居委会", ""), ("民委员会", ""), ("村委会", "村"), ("街道办事处", "街道"),
    ("镇人民政府", "镇"), ("乡人民政府", "乡"),
)  # fmt: skip


def shorten(name: str) -> str:
    """What people say: ``和平社区居委会`` → ``和平社区``, ``海北街道办事处`` → ``海北街道``; 40 characters at most."""
    for ending, kept in _ENDINGS:
        if name.endswith(ending) and len(name) > len(ending):
            stem = name[: -len(ending)]
            return (stem if kept and stem.endswith(kept) else stem + kept)[:40]
    return name[:40]


@lru_cache(maxsize=4096)
def _syllables(text: str) -> tuple[str, ...]:
    # Its dictionaries weigh 57 MB: only a process that names something carries them.
    from pypinyin import Style, pinyin

    return tuple(item[0] for item in pinyin(text, style=Style.NORMAL, errors="default"))


def pinyin_of(text: str) -> str:
    """Syllables in one word, a space, the initials: ``海北街道`` → ``haibeijiedao hbjd``; 200 characters at most."""
    parts = _syllables(text)
    full = "".join(parts).lower().replace(" ", "")
    return f"{full} {''.join(p[:1] for p in parts if p.strip()).lower()}"[:200]
