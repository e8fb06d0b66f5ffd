"""Personal data as it leaves the server: 王**, 138****5678 (screens.md §4.6). The clear value never does here."""

from __future__ import annotations

import re

_DIGITS = re.compile(r"\d")


def mask_name(name: str) -> str:
    """The first character and two stars; empty stays empty."""
    name = name.strip()
    return f"{name[0]}**" if name else ""


def mask_people(names: str) -> str:
    """Several names, each masked: ``张三、李四`` becomes ``张**、李**``."""
    return "、".join(mask_name(one) for one in re.split("[、,,;;]", names) if one.strip())


def mask_phone(phone: str) -> str:
    """``138****5678``; a shorter number keeps its last two digits only."""
    digits = "".join(_DIGITS.findall(phone))
    if len(digits) >= 11:
        return f"{digits[:3]}****{digits[-4:]}"
    return f"****{digits[-2:]}" if digits else ""
