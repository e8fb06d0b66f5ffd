"""Layers of an area's map beside the plain one: grids out of their size bounds (4), Party organisations (21)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.models import Area, PartyBranch, SizeBound
from grids.queries.staffing import size_of

LAYERS = {"size": gettext_lazy("网格规模"), "party": gettext_lazy("党组织")}
SIZE_WORDS = {"oversize": gettext_lazy("超规模"), "undersize": gettext_lazy("规模不足")}


@dataclass(frozen=True, slots=True)
class Layer:
    """``cells``: by key of the area ``{"value", "over", "words", "tone"}``; ``breaks``: where the colour of the map
    deepens; ``legend``: a word for each of the four depths and for the hatching, empty ones are left out."""

    name: str
    cells: dict[int, dict[str, Any]]
    breaks: tuple[int, int, int]
    legend: tuple[str, ...]
    hatched: str = ""


def layer_of(area: Area, below: Sequence[Area], name: str) -> Layer | None:
    """The layer of this name over the areas below; None for an unknown one."""
    makers = {"size": _sizes, "party": _party}
    return makers[name](area, below) if name in makers else None


def sizes(area: Area) -> dict[str, list[Area]]:
    """Grids in force on this land that are out of bounds, by kind."""
    bounds = {bound.terrain: bound for bound in SizeBound.objects.all()}
    found: dict[str, list[Area]] = {kind: [] for kind in SIZE_WORDS}
    for grid in Area.objects.filter(path__startswith=area.path, level_id="grid", abolished_on__isnull=True):
        kind = size_of(grid, bounds)
        if kind:
            found[kind].append(grid)
    return found


def _sizes(area: Area, below: Sequence[Area]) -> Layer:
    found = sizes(area)
    if area.level_id == "community":
        kinds = {grid.pk: kind for kind, grids in found.items() for grid in grids}
        cells = {one.pk: _one_grid(one, kinds.get(one.pk, "")) for one in below}
        return Layer("size", cells, (1, 9, 9), (_("合规"), _("规模不足")), _("超规模"))
    cells = {}
    for one in below:
        over, under = (sum(grid.path.startswith(one.path) for grid in found[kind]) for kind in ("oversize", "undersize"))
        words = _("超规模%(over)s,规模不足%(under)s") % {"over": over, "under": under} if over + under else _("合规")
        cells[one.pk] = {"value": over + under, "over": False, "words": words, "tone": "warn" if over + under else ""}
    return Layer("size", cells, (1, 4, 8), (_("无"), _("1–3格"), _("4–7格"), _("8格以上")))


def _one_grid(grid: Area, kind: str) -> dict[str, Any]:
    size = _("%(n)s户") % {"n": grid.households} if grid.households is not None else "—"
    words = f"{SIZE_WORDS[kind]} · {size}" if kind else size
    return {"value": int(kind == "undersize"), "over": kind == "oversize", "words": words, "tone": "warn" if kind else ""}


def _party(area: Area, below: Sequence[Area]) -> Layer:
    rows = PartyBranch.objects.filter(area__path__startswith=area.path).values_list("area__path", "kind", "members")
    counts: dict[int, Counter[str]] = {one.pk: Counter() for one in below}
    for path, kind, members in rows:
        home = next((one.pk for one in below if path.startswith(one.path)), None)
        if home is not None:
            counts[home] += Counter({kind: 1, "members": members})
    cells = {
        key: {
            "value": found["branch"] + found["group"], "over": False, "tone": "",
            "words": _("支部%(branch)s,小组%(group)s,党员%(members)s") % {
                name: found[name] for name in ("branch", "group", "members")
            },
        }
        for key, found in counts.items()
    }
    most = max((cell["value"] for cell in cells.values()), default=0)
    breaks = (1, max(2, round(most / 3)), max(3, round(2 * most / 3)))
    legend = (_("无"), f"1–{breaks[1] - 1}", f"{breaks[1]}–{breaks[2] - 1}", f"≥ {breaks[2]}")
    return Layer("party", cells, breaks, legend)


def party_tree(area: Area) -> list[dict[str, Any]]:
    """Party organisations of a community or grid as a tree: committee, its branches, their groups; of a larger area
    each committee with its counts."""
    rows = list(PartyBranch.objects.filter(area__path__startswith=area.path).select_related("area").order_by("area__path", "pk"))
    known = {row.pk for row in rows}
    below: dict[int | None, list[PartyBranch]] = {}
    for row in rows:
        below.setdefault(row.parent_id if row.parent_id in known else None, []).append(row)

    def grown(row: PartyBranch) -> dict[str, Any]:
        return {"row": row, "below": [grown(one) for one in below.get(row.pk, ())]}

    return [grown(row) for row in below.get(None, ())]
