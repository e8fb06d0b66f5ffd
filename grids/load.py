"""Standards of the land into their tables: levels with their duties, size bounds, team templates.

Run again it adds what is missing; what somebody changed is left alone.
"""

from __future__ import annotations

from grids.codes import ensure_levels
from grids.demo_people import read_organisation
from grids.models import Level, SizeBound, TeamRole, TeamTemplate

BOUNDS = (("urban", 300, 500, 1000), ("rural", 40, 80, None))
"""Terrain, households at least and at most, population at most: 300–500 households or 1 000 people."""
TEAM_RANKS = frozenset({"guide", "police", "mediator", "safety", "worker", "street_chief"})


def load_standards() -> dict[str, int]:
    """Everything this room brings without any land; counts by table of what stands afterwards."""
    ensure_levels()
    load_bounds()
    load_templates()
    return {
        "levels": Level.objects.count(), "size_bounds": SizeBound.objects.count(),
        "team_templates": TeamTemplate.objects.count(),
    }  # fmt: skip


def load_bounds() -> None:
    """Size bounds, and the duties of levels that have none."""
    for entry in read_organisation()["level_duties"]:
        Level.objects.filter(code=entry["level"], duties=[]).update(duties=entry["duties"])
    SizeBound.objects.bulk_create(
        [
            SizeBound(terrain=t, min_households=low, max_households=high, max_population=p)
            for t, low, high, p in BOUNDS
        ],
        ignore_conflicts=True,
    )


def load_templates() -> None:
    """4+N, 1+N+X and the street front's team."""
    for position, told in enumerate(read_organisation()["team_templates"]):
        template, fresh = TeamTemplate.objects.get_or_create(
            name=told["name"], defaults={"level_id": "grid", "is_default": position == 0}
        )
        if not fresh:
            continue
        roles = [
            TeamRole(template=template, name=r["name"], ranks=[r["role"]] if r["role"] in TEAM_RANKS else [])
            for r in told["mandatory"]
        ]
        roles += [TeamRole(template=template, name=name, is_required=False) for name in told["teams"]]
        TeamRole.objects.bulk_create(roles)
