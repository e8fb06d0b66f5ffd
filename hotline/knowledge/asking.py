"""What a question is about: its text without the words that only ask.

«什么时候» stands in the title of every second article; a match on it says nothing. So question words, courtesies,
pronouns and sentence particles are taken out before pairs are made, and no pair is made across them.
"""

from __future__ import annotations

import re

from events.search import grams, normalise

_WORDS = (
    # question words
    "什么时候", "什么时间", "什么地方", "多长时间", "为什么", "怎么样", "多少", "多久", "什么", "怎么", "怎样", "如何",
    "为何", "何时", "哪里", "哪儿", "哪些", "哪个", "哪家", "哪位", "几点", "几号", "几天", "谁",
    # yes or no
    "是不是", "能不能", "可不可以", "会不会", "要不要", "有没有", "是否", "能否", "可否", "可以",
    # courtesies and openings
    "请问一下", "请问", "您好", "你好", "我想问", "想问", "问一下", "咨询一下", "想咨询", "麻烦", "谢谢", "一下",
    # pronouns
    "我们", "你们", "他们", "这个", "那个", "这里", "那里", "自己",
    # particles
    "吗", "呢", "吧", "啊", "呀",
)
_ASKING = re.compile("|".join((r"怎么办(?![㐀-鿿])", *sorted(map(re.escape, _WORDS), key=len, reverse=True))))
"""«怎么办» at an end is one; in «怎么办理» only «怎么» is."""


def content_of(text: str) -> str:
    """The text with a space in place of each word that only asks."""
    return _ASKING.sub(" ", normalise(text))


def pairs_of(text: str) -> list[str]:
    """Character pairs of what a question is about; empty where it only asks."""
    return grams(content_of(text))
