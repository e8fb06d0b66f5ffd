"""How units, trails and clocks of any case read in JSON. Made by hand from ``values()``: no serializer per row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from casework.clock import loader
from casework.clock.explain import explain_deadline
from casework.door import Move
from casework.models import DeadlineRow
from casework.refusals import missing
from grids.models import Unit

CLOCK_FIELDS = (
    "stage", "state", "kind", "calendar_code", "service_class", "budget_seconds", "elapsed_seconds", "started_at",
    "due_at", "stopped_at",
)
TRAIL_FIELDS = (
    "seq", "verb", "at", "lane", "actor_name", "unit_id", "from_state", "to_state", "note", "is_public", "changes",
    "hash",
)


def _units() -> dict[int, dict]:
    return {pk: {"code": code, "name": name} for pk, code, name in Unit.objects.values_list("id", "code", "name")}


def unit_of(key: int | None) -> dict | None:
    """Code and name of a unit by its key; names are kept for a few seconds."""
    return None if key is None else units_by_key().get(key)


def units_by_key() -> dict[int, dict]:
    """Code and name of every unit."""
    return loader.keep("api_units", _units)


def named_unit(code: str | None, field: str = "unit") -> Unit | None:
    """The unit in force of this code, None without one. Raises ``invalid`` naming the field."""
    if not code:
        return None
    found = Unit.objects.select_related("area").filter(code=code, is_active=True).first()
    if found is None:
        raise missing(**{field: _("没有这个单位")})
    return found


def trail_rows(rows: Iterable[dict], moves: Mapping[str, Move]) -> list[dict]:
    """Trail rows from ``values(*TRAIL_FIELDS)`` with unit codes and the verb in words."""
    found = []
    for row in rows:
        move = moves.get(row["verb"])
        row["label"] = str(move.label) if move else row["verb"]
        row["unit"] = unit_of(row.pop("unit_id"))
        found.append(row)
    return found


def clock_row(row: DeadlineRow, *, at: datetime) -> dict:
    """One clock with everything that explains its due time, units by code and name."""
    shown = explain_deadline(row, at=at)
    shown["order"] = getattr(row, "order_id", None)
    shown["unit"] = unit_of(shown["unit"])
    for segment in shown["segments"]:
        segment["unit"] = unit_of(segment["unit"])
    return shown
