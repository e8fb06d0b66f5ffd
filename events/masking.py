"""Personal data as it leaves the server: 王**, 138****5678 (screens.md §4.6). The clear value never does here."""

from __future__ import annotations

import re

_DIGITS = re.compile(r"\d")
_MASKED = re.compile(r"(\d{3})?\*{4}(\d{4}|\d{2})?")


def mask_name(name: str) -> str:
    """The first character and two stars; empty stays empty."""
    name = name.strip()
    return f"{name[0]}**" if name else ""


def mask_people(names: str) -> str:
    """Several names, each masked: ``张三、李四`` becomes ``张**、李**``."""
    return "、".join(mask_name(one) for one in re.split("[、,,;;]", names) if one.strip())


def mask_phone(phone: str) -> str:
    """``138****5678``; a shorter number keeps its last two digits only, one of three digits or fewer none. What is
    masked already stays as it is."""
    if _MASKED.fullmatch(phone):
        return phone
    digits = "".join(_DIGITS.findall(phone))
    if len(digits) >= 11:
        return f"{digits[:3]}****{digits[-4:]}"
    return f"****{digits[-2:] if len(digits) > 3 else ''}" if digits else ""
