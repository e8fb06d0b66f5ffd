"""The trade's reference data as frozen records, read from ``events/data``; no database and no Django.

These are the defaults a new district starts from. Once loaded into tables they are edited there; nothing
at run time should ask this module about a live case. Every loader is cached and raises ``BadReference``
when a file contradicts itself, so a bad edit stops the load instead of reaching a deadline.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

DATA = Path(__file__).parent / "data"
MINUTE_KINDS = frozenset({"C", "WH"})
DAY_KINDS = frozenset({"WD", "CD"})


class BadReference(ValueError):
    """A reference file says something that cannot be used; the message names the file's entry."""


@dataclass(frozen=True, slots=True)
class Budget:
    """An amount of time on one of the four clocks of rules.md §1.

    ``kind``: C calendar time, WH working hours, WD working days, CD calendar days. ``amount`` is in minutes
    for C and WH, in whole days for WD and CD.
    """

    kind: str
    amount: int

    @property
    def counts_working_time(self) -> bool:
        return self.kind in {"WH", "WD"}

    @property
    def minutes(self) -> int | None:
        return self.amount if self.kind in MINUTE_KINDS else None

    @property
    def days(self) -> int | None:
        return self.amount if self.kind in DAY_KINDS else None

    def clock_seconds(self, *, working_day_minutes: int = 420) -> int:
        """Seconds of the clock's own time, as the clock ledger stores them: working seconds for WH and WD
        (one WD is 7 WH by default, rules.md §3), natural seconds for C and CD. Never compare the two.
        """
        minutes_of_unit = {"C": 1, "WH": 1, "WD": working_day_minutes, "CD": 1440}
        return self.amount * minutes_of_unit[self.kind] * 60


def parse_budget(raw: Mapping[str, Any] | None, *, where: str) -> Budget | None:
    """Read ``{"kind": "C", "minutes": 30}`` or ``{"kind": "WD", "days": 5}``; null is no limit."""
    if raw is None:
        return None
    kind = raw.get("kind")
    unit = "minutes" if kind in MINUTE_KINDS else "days" if kind in DAY_KINDS else None
    if unit is None or set(raw) != {"kind", unit}:
        raise BadReference(f"{where}: not a budget: {dict(raw)}")
    amount = raw[unit]
    if not isinstance(amount, int) or isinstance(amount, bool) or amount <= 0:
        raise BadReference(f"{where}: {unit} must be a whole number above zero, not {amount!r}")
    return Budget(kind, amount)


@dataclass(frozen=True, slots=True)
class MajorCategory:
    """大类 of rules.md §11."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class MinorCategory:
    """小类 of rules.md §11. ``owner`` is the generic default owner in words; ``dup_radius_m`` in metres;
    ``auto_plan`` names one of the 33 plans of rules.md §12, or is empty."""

    code: str
    name: str
    name_en: str
    major: str
    urgency: str
    service_class: str
    owner: str
    owner_kind: str
    risk_family: str
    situation: str
    sensitive: bool
    needs_photo: bool
    auto_plan: str
    dup_radius_m: int
    reopen_days: int


@dataclass(frozen=True, slots=True)
class Extension:
    """How a class may be prolonged (rules.md §1). ``rule``: none; fixed adds ``amount``; total makes
    ``amount`` the whole budget; per_law has no number; consent needs the parties' agreement."""

    rule: str
    times: int
    amount: Budget | None
    approver: str


@dataclass(frozen=True, slots=True)
class ClassStage:
    """A further clock inside a class, such as 首调 or the half-hourly status of E0 (``repeat``)."""

    code: str
    name: str
    repeat: bool
    budget: Budget


@dataclass(frozen=True, slots=True)
class ServiceClass:
    """时限等级 of rules.md §1; ``contact`` is None where the table shows a dash."""

    code: str
    name: str
    name_en: str
    accept: Budget
    contact: Budget | None
    handle: Budget
    extension: Extension
    pausable: bool
    stages: tuple[ClassStage, ...]
    basis: str


@dataclass(frozen=True, slots=True)
class LeafOverride:
    """A category that gets another urgency or class under a condition, e.g. 电梯困人 → P0 (rules.md §11)."""

    category: str
    condition: str
    name: str
    urgency: str
    service_class: str


@dataclass(frozen=True, slots=True)
class Urgency:
    """紧急程度 of rules.md §2; ``rank`` 0 is the most urgent. ``quiet_hours``: its notices wait."""

    code: str
    name: str
    name_en: str
    rank: int
    mark: str
    claim_window: Budget | None
    dispatch_at_once: bool
    default_classes: tuple[str, ...]
    quiet_hours: bool
    proposes_plan: bool
    prompts_110_119_120: bool
    ladder: str


@dataclass(frozen=True, slots=True)
class RaiseRule:
    """A reason to raise the urgency by ``levels`` (rules.md §2); ``params`` are the rule's numbers."""

    code: str
    name: str
    name_en: str
    levels: int
    params: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a ladder (workflows.md §1.4).

    It fires at the later of ``at_percent`` of the budget (100 is due) and due + ``min_offset``, and never
    before the rung named by ``not_before``. ``quiet_hours``: its notices wait for the end of the quiet hours.
    """

    code: str
    name: str
    at_percent: int
    min_offset: Budget | None
    not_before: str
    actions: tuple[str, ...]
    colour: str
    quiet_hours: bool


@dataclass(frozen=True, slots=True)
class Ladder:
    """催办阶梯: rungs in firing order; empty ``categories`` means all of these ``urgencies``."""

    code: str
    name: str
    name_en: str
    urgencies: tuple[str, ...]
    categories: tuple[str, ...]
    rungs: tuple[Rung, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """The verbs' windows and numbers of rules.md §4."""

    budgets: Mapping[str, Budget]
    numbers: Mapping[str, int]


