"""Which code an area may have, and under what it may stand (rules.md §7)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from grids.refusals import GridRefused, bad

if TYPE_CHECKING:
    from grids.models import Area

OFFICIAL_LEVELS = {2: "province", 4: "city", 6: "district", 9: "street", 12: "community"}
"""Level by the length of a code of the 统计用区划代码."""
ALLOWED_PARENTS: dict[str, tuple[str | None, ...]] = {
    "province": (None,),
    "city": (None, "province"),
    "district": (None, "province", "city"),
    "street": ("district",),
    "subarea": ("street",),
    "community": ("street", "subarea"),
    "grid": ("community",),
    "building": ("grid",),
}
"""Every grid belongs to exactly one community, never to a street or district directly."""
LEVELS = (
    # code, name, English, rank
    ("province", "省级", "Province", 10),
    ("city", "地级", "Prefecture", 20),
    ("district", "区县", "District", 30),
    ("street", "街道(镇)", "Street or town", 40),
    ("subarea", "片区", "Sub-area", 45),
    ("community", "社区(村)", "Community or village", 50),
    ("grid", "网格", "Grid", 60),
    ("building", "楼栋", "Building", 70),
)
_PATTERNS = {
    "province": r"\d{2}", "city": r"\d{4}", "district": r"\d{6}", "street": r"\d{9}", "subarea": r"\d{9}PQ\d{2}",
    "community": r"\d{12}", "grid": r"\d{15}", "building": r"\d{18}",
}  # fmt: skip
_TAIL = {
    "province": 2,
    "city": 2,
    "district": 2,
    "street": 3,
    "subarea": 2,
    "community": 3,
    "grid": 3,
    "building": 3,
}
BASIC_BAND, SPECIAL_BAND = (1, 799), (801, 999)
NEW_COMMUNITIES_FROM = 601
"""Merged and split communities are numbered from here (CJ/T 349-2010)."""


def ensure_levels() -> None:
    """Insert the levels that are missing; names that somebody changed are left alone."""
    from grids.models import Level

    known = set(Level.objects.values_list("code", flat=True))
    ranks = set(Level.objects.values_list("rank", flat=True))
    rows = [
        Level(code=code, name=name, name_en=name_en, rank=rank)
        for code, name, name_en, rank in LEVELS
        if code not in known and rank not in ranks
    ]
    Level.objects.bulk_create(rows)


def _prefix(parent: Area | None, level: str) -> str:
    if level == "community":  # below a sub-area the street's digits still lead
        return (parent.code if parent else "")[:9]
    return (parent.code if parent else "") + ("PQ" if level == "subarea" else "")


def _band(level: str, grid_type: str) -> tuple[int, int]:
    if level == "grid":
        return SPECIAL_BAND if grid_type in ("special", "street_front") else BASIC_BAND
    if level == "community":
        return (NEW_COMMUNITIES_FROM, 999)
    return (1, 10 ** _TAIL[level] - 1)


def next_code(parent: Area | None, level: str, grid_type: str = "") -> str:
    """The code after the highest ever used in the parent's band; gaps are not filled, so that no code comes back.

    Refuses with ``band_full`` when the band is used up. The caller holds the tree lock.
    """
    from grids.models import Area

    prefix, (low, high), width = _prefix(parent, level), _band(level, grid_type), _TAIL[level]
    pattern = rf"^{re.escape(prefix)}[0-9]{{{width}}}$"
    used = [
        int(code[-width:]) for code in Area.objects.filter(code__regex=pattern).values_list("code", flat=True)
    ]
    following = max([n for n in used if low <= n <= high], default=low - 1) + 1
    if following > high:
        raise GridRefused("band_full", _("该号段已用完(%(low)s–%(high)s)") % {"low": low, "high": high})
    return f"{prefix}{following:0{width}d}"


def check_code(code: str, level: str, parent: Area | None, grid_type: str = "") -> None:
    """Refuse (``invalid``) a code that does not fit its level, its parent or, for a grid, its band."""
    if not re.fullmatch(_PATTERNS[level], code, re.ASCII):
        raise bad(code=_("编码“%(code)s”不符合该层级的编码规则") % {"code": code[:30]})
    if not code.startswith(_prefix(parent, level)):
        raise bad(code=_("编码应以上级编码开头"))
    low, high = _band(level, grid_type) if level == "grid" else (0, 999)
    if not low <= int(code[-3:] if level != "subarea" else code[-2:]) <= high:
        raise bad(code=_("网格序号应在 %(low)s–%(high)s 之间") % {"low": f"{low:03d}", "high": f"{high:03d}"})


def unpadded(code: str) -> str:
    """The short form of a code padded to 12 digits: ``150302000000`` → ``150302``; anything else stays as it is."""
    if not (len(code) == 12 and code.isascii() and code.isdigit()):
        return code
    for length, tail in ((12, 3), (9, 3), (6, 2), (4, 2)):
        if int(code[length - tail : length]):
            return code[:length]
    return code[:2]
