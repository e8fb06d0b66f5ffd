"""An address as people say it, taken apart: name, building, door; flat and room are cut off. Pure, no database."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

LONGEST = 160
_DROPPED = re.compile(r"[^0-9a-z㐀-鿿豈-﫿\U00020000-\U0003ffff\-]+")
_DIGITS = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_COUNTED = re.compile(r"([零一二两三四五六七八九十]{1,3})(?=号|栋|幢|座|单元|楼|室)")
_BUILDING = re.compile(
    r"(?<![0-9a-z])(\d{1,3}|[a-z])(?:号楼|栋楼?|幢楼?|座|#楼?|楼(?=\d{1,2}单元)|号(?=\d{1,2}单元))|(?<=[^\d\-])(\d{1,3})-\d{1,2}(?:-\d{2,4})?$"
)
_DOOR = re.compile(r"(?<!\d)(\d{1,5})号(?!楼|\d)")
_HOUSEHOLD = re.compile(r"(?:\d{1,2}单元.*|(?<!\d)\d{1,2}-\d{2,4}$|\d{3,4}室?$|[\d一二三]{1,2}楼[东西左右]?[户手]?$)")


@dataclass(frozen=True, slots=True)
class Parsed:
    """``head``: the words before building or household; ``building``: ``3号楼`` or empty; ``door``: ``12号`` or
    empty (also part of ``key``); ``key``: all that leads to a house, for learning and comparing."""

    head: str
    building: str
    door: str
    key: str


def normalise(text: str) -> str:
    """NFKC, lower case, without spaces and punctuation, counted words as digits: ``三号楼`` → ``3号楼``."""
    plain = unicodedata.normalize("NFKC", text)[:LONGEST].lower()
    return _COUNTED.sub(lambda found: str(_number(found[1])), _DROPPED.sub("", plain.replace("#", "号楼"))).strip("-")


def _number(word: str) -> int:
    tens, ten, ones = word.rpartition("十")
    if not ten:
        return int("".join(str(_DIGITS[c]) for c in word))
    return 10 * (_DIGITS.get(tens, 1) if tens else 1) + (_DIGITS.get(ones, 0) if ones else 0)


def parse(text: str) -> Parsed:
    """Take an address apart. Everything after the building is a household's and is not kept."""
    plain = normalise(text)
    found = _BUILDING.search(plain)
    if found:
        building = f"{found[1] or found[2]}号楼"
        head = plain[: found.start()]
        return Parsed(head, building, "", head + building)
    head = _HOUSEHOLD.sub("", plain)
    door = _DOOR.search(head)
    return Parsed(head, "", f"{door[1]}号" if door else "", head)
