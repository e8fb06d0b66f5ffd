"""The land and who answers for it: areas, units, posts, teams and the registers that hang on them."""

from .addresses import AddressAlias, AddressVersion, UnresolvedAddress
from .areas import Area, AreaLineage, BoundaryVersion, Building, LegacyGrid, Level
from .duty import DutyTurn, StationTurn
from .staff import Leave, Post, TeamRole, TeamTemplate, VolunteerMember, VolunteerTeam
from .standards import DutyAssessment, SizeBound
from .units import DutyClause, PartyBranch, PublicPlace, Unit

__all__ = [
    "AddressAlias",
    "AddressVersion",
    "Area",
    "AreaLineage",
    "BoundaryVersion",
    "Building",
    "DutyAssessment",
    "DutyClause",
    "DutyTurn",
    "Leave",
    "LegacyGrid",
    "Level",
    "PartyBranch",
    "Post",
    "PublicPlace",
    "SizeBound",
    "StationTurn",
    "TeamRole",
    "TeamTemplate",
    "Unit",
    "UnresolvedAddress",
    "VolunteerMember",
    "VolunteerTeam",
]