def _read(name: str) -> dict[str, Any]:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def unique_by_code(records: list[Any], *, where: str) -> list[Any]:
    """Give the records back; refuse two with the same ``code``."""
    codes = [record.code for record in records]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise BadReference(f"{where}: code used twice: {', '.join(twice)}")
    return records


def _required(raw: Mapping[str, Any] | None, *, where: str) -> Budget:
    budget = parse_budget(raw, where=where)
    if budget is None:
        raise BadReference(f"{where}: a budget is required")
    return budget


@cache
def _taxonomy_rows() -> tuple[dict[str, str], ...]:
    with (DATA / "taxonomy.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def load_majors() -> tuple[MajorCategory, ...]:
    """The 18 major categories of rules.md §11, in their order."""
    seen = {
        r["major"]: MajorCategory(r["major"], r["major_name"], r["major_name_en"]) for r in _taxonomy_rows()
    }
    return tuple(seen.values())


@cache
def load_taxonomy() -> tuple[MinorCategory, ...]:
    """The 156 minor categories of rules.md §11, in their order."""
    words = [
        "code",
        "name",
        "name_en",
        "major",
        "urgency",
        "service_class",
        "owner",
        "owner_kind",
        "risk_family",
        "situation",
        "auto_plan",
    ]
    minors = [
        MinorCategory(
            **{word: row[word] for word in words},
            sensitive=row["sensitive"] == "1",
            needs_photo=row["needs_photo"] == "1",
            dup_radius_m=int(row["dup_radius_m"]),
            reopen_days=int(row["reopen_days"]),
        )
        for row in _taxonomy_rows()
    ]
    return tuple(unique_by_code(minors, where="taxonomy.csv"))


def _service_class(raw: dict[str, Any]) -> ServiceClass:
    where = f"service_classes.json {raw['code']}"
    extension = dict(raw["extension"], amount=parse_budget(raw["extension"]["amount"], where=where))
    stages = tuple(
        ClassStage(s["code"], s["name"], s["repeat"], _required(s["budget"], where=where))
        for s in raw["stages"]
    )
    budgets = {
        "accept": _required(raw["accept"], where=where),
        "handle": _required(raw["handle"], where=where),
    }
    contact = parse_budget(raw["contact"], where=where)
    return ServiceClass(
        **(raw | budgets | {"contact": contact, "extension": Extension(**extension), "stages": stages})
    )


@cache
def load_service_classes() -> tuple[ServiceClass, ...]:
    """The service classes of rules.md §1, E0 to M30."""
    classes = [_service_class(raw) for raw in _read("service_classes.json")["classes"]]
    return tuple(unique_by_code(classes, where="service_classes.json"))


@cache
def load_leaf_overrides() -> tuple[LeafOverride, ...]:
    """Conditional urgency or class of single categories, from the brackets in rules.md §11."""
    return tuple(LeafOverride(**raw) for raw in _read("service_classes.json")["leaf_overrides"])


@cache
def load_urgencies() -> tuple[Urgency, ...]:
    """P0 to P3 of rules.md §2, the most urgent first."""
    levels = []
    for raw in _read("urgencies.json")["urgencies"]:
        window = parse_budget(raw["claim_window"], where=f"urgencies.json {raw['code']}")
        levels.append(
            Urgency(**(raw | {"claim_window": window, "default_classes": tuple(raw["default_classes"])}))
        )
    return tuple(unique_by_code(sorted(levels, key=lambda level: level.rank), where="urgencies.json"))


@cache
def load_raise_rules() -> tuple[RaiseRule, ...]:
    """The reasons to raise the urgency, rules.md §2."""
    return tuple(
        RaiseRule(**(raw | {"params": MappingProxyType(raw["params"])}))
        for raw in _read("urgencies.json")["raise_rules"]
    )


@cache
def load_quiet_hours() -> tuple[str, str]:
    """From and to as ``HH:MM`` Shanghai time, over midnight (rules.md §8)."""
    hours = _read("urgencies.json")["quiet_hours"]
    return hours["from"], hours["to"]


def _rung(raw: dict[str, Any], *, where: str) -> Rung:
    return Rung(
        **(
            raw
            | {"min_offset": parse_budget(raw["min_offset"], where=where), "actions": tuple(raw["actions"])}
        )
    )


@cache
def load_ladders() -> tuple[Ladder, ...]:
    """The escalation ladders of workflows.md §1.4; together they cover each urgency once."""
    ladders = []
    for raw in _read("ladders.json")["ladders"]:
        rungs = tuple(
            _rung(rung, where=f"ladders.json {raw['code']} {rung['code']}") for rung in raw["rungs"]
        )
        unique_by_code(list(rungs), where=f"ladders.json {raw['code']}")
        lists = {"urgencies": tuple(raw["urgencies"]), "categories": tuple(raw["categories"]), "rungs": rungs}
        ladders.append(Ladder(**(raw | lists)))
    return tuple(unique_by_code(ladders, where="ladders.json"))


@cache
def load_limits() -> Limits:
    """The windows and numbers of the verbs, rules.md §4."""
    raw = _read("limits.json")
    budgets = {name: _required(value, where=f"limits.json {name}") for name, value in raw["budgets"].items()}
    return Limits(MappingProxyType(budgets), MappingProxyType(raw["numbers"]))
