"""Reads of the land, named after what a page shows. Areas, units and posts are public inside the staff site (class
P0); telephone numbers of staff are masked unless the reader's scope covers the place (quality.md §5.2, §5.3)."""

from .connected import connected, overview
from .duty import DutyDay, duty_board, duty_month
from .land import (
    AreaCard,
    Holder,
    ancestors,
    area_card,
    area_of,
    children,
    ground,
    legacy_of,
    level_counts,
    lineage_of,
    masked_phone,
    party_counts,
    special_grids,
    unit_card,
    units,
    units_of,
)
from .people import Responsible, absent_people, chain_of, reachable, responsible_for, unit_people
from .search import search_areas
from .staffing import GridStaffing, staffing_board, who_covers_what
from .teams import TeamCard, team_card

__all__ = [
    "AreaCard",
    "DutyDay",
    "GridStaffing",
    "Holder",
    "Responsible",
    "TeamCard",
    "absent_people",
    "ancestors",
    "area_card",
    "area_of",
    "chain_of",
    "children",
    "connected",
    "duty_board",
    "duty_month",
    "ground",
    "legacy_of",
    "level_counts",
    "lineage_of",
    "masked_phone",
    "overview",
    "party_counts",
    "reachable",
    "responsible_for",
    "search_areas",
    "special_grids",
    "staffing_board",
    "team_card",
    "unit_card",
    "unit_people",
    "units",
    "units_of",
    "who_covers_what",
]
