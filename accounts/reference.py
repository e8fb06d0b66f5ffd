"""Roles and permission codes as frozen records, read from ``accounts/data``; no database and no Django.

The matrix test holds these files against ``who_may_what_golden.csv``, which was written from the spec and
is not derived from them (quality.md §5.1).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

DATA = Path(__file__).parent / "data"
SCOPE_KINDS = frozenset({"area", "unit", "assigned"})
SCOPE_LETTERS = MappingProxyType({
    "D": "district", "S": "street subtree", "C": "community subtree", "G": "own grids", "M": "own department",
    "A": "assigned or taking part", "O": "own", "F": "flagged cases", "K": "by contract",
})  # fmt: skip
OBJECT_KINDS = ("events", "disputes", "hotline", "registry", "field_traces", "exports", "settings", "trail")


@dataclass(frozen=True, slots=True)
class PermissionCode:
    """One kind of act, ``room.verb``."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class ObjectReach:
    """One cell part of quality.md §5.2: ``scope`` is a letter of SCOPE_LETTERS; ``level`` the highest field
    class shown in clear, 0 to 3; ``masked``: P2 and P3 are masked; ``unmask``: may unmask with a reason;
    ``mode``: read, or the cell's own word (approve, ask, counts, tallies, state_only, …)."""

    scope: str
    level: int
    masked: bool
    unmask: bool
    mode: str


@dataclass(frozen=True, slots=True)
class RoleRecord:
    """A role of rules.md §10 and quality.md §5.2.

    ``ceiling`` and ``assigned_ceiling``: 0 公开, 1 内部, 2 敏感, 3 核心敏感; the second holds for cases
    the person is assigned to or reported. ``field_level`` and ``may_unmask`` sum up the role's cell for events.
    """

    code: str
    name: str
    name_en: str
    rank: int
    scope_kinds: tuple[str, ...]
    ceiling: int
    assigned_ceiling: int
    field_level: int
    may_unmask: bool
    is_office: bool
    objects: Mapping[str, tuple[ObjectReach, ...]]
    permissions: frozenset[str]


@dataclass(frozen=True, slots=True)
class GoldenCell:
    """One cell of the hand-written golden matrix, with the spec's section."""

    role: str
    permission: str
    allowed: bool
    source: str


@cache
def load_permissions() -> tuple[PermissionCode, ...]:
    """Every permission code there is, in the order of the "who may what" page."""
    raw = json.loads((DATA / "permissions.json").read_text(encoding="utf-8"))
    return tuple(PermissionCode(**entry) for entry in raw)


@cache
def load_roles() -> tuple[RoleRecord, ...]:
    """The 19 roles of rules.md §10 and the four that only quality.md §5.2 names."""
    roles = []
    for raw in json.loads((DATA / "roles.json").read_text(encoding="utf-8")):
        objects = {
            kind: tuple(ObjectReach(**cell) for cell in cells) for kind, cells in raw["objects"].items()
        }
        parts = {
            "scope_kinds": tuple(raw["scope_kinds"]),
            "objects": MappingProxyType(objects),
            "permissions": frozenset(raw["permissions"]),
        }
        roles.append(RoleRecord(**(raw | parts)))
    return tuple(roles)


@cache
def load_golden_matrix() -> tuple[GoldenCell, ...]:
    """The golden cells of quality.md §5.1."""
    with (DATA / "who_may_what_golden.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            GoldenCell(
                row["role"], row["permission"], {"yes": True, "no": False}[row["allowed"]], row["source"]
            )
            for row in csv.DictReader(file)
        )
