"""Who may ask what of mediation bodies, rooms, sessions and papers (see ``declared_disputes``)."""

from __future__ import annotations

from tests.access.rules import Rule, page

LAND = "grids.view"
RULES: dict[str, Rule] = {
    "disputes/bodies/": page(LAND, lists=True),
    "disputes/bodies/map.json": page(LAND, lists=True),
    "disputes/bodies/reach/": page(LAND, lists=True),
    "disputes/bodies/<slug:code>/": page(LAND, "no body"),
}
