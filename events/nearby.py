"""What is near the place of an event: cameras with their distance, the people of the grid and of those beside it.

People have no position here (docs/decisions/23): what is measured is how far their grid's outline is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from math import cos, radians

from django.db.models import Q

from events.alerts import queries as alerts
from events.alerts.models import Device
from events.duplicates import METRES_PER_DEGREE, metres_between
from events.models import Event
from grids.models import Post
from grids.places import Located, near_areas
from grids.queries import absent_people
from grids.scope import SHANGHAI, Rights
from grids.staff import in_force

CAMERA_METRES, CAMERAS = 1500, 6
NEIGHBOUR_METRES, NEIGHBOURS = 600, 4
OWN_RANKS = (Post.Rank.WORKER, Post.Rank.HEAD, Post.Rank.BUILDING_HEAD, Post.Rank.STREET_CHIEF)
NEXT_RANKS = (Post.Rank.WORKER, Post.Rank.HEAD)
TEAM_RANKS = (Post.Rank.POLICE, Post.Rank.SAFETY, Post.Rank.MEDIATOR, Post.Rank.GUIDE)
ORDER = (*NEXT_RANKS, *TEAM_RANKS, Post.Rank.BUILDING_HEAD, Post.Rank.STREET_CHIEF)
LOOK = "grids.view"


@dataclass(frozen=True, slots=True)
class Camera:
    """``metres`` from the event in a straight line."""

    code: str
    name: str
    address: str
    lon: float
    lat: float
    metres: int


def cameras(event: Event, rights: Rights) -> list[Camera]:
    """Cameras in use within 1.5 km that the person may see alerts of, nearest first."""
    if event.lon is None or event.lat is None or not rights.may(alerts.VIEW):
        return []
    high = CAMERA_METRES / METRES_PER_DEGREE
    wide = high / max(0.01, cos(radians(event.lat)))
    rows = alerts.devices_of(rights).filter(
        kind=Device.Kind.CAMERA, is_active=True, lat__range=(event.lat - high, event.lat + high),
        lon__range=(event.lon - wide, event.lon + wide),
    )
    found = [
        Camera(row.code, row.name, row.address, row.lon, row.lat, round(metres_between(event.lon, event.lat, row.lon, row.lat)))
        for row in rows
    ]
    return sorted((one for one in found if one.metres <= CAMERA_METRES), key=lambda one: (one.metres, one.code))[:CAMERAS]


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody who can be called. ``phone`` is empty where the reader's scope does not cover the grid."""

    name: str
    rank: str
    cover: str
    phone: str
    is_away: bool


@dataclass(slots=True)
class Grid:
    """A grid's people; ``metres`` to its outline, 0 for the event's own."""

    code: str
    name: str
    metres: int
    people: list[Hand] = field(default_factory=list)


def hands(event: Event, rights: Rights, *, at: datetime) -> list[Grid]:
    """The event's own grid with its people and the team of its community, then up to four grids beside it with their
    workers and heads, nearest first. Three queries at most."""
    grids = _grids(event)
    if not grids:
        return []
    day = at.astimezone(SHANGHAI).date()
    wanted = Q(area__code=event.grid_code, rank__in=OWN_RANKS) | Q(area__code=event.community_code, rank__in=TEAM_RANKS)
    wanted |= Q(area__code__in=[grid.code for grid in grids.values() if grid.code != event.grid_code], rank__in=NEXT_RANKS)
    rows = Post.objects.filter(in_force(day), wanted, person__is_active=True).select_related("person", "area")
    posts = sorted(rows, key=lambda post: (ORDER.index(post.rank), post.cover, post.pk))
    gone = absent_people((post.person_id for post in posts), at=at)
    seen: set[tuple[str, int]] = set()
    for post in posts:
        grid = grids.get(post.area.code) or grids[event.grid_code]
        if (grid.code, post.person_id) in seen:
            continue
        seen.add((grid.code, post.person_id))
        is_own = grid.code == event.grid_code
        may_call = is_own or rights.covers(LOOK, area_path=post.area.path)
        grid.people.append(Hand(
            post.person.name, post.get_rank_display(), post.get_cover_display() if post.area.code == grid.code else "",
            post.person.phone if may_call else "", post.person_id in gone,
        ))
    return [grid for grid in grids.values() if grid.people]


def _grids(event: Event) -> dict[str, Grid]:
    """The event's grid first, then those beside it."""
    if not event.grid_code:
        return {}
    near: list[tuple[Located, int]] = []
    if event.lon is not None and event.lat is not None:
        near = near_areas(event.lon, event.lat, reach_m=NEIGHBOUR_METRES)
    beside = [(area, metres) for area, metres in near if area.code != event.grid_code][:NEIGHBOURS]
    own = next((area.name for area, _metres in near if area.code == event.grid_code), "")
    found = {event.grid_code: Grid(event.grid_code, own, 0)}
    found.update((area.code, Grid(area.code, area.name, metres)) for area, metres in beside)
    return found
