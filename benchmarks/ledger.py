"""Figures: what was measured, beside its limit; a table on the screen and a file for the acceptance."""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Figure:
    """One measured value. ``limit`` reads like ``<= 0``, ``>= 0.7``, ``== 1`` or is empty (shown, not judged)."""

    id: str
    what: str
    value: float
    unit: str
    limit: str
    command: str
    detail: str = ""

    @property
    def ok(self) -> bool:
        if not self.limit:
            return True
        sign, _space, bound = self.limit.partition(" ")
        return {
            "<=": self.value <= float(bound),
            ">=": self.value >= float(bound),
            "==": self.value == float(bound),
        }[sign]


@dataclass(frozen=True)
class Measurement:
    """A function that measures and returns figures; ``name`` is what ``--only`` takes. One that takes very long is
    ``by_name`` only."""

    name: str
    run: Callable[[], Iterable[Figure]]
    by_name: bool = False


def write(figures: list[Figure], path: Path | None = None) -> Path:
    """Write ``var/figures.json``; figures of other runs with other ids stay."""
    path = path or Path(os.environ.get("GOVERNANCE_FIGURES", BASE / "var" / "figures.json"))
    path.parent.mkdir(parents=True, exist_ok=True)
    known: dict[str, dict] = {}
    if path.exists():
        known = {entry["id"]: entry for entry in json.loads(path.read_text(encoding="utf-8"))["figures"]}
    at = datetime.now(UTC).isoformat(timespec="seconds")
    for figure in figures:
        known[figure.id] = asdict(figure) | {"ok": figure.ok, "at": at}
    path.write_text(json.dumps({"figures": list(known.values())}, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def table(figures: list[Figure]) -> str:
    """The figures as a table with their limits."""
    head = ("", "id", "what", "value", "limit", "detail")
    rows = [
        ("✓" if f.ok else "✗", f.id, f.what, f"{f.value:,.6g} {f.unit}".strip(), f.limit or "–", f.detail)
        for f in figures
    ]
    widths = [max(_width(row[i]) for row in [head, *rows]) for i in range(len(head))]
    return "\n".join("  ".join(_pad(cell, w) for cell, w in zip(row, widths, strict=True)) for row in [head, *rows])


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
