"""The staffing board: vacancies, heads with too many grids, teams that are incomplete, grids of the wrong size."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from grids.models import Area, Post, SizeBound
from grids.queries.people import absent_people
from grids.queries.teams import patterns_of, teams_with_members
from grids.scope import SHANGHAI
from grids.staff import HEAD_CAP, in_force

TEAM_RANKS = (Post.Rank.GUIDE, Post.Rank.POLICE, Post.Rank.MEDIATOR, Post.Rank.SAFETY)
"""Who serves all grids of a community from a post at the community."""


@dataclass(slots=True)
class GridStaffing:
    """One grid on the board. ``vacancy``: no active full-time worker is there (red, source 001); ``covered``: the
    A is away and a B is not; ``completeness`` 0–100 of the required roles and the N teams of its pattern; ``size``: '',
    oversize or undersize."""

    area: Area
    workers_a: list[str] = field(default_factory=list)
    workers_b: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    full_time: int = 0
    present: int = 0
    a_away: bool = False
    ranks: set[str] = field(default_factory=set)
    head_grids: int = 0
    missing: list[str] = field(default_factory=list)
    missing_teams: list[str] = field(default_factory=list)
    pattern: str = ""
    completeness: int = 100
    size: str = ""

    @property
    def vacancy(self) -> bool:
        return self.full_time == 0

    @property
    def covered(self) -> bool:
        return self.a_away and self.present > 0

    @property
    def tone(self) -> str:
        """urgent, warn or ok, for the face."""
        if self.vacancy or not self.present or not self.heads or self.head_grids > HEAD_CAP:
            return "urgent"
        return "warn" if self.a_away or self.missing or self.head_grids == HEAD_CAP or self.size else "ok"


def staffing_board(root: Area, *, at: datetime) -> list[GridStaffing]:
    """Every grid in force below ``root``, by code; a fixed number of queries whatever the size."""
    grids = Area.objects.filter(path__startswith=root.path, level_id="grid", abolished_on__isnull=True)
    board = {g.pk: GridStaffing(g) for g in grids.select_related("parent").order_by("code")}
    by_community: dict[int, list[GridStaffing]] = {}
    for entry in board.values():
        by_community.setdefault(entry.area.parent_id, []).append(entry)
    day = at.astimezone(SHANGHAI).date()
    posts = list(
        Post.objects.filter(in_force(day), area__path__startswith=root.path)
        .filter(person__is_active=True, area__level_id__in=("grid", "community"))
        .values_list("area_id", "person_id", "person__name", "rank", "cover", "employment")
        .order_by("cover", "id")
    )
    away = absent_people({row[1] for row in posts}, at=at)
    for area_id, person_id, name, rank, cover, employment in posts:
        for entry in [board[area_id]] if area_id in board else by_community.get(area_id, ()):
            _count(
                entry,
                name,
                rank,
                cover,
                employment == Post.Employment.FULL,
                person_id in away,
                area_id in board,
            )
    _count_head_grids(board, posts)
    _judge(board, teams_with_members(root, day=day))
    return list(board.values())


def _count(
    entry: GridStaffing, name: str, rank: str, cover: str, full: bool, away: bool, in_grid: bool
) -> None:
    if not in_grid:
        if rank in TEAM_RANKS:
            entry.ranks.add(rank)
        return
    entry.ranks.add(rank)
    if rank == Post.Rank.HEAD:
        entry.heads.append(name)
    if rank != Post.Rank.WORKER:
        return
    is_a = cover == Post.Cover.A
    (entry.workers_a if is_a else entry.workers_b).append(name)
    entry.full_time += full and is_a
    entry.present += not away
    entry.a_away |= is_a and away


def _count_head_grids(board: dict[int, GridStaffing], posts: list[tuple]) -> None:
    """How many grids the head of each grid holds, also outside the part shown only if it lies in ``posts``."""
    heads = [(area_id, person_id) for area_id, person_id, _n, rank, _c, _e in posts if rank == Post.Rank.HEAD]
    held: dict[int, set[int]] = {}
    for area_id, person_id in heads:
        held.setdefault(person_id, set()).add(area_id)
    for area_id, person_id in heads:
        if area_id in board:
            board[area_id].head_grids = max(board[area_id].head_grids, len(held[person_id]))


def _judge(board: dict[int, GridStaffing], teams: dict[int, set[int]]) -> None:
    patterns = patterns_of([entry.area for entry in board.values()])
    bounds = {b.terrain: b for b in SizeBound.objects.all()}
    for entry in board.values():
        entry.size = size_of(entry.area, bounds)
        pattern = patterns.get(entry.area.pk)
        if pattern is None:
            continue
        there = teams.get(entry.area.pk, set()) | teams.get(entry.area.parent_id, set())
        entry.pattern = pattern.template.name
        entry.missing, entry.missing_teams = pattern.missing(entry.ranks), pattern.missing_teams(there)
        entry.completeness = pattern.completeness(entry.ranks, there)


def size_of(area: Area, bounds: dict[str, SizeBound]) -> str:
    """``oversize``, ``undersize`` or '' against the standard of its kind of land; dedicated grids have no bounds."""
    bound = bounds.get(area.terrain)
    if bound is None or area.grid_type not in ("", Area.GridType.BASIC):
        return ""
    if area.households is not None:
        if area.households > bound.max_households:
            return "oversize"
        return "undersize" if area.households < bound.min_households else ""
    over = bound.max_population is not None and (area.population or 0) > bound.max_population
    return "oversize" if over else ""


def who_covers_what(root: Area, *, at: datetime) -> list[dict]:
    """Heads with the grids they hold on this land: ``{person_id, name, grids: [(code, name)], at_cap}``, most first."""
    rows = (
        Post.objects.filter(
            in_force(at.astimezone(SHANGHAI).date()), rank=Post.Rank.HEAD, area__path__startswith=root.path,
            person__is_active=True,
        )
        .order_by("person__username", "area__code")
        .values_list("person_id", "person__name", "area__code", "area__short_name")
    )  # fmt: skip
    found: dict[int, dict] = {}
    for person_id, name, code, grid in rows:
        entry = found.setdefault(
            person_id, {"person_id": person_id, "name": name, "grids": [], "at_cap": False}
        )
        entry["grids"].append((code, grid))
        entry["at_cap"] = len(entry["grids"]) >= HEAD_CAP
    return sorted(found.values(), key=lambda entry: -len(entry["grids"]))
