"""The land and who answers for it: areas, units, posts, teams and the registers that hang on them."""

from .areas import Area, AreaLineage, BoundaryVersion, Building, LegacyGrid, Level
from .staff import Leave, Post, TeamRole, TeamTemplate
from .units import DutyClause, PartyBranch, PublicPlace, Unit

__all__ = [
    "Area",
    "AreaLineage",
    "BoundaryVersion",
    "Building",
    "DutyClause",
    "Leave",
    "LegacyGrid",
    "Level",
    "PartyBranch",
    "Post",
    "PublicPlace",
    "TeamRole",
    "TeamTemplate",
    "Unit",
]
