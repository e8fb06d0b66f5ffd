"""The rules of mediation as the verbs need them: rows kept a few seconds per process, numbers from ``data/rules.json``."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from casework.clock import loader
from disputes.models.catalogue import LegalTerm, RiskFlag, TierRule

DATA = Path(__file__).parent / "data"
SECONDS = {"C": 3600, "WH": 3600, "CD": 86_400, "WD": 7 * 3600}


@cache
def file() -> dict[str, Any]:
    """``data/rules.json``."""
    return json.loads((DATA / "rules.json").read_text(encoding="utf-8"))


def tiers() -> dict[str, TierRule]:
    """Tier rules by code, lowest first."""
    return loader.keep("dispute_tiers", lambda: {row.code: row for row in TierRule.objects.order_by("rank")})


def flags() -> dict[str, RiskFlag]:
    return loader.keep("dispute_flags", lambda: {row.code: row for row in RiskFlag.objects.all()})


def terms(procedure: str) -> list[LegalTerm]:
    """Statutory terms of one kind of procedure."""
    found = loader.keep("dispute_terms", lambda: list(LegalTerm.objects.all()))
    return [row for row in found if row.procedure == procedure]


def term(code: str) -> LegalTerm | None:
    return next((row for row in loader.keep("dispute_terms", lambda: list(LegalTerm.objects.all())) if row.code == code), None)


def budget(name: str) -> tuple[str, int]:
    """A budget of ``rules.json`` as (kind of clock, seconds of its own time)."""
    found = file()["budgets"][name]
    return found["kind"], found["amount"] * SECONDS[found["kind"]]


def next_tier(code: str) -> str:
    """The tier above; empty at the top."""
    codes = list(tiers())
    place = codes.index(code)
    return codes[place + 1] if place + 1 < len(codes) else ""
